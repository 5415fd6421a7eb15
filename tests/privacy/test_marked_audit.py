"""The file of AuditEvents names a marked patient and user by their ids, and holds no other mark."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cds_service.answer import Answerer
from tests.fetch.ehr import Reply, ehr
from tests.fetch.services import row, server, service, settings_of
from tests.hooks.calls import UUID, bundle, check_cards, condition, request

PATIENT_ID, USER_ID = "Zzpatient-1", "Practitioner/Zzuser-1"
CHART, TOKEN = "Zzclinical", "Zztoken"


def concept() -> dict[str, Any]:
    coding = [{"system": "http://snomed.info/sct", "code": "279039007", "display": CHART}]
    return {"coding": coding, "text": f"low back pain {CHART}"}


PATIENT = {"resourceType": "Patient", "id": PATIENT_ID, "name": [{"family": CHART}], "birthDate": "1961-04-02"}
PAIN = condition(
    id=CHART, subject={"reference": f"Patient/{PATIENT_ID}", "display": CHART}, code=concept(), note=[{"text": CHART}]
)


def texts(value: object) -> Iterator[str]:
    """Every text in an event, those that are encoded in clear."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from texts(b64decode(member).decode() if name == "query" else member)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    else:
        yield str(value)


async def test_ids_and_nothing_else(answerer: Answerer, tmp_path: Path) -> None:
    """Neither token, nor name, nor chart, nor what a call holds beside the ids."""
    file = tmp_path / "audit.ndjson"
    replies = {"Patient": Reply(PATIENT), "Condition": Reply(bundle(PAIN)), "Procedure": Reply(CHART.encode())}
    async with ehr(**replies, Observation=Reply({"text": CHART}, status=500)) as there:
        call = request(
            {},
            context={"patientId": PATIENT_ID, "userId": USER_ID, "encounterId": CHART},
            fhirServer=there.base,
            fhirAuthorization={"access_token": TOKEN, "subject": CHART},
            extension={CHART: CHART},
        )
        settings = settings_of(tmp_path, row(server(there.base)), audit_file=file)
        async with service(answerer, settings) as service_:
            assert check_cards(await service_.call(call))
            check_cards(await service_.call({**call, "hookInstance": CHART}))
            lines = b"".join(service_.lines.raw)
    events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    found = [text for event in events for text in texts(event) if "zz" in text.lower()]
    assert found
    for text in found:
        rest = text.replace(quote(PATIENT_ID), "").replace(USER_ID, "")
        assert "zz" not in rest.lower(), text
    assert UUID in str(events)
    assert b"Zz" not in lines
