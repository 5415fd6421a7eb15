"""Which spine operations are on record, and when the last one was (clinical-logic D, "Operations" in L)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, PatientRecord, Procedure, Region

Kind = Literal["corpectomy", "fusion", "disc-replacement", "discectomy", "decompression", "other"]
KINDS: tuple[tuple[str, Kind], ...] = (
    ("proc_corpectomy", "corpectomy"),
    ("proc_fusion", "fusion"),
    ("proc_disc_replacement_other", "disc-replacement"),
    ("proc_discectomy", "discectomy"),
    ("proc_decompression", "decompression"),
)
NOT_OPERATIONS = ("proc_vertebral_augmentation", "proc_neuromodulation", "care_spinal_injection")
STATUS_SETS = ("prior_spine_surgery_status", "failed_back_surgery")
KIND_ORDER: tuple[Kind, ...] = (
    "corpectomy",
    "fusion",
    "disc-replacement",
    "discectomy",
    "decompression",
    "other",
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One spine operation; `day` is its last possible day, None when it is undated."""

    kind: Kind
    region: Region = "unknown"
    day: date | None = None
    when: DateRange | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operations:
    """The spine operations on record, newest first, then those that have no date."""

    dated: tuple[Operation, ...] = ()
    undated: tuple[Operation, ...] = ()

    @property
    def proved(self) -> bool:
        """Some spine operation took place, dated or not."""
        return bool(self.dated or self.undated)

    @property
    def last(self) -> Operation | None:
        """The newest dated operation."""
        return self.dated[0] if self.dated else None

    def followed(self, onset: date) -> bool:
        """An operation took place on the day of onset or later."""
        return any(op.day is not None and op.day >= onset for op in self.dated)


def operations(record: PatientRecord, given: Thresholds) -> Operations:
    """Every completed or running spine operation; entries within `operation_merge_days` of the first are one."""
    done = [op for op in map(_operation, record.procedures) if op]
    dated = sorted((op for op in done if op.day), key=_by_day)
    statuses = [op for op in map(_status, record.conditions) if op]
    undated = [*(op for op in done if not op.day), *statuses]
    return Operations(
        tuple(reversed(_merged(dated, given.operation_merge_days))), tuple(sorted(undated, key=_by_source))
    )


def _by_day(op: Operation) -> tuple[date, int, tuple[str, ...]]:
    return (op.day or date.min, KIND_ORDER.index(op.kind), op.sources)


def _by_source(op: Operation) -> tuple[int, tuple[str, ...]]:
    return (KIND_ORDER.index(op.kind), op.sources)


def _operation(entry: Procedure) -> Operation | None:
    """The procedure as a spine operation; None for anything lesser, unverified or of doubtful status."""
    kind = _kind(entry)
    if kind is None or not entry.sure:
        return None
    day = entry.performed.last if entry.performed else None
    return Operation(kind, entry.region, day, entry.performed, (entry.ref,) if entry.ref else ())


def _kind(entry: Procedure) -> Kind | None:
    for value_set, kind in KINDS:
        match = entry.concepts.get(value_set)
        if match is not None and match.use == "full":
            return _replacement_or_other(match.label) if kind == "disc-replacement" else kind
    said = entry.concepts.get("prior_spine_surgery_status")
    lesser = any(value_set in entry.concepts for value_set in NOT_OPERATIONS)
    return "other" if said is not None and not lesser else None


def _replacement_or_other(label: str) -> Kind:
    """The set also holds implant removal, revision and tumour laminectomy."""
    replaced = ("Disc replacement", "Disc arthroplasty", "Disc prosthesis", "Facet replacement")
    return "disc-replacement" if label.startswith(replaced) else "other"


def _status(entry: Condition) -> Operation | None:
    """A status or failed-back entry proves an operation without dating it."""
    proofs = [entry.concepts[value_set] for value_set in STATUS_SETS if value_set in entry.concepts]
    if not any(proof.use != "weak" or proof.by_text for proof in proofs):
        return None
    return Operation("other", entry.region, sources=(entry.ref,) if entry.ref else ())


def _merged(dated: Iterable[Operation], within: int) -> list[Operation]:
    """Entries at most `within` days after the first join it: its day, and the weightiest kind of them all."""
    groups: list[list[Operation]] = []
    for op in dated:
        if groups and _days_between(groups[-1][0], op) <= within:
            groups[-1].append(op)
        else:
            groups.append([op])
    return [_as_one(group) for group in groups]


def _days_between(first: Operation, later: Operation) -> int:
    return ((later.day or date.max) - (first.day or date.min)).days


def _as_one(group: list[Operation]) -> Operation:
    kind = min((op.kind for op in group), key=KIND_ORDER.index)
    known = {op.region for op in group} - {"unknown"}
    region: Region = next(iter(known)) if len(known) == 1 else "unknown"
    sources = tuple(sorted({source for op in group for source in op.sources}))
    return Operation(kind, region, group[0].day, group[0].when, sources)
