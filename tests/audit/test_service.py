"""What a running service leaves in the file: a line for each read and each card shown; nothing where nobody asked."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.audit.reads import Auditing
from cds_service.audit.trail import Trail
from cds_service.errors import SettingsError
from cds_service.hooks.disclosures import address_of
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics
from cds_service.settings import Settings, load_settings
from cds_service.trust.addresses import Asked
from cds_service.trust.budget import Budget
from cds_service.trust.clients import FhirServer
from cds_service.wire.access import Token
from cds_service.wire.decoding import decode_call
from tests.audit.profiles import check
from tests.fetch.ehr import Reply, ehr, pain
from tests.fetch.services import TOKEN, naming, row, server, service, settings_of
from tests.hooks.calls import FEEDBACK, PATIENT, UUID, bundle, check_cards, condition, request, with_conditions

PATIENT_VIEW = with_conditions(condition())
SENT = {"resourceType": "ServiceRequest", "id": "d1", "status": "active", "intent": "order"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "audit.ndjson"


def told(file: Path) -> list[dict[str, Any]]:
    """The events, each checked; the token is in none."""
    text = file.read_text(encoding="utf-8")
    assert TOKEN not in text
    events = [json.loads(line) for line in text.splitlines()]
    for event in events:
        check(event)
        for entity in event["entity"]:
            assert TOKEN not in b64decode(entity.get("query", "")).decode()
    return events


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return sorted(check(event) for event in events)


async def test_each_read_and_the_card_are_told(answerer: Answerer, tmp_path: Path, file: Path) -> None:
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)), audit_file=file)) as service_:
            (card,) = check_cards(await service_.call(naming(there.base)))
    events = told(file)
    assert kinds(events) == ["PatientQuery"] * 7 + ["PatientRead", "PrivacyDisclosure.Source"]
    last = events[-1]
    assert f"urn:uuid:{card['uuid']}" in json.dumps(last)
    assert last["agent"][1]["network"]["address"] == "127.0.0.1"
    for event in events:
        assert event["entity"][0]["what"]["reference"].endswith("Patient/p1")
        assert event["agent"][2]["who"] == {"reference": "Practitioner/1"}
        assert f"urn:uuid:{UUID}" in json.dumps(event)


async def test_what_was_asked_is_what_the_server_saw(answerer: Answerer, tmp_path: Path, file: Path) -> None:
    """By POST where the client's row says so; a retry and a next page are requests of their own."""
    replies = [Reply(status=503, headers={"Retry-After": "0"}), Reply({**bundle(condition()), "link": []})]
    async with ehr(Condition=replies) as there:
        settings = settings_of(tmp_path, row(server(there.base), search="post"), audit_file=file)
        settings = settings.model_copy(update={"fetch_deadline_seconds": 8.0})
        async with service(answerer, settings) as service_:
            check_cards(await service_.call(naming(there.base)))
        searches = [f"{seen.target} {seen.body}" for seen in there.seen if seen.method == "POST"]
        origin = there.base.removesuffix("/fhir")
    queries = [b64decode(one["query"]).decode() for event in told(file) for one in event["entity"] if "query" in one]
    asked = [query.removeprefix(f"POST {origin}").replace("\n\n", " ") for query in queries]
    assert sorted(asked) == sorted(searches)
    assert len(asked) == 8
    assert [event["outcomeDesc"] for event in told(file) if event["outcome"] == "4"] == ["the FHIR server answered 503"]


async def test_what_failed_is_told_too(answerer: Answerer, tmp_path: Path, file: Path) -> None:
    replies = {"Condition": pain(), "Procedure": Reply(status=403), "Observation": Reply(pause=60)}
    async with ehr(**replies, ServiceRequest=Reply(cut=True, body=bundle())) as there:
        settings = settings_of(tmp_path, row(server(there.base)), audit_file=file)
        async with service(answerer, settings) as service_:
            check_cards(await service_.call(naming(there.base)))
    failed = sorted((event["outcome"], event["outcomeDesc"]) for event in told(file) if event["outcome"] != "0")
    assert failed == [
        ("4", "the FHIR server answered 403"),
        ("8", "no answer came while it was waited for"),
        ("8", "the FHIR server could not be reached, or broke off"),
    ]


