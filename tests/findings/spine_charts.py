"""Charts for the tests of spine complaints: constructors that fill only what matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from cds_service.knowledge.load import load_knowledge
from cds_service.record.dates import DateRange, read_date
from cds_service.record.patient import (
    Answer,
    Condition,
    Drug,
    End,
    Key,
    Listing,
    Match,
    Observation,
    PatientRecord,
    Procedure,
    Reason,
    Region,
    Report,
    Start,
    StartKind,
    Use,
)

DAY = date(2026, 11, 22)
GIVEN = load_knowledge().given
SNOMED = "http://snomed.info/sct"
PROBLEM, VISIT, UNSAID = Listing.PROBLEM_LIST, Listing.ENCOUNTER, Listing.NONE
KEYS: tuple[Key, ...] = (
    "patient",
    "conditions",
    "medicationStatements",
    "medicationRequests",
    "procedures",
    "observations",
    "diagnosticReports",
    "serviceRequests",
)
LABELS = {
    "spine_pain_back_neck": "Low back pain",
    "radiculopathy": "Radiculopathy",
    "spinal_stenosis": "Lumbar stenosis",
    "chronic_pain_generic": "Chronic pain syndrome",
    "neurogenic_claudication": "Neurogenic claudication",
}
Entry = Condition | Drug | Observation | Procedure | Report


def ago(days: int) -> str:
    """The date so many days before the day."""
    return (DAY - timedelta(days)).isoformat()


def written(text: str | None) -> DateRange | None:
    """A date as a chart writes it, cut at the day as the record cuts it."""
    when = read_date(text)
    return DateRange(when.first, min(when.last, DAY)) if when and when.first <= DAY else when


def sets(*names: str, use: Use = "full", by_text: bool = False, label: str = "") -> dict[str, Match]:
    """The value sets an entry is in."""
    return {name: Match(use, label or LABELS.get(name, name), by_text=by_text) for name in names}


def complaint_of(
    *names: str,
    onset: str | None = None,
    recorded: str | None = None,
    kind: StartKind | None = None,
    ended: str | None = None,
    active: bool = True,
    listing: Listing = PROBLEM,
    region: Region = "lumbar",
    code: str = "",
    recurrent: bool = False,
    unconfirmed: bool = False,
    use: Use = "full",
    by_text: bool = False,
    ref: str = "Condition/1",
) -> Condition:
    """A spine Condition (low back pain where no set is named); its start follows from onset, else recordedDate."""
    began, noted = written(onset), written(recorded)
    stated = StartKind.EXACT if began and began.exact else StartKind.APPROXIMATE
    known = began or noted
    start = Start(kind or (stated if began else StartKind.AT_LEAST), known.first, known.last) if known else Start()
    if kind in (StartKind.UNREADABLE, StartKind.NONE):
        start = Start(kind)
    return Condition(
        ref=ref,
        concepts=sets(*(names or ("spine_pain_back_neck",)), use=use, by_text=by_text),
        codes=frozenset({(SNOMED, code)}) if code else frozenset(),
        region=region,
        start=start,
        onset=began,
        recorded=noted,
        end=End(written(ended) if ended != "unknown" else None) if ended else None,
        active=active and ended is None,
        recurrent=recurrent,
        listing=listing,
        unconfirmed=unconfirmed,
    )


def visit(*names: str, recorded: str | None = None, **more: object) -> Condition:
    """An encounter diagnosis, of low back pain where no set is named."""
    made = complaint_of(*names, recorded=recorded, **more)  # type: ignore[arg-type]
    return replace(made, listing=VISIT)


def other(concept: str, onset: str | None = None, recorded: str | None = None, use: Use = "full") -> Condition:
    """A Condition that is not of the spine."""
    return Condition(concepts=sets(concept, use=use), onset=written(onset), recorded=written(recorded))


def done(
    *names: str,
    performed: str | None = None,
    until: str | None = None,
    reasons: tuple[Reason, ...] = (),
    region: Region = "unknown",
    spine_words: bool = False,
) -> Procedure:
    """A Procedure in these sets."""
    return Procedure(
        concepts=sets(*names),
        performed=written(performed),
        performed_until=written(until),
        reasons=reasons,
        region=region,
        spine_words=spine_words,
    )


def drug(
    *names: str,
    first: str | None = None,
    last: str | None = None,
    authored: str | None = None,
    reasons: tuple[Reason, ...] = (),
    inpatient: bool = False,
    injected: bool = False,
) -> Drug:
    """A drug in these sets, taken from first to last."""
    return Drug(
        concepts=sets(*names),
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
        authored=written(authored),
        reasons=reasons,
        inpatient=inpatient,
        injected=injected,
    )


def chart(*entries: Entry, unanswered: Iterable[Key] = (), incomplete: Iterable[Key] = ()) -> PatientRecord:
    """A chart of these entries, every key answered but those named."""
    answers: dict[Key, Answer] = dict.fromkeys(KEYS, Answer.ANSWERED)
    answers |= dict.fromkeys(unanswered, Answer.UNANSWERED)
    answers |= dict.fromkeys(incomplete, Answer.INCOMPLETE)
    return PatientRecord(
        day=DAY,
        conditions=tuple(entry for entry in entries if isinstance(entry, Condition)),
        drugs=tuple(entry for entry in entries if isinstance(entry, Drug)),
        procedures=tuple(entry for entry in entries if isinstance(entry, Procedure)),
        observations=tuple(entry for entry in entries if isinstance(entry, Observation)),
        reports=tuple(entry for entry in entries if isinstance(entry, Report)),
        answers=MappingProxyType(answers),
    )
