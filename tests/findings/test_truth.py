"""Three-valued logic: an unknown never turns a no into a yes or a yes into a no."""

from __future__ import annotations

import pytest

from cds_service.findings.truth import Truth, all_of, any_of, not_


@pytest.mark.parametrize(
    ("parts", "every", "some"),
    [
        ((), True, False),
        ((True,), True, True),
        ((False,), False, False),
        ((None,), None, None),
        ((True, None), None, True),
        ((False, None), False, None),
        ((True, False), False, True),
        ((True, False, None), False, True),
    ],
)
def test_every_and_some(parts: tuple[Truth, ...], every: Truth, some: Truth) -> None:
    assert all_of(parts) is every
    assert any_of(parts) is some


@pytest.mark.parametrize(("part", "opposite"), [(True, False), (False, True), (None, None)])
def test_the_opposite(part: Truth, opposite: Truth) -> None:
    assert not_(part) is opposite
