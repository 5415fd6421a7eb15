"""On which days a drug was taken (clinical-logic B "Interval", L "Opioid arithmetic")."""

from __future__ import annotations

from typing import Any

import pytest

from tests.record.drug_orders import ago, coded, days, dosage, drug, read, request, statement, supply, times


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # start: bounds of the timing, else validity, else authoredOn
        ({"authoredOn": ago(50), "dispenseRequest": supply(10)}, (50, 41)),
        ({"authoredOn": ago(50), "dispenseRequest": supply(10, validityPeriod={"start": ago(40)})}, (40, 31)),
        ({"authoredOn": ago(50), "dispenseRequest": supply(10, validityPeriod={"start": "soon"})}, (50, 41)),
        (
            {
                "authoredOn": ago(50),
                "dosageInstruction": [dosage({"repeat": {"boundsPeriod": {"start": ago(30)}}})],
                "dispenseRequest": supply(10, validityPeriod={"start": ago(40)}),
            },
            (30, 21),
        ),
        ({"authoredOn": "2026-10", "dispenseRequest": supply(5)}, (22, 18)),
        # supply and its repeats
        ({"authoredOn": ago(90), "dispenseRequest": supply(30, 1)}, (90, 31)),
        ({"authoredOn": ago(90), "dispenseRequest": supply(30, 5)}, (90, 0)),
        ({"authoredOn": ago(90), "dispenseRequest": supply(30, -1)}, (90, 61)),
        ({"authoredOn": ago(90), "dispenseRequest": supply(2.5)}, (90, 89)),
        ({"authoredOn": ago(90), "dispenseRequest": supply(2.5, 1)}, (90, 86)),
        ({"authoredOn": ago(90), "dispenseRequest": supply(0.5)}, (90, 90)),
        ({"authoredOn": ago(90), "dispenseRequest": supply(1e12)}, (90, 0)),
        (
            {"authoredOn": ago(90), "dispenseRequest": {"expectedSupplyDuration": {"value": 2, "unit": "weeks"}}},
            (90, 77),
        ),
        ({"authoredOn": ago(90), "dispenseRequest": {"expectedSupplyDuration": {"value": 1, "code": "mo"}}}, (90, 61)),
        # a repeat never runs past the validity, a first supply may
        ({"authoredOn": ago(90), "dispenseRequest": supply(30, 2, validityPeriod={"end": ago(45)})}, (90, 45)),
        ({"authoredOn": ago(90), "dispenseRequest": supply(30, 2, validityPeriod={"end": ago(80)})}, (90, 61)),
        ({"authoredOn": ago(90), "dispenseRequest": supply(30, 1, validityPeriod={"end": ago(1)})}, (90, 31)),
        # an item ends at its computed end, whatever its status
        ({"status": "stopped", "authoredOn": ago(90), "dispenseRequest": supply(30)}, (90, 61)),
        ({"status": "completed", "authoredOn": ago(90), "dispenseRequest": supply(30)}, (90, 61)),
        # stopped, completed or on hold without a computable supply: the first day only
        ({"status": "stopped", "authoredOn": ago(20)}, (20, 20)),
        ({"status": "completed", "authoredOn": ago(20)}, (20, 20)),
        ({"status": "on-hold", "authoredOn": ago(20)}, (20, 20)),
        # active without any: until the day, at most 90 days
        ({"authoredOn": ago(20)}, (20, 0)),
        ({"authoredOn": ago(89)}, (89, 0)),
        ({"authoredOn": ago(90)}, (90, 1)),
        ({"authoredOn": ago(400)}, (400, 311)),
    ],
)
def test_the_days_of_a_request(fields: dict[str, Any], expected: tuple[int, int]) -> None:
    assert days(request(**fields)) == expected


TWICE = times(2)
BOUNDED = {"boundsDuration": {"value": 10, "code": "d"}}


