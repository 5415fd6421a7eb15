"""What all public pages keep to: nothing from elsewhere, no script, no patient, links that lead somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.assessment.miss import DECISION_TABLE
from tests.hooks.calls import SETTINGS, Lines, app_of, check_outcome, client_of

RULES = tuple(f"/rules/{row.id}" for row in DECISION_TABLE)
PAGES = ("/rules", *RULES, "/about/dsi", "/patient-guide", "/patient-guide?lang=es")
AS_A_BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Page(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str, attribute: str) -> list[str]:
        return [str(attrs[attribute]) for tag, attrs in self.tags if tag == name and attribute in attrs]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_nothing_from_elsewhere_and_nothing_inline(demo: httpx.AsyncClient, path: str) -> None:
    answer = await demo.get(path, headers=AS_A_BROWSER)
    page = Page(answer.text)
    policy = answer.headers["content-security-policy"]

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|<script|\son\w+=|\sstyle=", answer.text)
    assert page.all("link", "href") == ["/static/icon.svg", "/static/public.css"]
    assert page.all("img", "src") == ["/static/icon.svg"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_language_title_headings_and_one_of_each_id(demo: httpx.AsyncClient, path: str) -> None:
    page = Page((await demo.get(path, headers=AS_A_BROWSER)).text)
    names = [name for name, _ in page.tags]
    ids = [str(attrs["id"]) for _, attrs in page.tags if "id" in attrs]

    assert page.all("html", "lang") == ["es" if path.endswith("=es") else "en"]
    assert {"title", "header", "main", "footer"} <= set(names)
    assert names.count("h1") == 1
    assert len(ids) == len(set(ids))
    assert {href.removeprefix("#") for href in page.all("a", "href") if href.startswith("#")} <= set(ids)


async def test_every_link_leads_somewhere(demo: httpx.AsyncClient) -> None:
    links: set[str] = set()
    for path in PAGES:
        page = Page((await demo.get(path, headers=AS_A_BROWSER)).text)
        links |= {urljoin(path, link) for link in page.all("a", "href")}

    for link in sorted(link.partition("#")[0] for link in links):
        assert (await demo.get(link, headers=AS_A_BROWSER)).status_code == 200, link


@pytest.mark.parametrize("path", PAGES)
async def test_no_sentence_has_a_hole_or_too_many_dots(demo: httpx.AsyncClient, path: str) -> None:
    text = (await demo.get(path, headers=AS_A_BROWSER)).text

    assert not re.search(r"\{\w+\}|….|\.\.|…\.", text)


@pytest.mark.parametrize(("name", "kind"), [("public.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml")])
async def test_its_files_are_served_and_load_nothing(demo: httpx.AsyncClient, name: str, kind: str) -> None:
    answer = await demo.get(f"/static/{name}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert not re.search(r"@import|url\(|<script", answer.text)


@pytest.mark.parametrize("name", ["demo.css", "..%2fpublic.py", "none"])
async def test_no_other_file_is_served(demo: httpx.AsyncClient, name: str) -> None:
    check_outcome(await demo.get(f"/static/{name}"), 404)


async def test_a_path_that_a_proxy_strips_is_in_every_link(demo_answerer: Answerer) -> None:
    settings = SETTINGS.model_copy(update={"public_url": "https://ehr.example/miss"})
    async with client_of(app_of(demo_answerer, Lines(), settings)) as client:
        pages = [Page((await client.get(path, headers=AS_A_BROWSER)).text) for path in PAGES]

    for page in pages:
        for link in (*page.all("a", "href"), *page.all("link", "href"), *page.all("img", "src")):
            assert link.startswith(("/miss/", "#", "?lang=")), link
