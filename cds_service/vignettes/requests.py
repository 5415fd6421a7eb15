"""A rendered chart as the request a client would send: the same calls for tests and the demo."""

from __future__ import annotations

from typing import Any

from cds_service.vignettes.rendering import Chart
from cds_service.wire.keys import RESOURCE_OF

# Any UUID will do: it names the opening of one chart, not a patient.
HOOK_INSTANCE = "6bc883b2-b795-4dcb-b661-34884a31d472"
DISPATCH = "order-dispatch"


def patient_view(chart: Chart, *, hook_instance: str = HOOK_INSTANCE) -> dict[str, Any]:
    """A patient-view call with the keys that the vignette says were answered."""
    return {
        "hook": "patient-view",
        "hookInstance": hook_instance,
        "context": {"userId": "Practitioner/demo", "patientId": chart.patient["id"]},
        "prefetch": {key: _answer(key, chart) for key in chart.vignette.answered},
    }


def call_of(chart: Chart) -> dict[str, Any]:
    """The call of the vignette's own hook."""
    call = patient_view(chart)
    hook = chart.vignette.hook
    context = {**call["context"], "userId": chart.vignette.user, **_asked(chart, hook)}
    if hook == DISPATCH:
        del context["userId"]
    return {**call, "hook": hook, "context": context}


def _asked(chart: Chart, hook: str) -> dict[str, Any]:
    """What the hook's context holds beside who looks at whom."""
    references = [f"{draft['resourceType']}/{draft['id']}" for draft in chart.drafts]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": draft} for draft in chart.drafts]}
    if hook == DISPATCH:
        return {"dispatchedOrders": references, "performer": "Organization/demo"}
    if hook == "appointment-book":
        return {"appointments": bundle}
    named = [at for at, line in zip(references, chart.vignette.drafts, strict=True) if line.selected]
    return {"draftOrders": bundle, **({"selections": named} if hook == "order-select" else {})}


def _answer(key: str, chart: Chart) -> dict[str, Any]:
    if key == "patient":
        return chart.patient
    resources = chart.resources.get(RESOURCE_OF[key], ())
    if key == "serviceRequests" and chart.vignette.hook == DISPATCH:
        lines = zip(chart.drafts, chart.vignette.drafts, strict=True)
        resources = (*resources, *(draft for draft, line in lines if line.supplied))
    return searchset(resources)


def searchset(resources: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """A searchset of these resources and no more pages."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [{"resource": resource, "search": {"mode": "match"}} for resource in resources],
    }
