"""The demo page: what it holds, what it may load, and why the service answers as it does."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.pages.demo import STATIC, listed, sandbox_link
from cds_service.settings import Settings
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import patient_view
from tests.hooks.calls import Lines, app_of, client_of
from tests.pages.conftest import ADDRESS, DAY

VIGNETTES = {vignette.id: vignette for vignette in load_vignettes()}


class Page(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag and attributes.items() <= attrs.items()]


async def page(client: httpx.AsyncClient) -> Page:
    answer = await client.get("/demo/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


async def test_the_page_has_language_title_and_landmarks(demo: httpx.AsyncClient) -> None:
    tags = (await page(demo)).tags
    names = [name for name, _ in tags]

    assert ("html", {"lang": "en"}) in tags
    assert {"title", "header", "nav", "main", "footer", "h1"} <= set(names)
    assert [attrs for name, attrs in tags if attrs.get("aria-live")] != []


async def test_the_page_knows_how_long_a_card_stays_away(demo: httpx.AsyncClient) -> None:
    [body] = (await page(demo)).all("body")
    assert body["data-quiet-days"] == "30"


async def test_every_named_vignette_is_a_button_in_its_group(demo: httpx.AsyncClient) -> None:
    buttons = (await page(demo)).all("button", type="button", **{"class": "patient"})

    named = {vignette.id for vignette in VIGNETTES.values() if vignette.name}
    assert {button["data-patient"] for button in buttons} == named
    assert all(button["data-story"] and button["data-name"] for button in buttons)
    unanswered = {str(button["data-patient"]) for button in buttons if button["data-answered"].count(",") < 7}  # type: ignore[union-attr]
    assert unanswered == {"V53"}


async def test_the_page_loads_nothing_from_elsewhere_and_nothing_inline(demo: httpx.AsyncClient) -> None:
    answer = await demo.get("/demo/")
    policy = answer.headers["content-security-policy"]
    tags = Page(answer.text)

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|<script(?! type=\"module\" src=\"static/)|\son\w+=|\sstyle=", answer.text)
    loaded = [attrs.get("src") or attrs.get("href") for name, attrs in tags.tags if name in ("script", "link", "img")]
    assert loaded == ["static/icon.svg", "../static/public.css", "static/demo.css", "static/demo.js"]


@pytest.mark.parametrize("name", sorted(STATIC))
async def test_its_files_are_served_and_load_nothing_from_elsewhere(demo: httpx.AsyncClient, name: str) -> None:
    answer = await demo.get(f"/demo/static/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(STATIC[name])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"@import|url\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", answer.text)
    assert set(re.findall(r'from "\./([\w.]+)"', answer.text)) <= set(STATIC)


@pytest.mark.parametrize("name", ["demo.py", "..%2fdemo.py", "../demo.py"])
async def test_no_other_file_is_served(demo: httpx.AsyncClient, name: str) -> None:
    answer = await demo.get(f"/demo/static/{name}")

    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_without_the_slash_it_leads_to_the_page(demo: httpx.AsyncClient) -> None:
    answer = await demo.get("/demo")

    assert (answer.status_code, answer.headers["location"]) == (307, "demo/")


async def test_each_outcome_is_linked_to_the_public_sandbox(demo: httpx.AsyncClient) -> None:
    links = [str(attrs["href"]) for attrs in (await page(demo)).all("a") if "sandbox" in str(attrs["href"])]

    assert len(links) == 6
    for link in links:
        asked = parse_qs(urlsplit(link).query)
        assert link.startswith("https://sandbox.cds-hooks.org/?")
        assert asked == {
            "fhirServiceUrl": [f"{ADDRESS}/demo/fhir"],
            "serviceDiscoveryURL": [f"{ADDRESS}/cds-services"],
            "patientId": asked["patientId"],
            "screen": ["patient-view"],
            "hook": ["patient-view"],
        }


def test_a_sandbox_link_is_encoded() -> None:
    assert sandbox_link("V01", "http://127.0.0.1:8000") == (
        "https://sandbox.cds-hooks.org/?fhirServiceUrl=http%3A%2F%2F127.0.0.1%3A8000%2Fdemo%2Ffhir&patientId=V01"
        "&serviceDiscoveryURL=http%3A%2F%2F127.0.0.1%3A8000%2Fcds-services&screen=patient-view&hook=patient-view"
    )


async def test_without_a_public_url_the_callers_own_address_counts(demo_answerer: Answerer) -> None:
    settings = Settings(profile="development", demo=True, require_auth=False)
    async with client_of(app_of(demo_answerer, Lines(), settings)) as client:
        found = (await client.get("/demo/fhir/Patient?_id=V01")).json()

    assert found["entry"][0]["fullUrl"] == "http://service.example/demo/fhir/Patient/V01"


async def test_there_is_no_demo_unless_it_is_asked_for(demo_answerer: Answerer) -> None:
    async with client_of(app_of(demo_answerer, Lines())) as client:
        assert (await client.get("/demo/")).status_code == 404
        assert (await client.get("/demo/fhir/Patient")).status_code == 404


@pytest.mark.parametrize(
    ("vignette", "who", "born", "incomplete"),
    [
        ("V01", "woman, 52", "30 Aug 1974", False),
        ("V53", "man, 66", "30 Aug 1960", True),
        ("no-birth-date", "age unknown", "unknown", True),
        ("pain-85-days", "person, 52", "30 Aug 1974", False),
    ],
)
def test_how_a_patient_is_listed(vignette: str, who: str, born: str, incomplete: bool) -> None:
    told = listed(render(VIGNETTES[vignette], DAY), ADDRESS)

    assert (told.who, told.born, told.incomplete) == (who, born, incomplete)


@pytest.mark.parametrize("vignette", ["V33", "V60", "V46"])
async def test_explain_tells_the_whole_assessment(demo: httpx.AsyncClient, vignette: str) -> None:
    expect = VIGNETTES[vignette].expect
    answer = await demo.post("/demo/explain", json=patient_view(render(VIGNETTES[vignette], DAY)))
    told = answer.json()

    assert answer.status_code == 200
    assert (told["outcome"], told.get("why", "")) == (expect.outcome, expect.why)
    assert told["assessedOn"] == DAY.isoformat()
    assert len(told["rules"]) == 11
    assert len(told["signs"]) == len(told["risks"]) == 7


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b'{"hook": "patient-view"}', 400)])
async def test_explain_refuses_what_is_no_request(demo: httpx.AsyncClient, body: bytes, status: int) -> None:
    answer = await demo.post("/demo/explain", content=body)

    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
