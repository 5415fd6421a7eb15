"""Values over time: each as it was, in steps or by its days, and where it stands on paper."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from cds_service.answer import Answerer
from cds_service.findings.morphine_equivalents import morphine_equivalents
from cds_service.pages.drawing import Scale
from cds_service.pages.plot_drawing import dose_plot, smoking_strips, value_plot
from cds_service.pages.plots import Dose, Measured, Point, Smoked, doses, limits_of, measured
from cds_service.record.from_file import supplied_from_bundle
from cds_service.record.patient import PatientRecord
from cds_service.record.reading import read_record
from cds_service.record.supplied import SuppliedChart
from tests.explain.charts import bundle_of, coded, condition, long_history, observation, opioid, smoking
from tests.hooks.calls import DAY, PATIENT

CURRENT, FORMER, NEVER = "449868002", "8517006", "266919005"


def day(ago: int) -> date:
    return DAY - timedelta(ago)


def read(answerer: Answerer, *resources: dict[str, Any]) -> tuple[SuppliedChart, PatientRecord]:
    """A chart of these, as supplied and as read."""
    chart = [PATIENT, *({"id": f"r{at}", **one} for at, one in enumerate(resources, 1))]
    supplied = supplied_from_bundle(json.dumps(bundle_of(chart)).encode())
    assert supplied
    return supplied, read_record(supplied, DAY, answerer.knowledge)


def steps(answerer: Answerer, *resources: dict[str, Any]) -> tuple[Dose, ...]:
    return doses(read(answerer, *resources)[1], answerer.knowledge.given)


def values(answerer: Answerer, *resources: dict[str, Any]) -> Measured:
    return measured(*read(answerer, *resources), answerer.knowledge)


def test_without_an_opioid_there_is_no_step(answerer: Answerer) -> None:
    assert steps(answerer) == ()


def test_a_dose_holds_as_long_as_it_may_still_be_taken(answerer: Answerer) -> None:
    """Its supply, and the fourteen days in which an opioid that has ended still counts as current."""
    assert steps(answerer, opioid(day(100), 2)) == (Dose(day(100), day(57), 30.0, 30.0, True),)


def test_a_higher_dose_is_a_higher_step_and_one_that_goes_on_is_the_same(answerer: Answerer) -> None:
    orders = [opioid(day(90), 2), opioid(day(60), 2), opioid(day(30), 4)]
    assert steps(answerer, *orders) == (
        Dose(day(90), day(31), 30.0, 30.0, True),
        Dose(day(30), DAY, 60.0, 60.0, True),
    )


def test_a_range_is_a_band_and_a_dose_that_is_not_said_makes_it_at_least(answerer: Answerer) -> None:
    wide = opioid(day(20), 2)
    wide["dosageInstruction"][0]["timing"]["repeat"]["frequencyMax"] = 4
    assert steps(answerer, wide) == (Dose(day(20), DAY, 30.0, 60.0, True),)
    (one,) = steps(answerer, opioid(day(20), 2, dosed=False))
    assert (one.least, one.most, one.complete) == (0.0, 0.0, False)


def test_a_taper_is_a_staircase(answerer: Answerer) -> None:
    order = opioid(day(29), 1)
    order["dosageInstruction"] = [
        {
            "sequence": at,
            "timing": {
                "repeat": {
                    "frequency": 5 - at,
                    "period": 1,
                    "periodUnit": "d",
                    "boundsPeriod": {
                        "start": day(29 - 10 * (at - 1)).isoformat(),
                        "end": day(20 - 10 * (at - 1)).isoformat(),
                    },
                }
            },
            "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg", "code": "mg"}}],
        }
        for at in (1, 2, 3)
    ]
    found = steps(answerer, order)
    assert [(one.first, one.most) for one in found] == [(day(29), 60.0), (day(19), 45.0), (day(9), 30.0)]


def test_every_day_of_a_long_history_is_what_the_findings_say_of_it(answerer: Answerer) -> None:
    given = answerer.knowledge.given
    undated = opioid(day(1), 1)
    del undated["authoredOn"]
    for more in ([], [undated], [{**undated, "status": "active"}]):
        _, record = read(answerer, *long_history()[1:400], *more)
        told = doses(record, given)
        for ago in range(0, 2200, 11):
            on = morphine_equivalents(record, given, day(ago))
            step = next((one for one in told if one.first <= day(ago) <= one.last), None)
            if step:
                assert (step.least, step.most, step.complete) == (on.least, on.most, on.complete), ago
            else:
                assert on.most == 0, ago


def test_treatment_of_use_disorder_has_no_equivalent(answerer: Answerer) -> None:
    buprenorphine = {**opioid(day(20), 1), "medicationCodeableConcept": {"text": "buprenorphine and naloxone"}}
    assert all(one.most == 0 for one in steps(answerer, buprenorphine))


def test_every_measurement_is_shown_the_highest_of_a_day_in_its_own_unit(answerer: Answerer) -> None:
    found = values(
        answerer,
        observation("4548-4", day(400), 6.5, "%"),
        observation("4548-4", day(10), 64, "mmol/mol"),
        observation("4548-4", day(10), 7.9, "%"),
        {**observation("4548-4", day(10), 7.0, "%"), "id": ""},
        observation("39156-5", day(9), 31.2, "kg/m2"),
        observation("8867-4", day(9), 70, "1"),
        {**observation("4548-4", day(5), 9.9, "%"), "status": "entered-in-error"},
        {**observation("4548-4", day(4), 9.9, "%"), "code": coded("http://elsewhere.example", "4548-4")},
        {**observation("4548-4", day(4), 9.9, "%"), "code": {"text": "HbA1c"}},
        {**observation("4548-4", day(4), 9.9, "%"), "subject": {"reference": "Patient/p2"}},
        {name: it for name, it in observation("4548-4", day(4), 9.8, "%").items() if name != "code"},
        {name: it for name, it in observation("4548-4", day(4), 9.8, "%").items() if name != "effectiveDateTime"},
    )
    assert [(point.day, round(point.value, 1)) for point in found.hba1c] == [(day(400), 6.5), (day(10), 8.0)]
    assert found.hba1c[1].sources == ("Observation/r2",)
    assert [(point.day, point.value) for point in found.bmi] == [(day(9), 31.2)]


def test_a_measurement_without_an_id_has_no_source(answerer: Answerer) -> None:
    assert values(answerer, {**observation("39156-5", day(9), 31, "kg/m2"), "id": ""}).bmi[0].sources == ()


def test_smoking_is_what_was_said_last(answerer: Answerer) -> None:
    found = values(
        answerer,
        smoking(NEVER, day(3000)),
        smoking(CURRENT, day(2000)),
        smoking(CURRENT, day(1000)),
        smoking(FORMER, day(100)),
    )
    told = [(one.status, one.first, one.last) for one in found.smoking]
    assert told == [
        ("never", day(3000), day(2000)),
        ("current", day(2000), day(100)),
        ("former", day(100), DAY),
    ]
    undated = condition("77176002", "")
    del undated["onsetDateTime"]
    assert values(answerer, undated).smoking == ()


SCALE = Scale(day(3650), DAY)


def test_the_lines_to_compare_with_are_in_the_picture(answerer: Answerer) -> None:
    limits = limits_of(answerer.knowledge.given)
    assert limits == {"mme": (50, 90), "hba1c": (8,), "bmi": (35,)}
    low = dose_plot((Dose(day(30), DAY, 1.0, 2.0, False),), limits["mme"], SCALE)
    assert low
    assert [name for _, name in low.limits] == ["50", "90"]
    assert all(0 < y < low.height for y, _ in low.limits)
    (area,) = low.areas
    assert area.says == "≥ 1–2 mg, 23 October 2026 – 22 November 2026"
    assert not area.complete
    assert area.height > 0
    same = dose_plot((Dose(day(30), DAY, 120.0, 120.0, True),), limits["mme"], SCALE)
    assert same and same.areas[0].says.startswith("120 mg")
    assert all(0 < y < same.height for y, _ in same.limits)


def test_what_was_long_ago_is_in_no_plot() -> None:
    old = date(1999, 1, 1)
    assert dose_plot((Dose(old, old, 1.0, 1.0, True),), (50,), SCALE) is None
    assert value_plot((Point(old, 5.0, ()),), (8,), "%", SCALE) is None
    assert smoking_strips((Smoked(old, old, "never", ()),), SCALE) == ()


def test_dots_are_joined_in_the_order_of_their_days() -> None:
    found = value_plot((Point(day(100), 7.5, ()), Point(DAY, 9.0, ())), (8,), "%", SCALE)
    assert found
    assert [dot.says for dot in found.dots] == ["7.5 %, 14 August 2026", "9 %, 22 November 2026"]
    assert found.line == " ".join(f"{dot.x},{dot.y}" for dot in found.dots)
    assert found.dots[0].y > found.limits[0][0] > found.dots[1].y
    assert len(found.levels) >= 2


def test_a_value_beyond_all_measure_still_has_levels() -> None:
    found = value_plot((Point(DAY, 5e6, ()),), (8,), "", SCALE)
    assert found and 1 <= len(found.levels) <= 8


def test_a_strip_is_as_long_as_what_was_said_held() -> None:
    long, short = smoking_strips((Smoked(day(2000), DAY, "never", ()), Smoked(DAY, DAY, "current", ())), SCALE)
    assert long.width > 100
    assert short.width == 3.0
