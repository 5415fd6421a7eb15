"""A verdict is a tree of statements; unknown parts never turn a no into a yes or a yes into a no."""

from __future__ import annotations

import pytest

from cds_service.assessment.verdict import Verdict, all_of, any_of, at_least, none_of, rule
from cds_service.findings.finding import Fact
from cds_service.findings.truth import Truth

YES = Verdict("yes", True, (Fact("a"),))
NO = Verdict("no", False, (Fact("b"),))
UNKNOWN = Verdict("unsure", None, (Fact("c"),))


@pytest.mark.parametrize(
    ("parts", "every", "some", "none"),
    [
        ((YES,), True, True, False),
        ((NO,), False, False, True),
        ((UNKNOWN,), None, None, None),
        ((YES, UNKNOWN), None, True, False),
        ((NO, UNKNOWN), False, None, None),
        ((YES, NO), False, True, False),
    ],
)
def test_combined(parts: tuple[Verdict, ...], every: Truth, some: Truth, none: Truth) -> None:
    assert all_of("all", *parts).holds is every
    assert any_of("any", *parts).holds is some
    assert none_of("none", *parts).holds is none


@pytest.mark.parametrize(
    ("count", "holds"),
    [(0, True), (1, True), (2, None), (3, False)],
)
def test_so_many_of_them(count: int, holds: Truth) -> None:
    assert at_least(count, "enough", YES, NO, UNKNOWN).holds is holds


def test_each_is_told_under_its_own_words_with_its_parts() -> None:
    for combined in (all_of("said", YES, NO), any_of("said", YES, NO), at_least(1, "said", YES, NO)):
        assert (combined.says, combined.parts) == ("said", (YES, NO))
    assert none_of("said", YES) == Verdict("said", False, (), (Verdict("no yes", False),))


def test_facts_are_those_of_the_parts_that_hold_each_once() -> None:
    assert any_of("any", YES, NO, UNKNOWN, YES).facts == (Fact("a"),)
    assert all_of("all", YES, NO, UNKNOWN).facts == at_least(2, "two", YES, NO, UNKNOWN).facts == (Fact("a"),)
    assert none_of("none", NO).facts == ()


@pytest.mark.parametrize(
    ("verdict", "because"),
    [
        (YES, "yes"),
        (NO, "not: no"),
        (UNKNOWN, "unknown: unsure"),
        (all_of("all", YES, any_of("any", NO, YES)), "yes"),
        (all_of("all", any_of("any", YES, NO), Verdict("other", False)), "not: other"),
        (any_of("any", NO, UNKNOWN), "unknown: unsure"),
        (none_of("none", NO), "no no"),
        (none_of("none", YES, NO), "not: no yes"),
        (any_of("nothing to ask"), "not: nothing to ask"),
        (at_least(2, "two", YES, NO, UNKNOWN), "unknown: unsure"),
    ],
)
def test_because_names_only_what_decided(verdict: Verdict, because: str) -> None:
    assert verdict.because == because


def test_a_rule_is_its_function_with_an_id_and_evidence() -> None:
    @rule("tall", evidence=("E01",))
    def tall(height: int) -> Verdict:
        """The patient is tall.

        In centimetres.
        """
        return Verdict("tall", height > 180)

    @rule("nameless")
    def nameless() -> Verdict:
        return YES

    assert (tall.id, tall.evidence, tall.statement) == ("tall", ("E01",), "The patient is tall.")
    assert tall(181).holds is True and tall(height=180).holds is False
    assert (nameless.statement, nameless()) == ("", YES)
