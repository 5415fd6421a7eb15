"""How long a complaint has lasted, as bounds, because an onset may be a month, a year or only "at least".

Each entry gives a Beginning; one that says nothing the others do not is left out, and of the rest the longest
counts (clinical-logic A, the table and rules 1, 3 and 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from cds_service.findings.words import day_in_words, range_in_words, since_in_words, span_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange, DayCount
from cds_service.record.patient import Condition, StartKind

SNOMED = "http://snomed.info/sct"
CHRONIC_CODES = frozenset((SNOMED, code) for code in ("134407002", "278860009", "1121000119107", "307177001"))
CHRONIC_PAIN_OF_A_SITE = "G892"
ACUTE_CODE = (SNOMED, "278862001")


class Confidence(StrEnum):
    """How the start of a complaint is known."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    TEXT = "text"
    CODED = "coded"
    AT_LEAST = "at least"
    UNKNOWN = "unknown"


RANK = tuple(Confidence)
NOTHING_KNOWN = DayCount(0, None)
Identity = tuple[str, list[tuple[str, str]], tuple[str, ...], list[str]]
STATED = {
    StartKind.EXACT: Confidence.EXACT,
    StartKind.APPROXIMATE: Confidence.APPROXIMATE,
    StartKind.TEXT: Confidence.TEXT,
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """When one entry, or a chain of visits, says that a complaint began.

    `lasting`: its days so far, `most` None for "at least". `reckoned`: the days that decide "more than N":
    true below its least, false from its most on, else unknown. `limited`: a lone visit or an acute code,
    which may not take the place of an entry that says more.
    """

    confidence: Confidence
    entry: Condition
    earliest: date | None = None
    latest: date | None = None
    lasting: DayCount | None = None
    reckoned: DayCount = NOTHING_KNOWN
    limited: bool = False
    words: str = "start unknown"

    @property
    def at_least(self) -> bool:
        """It may have begun earlier still."""
        return self.confidence in (Confidence.AT_LEAST, Confidence.CODED)

    @property
    def since_at_least(self) -> date:
        """The first day on which it may have begun."""
        return date.min if self.at_least or self.earliest is None else self.earliest


def says_chronic(entry: Condition) -> bool:
    """A code that says chronic: three of pain, one of sciatica, and chronic pain whose site is the spine."""
    return not CHRONIC_CODES.isdisjoint(entry.codes) or (
        "chronic_pain_generic" in entry.concepts
        and any(code.startswith(CHRONIC_PAIN_OF_A_SITE) for _, code in entry.codes)
    )


def says_acute(entry: Condition) -> bool:
    """The code says acute, so it never counts as more than 84 days."""
    return ACUTE_CODE in entry.codes and not says_chronic(entry)


def has_stated_onset(entry: Condition) -> bool:
    """An onset is stated and can be read."""
    return entry.start.kind in STATED


def beginning_of(entry: Condition, gone: date | None, today: date, given: Thresholds) -> Beginning:
    """When this entry says that the complaint began; `gone`: the last day on which an entry of it ended."""
    start = entry.start
    if start.latest is None or start.kind in (StartKind.UNREADABLE, StartKind.NONE):
        return _undated(entry, today, given)
    earliest, latest = start.earliest or start.latest, start.latest
    if start.kind is StartKind.AT_LEAST and not (entry.recurrent and _gone_since(latest, gone)):
        return at_least_since(entry, DateRange(earliest, latest), today, given)
    confidence = STATED.get(start.kind, Confidence.APPROXIMATE)
    if entry.recurrent and not _later_than_a_remission(earliest, gone):
        confidence = Confidence.APPROXIMATE
        latest = today if _gone_since(earliest, gone) else latest
    return _dated(entry, confidence, DateRange(earliest, latest), today, given)


def at_least_since(
    entry: Condition, known: DateRange, today: date, given: Thresholds, *, alone: bool = False
) -> Beginning:
    """It was there on the day `known`, so it is at least that old; alone, a visit proves no persistence (A.3)."""
    days = (today - known.last).days
    words = f"on record since {range_in_words(known)} ({span_in_words(DayCount(days, None))})"
    return _capped(
        Beginning(
            Confidence.AT_LEAST,
            entry,
            known.first,
            known.last,
            DayCount(days, None),
            DayCount(0 if alone else days, days),
            limited=alone,
            words=f"seen on {day_in_words(known.last)}" if alone else words,
        ),
        given,
    )


def kept(beginnings: Iterable[Beginning]) -> tuple[Beginning, ...]:
    """Without those that hold another one (A.1); of equals the surest, then the first by reference, stays.

    A lone visit or an acute code takes the place of none that says more.
    """
    ranked = sorted(beginnings, key=_sureness)
    dated = [one for one in ranked if one.latest is not None]
    if not dated:
        return tuple(ranked[:1])
    sure = _innermost(one for one in dated if not one.limited)
    return (*sure, *(one for one in _innermost((*sure, *dated)) if one.limited))


def _innermost(ranked: Iterable[Beginning]) -> tuple[Beginning, ...]:
    """Those that hold no other, of equals the first: none that starts later has ended its start as early."""
    inner: list[Beginning] = []
    earliest_latest = date.max
    for one in sorted(ranked, key=lambda one: (-one.since_at_least.toordinal(), one.latest or date.max)):
        if one.latest is not None and one.latest < earliest_latest:
            inner.append(one)
            earliest_latest = one.latest
    return tuple(sorted(inner, key=_sureness))


def longest(beginnings: Sequence[Beginning]) -> Beginning:
    """The one that dates the complaint: the earliest latest start, of equals the surest."""
    return min(beginnings, key=lambda one: (one.latest or date.max, *_sureness(one)))


def bounds_of_the_longest(counts: Iterable[DayCount]) -> DayCount:
    """The bounds of the maximum: [most of the leasts, most of the mosts], open where one is open."""
    known = tuple(counts)
    mosts = [count.most for count in known]
    return DayCount(
        max(count.least for count in known),
        None if None in mosts else max(most for most in mosts if most is not None),
    )


def _sureness(one: Beginning) -> tuple[bool, int, Identity]:
    return (one.limited, RANK.index(one.confidence), identity(one.entry))


def identity(entry: Condition) -> Identity:
    """What tells two entries of one day apart whatever the order of the chart."""
    return (entry.ref, sorted(entry.codes), entry.words, sorted(entry.concepts))


def _later_than_a_remission(onset: date, gone: date | None) -> bool:
    """The onset given is that of the present episode (A.4)."""
    return gone is not None and gone < onset


def _gone_since(onset: date, gone: date | None) -> bool:
    """It was gone on the day of the onset given or later: the present episode began some time after."""
    return gone is not None and gone >= onset


def _dated(entry: Condition, confidence: Confidence, start: DateRange, today: date, given: Thresholds) -> Beginning:
    lasting = DayCount((today - start.last).days, (today - start.first).days)
    words = f"{since_in_words(start)} ({span_in_words(lasting)})"
    return _capped(Beginning(confidence, entry, start.first, start.last, lasting, lasting, words=words), given)


def _undated(entry: Condition, today: date, given: Thresholds) -> Beginning:
    """Unknown; chronic by its code: more than 84 days, by how much nobody knows."""
    if not says_chronic(entry):
        return _capped(Beginning(Confidence.UNKNOWN, entry), given)
    lasting = DayCount(given.symptom_days + 1, None)
    latest = today - timedelta(days=lasting.least)
    words = "chronic by its code, start unknown"
    return Beginning(Confidence.CODED, entry, None, latest, lasting, lasting, words=words)


def _capped(one: Beginning, given: Thresholds) -> Beginning:
    """An acute code never counts as more than 84 days, whatever its dates say."""
    most, cap = one.reckoned.most, given.symptom_days
    if not says_acute(one.entry) or (most is not None and most <= cap):
        return one
    return replace(one, reckoned=DayCount(min(one.reckoned.least, cap), cap), limited=True)
