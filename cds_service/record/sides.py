"""Which side of the body an entry speaks of: left, right or both, else unknown (clinical-logic D).

Asked in this order: the code, bodySite, a CPT modifier, the words; the first that names a side decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cds_service.knowledge.systems import CPT, ICD_10_CM, SNOMED, modifiers_of
from cds_service.record.patient import Side
from cds_service.record.words import holds_one, strings_of
from cds_service.wire.fhir import CodeableConcept

# ICD-10-CM families whose fifth character is the side: sciatica, and low back pain with sciatica.
SIDED = ("M543", "M544")
LENGTH_WITH_SIDE = 5
LAST_CHARACTERS: Mapping[str, Side] = {"1": "right", "2": "left"}
# SNOMED CT laterality: left, right, both.
LATERALITY: Mapping[str, Side] = {"7771000": "left", "24028007": "right", "51440002": "both"}
MODIFIERS: Mapping[str, Side] = {"LT": "left", "RT": "right", "50": "both"}
WORDS: tuple[tuple[Side, re.Pattern[str]], ...] = (
    ("left", re.compile(r"\bleft\b", re.IGNORECASE)),
    ("right", re.compile(r"\bright\b", re.IGNORECASE)),
    ("both", re.compile(r"\b(?:bilateral(?:ly)?|both)\b", re.IGNORECASE)),
)
STEMS = ("left", "right", "bilateral", "both")


def side_of(codes: Iterable[tuple[str, str]], sites: list[CodeableConcept] | None, words: Iterable[str]) -> Side:
    """The side, by the first of the four that names one; two different ones are both."""
    codes = tuple(codes)
    found = {side for system, code in codes if (side := _side_in_code(system, code))}
    if not found and sites:
        found = _sides_of_sites(sites) or _sides_in_words(strings_of(sites))
    found = found or _sides_of_modifiers(codes) or _sides_in_words(words)
    if not found:
        return "unknown"
    return found.pop() if len(found) == 1 else "both"


def _side_in_code(system: str, code: str) -> Side | None:
    if system != ICD_10_CM or len(code) != LENGTH_WITH_SIDE or not code.startswith(SIDED):
        return None
    return LAST_CHARACTERS.get(code[-1])


def _sides_of_sites(sites: list[CodeableConcept]) -> set[Side]:
    return {
        LATERALITY[coding.code]
        for site in sites
        for coding in site.coding or ()
        if coding.system == SNOMED and coding.code and coding.code in LATERALITY
    }


def _sides_of_modifiers(codes: Iterable[tuple[str, str]]) -> set[Side]:
    """Beside the code, or a coding of its own."""
    return {
        MODIFIERS[modifier]
        for system, code in codes
        if system == CPT
        for modifier in (code, *modifiers_of(code))
        if modifier in MODIFIERS
    }


def _sides_in_words(words: Iterable[str]) -> set[Side]:
    telling = [text for text in words if holds_one(text.lower(), STEMS)]
    return {side for side, regex in WORDS for text in telling if regex.search(text)} if telling else set()
