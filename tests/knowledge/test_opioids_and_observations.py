"""Opioid products, morphine equivalents, and the list of measurements that are read."""

import pytest

from cds_service.errors import KnowledgeError
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.opioids import DOSE_UNITS, EQUIVALENT_COLUMNS, STRENGTH_UNITS
from cds_service.knowledge.systems import LOINC, RXNORM
from cds_service.knowledge.value_sets import PRODUCT_COLUMNS
from tests.knowledge.conftest import Site

# A product of oxycodone: strength and unit are still to come.
OXYCODONE = f"{RXNORM},99,X,exact,full,7804,o"
PRODUCTS_HEADER = ",".join(("system", "code", "display", "match", "use", *PRODUCT_COLUMNS))
EQUIVALENTS_HEADER = ",".join(EQUIVALENT_COLUMNS)
OBSERVATIONS_HEADER = "loinc,what,value,units,rule,set"


def test_a_product_knows_its_opioid_and_strength(knowledge: Knowledge) -> None:
    (patch,) = knowledge.opioid_products["197696"]
    assert (patch.ingredient, patch.strength, patch.strength_unit) == ("fentanyl", 0.075, "MG/HR")
    assert {product.strength for product in knowledge.opioid_products["637540"]} == {4.5, 0.38}
    assert {product.strength_unit for product in knowledge.opioid_products["886634"]} == {
        "MG/ML",
        "MG/ACTUAT",
    }


def test_every_product_has_an_opioid_we_know_and_is_in_the_value_set(knowledge: Knowledge) -> None:
    ingredients = {row.code for row in knowledge.value_sets["opioid_rxnorm_ingredients"].rows}
    for rxcui, products in knowledge.opioid_products.items():
        assert {product.ingredient_rxcui for product in products} <= ingredients, rxcui
        assert {product.strength_unit for product in products} <= set(STRENGTH_UNITS)
        assert {product.use for product in products} == {
            row.use for row in knowledge.codes.rows("Medication", RXNORM, rxcui) if row.concept == "opioid_products"
        }


def test_factors(knowledge: Knowledge) -> None:
    factors = {(m.ingredient, m.route_or_form): m for m in knowledge.morphine_equivalents}
    assert factors["hydromorphone", "any oral"].factor == 5.0
    assert factors["fentanyl", "transdermal (dose form 316987)"].dose_forms == {"316987"}
    assert factors["buprenorphine", "any"].factor is None
    assert {m.dose_unit for m in knowledge.morphine_equivalents if m.factor} == set(DOSE_UNITS)
    assert {m.source for m in knowledge.morphine_equivalents} == {
        "CDC 2022",
        "legacy (2016/2020)",
        "excluded",
        "no factor",
    }
    ingredients = {row.code for row in knowledge.value_sets["opioid_rxnorm_ingredients"].rows}
    assert {m.ingredient_rxcui for m in knowledge.morphine_equivalents} <= ingredients


def test_a_site_replaces_a_factor_and_a_product(site: Site, knowledge: Knowledge) -> None:
    factor = "3423,hydromorphone,any oral,,mg/day,4,site 2016,full,site,"
    product = f"{RXNORM},637540,Local,exact,full,7804,Oxycodone,5,MG,317541,Oral Tablet"
    theirs = site(
        {
            "morphine_equivalents.csv": f"{EQUIVALENTS_HEADER}\n{factor}\n",
            "opioid_products.csv": f"{PRODUCTS_HEADER}\n{product}\n",
        }
    )
    (hydromorphone,) = (m for m in theirs.morphine_equivalents if m.ingredient == "hydromorphone")
    assert (hydromorphone.factor, hydromorphone.source) == (4.0, "site 2016")
    assert len(theirs.morphine_equivalents) == len(knowledge.morphine_equivalents)
    assert [product.strength for product in theirs.opioid_products["637540"]] == [5.0]
    assert theirs.codes.rows("Medication", RXNORM, "637540")[0].display == "Local"


def test_measurements(knowledge: Knowledge) -> None:
    hba1c = knowledge.observations["4548-4"]
    assert (hba1c.what, hba1c.value, hba1c.units, hba1c.concept) == (
        "HbA1c",
        "Quantity",
        ("%", "mmol/mol"),
        "lab_hba1c",
    )
    assert knowledge.observations["82810-3"].units == ()
    assert len(knowledge.observations) == 63
    for loinc, observation in knowledge.observations.items():
        assert observation.loinc == loinc
        assert knowledge.codes.known("Observation", LOINC, loinc)


