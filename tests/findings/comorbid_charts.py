"""Charts for the tests of risks, cautions and suppression: constructors that fill only what matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from cds_service.knowledge.load import load_knowledge
from cds_service.record.dates import DateRange, read_date
from cds_service.record.patient import (
    Answer,
    Condition,
    Drug,
    End,
    Key,
    Match,
    Observation,
    PatientRecord,
    Procedure,
    Referral,
    Report,
    Use,
)

DAY = date(2026, 11, 22)
GIVEN = load_knowledge().given
SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
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
Entry = Condition | Observation | Procedure | Referral | Report | Drug


def on(days: int) -> DateRange:
    """So many days before the day; fewer than none: after it."""
    day = DAY - timedelta(days)
    return DateRange(day, day)


def written(text: str) -> DateRange:
    """A date as a chart writes it."""
    days = read_date(text)
    assert days is not None
    return days


def chart(*entries: Entry, unanswered: tuple[Key, ...] = (), **patient: object) -> PatientRecord:
    """A chart of these entries, every key answered but those named."""
    answers: dict[Key, Answer] = dict.fromkeys(KEYS, Answer.ANSWERED)
    answers |= dict.fromkeys(unanswered, Answer.UNANSWERED)
    record = PatientRecord(
        day=DAY,
        born=written("1970-01-01"),
        conditions=tuple(e for e in entries if isinstance(e, Condition)),
        drugs=tuple(e for e in entries if isinstance(e, Drug)),
        procedures=tuple(e for e in entries if isinstance(e, Procedure)),
        observations=tuple(e for e in entries if isinstance(e, Observation)),
        reports=tuple(e for e in entries if isinstance(e, Report)),
        referrals=tuple(e for e in entries if isinstance(e, Referral)),
        answers=MappingProxyType(answers),
    )
    return replace(record, **patient)  # type: ignore[arg-type]


def concepts(
    *names: str, use: Use = "full", label: str = "", code: str = "", by_text: bool = False
) -> Mapping[str, Match]:
    """The value sets an entry is in."""
    return {name: Match(use, label or name, SNOMED, code, by_text) for name in names}


def condition(
    *names: str,
    code: str = "",
    system: str = ICD,
    onset: DateRange | None = None,
    recorded: DateRange | None = None,
    ended: bool | DateRange = False,
    active: bool = True,
    use: Use = "full",
    label: str = "",
    ref: str = "Condition/1",
    unconfirmed: bool = False,
    by_text: bool = False,
) -> Condition:
    """A Condition in these value sets; `ended`: over, since a date or nobody knows when."""
    plain = code.replace(".", "")
    return Condition(
        ref=ref,
        concepts=concepts(*names, use=use, label=label, code=code, by_text=by_text),
        codes=frozenset({(system, plain)} if code else set()),
        onset=onset,
        recorded=recorded,
        end=End(None if isinstance(ended, bool) else ended) if ended else None,
        active=active and not ended,
        unconfirmed=unconfirmed,
    )


def measured(
    what: str,
    value: float | None,
    days: int | DateRange | None = 10,
    ref: str = "Observation/1",
    preliminary: bool = False,
) -> Observation:
    """A measurement so many days ago, on another date, or undated."""
    when = on(days) if isinstance(days, int) else days
    return Observation(ref=ref, what=what, when=when, value=value, preliminary=preliminary)


def status(
    concept: str,
    days: int | DateRange | None = 10,
    what: str = "smoking status",
    code: str = "",
    ref: str = "Observation/2",
) -> Observation:
    """A smoking or pregnancy status."""
    when = on(days) if isinstance(days, int) else days
    return Observation(ref=ref, what=what, when=when, concepts=concepts(concept, code=code) if concept else {})


def report(
    *names: str, use: Use = "full", days: int | None = 10, ref: str = "DiagnosticReport/1", preliminary: bool = False
) -> Report:
    """An imaging report that says so."""
    return Report(
        ref=ref,
        concepts=concepts(*names, use=use),
        conclusion="as written",
        when=None if days is None else on(days),
        preliminary=preliminary,
    )


def procedure(
    name: str, days: int | None = 10, until: int | None = None, sure: bool = True, use: Use = "full"
) -> Procedure:
    """Something done so many days ago."""
    return Procedure(
        ref="Procedure/1",
        concepts=concepts(name, use=use),
        performed=None if days is None else on(days),
        performed_until=None if until is None else on(until),
        sure=sure,
    )


def referral(
    state: str = "active",
    days: int | DateRange | None = 10,
    spine: bool = True,
    code: str = "308482002",
    sure: bool = True,
    use: Use = "full",
    ref: str = "ServiceRequest/1",
) -> Referral:
    """A referral to a neurosurgeon, or one that is in no set of ours."""
    return Referral(
        ref=ref,
        concepts=concepts("referral_spine_specialist", use=use, label="Referral to neurosurgeon") if spine else {},
        codes=frozenset({(SNOMED, code)}),
        status=state,
        authored=on(days) if isinstance(days, int) else days,
        sure=sure,
    )


def drug(
    *names: str,
    first: int | None = 10,
    last: int | None = 0,
    state: str = "active",
    kind: Literal["request", "statement"] = "request",
    use: Use = "full",
    label: str = "",
    ref: str = "MedicationRequest/1",
    **more: bool,
) -> Drug:
    """A drug of these sets, taken from so many days ago until so many days ago."""
    return replace(
        Drug(
            ref=ref,
            kind=kind,
            concepts=concepts(*names, use=use, label=label),
            label=label,
            status=state,
            first=None if first is None else DAY - timedelta(first),
            last=None if last is None else DAY - timedelta(last),
        ),
        **more,  # type: ignore[arg-type]
    )
