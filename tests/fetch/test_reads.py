"""What is asked of an EHR, and what its answers become (contract, "Fetch")."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cds_service.answer import Answerer
from cds_service.record.templates import templates
from cds_service.wire.keys import RESOURCE_OF
from tests.fetch.ehr import KINDS, Reply, ehr, pain
from tests.fetch.services import TOKEN, naming, row, server, service, settings_of
from tests.hooks.calls import PATIENT, bundle, check_cards, check_outcome, condition, request

EXTENSION = "org.miss-cds.assessment"


def told(card: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = card["extension"][EXTENSION]
    return found


async def test_without_prefetch_everything_is_read(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (card,) = check_cards(await service_.call(naming(there.base)))
            assert "**Not checked:**" not in card["detail"]
            assert sorted(seen.kind for seen in there.seen) == sorted(KINDS)
            assert service_.lines.last["fhirServer"] == "registered"
            assert service_.lines.last["fetched"] == {"read": 8}
            assert service_.lines.last["fetchMilliseconds"] > 0
            assert await service_.counted("conditions", "read") == 1


async def test_exactly_the_advertised_templates_are_asked(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            await service_.call(naming(there.base))
    filled = templates(answerer.knowledge.observations).values()
    asked = {seen.target for seen in there.seen}
    assert asked == {f"/fhir/{template.replace('{{context.patientId}}', 'p1')}" for template in filled}
    for seen in there.seen:
        assert seen.method == "GET"
        assert seen.headers["accept"] == "application/fhir+json"
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        assert seen.headers["host"] == f"127.0.0.1:{there.port}"


@pytest.mark.parametrize("key", RESOURCE_OF)
async def test_only_what_is_missing_is_read(answerer: Answerer, tmp_path: Path, key: str) -> None:
    """P6; keys supplied by prefetch are never read again."""
    prefetch = {name: bundle() for name in RESOURCE_OF} | {"patient": PATIENT}
    del prefetch[key]
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            check_cards(await service_.call(naming(there.base, prefetch)))
    assert [seen.kind for seen in there.seen] == [RESOURCE_OF[key]]


async def test_a_complete_call_reads_nothing(answerer: Answerer, tmp_path: Path) -> None:
    prefetch = {name: bundle() for name in RESOURCE_OF} | {"patient": PATIENT, "procedures": None}
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            assert check_cards(await service_.call(naming(there.base, prefetch))) == []
            assert service_.lines.last["fhirServer"] == "registered"
            assert "fetched" not in service_.lines.last
    assert there.connections == 0


OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
ANOTHER = {"reference": "Patient/p2"}
READ_AGAIN: list[tuple[str, str, object, bool]] = [
    ("a required key that came as an error", "conditions", OUTCOME, True),
    ("a required key that came as another type", "conditions", PATIENT, True),
    ("a required key that came as another patient's", "conditions", bundle(condition(subject=ANOTHER)), True),
    ("a required key that is no resource", "conditions", "x", True),
    ("a patient that came as an error", "patient", OUTCOME, True),
    ("a patient that was not found", "patient", None, True),
    ("another patient", "patient", {**PATIENT, "id": "p2"}, True),
    ("an optional key that came as an error", "procedures", OUTCOME, False),
    ("an optional key that came as another type", "procedures", PATIENT, False),
    ("an optional key that is no resource", "procedures", 7, True),
    ("an optional key of which nothing was found", "procedures", None, False),
    ("a required key of which nothing was found", "conditions", None, False),
]


@pytest.mark.parametrize(("key", "value", "is_read"), [it[1:] for it in READ_AGAIN], ids=[it[0] for it in READ_AGAIN])
async def test_what_came_is_read_again_only_where_it_must(
    answerer: Answerer, tmp_path: Path, key: str, value: object, is_read: bool
) -> None:
    prefetch = {name: bundle() for name in RESOURCE_OF} | {"patient": PATIENT, key: value}
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            check_cards(await service_.call(naming(there.base, prefetch)))
    assert [seen.kind for seen in there.seen] == ([RESOURCE_OF[key]] if is_read else [])


def next_link(there: str, where: str) -> dict[str, Any]:
    return {"link": [{"relation": "self", "url": there}, {"relation": "next", "url": where}]}


def stenosis(**members: Any) -> dict[str, Any]:
    return condition("18347007", id="c2", **members)


@pytest.mark.parametrize("link", ["{base}/Condition?page=2", "Condition?page=2", "?page=2", "/fhir/Condition?page=2"])
async def test_pages_are_followed_under_the_base(answerer: Answerer, tmp_path: Path, link: str) -> None:
    """P10, F9: absolute, relative, or a query alone."""
    replies = [Reply(), Reply(bundle(condition()))]
    async with ehr(Condition=replies) as there:
        replies[0] = Reply(bundle(**next_link(there.base, link.format(base=there.base))))
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (card,) = check_cards(await service_.call(naming(there.base)))
    assert "**Not checked:**" not in card["detail"]
    assert [seen.target for seen in there.asked("Condition")][1] == "/fhir/Condition?page=2"
    assert all(seen.headers["authorization"] == f"Bearer {TOKEN}" for seen in there.seen)


async def test_a_prefetched_page_is_continued_and_not_read_again(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=Reply(bundle(condition()))) as there:
        first = bundle(**next_link(there.base, f"{there.base}/Condition?page=2"))
        prefetch = {name: bundle() for name in RESOURCE_OF} | {"patient": PATIENT, "conditions": first}
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (card,) = check_cards(await service_.call(naming(there.base, prefetch)))
    assert "**Not checked:**" not in card["detail"]
    assert [seen.target for seen in there.seen] == ["/fhir/Condition?page=2"]


async def test_a_client_configured_so_is_searched_by_post(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base), search="post"))) as service_:
            check_cards(await service_.call(naming(there.base)))
    (asked,) = there.asked("Condition")
    assert (asked.method, asked.target) == ("POST", "/fhir/Condition/_search")
    assert asked.body == "patient=p1&_count=200"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    (patient,) = there.asked("Patient")
    assert (patient.method, patient.target) == ("GET", "/fhir/Patient/p1")


@pytest.mark.parametrize("status", [405, 414])
async def test_a_server_that_refuses_get_is_searched_by_post(answerer: Answerer, tmp_path: Path, status: int) -> None:
    async with ehr(Condition=[Reply(status=status), pain()]) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            assert len(check_cards(await service_.call(naming(there.base)))) == 1
    assert [seen.method for seen in there.asked("Condition")] == ["GET", "POST"]


async def test_a_server_that_refuses_both_has_failed(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=Reply(status=405)) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (issue,) = check_outcome(await service_.call(naming(there.base)), 412)
    assert "the FHIR server answered 405 to Condition" in issue["diagnostics"]
    assert [seen.method for seen in there.asked("Condition")] == ["GET", "POST"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["0", "1"])
async def test_one_retry_where_the_server_asks_to_wait_a_second(
    answerer: Answerer, tmp_path: Path, status: int, wait: str
) -> None:
    async with ehr(Condition=[Reply(status=status, headers={"Retry-After": wait}), pain()]) as there:
        settings = settings_of(tmp_path, row(server(there.base)), fetch_deadline_seconds=8.0)
        async with service(answerer, settings) as service_:
            assert len(check_cards(await service_.call(naming(there.base)))) == 1
    assert len(there.asked("Condition")) == 2


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {}),
        (429, {"Retry-After": "2"}),
        (503, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}),
        (500, {"Retry-After": "0"}),
    ],
)
async def test_no_retry_otherwise(answerer: Answerer, tmp_path: Path, status: int, headers: dict[str, str]) -> None:
    async with ehr(Condition=Reply(status=status, headers=headers)) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            (issue,) = check_outcome(await service_.call(naming(there.base)), 412)
    assert f"answered {status} to Condition" in issue["diagnostics"]
    assert len(there.asked("Condition")) == 1


async def test_a_second_refusal_is_the_last(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=Reply(status=503, headers={"Retry-After": "0"})) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            check_outcome(await service_.call(naming(there.base)), 412)
    assert len(there.asked("Condition")) == 2


async def test_an_open_server_is_read_without_a_token(answerer: Answerer, tmp_path: Path) -> None:
    """F7."""
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base, open=True)))) as service_:
            assert len(check_cards(await service_.call(naming(there.base, token=None)))) == 1
    assert all(seen.headers["authorization"] == "" for seen in there.seen)


async def test_a_server_that_is_not_open_is_not_read_without_a_token(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            issues = check_outcome(await service_.call(naming(there.base, token=None)), 412)
            assert await service_.counted("patient", "not-allowed") == 1
    assert all("brings no access token" in issue["diagnostics"] for issue in issues)
    assert there.connections == 0


@pytest.mark.parametrize(
    "authorization",
    [7, "x", {}, {"access_token": 7}, {"access_token": ""}, {"access_token": "a\r\nX-Evil: 1"}, {"access_token": "ü"}],
)
async def test_an_odd_authorization_is_as_none(answerer: Answerer, tmp_path: Path, authorization: object) -> None:
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            call = naming(there.base, token=None, fhirAuthorization=authorization)
            issues = check_outcome(await service_.call(call), 412)
    assert all("brings no access token" in issue["diagnostics"] for issue in issues)
    assert there.connections == 0


async def test_authorization_without_a_server_is_ignored(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            call = request({}, fhirAuthorization={"access_token": TOKEN})
            issues = check_outcome(await service_.call(call), 412)
    assert all("names no FHIR server" in issue["diagnostics"] for issue in issues)
    assert there.connections == 0


async def test_a_server_nobody_registered_is_never_contacted(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr() as there, ehr() as registered:
        async with service(answerer, settings_of(tmp_path, row(server(registered.base)))) as service_:
            issues = check_outcome(await service_.call(naming(there.base)), 412)
            assert service_.lines.last["fetched"] == {"not-registered": 8}
            assert await service_.counted("conditions", "not-registered") == 1
            prefetch = {name: bundle() for name in RESOURCE_OF} | {"patient": PATIENT}
            assert check_cards(await service_.call(naming(there.base, prefetch))) == []
            assert await service_.counted("none", "not-registered") == 1
    assert all("is not registered here" in issue["diagnostics"] for issue in issues)
    assert (there.connections, registered.connections) == (0, 0)


@pytest.mark.parametrize("address", ["{base}", 7, "", "file:///etc/passwd"])
async def test_a_client_may_want_a_refusal_instead(answerer: Answerer, tmp_path: Path, address: object) -> None:
    async with ehr() as there, ehr() as registered:
        rows = row(server(registered.base), fhir_server="must-match")
        async with service(answerer, settings_of(tmp_path, rows)) as service_:
            named = address.format(base=there.base) if isinstance(address, str) else address
            (issue,) = check_outcome(await service_.call(naming(str(there.base)) | {"fhirServer": named}), 403)
            assert issue["code"] == "forbidden"
            assert check_cards(await service_.call(request())) == []
    assert (there.connections, registered.connections) == (0, 0)


async def test_prefetch_only_reads_nothing(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain()) as there:
        settings = settings_of(tmp_path, row(server(there.base)), prefetch_only=True)
        async with service(answerer, settings) as service_:
            issues = check_outcome(await service_.call(naming(there.base)), 412)
    assert all("this service reads from no FHIR server" in issue["diagnostics"] for issue in issues)
    assert there.connections == 0


@pytest.mark.parametrize(
    ("patient", "asked"),
    [
        ("a-1.b", "/fhir/Patient/a-1.b"),
        ("a b&c=d?e#f%", "/fhir/Patient/a%20b%26c%3Dd%3Fe%23f%25"),
        ("..", None),
        ("a/../b", None),
        ("a,b", None),
        ("a|b", None),
        ("a\nb", None),
        ("a" * 300, None),
    ],
)
async def test_a_patients_id_asks_for_nothing_else(
    answerer: Answerer, tmp_path: Path, patient: str, asked: str | None
) -> None:
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            call = naming(there.base, context={"patientId": patient, "userId": "Practitioner/1"})
            await service_.call(call)
    assert [seen.target for seen in there.asked("Patient")] == ([asked] if asked else [])
    assert asked or there.connections == 0


async def test_cookies_are_not_kept(answerer: Answerer, tmp_path: Path) -> None:
    replies = [Reply(bundle(), headers={"Set-Cookie": "session=of-another; Path=/"}) for _ in range(2)]
    async with ehr(Condition=replies) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            for _ in range(2):
                check_cards(await service_.call(naming(there.base)))
    assert not [seen for seen in there.seen if "cookie" in seen.headers]


async def test_connections_are_used_again(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            for _ in range(3):
                check_cards(await service_.call(naming(there.base)))
    assert len(there.seen) == 24
    assert there.connections == 8
