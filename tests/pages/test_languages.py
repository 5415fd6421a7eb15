"""In which language a page is read, and how it writes dates and numbers."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import httpx
import pytest

from cds_service.knowledge.guide import LANGUAGES, Language
from cds_service.pages.languages import Reading, catalogue, day_in, month_in, number_in
from cds_service.pages.public import Templates, page, told
from tests.pages.test_public import AS_A_BROWSER, PAGES, Page

HTML_PAGES = tuple(path for path in PAGES if "?" not in path)


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en", "22 November 2026", "November 2026"),
        ("es", "22 de noviembre de 2026", "noviembre de 2026"),
    ],
)
def test_dates(language: Language, day: str, month: str) -> None:
    assert day_in(language, date(2026, 11, 22)) == day
    assert month_in(language, date(2026, 11, 1)) == month


@pytest.mark.parametrize(
    ("number", "english", "spanish"),
    [(84, "84", "84"), (0.25, "0.25", "0,25"), (7.125, "7.125", "7,125"), (12345, "12,345", "12.345")],
)
def test_numbers(number: float, english: str, spanish: str) -> None:
    assert number_in("en", number) == english
    assert number_in("es", number) == spanish


def test_messages() -> None:
    assert catalogue("en").gettext("Rules") == "Rules"
    assert catalogue("es").gettext("Rules") == "Reglas"
    assert catalogue("es").gettext("no message of ours") == "no message of ours"


def test_a_text_that_no_catalogue_has_is_marked_as_english() -> None:
    assert told(catalogue("es").gettext, "es", "days") == "días"
    assert told(catalogue("es").gettext, "es", "a <b>") == '<span lang="en">a &lt;b&gt;</span>'
    assert told(catalogue("en").gettext, "en", "a <b>") == "a <b>"


def test_a_page_varies_by_language_whatever_else() -> None:
    answer = page("x", Reading("es"), {"Vary": "Accept", "Cache-Control": "no-store"})

    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert answer.headers["content-language"] == "es"
    assert answer.headers["cache-control"] == "no-store"
    assert page("x", Reading()).headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("path", HTML_PAGES)
@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [("", "es-MX,es;q=0.9", "es"), ("?lang=es", "en", "es"), ("?lang=en", "es", "en"), ("?lang=fr", "de", "en")],
)
async def test_every_page_is_in_the_readers_language(
    demo: httpx.AsyncClient, path: str, query: str, accept: str, language: str
) -> None:
    answer = await demo.get(f"{path}{query}", headers={**AS_A_BROWSER, "Accept-Language": accept})
    shown = Page(answer.text)

    assert shown.all("html", "lang") == [answer.headers["content-language"]] == [language]
    assert "Accept-Language" in answer.headers["vary"]
    others = [other for other in LANGUAGES if other != language]
    assert [href for href in shown.all("a", "href") if href.startswith("?")] == [f"?lang={other}" for other in others]


async def test_who_chose_a_language_keeps_it_from_page_to_page(demo: httpx.AsyncClient) -> None:
    chosen = Page((await demo.get("/rules/recommend?lang=es", headers={"Accept-Language": "en"})).text)
    preferred = Page((await demo.get("/rules/recommend", headers={"Accept-Language": "es"})).text)

    assert {"/rules?lang=es", "/about/dsi?lang=es", "/patient-guide?lang=es"} <= set(chosen.all("a", "href"))
    assert {"/rules", "/about/dsi", "/patient-guide"} <= set(preferred.all("a", "href"))


async def test_knowledge_is_english_on_a_spanish_page_and_says_so(demo: httpx.AsyncClient) -> None:
    answer = await demo.get("/rules/recommend?lang=es")

    assert '<p class="lead" lang="en">A full sign is present' in answer.text
    assert '<span lang="en">Refer for MISS evaluation</span>' in answer.text
    assert "En qué se basa lo anterior" in answer.text
    assert "Otra tarjeta va antes:" in answer.text
    assert "en vigor desde el 22 de noviembre de 2026" in answer.text
    assert ">84 días<" in answer.text


async def test_the_attributes_are_spanish_on_the_page_and_english_as_json(demo: httpx.AsyncClient) -> None:
    page = await demo.get("/about/dsi?lang=es", headers=AS_A_BROWSER)
    told = (await demo.get("/about/dsi?lang=es")).json()

    assert "Uso de la orientación sexual" in page.text
    assert "Publicado: 22 de noviembre de 2026" in page.text
    assert told["sourceAttributes"][7]["attribute"] == "Use of sexual orientation"
    assert told["sourceAttributes"][3]["value"].startswith("Released 2026-11-22")


def test_a_language_link_keeps_what_was_asked() -> None:
    made = Templates("", "1+a")
    html = made.render("public.html", Reading("es"), here="/x", asked={"from": "2026-01", "lang": "es"})

    assert 'href="?from=2026-01&amp;lang=en"' in html


def test_babel_is_not_loaded_before_a_page_is_asked_for() -> None:
    code = (
        "import sys; from cds_service.app import create_app; from cds_service.settings import Settings; "
        "create_app(Settings(require_auth=False)); print('babel' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "False\n"
