"""Hook calls: conformance 1.1, 1.3 and 1.4 over HTTP, and the order in which a request is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from tests.hooks.calls import (
    ABSENT,
    CALL,
    PATIENT,
    UUID,
    Lines,
    app_of,
    bundle,
    check_cards,
    check_outcome,
    client_of,
    condition,
    request,
    with_conditions,
)

JSON = {"Content-Type": "application/json"}


async def test_a_patient_with_nothing_on_record_gets_no_card(client: httpx.AsyncClient) -> None:
    """R1, C1, C2."""
    assert check_cards(await client.post(CALL, json=request())) == []


MALFORMED: list[tuple[str, dict[str, Any]]] = [
    ("hook", {"hook": ABSENT}),
    ("hook", {"hook": 7}),
    ("hook", {"hook": "order-sign"}),
    ("hookInstance", {"hookInstance": ABSENT}),
    ("hookInstance", {"hookInstance": 7}),
    ("context", {"context": ABSENT}),
    ("context", {"context": "p1"}),
    ("context.patientId", {"context": {"userId": "Practitioner/1"}}),
    ("context.patientId", {"context": {"patientId": "", "userId": "Practitioner/1"}}),
    ("context.patientId", {"context": {"patientId": 7, "userId": "Practitioner/1"}}),
    ("context.userId", {"context": {"patientId": "p1"}}),
    ("context.userId", {"context": {"patientId": "p1", "userId": None}}),
]


@pytest.mark.parametrize(("name", "members"), MALFORMED)
async def test_a_broken_envelope_is_400_and_says_which_member(
    client: httpx.AsyncClient, name: str, members: dict[str, Any]
) -> None:
    """R2, R4, R8, R9."""
    (issue,) = check_outcome(await client.post(CALL, json=request(**members)), 400)
    assert issue["code"] == "invalid"
    assert issue["diagnostics"].startswith(name)


FINE: dict[str, dict[str, Any]] = {
    "no UUID": {"hookInstance": "anything"},
    "an upper-case UUID": {"hookInstance": UUID.upper()},
    "a urn": {"hookInstance": f"urn:uuid:{UUID}"},
    "a prefixed patient": {"context": {"patientId": "Patient/p1", "userId": "Practitioner/1"}},
    "another kind of user": {"context": {"patientId": "p1", "userId": "Robot/1"}},
    "a user of another type": {"context": {"patientId": "p1", "userId": 7}},
    "extra members": {"extension": {"com.epic.x": {"y": [None]}}, "x": 1},
    "extra context": {"context": {"patientId": "p1", "userId": "Practitioner/1", "encounterId": 7, "x": {}}},
    "authorization without a server": {"fhirAuthorization": {"access_token": "t"}},
    "authorization of another type": {"fhirAuthorization": 7, "fhirServer": "https://x"},
    "authorization without a token": {"fhirAuthorization": {"scope": "x"}, "fhirServer": "https://x"},
    "a server nobody registered": {"fhirServer": "http://169.254.169.254/latest/meta-data"},
    "a server that is none": {"fhirServer": {"url": 7}},
}


@pytest.mark.parametrize("members", FINE.values(), ids=FINE)
async def test_what_may_be_odd_changes_nothing(client: httpx.AsyncClient, members: dict[str, Any]) -> None:
    """G8, R3, R5, R6, R7, F1."""
    chart = {"patient": PATIENT, "conditions": bundle(condition())}
    usual = (await client.post(CALL, json=request(chart))).json()["cards"]
    odd = check_cards(await client.post(CALL, json=request(chart, **members)))
    assert [told(card) for card in odd] == [told(card) for card in usual]
    assert usual


def told(card: dict[str, Any]) -> dict[str, Any]:
    """The card without what is new each time, and without the orders, which name the user."""
    return {name: member for name, member in card.items() if name not in ("uuid", "suggestions")}


NOT_FOUND = [
    "/",
    "/cds",
    "/cds-services/other",
    "/cds-services/miss-order-review",
    "/cds-services/miss-order-review/feedback",
    f"{CALL}/feedback/x",
    f"{CALL}/x",
    "/docs",
    "/openapi.json",
    "/redoc",
    "/demo/",
]


@pytest.mark.parametrize("path", NOT_FOUND)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_any_other_path_is_404(client: httpx.AsyncClient, path: str, method: str) -> None:
    (issue,) = check_outcome(await client.request(method, path), 404)
    assert issue["code"] == "not-found"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", CALL, {"POST"}),
        ("PUT", CALL, {"POST"}),
        ("DELETE", CALL, {"POST"}),
        ("HEAD", CALL, {"POST"}),
        ("GET", f"{CALL}/feedback", {"POST"}),
        ("POST", "/cds-services", {"GET", "HEAD"}),
        ("POST", "/rules", {"GET"}),
        ("POST", "/livez", {"GET"}),
    ],
)
async def test_another_method_is_405_and_says_which_there_are(
    client: httpx.AsyncClient, method: str, path: str, allow: set[str]
) -> None:
    answer = await client.request(method, path)
    assert set(answer.headers["allow"].split(", ")) == allow
    if method != "HEAD":
        assert check_outcome(answer, 405)[0]["code"] == "not-supported"


CONTENT_TYPES: list[tuple[str | None, int]] = [
    ("application/json", 200),
    ("application/json; charset=utf-8", 200),
    ("Application/JSON;charset=ISO-8859-1; x=y", 200),
    ("application/fhir+json", 200),
    ("application/fhir+json; fhirVersion=4.0", 200),
    ("application/json+fhir", 200),
    (None, 200),
    ("", 200),
    ("text/plain", 415),
    ("application/xml", 415),
    ("application/fhir+xml", 415),
    ("application/x-www-form-urlencoded", 415),
    ("multipart/form-data; boundary=x", 415),
    ("application/jsonx", 415),
    ("*/*", 415),
]


@pytest.mark.parametrize(("content_type", "status"), CONTENT_TYPES)
async def test_content_types(client: httpx.AsyncClient, content_type: str | None, status: int) -> None:
    """G1."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = await client.post(CALL, content=json.dumps(request()).encode(), headers=headers)
    assert answer.status_code == status
    if status == 415:
        check_outcome(answer, 415)


