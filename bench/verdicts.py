"""What a run had to show, and whether it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.tally import Tally


@dataclass(frozen=True, slots=True)
class Kept:
    """What the service says at the end: its report, its counter, and how many entries sent again were news."""

    rows: Sequence[Mapping[str, Any]]
    dropped: float
    news: int

    def total(self, what: str) -> int:
        """Of all rows."""
        return sum(int(row[what]) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One requirement."""

    requirement: str
    holds: bool
    said: str


def verdicts(tally: Tally, kept: Kept, growth: Mapping[int, float], flat: float, ended: Sequence[int]) -> list[Verdict]:
    """All requirements, in the order of the table. `flat`: how much more a worker may hold at the end."""
    return [
        Verdict("no failed card", not tally.errors, _counted(tally.errors) or f"{tally.cards} cards"),
        _no_lost_feedback(tally, kept),
        _all_shown(tally, kept),
        Verdict("memory flat", all(ratio <= flat for ratio in growth.values()), _ratios(growth, flat)),
        Verdict("every stop ended with 0", not any(ended), " ".join(str(status) for status in ended)),
    ]


def _no_lost_feedback(tally: Tally, kept: Kept) -> Verdict:
    """Each outcome as often as it was acknowledged; and sent again, none of it is news."""
    told = {what: list(tally.told.values()).count(what) for what in ("accepted", "overridden")}
    holds = all(kept.total(what) == number for what, number in told.items()) and not kept.news
    said = ", ".join(f"{number} {what}, {kept.total(what)} in the report" for what, number in told.items())
    return Verdict("no lost feedback, none twice", holds, f"{said}; sent again, {kept.news} were news")


def _all_shown(tally: Tally, kept: Kept) -> Verdict:
    """A card whose connection was cut may have been counted: its client did not see it."""
    cut = sum(number for what, number in tally.errors.items() if what.startswith("call cut"))
    shown = kept.total("shown")
    said = f"{tally.cards} answered, {shown} in the report, {kept.dropped:.0f} dropped"
    return Verdict("every card is counted", tally.cards - kept.dropped <= shown <= tally.cards + cut, said)


def _ratios(growth: Mapping[int, float], flat: float) -> str:
    ratios = " ".join(f"{ratio:.3f}" for ratio in growth.values())
    return f"last quarter ÷ second: {ratios or 'no worker was there for both'} (at most {flat})"


def _counted(errors: Mapping[str, int]) -> str:
    return ", ".join(f"{number} × {what}" for what, number in sorted(errors.items()))
