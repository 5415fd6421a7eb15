"""The table of services: one id for each hook, because browser clients key services by address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_service.record.templates import templates
from cds_service.wire.cds_hooks import Discovery, ServiceInfo

USAGE = (
    "`patient` and `conditions` are needed; any other key may be left out, and the card then names what was not "
    "checked. What prefetch lacks is read from `fhirServer` with the call's token, where that server is registered "
    "here. Answers at most one card."
)


@dataclass(frozen=True, slots=True)
class Service:
    """One service as clients see it. `needs_user`: its hook defines `context.userId`; `of_orders`: it asks about
    orders or appointments, not about an opened chart."""

    id: str
    hook: str
    title: str
    description: str
    needs_user: bool = True
    of_orders: bool = True


PATIENT_VIEW = Service(
    id="miss-patient-view",
    hook="patient-view",
    title="Minimally invasive spine surgery: evaluation",
    description=(
        "When a chart is opened: says whether this patient may be considered for evaluation for minimally "
        "invasive spine surgery, what to do first, or that a warning sign is on record. Silent otherwise."
    ),
    of_orders=False,
)
ORDER_SELECT = Service(
    id="miss-order-select",
    hook="order-select",
    title="Minimally invasive spine surgery: an order is being chosen",
    description=(
        "When a spine referral, imaging, injection, operation or an opioid is selected: says what speaks for or "
        "against minimally invasive spine surgery, and what work-up is missing. Silent for any other draft."
    ),
)
ORDER_SIGN = Service(
    id="miss-order-sign",
    hook="order-sign",
    title="Minimally invasive spine surgery: an order is about to be signed",
    description=(
        "Before a spine referral, imaging, injection, operation or an opioid is signed: a last look for what speaks "
        "against it, and for what the order does not say yet. Silent for any other draft."
    ),
)
ORDER_DISPATCH = Service(
    id="miss-order-dispatch",
    hook="order-dispatch",
    title="Minimally invasive spine surgery: an order is sent to a performer",
    description=(
        "When a spine referral or another order for the spine goes to its performer: says whether it still fits and "
        "what work-up is missing. The order is looked for among the serviceRequests of the prefetch, else read by its "
        "reference where that is permitted."
    ),
    needs_user=False,
)
APPOINTMENT_BOOK = Service(
    id="miss-appointment-book",
    hook="appointment-book",
    title="Minimally invasive spine surgery: an appointment is being booked",
    description=(
        "When a spine-surgery appointment is booked: names what speaks against it and the work-up to arrange first. "
        "Silent for patients and relatives who book, and for any other appointment."
    ),
)
SERVICES: tuple[Service, ...] = (PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN, ORDER_DISPATCH, APPOINTMENT_BOOK)


def discovery(services: Iterable[Service], loinc_codes: Iterable[str]) -> Discovery:
    """What `GET /cds-services` answers."""
    prefetch = {str(key): template for key, template in templates(loinc_codes).items()}
    return Discovery(
        tuple(
            ServiceInfo(
                hook=service.hook,
                id=service.id,
                title=service.title,
                description=service.description,
                usageRequirements=USAGE,
                prefetch=prefetch,
            )
            for service in services
        )
    )