ENCODINGS: list[tuple[str, bytes, int]] = [
    ("gzip", gzip.compress(json.dumps(request()).encode()), 200),
    ("GZIP", gzip.compress(json.dumps(request()).encode()), 200),
    ("x-gzip", gzip.compress(json.dumps(request()).encode()), 200),
    ("identity", json.dumps(request()).encode(), 200),
    ("", json.dumps(request()).encode(), 200),
    ("gzip", json.dumps(request()).encode(), 400),
    ("gzip", gzip.compress(json.dumps(request()).encode())[:-9], 400),
    ("gzip", gzip.compress(json.dumps(request()).encode()) + b"rest", 400),
    ("gzip", b"", 400),
    ("gzip", gzip.compress(b'{"hook":') + gzip.compress(json.dumps(request()).encode()[8:]), 200),
    ("gzip", gzip.compress(b" " * 100_001), 413),
    ("gzip", gzip.compress(b"[" * 50_000_000), 413),
    ("deflate", b"x", 415),
    ("br", b"x", 415),
    ("gzip, gzip", b"x", 415),
]


@pytest.mark.parametrize(("encoding", "content", "status"), ENCODINGS, ids=range(len(ENCODINGS)))
async def test_content_encodings(client: httpx.AsyncClient, encoding: str, content: bytes, status: int) -> None:
    answer = await client.post(CALL, content=content, headers={**JSON, "Content-Encoding": encoding})
    assert answer.status_code == status, answer.text
    if status != 200:
        check_outcome(answer, status)