async def test_a_dispatched_order_that_is_read_is_told(answerer: Answerer, tmp_path: Path, file: Path) -> None:
    context = {"patientId": "p1", "dispatchedOrders": ["ServiceRequest/d1"], "performer": "Organization/1"}
    async with ehr(ServiceRequest=Reply(SENT)) as there:
        settings = settings_of(tmp_path, row(server(there.base)), audit_file=file)
        async with service(answerer, settings) as service_:
            body = naming(there.base, {}, context=context, hook="order-dispatch")
            await service_.client.post("/cds-services/miss-order-dispatch", json=body)
        base = there.base
    (event,) = told(file)
    assert check(event) == "PatientRead"
    assert event["entity"][1]["what"] == {"reference": f"{base}/ServiceRequest/d1"}
    assert len(event["agent"]) == 2


async def test_only_what_is_shown_is_told(answerer: Answerer, tmp_path: Path, file: Path) -> None:
    """Not a call without a card, nor a card that stays away, nor feedback."""
    settings = Settings(require_auth=False, audit_file=file)
    async with service(answerer, settings) as service_:
        assert check_cards(await service_.call(request({"patient": PATIENT, "conditions": bundle()}))) == []
        (card,) = check_cards(await service_.call(PATIENT_VIEW))
        entry = {"card": card["uuid"], "outcome": "overridden"}
        assert (await service_.client.post(FEEDBACK, json=entry)).json() == {"recorded": 1}
        assert check_cards(await service_.call(PATIENT_VIEW)) == []
    (event,) = told(file)
    detail = {one["type"]: one["valueString"] for one in event["entity"][1]["detail"]}
    assert detail["service"] == "miss-patient-view"
    assert detail["rule"] == card["source"]["topic"]["code"]
    assert detail["knowledgeVersion"] == answerer.knowledge.version


async def test_a_caller_without_an_address(answerer: Answerer, file: Path) -> None:
    """As behind a socket that has none."""
    import httpx

    app = create_app(Settings(require_auth=False, audit_file=file), answerer=answerer)
    transport = httpx.ASGITransport(app, client=None)  # type: ignore[arg-type]
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            assert check_cards(await client.post("/cds-services/miss-patient-view", json=PATIENT_VIEW))
    assert told(file)[0]["agent"][1]["network"]["address"] == "unknown"


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("fe80::1%Jane Doe", "fe80::1"),
        ("Jane Doe", "unknown"),
        ("192.0.2.7:443", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_is_an_address(host: str, kept: str) -> None:
    """X-Forwarded-For may say anything."""
    assert address_of(host) == kept


async def test_what_is_audited_is_closed(answerer: Answerer, file: Path) -> None:
    """A read's connections are those of the reads it audits."""
    closed: list[bool] = []

    class Reads:
        async def read(self, server: FhirServer, asked: Asked, token: Token | None, budget: Budget) -> bytes:
            return b""

        async def aclose(self) -> None:
            closed.append(True)

    auditing = Auditing(Trail(file, Metrics(), Log("error")), "https://miss.example")
    await auditing.reads(Reads(), decode_call(json.dumps(PATIENT_VIEW).encode())).aclose()
    assert closed == [True]


async def test_a_full_disk_fails_no_card(answerer: Answerer, file: Path) -> None:
    settings = Settings(require_auth=False, audit_file=file)
    async with service(answerer, settings) as service_:
        file.unlink()
        file.mkdir()
        assert check_cards(await service_.call(PATIENT_VIEW))
    assert "audit-lost" in [json.loads(line)["event"] for line in service_.lines.raw]


async def test_without_the_setting_nothing_is_written(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            assert check_cards(await service_.call(naming(there.base)))
            assert "cds_audit" not in (await service_.client.get("/metrics")).text
    assert [path.name for path in tmp_path.iterdir()] == ["clients.toml"]


def test_a_file_that_cannot_be_opened_stops_the_start(answerer: Answerer, tmp_path: Path) -> None:
    given = {"CDS_REQUIRE_AUTH": "false", "CDS_AUDIT_FILE": f"{tmp_path}/nowhere/audit.ndjson"}
    with pytest.raises(SettingsError, match="CDS_AUDIT_FILE"):
        create_app(load_settings(given).settings, answerer=replace(answerer))
