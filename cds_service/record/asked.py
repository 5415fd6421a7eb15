"""What a hook asks about: the drafts, dispatched orders or appointments of its context that may concern us."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, cast, get_args

from cds_service.knowledge.load import Knowledge
from cds_service.record.appointments import booked
from cds_service.record.orders import SERVICE, Order, OrderReading, drafted_order, service_order
from cds_service.record.prefetch import parts, patient_urls
from cds_service.record.reading import standpoint_of
from cds_service.record.reasons import conditions_by_reference
from cds_service.record.supplied import SuppliedChart
from cds_service.record.whose import is_the_patients
from cds_service.wire import fhir
from cds_service.wire.drafts import (
    drafts_in,
    fulfilled_by,
    medications_among,
    plain_reference,
    references_in,
    selected,
)
from cds_service.wire.held import HookCall

OrderHook = Literal["order-select", "order-sign", "order-dispatch", "appointment-book"]
ORDER_HOOKS: tuple[OrderHook, ...] = get_args(OrderHook)
# Who books for themselves is told nothing: the cards are written for clinicians.
LAY_USERS = frozenset({"Patient", "RelatedPerson"})

# A ServiceRequest by its reference, `ServiceRequest/id`; None where it cannot be had.
LookUp = Callable[[str], fhir.ServiceRequest | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """`orders` concern us or may, each once. `own`: the ids of all ServiceRequests the call is about, which are no
    referral under way. `not_found`: how many dispatched orders could not be had.
    """

    hook: OrderHook
    orders: tuple[Order, ...] = ()
    own: frozenset[str] = frozenset()
    not_found: int = 0


def asked(call: HookCall, by: OrderReading, look_up: LookUp) -> Asked:
    """What a call of one of the ORDER_HOOKS is about."""
    hook = cast("OrderHook", call.hook)
    if hook == "order-dispatch":
        return _dispatched(call, by, look_up)
    if hook == "appointment-book":
        booking = () if is_lay(call.user_id) else drafts_in(call.context.appointments)
        return Asked(hook, _each(booked(draft, by) for draft in booking))
    drafts = drafts_in(call.context.draftOrders)
    meant = selected(drafts, call.context.selections) if hook == "order-select" else drafts
    own = frozenset(draft.id for draft in drafts if draft.kind == SERVICE and draft.id)
    return Asked(hook, _each(drafted_order(draft, by) for draft in meant), own)


def is_lay(user_id: str) -> bool:
    """The user is a patient or a relative."""
    return plain_reference(user_id).partition("/")[0] in LAY_USERS


def _dispatched(call: HookCall, by: OrderReading, look_up: LookUp) -> Asked:
    found = [order for reference in dispatched_references(call) if (order := look_up(reference))]
    own = frozenset(order.id for order in found if order.id)
    orders = _each(service_order(order, by) for order in found)
    return Asked("order-dispatch", orders, own, len(_service_orders(_sent_out(call))) - len(found))


def dispatched_references(call: HookCall) -> tuple[str, ...]:
    """The ServiceRequests that are sent out, as `ServiceRequest/id`, less those of another server than the call's."""
    named, server = _sent_out(call), call.access.address()
    elsewhere = {reference for reference in named if _is_elsewhere(reference, server)}
    return tuple(sorted(_service_orders(named) - _service_orders(elsewhere)))


def _sent_out(call: HookCall) -> frozenset[str]:
    """The references to what is sent out; to what the Tasks are for, where none is named."""
    if call.hook != "order-dispatch":
        return frozenset()
    said = call.context
    tasks = (said.fulfillmentTasks, said.fulfillment_tasks, said.task)
    named = references_in(said.dispatchedOrders) | references_in(said.order)
    return named or frozenset(reference for task in tasks for reference in fulfilled_by(task))


def _service_orders(references: Iterable[str]) -> frozenset[str]:
    plain = map(plain_reference, references)
    return frozenset(reference for reference in plain if reference.startswith(f"{SERVICE}/"))


def _is_elsewhere(reference: str, server: str) -> bool:
    """It lies under another base than the call's FHIR server: what has its id here is another order."""
    here = f"{server.removesuffix('/')}/".casefold()
    return "://" in reference and bool(server) and not reference.casefold().startswith(here)


def prefetched(call: HookCall) -> LookUp:
    """The ServiceRequests that came with the call, or were read for it."""
    came = (*call.held.serviceRequests.resources, *call.dispatched)
    return {f"{SERVICE}/{entry.id}": entry for entry in came if entry.id}.get


def _each(orders: Iterable[Order | None]) -> tuple[Order, ...]:
    return tuple(order for order in orders if order is not None)


def reading_of_call(call: HookCall, day: date, knowledge: Knowledge) -> OrderReading:
    """How the orders of a call are read before its chart is: with the Conditions that came, if any did."""
    held = call.held
    urls = patient_urls(held, call.patient_id)
    conditions, by_url = held.conditions.resources, held.conditions.by_url
    medications = {at: it for _, part in parts(held) for at, it in part.aside.medications.items()}
    return _reading(fhir.Patient(id=call.patient_id), urls, conditions, by_url, medications, call, day, knowledge)


def reading_of_chart(chart: SuppliedChart, call: HookCall, day: date, knowledge: Knowledge) -> OrderReading:
    """How they are read beside the whole chart."""
    conditions, by_url = chart.conditions, chart.condition_urls
    return _reading(chart.patient, chart.patient_urls, conditions, by_url, chart.medications, call, day, knowledge)


def _reading(
    patient: fhir.Patient,
    urls: frozenset[str],
    conditions: Sequence[fhir.Condition],
    by_url: Mapping[str, fhir.Condition],
    medications: Mapping[str, fhir.Medication],
    call: HookCall,
    day: date,
    knowledge: Knowledge,
) -> OrderReading:
    mine = [entry for entry in conditions if is_the_patients(entry.subject, call.patient_id, urls)]
    known = {**medications, **medications_among(drafts_in(call.context.draftOrders))}
    at = standpoint_of(patient, day, knowledge)
    return OrderReading(call.patient_id, urls, conditions_by_reference(mine, by_url), known, at, knowledge)


def without_own(chart: SuppliedChart, own: frozenset[str]) -> SuppliedChart:
    """The chart less the orders that the call is about: they are no referral under way."""
    if not own:
        return chart
    return replace(chart, referrals=tuple(entry for entry in chart.referrals if entry.id not in own))
