"""The report's rows: one for each rule, client, tenant and month, and the same as CSV.

A row belongs to the month in which its cards were shown; what became of them counts there, however late it was told.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import StringIO

from msgspec import Struct

from cds_service.pages.rates import Rates, rates_of
from cds_service.rendering.override_reasons import OVERRIDE_DISPLAYS, OVERRIDE_SYSTEM
from cds_service.store.counted import UNKNOWN_RULE, Counted

# The order of release: new columns come last.
COLUMNS = ("rule", "client", "tenant", "month", "shown", "accepted", "overridden")
RATED = ("accepted", "overridden")
RATE_COLUMNS = tuple(f"{what}_{part}" for what in RATED for part in ("rate", "low", "high"))


class Reason(Struct, frozen=True, omit_defaults=True):
    """How many gave one reason; "other" for reasons that our cards do not offer, which have no system here."""

    code: str
    count: int
    system: str = ""


class Row(Struct, frozen=True, omit_defaults=True):
    """One rule, client, tenant and month; what is absent is left out.

    `ignored` are the cards that have had no answer so far, those of this minute included: nobody can know which of
    them still will. Feedback on cards that the store does not know has neither `ignored` nor `rates`.
    """

    rule: str
    month: str
    shown: int
    accepted: int
    overridden: int
    client: str = ""
    tenant: str = ""
    reasons: tuple[Reason, ...] = ()
    ignored: int | None = None
    rates: Rates | None = None


class Report(Struct, frozen=True):
    """All rows, by rule, client, tenant and month."""

    rows: tuple[Row, ...]


@dataclass(slots=True)
class Sums:
    """What is counted for one row."""

    totals: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, counted: Counted) -> None:
        """More cards, or more of what became of them."""
        self.totals[counted.what] = self.totals.get(counted.what, 0) + counted.count
        if counted.reason:
            self.reasons[counted.reason] = self.reasons.get(counted.reason, 0) + counted.count


def rows_of(counts: Iterable[Counted]) -> tuple[Row, ...]:
    """The rows that these counts make."""
    sums: dict[tuple[str, str, str, str], Sums] = {}
    for one in counts:
        sums.setdefault((one.rule, one.client, one.tenant, one.month), Sums()).add(one)
    return tuple(_row(*place, sums[place]) for place in sorted(sums))


def _row(rule: str, client: str, tenant: str, month: str, sums: Sums) -> Row:
    shown, accepted, overridden = (sums.totals.get(what, 0) for what in ("shown", "accepted", "overridden"))
    reasons = tuple(_reason(code, sums.reasons[code]) for code in sorted(sums.reasons))
    ignored = None if rule == UNKNOWN_RULE else max(0, shown - accepted - overridden)
    rates = rates_of(shown, accepted, overridden)
    return Row(rule, month, shown, accepted, overridden, client, tenant, reasons, ignored, rates)


def _reason(code: str, count: int) -> Reason:
    return Reason(code, count, OVERRIDE_SYSTEM if code in OVERRIDE_DISPLAYS else "")


def as_csv(rows: Sequence[Row]) -> str:
    """A line a row; the reasons as `code=count`, a blank between two; rates from 0 to 1."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow([*COLUMNS, "reasons", "ignored", *RATE_COLUMNS])
    for row in rows:
        placed = [_cell(getattr(row, name)) for name in COLUMNS]
        table.writerow([*placed, in_codes(row.reasons), row.ignored, *_rate_cells(row.rates)])
    return text.getvalue()


def _cell(value: object) -> object:
    """A name that a spreadsheet would take for a formula is written as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _rate_cells(rates: Rates | None) -> list[float | None]:
    if rates is None:
        return [None] * len(RATE_COLUMNS)
    return [part for rate in (rates.accepted, rates.overridden) for part in (rate.rate, rate.low, rate.high)]


def in_codes(reasons: Sequence[Reason]) -> str:
    """Reasons as CSV has them."""
    return " ".join(f"{reason.code}={reason.count}" for reason in reasons)
