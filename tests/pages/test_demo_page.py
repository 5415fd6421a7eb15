"""The demo page: what it holds, what it may load, and its words in each language."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.pages.demo import SCRIPTS, STATIC, listed, sandbox_link
from cds_service.pages.demo_drafts import DRAFTS
from cds_service.settings import Settings
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
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


async def page(client: httpx.AsyncClient, language: str = "en") -> Page:
    answer = await client.get(f"/demo/?lang={language}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


async def words_of(client: httpx.AsyncClient, language: str) -> dict[str, str]:
    """What the scripts say."""
    text = (await client.get(f"/demo/?lang={language}")).text
    found = re.search(r'<script type="application/json" id="words">(.*?)</script>', text, re.DOTALL)
    assert found
    words: dict[str, str] = json.loads(found[1])
    return words


async def test_the_page_has_language_title_and_landmarks(demo: httpx.AsyncClient) -> None:
    tags = (await page(demo)).tags
    names = [name for name, _ in tags]

    assert ("html", {"lang": "en"}) in tags
    assert {"title", "header", "nav", "main", "footer", "h1"} <= set(names)
    assert [attrs for name, attrs in tags if attrs.get("aria-live")] != []


async def test_the_page_knows_how_long_a_card_stays_away(demo: httpx.AsyncClient) -> None:
    [body] = (await page(demo)).all("body")
    assert body["data-quiet-days"] == "30"


async def test_every_named_vignette_is_listed_with_its_clinical_sentence(demo: httpx.AsyncClient) -> None:
    radios = (await page(demo)).all("input", type="radio", name="patient")

    named = {vignette.id: vignette for vignette in VIGNETTES.values() if vignette.name}
    assert {radio["value"] for radio in radios} == set(named)
    assert all(radio["data-story"] == named[str(radio["value"])].story for radio in radios)
    unanswered = {str(radio["value"]) for radio in radios if str(radio["data-answered"]).count(",") < 7}
    assert unanswered == {"V53"}


async def test_it_opens_with_a_patient_who_brings_a_card(demo: httpx.AsyncClient) -> None:
    [chosen] = [radio for radio in (await page(demo)).all("input", name="patient") if "checked" in radio]

    assert VIGNETTES[str(chosen["value"])].expect.outcome == "recommend"


async def test_every_draft_can_be_chosen(demo: httpx.AsyncClient) -> None:
    options = (await page(demo)).all("option")

    assert [(one["value"], one["data-kind"]) for one in options] == [(one.id, one.kind) for one in DRAFTS]


async def test_it_says_that_nobody_is_real(demo: httpx.AsyncClient) -> None:
    assert "No real patient’s data is here" in (await demo.get("/demo/")).text


async def test_the_page_loads_nothing_from_elsewhere_and_nothing_inline(demo: httpx.AsyncClient) -> None:
    answer = await demo.get("/demo/")
    policy = answer.headers["content-security-policy"]
    tags = Page(answer.text)

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\son\w+=|\sstyle=", answer.text)
    scripts = [attrs for name, attrs in tags.tags if name == "script"]
    assert scripts == [
        {"type": "application/json", "id": "words"},
        {"type": "module", "src": "static/demo.js"},
    ]
    loaded = [attrs.get("src") or attrs.get("href") for name, attrs in tags.tags if name in ("link", "img")]
    assert loaded == [
        "/static/icon.svg",
        "/static/public.css",
        "static/demo.css",
        "static/demo_result.css",
        "/static/icon.svg",
    ]


async def test_scripts_say_only_what_the_page_gives_them(demo: httpx.AsyncClient) -> None:
    words = await words_of(demo, "en")
    text = "".join([(await demo.get(f"/demo/static/{name}")).text for name in SCRIPTS])

    said = set(re.findall(r'\bsay\("([\w.-]+)"', text)) | set(re.findall(r'say\(\w+ \? "([\w.-]+)"', text))
    counted = set(re.findall(r'sayCount\("([\w.-]+)"', text))
    assert len(said) > 60
    assert said <= set(words)
    assert {f"{key}.{form}" for key in counted for form in ("one", "other")} <= set(words)
    assert {f"why.{why}" for why in {one.expect.why for one in VIGNETTES.values()} - {""}} <= set(words)
    assert {f"rule.{one.expect.firing_rule}" for one in VIGNETTES.values() if one.expect.firing_rule} <= set(words)


async def test_the_words_of_scripts_name_the_same_values_in_every_language(demo: httpx.AsyncClient) -> None:
    english, spanish = await words_of(demo, "en"), await words_of(demo, "es")

    assert english.keys() == spanish.keys()
    for key, words in english.items():
        assert sorted(re.findall(r"\{\w+\}", words)) == sorted(re.findall(r"\{\w+\}", spanish[key])), key


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


@pytest.mark.parametrize("path", ["/", "/demo"])
async def test_the_bare_address_leads_to_the_page(demo: httpx.AsyncClient, path: str) -> None:
    answer = await demo.get(path)

    assert (answer.status_code, answer.headers["location"]) == (307, "demo/")


async def test_each_patient_is_linked_to_the_public_sandbox(demo: httpx.AsyncClient) -> None:
    radios = (await page(demo)).all("input", name="patient")

    for radio in radios:
        link = str(radio["data-sandbox"])
        assert link.startswith("https://sandbox.cds-hooks.org/?")
        assert parse_qs(urlsplit(link).query) == {
            "fhirServiceUrl": [f"{ADDRESS}/demo/fhir"],
            "serviceDiscoveryURL": [f"{ADDRESS}/cds-services"],
            "patientId": [radio["value"]],
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
    ("vignette", "sex", "age", "born", "incomplete"),
    [
        ("V01", "F", 52, date(1974, 8, 30), False),
        ("V53", "M", 66, date(1960, 8, 30), True),
        ("no-birth-date", "F", None, None, True),
        ("pain-85-days", "", 52, date(1974, 8, 30), False),
    ],
)
def test_how_a_patient_is_listed(vignette: str, sex: str, age: int | None, born: date | None, incomplete: bool) -> None:
    told = listed(render(VIGNETTES[vignette], DAY), ADDRESS)

    assert (told.sex, told.age, told.born, told.incomplete) == (sex, age, born, incomplete)


@pytest.mark.parametrize(
    ("language", "vignette", "who", "born"),
    [
        ("en", "V01", "woman, 52", "30 August 1974"),
        ("en", "V53", "man, 66", "30 August 1960"),
        ("en", "no-birth-date", "age unknown", "unknown"),
        ("es", "V01", "mujer, 52", "30 de agosto de 1974"),
    ],
)
async def test_how_a_patient_is_told_of(
    demo: httpx.AsyncClient, language: str, vignette: str, who: str, born: str
) -> None:
    [radio] = (await page(demo, language)).all("input", name="patient", value=vignette)

    assert (radio["data-who"], radio["data-born"]) == (who, born)
