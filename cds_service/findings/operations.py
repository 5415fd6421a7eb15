"""Which spine operations are on record, and when the last one was (clinical-logic D, "Operations" in L)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cds_service.findings.finding import Fact
from cds_service.findings.on_record import BY_TEXT, day_of, refs
from cds_service.findings.spine import compatible
from cds_service.findings.words import range_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, PatientRecord, Procedure, Region, Side

Kind = Literal["corpectomy", "fusion", "disc-replacement", "discectomy", "decompression", "other"]
# The weightiest first: of entries that are one operation the first names it.
KINDS: tuple[Kind, ...] = ("corpectomy", "fusion", "disc-replacement", "discectomy", "decompression", "other")
KIND_OF_SET: dict[str, Kind] = {
    "proc_corpectomy": "corpectomy",
    "proc_fusion": "fusion",
    "proc_disc_replacement_other": "disc-replacement",
    "proc_discectomy": "discectomy",
    "proc_decompression": "decompression",
}
# proc_disc_replacement_other also holds implant removal, revision and tumour laminectomy.
REPLACEMENTS = ("Disc replacement", "Disc arthroplasty", "Disc prosthesis", "Facet replacement")
IN_WORDS = "prior_spine_surgery_status"
STATUS_SETS = (IN_WORDS, "failed_back_surgery")
WORDS_OF_KIND: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("corpectomy", re.compile(r"corpectom", re.I)),
    ("fusion", re.compile(r"\bfusion|arthrodes|\b(?:ACDF|TLIF|PLIF|ALIF|XLIF|LLIF|OLIF|PSF)\b", re.I)),
    ("disc-replacement", re.compile(r"dis[ck] (?:replacement|arthroplast)", re.I)),
    ("discectomy", re.compile(r"dis[ck]ectom", re.I)),
    ("decompression", re.compile(r"lamin(?:ectom|otom|oplast)|foraminotom|decompress", re.I)),
)
# Beside these a word does not name what was done: "laminectomy without fusion", "removal of fusion hardware",
# "laminectomy, fusion not done".
NOT_DONE = re.compile(r"[^.;,]*\bnot (?:done|performed)\b|\b(?:no|not|without|removal|exploration)\b[^.;,]*", re.I)


@dataclass(frozen=True, slots=True)
class Operation:
    """One spine operation; `day` is its last possible day, None when it is undated; `when` its date as written."""

    kind: Kind
    region: Region = "unknown"
    day: date | None = None
    when: DateRange | None = None
    sources: tuple[str, ...] = ()
    side: Side = "unknown"
    by_text: bool = False

    @property
    def fact(self) -> Fact:
        """ "lumbar fusion, 15 November 2026"."""
        kind = "spine operation" if self.kind == "other" else self.kind.replace("-", " ")
        side = f"{self.side} " if self.side in ("left", "right") else ""
        where = f"{self.region} " if self.region != "unknown" else ""
        said = f"{side}{where}{kind}, {range_in_words(self.when) if self.when else 'undated'}"
        return Fact(said + (BY_TEXT if self.by_text else ""), self.sources)


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
    def last_day(self) -> date | None:
        """The day of the newest dated operation."""
        return self.dated[0].day if self.dated else None

    @property
    def surely_by(self) -> date | None:
        """The newest day from which on an operation surely took place: a month or a year may mean its first day.

        Only such an operation answers a red flag; the spec's last possible day would silence one it may precede.
        """
        return max((op.when.first for op in self.dated if op.when), default=None)

    def followed(self, onset: date) -> bool:
        """An operation surely took place on the day of onset or later."""
        return self.surely_by is not None and self.surely_by >= onset

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Each operation, newest first."""
        return tuple(op.fact for op in (*self.dated, *self.undated))


