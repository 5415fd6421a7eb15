"""The table of clinical-logic J, cell by cell, with findings given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cds_service.assessment.orders import MISSING, Advice, advise, concerning, work_up_missing
from cds_service.findings import Findings
from cds_service.findings.finding import Absent, Fact, Present
from cds_service.findings.imaging import Imaging
from cds_service.findings.risk import Risk
from cds_service.findings.sign import Sign
from cds_service.record.asked import ORDER_HOOKS, Asked, OrderHook
from cds_service.record.orders import Order, OrderKind
from cds_service.record.patient import Key
from tests.assessment.charts import findings, flag, sign, suppressed
from tests.assessment.test_decision_table import CRITICAL, INSTABLE, PARTIAL, SMOKER
from tests.findings.comorbid_charts import DAY, GIVEN
from tests.findings.spine_charts import ago, complaint_of
from tests.findings.spine_charts import chart as spine_chart

SELECT, SIGN, DISPATCH, BOOK = ORDER_HOOKS
SEEN = Present(Imaging(DAY, "MRI of the lumbar spine", "lumbar"), (Fact("MRI", ("Procedure/mri",)),))
UNMEASURED = Risk("obesity", "unknown", because="no BMI within 365 days")
SERVICES: tuple[OrderKind, ...] = ("referral", "operation", "procedure", "injection", "imaging")
SURGICAL: tuple[OrderKind, ...] = ("referral", "operation")
OTHER: tuple[OrderKind, ...] = ("procedure", "injection", "imaging", "other-referral")


def orders(*kinds: OrderKind, empty: tuple[str, ...] = ()) -> tuple[Order, ...]:
    return tuple(Order(kind, f"ServiceRequest/{at}", empty=empty) for at, kind in enumerate(kinds))


def chart(*present: Sign | Risk, imaged: bool = True, **more: Any) -> Findings:
    has = findings(*present, **more)
    return replace(has, imaging=SEEN if imaged else Absent("no spine MRI or CT within 365 days"))


def advice(
    hook: OrderHook, has: Findings, *kinds: OrderKind, empty: tuple[str, ...] = (), needs: frozenset[Key] = frozenset()
) -> Advice:
    return advise(Asked(hook, orders(*kinds, empty=empty)), has, GIVEN, recommend_needs=needs)


def told(hook: OrderHook, has: Findings, *kinds: OrderKind, **more: Any) -> str:
    """The outcome, of none with why."""
    got = advice(hook, has, *kinds, **more).assessment
    return f"none: {got.why}" if got.outcome == "none" else got.rule


WARNED: dict[str, dict[str, Any]] = {
    "urgent-emergency": {"emergencies": (flag("cauda equina"),)},
    "urgent-prompt": {"prompts": (flag("myelopathy"),)},
}


@pytest.mark.parametrize("hook", ORDER_HOOKS)
@pytest.mark.parametrize("kind", [*SERVICES, "opioid"])
def test_urgent_not_advised_and_optimise_first_are_that_card(hook: OrderHook, kind: OrderKind) -> None:
    for rule, flags in WARNED.items():
        assert told(hook, chart(**flags), kind) == rule
        assert advice(hook, chart(**flags), kind).occasion is None
    assert told(hook, chart(PARTIAL, INSTABLE), kind) == "not-advised"
    assert told(hook, chart(sign(), SMOKER), kind) == "optimise-first"


@pytest.mark.parametrize("kind", SURGICAL)
@pytest.mark.parametrize("present", [(), (PARTIAL,)])
def test_on_signing_a_risk_speaks_against_the_order_itself(kind: OrderKind, present: tuple[Sign, ...]) -> None:
    got = advice(SIGN, chart(*present, SMOKER), kind)
    assert (got.assessment.rule, got.assessment.outcome, got.assessment.why) == ("optimise-first", "optimise-first", "")
    assert got.occasion == "order"
    assert [fact.text for fact in got.assessment.reasons] == ["current-smoking"]
    [row] = [row for row in got.assessment.rules if row.rule == "optimise-first"]
    assert row.verdict.holds and row.verdict.says == "optimise before this order"
    assert not got.offers_referral
    if not present:
        assert told(SIGN, chart(INSTABLE), kind) == "not-advised"


@pytest.mark.parametrize("kind", [*OTHER, "opioid"])
def test_it_does_not_against_any_other(kind: OrderKind) -> None:
    assert told(SIGN, chart(SMOKER), kind) == "none: no-sign"
    assert told(SIGN, chart(PARTIAL, SMOKER), kind) == "consider"


@pytest.mark.parametrize("hook", [SELECT, DISPATCH, BOOK])
def test_nor_before_signing_or_after(hook: OrderHook) -> None:
    assert told(hook, chart(SMOKER), "operation") == "none: no-sign"
    assert told(hook, chart(PARTIAL, SMOKER), "operation") == "consider"


def test_what_is_time_critical_is_not_held_up_by_a_risk_that_can_be_treated() -> None:
    """Without a birth date, or with a key that a site needs, a full sign is only worth considering."""
    held = chart(CRITICAL, SMOKER, born=False)
    assert told(SIGN, held, "referral") == "consider"
    assert told(SIGN, chart(CRITICAL, INSTABLE, born=False), "referral") == "not-advised"


@pytest.mark.parametrize("name", ["deceased", "hospice", "under_18", "pregnant", "post_operative"])
@pytest.mark.parametrize("hook", ORDER_HOOKS)
def test_what_silences_an_opened_chart_silences_an_order(hook: OrderHook, name: str) -> None:
    has = chart(sign(), INSTABLE, SMOKER, suppression=suppressed(**{name: True}))
    assert told(hook, has, "operation", "opioid").startswith("none: ")
    assert told(hook, chart(SMOKER, suppression=suppressed(**{name: True})), "operation").startswith("none: ")


@pytest.mark.parametrize("hook", ORDER_HOOKS)
def test_a_referral_under_way_stops_nothing(hook: OrderHook) -> None:
    has = chart(sign(), imaged=False, suppression=suppressed(referral_under_way=True))
    assert told(hook, has, "referral", empty=("note",)) == "recommend"
    assert told(hook, chart(PARTIAL, suppression=suppressed(referral_under_way=True)), "referral") == "consider"


@pytest.mark.parametrize("hook", ORDER_HOOKS)
def test_what_is_ordered_as_imaging_is_known(hook: OrderHook) -> None:
    assert advice(hook, chart(sign(), imaged=False), "imaging", "opioid").imaging_ordered
    assert not advice(hook, chart(sign(), imaged=False), "referral", "opioid").imaging_ordered


@pytest.mark.parametrize("hook", [SELECT, DISPATCH, BOOK])
@pytest.mark.parametrize("kind", SERVICES)
def test_a_recommendation_is_told_only_when_something_is_missing(hook: OrderHook, kind: OrderKind) -> None:
    got = advice(hook, chart(sign(), imaged=False), kind)
    assert got.assessment.rule == "recommend"
    assert got.missing == ("imaging",)
    assert not got.offers_referral
    assert (got.occasion is None) == (kind not in SURGICAL)
    assert told(hook, chart(sign()), kind, empty=("note",)) == "none: nothing-missing"
    assert advice(hook, chart(sign()), kind).assessment.reasons == ()
    assert told(hook, chart(sign(), UNMEASURED), kind) == "recommend"


@pytest.mark.parametrize("kind", SURGICAL)
def test_imaging_ordered_beside_a_referral_is_not_missing(kind: OrderKind) -> None:
    assert told(SELECT, chart(sign(), imaged=False), kind, "imaging") == "none: nothing-missing"
    assert advice(SELECT, chart(sign(), UNMEASURED, imaged=False), kind, "imaging").missing == ("obesity",)


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("member", ["reasonCode", "supportingInfo", "note"])
def test_on_signing_only_what_the_order_does_not_say_counts(kind: OrderKind, member: str) -> None:
    got = advice(SIGN, chart(sign()), kind, empty=("bodySite", member))
    assert (got.assessment.rule, got.occasion, got.missing) == ("recommend", "signing", (member,))
    assert [order.ref for order in got.incomplete] == ["ServiceRequest/0"]
    assert not got.offers_referral
    for empty in ((), ("bodySite", "reasonReference")):
        assert told(SIGN, chart(sign(), imaged=False), kind, empty=empty) == "none: nothing-missing"


def test_a_referral_for_another_part_of_the_body_is_not_completed() -> None:
    """A spine reason would be put on an order for the knee."""
    assert told(SIGN, chart(sign()), "other-referral", empty=("reasonCode", "note")) == "none: nothing-missing"
    both = advice(SIGN, chart(sign()), "other-referral", "referral", empty=("note",))
    assert [order.kind for order in both.incomplete] == ["referral"]


@pytest.mark.parametrize("hook", [SELECT, SIGN])
def test_beside_an_opioid_a_recommendation_stands(hook: OrderHook) -> None:
    alone = advice(hook, chart(sign()), "opioid")
    assert (alone.assessment.rule, alone.occasion, alone.missing) == ("recommend", None, ())
    assert alone.offers_referral
    assert advice(SELECT, chart(sign(), imaged=False), "opioid").missing == ()
    both = advice(hook, chart(sign()), "opioid", "referral")
    assert (both.assessment.rule, both.occasion, both.offers_referral) == ("recommend", None, False)


@pytest.mark.parametrize("hook", ORDER_HOOKS)
@pytest.mark.parametrize("kind", [*SERVICES, "opioid"])
def test_a_partial_sign_is_that_card_and_none_is_none(hook: OrderHook, kind: OrderKind) -> None:
    assert told(hook, chart(PARTIAL), kind) == "consider"
    assert told(hook, chart(), kind) == "none: no-sign"


@pytest.mark.parametrize("hook", ORDER_HOOKS)
def test_no_referral_is_offered_where_one_or_an_operation_is_being_written(hook: OrderHook) -> None:
    for kind in SURGICAL:
        assert not advice(hook, chart(PARTIAL), kind).offers_referral
        assert not advice(hook, chart(PARTIAL), "opioid", kind).offers_referral
    for kind in (*OTHER, "opioid"):
        assert advice(hook, chart(PARTIAL), kind).offers_referral


@pytest.mark.parametrize("hook", ORDER_HOOKS)
@pytest.mark.parametrize("present", [(PARTIAL, INSTABLE), (sign(), SMOKER), (PARTIAL,)])
def test_what_decides_against_a_referral_or_for_thought_speaks_of_it(
    hook: OrderHook, present: tuple[Sign | Risk, ...]
) -> None:
    for kind in SURGICAL:
        assert advice(hook, chart(*present), kind).occasion == ("appointment" if hook == BOOK else "order")
    assert advice(hook, chart(*present), "imaging").occasion is None


def test_the_words_are_those_of_the_occasion() -> None:
    has = chart(PARTIAL, imaged=False)
    occasions = [advice(hook, has, "referral").occasion for hook in ORDER_HOOKS]
    assert occasions == ["order", "order", "order", "appointment"]
    assert advice(BOOK, has, "appointment").missing == ("imaging",)
    assert advice(SELECT, has, "opioid", "imaging").occasion is None
    assert advice(SELECT, has, "opioid", "imaging").missing == ()


@pytest.mark.parametrize("hook", ORDER_HOOKS)
@pytest.mark.parametrize("kinds", [("operation",), ("injection",), ("imaging",), ("referral", "operation")])
def test_what_cannot_wait_is_the_evaluation_and_no_operation(hook: OrderHook, kinds: tuple[OrderKind, ...]) -> None:
    """No card says of an operation, an injection or imaging that it should go now: it asks for the evaluation."""
    got = advice(hook, chart(CRITICAL, imaged=False), *kinds, empty=("note",))
    assert (got.assessment.rule, got.occasion) == ("recommend", None)
    assert not got.offers_referral
    assert len(got.incomplete) == (len(kinds) if hook == SIGN else 0)
    way: OrderKind = "appointment" if hook == BOOK else "referral"
    assert advice(hook, chart(CRITICAL, imaged=False), way, empty=("note",)).occasion is not None


@pytest.mark.parametrize("hook", ORDER_HOOKS)
def test_that_imaging_is_being_ordered_is_known(hook: OrderHook) -> None:
    assert advice(hook, chart(sign(), imaged=False), "imaging").imaging_ordered
    assert not advice(hook, chart(sign(), imaged=False), "referral", "opioid").imaging_ordered


def test_a_key_that_a_site_needs_makes_it_worth_considering() -> None:
    has = chart(sign(), unanswered=("procedures",))
    assert told(SELECT, has, "referral", needs=frozenset({"procedures"})) == "consider"


def test_what_is_missing_of_the_work_up() -> None:
    assert work_up_missing(chart(sign())) == ()
    everything = replace(chart(UNMEASURED, imaged=False, born=False), unchecked=("procedures",))
    assert work_up_missing(everything) == ("imaging", "obesity", "birth-date", "unchecked")
    for key in ("conditions", "observations"):
        assert work_up_missing(replace(chart(UNMEASURED), unchecked=(key,))) == ("unchecked",)
    assert work_up_missing(replace(chart(), unchecked=("referrals",))) == ()
    assert set(work_up_missing(everything)) <= set(MISSING)


def test_a_general_referral_waits_for_a_spine_condition_or_a_red_flag() -> None:
    sure, general, vague = (
        Order("imaging"),
        Order("referral", waits_for="spine-condition"),
        Order("referral", waits_for="reason"),
    )
    assert concerning((sure, general, vague), chart(), GIVEN) == (sure,)
    assert concerning((sure, general, vague), chart(prompts=(flag("myelopathy"),)), GIVEN) == (sure, general)


@pytest.mark.parametrize(("days", "waits"), [(20, False), (900, False), (None, True)])
def test_a_stale_spine_condition_is_enough_for_it(days: int | None, waits: bool) -> None:
    entries = () if days is None else (complaint_of(onset=ago(days)),)
    general = Order("referral", waits_for="spine-condition")
    assert (concerning((general,), replace(chart(), record=spine_chart(*entries)), GIVEN) == ()) is waits
