"""Worked examples from the CDC 2022 table of factors, edge by edge, and legacy factors for what it does not list."""

from __future__ import annotations

from typing import Any

import pytest

from tests.findings.morphine_charts import a_day, equivalents, opioid, taken
from tests.record.drug_orders import ago, dosage, request, supply, times

PATCH = {12: "577057", 25: "245134", 50: "245135", 75: "197696", 100: "245136"}
# Product by RxNorm, dose, unit, how often: MME a day.
EXAMPLES: list[tuple[str, str, float, str, tuple[Any, ...], float]] = [
    ("codeine 30 mg with acetaminophen, four times", "993781", 1, "tablet", (4,), 18),
    ("codeine 60 mg, six times, is 360 mg", "993781", 2, "tablet", (6,), 54),
    ("codeine 2.4 mg/mL, 12.5 mL four times", "993755", 12.5, "mL", (4,), 18),
    ("hydrocodone 5 mg, one every 6 hours", "856903", 1, "tablet", (1, 6, "h"), 20),
    ("hydrocodone 10 mg, one every 4 hours", "856980", 1, "tablet", (1, 4, "h"), 60),
    ("hydrocodone 0.5 mg/mL, 15 mL every 6 hours", "856940", 15, "mL", (1, 6, "h"), 30),
    ("hydrocodone extended release 20 mg once", "1595730", 20, "mg", (1,), 20),
    ("hydromorphone 2 mg, every 4 hours", "897696", 1, "tablet", (1, 4, "h"), 60),
    ("hydromorphone 1 mg/mL, 2 mL three times", "897657", 2, "mL", (3,), 30),
    ("hydromorphone extended release 8 mg once", "902741", 8, "mg", (1,), 40),
    ("methadone 10 mg three times", "864706", 1, "tablet", (3,), 141),
    ("methadone 5 mg twice, as mg", "864706", 5, "mg", (2,), 47),
    ("methadone is not banded: 100 mg", "864706", 10, "tablet", (1,), 470),
    ("morphine 15 mg every 4 hours", "892582", 1, "tablet", (1, 4, "h"), 90),
    ("morphine extended release 30 mg twice", "891888", 1, "tablet", (2,), 60),
    ("morphine 2 mg/mL, 5 mL six times", "892589", 5, "mL", (6,), 60),
    ("morphine with naltrexone 50 mg: the opioid part", "863852", 1, "capsule", (2,), 100),
    ("oxycodone 5 mg with acetaminophen, one every 6 hours", "1049221", 1, "tablet", (1, 6, "h"), 30),
    ("oxycodone 5 mg, two every 4 hours", "1049221", 2, "tablet", (1, 4, "h"), 90),
    ("oxycodone 10 mg of two tablets of 5 mg, as mg", "1049221", 10, "mg", (4,), 60),
    ("oxycodone extended release 10 mg twice", "1049502", 1, "tablet", (2,), 30),
    ("oxycodone with naloxone: the opioid part", "1545910", 1, "tablet", (2,), 30),
    ("oxycodone 1 mg/mL, 5 mL four times", "1049604", 5, "mL", (4,), 30),
    ("oxycodone 20 mg/mL, 0.5 mL four times", "1049615", 0.5, "mL", (4,), 60),
    ("oxycodone, two salts in a tablet: 4.5 + 0.38 mg", "637540", 1, "tablet", (4,), 29.28),
    ("oxymorphone 10 mg twice", "977942", 1, "tablet", (2,), 60),
    ("oxymorphone extended release 10 mg twice", "977874", 1, "tablet", (2,), 60),
    ("tapentadol 50 mg four times", "825411", 1, "tablet", (4,), 80),
    ("tapentadol 100 mg, twice, as mg", "825411", 100, "mg", (2,), 80),
    ("tramadol 50 mg, four times", "835603", 1, "tablet", (4,), 40),
    ("tramadol 50 mg, two four times: 400 mg", "835603", 2, "tablet", (4,), 80),
    ("tramadol extended release 100 mg once", "833709", 1, "tablet", (1,), 20),
    ("tramadol 37.5 mg with acetaminophen, two four times", "836395", 2, "tablet", (4,), 60),
    ("fentanyl 12 µg/h", PATCH[12], 1, "patch", (1, 72, "h"), 28.8),
    ("fentanyl 25 µg/h, RxNorm 0.025 MG/HR", PATCH[25], 1, "patch", (1, 72, "h"), 60),
    ("fentanyl 50 µg/h", PATCH[50], 1, "patch", (1, 3, "d"), 120),
    ("fentanyl 75 µg/h", PATCH[75], 1, "patch", (1, 72, "h"), 180),
    ("fentanyl 75 µg/h changed every 48 hours is the same", PATCH[75], 1, "patch", (1, 48, "h"), 180),
    ("fentanyl 100 µg/h", PATCH[100], 1, "patch", (1, 72, "h"), 240),
    ("two patches of 100 µg/h worn at once", PATCH[100], 2, "patch", (1, 72, "h"), 480),
    ("a patch whose dose is the rate", PATCH[25], 25, "ug/h", (1, 72, "h"), 60),
    ("a patch counted without a unit", PATCH[50], 1, "", (1, 72, "h"), 120),
    # Not in the table of 2022: older factors, and the sum says so.
    ("dihydrocodeine 16 mg with acetaminophen and caffeine", "1190201", 2, "capsule", (4,), 32),
    ("meperidine 50 mg four times", "861467", 1, "tablet", (4,), 20),
    ("levorphanol 2 mg three times", "197873", 1, "tablet", (3,), 66),
    ("pentazocine 50 mg four times", "312289", 1, "tablet", (4,), 74),
    ("butorphanol nasal, one spray of 1 mg four times", "886634", 1, "spray", (4,), 28),
    ("opium 10 mg/mL, 0.6 mL four times", "opium 10 mg/ml oral tincture", 0.6, "mL", (4,), 24),
]
OLDER = ("dihydrocodeine", "meperidine", "levorphanol", "pentazocine", "butorphanol", "opium")


