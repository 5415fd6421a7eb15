"""The codes: every ICD-10 code stands in a packaged release, and no code is in two sets that exclude each other."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import combinations

import pytest

from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.rows import RED_FLAG, Row
from cds_service.knowledge.systems import ICD_10, ICD_10_CM, SYSTEM_BY_URI

# Of each group a code may be in one set only: it cannot mean both. Red flags: one rule speaks for each.
EXCLUSIVE: tuple[tuple[str, ...], ...] = (
    ("tobacco_current", "tobacco_former", "tobacco_never_unknown"),
    ("diabetes", "diabetes_exclusions"),
    ("diabetes_uncontrolled", "diabetes_exclusions"),
    ("active_cancer", "exclude_family_or_history"),
    ("pregnancy", "exclude_family_or_history"),
)


def release(package: str) -> list[str]:
    """Every code of a packaged release; its package reads its own file in a way that Python calls old."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        codes: list[str] = import_module(package).get_all_codes(with_dots=True)
    return codes


def rows(knowledge: Knowledge, system: str) -> list[Row]:
    return [row for held in knowledge.value_sets.values() for row in held.rows if row.system == system]


def test_every_icd_10_cm_code_is_in_the_packaged_release(knowledge: Knowledge) -> None:
    checked = rows(knowledge, ICD_10_CM)

    assert len(checked) > 500
    assert missing_from(release("simple_icd_10_cm"), checked) == []


def test_every_icd_10_code_is_in_the_release_of_the_who(knowledge: Knowledge) -> None:
    checked = rows(knowledge, ICD_10)

    assert len(checked) > 300
    assert missing_from(release("simple_icd_10"), checked) == []


def missing_from(known: Iterable[str], checked: Iterable[Row]) -> list[Row]:
    """The rows whose code is not there; one that is shorter than a category is the letter of a whole chapter."""
    codes = set(known)
    letters = {code[0] for code in codes if code[1:2].isdigit()}
    return [row for row in checked if row.code not in (letters if len(row.code) == 1 else codes)]


@pytest.mark.parametrize("group", EXCLUSIVE, ids=" ".join)
def test_no_code_is_in_two_sets_that_exclude_each_other(group: tuple[str, ...], knowledge: Knowledge) -> None:
    for first, second in combinations(group, 2):
        assert list(in_both(knowledge, first, second)) == []


def test_no_red_flag_code_has_effect_in_two_sets(knowledge: Knowledge) -> None:
    flags = [concept for concept in knowledge.value_sets if concept.startswith(RED_FLAG)]

    for first, second in combinations(flags, 2):
        assert list(in_both(knowledge, first, second)) == []


def in_both(knowledge: Knowledge, first: str, second: str) -> Iterator[tuple[str, str]]:
    """The codes that have effect in both: the same code, whether or not it stands for what is under it."""
    codes = [
        {(row.system, SYSTEM_BY_URI[row.system].compared(row.code)) for row in held.rows if row.use != "ignore"}
        for held in (knowledge.value_sets[first], knowledge.value_sets[second])
    ]
    yield from sorted(codes[0] & codes[1])
