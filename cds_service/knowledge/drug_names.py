"""The words by which a drug without a known code is known: the ingredients that value sets name, and what else they
are called (`drug_words.toml`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter

from cds_service.errors import KnowledgeError
from cds_service.knowledge.layers import Layer, checked, tables
from cds_service.knowledge.rows import Row
from cds_service.knowledge.systems import ATC, RXNORM
from cds_service.knowledge.value_sets import ValueSet

DRUG_WORDS_FILE = "drug_words.toml"
INGREDIENTS = "opioid_rxnorm_ingredients"
USE_DISORDER = "oud_treatment_drugs"
CLASS_WORDS: Mapping[str, str] = {
    "opioid_atc": "opioid",
    "analgesic_nsaid": "NSAID",
    "analgesic_acetaminophen": "acetaminophen",
    "analgesic_gabapentinoid": "gabapentinoid",
    "analgesic_neuropathic_antidepressant": "antidepressant",
    "muscle_relaxant": "muscle relaxant",
    "systemic_steroid": "corticosteroid",
    "anticoagulant_antiplatelet": "blood thinner",
    "immunosuppressant_drugs": "immunosuppressant",
    "tobacco_cessation_drugs": "tobacco cessation treatment",
    USE_DISORDER: "treatment of opioid use disorder",
}
# Whose ingredients are looked for in text. The ATC set of opioids is not among them: what it says of an
# analgesic form of buprenorphine would hold for every text that names it.
NAMED_SETS = (INGREDIENTS, *(concept for concept in CLASS_WORDS if concept != "opioid_atc"))
ONE_WORD = re.compile(r"[A-Za-z]{4,}")
BRACKETED = re.compile(r"\([^)]*\)")
Names = Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Called:
    """What drug_words.toml says of one ingredient; `value_set` only where no row names it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    words: tuple[Annotated[str, Field(pattern=r"^[a-z]{4,}$")], ...] = ()
    value_set: str = ""


_CALLED = TypeAdapter(Called)


def read_names(ours: Layer, site: Layer, value_sets: Mapping[str, ValueSet]) -> Names:
    """Each word that names an ingredient, in lower case, with the rows it stands for: one a value set.

    Raises KnowledgeError.
    """
    named = _named_by_rows(value_sets)
    names = {word: dict(rows) for word, rows in named.items()}
    for ingredient, (at, table) in tables(DRUG_WORDS_FILE, ours, site).items():
        called = checked(_CALLED, at, ingredient, table)
        rows = _rows_of(at, ingredient, called, named, value_sets)
        for word in (ingredient, *called.words):
            for concept, row in rows.items():
                names.setdefault(word, {}).setdefault(concept, row)
    return {name: tuple(rows.values()) for name, rows in names.items()}


def _named_by_rows(value_sets: Mapping[str, ValueSet]) -> dict[str, dict[str, Row]]:
    named: dict[str, dict[str, Row]] = {}
    for concept in NAMED_SETS:
        for row in value_sets[concept].rows if concept in value_sets else ():
            for name in names_in(row):
                named.setdefault(name, {}).setdefault(concept, row)
    return named


def _rows_of(
    at: str,
    ingredient: str,
    called: Called,
    named: Mapping[str, Mapping[str, Row]],
    value_sets: Mapping[str, ValueSet],
) -> Mapping[str, Row]:
    """The rows that name the ingredient, else the ATC class of the value set it is said to belong to."""
    if bool(called.value_set) == (ingredient in named):
        mend = "leave value_set out" if called.value_set else "correct the name, or give its value_set"
        raise KnowledgeError(f"{at}: {ingredient}: is {'' if called.value_set else 'not '}named by a row; {mend}")
    if ingredient in named:
        return named[ingredient]
    rows = value_sets[called.value_set].rows if called.value_set in NAMED_SETS else ()
    classes = [row for row in rows if row.system == ATC and row.match == "prefix"]
    if not classes:
        raise KnowledgeError(f"{at}: {ingredient}.value_set: {called.value_set} has no ATC class; name one that has")
    return {called.value_set: classes[0]}


def names_in(row: Row) -> Iterator[str]:
    """The ingredients a row names; a class ("NSAIDs") is not one, nor a product of two."""
    if row.match != "exact" or row.system not in (RXNORM, ATC) or "/" in row.display:
        return
    display = BRACKETED.sub("", row.display).strip()
    if row.system == RXNORM:
        display = display.split(" ")[0]
    yield from (part.lower() for part in display.split(", ") if ONE_WORD.fullmatch(part))
