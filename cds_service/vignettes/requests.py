"""A rendered chart as the request a client would send: the same patient-view call for tests and the demo."""

from __future__ import annotations

from typing import Any

from cds_service.vignettes.rendering import Chart
from cds_service.wire.keys import RESOURCE_OF

# Any UUID will do: it names the opening of one chart, not a patient.
HOOK_INSTANCE = "6bc883b2-b795-4dcb-b661-34884a31d472"


def patient_view(chart: Chart, *, hook_instance: str = HOOK_INSTANCE) -> dict[str, Any]:
    """A patient-view call with the keys that the vignette says were answered."""
    return {
        "hook": "patient-view",
        "hookInstance": hook_instance,
        "context": {"userId": "Practitioner/demo", "patientId": chart.patient["id"]},
        "prefetch": {key: _answer(key, chart) for key in chart.vignette.answered},
    }


def _answer(key: str, chart: Chart) -> dict[str, Any]:
    if key == "patient":
        return chart.patient
    return searchset(chart.resources.get(RESOURCE_OF[key], ()))


def searchset(resources: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """A searchset of these resources and no more pages."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [{"resource": resource, "search": {"mode": "match"}} for resource in resources],
    }
