"""Other words for drugs: each stands for an ingredient that value sets name, or for a class of theirs."""

from __future__ import annotations

import pytest

from cds_service.errors import KnowledgeError
from cds_service.knowledge.load import Knowledge
from tests.knowledge.conftest import Site

FILE = "drug_words.toml"


def concepts(knowledge: Knowledge, word: str) -> dict[str, str]:
    return {row.concept: row.display for row in knowledge.drug_names.get(word, ())}


def test_a_brand_stands_for_the_rows_of_its_ingredients(knowledge: Knowledge) -> None:
    assert concepts(knowledge, "percocet") == {
        "opioid_rxnorm_ingredients": "oxycodone",
        "analgesic_acetaminophen": "acetaminophen",
    }
    assert concepts(knowledge, "suboxone").keys() == {"opioid_rxnorm_ingredients", "oud_treatment_drugs"}


def test_an_ingredient_without_a_row_stands_for_its_class(knowledge: Knowledge) -> None:
    assert concepts(knowledge, "valdecoxib") == concepts(knowledge, "arcoxia") == {"analgesic_nsaid": "NSAIDs"}


def test_a_word_counts_as_its_row_does(knowledge: Knowledge) -> None:
    assert {row.use for row in knowledge.drug_names["acetylsalicylic"]} == {"weak"}


def test_a_site_adds_words_of_its_country(site: Site) -> None:
    knowledge = site({FILE: '[ibuprofen]\nwords = ["dolormin"]\n[metamizole]\nvalue_set = "analgesic_nsaid"'})
    assert concepts(knowledge, "dolormin") == {"analgesic_nsaid": "ibuprofen"}
    assert concepts(knowledge, "metamizole") == {"analgesic_nsaid": "NSAIDs"}
    assert "advil" not in knowledge.drug_names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[ibuprofin]\nwords = ["advil"]', "ibuprofin: is not named by a row; correct the name, or give its value_set"),
        ('[ibuprofen]\nvalue_set = "analgesic_nsaid"', "ibuprofen: is named by a row; leave value_set out"),
        ('[tilidine]\nvalue_set = "opioid_rxnorm_ingredients"', "opioid_rxnorm_ingredients has no ATC class; name one"),
        ('[tilidine]\nvalue_set = "opiods"', "tilidine.value_set: opiods has no ATC class"),
        ('[ibuprofen]\nwords = ["Advil"]', "ibuprofen.words.0"),
        ('[ibuprofen]\nbrands = ["advil"]', "ibuprofen.brands"),
    ],
)
def test_words_that_stand_for_nothing(site: Site, text: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        site({FILE: text})
    assert message in str(refused.value)
