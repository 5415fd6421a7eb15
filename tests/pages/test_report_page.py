"""The report's page: what it says and draws, what can be chosen, and where a person signs in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from html import unescape

import httpx
import pytest
from pydantic import SecretStr

from cds_service.answer import Answerer
from cds_service.settings import Settings
from cds_service.store.counted import Counted
from cds_service.store.in_memory import InMemory
from tests.hooks.calls import Lines, app_of, check_outcome, client_of
from tests.pages.report_counts import MONTHS, cards, large_store, small_store
from tests.pages.test_public import AS_A_BROWSER, Page

TOKEN = "an administrator's token"  # noqa: S105 - the tests' own
HEADERS = {**AS_A_BROWSER, "Authorization": f"Bearer {TOKEN}"}
SETTINGS = Settings(require_auth=False, admin_token=SecretStr(TOKEN))
HOSTILE = '"><script>alert(1)</script>&<svg onload=x>'


class Kept(InMemory):
    """A store that has counted this."""

    def __init__(self, counts: Sequence[Counted]) -> None:
        super().__init__(30)
        self._counts = counts

    async def counts(self) -> Sequence[Counted]:
        return self._counts


@asynccontextmanager
async def service(
    answerer: Answerer, counts: Sequence[Counted] = (), settings: Settings = SETTINGS
) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app_of(answerer, Lines(), settings, store=Kept(counts))) as client:
        yield client


async def shown(answerer: Answerer, counts: Sequence[Counted], **query: str) -> str:
    """The page for these counts and this choice."""
    async with service(answerer, counts) as client:
        answer = await client.get("/report", params=query, headers=HEADERS)
    assert answer.status_code == 200
    return answer.text


def words(text: str) -> str:
    """What a reader reads, blanks put together."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture(scope="module")
async def large(demo_answerer: Answerer) -> str:
    """The page of a year at fifty clients."""
    return await shown(demo_answerer, large_store())


EVERY: list[Callable[[], Sequence[Counted]]] = [tuple, small_store]


@pytest.mark.parametrize("counts", EVERY, ids=["empty", "small"])
async def test_it_loads_nothing_from_elsewhere_runs_nothing_and_has_one_of_each_id(
    demo_answerer: Answerer, counts: Callable[[], Sequence[Counted]]
) -> None:
    async with service(demo_answerer, counts()) as client:
        answer = await client.get("/report", headers=HEADERS)
        page = Page(answer.text)
        for path in page.all("link", "href"):
            assert (await client.get(path)).status_code == 200
    policy = answer.headers["content-security-policy"]
    ids = page.all("svg", "id") + [str(attrs["id"]) for _, attrs in page.tags if "id" in attrs]

    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|<script|\son\w+=|\sstyle=|https?://", answer.text)
    assert len(ids) == len(set(ids))
    assert [name for name, _ in page.tags].count("h1") == 1
    assert set(page.all("section", "aria-labelledby")) <= set(ids)


async def test_an_empty_store_is_told_in_words(demo_answerer: Answerer) -> None:
    text = words(await shown(demo_answerer, ()))
    assert "No card has been shown yet." in text
    assert "%" not in text


async def test_only_feedback_on_unknown_cards_draws_nothing(demo_answerer: Answerer) -> None:
    page = await shown(demo_answerer, [Counted("unknown", "", "", "2026-11", "accepted", "", 1)])
    assert "No card was shown under this choice." in page
    assert "Feedback on 1 card that this store does not know" in words(page)
    assert "<svg" not in page


async def test_what_it_says_of_a_small_store(demo_answerer: Answerer) -> None:
    page = await shown(demo_answerer, small_store())
    text = words(page)
    assert "20 cards were shown from 2026-10 to 2026-11: 25 % were accepted and 30 % overridden." in text
    assert "Accepted 5 · 25 % (11–47)" in text
    assert "No answer so far 9" in text
    assert "recommend Refer for MISS evaluation 8 2 · 25 % (7–59) 2 · 25 % (7–59) 4" in text
    assert "Patient refuses/declines (no context given) patient-refuses 2 · 33 %" in text
    assert "By client" not in text
    assert "By tenant" not in text
    assert "unknown 2026-11 0 1 0" in text


async def test_one_card_in_one_month_is_in_the_singular(demo_answerer: Answerer) -> None:
    text = words(await shown(demo_answerer, list(cards("consider", "acme", "2026-11", 1))))
    assert "1 card was shown in 2026-11: 0 % were accepted" in text
    assert "None was overridden." in text
    assert "By client Cards by client, those shown most first" in text


async def test_shares_next_to_none_and_all_are_not_rounded_to_them(demo_answerer: Answerer) -> None:
    counts = [Counted("consider", "", "", "2026-11", what, "", n) for what, n in (("shown", 1000), ("accepted", 998))]
    text = words(await shown(demo_answerer, [*counts, Counted("consider", "", "", "2026-11", "overridden", "", 2)]))
    assert "99.8 % were accepted and 0.2 % overridden" in text


