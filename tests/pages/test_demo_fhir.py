"""The demo's FHIR server, as the public sandbox and our own prefetch templates use it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.pages.demo_charts import DemoCharts
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import patient_view
from tests.hooks.calls import ORIGIN
from tests.pages.conftest import ADDRESS, DAY

FHIR = "/demo/fhir"
TYPES = (
    "Patient",
    "Condition",
    "MedicationStatement",
    "MedicationRequest",
    "Procedure",
    "Observation",
    "DiagnosticReport",
    "ServiceRequest",
)
NAMED = tuple(vignette for vignette in load_vignettes() if vignette.name)


async def bundle(client: httpx.AsyncClient, query: str) -> dict[str, Any]:
    answer = await client.get(f"{FHIR}/{query}", headers={"Accept": "application/json+fhir"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/fhir+json"
    read = answer.json()
    assert isinstance(read, dict)
    get_fhir_model_class("Bundle").model_validate(read)
    return read


def resources(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in found.get("entry", [])]


async def test_metadata_says_which_fhir_it_is(demo: httpx.AsyncClient) -> None:
    answer = await demo.get(f"{FHIR}/metadata")
    told = answer.json()

    get_fhir_model_class("CapabilityStatement").model_validate(told)
    assert told["fhirVersion"] == "4.0.1"
    assert told["implementation"]["url"] == f"{ADDRESS}/demo/fhir"
    assert [one["type"] for one in told["rest"][0]["resource"]] == list(TYPES)


async def test_the_patients_are_the_vignettes_with_a_name(demo: httpx.AsyncClient) -> None:
    found = await bundle(demo, "Patient")

    assert found["total"] == len(NAMED) == len(resources(found))
    assert all(isinstance(one["name"][0]["given"], list) for one in resources(found))
    assert {vignette.expect.outcome for vignette in NAMED} == {
        "urgent",
        "not-advised",
        "optimise-first",
        "recommend",
        "consider",
        "none",
    }


async def test_a_patient_is_read_by_id(demo: httpx.AsyncClient) -> None:
    answer = await demo.get(f"{FHIR}/Patient/V33")

    assert answer.status_code == 200
    assert answer.json()["name"][0] == {"use": "official", "family": "Glucose", "given": ["Gloria"]}


async def test_any_resource_is_read_by_id(demo: httpx.AsyncClient) -> None:
    answer = await demo.get(f"{FHIR}/Condition/V33-condition-1")

    assert answer.json()["code"]["text"] == "Lumbar spinal stenosis with neurogenic claudication"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("Patient/nobody", "not-found"),
        ("Condition/V33", "not-found"),
        ("Coverage?patient=V33", "not-supported"),
        ("Coverage/1", "not-found"),
    ],
)
async def test_what_is_not_there_is_an_operation_outcome(demo: httpx.AsyncClient, path: str, code: str) -> None:
    answer = await demo.get(f"{FHIR}/{path}", headers={"Origin": ORIGIN})

    assert answer.status_code == 404
    assert answer.json()["issue"][0]["code"] == code
    get_fhir_model_class("OperationOutcome").model_validate(answer.json())
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["metadata", "Patient", "Patient/V33", "Condition?patient=V33"])
async def test_every_origin_may_read(demo: httpx.AsyncClient, path: str) -> None:
    answer = await demo.get(f"{FHIR}/{path}", headers={"Origin": ORIGIN})
    preflight = await demo.options(f"{FHIR}/{path}", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})

    assert answer.headers["access-control-allow-origin"] == "*"
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert preflight.headers["access-control-allow-private-network"] == "true"


async def test_a_search_may_be_posted_as_a_form(demo: httpx.AsyncClient) -> None:
    by_get = await bundle(demo, "Observation?patient=V33&code=4548-4&_sort=-date")
    by_form = await demo.post(
        f"{FHIR}/Observation/_search", data={"patient": "V33", "code": "4548-4", "_sort": "-date"}
    )

    assert by_form.json() == by_get
    assert [one["valueQuantity"]["value"] for one in resources(by_get)] == [9.4]


async def test_pages_are_linked(demo: httpx.AsyncClient) -> None:
    first = await bundle(demo, "Procedure?patient=V33&_count=5")
    [following] = [link["url"] for link in first["link"] if link["relation"] == "next"]
    second = await bundle(demo, following.removeprefix(f"{ADDRESS}{FHIR}/"))

    assert first["total"] == 7
    assert len(resources(first)) == 5
    assert len(resources(second)) == 2
    assert [link["relation"] for link in second["link"]] == ["self"]


@pytest.mark.parametrize("vignette", NAMED, ids=lambda vignette: vignette.id)
async def test_the_prefetch_templates_bring_the_whole_chart(demo: httpx.AsyncClient, vignette: Any) -> None:
    """By the templates that discovery lists, the sandbox sends what the vignette's own request holds."""
    service = (await demo.get("/cds-services")).json()["services"][0]
    chart = render(vignette.model_copy(update={"answered": tuple(service["prefetch"])}), DAY)
    told = patient_view(chart)["prefetch"]

    for key, template in service["prefetch"].items():
        query = template.replace("{{context.patientId}}", vignette.id)
        if key == "patient":
            assert (await demo.get(f"{FHIR}/{query}")).json() == told[key]
            continue
        found = await bundle(demo, query)
        missing = [one for one in resources(told[key]) if one not in resources(found)]
        # Only what no rule reads is left behind: measurements without a published code, orders that are over.
        assert all(one["resourceType"] in ("Observation", "ServiceRequest") for one in missing), missing
        assert not missing or vignette.id == "V44"


def test_the_charts_follow_the_day() -> None:
    days = [DAY]
    charts = DemoCharts(NAMED, lambda: days[-1])
    before = charts.charts()
    assert charts.charts() is before

    days.append(DAY.replace(day=2))
    after = charts.charts()
    assert before["V33"].resources["Condition"][0]["onsetDateTime"] == "2026-02-08"
    assert after["V33"].resources["Condition"][0]["onsetDateTime"] == "2026-02-09"