@pytest.mark.parametrize(
    ("quantity", "dosages", "covered"),
    [
        ({"value": 20, "unit": "tablet"}, [dosage(TWICE)], 10),
        ({"value": 20, "code": "TAB"}, [dosage(TWICE, unit="Tablets")], 10),
        ({"value": 20, "code": "{tbl}"}, [dosage(TWICE)], 10),
        ({"value": 20}, [dosage(TWICE, unit="")], 10),
        ({"value": 20, "unit": "{tablet}", "code": "1"}, [dosage(TWICE)], 10),
        ({"value": 120, "unit": "mL"}, [dosage(TWICE, dose=5, unit="milliliter")], 12),
        ({"value": 21, "unit": "tablet"}, [dosage(TWICE)], 10),
        ({"value": 1, "unit": "tablet"}, [dosage(TWICE)], 1),
        ({"value": 10, "unit": "patch"}, [dosage(times(1, 72, "h"), unit="patches")], 30),
        ({"value": 20, "unit": "tablet"}, [dosage(times(1, 6, "h"))], 5),
        ({"value": 20, "unit": "tablet"}, [dosage(times(1, frequencyMax=4))], 5),
        ({"value": 20, "unit": "tablet"}, [dosage({"repeat": {"timeOfDay": ["08:00", "20:00"]}})], 10),
        ({"value": 20, "unit": "tablet"}, [dosage({"repeat": {"when": ["C"], "period": 1, "periodUnit": "d"}})], 20),
        (
            {"value": 2, "unit": "patch"},
            [dosage({"repeat": {"timeOfDay": ["08:00"], "dayOfWeek": ["mon"]}}, unit="patch")],
            14,
        ),
        ({"value": 20, "unit": "tablet"}, [dosage({"repeat": {"period": 2, "periodUnit": "d"}})], 40),
        ({"value": 2, "unit": "tablet"}, [dosage(times(1, 1, "wk"))], 14),
        ({"value": 2, "unit": "tablet"}, [dosage(times(1, 1, "mo"))], 60),
        ({"value": 0.1, "unit": "tablet"}, [dosage(times(1, 1, "a"))], 36),
        ({"value": 48, "unit": "tablet"}, [dosage(times(1, 60, "min"))], 2),
        *[
            ({"value": 24, "unit": "tablet"}, [dosage({"code": {"text": code}})], covered)
            for code, covered in (
                ("BID", 12),
                ("t.i.d.", 8),
                ("QID", 6),
                ("q4h", 4),
                ("Q 6 H", 6),
                ("QD", 24),
                ("QOD", 48),
                ("WK", 168),
            )
        ],
        ({"value": 24, "unit": "tablet"}, [dosage({"code": {"coding": [{"code": "BID"}]}, "repeat": BOUNDED})], 12),
        # ranges and "as needed" count at their most
        (
            {"value": 24, "unit": "tablet"},
            [
                {
                    "timing": TWICE,
                    "doseAndRate": [
                        {"doseRange": {"low": {"value": 1, "unit": "tablet"}, "high": {"value": 2, "unit": "tablet"}}}
                    ],
                }
            ],
            6,
        ),
        (
            {"value": 24, "unit": "tablet"},
            [{"timing": TWICE, "doseAndRate": [{"doseRange": {"low": {"value": 1, "unit": "tab"}}}]}],
            12,
        ),
        ({"value": 24, "unit": "tablet"}, [dosage(times(4), asNeededBoolean=True)], 6),
        # an ordered dose before a calculated one
        (
            {"value": 24, "unit": "tablet"},
            [
                {
                    "timing": TWICE,
                    "doseAndRate": [
                        {"type": {"coding": [{"code": "calculated"}]}, "doseQuantity": {"value": 2, "unit": "tablet"}},
                        {"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 1, "unit": "tablet"}},
                    ],
                }
            ],
            12,
        ),
        (
            {"value": 24, "unit": "tablet"},
            [{"timing": TWICE, "doseAndRate": [{}, {"doseQuantity": {"value": 1, "unit": "tab"}}]}],
            12,
        ),
        # a maximum caps the rate, or stands for it
        (
            {"value": 24, "unit": "tablet"},
            [
                dosage(
                    times(6),
                    maxDosePerPeriod=dict(numerator=dict(value=4, unit="tablet"), denominator=dict(value=1, code="d")),
                )
            ],
            6,
        ),
        (
            {"value": 24, "unit": "tablet"},
            [
                dosage(
                    times(6),
                    maxDosePerPeriod=dict(numerator=dict(value=40, unit="mg"), denominator=dict(value=1, code="d")),
                )
            ],
            4,
        ),
        (
            {"value": 24, "unit": "tablet"},
            [
                dosage(
                    None,
                    maxDosePerPeriod=[
                        dict(numerator=dict(value=4, unit="tablet"), denominator=dict(value=24, code="h"))
                    ],
                )
            ],
            6,
        ),
        ({"value": 24, "unit": "tablet"}, [dosage(TWICE, maxDosePerPeriod=[])], 12),
        (
            {"value": 24, "unit": "tablet"},
            [dosage(TWICE, maxDosePerPeriod=dict(numerator=dict(value=0), denominator=dict(value=1, code="d")))],
            12,
        ),
        (
            {"value": 24, "unit": "tablet"},
            [dosage(TWICE, maxDosePerPeriod=dict(numerator=dict(value=-1), denominator=dict(value=1, code="d")))],
            12,
        ),
        ({"value": 24, "unit": "tablet"}, [dosage(TWICE, maxDosePerPeriod=dict(numerator=dict(value=1)))], 12),
        # one sequence is summed
        ({"value": 30, "unit": "tablet"}, [dosage(times(1)), dosage(times(2))], 10),
    ],
)
def test_a_quantity_lasts_for_its_units_a_day(quantity: Any, dosages: list[Any], covered: int) -> None:
    order = request(authoredOn=ago(400), dosageInstruction=dosages, dispenseRequest={"quantity": quantity})
    assert drug(order).supply_days == covered
    again = request(
        authoredOn=ago(400),
        dosageInstruction=dosages,
        dispenseRequest={"quantity": quantity, "numberOfRepeatsAllowed": 1},
    )
    assert (drug(again).supply_days or 0) >= 2 * covered - 1


@pytest.mark.parametrize(
    ("quantity", "dosages"),
    [
        ({"value": 20, "unit": "tablet"}, [dosage(TWICE, dose=10, unit="mg")]),
        ({"value": 20, "unit": "mg"}, [dosage(TWICE, dose=10, unit="mg")]),
        ({"value": 20, "unit": "tablet"}, [dosage(TWICE, unit="")]),
        ({"value": 20}, [dosage(TWICE)]),
        ({"value": 20, "unit": "tablet"}, [dosage(None)]),
        ({"value": 20, "unit": "tablet"}, [dosage(TWICE, dose=None)]),
        ({"value": 20, "unit": "tablet"}, [dosage(TWICE, dose=0)]),
        ({"value": 20, "unit": "tablet"}, [dosage({"code": {"text": "as directed"}})]),
        ({"value": 20, "unit": "tablet"}, [dosage({"code": {"text": "Q0H"}})]),
        ({"value": 20, "unit": "tablet"}, [dosage({"repeat": {"frequency": 2}})]),
        ({"value": 20, "unit": "tablet"}, [dosage(times(2, 1, "fortnight"))]),
        ({"value": 20, "unit": "tablet"}, [dosage(times(-2))]),
        ({"value": 20, "unit": "tablet"}, [dosage(times(2, -1))]),
        ({"value": 20, "unit": "tablet"}, []),
        ({"value": 0, "unit": "tablet"}, [dosage(TWICE)]),
        ({"value": -5, "unit": "tablet"}, [dosage(TWICE)]),
        ({"unit": "tablet"}, [dosage(TWICE)]),
        (None, [dosage(TWICE)]),
        ({"value": 20, "unit": "tablet"}, [dosage(TWICE, sequence=1), dosage(times(1), sequence=2)]),
    ],
)
def test_a_quantity_is_divided_only_by_a_dose_in_its_own_countable_unit(quantity: Any, dosages: list[Any]) -> None:
    order = request(
        status="completed", authoredOn=ago(400), dosageInstruction=dosages, dispenseRequest={"quantity": quantity}
    )
    assert days(order) == (400, 400) and drug(order).supply_days is None


def bounded(**repeat: Any) -> dict[str, Any]:
    """An order of which only the bounds tell how long."""
    return request(
        authoredOn=ago(60),
        dosageInstruction=[dosage({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", **repeat}})],
    )


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        ({"boundsPeriod": {"start": ago(50), "end": ago(40)}}, (50, 40)),
        ({"boundsPeriod": {"end": ago(40)}}, (60, 40)),
        ({"boundsPeriod": {"start": ago(50)}}, (50, 0)),
        ({"boundsDuration": {"value": 7, "unit": "days"}}, (60, 54)),
        ({"boundsRange": {"low": {"value": 5, "code": "d"}, "high": {"value": 9, "code": "d"}}}, (60, 56)),
        ({"boundsRange": {"high": {"value": 9, "code": "d"}}}, (60, 52)),
        ({"count": 10}, (60, 56)),
        ({"boundsDuration": {"value": -7, "unit": "days"}, "count": 10}, (60, 56)),
        ({"boundsDuration": {"unit": "days"}}, (60, 0)),
        ({"boundsDuration": {"value": 7, "unit": "moons"}}, (60, 0)),
    ],
)
def test_without_a_supply_the_bounds_limit_the_length(repeat: dict[str, Any], expected: tuple[int, int]) -> None:
    assert days(bounded(**repeat)) == expected


def test_steps_that_follow_each_other_add_up_and_one_without_bounds_leaves_the_order_open() -> None:
    def step(sequence: int, length: int | None) -> dict[str, Any]:
        bounds = {} if length is None else {"boundsDuration": {"value": length, "code": "d"}}
        return dosage({"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", **bounds}}, sequence=sequence)

    assert days(request(authoredOn=ago(60), dosageInstruction=[step(1, 7), step(2, 14)])) == (60, 40)
    assert days(request(authoredOn=ago(60), dosageInstruction=[step(1, 7), step(1, 14)])) == (60, 47)
    assert days(request(authoredOn=ago(60), dosageInstruction=[step(1, 7), step(2, None)])) == (60, 0)


def test_bounds_on_one_of_two_instructions_do_not_end_the_order() -> None:
    first = dosage({"repeat": {"boundsPeriod": {"start": ago(50), "end": ago(40)}}})
    assert days(request(authoredOn=ago(60), dosageInstruction=[first, dosage()])) == (50, 0)


def test_a_supply_comes_before_a_quantity_and_a_quantity_before_bounds() -> None:
    dosages = [dosage({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", **BOUNDED}})]
    quantity = {"quantity": {"value": 40, "unit": "tablet"}}
    assert days(request(authoredOn=ago(60), dosageInstruction=dosages, dispenseRequest=quantity)) == (60, 41)
    both = {**quantity, **supply(5)}
    assert days(request(authoredOn=ago(60), dosageInstruction=dosages, dispenseRequest=both)) == (60, 56)
    assert days(request(authoredOn=ago(60), dosageInstruction=dosages)) == (60, 51)


def test_only_an_open_order_s_supply_is_assumed() -> None:
    assert drug(request(authoredOn=ago(20))).assumed
    assert not drug(request(authoredOn=ago(20), dispenseRequest=supply(30))).assumed
    assert drug(request(authoredOn=ago(20), status="unknown")).assumed
    assert not drug(request(authoredOn=ago(20), status="completed")).assumed


def test_an_order_without_any_start_cannot_be_placed_and_one_not_yet_due_is_none() -> None:
    assert drug(request(authoredOn="last spring")).undatable
    assert drug(request()).undatable
    found, odd = read(request(authoredOn=ago(-1)))
    assert found == () and odd == ("1 MedicationRequest begins after the day, not counted",)
    assert days(request(authoredOn=ago(0))) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "odd"),
    [
        ({"dosageInstruction": ["one a day"]}, "dosage is not an object"),
        ({"dosageInstruction": "one a day"}, "dosage is not an object"),
        ({"dosageInstruction": [None]}, "dosage is not an object"),
        ({"dosageInstruction": [{"timing": {"repeat": {"period": "x"}}}]}, "dosage cannot be read"),
        ({"dosageInstruction": {"text": 5}}, "dosage cannot be read"),
        ({"dispenseRequest": [1]}, "dispenseRequest is not an object"),
        ({"dispenseRequest": {"quantity": 7}}, "dispenseRequest cannot be read"),
        (
            {
                "dosageInstruction": [dosage(TWICE, maxDosePerPeriod=7)],
                "dispenseRequest": {"quantity": {"value": 1, "unit": "tablet"}},
            },
            "maxDosePerPeriod is not an object",
        ),
    ],
)
def test_an_order_that_cannot_be_read_stays_without_dates_and_is_said_so(fields: dict[str, Any], odd: str) -> None:
    """Left out, an opioid would read as "none"."""
    found, oddities = read(request(authoredOn=ago(20), **fields), request(authoredOn=ago(10), **fields))
    assert [one.undatable for one in found] == [True, True]
    assert oddities == (f"2 MedicationRequest skipped: {odd}",)


def test_a_dosage_that_is_one_object_or_null_is_read() -> None:
    quantity = {"quantity": {"value": 20, "unit": "tablet"}}
    assert days(request(authoredOn=ago(60), dosageInstruction=dosage(TWICE), dispenseRequest=quantity)) == (60, 51)
    order = request(authoredOn=ago(60)) | {"dosageInstruction": None, "dispenseRequest": None}
    assert days(order) == (60, 0)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"effectivePeriod": {"start": ago(50), "end": ago(20)}}, (50, 20)),
        ({"effectivePeriod": {"start": ago(50), "end": ago(-20)}}, (50, 0)),
        ({"status": "stopped", "effectivePeriod": {"start": ago(50), "end": ago(20)}}, (50, 20)),
        ({"effectivePeriod": {"start": ago(50)}, "dateAsserted": ago(0)}, (50, 0)),
        ({"effectivePeriod": {"start": ago(500)}, "dateAsserted": ago(180)}, (500, 0)),
        ({"effectivePeriod": {"start": ago(500)}, "dateAsserted": ago(181)}, None),
        ({"effectivePeriod": {"start": ago(50)}, "dateAsserted": ago(-1)}, None),
        ({"effectivePeriod": {"start": ago(50)}}, None),
        ({"status": "completed", "effectivePeriod": {"start": ago(50)}, "dateAsserted": ago(1)}, None),
        ({"status": "on-hold", "effectivePeriod": {"start": ago(50)}, "dateAsserted": ago(1)}, None),
        ({"effectivePeriod": {"start": ago(50), "end": "later"}, "dateAsserted": ago(1)}, None),
        ({"effectivePeriod": {"start": ago(20), "end": ago(50)}}, None),
        ({"effectivePeriod": {"end": ago(20)}}, (20, 20)),
        ({"effectivePeriod": {"end": ago(-20)}}, None),
        ({"effectivePeriod": {}, "effectiveDateTime": ago(20)}, (20, 20)),
        ({"effectiveDateTime": ago(20)}, (20, 20)),
        ({"effectiveDateTime": "2026-10"}, (22, 22)),
        ({"effectiveDateTime": "2026-11"}, (0, 0)),
        ({}, None),
        ({"dateAsserted": ago(1)}, None),
    ],
)
def test_the_days_of_a_statement(fields: dict[str, Any], expected: tuple[int, int] | None) -> None:
    found = drug(statement(**fields))
    assert days(statement(**fields)) == expected
    assert found.undatable is (expected is None) and not found.assumed


