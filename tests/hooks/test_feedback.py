"""Feedback: conformance 1.7 over HTTP, and contract "Feedback"."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.settings import Settings
from cds_service.store.counted import Counted
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.shown import Feedback, Matter, Shown
from tests.hooks.calls import (
    CALL,
    FEEDBACK,
    ORIGIN,
    Lines,
    app_of,
    check_cards,
    check_outcome,
    client_of,
    condition,
    with_conditions,
)

JSON = {"Content-Type": "application/json"}
CARD = "6d0a1c0e-6a0c-4c7e-9f3b-6a2f0f7c1d55"
SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"


def entry(card: object = CARD, outcome: object = "overridden", **members: object) -> dict[str, Any]:
    """One entry as the specification has it."""
    return {"card": card, "outcome": outcome, "outcomeTimestamp": "2026-11-22T07:11:24.737Z", **members}


def batch(*entries: object) -> dict[str, Any]:
    return {"feedback": list(entries)}


def recorded(answer: httpx.Response) -> int:
    """How many entries were news."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["recorded"]
    return int(body["recorded"])


async def counted(client: httpx.AsyncClient, outcome: str) -> float:
    """What the counter says."""
    wanted = f'cds_feedback_total{{outcome="{outcome}",service="miss-patient-view"}} '
    lines = (await client.get("/metrics")).text.splitlines()
    return sum(float(line.removeprefix(wanted)) for line in lines if line.startswith(wanted))


PATHS = [FEEDBACK, f"{FEEDBACK}/", f"http://service.example/{FEEDBACK}", "/cds-services//miss-patient-view//feedback//"]


@pytest.mark.parametrize("path", PATHS)
async def test_it_is_answered_directly_however_the_address_is_slashed(client: httpx.AsyncClient, path: str) -> None:
    """B1, B7."""
    assert recorded(await client.post(path, json=batch(entry()))) == 1


SHAPES: dict[str, object] = {
    "one in a list": batch(entry()),
    "bare": entry(),
    "a bare list": [entry()],
    "accepted with suggestions": batch(entry(outcome="accepted", acceptedSuggestions=[{"id": "x"}])),
    "accepted without": batch(entry(outcome="accepted")),
    "suggestions of no shape": batch(entry(outcome="accepted", acceptedSuggestions="x")),
    "a reason": batch(entry(overrideReason={"reason": {"code": "patient-refuses", "system": SYSTEM}})),
    "a reason in the old form": batch(entry(overrideReason={"code": "patient-refuses", "system": SYSTEM})),
    "a reason without system": batch(entry(overrideReason={"reason": {"code": "patient-refuses"}})),
    "a reason of no shape": batch(entry(overrideReason=7)),
    "only a comment": batch(entry(overrideReason={"userComment": "x"})),
    "no UUID": batch(entry("edge-critical-uuid")),
    "an extension": batch(entry(extension={"com.example.x": {}})),
}


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES)
async def test_every_shape_is_taken(client: httpx.AsyncClient, body: object) -> None:
    """B2, B3, B5, B6."""
    assert recorded(await client.post(FEEDBACK, json=body)) == 1


TIMES: list[object] = [
    "2026-11-22",
    "2026-11-22T07:11:24",
    "2026-11-22T07:11:24Z",
    "2026-11-22T07:11:24.737Z",
    "2026-11-22T07:11:24.737123+05:30",
    "yesterday",
    None,
    7,
]


@pytest.mark.parametrize("time", TIMES)
async def test_every_form_of_date_is_taken(client: httpx.AsyncClient, time: object) -> None:
    """B4."""
    assert recorded(await client.post(FEEDBACK, json=batch(entry(outcomeTimestamp=time)))) == 1


async def test_a_date_may_be_left_out(client: httpx.AsyncClient) -> None:
    assert recorded(await client.post(FEEDBACK, json={"card": CARD, "outcome": "accepted"})) == 1


async def test_many_at_once(client: httpx.AsyncClient) -> None:
    """B2."""
    entries = [entry(f"c{number}", "accepted") for number in range(50)]
    assert recorded(await client.post(FEEDBACK, json=batch(*entries, *entries))) == 50
    assert await counted(client, "accepted") == 50


