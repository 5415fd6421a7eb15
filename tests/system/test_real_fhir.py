"""A FHIR server that strangers wrote, read with a token over a socket: the same answers as by prefetch.

It is `sekmet-fhir`, which brings libraries of its own and so lives in an environment of its own: `.venv-fhir` beside
`.venv`, or the one whose folder `FHIR_SERVER_VENV` names. The scripted server of `tests/fetch` stands in without it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from tests.fetch.services import TOKEN, naming, row, server
from tests.hooks.calls import CALL, check_outcome, request, without_moment
from tests.system.test_server import PATIENCE, free_port, serving

VENV = Path(os.environ.get("FHIR_SERVER_VENV", Path(__file__).parents[2] / ".venv-fhir"))
pytestmark = pytest.mark.skipif(not VENV.is_dir(), reason="there is no environment .venv-fhir with sekmet-fhir")
# Its own checks refuse what ordinary EHRs hold.
SETTINGS = """
base_url: {base}
server_auth: {{types: [bearer], tokens: ["{token}"]}}
validation: {{inbound: "off"}}
simulator: {{enabled: false}}
"""
HOW_MANY = 8


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server that holds some of the demo's charts."""
    folder, port = tmp_path_factory.mktemp("fhir"), free_port()
    address = f"http://127.0.0.1:{port}/fhir"
    (folder / "settings.yaml").write_text(SETTINGS.format(base=address, token=TOKEN), encoding="utf-8")
    command = [str(VENV / "bin" / "sekmet"), "serve", "--config", "settings.yaml", "--host", "127.0.0.1"]
    log = (folder / "log.txt").open("wb")
    process = subprocess.Popen([*command, "--port", str(port)], cwd=folder, stdout=log, stderr=log)
    try:
        wait_until_there(address)
        put_charts(address)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)
        log.close()


def wait_until_there(address: str) -> None:
    until = time.monotonic() + PATIENCE * 2
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/metadata", timeout=PATIENCE).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the FHIR server did not start")


def charts() -> list[Any]:
    day = datetime.now(UTC).date()
    named = [vignette for vignette in load_vignettes() if vignette.name]
    return [render(vignette, day) for vignette in named[:: max(1, len(named) // HOW_MANY)]]


def put_charts(address: str) -> None:
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=PATIENCE) as client:
        for chart in charts():
            for resource in (chart.patient, *(it for those in chart.resources.values() for it in those)):
                at = f"{address}/{resource['resourceType']}/{resource['id']}"
                assert client.put(at, json=resource).status_code in (200, 201), resource["resourceType"]


def filled(client: httpx.Client, base: str, patient: str) -> dict[str, Any]:
    service = client.get("/cds-services").json()["services"][0]
    asked = {key: it.replace("{{context.patientId}}", patient) for key, it in service["prefetch"].items()}
    lent = {"Authorization": f"Bearer {TOKEN}"}
    return {key: httpx.get(f"{base}/{it}", headers=lent, timeout=PATIENCE).json() for key, it in asked.items()}


def plain(answer: httpx.Response) -> object:
    assert answer.status_code == 200, answer.text
    return [without_moment(card) for card in answer.json()["cards"]]


@pytest.mark.parametrize("search", ["get", "post"])
def test_a_chart_is_answered_alike_from_there(base: str, tmp_path: Path, search: str) -> None:
    clients = tmp_path / "clients.toml"
    clients.write_text(row(server(base), search=search), encoding="utf-8")
    settings = {
        "CDS_REQUIRE_AUTH": "false",
        "CDS_PROFILE": "development",
        "CDS_CLIENTS_FILE": str(clients),
        "CDS_FETCH_DEADLINE_SECONDS": "20",
    }
    outcomes = set()
    with serving("serve", settings=settings) as running, httpx.Client(base_url=running.url, timeout=PATIENCE) as client:
        for chart in charts():
            patient = chart.vignette.id
            context = {"patientId": patient, "userId": "Practitioner/1"}
            whole = plain(client.post(CALL, json=request(filled(client, base, patient), context=context)))
            assert plain(client.post(CALL, json=naming(base, context=context))) == whole, patient
            outcomes.add(bool(whole))
        refused = client.post(CALL, json=naming(base, token="another"))  # noqa: S106 - made up
        issues = check_outcome(refused, 412)
    assert outcomes == {True, False}
    assert all("the FHIR server answered 401 to" in issue["diagnostics"] for issue in issues)
