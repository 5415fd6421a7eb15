"""The report: who may read it, its rows, its forms (contract, "Report"). Its page: test_report_page."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from io import StringIO

import httpx
import pytest
from pydantic import SecretStr

from cds_service.answer import Answerer, answerer_of
from cds_service.pages.rates import rates_of
from cds_service.pages.report_rows import Reason, Row, as_csv, rows_of
from cds_service.settings import Settings
from cds_service.store.counted import Counted
from cds_service.store.in_memory import InMemory
from cds_service.store.shown import Feedback, Matter, Shown
from tests.hooks.calls import DAY, SETTINGS, Lines, app_of, check_outcome, client_of
from tests.store.clock import Clock

TOKEN = "an administrator's token"  # noqa: S105 - the tests' own
ALLOWED = {"Authorization": f"Bearer {TOKEN}"}
SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
ROW = {
    "rule": "recommend",
    "client": "acme",
    "tenant": "north",
    "month": "2026-11",
    "shown": 2,
    "accepted": 1,
    "overridden": 1,
    "reasons": [{"system": SYSTEM, "code": "patient-refuses", "count": 1}],
    "ignored": 0,
    "rates": {
        "accepted": {"rate": 0.5, "low": 0.0945, "high": 0.9055},
        "overridden": {"rate": 0.5, "low": 0.0945, "high": 0.9055},
    },
}
RATES = [f"{what}_{part}" for what in ("accepted", "overridden") for part in ("rate", "low", "high")]
UNKNOWN = {"rule": "unknown", "month": "2026-11", "shown": 0, "accepted": 1, "overridden": 0}


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    return answerer_of(SETTINGS, "https://miss.example", lambda: DAY)


@pytest.fixture
async def client(answerer: Answerer) -> AsyncIterator[httpx.AsyncClient]:
    """A service that has shown two cards, and was told of them and of another."""
    store = InMemory(30, now=Clock())
    matter = Matter("miss-patient-view", "acme", b"patient", "recommend", b"findings")
    for card in ("c1", "c2"):
        store.remember(Shown(card, "recommend", "v", matter, tenant="north"))
    await store.record("acme", [Feedback("c1", "overridden", "patient-refuses"), Feedback("c2", "accepted")])
    await store.record("", [Feedback("c9", "accepted")])
    settings = Settings(require_auth=False, admin_token=SecretStr(TOKEN))
    async with client_of(app_of(answerer, Lines(), settings, store=store)) as made:
        yield made


async def test_its_rows(client: httpx.AsyncClient) -> None:
    for accept in ("application/json", "*/*", "text/plain"):
        answer = await client.get("/report", headers={**ALLOWED, "Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json() == {"rows": [ROW, UNKNOWN]}
        assert answer.headers["cache-control"] == "no-store"


async def test_as_csv(client: httpx.AsyncClient) -> None:
    answer = await client.get("/report", headers={**ALLOWED, "Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert list(csv.reader(StringIO(answer.text))) == [
        ["rule", "client", "tenant", "month", "shown", "accepted", "overridden", "reasons", "ignored", *RATES],
        [
            "recommend",
            "acme",
            "north",
            "2026-11",
            "2",
            "1",
            "1",
            "patient-refuses=1",
            "0",
            *["0.5", "0.0945", "0.9055"] * 2,
        ],
        ["unknown", "", "", "2026-11", "0", "1", "0", "", "", "", "", "", "", "", ""],
    ]
    assert answer.headers["content-disposition"] == 'attachment; filename="report.csv"'


REFUSED = ["", "Bearer", "Bearer ", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer x {TOKEN}"]


@pytest.mark.parametrize("authorization", REFUSED)
async def test_whoever_has_not_the_token_gets_a_bare_401(client: httpx.AsyncClient, authorization: str) -> None:
    answer = await client.get("/report", headers={"Authorization": authorization} if authorization else {})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_bytes_of_no_text_get_a_bare_401(client: httpx.AsyncClient) -> None:
    answer = await client.get("/report", headers={b"authorization": b"Bearer \xff\xfe"})
    assert (answer.status_code, answer.content) == (401, b"")


async def test_the_scheme_is_of_any_case(client: httpx.AsyncClient) -> None:
    assert (await client.get("/report", headers={"Authorization": f"bearer {TOKEN}"})).status_code == 200


async def test_without_a_token_set_there_is_no_report(answerer: Answerer) -> None:
    async with client_of(app_of(answerer, Lines())) as client:
        check_outcome(await client.get("/report", headers=ALLOWED), 404)


async def test_a_token_of_any_letters_is_one(answerer: Answerer) -> None:
    """It comes as bytes, which are the token's UTF-8."""
    token = "Verwaltungsschlüssel ≥ 16"  # noqa: S105 - the tests' own
    settings = Settings(require_auth=False, admin_token=SecretStr(token))
    async with client_of(app_of(answerer, Lines(), settings)) as client:
        answer = await client.get("/report", headers={b"authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 200


CHOICES = [
    ({"rule": "recommend"}, [ROW]),
    ({"client": "acme", "tenant": "north", "month": "2026-11"}, [ROW]),
    ({"rule": "unknown"}, [UNKNOWN]),
    ({"rule": "", "month": "2026-11"}, [ROW, UNKNOWN]),
    ({"rule": "recommend", "month": "2026-10"}, []),
    ({"client": "acme' OR 1=1 --"}, []),
    ({"shown": "7", "format": "nothing"}, [ROW, UNKNOWN]),
]


@pytest.mark.parametrize(("query", "rows"), CHOICES)
async def test_rows_are_chosen_by_name(client: httpx.AsyncClient, query: dict[str, str], rows: object) -> None:
    assert (await client.get("/report", params=query, headers=ALLOWED)).json() == {"rows": rows}


@pytest.mark.parametrize(("form", "kind"), [("csv", "text/csv"), ("html", "text/html"), ("json", "application/json")])
async def test_a_link_names_the_form(client: httpx.AsyncClient, form: str, kind: str) -> None:
    answer = await client.get("/report", params={"format": form}, headers={**ALLOWED, "Accept": "image/png"})
    assert answer.headers["content-type"].startswith(kind)


async def test_what_became_of_a_card_counts_in_the_month_in_which_it_was_shown(answerer: Answerer) -> None:
    """And until then it has no answer."""
    clock = Clock()
    store = InMemory(30, now=clock)
    matter = Matter("miss-patient-view", "acme", b"patient", "recommend", b"findings")
    store.remember(Shown("c1", "recommend", "v", matter))
    [before] = rows_of(await store.counts())
    clock.go(days=40)
    await store.record("acme", [Feedback("c1", "accepted")])
    [after] = rows_of(await store.counts())
    assert (before.month, before.accepted, before.ignored) == ("2026-11", 0, 1)
    assert (after.month, after.accepted, after.ignored) == ("2026-11", 1, 0)


def test_never_do_fewer_than_none_lack_an_answer() -> None:
    counts = [
        Counted("recommend", "", "", "2026-11", what, "", count) for what, count in (("shown", 1), ("accepted", 2))
    ]
    assert [(row.ignored, row.rates) for row in rows_of(counts)] == [(0, rates_of(1, 1, 0))]


def test_rows_are_in_order_and_other_reasons_have_no_system() -> None:
    counts = [
        Counted("recommend", "b", "", "2026-11", "overridden", "other", 2),
        Counted("recommend", "b", "", "2026-11", "overridden", "", 1),
        Counted("recommend", "b", "", "2026-10", "shown", "", 4),
        Counted("consider", "b", "", "2026-11", "shown", "", 5),
    ]
    assert rows_of(counts) == (
        Row("consider", "2026-11", 5, 0, 0, "b", ignored=5, rates=rates_of(5, 0, 0)),
        Row("recommend", "2026-10", 4, 0, 0, "b", ignored=4, rates=rates_of(4, 0, 0)),
        Row("recommend", "2026-11", 0, 0, 3, "b", reasons=(Reason("other", 2),), ignored=0),
    )


def test_no_name_becomes_a_formula_in_a_spreadsheet() -> None:
    assert "'=1+1" in as_csv([Row("recommend", "2026-11", 1, 0, 0, "=1+1")])
