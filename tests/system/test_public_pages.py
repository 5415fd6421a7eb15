"""The public pages of a real server process in a real browser: wide and on a phone, light and dark, on paper."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.system.chromium import chromium_path
from tests.system.test_demo_page import ARGUMENTS, free_port, wait_for

PAGES = ("/rules", "/rules/recommend", "/rules/in-hand", "/about/dsi", "/patient-guide", "/patient-guide?lang=es")
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}


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
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_runs_over_the_edge_and_nothing_is_refused(
    browser: Browser, address: str, size: dict[str, int], colours: str
) -> None:
    context = browser.new_context(viewport=size, color_scheme=colours)  # type: ignore[arg-type]
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    for path in PAGES:
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        assert page.evaluate("getComputedStyle(document.querySelector('main')).borderStyle") != "none", "no style sheet"
    context.close()
    assert told == []


@pytest.mark.parametrize("path", PAGES[-2:])
def test_on_paper_there_is_room_for_notes_and_no_navigation(browser: Browser, address: str, path: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}{path}")
    assert not page.locator(".paper").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".paper").is_visible()
    assert not page.locator("header").is_visible()
    assert not page.locator("nav").is_visible()
    page.close()
