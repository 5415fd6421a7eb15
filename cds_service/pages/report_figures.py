"""What the report's page draws: sums by rule, client, tenant and month with their rates, and reasons by rank.

Only of cards that the store knows. Positions are per cent of a plot's width or height; the words are the template's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.pages.rates import Rates, rates_of
from cds_service.pages.report_rows import Row
from cds_service.rendering.override_reasons import OVERRIDE_DISPLAYS
from cds_service.store.counted import UNKNOWN_RULE

# More are told together; fifteen with their plots fill a screen.
MOST_NAMED = 15
# More columns than these have no room for their names on a phone.
MOST_MONTHS = 18
# Fewer columns than these would be walls.
FEWEST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Sum:
    """Cards that have a name in common: how many were shown, and what became of them."""

    name: str
    shown: int
    accepted: int
    overridden: int
    ignored: int
    rates: Rates | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Sums by a name, those shown most often first; `others` are the sums past the first, `together` is their sum."""

    named: tuple[Sum, ...]
    others: tuple[Sum, ...]
    together: Sum


@dataclass(frozen=True, slots=True)
class Column:
    """One month: where it stands, and how high each part of it is; `year` where it is to be told."""

    month: str
    year: str
    left: float
    width: float
    accepted: float
    overridden: float
    ignored: float


@dataclass(frozen=True, slots=True)
class Columns:
    """The newest months side by side, up to a round number of cards; `ticks` pair a number with its height."""

    columns: tuple[Column, ...]
    ticks: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One reason and how many gave it; `words` are HL7's, empty for what has none."""

    code: str
    words: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the page draws."""

    total: Sum
    rules: tuple[Sum, ...]
    clients: Ranking
    tenants: Ranking
    months: tuple[Sum, ...]
    columns: Columns
    reasons: tuple[Ranked, ...]
    unknown: int


def figures_of(rows: Sequence[Row], titles: Mapping[str, str]) -> Figures:
    """The figures of these rows; rules stand in the order of `titles`, others after them."""
    known = [row for row in rows if row.rule != UNKNOWN_RULE]
    months = _every_month(sums_by(known, lambda row: row.month))
    places = {rule: place for place, rule in enumerate(titles)}
    rules = sums_by(known, lambda row: row.rule)
    return Figures(
        total=sum_of("", known),
        rules=tuple(sorted(rules, key=lambda one: (places.get(one.name, len(places)), one.name))),
        clients=ranking_of(sums_by(known, lambda row: row.client)),
        tenants=ranking_of(sums_by([row for row in known if row.tenant], _tenant)),
        months=months,
        columns=columns_of(months[-MOST_MONTHS:]),
        reasons=reasons_of(known),
        unknown=sum(row.accepted + row.overridden for row in rows if row.rule == UNKNOWN_RULE),
    )


def _tenant(row: Row) -> str:
    return f"{row.client} · {row.tenant}" if row.client else row.tenant


def sum_of(name: str, rows: Iterable[Row | Sum]) -> Sum:
    """All of them as one."""
    shown = accepted = overridden = ignored = 0
    for row in rows:
        shown, accepted, overridden = shown + row.shown, accepted + row.accepted, overridden + row.overridden
        ignored += row.ignored or 0
    return Sum(name, shown, accepted, overridden, ignored, rates_of(shown, accepted, overridden))


def sums_by(rows: Iterable[Row], name: Callable[[Row], str]) -> tuple[Sum, ...]:
    """A sum for each name, by name."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    return tuple(sum_of(one, found[one]) for one in sorted(found))


def ranking_of(sums: Sequence[Sum]) -> Ranking:
    """Most shown first, equals by name; a single one past the first is named, too."""
    ranked = tuple(sorted(sums, key=lambda one: (-one.shown, one.name)))
    most = MOST_NAMED if len(ranked) > MOST_NAMED + 1 else len(ranked)
    return Ranking(ranked[:most], ranked[most:], sum_of("", ranked[most:]))


def _every_month(sums: Sequence[Sum]) -> tuple[Sum, ...]:
    """Months without a card, too: a gap in the work is a gap in the plot."""
    found = {one.name: one for one in sums}
    months = sorted(found)
    every: list[Sum] = []
    while months and (not every or every[-1].name < months[-1]):
        month = _after(every[-1].name) if every else months[0]
        every.append(found.get(month) or sum_of(month, ()))
    return tuple(every)


def _after(month: str) -> str:
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).isoformat()[:7]


def columns_of(months: Sequence[Sum]) -> Columns:
    """The months side by side, each with what became of its cards."""
    most = max((one.shown for one in months), default=0)
    step = round_step(most)
    top = max(step, -(-most // step) * step)
    room = 100 / max(FEWEST_PLACES, len(months))
    columns = (
        Column(
            one.name,
            _year([each.name for each in months], place),
            left=(place + 0.15) * room,
            width=0.7 * room,
            accepted=100 * one.accepted / top,
            overridden=100 * one.overridden / top,
            ignored=100 * one.ignored / top,
        )
        for place, one in enumerate(months)
    )
    return Columns(tuple(columns), tuple((tick, 100 * tick / top) for tick in range(0, top + 1, step)))


def _year(months: Sequence[str], place: int) -> str:
    """Under each January, and under the first month unless a January is so near that there is no room for both."""
    is_told = months[place].endswith("-01") or (place == 0 and not any(month.endswith("-01") for month in months[1:3]))
    return months[place][:4] if is_told else ""


def round_step(most: int) -> int:
    """1, 2 or 5 with noughts: the smallest that leads to `most` in at most five steps."""
    step = 1
    while True:
        for one in (step, 2 * step, 5 * step):
            if one * 5 >= most:
                return one
        step *= 10


def reasons_of(rows: Iterable[Row]) -> tuple[Ranked, ...]:
    """Why cards were overridden, the most frequent first; those without a reason last, under an empty code."""
    counts: dict[str, int] = {}
    overridden = 0
    for row in rows:
        overridden += row.overridden
        for reason in row.reasons:
            counts[reason.code] = counts.get(reason.code, 0) + reason.count
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    silent = overridden - sum(counts.values())
    if silent > 0:
        ranked.append(("", silent))
    return tuple(Ranked(code, OVERRIDE_DISPLAYS.get(code, ""), n, n / overridden) for code, n in ranked)