async def test_every_plot_has_its_title_and_its_numbers_as_text(large: str) -> None:
    figure = large.partition("<figure>")[2].partition("</figure>")[0]
    assert 'role="img" aria-labelledby="months-title months-says"' in figure
    assert "<title" in figure
    tables = re.findall(r'<table class="plot[^>]*>(.*?)</table>', large, re.DOTALL)
    assert len(tables) == 6
    for table in tables:
        assert "<caption>" in table
        assert re.findall(r"<td[^>]*><svg (?![^>]*aria-hidden)", table) == []
        assert table.count('<th scope="row">') == table.count("<tr>") - 1 - table.count("<tfoot")


async def test_a_year_at_fifty_clients_is_all_there_and_stays_readable(large: str) -> None:
    plots, _, rows = large.partition('<table class="rows">')
    ids = re.findall(r' id="([^"]*)"', large)
    assert len(ids) == len(set(ids))
    assert plots.count("<tr>") < 100
    assert "35 others, with" in words(plots)
    assert '<details class="all"><summary>3,600 rows' in plots
    assert rows.count("<tr>") == 1 + 50 * 6 * len(MONTHS)


async def test_a_plot_of_more_months_than_it_holds_says_so(demo_answerer: Answerer) -> None:
    counts = [*cards("consider", "a", "2024-01", 8), *cards("consider", "a", "2026-02", 4)]
    assert "The plot has the newest 18 months, the table all." in words(await shown(demo_answerer, counts))


async def test_the_choice_stays_chosen_and_the_csv_is_of_the_same(demo_answerer: Answerer) -> None:
    counts = [one for one in large_store() if one.client < "hospital-03"]
    page = await shown(demo_answerer, counts, rule="consider", month="2026-03", client="hospital-01")
    assert re.findall(r"<option selected>(.*?)</option>", page) == ["consider", "hospital-01", "2026-03"]
    assert "Only rule consider , client hospital-01 , month 2026-03 ." in words(page)
    [link] = re.findall(r'href="/report\?([^"]*)" download', page)
    async with service(demo_answerer, counts) as client:
        csv = await client.get(f"/report?{unescape(link)}", headers=HEADERS)
    assert [line.split(",")[:4] for line in csv.text.splitlines()[1:]] == [
        ["consider", "hospital-01", "north", "2026-03"]
    ]


async def test_a_choice_that_nothing_has_is_told_and_never_repeated(demo_answerer: Answerer) -> None:
    page = await shown(demo_answerer, small_store(), rule=HOSTILE, client="\x00‮", month="9" * 5000)
    assert "Nothing is kept under this choice." in page
    assert "alert(1)</script>" not in page
    assert "<option selected>" not in page


async def test_hostile_names_are_text(demo_answerer: Answerer) -> None:
    counts = list(cards(HOSTILE, HOSTILE, "2026-11", 8, HOSTILE))
    page = await shown(demo_answerer, counts, rule=HOSTILE)
    assert "<script" not in page
    assert "onload=x>" not in page
    assert words(page).count(HOSTILE) >= 3


async def test_who_signs_in_gets_a_page_without_data(demo_answerer: Answerer) -> None:
    async with service(demo_answerer, large_store()) as client:
        answer = await client.get("/report/view")
        again = await client.get("/report/view", params={"rule": HOSTILE}, headers=HEADERS)
        page = Page(answer.text)
        for path in (*page.all("link", "href"), *page.all("script", "src")):
            assert (await client.get(path)).status_code == 200
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert answer.text == again.text
    assert "hospital" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    for part in ("default-src 'none'", "script-src 'self'", "connect-src 'self'", "form-action 'none'"):
        assert part in policy.split("; ")
    assert "unsafe" not in policy
    assert page.all("script", "src") == ["/static/report.js"]
    assert not re.search(r"<style|\son\w+=|\sstyle=", answer.text)
    # Without a name, no browser can ever put it into an address.
    assert page.all("input", "name") == []
    assert page.all("input", "autocomplete") == ["off"]
    assert "<noscript><p>This page needs JavaScript" in answer.text
    assert "hidden>" in answer.text.partition('<form id="token-form"')[2].partition("\n")[0]


@pytest.mark.parametrize(("name", "kind"), [("report.css", "text/css"), ("report.js", "text/javascript")])
async def test_its_files_load_nothing_and_keep_nothing(demo: httpx.AsyncClient, name: str, kind: str) -> None:
    answer = await demo.get(f"/static/{name}")
    assert answer.headers["content-type"].startswith(kind)
    assert not re.search(
        r"@import|\burl\(|\bimport\b|innerHTML|cookie|localStorage|sessionStorage|history", answer.text
    )


async def test_without_a_token_set_nobody_can_sign_in(demo_answerer: Answerer) -> None:
    async with service(demo_answerer, settings=Settings(require_auth=False)) as client:
        check_outcome(await client.get("/report/view"), 404)


async def test_a_path_that_a_proxy_strips_is_in_every_address(demo_answerer: Answerer) -> None:
    settings = SETTINGS.model_copy(update={"public_url": "https://ehr.example/miss/"})
    async with service(demo_answerer, small_store(), settings) as client:
        pages = [Page((await client.get(path, headers=HEADERS)).text) for path in ("/report", "/report/view")]
    for page in pages:
        found = [("a", "href"), ("link", "href"), ("script", "src"), ("form", "action"), ("form", "data-report")]
        for address in [one for tag, name in found for one in page.all(tag, name)]:
            assert address.startswith(("/miss/", "#")), address
