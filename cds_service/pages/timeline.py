"""What happened and when, as lanes of rows: symptoms, conservative care, opioids, operations, imaging.

Nothing is drawn here and nothing concluded: every entry that the findings know as one of these is shown, the past ones
too, with the dates as uncertain as they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cds_service.findings import Findings
from cds_service.findings.care_courses import SETS, CareKind, classes_of, is_elsewhere, is_obstetric, session_days
from cds_service.findings.current import Standing, standing_of
from cds_service.findings.drug_courses import courses, spans
from cds_service.findings.imaging import IMAGING_SETS
from cds_service.findings.on_record import day_of, refs, trace, when_as_written
from cds_service.findings.spine import SETS_OF_KIND, Kind, is_spine, kinds_of, name_of
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, Drug, Listing, PatientRecord, Procedure, Region, Report, StartKind

LaneId = Literal["symptoms", "care", "opioids", "operations", "imaging"]
StandingOf = Literal["current", "stale", "over"]
INJECTION = SETS["spinal injection"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that lasted. From `first` to `last` at most, and surely from `sure_first` to `sure_last`, if at all.

    `since_before`: it may have begun before `first`. `standing`: how a complaint stands today.
    """

    first: date
    last: date
    sure_first: date | None
    sure_last: date | None
    says: str
    sources: tuple[str, ...] = ()
    since_before: bool = False
    standing: StandingOf = "current"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something on one day, or on some day between two where only a month or a year was written."""

    when: DateRange
    says: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a lane; `undated` are entries that cannot be placed."""

    name: str
    stretches: tuple[Stretch, ...] = ()
    moments: tuple[Moment, ...] = ()
    undated: tuple[str, ...] = ()
    kind: Kind | CareKind | Literal[""] = ""
    region: Region = "unknown"


@dataclass(frozen=True, slots=True)
class Lane:
    """The rows of one matter; without rows nothing of it is on record."""

    id: LaneId
    rows: tuple[Row, ...]


def timeline(has: Findings, given: Thresholds) -> tuple[Lane, ...]:
    """All lanes, in the order in which a clinician asks for them."""
    record = has.record
    return (
        Lane("symptoms", tuple(_symptoms(record, given))),
        Lane("care", tuple(_care(record, given))),
        Lane("opioids", tuple(_opioids(record, given))),
        Lane("operations", _filled(_operations(has))),
        Lane("imaging", _filled(_imaging(record))),
    )


def days_of(lanes: Iterable[Lane]) -> Iterator[date]:
    """Every day on which something begins."""
    for row in (row for lane in lanes for row in lane.rows):
        yield from (stretch.first for stretch in row.stretches)
        yield from (moment.when.first for moment in row.moments)


def _filled(row: Row) -> tuple[Row, ...]:
    return (row,) if row.stretches or row.moments or row.undated else ()


def _symptoms(record: PatientRecord, given: Thresholds) -> Iterator[Row]:
    """A row for each kind of complaint in each region."""
    standing = standing_of(record, given)
    spine = [entry for entry in record.conditions if is_spine(entry)]
    for kind, _ in SETS_OF_KIND:
        members = [entry for entry in spine if kind in kinds_of(entry)]
        for region in sorted({entry.region for entry in members}):
            yield _complaint(kind, region, [one for one in members if one.region == region], record, standing)


def _complaint(
    kind: Kind, region: Region, entries: Sequence[Condition], record: PatientRecord, standing: Standing
) -> Row:
    stretches, moments, undated = [], [], []
    for entry in entries:
        says = name_of(entry, kind, region, entry.side)
        if seen := _visit(entry):
            moments.append(Moment(seen, says, refs(entry)))
        elif stretch := _lasting(entry, says, record.day, standing):
            stretches.append(stretch)
        else:
            undated.append(says)
    ordered = sorted(stretches, key=lambda one: (one.first, one.last, one.sources))
    return Row("", tuple(ordered), _in_order(moments), tuple(sorted(undated)), kind, region)


def _visit(entry: Condition) -> DateRange | None:
    """A diagnosis of a visit proves presence on its day, unless it says since when."""
    return entry.recorded if entry.listing is Listing.ENCOUNTER and entry.onset is None else None