@pytest.mark.parametrize(
    ("drug", "dose", "unit", "often", "mme"), [pytest.param(*row[1:], id=row[0]) for row in EXAMPLES]
)
def test_worked_example(drug: str, dose: float, unit: str, often: tuple[Any, ...], mme: float) -> None:
    assert a_day(taken(drug, dose, unit, *often)) == (mme, mme, True)


def test_there_are_at_least_forty_and_the_older_factors_are_said() -> None:
    assert len(EXAMPLES) >= 40
    for name, drug, dose, unit, often, _ in EXAMPLES:
        (found,) = equivalents(taken(drug, dose, unit, *often)).drugs
        assert found.older_factor is name.startswith(OLDER), name
        assert found.source == ("legacy (2016/2020)" if name.startswith(OLDER) else "CDC 2022"), name


def test_vignette_v22_oxycodone_5_325_one_every_6_hours_dispensed_monthly() -> None:
    monthly = [opioid("1049221", dosage(times(1, 6, "h")), since=days) for days in range(10, 295, 30)]
    assert a_day(*monthly) == (30, 30, True)


@pytest.mark.parametrize(
    ("drug", "unit"),
    [
        pytest.param("897749", "suppository", id="hydromorphone is listed by mouth"),
        pytest.param("892516", "suppository", id="morphine likewise"),
        pytest.param("668364", "tablet", id="fentanyl other than patches"),
        pytest.param("1666831", "patch", id="fentanyl by iontophoresis is no rate"),
        pytest.param("827748", "tablet", id="propoxyphene has no factor"),
        pytest.param("nalbuphine 10 mg tablet", "tablet", id="nalbuphine neither"),
    ],
)
def test_without_a_factor_it_is_unknown_and_the_total_at_least(drug: str, unit: str) -> None:
    assert a_day(taken(drug, 1, unit, 4), taken("1049221", 1, "tablet", 4)) == (30, 30, False)
    assert a_day(taken(drug, 1, unit, 4)) == (0, 0, False)


def test_a_suppository_of_oxycodone_is_not_by_mouth_and_codeine_counts_in_any_form() -> None:
    assert a_day(taken("247626", 1, "suppository", 2)) == (0, 0, False)
    assert a_day(taken("993781", 1, "tablet", 4, route={"coding": [{"display": "Per rectum"}]}))[:2] == (18, 18)


def test_buprenorphine_has_no_equivalent_and_takes_nothing_from_the_total() -> None:
    patch = taken("904876", 1, "patch", 1, 7)
    assert a_day(patch) == (0, 0, True)
    assert a_day(patch, taken("1049221", 1, "tablet", 4)) == (30, 30, True)
    assert equivalents(patch).drugs[0].because == "it has no morphine equivalent"


def test_treatment_of_use_disorder_has_none_be_it_methadone() -> None:
    methadone = taken("864706", 1, "tablet", 3) | {"reasonCode": [{"coding": [{"system": "x", "code": "y"}]}]}
    treated = methadone | {
        "reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F11.20"}]}]
    }
    assert a_day(methadone) == (141, 141, True)
    assert a_day(treated) == (0, 0, True)
    assert equivalents(treated).drugs == ()
    assert a_day(taken("351267", 1, "tablet", 2)) == (0, 0, True)


def test_several_drugs_add_up() -> None:
    patch = opioid("197696", dosage(times(1, 72, "h"), 1, "patch"))
    relief = opioid("1049221", dosage(times(1, 6, "h"), 1, "tablet", asNeededBoolean=True))
    assert a_day(patch, relief) == (180, 210, True)


def test_no_opioid_is_nothing_and_complete() -> None:
    assert a_day() == (0, 0, True)
    assert a_day(request("naproxen 500 mg", authoredOn=ago(3), dispenseRequest=supply(30))) == (0, 0, True)