@pytest.mark.parametrize("fields", [{"effectivePeriod": {"start": ago(-1)}}, {"effectiveDateTime": ago(-1)}])
def test_a_statement_about_days_to_come_is_no_exposure(fields: dict[str, Any]) -> None:
    assert read(statement(**fields)) == ((), ("1 MedicationStatement begins after the day, not counted",))


def known(order: dict[str, Any]) -> tuple[str, str] | None:
    found = drug(order)
    assert found.assumed
    return (str(found.known_first), str(found.known_last)) if found.known_first else None


def test_of_a_period_with_a_month_or_year_only_the_sure_days_are_known() -> None:
    found = drug(statement(effectivePeriod={"start": "2026-03", "end": "2026-06"}))
    assert (str(found.first), str(found.last)) == ("2026-03-01", "2026-06-30")
    assert known(statement(effectivePeriod={"start": "2026-03", "end": "2026-06"})) == ("2026-03-31", "2026-06-01")
    assert known(statement(effectivePeriod={"start": "2026-03"}, dateAsserted=ago(1))) == ("2026-03-31", "2026-11-22")
    assert known(statement(effectivePeriod={"start": "2026"}, dateAsserted=ago(1))) is None
    assert known(statement(effectivePeriod={"start": "2026-03", "end": "2026-03"})) is None


def test_an_open_statement_whose_status_is_not_stated_is_only_assumed() -> None:
    assert known(statement(status=None, effectivePeriod={"start": ago(50)}, dateAsserted=ago(1))) is None


def test_drugs_that_do_not_matter_are_not_decoded() -> None:
    assert read() == ((), ())
    assert read(request("lisinopril", authoredOn=ago(3), dosageInstruction="odd")) == ((), ())
    assert read(request(coded("314076"), dispenseRequest=5)) == ((), ())
