"""The words by which a drug without a known code is known: the ingredients that value sets name."""

import re
from collections.abc import Iterator, Mapping

from cds_service.knowledge.rows import Row
from cds_service.knowledge.systems import ATC, RXNORM
from cds_service.knowledge.value_sets import ValueSet

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


def names_of(value_sets: Mapping[str, ValueSet]) -> Names:
    """Each word that names an ingredient, in lower case, with the rows it stands for: one a value set."""
    names: dict[str, dict[str, Row]] = {}
    for concept in NAMED_SETS:
        for row in value_sets[concept].rows if concept in value_sets else ():
            for name in names_in(row):
                names.setdefault(name, {}).setdefault(concept, row)
    return {name: tuple(rows.values()) for name, rows in names.items()}


def names_in(row: Row) -> Iterator[str]:
    """The ingredients a row names; a class ("NSAIDs") is not one, nor a product of two."""
    if row.match != "exact" or row.system not in (RXNORM, ATC) or "/" in row.display:
        return
    display = BRACKETED.sub("", row.display).strip()
    if row.system == RXNORM:
        display = display.split(" ")[0]
    yield from (part.lower() for part in display.split(", ") if ONE_WORD.fullmatch(part))
