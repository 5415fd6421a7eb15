"""Which drugs are read, by code and by text, and which opioids are ignored (clinical-logic B, L)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.record.drug_orders import (
    ATC,
    ICD,
    OXYCODONE_10,
    RXNORM,
    ago,
    coded,
    drug,
    drugs,
    read,
    request,
    statement,
)


@pytest.mark.parametrize(
    ("named", "label", "opioid", "value_set"),
    [
        (coded("1049221"), "oxycodone", True, "opioid_products"),
        (coded("7804"), "oxycodone", True, "opioid_rxnorm_ingredients"),
        (coded("urn") | {"text": "tramadol 50 mg tablet"}, "tramadol", True, "opioid_rxnorm_ingredients"),
        (coded("N02AA05", ATC), "oxycodone", True, "opioid_atc"),
        (coded("N02AB02", ATC), "opioid", True, "opioid_atc"),
        (coded("835603", "urn:oid:2.16.840.1.113883.6.88"), "tramadol", True, "opioid_rxnorm_ingredients"),
        (coded("856980"), "hydrocodone", True, "synthea_opioid_drugs"),
        (coded("7258"), "naproxen", False, "analgesic_nsaid"),
        (coded("M01AE02", ATC), "NSAID", False, "analgesic_nsaid"),
        (coded("N06AX21", ATC), "antidepressant", False, "analgesic_neuropathic_antidepressant"),
        (coded("849574", display="naproxen sodium 220 MG Oral Tablet"), "naproxen", False, "analgesic_nsaid"),
        ("Gabapentin 300mg capsules", "gabapentin", False, "analgesic_gabapentinoid"),
        ("CYCLOBENZAPRINE 10 mg", "cyclobenzaprine", False, "muscle_relaxant"),
        ("dabigatran 150 mg", "dabigatran", False, "anticoagulant_antiplatelet"),
        ("paracetamol", "paracetamol", False, "analgesic_acetaminophen"),
        ("naltrexone 50 mg", "naltrexone", False, "oud_treatment_drugs"),
    ],
)
def test_a_drug_is_known_by_its_code_else_by_an_ingredient_as_a_word(
    named: Any, label: str, opioid: bool, value_set: str
) -> None:
    found = drug(request(named, authoredOn=ago(3)))
    assert (found.label, found.opioid) == (label, opioid)
    assert found.concepts[value_set].use in ("full", "weak")


@pytest.mark.parametrize(
    ("text", "label", "value_sets"),
    [
        ("Percocet 5-325 mg tab", "oxycodone", {"opioid_rxnorm_ingredients", "analgesic_acetaminophen"}),
        ("NORCO", "hydrocodone", {"opioid_rxnorm_ingredients", "analgesic_acetaminophen"}),
        ("Tylenol #3 (codeine)", "codeine", {"opioid_rxnorm_ingredients", "analgesic_acetaminophen"}),
        ("Tylenol PM pill", "acetaminophen", {"analgesic_acetaminophen"}),
        ("hydrocodone-APAP 7.5/325", "hydrocodone", {"opioid_rxnorm_ingredients", "analgesic_acetaminophen"}),
        ("OxyContin ER", "oxycodone", {"opioid_rxnorm_ingredients"}),
        ("MS Contin 15mg", "morphine", {"opioid_rxnorm_ingredients"}),
        ("Duragesic patch", "fentanyl", {"opioid_rxnorm_ingredients"}),
        ("Pethidine", "meperidine", {"opioid_rxnorm_ingredients"}),
        ("co-codamol 30/500", "codeine", {"opioid_rxnorm_ingredients", "analgesic_acetaminophen"}),
        ("oxycodone5mg", "oxycodone", {"opioid_rxnorm_ingredients"}),
        ("oxyCODONE_HCl", "oxycodone", {"opioid_rxnorm_ingredients"}),
        ("Celebrex 100 mg", "celecoxib", {"analgesic_nsaid"}),
        ("etoricoxib 90 mg", "NSAID", {"analgesic_nsaid"}),
        ("Ibuprofen600mg", "ibuprofen", {"analgesic_nsaid"}),
        ("Paracétamol 1 g", "paracetamol", {"analgesic_acetaminophen"}),
        ("Parace\u0301tamol 1 g", "paracetamol", {"analgesic_acetaminophen"}),
        ("\uff29\uff42\uff55\uff50\uff52\uff4f\uff46\uff45\uff4e", "ibuprofen", {"analgesic_nsaid"}),
        ("Neurontin", "gabapentin", {"analgesic_gabapentinoid"}),
        ("Cymbalta 60", "duloxetine", {"analgesic_neuropathic_antidepressant"}),
        ("Soma 350", "carisoprodol", {"muscle_relaxant"}),
        ("Eliquis 5 mg bid", "apixaban", {"anticoagulant_antiplatelet"}),
        ("Marcumar (phenprocoumon)", "blood thinner", {"anticoagulant_antiplatelet"}),
        ("cyclosporine 100 mg", "ciclosporin", {"immunosuppressant_drugs"}),
        ("Chantix starter pack", "varenicline", {"tobacco_cessation_drugs"}),
        ("prednisolone 5 mg", "corticosteroid", {"systemic_steroid"}),
    ],
)
def test_a_drug_is_known_by_its_brand_its_other_names_and_however_it_is_written(
    text: str, label: str, value_sets: set[str]
) -> None:
    found = drug(request(text, authoredOn=ago(3)))
    assert found.label == label
    assert set(found.concepts) == value_sets
    assert all(match.by_text for match in found.concepts.values())


@pytest.mark.parametrize(
    "text",
    [
        "dexamethasone / ciprofloxacin otic suspension",
        "triamcinolone 55 mcg nasal inhaler",
        "prednisolone 1 % eye drops",
        "betamethasone cream",
        "triamcinolone oral paste",
        "tacrolimus 0.1 % ointment",
        "cyclosporine ophthalmic emulsion",
        "heparin 10 units/mL flush",
        "heparin lock",
    ],
)
def test_a_drug_that_acts_where_it_is_put_is_no_systemic_one(text: str) -> None:
    assert drugs(request(text, authoredOn=ago(3))) == ()


def test_where_a_drug_acts_is_asked_of_words_and_of_ingredients_not_of_its_class() -> None:
    assert drug(request("dexamethasone oral drops", authoredOn=ago(3))).label == "dexamethasone"
    assert drugs(request(coded("3264", text="dexamethasone eye drops"), authoredOn=ago(3))) == ()
    assert drug(request(coded("H02AB02", ATC, text="dexamethasone drops"), authoredOn=ago(3))).concepts
    assert drug(request(coded("3264"), authoredOn=ago(3))).label == "dexamethasone"
    assert drug(request("heparin 5000 units", authoredOn=ago(3))).label == "heparin"


def test_no_strength_is_read_from_a_brand_and_a_combination_is_told_from_its_names() -> None:
    """5 mg of Percocet might be of either ingredient."""
    dose = {"doseAndRate": [{"doseQuantity": {"value": 325, "unit": "mg", "code": "mg"}}]}
    often = {"timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}}}
    found = drug(request("Percocet", authoredOn=ago(3), dosageInstruction=[dose | often]))
    assert found.opioid and found.dose is not None
    assert not found.dose.tells


@pytest.mark.parametrize("text", ["lisinopril 10 mg", "oxycodonelike", "", "pinoxycodone tea"])
def test_other_drugs_and_parts_of_words_are_not_read(text: str) -> None:
    assert drugs(request(text, authoredOn=ago(3))) == ()


def test_an_opioid_is_in_the_set_of_ingredients_whatever_coded_it() -> None:
    for named in (coded("1049221"), coded("N02AA05", ATC), coded("7804"), {"text": "oxycodone"}):
        assert drug(request(named, authoredOn=ago(3))).concepts["opioid_rxnorm_ingredients"].label == "oxycodone"


def test_a_text_is_read_only_where_no_coding_is_known_and_said_to_be_text() -> None:
    by_code = drug(request(coded("7258", text="naproxen with oxycodone"), authoredOn=ago(3)))
    assert not by_code.opioid and not by_code.concepts["analgesic_nsaid"].by_text
    by_text = drug(request("oxycodone / acetaminophen 5/325", authoredOn=ago(3)))
    assert by_text.opioid and by_text.concepts["opioid_rxnorm_ingredients"].by_text
    assert "analgesic_acetaminophen" in by_text.concepts


@pytest.mark.parametrize(
    "named",
    [
        coded("73032", display="remifentanil"),
        coded("56795"),
        coded("480"),
        "sufentanil 50 mcg",
        coded("1735006"),
        coded("198402"),
        coded("7052", text="Morphine sulfate 10 mg/mL injection"),
        coded("N02AA01", ATC, text="morphine 10 mg ampoule"),
        "morphine 4 mg/mL prefilled syringe",
        coded("2670", text="codeine / guaifenesin oral solution"),
        "promethazine with codeine syrup",
        coded("N01AH06", ATC),
        coded("R05DA04", ATC),
        coded("R05DA01", ATC),
        coded("A07DA03", ATC),
        coded("A07DA01", ATC, text="opium"),
        coded("1191222"),
        coded("1483744"),
        "naloxone 4 mg nasal spray",
    ],
)
def test_anaesthetics_injections_cough_remedies_antidiarrhoeals_and_antagonists_are_ignored(named: Any) -> None:
    """Naltrexone alone stays in the record by its ingredient only, and is no opioid (above)."""
    assert drugs(request(named, authoredOn=ago(3))) == ()


def test_a_known_product_is_what_its_row_says_whatever_its_words() -> None:
    assert drug(request(coded("1049683", text="oxycodone, not an injection"), authoredOn=ago(3))).opioid


def test_an_ignored_opioid_in_a_drug_of_another_class_leaves_that_class() -> None:
    both = {"coding": [*coded("73032")["coding"], *coded("161")["coding"]]}
    found = drug(request(both, authoredOn=ago(3)))
    assert not found.opioid and set(found.concepts) == {"analgesic_acetaminophen"}


def test_what_an_inpatient_was_given_of_opioids_is_ignored_and_of_others_marked() -> None:
    stay = coded("inpatient", "http://terminology.hl7.org/CodeSystem/medicationrequest-category")
    home = coded("Discharge", "http://terminology.hl7.org/CodeSystem/medicationrequest-category")
    assert drugs(request(authoredOn=ago(3), category=[stay])) == ()
    assert drugs(statement(effectiveDateTime=ago(3), category=stay)) == ()
    assert drugs(statement(effectiveDateTime=ago(3), category=[stay])) == ()
    assert drug(request(authoredOn=ago(3), category=[stay, home])).inpatient is False
    assert drug(request("naproxen", authoredOn=ago(3), category=[stay])).inpatient is True
    assert drug(request("naproxen", authoredOn=ago(3), category=[{"text": "x"}])).inpatient is False
    for odd in (5, [], [7], "inpatient"):
        assert drug(statement(effectiveDateTime=ago(3), category=odd)).inpatient is False


@pytest.mark.parametrize(
    ("named", "reason", "treats_disorder"),
    [
        (coded("351266"), None, True),
        (coded("N07BC02", ATC), None, True),
        (coded("1010600"), None, True),
        (coded("351264"), None, True),
        (coded("1797650"), None, True),
        ("buprenorphine/naloxone film", None, True),
        ("buprenorphine 8 mg sublingual tablet", None, True),
        ("Suboxone 8-2", None, True),
        ("Belbuca 150 mcg buccal film", None, False),
        ("Butrans 10 mcg/hr patch", None, False),
        (coded("904870"), None, False),
        (coded("1819", text="buprenorphine"), None, False),
        (coded("N02AE01", ATC, text="buprenorphine sublingual"), None, False),
        (coded("904870"), "F11.20", True),
        (coded("864706"), None, False),
        (coded("864706"), "F11.20", True),
        (coded("6813"), "M54.50", False),
        (coded("1049683"), "F11.20", False),
        ("pentazocine / naloxone", None, False),
    ],
)
def test_buprenorphine_and_methadone_treat_opioid_use_disorder_where_code_form_or_reason_says_so(
    named: Any, reason: str | None, treats_disorder: bool
) -> None:
    found = drug(request(named, authoredOn=ago(3), reasonCode=[coded(reason, ICD)] if reason else None))
    assert found.opioid is True
    assert found.use_disorder is treats_disorder
    assert ("oud_treatment_drugs" in found.concepts) is treats_disorder


def test_product_ingredient_and_strength_are_told_apart() -> None:
    known = drug(request(coded(OXYCODONE_10), authoredOn=ago(3)))
    assert (known.product, known.ingredient, known.strength) == (OXYCODONE_10, "oxycodone", "10 mg")
    unlisted = drug(request(coded("849574", display="naproxen sodium 220 MG Oral Tablet"), authoredOn=ago(3)))
    assert (unlisted.product, unlisted.ingredient, unlisted.strength) == ("849574", "naproxen", "220 mg")
    general = drug(request(coded("7804", text="Oxycodone 5 mg"), authoredOn=ago(3)))
    assert (general.product, general.ingredient, general.strength) == ("", "oxycodone", "5 mg")
    assert drug(request("oxycodone", authoredOn=ago(3))).strength == ""


MEDICATION = {"resourceType": "Medication", "id": "m1", "code": coded("1049683")}


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"medicationReference": {"reference": "Medication/m1"}}, "oxycodone"),
        ({"medicationReference": {"reference": "http://ehr/fhir/Medication/m1/_history/2"}}, "oxycodone"),
        ({"medication": {"reference": {"reference": "Medication/m1"}}}, "oxycodone"),
        ({"medication": {"concept": coded("7258")}}, "naproxen"),
        (
            {"medicationReference": {"reference": "#h"}, "contained": [{"id": "x"}, 7, MEDICATION | {"id": "h"}]},
            "oxycodone",
        ),
        ({"medicationReference": {"reference": "#h", "display": "naproxen"}, "contained": "no list"}, "naproxen"),
        ({"medicationReference": {"reference": "#h", "display": "naproxen"}}, "naproxen"),
        (
            {
                "medicationReference": {"reference": "#h"},
                "contained": [
                    {"resourceType": "Practitioner", "id": "h"},
                    {"resourceType": "Medication", "id": "h", "ingredient": [{"itemCodeableConcept": coded("7804")}]},
                ],
            },
            "oxycodone",
        ),
        ({"medicationReference": {"reference": "Medication/gone", "display": "Ibuprofen 600 mg"}}, "ibuprofen"),
        ({"medicationReference": {"reference": "Medication/bare", "display": "Ibuprofen 600 mg"}}, "ibuprofen"),
        ({"medicationReference": {"display": "Ibuprofen 600 mg"}}, "ibuprofen"),
    ],
)
def test_a_reference_is_resolved_in_the_order_or_the_request_else_read_by_its_display(
    fields: dict[str, Any], label: str
) -> None:
    order = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": ago(3), **fields}
    bare = {"resourceType": "Medication", "id": "bare"}
    assert drug(order, medications=[MEDICATION, bare]).label == label


@pytest.mark.parametrize("fields", [{}, {"medicationReference": {"reference": "Medication/gone"}}])
def test_an_order_that_names_no_drug_is_none(fields: dict[str, Any]) -> None:
    assert drugs({"resourceType": "MedicationStatement", "status": "active", **fields}) == ()


@pytest.mark.parametrize("intent", ["order", "original-order", "reflex-order", "filler-order", "instance-order"])
@pytest.mark.parametrize("status", ["active", "completed", "on-hold", "stopped"])
def test_requests_that_are_orders_are_used(intent: str, status: str) -> None:
    found, odd = read(request(intent=intent, status=status, authoredOn=ago(3)))
    assert len(found) == 1 and not found[0].unsure and odd == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "entered-in-error"},
        {"status": "cancelled"},
        {"status": "draft"},
        {"intent": "proposal"},
        {"intent": "plan"},
        {"intent": "option"},
        {"doNotPerform": True},
    ],
)
def test_requests_that_are_none_are_dropped(fields: dict[str, Any]) -> None:
    assert read(request(authoredOn=ago(3), **fields)) == ((), ())


@pytest.mark.parametrize("status", ["entered-in-error", "not-taken"])
def test_statements_that_are_none_are_dropped(status: str) -> None:
    assert read(statement(status=status, effectiveDateTime=ago(3))) == ((), ())


def test_an_intended_drug_is_no_exposure_and_said() -> None:
    found, odd = read(statement(status="intended", effectiveDateTime=ago(3)))
    assert found == () and odd == ("1 MedicationStatement of a drug only intended, not counted",)
    assert read(statement("lisinopril", status="intended")) == ((), ())


@pytest.mark.parametrize("fields", [{"status": "unknown"}, {"status": None}, {"intent": None}, {"status": "ended"}])
def test_a_status_or_intent_not_listed_is_used_with_doubt(fields: dict[str, Any]) -> None:
    found, odd = read(request(authoredOn=ago(3), **fields))
    assert found[0].unsure and odd == ("1 MedicationRequest without a known status or intent, read with doubt",)


def test_reasons_are_read_and_refer_to_conditions_of_the_request() -> None:
    pain = {"resourceType": "Condition", "id": "c", "code": coded("M54.50", ICD)}
    order = request(authoredOn=ago(3), reasonReference=[{"reference": "Condition/c"}])
    assert drug(order, conditions=[pain]).reasons[0].spine is True
    assert drug(order).reasons == ()


def test_refs_requester_and_dates_are_kept() -> None:
    found = drug(request(id="r1", authoredOn="2026-11", requester={"reference": "Practitioner/x"}))
    assert (found.ref, found.requester, found.kind) == ("MedicationRequest/r1", "Practitioner/x", "request")
    assert found.authored is not None and found.authored.first.isoformat() == "2026-11-01"
    assert drug(request(authoredOn=ago(3), requester={"display": "Dr X"})).requester == "Dr X"
    assert drug(request(authoredOn=ago(3), requester={})).requester == ""
    stated = drug(statement(id="s1", effectiveDateTime=ago(3), dateAsserted=ago(1)))
    assert (stated.ref, stated.requester, stated.kind) == ("MedicationStatement/s1", "", "statement")
    assert drug(request(authoredOn=ago(3))).ref == ""


def test_codings_without_system_or_code_are_passed_over() -> None:
    codings = [{"system": RXNORM}, {"code": "7804"}, *coded("7804")["coding"]]
    assert drug(request({"coding": codings}, authoredOn=ago(3))).opioid
