"""The demo EHR is registered with the service it lies in: a process that reads from itself answers, and in time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.hooks.calls import CALL, check_cards, request, without_moment
from tests.system.test_server import PATIENCE, Running, serving

DEMO = {"CDS_FETCH_DEADLINE_SECONDS": "20"}
# Nobody reads its log before it stops, and a full pipe would stop it sooner.
QUIET = {**DEMO, "CDS_LOG_LEVEL": "error"}


@pytest.fixture(scope="module")
def demo() -> Iterator[Running]:
    """One demo for all."""
    with serving("demo", settings=QUIET) as running:
        yield running


def filled(client: httpx.Client, patient: str) -> dict[str, Any]:
    """The prefetch that a client makes of the templates."""
    service = client.get("/cds-services").json()["services"][0]
    asked = {key: it.replace("{{context.patientId}}", patient) for key, it in service["prefetch"].items()}
    return {key: client.get(f"/demo/fhir/{query}").json() for key, query in asked.items()}


def call(patient: str, prefetch: object, **members: Any) -> dict[str, Any]:
    return request(prefetch, context={"patientId": patient, "userId": "Practitioner/demo"}, **members)


def plain(answer: httpx.Response) -> list[dict[str, Any]]:
    return [without_moment(card) for card in check_cards(answer)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_every_demo_patient_is_answered_alike_without_prefetch(demo: Running, host: str) -> None:
    """Without authorization: the demo is an open server."""
    base = f"http://{host}:{demo.port}/demo/fhir"
    with httpx.Client(base_url=demo.url, timeout=PATIENCE) as client:
        patients = [entry["resource"]["id"] for entry in client.get("/demo/fhir/Patient").json()["entry"]][::4]
        for patient in patients:
            whole = plain(client.post(CALL, json=call(patient, filled(client, patient))))
            assert plain(client.post(CALL, json=call(patient, {}, fhirServer=base))) == whole, patient
        assert len(patients) > 3
        assert 'cds_fetch_total{key="conditions",result="read"}' in client.get("/metrics").text


def test_many_calls_that_read_from_the_same_process_do_not_wait_for_each_other(demo: Running) -> None:
    body = call("V16", {}, fhirServer=f"{demo.url}/demo/fhir")
    with httpx.Client(base_url=demo.url, timeout=PATIENCE) as client, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.post(CALL, json=body), range(24)))
    assert len({str(plain(answer)) for answer in answers}) == 1


def test_what_is_logged_of_a_read_names_no_patient_and_no_address() -> None:
    with serving("demo", settings={**DEMO, "CDS_LOG_LEVEL": "info"}) as running:
        body = call("V16", {}, fhirServer=f"{running.url}/demo/fhir")
        check_cards(httpx.post(f"{running.url}{CALL}", json=body, timeout=PATIENCE))
        status, lines, err = running.stop()
    assert (status, err) == (0, b"")
    (told,) = [line for line in lines if line.get("path") == "/cds-services/{id}"]
    assert told["fetched"] == {"read": 8}
    assert not [line for line in lines if "V16" in str(line) or "patient=" in str(line)]


def test_prefetch_only_calls_nobody() -> None:
    with serving("demo", settings={"CDS_PREFETCH_ONLY": "true"}) as running:
        body = call("V16", {}, fhirServer=f"{running.url}/demo/fhir")
        answer = httpx.post(f"{running.url}{CALL}", json=body, timeout=PATIENCE)
        _, lines, _ = running.stop()
    assert answer.status_code == 412
    assert not [line for line in lines if line.get("path", "").startswith("/demo/fhir")]
