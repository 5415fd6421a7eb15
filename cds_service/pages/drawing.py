"""Where the parts of the timeline stand on paper: days become places, moments that would overlap become one mark.

Places are in units of the drawing, of which the whole is `WIDTH` wide. What is drawn with them is for the template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cds_service.findings.words import MONTHS, day_in_words, range_in_words
from cds_service.pages.timeline import Lane, LaneId, Moment, Row, StandingOf, Stretch
from cds_service.record.dates import months_later
from cds_service.rendering.text import shown

WIDTH, LEFT, RIGHT = 960.0, 190.0, 12.0
TOP, LANE_HEIGHT, ROW_HEIGHT, GAP = 8.0, 24.0, 22.0, 8.0
# Marks whose middles are closer than this would hide each other.
APART = 12.0
LEAST_WIDTH = 3.0
MOST_YEARS, LEAST_MONTHS = 12, 12
MOST_TICKS = 9
# A label that begins nearer to the right edge would be cut off.
LABEL_WIDTH = 60.0
MOST_NAMED = 5
STEPS_IN_MONTHS = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True, slots=True)
class Scale:
    """The days from `first` to `last`, from left to right; what lies outside stands at the edge."""

    first: date
    last: date

    def x(self, day: date) -> float:
        """Where the day stands."""
        inside = min(max(day, self.first), self.last)
        whole = (self.last - self.first).days
        return round(LEFT + (inside - self.first).days / whole * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """The first of months, as many as there is room for, with their names."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        step = next((step for step in STEPS_IN_MONTHS if months // step < MOST_TICKS), STEPS_IN_MONTHS[-1])
        marks = ((self.x(day), _named(day, step)) for day in _firsts(self.first, self.last, step))
        return tuple((x, name if x <= WIDTH - LABEL_WIDTH else "") for x, name in marks)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch: as far as it may reach, and within that as far as it surely does."""

    x: float
    width: float
    sure_x: float
    sure_width: float
    says: str
    standing: StandingOf
    since_before: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment, or `count` of them that stand too close; `width` 0: a day that is known."""

    x: float
    width: float
    count: int
    says: str


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row at its height; `name`, `kind` and `region` are those of the timeline."""

    row: Row
    y: float
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """A lane at its height with its rows."""

    id: LaneId
    y: float
    rows: tuple[DrawnRow, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole timeline. `earlier`: how many entries lie before its left edge, and so are in the table only."""

    width: float
    height: float
    left: float
    lanes: tuple[DrawnLane, ...]
    ticks: tuple[tuple[float, str], ...]
    earlier: int


def scale_of(days: Iterable[date], today: date) -> Scale:
    """From the first of these days to today: a year at least, and no more than twelve."""
    furthest = months_later(today, -12 * MOST_YEARS) or today
    nearest = months_later(today, -LEAST_MONTHS) or today
    first = max(min((*days, nearest)), furthest)
    return Scale(date(first.year, first.month, 1), today)


def drawn(lanes: Sequence[Lane], scale: Scale) -> Drawing:
    """The lanes one under the other; an empty lane keeps its place, so that nothing is taken for left out."""
    y = TOP
    made = []
    for lane in lanes:
        top, rows = y, []
        y += LANE_HEIGHT
        for row in lane.rows:
            rows.append(DrawnRow(row, y, tuple(_bars(row, scale)), tuple(_marks(row, scale))))
            y += ROW_HEIGHT
        y += GAP
        made.append(DrawnLane(lane.id, top, tuple(rows)))
    earlier = sum(day < scale.first for lane in lanes for row in lane.rows for day in _last_days(row))
    return Drawing(WIDTH, y, LEFT, tuple(made), scale.ticks(), earlier)


def _last_days(row: Row) -> Iterator[date]:
    yield from (stretch.last for stretch in row.stretches)
    yield from (moment.when.last for moment in row.moments)


def when_of(stretch: Stretch) -> str:
    """The days of a stretch as they are said."""
    return f"{day_in_words(stretch.first)} – {day_in_words(stretch.last)}"


def _bars(row: Row, scale: Scale) -> Iterator[Bar]:
    return (_bar(stretch, scale) for stretch in row.stretches if stretch.last >= scale.first)


def _bar(stretch: Stretch, scale: Scale) -> Bar:
    x = scale.x(stretch.first)
    width = max(scale.x(stretch.last) - x, LEAST_WIDTH)
    sure_x, sure_width = x, 0.0
    if stretch.sure_first and stretch.sure_last and stretch.sure_last >= scale.first:
        sure_x = scale.x(stretch.sure_first)
        sure_width = max(scale.x(stretch.sure_last) - sure_x, LEAST_WIDTH)
    says = f"{shown(stretch.says)}, {when_of(stretch)}"
    before = stretch.since_before or stretch.first < scale.first
    return Bar(x, round(width, 1), sure_x, round(sure_width, 1), says, stretch.standing, before)


def _marks(row: Row, scale: Scale) -> Iterator[Mark]:
    """Each moment, those too close to the one before with it."""
    group: list[Moment] = []
    for moment in (moment for moment in row.moments if moment.when.last >= scale.first):
        if group and scale.x(moment.when.first) - scale.x(group[-1].when.last) >= APART:
            yield _mark(group, scale)
            group = []
        group.append(moment)
    if group:
        yield _mark(group, scale)


def _mark(group: Sequence[Moment], scale: Scale) -> Mark:
    first, last = group[0].when.first, max(moment.when.last for moment in group)
    x = scale.x(first)
    names = "; ".join(dict.fromkeys(shown(moment.says) for moment in group[:MOST_NAMED]))
    alone = len(group) == 1
    when = range_in_words(group[0].when) if alone else f"{day_in_words(first)} – {day_in_words(last)}"
    return Mark(x, round(scale.x(last) - x, 1), len(group), f"{names}, {when}")


def _firsts(first: date, last: date, step: int) -> Iterator[date]:
    """The first days of every so many months, counted from January."""
    month = first.year * 12 + first.month - 1
    month += -month % step
    while (day := date(month // 12, month % 12 + 1, 1)) <= last:
        yield day
        month += step


def _named(day: date, step: int) -> str:
    return str(day.year) if step >= STEPS_IN_MONTHS[-2] else f"{MONTHS[day.month - 1][:3]} {day.year}"