def operations(record: PatientRecord, given: Thresholds) -> Operations:
    """Every completed or running spine operation; entries within `operation_merge_days` of the first are one."""
    done = [op for entry in record.procedures if (op := _operation(entry, record.day))]
    undated = [op for op in done if not op.day] + _known_by_status(record, done)
    merged = _merged(sorted((op for op in done if op.day), key=_in_order), given.operation_merge_days)
    return Operations(tuple(reversed(merged)), tuple(sorted(_each_once(undated), key=_in_order)))


def _each_once(undated: Iterable[Operation]) -> list[Operation]:
    """Nothing tells two undated operations of one kind and place apart: they may be one entered twice (law 1)."""
    alike: dict[tuple[Kind, Region, Side], list[Operation]] = {}
    for op in undated:
        alike.setdefault((op.kind, op.region, op.side), []).append(op)
    return [_as_one(group) for group in alike.values()]


def _in_order(op: Operation) -> tuple[date, int, tuple[str, ...]]:
    return (op.day or date.min, KINDS.index(op.kind), op.sources)


def _operation(entry: Procedure, today: date) -> Operation | None:
    """The procedure as a spine operation; None for anything lesser, unverified, planned or of doubtful status."""
    when = entry.performed or entry.performed_until
    kind = _kind(entry)
    if kind is None or not entry.sure or (when is not None and when.first > today):
        return None
    by_text = all(match.by_text for match in entry.concepts.values())
    return Operation(kind, entry.region, day_of(when, today), when, refs(entry), entry.side, by_text)


def _kind(entry: Procedure) -> Kind | None:
    """By its code; by its words only where no code says that something else was done (an MRI after a fusion)."""
    coded = [name for name in KIND_OF_SET if name in entry.concepts]
    full = [name for name in coded if entry.counts_for(name)]
    in_words = entry.counts_for(IN_WORDS) and set(entry.concepts) <= {IN_WORDS, *coded}
    if not full and not in_words:
        return None
    return next((_kind_of(name, entry) for name in (*full, *coded)), _kind_in_words(entry))


def _kind_in_words(entry: Procedure) -> Kind:
    """The weightiest operation that its words name."""
    words = [NOT_DONE.sub(" ", text) for text in entry.words]
    return next((kind for kind, regex in WORDS_OF_KIND if any(map(regex.search, words))), "other")


def _kind_of(value_set: str, entry: Procedure) -> Kind:
    kind = KIND_OF_SET[value_set]
    if kind == "disc-replacement" and not entry.concepts[value_set].label.startswith(REPLACEMENTS):
        return "other"
    return kind


def _known_by_status(record: PatientRecord, done: Iterable[Operation]) -> list[Operation]:
    """One operation at most, and none where a Procedure of a compatible region may be what the entries tell of."""
    told = [op for entry in record.conditions if (op := _status(entry))]
    other = [op for op in told if not any(compatible(op.region, one.region) for one in done)]
    return [_as_one(other)] if other else []


def _status(entry: Condition) -> Operation | None:
    """A status or failed-back entry proves an operation without dating it; one in doubt or of weak rows does not."""
    uses = {entry.concepts[name].use for name in STATUS_SETS if name in entry.concepts}
    if entry.unconfirmed or not uses - {"weak"}:
        return None
    by_text = all(entry.concepts[name].by_text for name in STATUS_SETS if name in entry.concepts)
    return Operation("other", entry.region, sources=refs(entry), side=entry.side, by_text=by_text)


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
    first = group[0]
    known = {op.region for op in group} - {"unknown"}
    region: Region = known.pop() if len(known) == 1 else "unknown"
    sources = tuple(sorted({source for op in group for source in op.sources}))
    kind, by_text = min((op.kind for op in group), key=KINDS.index), all(op.by_text for op in group)
    return Operation(kind, region, first.day, first.when, sources, _side_of(group), by_text)


def _side_of(group: list[Operation]) -> Side:
    """The one side that is named; an entry that names none says nothing against it."""
    named = {op.side for op in group} - {"unknown"}
    side: Side = "both" if len(named) > 1 else next(iter(named), "unknown")
    return side
