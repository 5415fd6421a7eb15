"""The public pages of a real server process in a real browser: wide, on a phone, dark, with own colours, on paper."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from cds_service.assessment.miss import DECISION_TABLE
from tests.system.looking import LOOKS, WIDE, browsing, fits, no_violations, watched
from tests.system.test_demo_page import free_port, wait_for

PATHS = ("/rules", *(f"/rules/{row.id}" for row in DECISION_TABLE), "/about/dsi", "/patient-guide")
# One of each kind, where looking at all would tell nothing more.
KINDS = ("/rules", "/rules/recommend", "/rules/in-hand", "/about/dsi", "/patient-guide")
LANGUAGES = ("en", "es")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server in a process of its own."""
    url = f"http://127.0.0.1:{free_port()}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    environ["CDS_DATABASE_URL"] = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    command = [sys.executable, "-m", "cds_service", "serve", "--port", url.rpartition(":")[2]]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**environ, "CDS_REQUIRE_AUTH": "false"})
    try:
        wait_for(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages."""
    with browsing() as started:
        yield started


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(browser: Browser, address: str, look: str) -> None:
    """On every page in English as most see it; on one of each kind however else it is looked at."""
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    seen = watched(page)
    for path in PATHS if look == "wide" else KINDS:
        page.goto(f"{address}{path}?lang={'es' if 'phone' in look else 'en'}")
        assert page.evaluate("getComputedStyle(document.querySelector('main')).borderStyle") != "none", "no style sheet"
        no_violations(page)
        fits(page)
    seen.check(address)
    context.close()


def test_nor_does_it_in_spanish(browser: Browser, address: str) -> None:
    context = browser.new_context(**WIDE, locale="es-US")
    page = context.new_page()
    seen = watched(page)
    for path in KINDS:
        page.goto(f"{address}{path}")
        assert page.locator("html").get_attribute("lang") == "es"
        no_violations(page)
    seen.check(address)
    context.close()


def test_the_pages_ask_for_the_sheet_and_the_icon_and_nothing_else(browser: Browser, address: str) -> None:
    page = browser.new_page()
    seen = watched(page)
    for path in KINDS:
        page.goto(f"{address}{path}")

    asked = {url.removeprefix(address) for url in seen.asked}
    assert asked == {*KINDS, "/static/public.css", "/static/icon.svg"}
    page.close()


def test_a_reader_goes_on_in_the_language_that_was_chosen(browser: Browser, address: str) -> None:
    page = browser.new_page(locale="en-US")
    page.goto(f"{address}/rules/recommend")
    page.get_by_role("link", name="Español").click()
    assert page.url == f"{address}/rules/recommend?lang=es"
    page.get_by_role("link", name="todas las reglas, en el orden en que se leen").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Reglas, en orden de lectura"
    page.get_by_role("link", name="English").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Rules, in reading order"
    page.close()


def test_the_first_tab_skips_to_the_page_and_the_focus_is_seen(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/rules/recommend")
    page.keyboard.press("Tab")
    assert page.locator(".skip").evaluate("link => link === document.activeElement && link.offsetLeft >= 0")
    assert outline(page) == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert outline(page) == "solid"
    page.close()


def outline(page: Page) -> str:
    """How what has the focus is outlined."""
    return str(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))


@pytest.mark.parametrize(("wish", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_nothing_moves_for_whom_motion_troubles(browser: Browser, address: str, wish: str, behaviour: str) -> None:
    page = browser.new_page(reduced_motion="reduce" if wish == "reduce" else "no-preference")
    page.goto(f"{address}/rules")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == behaviour
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_there_is_room_for_notes_and_no_navigation(browser: Browser, address: str, language: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/patient-guide?lang={language}")
    assert not page.locator(".paper").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".paper").is_visible()
    assert not page.locator("header").is_visible()
    assert not page.locator("nav.contents").is_visible()
    page.close()


# The lines that the longest word of an operation's name takes.
LINES = """() => Math.max(...[...document.querySelectorAll("tbody th")].map((cell) => {
    const text = cell.firstChild, long = text.data.split(" ").sort((one, other) => other.length - one.length)[0];
    const range = document.createRange(), at = text.data.indexOf(long);
    range.setStart(text, at);
    range.setEnd(text, at + long.length);
    return range.getClientRects().length;
}))"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_operation_is_broken_in_two_on_paper(browser: Browser, address: str, language: str) -> None:
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.goto(f"{address}/patient-guide?lang={language}")
    page.emulate_media(media="print")
    page.evaluate("document.body.style.width = '178mm'")  # A4 without its margins
    assert page.evaluate(LINES) == 1
    fits(page)
    page.close()