@pytest.mark.parametrize(("entries", "status"), [(10_000, 200), (10_001, 413)])
async def test_so_many_at_once_and_no_more(answerer: Answerer, lines: Lines, entries: int, status: int) -> None:
    roomy = Settings(require_auth=False)
    async with client_of(app_of(answerer, lines, roomy)) as client:
        answer = await client.post(FEEDBACK, json=[entry()] * entries)
        if status == 413:
            assert "10000 entries" in check_outcome(answer, 413)[0]["diagnostics"]
            assert await counted(client, "overridden") == 0
        else:
            assert recorded(answer) == 1


WRONG: dict[str, object] = {
    "no card": {"outcome": "accepted"},
    "an empty card": entry(""),
    "a card that is a number": entry(7),
    "no outcome": {"card": CARD},
    "another outcome": entry(outcome="ignored"),
    "no entry": 7,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_one_wrong_entry_is_400_for_all_and_nothing_is_recorded(client: httpx.AsyncClient, wrong: object) -> None:
    """B3."""
    (issue,) = check_outcome(await client.post(FEEDBACK, json=batch(entry(), wrong)), 400)
    assert issue["code"] == "invalid"
    assert "feedback[1]" in issue["diagnostics"]
    assert await counted(client, "overridden") == 0
    assert recorded(await client.post(FEEDBACK, json=batch(entry()))) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[]", b'{"feedback": []}', b'"x"', b"null", b"NaN"])
async def test_what_holds_no_entry_is_400(client: httpx.AsyncClient, content: bytes) -> None:
    assert check_outcome(await client.post(FEEDBACK, content=content, headers=JSON), 400)[0]["code"] == "invalid"


async def test_the_same_again_counts_once(client: httpx.AsyncClient) -> None:
    assert recorded(await client.post(FEEDBACK, json=batch(entry()))) == 1
    assert recorded(await client.post(FEEDBACK, json=batch(entry()))) == 0
    assert recorded(await client.post(FEEDBACK, json=[entry(CARD.upper())])) == 0
    assert await counted(client, "overridden") == 1


async def test_another_outcome_replaces_the_one_before(client: httpx.AsyncClient) -> None:
    for outcome in ("accepted", "overridden", "accepted"):
        assert recorded(await client.post(FEEDBACK, json=entry(outcome=outcome))) == 1
    assert await counted(client, "accepted") == 2
    assert await counted(client, "overridden") == 1


@pytest.mark.parametrize("path", ["/cds-services/other/feedback", "/cds-services/miss-order-review/feedback/"])
async def test_an_unknown_service_is_404(client: httpx.AsyncClient, path: str, lines: Lines) -> None:
    check_outcome(await client.post(path, json=batch(entry())), 404)
    assert (lines.last["path"], lines.last["service"]) == ("/cds-services/{id}/feedback", "unknown")


async def test_refusals_come_in_the_order_of_a_call(client: httpx.AsyncClient) -> None:
    large, wrong = {"Content-Length": "100001"}, {"Content-Type": "text/plain"}
    put = await client.put("/cds-services/x/feedback", content=b"{", headers={**large, **wrong})
    assert put.status_code == 404
    assert (await client.put(FEEDBACK, content=b"{", headers={**large, **wrong})).status_code == 405
    check_outcome(await client.post(FEEDBACK, content=b"{", headers={**large, **wrong}), 415)
    check_outcome(await client.post(FEEDBACK, content=b"{", headers={**large, **JSON}), 413)
    check_outcome(await client.post(FEEDBACK, content=b"{", headers=JSON), 400)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/fhir+json; charset=utf-8", 200),
        ("application/json+fhir", 200),
        ("", 200),
        ("text/plain", 415),
    ],
)
async def test_content_types_are_those_of_a_call(client: httpx.AsyncClient, content_type: str, status: int) -> None:
    content = json.dumps(batch(entry())).encode()
    answer = await client.post(FEEDBACK, content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status


async def test_a_packed_body(client: httpx.AsyncClient) -> None:
    content, packed = json.dumps(batch(entry())).encode(), {**JSON, "Content-Encoding": "gzip"}
    assert recorded(await client.post(FEEDBACK, content=gzip.compress(content), headers=packed)) == 1
    check_outcome(await client.post(FEEDBACK, content=content, headers=packed), 400)
    check_outcome(await client.post(FEEDBACK, content=gzip.compress(b" " * 100_001), headers=packed), 413)


async def test_a_slow_body_is_408(client: httpx.AsyncClient) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    answer = await client.post(FEEDBACK, content=slow(), headers=JSON)
    check_outcome(answer, 408)
    assert answer.headers["connection"] == "close"


async def test_a_browser_may_send_it(client: httpx.AsyncClient) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight = await client.options(FEEDBACK, headers=asked)
    assert preflight.status_code == 204
    for answer in (
        preflight,
        await client.post(FEEDBACK, json=batch(entry()), headers={"Origin": ORIGIN}),
        await client.post(FEEDBACK, json={}, headers={"Origin": ORIGIN}),
        await client.post("/cds-services/other/feedback", json={}, headers={"Origin": ORIGIN}),
    ):
        assert answer.headers["access-control-allow-origin"] == ORIGIN


async def test_a_line_tells_the_service_and_how_many(client: httpx.AsyncClient, lines: Lines) -> None:
    await client.post(FEEDBACK, json=batch(entry("c1"), entry("c2")))
    line = lines.last
    assert (line["path"], line["service"]) == ("/cds-services/{id}/feedback", "miss-patient-view")
    assert (line["status"], line["recorded"]) == (200, 2)
    assert "cds_calls_total{" not in (await client.get("/metrics")).text


class Told:
    """A store that only says what it was told."""

    def __init__(self) -> None:
        self.told: list[Feedback] = []
        self.pseudonyms = Pseudonyms()

    def open(self) -> None:
        """It is."""

    def close(self) -> None:
        """It may be."""

    def is_reachable(self) -> bool:
        """Always."""
        return True

    def is_full(self) -> bool:
        """Never."""
        return False

    def is_asked_in_vain(self) -> bool:
        """Never."""
        return False

    async def counts(self) -> Sequence[Counted]:
        """Nothing is counted."""
        return ()

    def remember(self, shown: Shown) -> None:
        """Forgotten."""

    async def record(self, client: str, told: Sequence[Feedback]) -> tuple[Feedback, ...]:
        """Everything is news."""
        self.told += told
        return tuple(told)

    def is_quiet(self, matter: Matter) -> bool:
        """Never."""
        return False


async def test_a_card_is_fed_back_by_the_uuid_it_was_sent_with(answerer: Answerer, lines: Lines) -> None:
    store = Told()
    async with client_of(app_of(answerer, lines, store=store)) as client:
        (card,) = check_cards(await client.post(CALL, json=with_conditions(condition())))
        await client.post(FEEDBACK, json=batch(entry(card["uuid"])))
    assert [told.card for told in store.told] == [card["uuid"]]


REASONS: list[tuple[dict[str, Any], str]] = [
    ({"code": "patient-refuses", "system": SYSTEM}, "patient-refuses"),
    ({"code": "patient-refuses"}, "patient-refuses"),
    ({"code": "patient-refuses", "system": "http://example.org"}, "other"),
    ({"code": "Ada Lovelace, born 1815", "system": SYSTEM}, "other"),
    ({"system": SYSTEM}, ""),
]


@pytest.mark.parametrize(("reason", "kept"), REASONS)
async def test_only_reasons_that_our_cards_offer_are_kept(
    answerer: Answerer, lines: Lines, reason: dict[str, Any], kept: str
) -> None:
    store = Told()
    async with client_of(app_of(answerer, lines, store=store)) as client:
        await client.post(FEEDBACK, json=batch(entry("c1", overrideReason={"reason": reason})))
        await client.post(FEEDBACK, json=batch(entry("c2", overrideReason=reason)))
        await client.post(FEEDBACK, json=batch(entry("c3", "accepted", overrideReason=reason)))
    assert [told.reason for told in store.told] == [kept, kept, ""]