def test_every_loinc_code_of_a_measurement_set_is_read_unless_ignored(knowledge: Knowledge) -> None:
    for value_set in knowledge.value_sets.values():
        if "Observation" in value_set.resources:
            for row in value_set.rows:
                if row.system == LOINC and row.use != "ignore":
                    assert row.code in knowledge.observations or row.use == "weak", row


def test_a_site_adds_a_measurement(site: Site) -> None:
    row = f"{LOINC},2160-0,Creatinine,exact,full"
    theirs = site(
        {
            "observation_codes.csv": f"{OBSERVATIONS_HEADER}\n2160-0,creatinine,Quantity,mg/dL,,kidney_advanced",
            "value_sets/kidney_advanced.csv": f"system,code,display,match,use\n{row}",
        }
    )
    assert theirs.observations["2160-0"].units == ("mg/dL",)
    assert "4548-4" in theirs.observations


@pytest.mark.parametrize(
    ("file", "header", "lines", "message"),
    [
        (
            "opioid_products.csv",
            PRODUCTS_HEADER,
            [f"{OXYCODONE},0,MG,1,T"],
            ":2: strength_value '0' is no number above zero; write",
        ),
        ("opioid_products.csv", PRODUCTS_HEADER, [f"{OXYCODONE},5 mg,MG,1,T"], ":2: strength_value '5 mg'"),
        ("opioid_products.csv", PRODUCTS_HEADER, [f"{OXYCODONE},inf,MG,1,T"], ":2: strength_value 'inf'"),
        (
            "opioid_products.csv",
            PRODUCTS_HEADER,
            [f"{RXNORM},99,X,exact,full,oxy,o,5,MG,1,T"],
            ":2: ingredient_rxcui 'oxy' has not the shape",
        ),
        (
            "opioid_products.csv",
            PRODUCTS_HEADER,
            [f"{OXYCODONE},5,mg,1,T"],
            ":2: strength_unit 'mg' is unknown; use one of MG, MG/ML",
        ),
        (
            "opioid_products.csv",
            PRODUCTS_HEADER,
            [f"{OXYCODONE},5,MG,1,T"] * 2,
            ":3: 99 stands here twice with this strength",
        ),
        (
            "morphine_equivalents.csv",
            EQUIVALENTS_HEADER,
            ["x,o,any,,mg/day,1,site,full,site,"],
            ":2: ingredient_rxcui 'x'",
        ),
        (
            "morphine_equivalents.csv",
            EQUIVALENTS_HEADER,
            ["7804,o,any,,mg,1,site,full,site,"],
            ":2: dose_unit 'mg' is unknown; use one of mg/day",
        ),
        (
            "morphine_equivalents.csv",
            EQUIVALENTS_HEADER,
            ["7804,o,any,,mg/day,-1,site,full,site,"],
            ":2: factor '-1'",
        ),
        (
            "morphine_equivalents.csv",
            EQUIVALENTS_HEADER,
            ["7804,o,any,,mg/day,1,site,some,site,"],
            ":2: use 'some' is unknown; use one of full",
        ),
        (
            "morphine_equivalents.csv",
            EQUIVALENTS_HEADER,
            ["7804,o,any,,mg/day,1,site,full,unverified,"],
            ":2: o is unverified and full",
        ),
        (
            "morphine_equivalents.csv",
            EQUIVALENTS_HEADER,
            ["7804,o,any,,mg/day,1,site,full,site,"] * 2,
            ":3: o, any, stands here twice",
        ),
        (
            "observation_codes.csv",
            OBSERVATIONS_HEADER,
            ["4548-4,HbA1c,Number,%,,lab_hba1c"],
            ":2: value 'Number' is unknown; use one of Quantity",
        ),
        (
            "observation_codes.csv",
            OBSERVATIONS_HEADER,
            ["2160-0,creatinine,Quantity,mg/dL,,lab_hba1c"],
            ":2: 2160-0 is not in the value set lab_hba1c; add it",
        ),
        (
            "observation_codes.csv",
            OBSERVATIONS_HEADER,
            ["4548-4,HbA1c,Quantity,%,,hba1c"],
            ":2: 4548-4 is not in the value set hba1c; add it",
        ),
        (
            "observation_codes.csv",
            OBSERVATIONS_HEADER,
            ["4548-4,HbA1c,Quantity,%,,lab_hba1c"] * 2,
            ":3: 4548-4 stands here twice",
        ),
    ],
)
def test_what_is_no_product_factor_or_measurement(
    site: Site, file: str, header: str, lines: list[str], message: str
) -> None:
    with pytest.raises(KnowledgeError) as refused:
        site({file: "\n".join((header, *lines))})
    assert f"site/{file}{message}" in str(refused.value)
