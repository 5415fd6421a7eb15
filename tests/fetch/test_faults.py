"""Every way in which an EHR may fail: a 412 or a card that says what is missing, in time, and the token nowhere."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.wire.keys import RESOURCE_OF
from tests.fetch.ehr import Ehr, Reply, ehr, pain
from tests.fetch.services import DEADLINE, PATIENCE, TOKEN, Service, naming, row, server, service, settings_of
from tests.hooks.calls import PATIENT, bundle, check_cards, check_outcome, condition

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
BOMB = gzip.compress(b'{"resourceType": "Bundle", "x": "' + b" " * 60_000_000 + b'"}')
PACKED = {"Content-Encoding": "gzip"}
LATE = f"the FHIR server did not answer within {DEADLINE:g} s"
FAULTS: dict[str, tuple[Reply, str, str]] = {
    "401": (Reply(OUTCOME, status=401), "the FHIR server answered 401 to {kind}", "failed"),
    "403": (Reply(OUTCOME, status=403), "the FHIR server answered 403 to {kind}", "failed"),
    "404": (Reply(status=404), "the FHIR server answered 404 to {kind}", "failed"),
    "429": (Reply(status=429, headers={"Retry-After": "60"}), "answered 429 to {kind}", "failed"),
    "500": (Reply(b"<html>oops</html>", status=500), "the FHIR server answered 500 to {kind}", "failed"),
    "201": (Reply(bundle(), status=201), "the FHIR server answered 201 to {kind}", "failed"),
    "a redirect": (
        Reply(status=302, headers={"Location": "http://127.0.0.1:1/fhir"}),
        "answered 302 to {kind}: a redirect, which is not followed",
        "failed",
    ),
    "slow headers": (Reply(pause=60), LATE, "late"),
    "a slow body": (Reply(bundle(), stall=60), LATE, "late"),
    "JSON that breaks off": (Reply(b'{"resourceType": "Bundle", "entry": ['), "was no JSON", "failed"),
    "a body that breaks off": (Reply(bundle(), cut=True), "could not be reached, or broke off", "failed"),
    "no JSON": (Reply(b"<html></html>"), "was no JSON", "failed"),
    "no UTF-8": (Reply(b'{"resourceType": "Bundle", "x": "\xff"}'), "was no JSON", "failed"),
    "endless nesting": (Reply(b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}"), "was no JSON", "failed"),
    "deep nesting": (
        Reply(b'{"resourceType": "Bundle", "x":' + b"[" * 200 + b"]" * 200 + b"}"),
        "was no JSON",
        "failed",
    ),
    "nothing": (Reply(b""), "was no JSON", "failed"),
    "null": (Reply(b"null"), "could not be read as one", "failed"),
    "a list": (Reply(b"[]"), "could not be read as one", "failed"),
    "an outcome": (Reply(OUTCOME), "the FHIR server answered an OperationOutcome to {kind}", "failed"),
    "another type": (Reply({"resourceType": "Group"}), "could not be read as one", "failed"),
    "a gzip bomb": (Reply(BOMB, headers=PACKED), "the FHIR server's answers were too large", "failed"),
    "no gzip": (Reply(bundle(), headers=PACKED), "the FHIR server's answer could not be unpacked", "failed"),
    "half a gzip": (
        Reply(gzip.compress(b" " * 99)[:-9], headers=PACKED),
        "the FHIR server's answer could not be unpacked",
        "failed",
    ),
    "another encoding": (Reply(bundle(), headers={"Content-Encoding": "br"}), "encoding that was not asked", "failed"),
    "a body over the limit": (Reply(b" " * 300_000), "the FHIR server's answers were too large", "failed"),
    "no HTTP": (Reply(bundle(), headers={"Content-Length": "nonsense"}), "could not be reached", "failed"),
}


def check_nothing_leaked(service_: Service, answer: httpx.Response, told: pytest.LogCaptureFixture) -> None:
    """Token, address and patient are in no line of ours or of another library, and in no error."""
    assert TOKEN not in answer.text
    for line in service_.lines.raw:
        assert TOKEN.encode() not in line
        assert b"127.0.0.1" not in line
    assert TOKEN not in told.text


@pytest.mark.parametrize(("reply", "why", "result"), FAULTS.values(), ids=FAULTS)
async def test_a_required_key_that_fails_is_412_with_the_reason(
    answerer: Answerer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
    why: str,
    result: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with ehr(Condition=reply) as there:
        settings = settings_of(tmp_path, row(server(there.base)), max_body_bytes=200_000)
        async with service(answerer, settings) as service_:
            started = perf_counter()
            answer = await service_.call(naming(there.base))
            assert perf_counter() - started < PATIENCE
            (issue,) = check_outcome(answer, 412)
            check_nothing_leaked(service_, answer, caplog)
            assert service_.lines.last["fetched"] == {"read": 7, result: 1}
            assert await service_.counted("conditions", result) == 1
    assert issue["expression"] == ["prefetch.conditions"]
    assert issue["diagnostics"].startswith("conditions: not supplied, and the FHIR server")
    assert why.format(kind="Condition") in issue["diagnostics"]


@pytest.mark.parametrize(("reply", "why", "result"), FAULTS.values(), ids=FAULTS)
async def test_an_optional_key_that_fails_is_named_on_the_card(
    answerer: Answerer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
    why: str,
    result: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with ehr(Condition=pain(), Procedure=reply) as there:
        settings = settings_of(tmp_path, row(server(there.base)), max_body_bytes=200_000)
        async with service(answerer, settings) as service_:
            answer = await service_.call(naming(there.base))
            (card,) = check_cards(answer)
            check_nothing_leaked(service_, answer, caplog)
    first = card["detail"].split("\n")[0]
    assert first.startswith("**Not checked:**")
    assert "procedures" in first
    notes = card["extension"]["org.miss-cds.assessment"]["dataQuality"]
    assert any(note.startswith("procedures: ") and why.format(kind="Procedure") in note for note in notes)


async def test_a_patient_that_fails_is_named_too(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Patient=Reply(status=403), Condition=Reply(status=500)) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            issues = check_outcome(await service_.call(naming(there.base)), 412)
    assert [issue["expression"] for issue in issues] == [["prefetch.patient"], ["prefetch.conditions"]]
    assert "answered 403 to Patient" in issues[0]["diagnostics"]
    assert "answered 500 to Condition" in issues[1]["diagnostics"]


PATIENTS: dict[str, tuple[object, str]] = {
    "another patient": ({**PATIENT, "id": "p2"}, "the FHIR server answered another Patient"),
    "a patient that cannot be read": ({**PATIENT, "birthDate": 7}, "to Patient could not be read as one"),
    "a Bundle": (bundle(PATIENT), "to Patient could not be read as one"),
}


@pytest.mark.parametrize(("body", "why"), PATIENTS.values(), ids=PATIENTS)
async def test_only_the_patient_asked_for_will_do(answerer: Answerer, tmp_path: Path, body: object, why: str) -> None:
    async with ehr(Patient=Reply(body), Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (issue,) = check_outcome(await service_.call(naming(there.base)), 412)
    assert why in issue["diagnostics"]


async def test_another_patients_conditions_are_none_of_this_one(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain(subject={"reference": "Patient/p2"})) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (issue,) = check_outcome(await service_.call(naming(there.base)), 412)
    assert "the FHIR server's answer to Condition was another patient's, or could not be read" in issue["diagnostics"]


async def test_one_of_another_patient_is_left_out_and_noted(answerer: Answerer, tmp_path: Path) -> None:
    stranger = condition("18347007", id="c9", subject={"reference": "Patient/p2"})
    async with ehr(Condition=Reply(bundle(condition(), stranger))) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (card,) = check_cards(await service_.call(naming(there.base)))
    assert "Condition/c9" not in json.dumps(card)
    assert any("another patient" in note for note in card["extension"]["org.miss-cds.assessment"]["dataQuality"])


async def test_a_server_that_is_not_there(answerer: Answerer, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{probe.getsockname()[1]}/fhir"
    async with service(answerer, settings_of(tmp_path, row(server(base)))) as service_:
        issues = check_outcome(await service_.call(naming(base)), 412)
    assert all("the FHIR server could not be reached" in issue["diagnostics"] for issue in issues)


async def test_all_keys_late_end_at_one_deadline(answerer: Answerer, tmp_path: Path) -> None:
    replies: dict[str, Any] = {kind: Reply(pause=60) for kind in RESOURCE_OF.values()}
    async with ehr(**replies) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            started = perf_counter()
            issues = check_outcome(await service_.call(naming(there.base)), 412)
            assert perf_counter() - started < PATIENCE
            assert service_.lines.last["fetched"] == {"late": 8}
    assert all(LATE in issue["diagnostics"] for issue in issues)


def following(there: Ehr, *resources: object) -> dict[str, Any]:
    """A page after which the same one follows, without end."""
    return bundle(*resources, link=[{"relation": "next", "url": f"{there.base}/Condition?page=again"}])


async def test_endless_pages_end(answerer: Answerer, tmp_path: Path) -> None:
    replies = [Reply()] * 60
    async with ehr(Condition=replies) as there:
        replies[:] = [Reply(following(there, condition()))] * 60
        settings = settings_of(tmp_path, row(server(there.base)), fetch_deadline_seconds=PATIENCE)
        async with service(answerer, settings) as service_:
            (card,) = check_cards(await service_.call(naming(there.base)))
            assert service_.lines.last["fetched"] == {"read": 7, "incomplete": 1}
    assert "conditions" in card["detail"].split("\n")[0]
    assert len(there.asked("Condition")) == 50


async def test_pages_that_stop_coming_leave_conditions_incomplete(answerer: Answerer, tmp_path: Path) -> None:
    """No card of an incomplete chart is a 412: an empty answer would reassure."""
    replies = [Reply(), Reply(pause=60)]
    async with ehr(Condition=replies) as there:
        replies[0] = Reply(following(there))
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (issue,) = check_outcome(await service_.call(naming(there.base)), 412)
    assert LATE in issue["diagnostics"]


async def test_a_bundle_over_the_limits_is_cut_and_said(answerer: Answerer, tmp_path: Path) -> None:
    many = bundle(condition(), *({"resourceType": "Condition", "id": str(number)} for number in range(10_000)))
    async with ehr(Condition=Reply(many)) as there:
        settings = settings_of(tmp_path, row(server(there.base)), fetch_deadline_seconds=PATIENCE)
        async with service(answerer, settings) as service_:
            (card,) = check_cards(await service_.call(naming(there.base)))
    assert "conditions" in card["detail"].split("\n")[0]
    notes = card["extension"]["org.miss-cds.assessment"]["dataQuality"]
    assert "conditions: the FHIR server has more than 10000 resources" in notes


ELSEWHERE = {
    "another origin": "{evil}/Condition?page=2",
    "another path of the same origin": "http://127.0.0.1:{port}/other/Condition?page=2",
    "a path that only begins alike": "{base}2/Condition?page=2",
    "a step upwards": "{base}/../other?page=2",
    "an encoded step upwards": "{base}/%2e%2e/other?page=2",
    "no scheme": "//127.0.0.1:{evil_port}/fhir/Condition?page=2",
    "a name before the host": "http://127.0.0.1:{port}@127.0.0.1:{evil_port}/fhir/Condition?page=2",
    "a backslash": "http:\\\\127.0.0.1:{evil_port}\\fhir\\Condition?page=2",
    "a line break": "Condition?page=2\r\nX-Evil: 1",
    "a file": "file:///etc/passwd",
    "nothing": "",
}


@pytest.mark.parametrize("link", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("supplied", [False, True])
async def test_a_next_page_elsewhere_is_not_read(answerer: Answerer, tmp_path: Path, link: str, supplied: bool) -> None:
    """Where it leads somebody listens, to whom nobody comes."""
    replies = [Reply()]
    async with ehr(Condition=replies) as there, ehr() as evil:
        url = link.format(base=there.base, port=there.port, evil=evil.base, evil_port=evil.port)
        page = bundle(condition(), link=[{"relation": "next", "url": url}])
        replies[0] = Reply(page)
        prefetch = {"patient": PATIENT, "conditions": page} if supplied else {"patient": PATIENT}
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (card,) = check_cards(await service_.call(naming(there.base, prefetch)))
    assert "conditions" in card["detail"].split("\n")[0]
    notes = card["extension"]["org.miss-cds.assessment"]["dataQuality"]
    assert "conditions: a further page lies outside the FHIR server's registered address" in notes
    assert evil.connections == 0
    assert len(there.asked("Condition")) == (0 if supplied else 1)
    assert not [seen for seen in there.seen if "other" in seen.target or "evil" in seen.target]


async def test_a_redirect_to_another_server_is_not_followed(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr() as evil:
        away = Reply(status=307, headers={"Location": f"{evil.base}/Condition"})
        async with ehr(Condition=away, Patient=away) as there:
            async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
                check_outcome(await service_.call(naming(there.base)), 412)
    assert evil.connections == 0


@pytest.mark.parametrize(("key", "kind"), [("observations", "Observation"), ("diagnosticReports", "DiagnosticReport")])
@pytest.mark.parametrize(
    ("dates", "is_enough"),
    [
        (["2026-10-01", "2020-01-01"], True),
        (["2026-10-01", "2026-09-01"], False),
        (["2020-01-01", "2026-10-01"], False),
        ([], False),
    ],
)
async def test_a_first_page_that_reaches_back_far_enough_is_an_answer(
    answerer: Answerer, tmp_path: Path, key: str, kind: str, dates: list[str], is_enough: bool
) -> None:
    """What is behind a page that stands newest first, and ends before all that the rules look at, is not needed."""
    entries = [
        {"resourceType": kind, "id": str(number), "status": "final", "effectiveDateTime": day}
        for number, day in enumerate(dates)
    ]
    replies = [Reply(), Reply(status=500)]
    told: dict[str, Reply | list[Reply]] = {"Condition": pain(), kind: replies}
    async with ehr(**told) as there:
        replies[0] = Reply(bundle(*entries, link=[{"relation": "next", "url": f"{there.base}/{kind}?page=2"}]))
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (card,) = check_cards(await service_.call(naming(there.base)))
            assert service_.lines.last["fetched"] == ({"read": 8} if is_enough else {"read": 7, "incomplete": 1})
    assert ("**Not checked:**" in card["detail"]) is not is_enough


async def test_a_gzip_answer_in_several_members_is_read(answerer: Answerer, tmp_path: Path) -> None:
    content = pain().content()
    packed = gzip.compress(content[:40]) + gzip.compress(content[40:])
    async with ehr(Condition=Reply(packed, headers=PACKED)) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            assert len(check_cards(await service_.call(naming(there.base)))) == 1
            assert all(seen.headers["accept-encoding"] == "gzip" for seen in there.seen)


async def test_what_a_failed_key_took_is_there_for_the_others(answerer: Answerer, tmp_path: Path) -> None:
    """A bomb under one key costs no other key its answer."""
    observations = bundle({"resourceType": "Observation", "id": "o", "note": [{"text": "x" * 150_000}]})
    async with ehr(
        Condition=pain(), Procedure=Reply(BOMB, headers=PACKED), Observation=Reply(observations, pause=0.3)
    ) as there:
        settings = settings_of(tmp_path, row(server(there.base)), max_body_bytes=200_000, fetch_deadline_seconds=5.0)
        async with service(answerer, settings) as service_:
            check_cards(await service_.call(naming(there.base)))
            assert service_.lines.last["fetched"] == {"read": 7, "failed": 1}
