"""Whether the patient smokes, by the newest statement of Observations and Conditions (E; E14 to E16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cds_service.findings.caution import Caution
from cds_service.findings.finding import Fact
from cds_service.findings.on_record import (
    day_of,
    in_order,
    refs,
    trace,
    when_as_written,
    when_in_brief,
    when_in_words,
)
from cds_service.findings.risk import Risk
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, Match, Observation, PatientRecord

Status = Literal["never", "former", "current"]
STATUSES: tuple[tuple[str, Status], ...] = (
    ("tobacco_current", "current"),
    ("tobacco_former", "former"),
    ("tobacco_never_unknown", "never"),
)
SMOKING_SETS = frozenset(value_set for value_set, _ in STATUSES)
LEAST_TO_WORST: tuple[Status, ...] = ("never", "former", "current")
STATUS_IN_WORDS = {"never": "never smoked", "former": "former smoker", "current": "current smoking"}
SMOKING_UNKNOWN = "266927001"
CHEWING = "F1722"
ASKED = "smoking status"
UNDATED = date.min


@dataclass(frozen=True, slots=True)
class Statement:
    """What one entry says of smoking, on `day` (undated: the oldest of all).

    `since`: the first day the status held as far as the entry says, which for a former smoker is the day of
    stopping, or a day after it.
    """

    status: Status
    day: date
    since: date
    observed: bool
    when: DateRange | None
    sources: tuple[str, ...]

    @property
    def words(self) -> str:
        """ "current smoking, recorded 1 October 2026"."""
        said = "undated" if self.when is None else f"recorded {when_in_words(self.when)}"
        return f"{STATUS_IN_WORDS[self.status]}, {said}"


def smoking_statements(record: PatientRecord) -> tuple[Statement, ...]:
    """Every statement, oldest first.

    On one day an Observation outweighs a Condition; among equals current outweighs former, and former never.
    "Unknown if ever smoked" states nothing. Chewing tobacco is no smoking.
    """
    observed = [said for entry in record.measured(ASKED) if (said := _observed(entry, record.day))]
    return tuple(sorted((*observed, *_all_listed(record)), key=_weight))


def newest_statement(record: PatientRecord) -> Statement | None:
    """The last of all statements; the older ones, of which a chart holds many, are not read."""
    observed: list[Statement] = []
    for entry in sorted(record.measured(ASKED), key=_written, reverse=True):
        if observed and _written(entry) < observed[0].day:
            break
        said = _observed(entry, record.day)
        observed += [said] if said else []
    return max((*observed, *_all_listed(record)), key=_weight, default=None)


def _written(entry: Observation) -> date:
    return entry.when.last if entry.when else UNDATED


def _all_listed(record: PatientRecord) -> list[Statement]:
    if not record.in_any(SMOKING_SETS):
        return []
    return [said for entry in record.conditions if (said := _listed(entry, record.day))]


def _weight(said: Statement) -> tuple[date, bool, int, date, tuple[str, ...]]:
    return (said.day, said.observed, LEAST_TO_WORST.index(said.status), said.since, said.sources)


def _observed(entry: Observation, today: date) -> Statement | None:
    status = _status(entry)
    if status is None or (entry.when is not None and entry.when.first > today):
        return None
    day = day_of(entry.when, today) or UNDATED
    return Statement(status, day, day, True, entry.when, refs(entry))


def _listed(entry: Condition, today: date) -> Statement | None:
    """What a Condition says on its newest day; smoking that ended or is inactive says "former"."""
    status = _status(entry)
    if status is None:
        return None
    if status == "current" and not entry.open:
        return _stopped(entry, today)
    day = trace(entry, today) or UNDATED
    since = day_of(entry.onset, today) or day
    return Statement(status, day, since, False, _said_when(entry, day), refs(entry))


def _stopped(entry: Condition, today: date) -> Statement:
    ended = day_of(entry.end.when, today) if entry.end else None
    day = max(ended or UNDATED, trace(entry, today) or UNDATED)
    return Statement("former", day, ended or day, False, _said_when(entry, day), refs(entry))


def _said_when(entry: Condition, day: date) -> DateRange | None:
    """The date as written that the day was taken from."""
    written = (entry.recorded, entry.onset, entry.end.when if entry.end else None)
    return next((when for when in written if when and when.first <= day <= when.last), None)


def _status(entry: Observation | Condition) -> Status | None:
    """The worst status the entry is coded with in full."""
    return next((status for value_set, status in STATUSES if _says(entry.concepts.get(value_set))), None)


def _says(match: Match | None) -> bool:
    return match is not None and match.use == "full" and not _says_nothing(match)


def _says_nothing(match: Match) -> bool:
    """Nobody knows, or it is about chewing tobacco."""
    code = match.code.replace(".", "")
    return code == SMOKING_UNKNOWN or code.startswith(CHEWING)


def current_smoking(record: PatientRecord, given: Thresholds) -> Risk:
    """The newest statement says that the patient smokes; no statement is "not recorded", never "never"."""
    newest = newest_statement(record)
    if newest is not None and newest.status == "current":
        return _present(newest, record.day)
    unanswered = not (record.answered("conditions") and record.answered("observations"))
    if newest is None or unanswered:
        because = "smoking status was not checked" if unanswered else "smoking status is not recorded"
        return Risk("current-smoking", "unknown", because=because, extreme=None, modifiable=None)
    return Risk("current-smoking", "absent", value=_value(newest), facts=(_fact(newest),), because=newest.words)


def _present(newest: Statement, today: date) -> Risk:
    brief = f"current smoking ({when_in_brief(newest.when, today)})"
    return Risk(
        "current-smoking",
        "present",
        value=_value(newest),
        facts=(_fact(newest),),
        brief=brief,
        because=newest.words,
        extreme=True,
        modifiable=True,
    )


def _fact(said: Statement) -> Fact:
    return Fact(said.words, said.sources)


def _value(said: Statement) -> dict[str, object]:
    status: dict[str, object] = {"status": said.status}
    return {**status, "date": when_as_written(said.when)} if said.when else status


def quitting_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """A former smoker may have stopped less than `smoking_quit_days` ago, as far as the chart says (E16)."""
    newest = newest_statement(record)
    if newest is None or newest.status != "former":
        return None
    stopped = _stopped_on(smoking_statements(record))
    if stopped is None or (record.day - stopped).days >= given.smoking_quit_days:
        return None
    text = f"Former smoker, stopped less than {given.smoking_quit_days} days ago as far as recorded"
    return Caution("recently-quit", f"{text}: keep off tobacco before an operation", newest.sources)


def _stopped_on(said: tuple[Statement, ...]) -> date | None:
    """The latest day of stopping of a former smoker: the first "former" after the last "current"."""
    smoked = max((was.day for was in said if was.status == "current"), default=UNDATED)
    days = [_after(was, smoked) for was in said if was.status == "former" and was.day >= smoked]
    return min((day for day in days if day != UNDATED), default=None)


def _after(was: Statement, smoked: date) -> date:
    """A day of stopping before the last "current" was an earlier attempt."""
    return was.since if was.since >= smoked else was.day


def chewing_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """Chewing tobacco is no smoking, and still a matter for wound healing (clinical-logic L, "Values")."""
    chewed = in_order(entry for entry in record.conditions_in("tobacco_current") if entry.open and _chews(entry))
    return Caution("chewing-tobacco", "Chewing tobacco: advise stopping", refs(*chewed)) if chewed else None


def _chews(entry: Condition) -> bool:
    return entry.concepts["tobacco_current"].use == "weak"
