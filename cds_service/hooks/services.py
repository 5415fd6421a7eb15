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
    """One service as clients see it. `needs_user`: its hook defines `context.userId`."""

    id: str
    hook: str
    title: str
    description: str
    needs_user: bool = True


PATIENT_VIEW = Service(
    id="miss-patient-view",
    hook="patient-view",
    title="Minimally invasive spine surgery: evaluation",
    description=(
        "When a chart is opened: says whether this patient may be considered for evaluation for minimally "
        "invasive spine surgery, what to do first, or that a warning sign is on record. Silent otherwise."
    ),
)
SERVICES: tuple[Service, ...] = (PATIENT_VIEW,)


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
