"""What stores of several sizes count, made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds_service.store.counted import Counted

RULES = ("urgent-emergency", "urgent-prompt", "not-advised", "optimise-first", "recommend", "consider")
MONTHS = ("2025-12", *(f"2026-{month:02}" for month in range(1, 12)))
REASONS = ("patient-refuses", "action-completed", "need-more-info", "other", "")


def cards(rule: str, client: str, month: str, shown: int, tenant: str = "") -> Iterator[Counted]:
    """So many cards of one row: a quarter accepted, a third overridden, for reasons in turn."""
    yield Counted(rule, client, tenant, month, "shown", "", shown)
    if shown // 4:
        yield Counted(rule, client, tenant, month, "accepted", "", shown // 4)
    for place, reason in enumerate(REASONS):
        count = len(range(place, shown // 3, len(REASONS)))
        if count:
            yield Counted(rule, client, tenant, month, "overridden", reason, count)


def small_store() -> Sequence[Counted]:
    """Two months of two rules at one client without a name, and feedback on a card from before."""
    counts = [*cards("recommend", "", "2026-10", 8), *cards("consider", "", "2026-11", 12)]
    return [*counts, Counted("unknown", "", "", "2026-11", "accepted", "", 1)]


def large_store() -> Sequence[Counted]:
    """A year of six rules at fifty clients, three of which name tenants."""
    return [
        one
        for place in range(50)
        for number, rule in enumerate(RULES, start=1)
        for month in MONTHS
        for one in cards(
            rule, f"hospital-{place:02}", month, number * 60 // (place + 1) + 1, "north" if place < 3 else ""
        )
    ]