def sized(size: int) -> bytes:
    content = json.dumps(request(x="")).encode()
    return content.replace(b'"x": ""', b'"x": "' + b"y" * (size - len(content)) + b'"')


async def pieces(content: bytes, size: int = 1_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.mark.parametrize(("size", "status"), [(100_000, 200), (100_001, 413)])
@pytest.mark.parametrize("chunked", [True, False])
async def test_the_largest_body(client: httpx.AsyncClient, size: int, status: int, chunked: bool) -> None:
    content: Any = pieces(sized(size)) if chunked else sized(size)
    answer = await client.post(CALL, content=content, headers=JSON)
    assert answer.status_code == status
    if status == 413:
        (issue,) = check_outcome(answer, 413)
        assert issue["code"] == "too-long"
        assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("length", ["x", "-5"])
async def test_a_length_that_is_none_is_no_harm(client: httpx.AsyncClient, length: str) -> None:
    headers = {**JSON, "Content-Length": length}
    answer = await client.post(CALL, content=pieces(json.dumps(request()).encode()), headers=headers)
    assert check_cards(answer) == []


async def test_a_body_in_pieces_some_of_them_empty(client: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        content = json.dumps(request()).encode()
        for piece in (b"", content[:10], b"", content[10:20], content[20:], b""):
            yield piece

    assert check_cards(await client.post(CALL, content=parts(), headers=JSON)) == []


NEVER_FINE = [b"", b"{", b"[]", b"null", b"NaN", b'{"hook": NaN}', json.dumps(request()).encode("utf-16")]


@pytest.mark.parametrize("content", NEVER_FINE)
async def test_what_is_not_a_json_object_is_400(client: httpx.AsyncClient, content: bytes) -> None:
    assert check_outcome(await client.post(CALL, content=content, headers=JSON), 400)[0]["code"] == "invalid"


async def test_refusals_come_in_order(client: httpx.AsyncClient) -> None:
    """Path before method, method before kind, kind before size, size before content, content before data."""
    large, wrong = {"Content-Length": "100001"}, {"Content-Type": "text/plain"}
    assert (await client.put("/cds-services/x", content=b"{", headers={**large, **wrong})).status_code == 404
    assert (await client.put(CALL, content=b"{", headers={**large, **wrong})).status_code == 405
    assert (await client.post(CALL, content=b"{", headers={**large, **wrong})).status_code == 415
    assert (await client.post(CALL, content=b"{", headers={**large, **JSON})).status_code == 413
    assert (await client.post(CALL, content=b"{", headers=JSON)).status_code == 400
    assert (await client.post(CALL, json=request({}))).status_code == 412


async def test_missing_data_is_412_with_one_issue_a_key(client: httpx.AsyncClient, lines: Lines) -> None:
    """P9."""
    issues = check_outcome(await client.post(CALL, json=request({})), 412)
    assert [issue["expression"] for issue in issues] == [["prefetch.patient"], ["prefetch.conditions"]]
    assert all(issue["code"] == "incomplete" and issue["severity"] == "error" for issue in issues)
    assert issues[0]["diagnostics"].startswith("patient: not supplied")
    assert lines.last["missing"] == ["patient", "conditions"]


@pytest.mark.parametrize(
    ("server", "said"),
    [("https://ehr.example/fhir", "not registered"), (None, "names no FHIR server"), (ABSENT, "names no FHIR server")],
)
async def test_whether_a_server_was_named_is_said_when_data_is_missing(
    client: httpx.AsyncClient, server: object, said: str
) -> None:
    issues = check_outcome(await client.post(CALL, json=request(None, fhirServer=server)), 412)
    assert all(said in issue["diagnostics"] for issue in issues)


OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
INCOMPLETE: dict[str, dict[str, Any]] = {
    "a next page": bundle(link=[{"relation": "next", "url": "https://ehr.example/next"}]),
    "an outcome among the entries": bundle(OUTCOME),
    "a condition that cannot be read": bundle(condition("44054006"), condition(onsetDateTime=7)),
}


@pytest.mark.parametrize("conditions", INCOMPLETE.values(), ids=INCOMPLETE)
async def test_incomplete_conditions_and_no_card_are_412(client: httpx.AsyncClient, conditions: dict[str, Any]) -> None:
    """P10: an empty answer would reassure."""
    answer = await client.post(CALL, json=request({"patient": PATIENT, "conditions": conditions}))
    (issue,) = check_outcome(answer, 412)
    assert issue["expression"] == ["prefetch.conditions"]


async def test_incomplete_conditions_with_a_card_say_so_first(client: httpx.AsyncClient) -> None:
    conditions = bundle(condition(), link=[{"relation": "next", "url": "https://ehr.example/next"}])
    answer = await client.post(CALL, json=request({"patient": PATIENT, "conditions": conditions}))
    (card,) = check_cards(answer)
    first = card["detail"].split("\n")[0]
    assert first.startswith("**Not checked:**")
    assert "conditions" in first


async def test_incomplete_conditions_and_a_card_the_site_silenced_are_no_412(answerer: Answerer, lines: Lines) -> None:
    conditions = bundle(condition(), link=[{"relation": "next", "url": "https://ehr.example/next"}])
    async with client_of(app_of(replace(answerer, silent=True), lines)) as client:
        answer = await client.post(CALL, json=request({"patient": PATIENT, "conditions": conditions}))
    assert check_cards(answer) == []


async def test_a_card_says_what_was_left_out(client: httpx.AsyncClient) -> None:
    orders = bundle({"resourceType": "MedicationRequest", "status": 7})
    (card,) = check_cards(await client.post(CALL, json=with_conditions(condition(), medicationRequests=orders)))
    told = card["extension"]["org.miss-cds.assessment"]
    assert "1 MedicationRequest skipped: status is not a string" in told["dataQuality"]


async def test_a_failure_inside_is_500_with_the_requests_id_and_nothing_else(answerer: Answerer, lines: Lines) -> None:
    def failing() -> date:
        raise RuntimeError("marked text of a chart")

    async with client_of(app_of(replace(answerer, today=failing), lines)) as client:
        answer = await client.post(CALL, json=request(), headers={"Origin": "https://sandbox.example"})
    (issue,) = check_outcome(answer, 500)
    assert answer.headers["x-request-id"] in issue["diagnostics"]
    assert answer.headers["access-control-allow-origin"] == "https://sandbox.example"
    assert "marked" not in answer.text
    assert lines.last["requestId"] == answer.headers["x-request-id"]
    assert (lines.last["status"], lines.last["level"]) == (500, "error")


async def test_a_line_tells_what_may_be_told(client: httpx.AsyncClient, lines: Lines) -> None:
    answer = await client.post(CALL, json=with_conditions(condition()))
    (card,) = check_cards(answer)
    line = lines.last
    assert line["requestId"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/cds-services/{id}", 200)
    assert (line["service"], line["hookInstance"]) == ("miss-patient-view", UUID)
    assert line["rule"] == card["source"]["topic"]["code"]
    assert line["cards"] == 1
    assert line["knowledgeVersion"] == card["extension"]["org.miss-cds.assessment"]["knowledgeVersion"]


async def test_a_named_server_is_counted_and_not_quoted(client: httpx.AsyncClient, lines: Lines) -> None:
    await client.post(CALL, json=request(fhirServer="https://ehr.example/fhir"))
    assert lines.last["fhirServer"] == "not registered"
    await client.post(CALL, json=request())
    assert "fhirServer" not in lines.last


async def test_an_instance_that_is_no_uuid_is_not_logged(client: httpx.AsyncClient, lines: Lines) -> None:
    await client.post(CALL, json=request(hookInstance="Ada Lovelace"))
    assert "hookInstance" not in lines.last
