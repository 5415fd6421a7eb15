"""What a client prefers, by its header."""

from __future__ import annotations

import pytest

from cds_service.pages.preferences import preferred


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", "en"),
        ("es", "es"),
        ("ES-mx", "es"),
        ("en;q=0.2, es;q=0.3", "es"),
        ("es;q=0.2, es-MX;q=0.9, en;q=0.5", "es"),
        ("en;q=0.5, es;q=0.5", "en"),
        ("es;q=0", "en"),
        ("es;q=0.5, *", "en"),
        ("es, *;q=0.5", "es"),
        ("es;q=x", "es"),
        ("es;level=1;q=0.4", "es"),
        ("es;q=nan", "en"),
        (",,;q=1", "en"),
        ("fr, de", "en"),
    ],
)
def test_the_highest_weight_wins_and_the_first_of_equals(header: str, wanted: str) -> None:
    assert preferred(header, ("en", "es"), "en") == wanted
