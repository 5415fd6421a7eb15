"""`/fhir/ValueSet`: a searchset and each value set, as JSON."""

from __future__ import annotations

import httpx
import pytest
from fhir.resources.R4B.bundle import Bundle

from cds_service.answer import Answerer
from tests.hooks.calls import check_outcome
from tests.pages.conftest import ADDRESS


async def test_all_are_a_valid_searchset(demo: httpx.AsyncClient, demo_answerer: Answerer) -> None:
    answer = await demo.get("/fhir/ValueSet", headers={"Accept": "application/fhir+json"})
    told = answer.json()

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    Bundle.model_validate_json(answer.content)
    assert (told["type"], told["total"]) == ("searchset", len(demo_answerer.knowledge.value_sets))
    assert told["link"] == [{"relation": "self", "url": f"{ADDRESS}/fhir/ValueSet"}]
    for entry in told["entry"]:
        assert entry["fullUrl"] == f"{ADDRESS}/fhir/ValueSet/{entry['resource']['id']}"


@pytest.mark.parametrize(
    "query",
    [
        "_id=spinal-stenosis",
        "url=https://miss-cds.org/fhir/ValueSet/spinal-stenosis",
        "name=SpinalStenosis&unknown=1",
    ],
)
async def test_a_search_finds_one(demo: httpx.AsyncClient, query: str) -> None:
    told = (await demo.get(f"/fhir/ValueSet?{query}")).json()

    assert [entry["resource"]["id"] for entry in told["entry"]] == ["spinal-stenosis"]
    assert "unknown" not in told["link"][0]["url"]
    assert "?" in told["link"][0]["url"]


async def test_a_search_that_finds_none_has_no_entry(demo: httpx.AsyncClient) -> None:
    answer = await demo.get("/fhir/ValueSet?_id=none")

    assert answer.json()["total"] == 0
    assert "entry" not in answer.json()
    Bundle.model_validate_json(answer.content)


@pytest.mark.parametrize("name", ["spinal-stenosis", "spinal_stenosis"])
async def test_one_is_found_by_its_id_or_its_files_name(demo: httpx.AsyncClient, name: str) -> None:
    answer = await demo.get(f"/fhir/ValueSet/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["id"] == "spinal-stenosis"


@pytest.mark.parametrize("path", ["/fhir/ValueSet/none", "/fhir/CodeSystem", "/fhir"])
async def test_what_is_not_there_is_404(demo: httpx.AsyncClient, path: str) -> None:
    check_outcome(await demo.get(path), 404)
