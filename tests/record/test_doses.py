"""What one order says of its dose a day: dose × administrations × strength, in mg of the opioid (clinical-logic B)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cds_service.record.opioid_dose import OpioidDose
from tests.record.drug_orders import (
    DAY,
    RXNORM,
    Resource,
    ago,
    coded,
    dosage,
    drug,
    read,
    request,
    statement,
    supply,
    times,
)

TABLETS = "1049221"  # oxycodone 5 mg, acetaminophen 325 mg
PLAIN = "892582"  # morphine 15 mg
LIQUID = "1049604"  # oxycodone 1 mg/mL
PATCH = "245134"  # fentanyl 25 µg/h
SPRAY = "886634"  # butorphanol 1 mg a spray, 10 mg/mL
FOUR = times(4)


def dose(*instructions: Resource, of: str = TABLETS, since: int = 10, **more: Any) -> OpioidDose:
    """The dose of an order of a product, begun so many days ago."""
    named = coded(of, RXNORM) if of.isdigit() else of
    said = {"authoredOn": ago(since), "dispenseRequest": supply(90), "dosageInstruction": list(instructions), **more}
    found = drug(request(named, **said)).dose
    assert found is not None
    return found


def mg(*instructions: Resource, of: str = TABLETS, on: int = 0, **more: Any) -> object:
    """The opioid a day, so many days ago, in its own mg (of a patch µg/h): a number, two, or why it is unknown."""
    found = dose(*instructions, of=of, **more)
    when = DAY - timedelta(on)
    total = found.morphine_on(when)
    if total is None or found.factor is None:
        return found.lacks_on(when)
    least, most = round(total.least / found.factor, 4), round(total.most / found.factor, 4)
    return least if least == most else (least, most)


def quantity(value: float, unit: str = "tablet", **more: Any) -> dict[str, Any]:
    """A dose in a unit."""
    return {"value": value, "unit": unit, **more}


def doses(*said: Resource, timing: Resource = FOUR, **more: Any) -> dict[str, Any]:
    """An instruction with these entries of doseAndRate."""
    return {"timing": timing, "doseAndRate": list(said), **more}


NO_STRENGTH = "no strength is known for the unit of its dose"
DIFFER = "two doses are stated that differ"
NO_DOSE = "no dose is stated"
NO_RATE = "how often it is taken is not stated"
TAPER = "a taper whose steps have no bounds"


@pytest.mark.parametrize(
    ("timing", "a_day"),
    [
        (times(4), 20),
        (times(1, 6, "h"), 20),
        (times(1, 480, "min"), 15),
        (times(2, 1, "wk"), 1.4286),
        (times(30, 1, "mo"), 5),
        (times(365, 1, "a"), 5),
        # ranges
        (times(2, frequencyMax=4), (10, 20)),
        (times(1, 4, "h", periodMax=6), (20, 30)),
        (times(1, 6, "h", periodMax=4), (20, 30)),
        ({"repeat": {"frequencyMax": 4, "period": 1, "periodUnit": "d"}}, (0, 20)),
        ({"repeat": {"period": 8, "periodUnit": "h"}}, 15),
        # times of day and moments counted
        ({"repeat": {"timeOfDay": ["08:00", "14:00", "20:00"]}}, 15),
        ({"repeat": {"when": ["MORN", "HS"]}}, 10),
        ({"repeat": {"period": 1, "periodUnit": "d", "timeOfDay": ["08:00", "20:00"]}}, 10),
        (times(1, timeOfDay=["08:00", "14:00", "20:00"]), (5, 15)),
        ({"repeat": {"when": ["PC"]}}, NO_RATE),
        # some days of the week, on average
        (times(1, dayOfWeek=["mon", "wed", "fri", "mon"]), 2.1429),
        ({"repeat": {"timeOfDay": ["08:00"], "dayOfWeek": ["mon"]}}, 0.7143),
        (times(1, 1, "wk", dayOfWeek=["mon"]), 0.7143),
        # codes
        ({"code": {"coding": [{"code": "BID"}]}}, 10),
        ({"code": {"text": "TID"}}, 15),
        ({"code": {"coding": [{"code": "QID"}]}}, 20),
        ({"code": {"coding": [{"code": "Q4H"}]}}, 30),
        ({"code": {"text": "every 4 to 6 hours"}}, (20, 30)),
        ({"code": {"coding": [{"code": "x", "display": "twice daily"}], "text": "Twice a day"}}, 10),
        ({"code": {"coding": [{"display": "twice daily"}], "text": "every 8 hours"}}, NO_RATE),
        ({"code": {"text": "1 tablet daily"}}, NO_RATE),
        ({"code": {"text": "now and then"}}, NO_RATE),
        # counts and bounds limit how long, never how much
        (times(4, count=3), 20),
        (times(4, boundsDuration={"value": 3, "unit": "d"}), 20),
        # not known
        ({}, NO_RATE),
        ({"repeat": {}}, NO_RATE),
        ({"repeat": {"frequency": 4}}, NO_RATE),
        (times(4, 1, "fortnight"), NO_RATE),
        (times(4, -1), NO_RATE),
        (times(-4), NO_RATE),
        (times(0), NO_RATE),
        (None, NO_RATE),
    ],
)
def test_administrations(timing: Resource | None, a_day: object) -> None:
    assert mg(dosage(timing, 1)) == a_day


@pytest.mark.parametrize(
    ("of", "entry", "a_day"),
    [
        (TABLETS, quantity(2), 40),
        (TABLETS, quantity(0.5), 10),
        (TABLETS, {"value": 1}, 20),
        (TABLETS, quantity(1, "TAB", code="TAB"), 20),
        (TABLETS, quantity(1, "{tablet}", code="{tablet}"), 20),
        (TABLETS, quantity(1, "tablet(s)"), 20),
        (TABLETS, quantity(1, "x", code="ERTAB"), NO_STRENGTH),
        (TABLETS, quantity(1, "ERTAB", code="ERTAB"), 20),
        # mg of a combination are the opioid's only as up to four units
        (TABLETS, quantity(5, "mg"), 20),
        (TABLETS, quantity(20, "mg", code="mg"), 80),
        (TABLETS, quantity(22.5, "mg"), NO_STRENGTH),
        (TABLETS, quantity(6, "mg"), NO_STRENGTH),
        (TABLETS, quantity(325, "mg"), NO_STRENGTH),
        (TABLETS, quantity(5, "mL"), NO_STRENGTH),
        (TABLETS, quantity(1, "patch"), NO_STRENGTH),
        (TABLETS, quantity(1, "application"), NO_STRENGTH),
        (TABLETS, quantity(1, "tablet", code="mg"), NO_STRENGTH),
        (TABLETS, quantity(0), NO_STRENGTH),
        (TABLETS, quantity(-1), NO_STRENGTH),
        (TABLETS, {"unit": "tablet"}, NO_STRENGTH),
        (TABLETS, quantity(2, comparator="<="), (0, 40)),
        (TABLETS, quantity(2, comparator=">"), NO_STRENGTH),
        (PLAIN, quantity(325, "mg"), 1300),
        (PLAIN, quantity(0.015, "g"), 60),
        (PLAIN, quantity(15000, "mcg", code="ug"), 60),
        (PLAIN, quantity(15, "milligrams", code="mg"), 60),
        (PLAIN, quantity(15, "g", code="mg"), NO_STRENGTH),
        (PLAIN, quantity(25, "ug/h"), NO_STRENGTH),
        (PLAIN, quantity(3000, "mg"), "its dose is not plausible"),
        (LIQUID, quantity(5, "mL"), 20),
        (LIQUID, quantity(5, "mg"), 20),
        (LIQUID, quantity(5, "milliliters", code="mL"), 20),
        (LIQUID, quantity(1, "tablet"), NO_STRENGTH),
        (LIQUID, {"value": 5}, NO_STRENGTH),
        (SPRAY, quantity(1, "spray"), 4),
        (SPRAY, quantity(0.1, "mL"), 4),
        ("856940", quantity(7.5, "mg"), NO_STRENGTH),  # hydrocodone liquid with acetaminophen
    ],
)
def test_units(of: str, entry: Resource, a_day: object) -> None:
    assert mg(doses({"doseQuantity": entry}), of=of) == a_day


@pytest.mark.parametrize(
    ("low", "high", "a_day"),
    [
        (quantity(1), quantity(2), (20, 40)),
        ({"value": 1}, quantity(2), (20, 40)),
        (None, quantity(2), (0, 40)),
        ({"value": 0}, quantity(2), (0, 40)),
        (quantity(1), None, NO_STRENGTH),
        (quantity(3), quantity(2), NO_STRENGTH),
        (quantity(5, "mL"), quantity(2), NO_STRENGTH),
    ],
)
def test_a_range_of_doses(low: Resource | None, high: Resource | None, a_day: object) -> None:
    ends = {name: value for name, value in (("low", low), ("high", high)) if value}
    assert mg(doses({"doseRange": ends})) == a_day


def test_an_ordered_dose_before_a_calculated_one() -> None:
    calculated = {"type": {"coding": [{"code": "calculated"}]}, "doseQuantity": quantity(3)}
    ordered = {"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": quantity(1)}
    assert mg(doses(calculated, ordered)) == 20
    assert mg(doses(calculated)) == 60
    assert mg(doses({"doseQuantity": quantity(1)}, {"doseQuantity": quantity(5, "mg")})) == 20
    assert mg(doses({"doseQuantity": quantity(1)}, {"doseQuantity": quantity(2)})) == DIFFER
    assert mg(doses({"rateRatio": {}})) == mg(doses()) == mg(dosage(FOUR, None)) == NO_DOSE
    assert mg() == NO_DOSE


@pytest.mark.parametrize(
    "said",
    [
        {"asNeededBoolean": True},
        {"asNeededCodeableConcept": {"text": "pain"}},
        {"asNeeded": True},
        {"asNeededFor": [{"text": "pain"}]},
        {"text": "for pain as needed"},
        {"additionalInstruction": [{"coding": [{"display": "Every twelve hours as required"}]}]},
    ],
)
def test_as_needed_is_from_nothing_to_as_often_as_allowed(said: Resource) -> None:
    assert mg(dosage(FOUR, 1, **said)) == (0, 20)
    assert dose(dosage(FOUR, 1, **said)).on(DAY)[0].as_needed


@pytest.mark.parametrize(
    "said", [{}, {"asNeededBoolean": False, "text": "1 tablet prn"}, {"asNeededBoolean": None}, {"asNeededFor": []}]
)
def test_not_as_needed(said: Resource) -> None:
    assert mg(dosage(FOUR, 1, **said)) == 20


@pytest.mark.parametrize(
    ("cap", "a_day"),
    [
        (({"value": 3, "unit": "tablet"}, {"value": 1, "unit": "d"}), (0, 15)),
        (({"value": 3, "unit": "tablet"}, {"value": 24, "unit": "h"}), (0, 15)),
        (({"value": 15, "unit": "mg"}, {"value": 1, "unit": "d"}), (0, 15)),
        (({"value": 9, "unit": "tablet"}, {"value": 1, "unit": "d"}), (0, 20)),
        (({"value": 4000, "unit": "mg"}, {"value": 1, "unit": "d"}), (0, 20)),
        (({"value": 3, "unit": "tablet"}, {"value": 1, "unit": "moon"}), (0, 20)),
        (({"unit": "tablet"}, {"value": 1, "unit": "d"}), (0, 20)),
    ],
)
def test_a_maximum_per_period_caps(cap: tuple[Resource, Resource], a_day: object) -> None:
    ratio = {"numerator": cap[0], "denominator": cap[1]}
    assert mg(dosage(FOUR, 1, asNeededBoolean=True, maxDosePerPeriod=ratio)) == a_day


def test_the_lowest_cap_counts_and_stands_for_a_rate_only_where_taken_as_needed() -> None:
    three, two = ({"numerator": quantity(n), "denominator": {"value": 1, "unit": "d"}} for n in (3, 2))
    assert mg(dosage(FOUR, 1, maxDosePerPeriod=[three, two])) == 10
    assert mg(dosage(None, 1, asNeededBoolean=True, maxDosePerPeriod=[three])) == (0, 15)
    assert mg(dosage(None, None, asNeededBoolean=True, maxDosePerPeriod=three)) == (0, 15)
    assert mg(dosage(None, 1, maxDosePerPeriod=three)) == NO_RATE
    assert mg(dosage(FOUR, 1, maxDosePerPeriod=[])) == mg(dosage(FOUR, 1, maxDosePerPeriod=None)) == 20


@pytest.mark.parametrize(
    ("instruction", "worn"),
    [
        (dosage(times(1, 72, "h"), 1, "patch"), 25),
        (dosage(times(1, 1, "d"), 1, "patch"), 25),
        (dosage(None, 1, "patch"), 25),
        (dosage(times(1, 72, "h"), 2, "patches"), 50),
        (dosage(times(1, 72, "h"), 1, "system"), 25),
        (dosage(times(1, 72, "h"), 1, ""), 25),
        (dosage(times(1, 72, "h"), 25, "mcg/hr"), 25),
        (dosage(times(1, 72, "h"), 25, "ug/h", asNeededBoolean=True), (0, 25)),
        # uncounted, one at a time
        (dosage(times(1, 72, "h"), None), 25),
        ({"text": "Apply every 72 hours"}, 25),
        ({"text": "apply 1 patch every 72 hours"}, 25),
        ({"text": "apply 50 mcg/hr patch every 3 days"}, 50),
        ({"text": "1-2 patches every 72 hours"}, (25, 50)),
        (doses({"rateQuantity": quantity(25, "ug/h")}), 25),
        (doses({"rateQuantity": None, "doseQuantity": quantity(1, "patch")}), 25),
        ({}, NO_DOSE),
        ({"text": "as directed"}, NO_DOSE),
        (dosage(times(1, 72, "h"), 5, "mg"), NO_STRENGTH),
        (dosage(times(1, 72, "h"), 25, "mcg"), NO_STRENGTH),
    ],
)
def test_patches(instruction: Resource, worn: object) -> None:
    assert mg(instruction, of=PATCH) == worn


@pytest.mark.parametrize(
    ("of", "a_patch", "worn"),
    [
        ("fentanyl 25 mcg/hr patch", dosage(times(1, 72, "h"), 1, "patch"), 25),
        ("72 HR fentanyl 0.025 MG/HR transdermal system", dosage(times(1, 72, "h"), 1, "patch"), 25),
        ("fentanyl patch", dosage(times(1, 72, "h"), 1, "patch"), NO_STRENGTH),
        ("fentanyl patch", dosage(times(1, 72, "h"), None), NO_DOSE),
        ("fentanyl", dosage(times(1, 72, "h"), 50, "ug/h"), 50),
        ("fentanyl", {"text": "apply 50 mcg/h patch every 72 hours"}, 50),
        ("fentanyl", dosage(times(1, 72, "h"), 1, "patch"), "no factor is known for it in this form"),
    ],
)
def test_patches_without_a_product_code(of: str, a_patch: Resource, worn: object) -> None:
    assert mg(a_patch, of=of) == worn


@pytest.mark.parametrize(
    ("route", "known"),
    [
        ({"coding": [{"code": "26643006"}]}, True),
        ({"coding": [{"code": "PO"}]}, True),
        ({"coding": [{"code": "x", "display": "Oral use"}]}, True),
        ({"text": "by mouth"}, True),
        ({"text": "p.o."}, True),
        ({}, True),
        (None, True),
        ({"coding": [{"code": "37161004", "display": "Rectal"}]}, False),
        ({"coding": [{"code": "72607000"}]}, False),
        ({"text": "temporal"}, False),
    ],
)
def test_a_route_other_than_by_mouth_has_no_factor_of_the_oral_form(route: Resource | None, known: bool) -> None:
    assert mg(dosage(FOUR, 1, route=route)) == (20 if known else "no factor is known for it in this form")


def test_instructions_of_one_sequence_are_summed() -> None:
    morning, night = dosage(times(1), 1), dosage(times(1), 2)
    assert mg(morning, night) == 15
    assert mg(morning | {"sequence": 1}, night | {"sequence": 1}) == 15
    assert mg(morning, dosage(None, 2)) == NO_RATE


def bounded(number: float, **bounds: Any) -> dict[str, Any]:
    """So many tablets once a day within bounds."""
    return dosage(times(1, **bounds), number)


def lasting(days: int) -> dict[str, Any]:
    """Bounds of so many days."""
    return {"boundsDuration": {"value": days, "unit": "d"}}


def period(first: int | None, last: int | None) -> dict[str, Any]:
    """Bounds from so many days ago until so many days ago."""
    ends = {"start": first, "end": last}
    return {"boundsPeriod": {name: ago(days) for name, days in ends.items() if days is not None}}


def test_a_bounded_instruction_ends_and_the_others_of_its_sequence_go_on() -> None:
    both = (bounded(1, **lasting(5)), bounded(2))
    assert [mg(*both, on=on) for on in (10, 6, 5, 0)] == [15, 15, 10, 10]
    assert mg(bounded(1, **lasting(5)), bounded(2, **lasting(5))) == 15
    in_turn = (bounded(4, **period(10, 6)), bounded(2, **period(5, 3)), bounded(1, **period(2, -9)))
    assert [mg(*in_turn, on=on) for on in (10, 6, 5, 3, 2, 0)] == [20, 20, 10, 10, 5, 5]


TAPERS = [
    ([bounded(4, **lasting(3)), bounded(2, **lasting(3)), bounded(1)], [20, 20, 20, 10, 10, 10, 5, 5, 5, 5, 5]),
    ([dosage(times(2, count=6), 2), bounded(1)], [20, 20, 20, 5, 5, 5, 5, 5, 5, 5, 5]),
    ([bounded(4), bounded(2, **period(7, 4)), bounded(1)], [None, None, None, 10, 10, 10, 10, 5, 5, 5, 5]),
    ([bounded(4, **period(None, 8)), bounded(2, **lasting(30))], [20, 20, 20, 10, 10, 10, 10, 10, 10, 10, 10]),
    ([bounded(4, **lasting(3)), bounded(2, **lasting(3))], [20, 20, 20, 10, 10, 10, None, None, None, None, None]),
]


@pytest.mark.parametrize(("steps", "a_day"), TAPERS)
def test_a_rising_sequence_is_a_taper_the_step_covering_the_day_counts(steps: list[Any], a_day: list[Any]) -> None:
    numbered = [step | {"sequence": number} for number, step in enumerate(steps, 1)]
    over = "no step of its dose covers the day"  # bounds begin an order, whatever stands before
    for order in (numbered, numbered[::-1]):
        assert [mg(*order, on=on) for on in range(10, -1, -1)] == [over if n is None else n for n in a_day]


@pytest.mark.parametrize(
    "first",
    [
        bounded(4),
        dosage(times(2, count=6, countMax=8), 2),
        dosage(times(2, frequencyMax=3, count=6), 2),
        dosage(times(2, count=0), 2),
        dosage({"repeat": {"count": 6}}, 2),
        dosage(None, 2),
        bounded(4, boundsRange={"low": {"value": 3, "unit": "d"}, "high": {"value": 5, "unit": "d"}}),
    ],
)
def test_a_taper_without_bounds_is_unknown(first: dict[str, Any]) -> None:
    assert mg(first | {"sequence": 1}, bounded(1) | {"sequence": 2}) == TAPER


def test_a_taper_is_unknown_where_a_step_has_no_number_or_its_end_is_not_known() -> None:
    assert mg(bounded(4, **lasting(3)) | {"sequence": 1}, bounded(1)) == TAPER
    two = [bounded(4, **lasting(3)) | {"sequence": 1}, bounded(1) | {"sequence": 1}, bounded(1) | {"sequence": 2}]
    assert mg(*two) == TAPER
    never = [bounded(4, boundsPeriod={"end": "9999-12-31"}), bounded(1)]
    assert mg(*(step | {"sequence": n} for n, step in enumerate(never))) == TAPER


@pytest.mark.parametrize(
    ("instruction", "a_day"),
    [
        ({"text": "1 tablet every 6 hours as needed"}, (0, 20)),
        ({"text": "1-2 tabs by mouth every six hours"}, (20, 40)),
        ({"text": "5 mg every 6 hours"}, 20),
        ({"text": "325 mg every 6 hours"}, NO_STRENGTH),
        ({"text": "as directed"}, NO_DOSE),
        # what the elements leave out
        (dosage(FOUR, None, text="2 tablets four times a day"), 40),
        (dosage(FOUR, None, text="2 tablets every 6 hours"), 40),
        (dosage(None, 1, text="Take every 12 hours"), 10),
        (dosage(None, 1, text="1 tablet every 12 hours"), 10),
        # who says two things says nothing
        (dosage(None, 1, text="2 tablets every 12 hours"), DIFFER),
        (dosage(FOUR, None, text="2 tablets every 12 hours"), DIFFER),
        # the elements are whole: the words are not needed
        (dosage(FOUR, 1, text="2 tablets every 12 hours"), 20),
        # a most of a day in words
        ({"text": "1-2 tablets every 4 hours as needed, max 6 tablets per day"}, (0, 30)),
        ({"text": "2 tablets every 4 hours, max 40 mg daily"}, 60),
        ({"text": "2 tablets every 4 hours, max 20 mg daily"}, 20),
        ({"text": "1 tablet as needed, max 4 tablets per day"}, (0, 20)),
        # mg beside the tablet say the same, or nothing is known
        ({"text": "1 tablet (5 mg total) every 6 hours"}, 20),
        ({"text": "1 tablet (325 mg total) every 6 hours"}, NO_STRENGTH),
        ({"text": "0 tablets daily"}, NO_STRENGTH),
    ],
)
def test_words(instruction: Resource, a_day: object) -> None:
    assert mg(instruction) == a_day


def test_mg_told_beside_a_tablet_of_one_drug() -> None:
    words = {"text": "Take 1 tablet (15 mg total) by mouth every 6 (six) hours"}
    assert mg(words, of=PLAIN) == mg(words, of="morphine tablets") == 60
    assert mg({"text": "Take 1 tablet (30 mg total) every 6 hours"}, of=PLAIN) == DIFFER


def test_a_dose_from_words_is_marked_and_noted() -> None:
    assert dose({"text": "1 tablet every 6 hours"}).on(DAY)[0].by_text
    assert not dose(dosage(FOUR, 1, text="1 tablet every 6 hours")).on(DAY)[0].by_text
    assert dose(dosage({"code": {"text": "every 6 hours"}}, 1)).on(DAY)[0].by_text
    _, odd = read(request(authoredOn=ago(3), dosageInstruction=[{"text": "1 tablet every 6 hours"}]))
    assert odd == ("1 MedicationRequest with a dose read from its words",)


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("oxycodone 5 mg tablet", 5),
        ("OXYCODONE HCL 5 MG TABLET", 5),
        ("acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet", 5),
        ("oxycodone 5 mg / acetaminophen 325 mg tablet", 5),
        ("oxycodone-acetaminophen 5-325 mg tablet", 5),
        ("oxycodone/acetaminophen 5 mg/325 mg", 5),
        ("acetaminophen-oxycodone 325 mg-5 mg oral tablet", 5),
        ("oxycodone 5 mg/325 mg", 5),
        ("oxycodone 5000 mcg tablet", 5),
        # which number is which?
        ("oxycodone-acetaminophen 5-325", None),
        ("acetaminophen-caffeine-oxycodone 320.5 mg-30 mg-5 mg", None),
        ("oxycodone 5/325", None),
        ("oxycodone 5-325 mg", None),
        ("oxycodone tablets", None),
        ("oxycodone 0 mg tablet", None),
        ("oxycodone 5 mg/0 mL solution", None),
        ("oxycodone 5 mg/5 mL solution", None),
    ],
)
def test_a_strength_in_words(text: str, each: float | None) -> None:
    assert mg(dosage(FOUR, 1), of=text) == (4 * each if each else NO_STRENGTH)


def test_strengths_in_words_of_liquids_and_in_two_strings() -> None:
    assert mg(dosage(FOUR, 5, "mL"), of="oxycodone 5 mg/5 mL solution") == 20
    assert mg(dosage(FOUR, 5, "mL"), of="oxycodone 20 mg/mL concentrate") == 400
    two = {"text": "oxycodone 5 mg tablet", "coding": [{"display": "oxycodone 10 mg tablet"}]}
    said = request(two, authoredOn=ago(3), dispenseRequest=supply(9), dosageInstruction=[dosage(FOUR, 1)])
    found = drug(said).dose
    assert found and found.lacks_on(DAY) == NO_STRENGTH


def test_a_code_of_the_class_is_named_by_its_words() -> None:
    combined = coded("N02AJ17", "http://www.whocc.no/atc", text="Oxycodone 5 mg / paracetamol 325 mg")
    bare = coded("N02AJ17", "http://www.whocc.no/atc", text="Oxycodone or morphine")
    for concept, known in ((combined, True), (bare, False)):
        found = drug(request(concept, authoredOn=ago(3), dosageInstruction=[dosage(FOUR, 1)])).dose
        assert found is not None
        assert (found.factor is not None) is known


def test_a_dose_in_mg_needs_no_strength_where_the_words_name_one_drug() -> None:
    assert mg(dosage(FOUR, 5, "mg"), of="oxycodone") == 20
    assert mg(dosage(FOUR, 5, "mg"), of="oxycodone with acetaminophen") == NO_STRENGTH
    assert mg(dosage(FOUR, 5, "mg"), of="oxycodone suppository") == "no factor is known for it in this form"


def test_statements_tell_a_dose_too_and_one_that_cannot_be_read_is_said() -> None:
    said = statement(effectivePeriod={"start": ago(30), "end": ago(0)}, dosage=[dosage(FOUR, 1)])
    assert drug(said).dose == dose(dosage(FOUR, 1), authoredOn=ago(30))
    (found,), odd = read(said | {"dosage": "twice daily"})
    assert found.dose == OpioidDose(lacks="its dose cannot be read")
    assert odd == ("1 MedicationStatement with a dose that is not read: dosage is not an object",)
    wrongs: tuple[Any, ...] = ({"route": 7}, {"maxDosePerPeriod": 7})
    for wrong in wrongs:
        (found,), odd = read(said | {"dosage": [dosage(FOUR, 1, **wrong)]})
        assert found.dose == OpioidDose(lacks="its dose cannot be read")
        assert not found.undatable


def test_only_an_opioid_with_days_has_a_dose() -> None:
    assert drug(request("naproxen 500 mg", authoredOn=ago(3), dosageInstruction=[dosage(FOUR, 1)])).dose is None
    assert drug(request(dosageInstruction=[dosage(FOUR, 1)])).dose is None


@pytest.mark.parametrize(
    ("order", "runs_out"),
    [
        (request(authoredOn=ago(10), dispenseRequest=supply(30)), -19),
        (request(authoredOn=ago(10), dispenseRequest=supply(30, 2)), -79),
        (request(authoredOn=ago(10), dispenseRequest=supply(30, 2, validityPeriod={"end": ago(-40)})), -40),
        (request(authoredOn=ago(10), dosageInstruction=[bounded(1, **period(10, -7))]), -7),
        (request(authoredOn=ago(10)), None),
        (request(authoredOn=ago(40), dispenseRequest=supply(30)), 11),
        (request(status="stopped", authoredOn=ago(10)), 10),
        (statement(effectivePeriod={"start": ago(10), "end": ago(-5)}), -5),
        (statement(effectivePeriod={"start": ago(10)}, dateAsserted=ago(1)), None),
        (statement(effectiveDateTime=ago(10)), 10),
    ],
)
def test_when_it_was_meant_to_run_out_be_that_after_the_day(order: Resource, runs_out: int | None) -> None:
    found = drug(order).runs_out
    assert (found and (DAY - found).days) == runs_out


def test_the_dose_of_the_request_wins_and_a_statement_stands_in_where_it_tells_none() -> None:
    order: Any = {"authoredOn": ago(30), "dispenseRequest": supply(60)}
    tells, silent = request(id="r", dosageInstruction=[dosage(FOUR, 1)], **order), request(id="r", **order)
    said = statement(id="s", effectivePeriod={"start": ago(30), "end": ago(0)}, dosage=[dosage(times(2), 1)])
    for orders, a_day in (((tells, said), 30), ((silent, said), 15), ((silent, said | {"dosage": []}), None)):
        for one in read(*orders)[0]:
            assert one.dose is not None
            total = one.dose.morphine_on(DAY)
            assert (total and total.most) == a_day
