"""What a card says of the opioid dose: an amount, and from 50 and 90 on a caution (clinical-logic B; E02, E03)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cds_service.findings import find
from cds_service.findings.cautions import cautions
from cds_service.findings.dose_caution import dose_in_words, opioid_dose_caution
from cds_service.findings.morphine_equivalents import DrugEquivalent, MorphineEquivalents
from cds_service.record.opioid_dose import Bounds
from cds_service.record.patient import PatientRecord
from tests.findings.drug_charts import DAY, GIVEN
from tests.findings.morphine_charts import ANSWERED, equivalents, opioid, taken
from tests.record.drug_orders import dosage, drugs, times


def mme(least: float, most: float | None = None, *, complete: bool = True, **more: Any) -> MorphineEquivalents:
    """Oxycodone that stands for so much."""
    most = least if most is None else most
    drug = DrugEquivalent("MedicationRequest/a", "oxycodone", Bounds(least, most), source="CDC 2022")
    return MorphineEquivalents(least, most, complete, (replace(drug, **more),))


REASSESS = "guidelines ask to reassess benefit and risk"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (mme(30), "30 MME a day"),
        (mme(28.8), "28.8 MME a day"),
        (mme(0.5), "0.5 MME a day"),
        (mme(30, 60), "30 to 60 MME a day"),
        (mme(0, 30, as_needed=True), "0 to 30 MME a day if taken as often as allowed"),
        (mme(30, complete=False), "at least 30 MME a day"),
        (mme(0), ""),
        (MorphineEquivalents(complete=False), ""),
    ],
)
def test_the_dose_in_words(found: MorphineEquivalents, words: str) -> None:
    assert dose_in_words(found) == words


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (mme(49.99), None),
        (mme(50), f"Opioids 50 MME a day: {REASSESS}"),
        (mme(89.99), f"Opioids 89.99 MME a day: {REASSESS}"),
        (mme(90), f"Opioids 90 MME a day: very high dose, {REASSESS}"),
        (mme(30, 49), None),
        (mme(30, 50), f"Opioids 30 to 50 MME a day: {REASSESS}"),
        (mme(30, 90), f"Opioids 30 to 90 MME a day: perhaps very high, {REASSESS}"),
        (
            mme(0, 60, as_needed=True),
            f"Opioids 0 to 60 MME a day if taken as often as allowed: {REASSESS}",
        ),
        (mme(180, complete=False), f"Opioids at least 180 MME a day: very high dose, {REASSESS}"),
        # how it was found is said at any dose
        (mme(30, source="legacy (2016/2020)"), "Opioids 30 MME a day (oxycodone by an older factor)"),
        (mme(30, by_text=True), "Opioids 30 MME a day (oxycodone read from words)"),
        (
            mme(30, by_text=True, source="legacy (2016/2020)"),
            "Opioids 30 MME a day (oxycodone by an older factor; oxycodone read from words)",
        ),
        (MorphineEquivalents(complete=False), None),
    ],
)
def test_from_50_and_90_on_a_card_says_more(found: MorphineEquivalents, text: str | None) -> None:
    caution = opioid_dose_caution(found, GIVEN)
    assert (caution and caution.text) == text
    assert caution is None or (caution.id, caution.sources) == ("opioid-dose", ("MedicationRequest/a",))


def test_two_drugs_that_were_found_otherwise_are_both_named() -> None:
    for how, said in (({"source": "legacy (2016/2020)"}, "by an older factor"), ({"by_text": True}, "read from words")):
        (one,) = mme(10, **how).drugs
        two = MorphineEquivalents(20, 20, True, (one, replace(one, label="codeine")))
        caution = opioid_dose_caution(two, GIVEN)
        assert caution and caution.text == f"Opioids 20 MME a day (codeine, oxycodone {said})"


def test_the_longest_of_them_fits_a_line_of_a_card() -> None:
    caution = opioid_dose_caution(mme(30, 120, complete=False, as_needed=True), GIVEN)
    assert caution and len(caution.text) <= 130


def test_the_numbers_are_the_thresholds() -> None:
    given = replace(GIVEN, mme_reassess=20.0, mme_very_high=30.0)
    assert opioid_dose_caution(mme(19.99), given) is None
    caution = opioid_dose_caution(mme(30), given)
    assert caution and "very high" in caution.text


def test_below_50_the_amount_stands_in_the_caution_of_opioids_before_an_operation() -> None:
    chart = PatientRecord(DAY)
    before = "use before an operation worsens its outcome"
    low, high = cautions(chart, GIVEN, "chronic", mme(30)), cautions(chart, GIVEN, "chronic", mme(60))
    assert [caution.text for caution in low] == [f"Long-term opioids (30 MME a day): {before}"]
    assert [caution.text for caution in high] == [
        f"Long-term opioids: {before}",
        f"Opioids 60 MME a day: {REASSESS}",
    ]
    assert [caution.text for caution in cautions(chart, GIVEN, "chronic")] == [f"Long-term opioids: {before}"]


def test_it_decides_nothing_and_is_among_the_findings() -> None:
    order = opioid("197696", dosage(times(1, 72, "h"), 1, "patch"), id="a")
    chart = PatientRecord(DAY, drugs=drugs(order), answers=ANSWERED)  # type: ignore[arg-type]
    without = replace(chart, drugs=tuple(replace(drug, dose=None) for drug in chart.drugs))
    has, had = find(chart, GIVEN), find(without, GIVEN)
    assert has.mme == equivalents(order)
    assert (has.mme.most, had.mme.most, had.mme.complete) == (180, 0, False)
    assert (has.signs, has.risks, has.opioids, has.red_flags) == (had.signs, had.risks, had.opioids, had.red_flags)
    assert [caution.id for caution in has.cautions] == ["preoperative-opioids", "opioid-dose"]


def test_refs_of_a_caution_are_those_that_add_to_it() -> None:
    found = equivalents(
        taken("1049221", 4, "tablet", 4) | {"id": "a"},
        taken("835603", 1, "application", 4) | {"id": "b"},
        taken("892582", 1, "tablet", 4),
    )
    caution = opioid_dose_caution(found, GIVEN)
    assert caution and caution.sources == ("MedicationRequest/a",)
    assert caution.text.startswith("Opioids at least 180 MME a day")
