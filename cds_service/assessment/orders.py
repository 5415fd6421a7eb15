"""What is answered where an order is written or an appointment booked (clinical-logic J).

The patient is assessed as for an opened chart, but that stale complaints count and that a referral under way stops
nothing: this may be that referral. Which card follows depends on the hook and on what is ordered; one card however
many orders concern us.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from cds_service.assessment.miss import (
    OUTCOMES,
    SILENCES,
    Assessment,
    RuleVerdict,
    assess,
    nothing_time_critical,
    reason_to_avoid,
    risk_to_treat,
)
from cds_service.assessment.verdict import Verdict, all_of
from cds_service.findings import Findings
from cds_service.findings.current import current_conditions
from cds_service.findings.finding import Absent
from cds_service.findings.risk import RiskId
from cds_service.findings.suppression import Holding
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.asked import Asked
from cds_service.record.orders import Order
from cds_service.record.patient import Key

# In whose words a card speaks: of an order, of one about to be signed that lacks something, of an appointment.
Occasion = Literal["order", "signing", "appointment"]
DraftMember = Literal["reasonCode", "supportingInfo", "note"]
Missing = Literal["imaging", "birth-date", "unchecked"] | RiskId | DraftMember
MISSING: tuple[Missing, ...] = tuple(name for names in get_args(Missing) for name in get_args(names) or (names,))

NO_ROW_5 = Holding(False, "does not apply to an order")
# What a receiving clinic looks for in a referral.
NEEDED: tuple[DraftMember, ...] = ("reasonCode", "supportingInfo", "note")
# The orders that bring a patient before a spine surgeon.
WAYS_THERE = ("referral", "appointment")
ABOUT_THE_ORDER = ("not-advised", "optimise-first", "recommend", "consider")


@dataclass(frozen=True, slots=True)
class Advice:
    """What is answered: the assessment with the outcome that is told, `none` where nothing is.

    `occasion` None: in the words of an opened chart. `missing`: what an order or a booking should have and has not.
    `offers_referral`: false where a referral is what is being written. `incomplete`: the drafts whose `empty`
    members a suggestion may fill. `imaging_ordered`: imaging of the spine is among the orders, so none is asked for.
    """

    assessment: Assessment
    occasion: Occasion | None = None
    missing: tuple[Missing, ...] = ()
    offers_referral: bool = True
    incomplete: tuple[Order, ...] = ()
    imaging_ordered: bool = False


def concerning(orders: Iterable[Order], has: Findings, given: Thresholds) -> tuple[Order, ...]:
    """The orders that concern us, now that it is known whether the patient has a spine condition.

    A red flag of row 1 is one: all of them are of the spine.
    """
    flagged = bool(has.red_flags.emergencies or has.red_flags.prompts)
    spine = flagged or bool(current_conditions(has.record, given, count_stale=True))
    waits = ("", "spine-condition") if spine else ("",)
    return tuple(order for order in orders if order.waits_for in waits)


def advise(asked: Asked, has: Findings, given: Thresholds, *, recommend_needs: frozenset[Key] = frozenset()) -> Advice:
    """The table of clinical-logic J, for orders that all concern us; there is at least one."""
    advice = _by_the_table(asked, has, given, recommend_needs)
    return replace(advice, imaging_ordered=any(order.kind == "imaging" for order in asked.orders))


def _by_the_table(asked: Asked, has: Findings, given: Thresholds, recommend_needs: frozenset[Key]) -> Advice:
    without = replace(has, suppression=replace(has.suppression, referral_under_way=NO_ROW_5))
    # That row 5 decides nothing here is no reason to offer a second referral.
    found = replace(assess(without, given, recommend_needs=recommend_needs), findings=has)
    against = _against(asked, found, given)
    if against is not None:
        return Advice(_decided_by(against, found), "order", offers_referral=False)
    if found.outcome == "recommend":
        return _recommended(asked, found)
    occasion = _occasion(asked) if found.outcome in ABOUT_THE_ORDER else None
    written = any(order.surgical for order in asked.orders)
    return Advice(found, occasion, work_up_missing(has) if occasion else (), offers_referral=not written)


def _against(asked: Asked, found: Assessment, given: Thresholds) -> RuleVerdict | None:
    """Row 6 or 7 for the order itself, no sign needed: on signing a spine referral or an operation.

    What row 7 would hold up, a time-critical sign, it does not hold up here either.
    """
    signing = asked.hook == "order-sign" and any(order.surgical for order in asked.orders)
    if not signing or found.why in SILENCES.values() or found.outcome not in ("none", "consider"):
        return None
    rows = (
        RuleVerdict("not-advised", reason_to_avoid(found.findings, given)),
        RuleVerdict("optimise-first", _optimise_before_it(found.findings)),
    )
    return next((row for row in rows if row.verdict.holds), None)


def _optimise_before_it(has: Findings) -> Verdict:
    return all_of("optimise before this order", nothing_time_critical(has), risk_to_treat(has))


def _decided_by(row: RuleVerdict, found: Assessment) -> Assessment:
    """The assessment as if this row had decided, which for the order it did."""
    rows = tuple(row if other.rule == row.rule else other for other in found.rules)
    return replace(found, outcome=OUTCOMES[row.rule], rule=row.rule, why="", rules=rows, reasons=row.verdict.facts)


def _recommended(asked: Asked, found: Assessment) -> Advice:
    """An evaluation is recommended, and an order is under way to it: only what is still missing is worth a word.

    An opioid is no way to an evaluation: beside one the recommendation stands. What cannot wait is the evaluation:
    only of a referral may a card say that this order should go now, never of an operation, injection or imaging.
    """
    services = tuple(order for order in asked.orders if order.kind != "opioid")
    if asked.hook == "order-sign":
        incomplete = tuple(order for order in services if _lacks_something(order))
        missing: tuple[Missing, ...] = tuple(
            name for name in NEEDED if any(name in order.empty for order in incomplete)
        )
        occasion: Occasion | None = "signing" if missing else None
    else:
        incomplete = ()
        missing = _still_missing(services, found.findings) if services else ()
        occasion = _occasion(asked) if missing else None
    if not nothing_time_critical(found.findings).holds and any(order.kind not in WAYS_THERE for order in services):
        occasion = None
    if missing or len(services) < len(asked.orders):
        return Advice(found, occasion, missing, not services, incomplete)
    return Advice(replace(found, outcome="none", rule="", why="nothing-missing", reasons=()))


def _still_missing(services: tuple[Order, ...], has: Findings) -> tuple[Missing, ...]:
    """The work-up that neither the chart has nor an order beside the referral or operation brings."""
    brought = any(order.surgical for order in services) and any(order.kind == "imaging" for order in services)
    return tuple(name for name in work_up_missing(has) if not (brought and name == "imaging"))


def _lacks_something(order: Order) -> bool:
    """It does not say all that is needed; one for another part of the body is not for us to complete."""
    return order.kind != "other-referral" and not set(order.empty).isdisjoint(NEEDED)


def _occasion(asked: Asked) -> Occasion | None:
    """Only a referral, an operation or its booking is what a card about MISS can speak of as "this order"."""
    if not any(order.surgical for order in asked.orders):
        return None
    return "appointment" if asked.hook == "appointment-book" else "order"


def work_up_missing(has: Findings) -> tuple[Missing, ...]:
    """What a receiving clinic would ask for: imaging, values not on record, and whatever was not checked.

    Care is not among it: a full sign has it, or needs none. Nor is a referral, since this is one.
    """
    found: list[Missing] = ["imaging"] if isinstance(has.imaging, Absent) else []
    if not {"conditions", "observations"}.intersection(has.unchecked):
        found += [risk.id for risk in has.risks if risk.state == "unknown"]
    if has.record.born is None:
        found.append("birth-date")
    if set(has.unchecked) - {"referrals"}:
        found.append("unchecked")
    return tuple(found)