def _lasting(entry: Condition, says: str, today: date, standing: Standing) -> Stretch | None:
    """From its start to its end, to today while it is current, else to the last day that anything tells of it."""
    start, how = entry.start, _standing(entry, standing)
    if start.latest is None or start.latest > today:
        return None
    first = start.earliest or start.latest
    ended = entry.end.when if entry.end else None
    known = trace(entry, today) or start.latest
    if how == "current":
        last, sure = today, today
    elif ended:
        last, sure = min(ended.last, today), min(ended.first, today)
    else:
        last, sure = max(known, start.latest), known
    before = start.kind is StartKind.AT_LEAST
    sure_first = start.latest if start.latest <= sure else None
    return Stretch(first, max(last, first), sure_first, sure if sure_first else None, says, refs(entry), before, how)


def _standing(entry: Condition, standing: Standing) -> StandingOf:
    if entry in standing.current:
        return "current"
    return "stale" if entry in standing.stale else "over"


def _care(record: PatientRecord, given: Thresholds) -> Iterator[Row]:
    """Sessions and injections by their days, pain drugs other than opioids by their courses."""
    for kind, concept in SETS.items():
        done = [p for p in record.procedures if p.counts_for(concept) and not _is_for_else(p, concept, record, given)]
        moments = [Moment(DateRange(day, day), kind, refs(p)) for p in done for day in session_days(p, record.day)]
        undated = tuple(kind for p in done if not session_days(p, record.day))
        yield from _filled(Row(kind, moments=_in_order(moments), undated=undated, kind=kind))
    drugs = [drug for drug in record.drugs if classes_of(drug) and not drug.opioid]
    yield from _filled(_drugs("medication", drugs, given.care_gap_days))


def _is_for_else(done: Procedure, concept: str, record: PatientRecord, given: Thresholds) -> bool:
    return is_obstetric(done, record, given) if concept == INJECTION else is_elsewhere(done)


def _opioids(record: PatientRecord, given: Thresholds) -> Iterator[Row]:
    """A row for each opioid by name."""
    taken = [drug for drug in record.drugs if drug.opioid]
    for label in sorted({drug.label for drug in taken}):
        yield from _filled(_drugs(label, [drug for drug in taken if drug.label == label], given.opioid_gap_days))


def _drugs(name: str, drugs: Sequence[Drug], gap: int) -> Row:
    """The courses, merged over gaps that the findings merge; what rests on an assumed supply is not sure."""
    stretches = []
    for course in courses(spans(drugs), gap):
        part = [drug for drug in drugs if drug.first and drug.last and drug.first <= course.last]
        part = [drug for drug in part if drug.last and drug.last >= course.first]
        known = spans(part, known=True)
        first, last = min((day for day, _ in known), default=None), max((day for _, day in known), default=None)
        says = ", ".join(sorted({drug.label for drug in part}))
        stretches.append(Stretch(course.first, course.last, first, last, says, tuple(sorted(refs(*part)))))
    undated = tuple(sorted(drug.label for drug in drugs if drug.undatable))
    kind: CareKind | Literal[""] = "medication" if name == "medication" else ""
    return Row(name, tuple(stretches), undated=undated, kind=kind)


def _operations(has: Findings) -> Row:
    done = [Moment(op.when, op.fact.text, op.sources) for op in has.operations.dated if op.when]
    return Row("", moments=_in_order(done), undated=tuple(op.fact.text for op in has.operations.undated))


def _imaging(record: PatientRecord) -> Row:
    """Every MRI or CT of the spine, however old."""
    entries: tuple[Report | Procedure, ...] = (*record.reports, *record.procedures)
    shown = [seen for entry in entries if (seen := _picture(entry, record.day))]
    return Row("", moments=_in_order([Moment(when, says, refs(entry)) for when, says, entry in shown]))


def _picture(entry: Report | Procedure, today: date) -> tuple[DateRange, str, Report | Procedure] | None:
    match = next((entry.concepts[name] for name in IMAGING_SETS if name in entry.concepts), None)
    when = entry.when if isinstance(entry, Report) else entry.performed
    if match is None or when is None or day_of(when, today) is None:
        return None
    return when, f"{match.label}, {when_as_written(when)}", entry


def _in_order(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    return tuple(sorted(moments, key=lambda one: (one.when.first, one.when.last, one.says, one.sources)))
