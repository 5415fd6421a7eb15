"""Facts as they are told."""

from __future__ import annotations

from cds_service.findings.finding import Fact, each_told_once


def test_the_same_fact_twice_is_told_once_with_both_sources() -> None:
    twice = (
        Fact("pain", ("Condition/a",)),
        Fact("scan", ("Procedure/x",)),
        Fact("pain", ("Condition/b", "Condition/a")),
    )
    assert each_told_once(twice) == (Fact("pain", ("Condition/a", "Condition/b")), Fact("scan", ("Procedure/x",)))


def test_another_quote_is_another_fact() -> None:
    reports = (Fact("report", (), "one"), Fact("report", (), "two"))
    assert each_told_once(reports) == reports
