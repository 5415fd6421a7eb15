"""Orders and appointments with a FHIR server behind them: what is read for which, and the order that is sent out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from tests.fetch.ehr import Ehr, Reply, ehr, pain
from tests.fetch.services import PATIENCE, TOKEN, Service, row, server, service, settings_of
from tests.hooks.calls import ABSENT, bundle, check_cards, check_outcome
from tests.hooks.test_orders import AMOXICILLIN, DISPATCH, REFERRAL, SELECT, SIGN, call, drafts

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
SENT = {**REFERRAL, "status": "active"}


def naming(there: Ehr, hook: str, prefetch: object, *, token: str | None = TOKEN, **context: object) -> dict[str, Any]:
    """A call of the hook that names this server."""
    lent = {} if token is None else {"fhirAuthorization": {"access_token": token}}
    return call(hook, prefetch, **context) | {"fhirServer": there.base} | lent


async def answer(service_: Service, body: dict[str, Any]) -> httpx.Response:
    return await service_.client.post(f"/cds-services/miss-{body['hook']}", json=body, timeout=PATIENCE)


async def test_the_chart_is_read_for_an_order_that_concerns_us(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            assert check_cards(await answer(service_, naming(there, SIGN, {})))
    assert len(there.seen) == 8


@pytest.mark.parametrize("hook", [SELECT, SIGN])
async def test_nothing_is_read_for_one_that_does_not(answerer: Answerer, tmp_path: Path, hook: str) -> None:
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            body = naming(there, hook, {}, draftOrders=drafts(AMOXICILLIN), selections=ABSENT)
            assert check_cards(await answer(service_, body)) == []
            assert service_.lines.last["why"] == "not-concerned"
    assert there.seen == []


async def test_a_dispatched_order_that_did_not_come_is_read(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain(), ServiceRequest=[Reply(SENT), Reply({"resourceType": "Bundle"})]) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            assert check_cards(await answer(service_, naming(there, DISPATCH, {})))
            assert await service_.counted("order", "read") == 1
    first = there.seen[0]
    assert (first.method, first.target) == ("GET", "/fhir/ServiceRequest/d1")
    assert first.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404),
        Reply(OUTCOME),
        Reply({**SENT, "id": "another"}),
        Reply({"resourceType": "Patient", "id": "d1"}),
        Reply(b"{"),
        Reply(pause=60),
    ],
    ids=["404", "an outcome", "another", "another type", "no JSON", "late"],
)
async def test_one_that_cannot_be_had_is_no_concern(answerer: Answerer, tmp_path: Path, reply: Reply) -> None:
    async with ehr(ServiceRequest=reply) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            assert check_cards(await answer(service_, naming(there, DISPATCH, {}))) == []
            assert service_.lines.last["why"] == "order-not-found"
            assert service_.lines.last["ordersNotFound"] == 1
            assert await service_.counted("order", "failed") == 1
    assert [seen.kind for seen in there.seen] == ["ServiceRequest"]


@pytest.mark.parametrize(
    ("register", "token", "setting"),
    [(True, None, False), (False, TOKEN, False), (True, TOKEN, True)],
    ids=["no token", "not registered", "prefetch only"],
)
async def test_nothing_is_read_where_that_is_not_allowed(
    answerer: Answerer, tmp_path: Path, register: bool, token: str | None, setting: bool
) -> None:
    async with ehr(ServiceRequest=Reply(SENT)) as there:
        rows = row(server(there.base)) if register else row()
        async with service(answerer, settings_of(tmp_path, rows, prefetch_only=setting)) as service_:
            assert check_cards(await answer(service_, naming(there, DISPATCH, {}, token=token))) == []
    assert there.seen == []


async def test_a_server_that_must_be_registered_and_is_not_is_403_for_orders_too(
    answerer: Answerer, tmp_path: Path
) -> None:
    async with ehr() as there:
        async with service(answerer, settings_of(tmp_path, row(fhir_server="must-match"))) as service_:
            check_outcome(await answer(service_, naming(there, SIGN, {}, draftOrders=drafts(AMOXICILLIN))), 403)
    assert there.seen == []


@pytest.mark.parametrize("prefetch", [{}, {"serviceRequests": bundle(SENT)}], ids=["to be read", "supplied"])
async def test_an_order_of_another_server_is_not_the_one_that_has_its_id_here(
    answerer: Answerer, tmp_path: Path, prefetch: dict[str, Any]
) -> None:
    async with ehr(Condition=pain(), ServiceRequest=Reply(SENT)) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            foreign = naming(
                there, DISPATCH, prefetch, dispatchedOrders=["https://other.example/fhir/ServiceRequest/d1"]
            )
            assert check_cards(await answer(service_, foreign)) == []
            assert service_.lines.last["ordersNotFound"] == 1
    assert there.seen == []


async def test_an_order_may_be_named_by_its_whole_address(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain(), ServiceRequest=[Reply(SENT), Reply({"resourceType": "Bundle"})]) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            whole = naming(there, DISPATCH, {}, dispatchedOrders=[f"{there.base}/ServiceRequest/d1/_history/2"])
            assert check_cards(await answer(service_, whole))
    assert there.seen[0].target == "/fhir/ServiceRequest/d1"


async def test_an_order_that_came_is_not_read_again(answerer: Answerer, tmp_path: Path) -> None:
    async with ehr(Condition=pain()) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            prefetch = {"serviceRequests": bundle(SENT)}
            body = naming(there, DISPATCH, prefetch)
            assert check_cards(await answer(service_, body))
    assert not there.asked("ServiceRequest")


@pytest.mark.parametrize("reference", ["ServiceRequest/..", "ServiceRequest/" + "x" * 300, "ServiceRequest/a,b"])
async def test_an_id_that_could_ask_for_something_else_is_not_asked_for(
    answerer: Answerer, tmp_path: Path, reference: str
) -> None:
    async with ehr(ServiceRequest=Reply(SENT)) as there:
        async with service(answerer, settings_of(tmp_path, row(server(there.base)))) as service_:
            body = naming(there, DISPATCH, {}, dispatchedOrders=[reference], fulfillmentTasks=ABSENT)
            assert check_cards(await answer(service_, body)) == []
    assert there.seen == []
