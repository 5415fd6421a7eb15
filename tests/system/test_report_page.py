"""The report of a real server process in a real browser: who signs in, what is seen, and what nobody keeps."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.hooks.calls import CALL, FEEDBACK, check_cards, condition, with_conditions
from tests.system.chromium import chromium_path
from tests.system.test_demo_page import ARGUMENTS, free_port, wait_for

TOKEN = "ein Verwaltungsschlüssel"  # noqa: S105 - the tests' own
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
A4 = {"width": 673, "height": 980}
OLD, NEW = "2020-05-10", "2026-10-20"
# What a page could keep for later, or hand on.
KEPT = "[document.cookie, localStorage.length, sessionStorage.length, history.state, window.name]"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has shown cards, and was told of some."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "token").write_text(TOKEN, encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")} | {
        "CDS_DATABASE_URL": f"sqlite:///{folder}/store.db",
        "CDS_ADMIN_TOKEN_FILE": f"{folder}/token",
        "CDS_REQUIRE_AUTH": "false",
        "CDS_PROFILE": "development",
        "CDS_TODAY": "2026-11-22",
    }
    command = [sys.executable, "-m", "cds_service", "serve", "--port", url.rpartition(":")[2]]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environ)
    try:
        wait_for(url, server)
        show_cards(url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def show_cards(address: str) -> None:
    """Four for a long complaint; one is accepted, one overridden."""
    with httpx.Client(base_url=address) as client:
        chart = with_conditions(condition(onsetDateTime=OLD))
        cards = [check_cards(client.post(CALL, json=chart))[0]["uuid"] for _ in range(4)]
        told = [
            {"card": cards[0], "outcome": "accepted"},
            {"card": cards[1], "outcome": "overridden", "overrideReason": {"reason": {"code": "patient-refuses"}}},
        ]
        assert client.post(FEEDBACK, json={"feedback": told}).json() == {"recorded": 2}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """Nothing is asked of another host in it, the token is in no address, and nothing is kept."""
    made = browser.new_context(accept_downloads=True)
    asked: list[str] = []
    made.on("request", lambda request: asked.append(request.url))
    yield made
    assert [url for url in asked if not url.startswith((f"{address}/", f"blob:{address}/"))] == []
    assert [url for url in asked if "Verwaltung" in url] == []
    assert made.cookies() == []
    assert all(origin["localStorage"] == [] for origin in made.storage_state()["origins"])
    made.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """The page where one signs in; no policy of ours may be broken on it, and nothing be kept by it."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{address}/report/view")
    yield opened
    if not opened.is_closed():
        assert opened.evaluate(KEPT) == ["", 0, 0, None, ""]
    # A browser tells of every refusal; that one is meant.
    assert [text for text in complaints if "401 (Unauthorized)" not in text] == []


def sign_in(page: Page, token: str = TOKEN) -> None:
    page.get_by_label("Administrator token").fill(token)
    page.keyboard.press("Enter")


def test_who_has_the_token_signs_in_by_keyboard_and_sees_the_report(page: Page) -> None:
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Administrator token")).to_be_focused()
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")

    expect(page.locator("#report h1")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("4 cards were shown in")
    expect(page.locator("#report table.plot").first).to_contain_text("1 · 25 % (5–70)")
    expect(page.get_by_text("Patient refuses/declines")).to_be_visible()
    assert page.locator("#token").input_value() == ""
    assert page.url.endswith("/report/view")


def test_a_wrong_token_shows_nothing_and_says_so(page: Page) -> None:
    sign_in(page, "not the token at all ☹")
    expect(page.get_by_role("alert")).to_have_text("That is not the administrator’s token.")
    expect(page.get_by_label("Administrator token")).to_be_focused()
    assert page.locator("#report").count() == 0
    sign_in(page)
    expect(page.locator("#report h1")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_text("")


def test_rows_are_chosen_and_the_address_stays(page: Page) -> None:
    sign_in(page)
    page.get_by_label("Rule", exact=True).select_option("consider")
    with page.expect_response("**/report?format=html&rule=consider"):
        page.get_by_role("button", name="Show", exact=True).press("Enter")
    expect(page.get_by_label("Rule", exact=True)).to_have_value("consider")
    expect(page.locator("#report")).to_contain_text("Only rule consider.")
    page.get_by_role("link", name="Show all").click()
    expect(page.get_by_label("Rule", exact=True)).to_have_value("")
    assert page.url.endswith("/report/view")


def test_the_choice_is_saved_as_csv(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    page.get_by_label("Rule", exact=True).select_option("consider")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#report")).to_contain_text("Only rule consider.")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download as CSV").click()
    assert saved.value.suggested_filename == "report.csv"
    saved.value.save_as(tmp_path / "report.csv")
    [row] = csv.DictReader((tmp_path / "report.csv").read_text(encoding="utf-8").splitlines())
    assert (row["rule"], row["shown"], row["ignored"], row["accepted_rate"]) == ("consider", "4", "2", "0.25")


def test_who_signs_out_reloads_or_leaves_is_forgotten(page: Page, address: str) -> None:
    sign_in(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#report")).to_have_count(0)
    expect(page.get_by_label("Administrator token")).to_be_focused()
    sign_in(page)
    expect(page.locator("#report")).to_be_visible()
    page.reload()
    expect(page.locator("#report")).to_have_count(0)
    sign_in(page)
    expect(page.locator("#report")).to_be_visible()
    page.goto(f"{address}/rules")
    page.go_back()
    expect(page.get_by_label("Administrator token")).to_have_value("")
    expect(page.locator("#report")).to_have_count(0)


def test_a_service_that_fails_or_is_away_is_told(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.route("**/report", lambda route: route.fulfill(status=503, body="{}"))
    page.goto(f"{address}/report/view")
    sign_in(page)
    expect(page.get_by_role("alert")).to_contain_text("cannot give the report now")
    page.unroute("**/report")
    page.route("**/report", lambda route: route.abort())
    sign_in(page)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")


def test_without_a_script_the_token_is_not_asked_for(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/report/view")
    expect(page.locator("#sign-in h1")).to_be_visible()
    expect(page.get_by_label("Administrator token")).to_be_hidden()
    context.close()


def test_a_browser_that_is_given_the_token_needs_no_script(browser: Browser, address: str) -> None:
    """A gateway may add it: then the choice of rows is a form like any other."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route("**/report?**", by_gateway)
    page.goto(f"{address}/report?format=html")
    page.get_by_label("Rule", exact=True).select_option("consider")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#report")).to_contain_text("Only rule consider.")
    assert page.url.endswith("/report?format=html&rule=consider&month=")
    context.close()


def by_gateway(route: Route) -> None:
    """The same question with the token beside it."""
    headers = {b"authorization": f"Bearer {TOKEN}".encode(), b"accept": b"text/html"}
    answer = httpx.get(route.request.url, headers=headers)
    route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.text)


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_runs_over_the_edge_and_marks_stand_out(
    browser: Browser, address: str, size: dict[str, int], colours: str
) -> None:
    context = browser.new_context(viewport=size, color_scheme=colours)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/report/view")
    sign_in(page)
    expect(page.locator("#report h1")).to_be_visible()
    page.locator("details.all").evaluate("all => { all.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for mark in ("rect.part.accepted", "rect.part.overridden", "rect.part.ignored", ".whisker"):
        assert page.evaluate(CONTRAST, mark) >= 3, mark
    for text in (".axis text", ".interval", ".note, caption", "button"):
        assert page.evaluate(TEXT_CONTRAST, text) >= 4.5, text
    context.close()


LUMINANCE = """
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((one) => {
            const part = one / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const sheet = getComputedStyle(document.querySelector("main")).backgroundColor;
"""
CONTRAST = f"""(mark) => {{ {LUMINANCE}
    return contrast(getComputedStyle(document.querySelector("#report " + mark)).stroke, sheet);
}}"""
TEXT_CONTRAST = f"""(text) => {{ {LUMINANCE}
    const style = getComputedStyle(document.querySelector("#report " + text));
    const under = style.backgroundColor === "rgba(0, 0, 0, 0)" ? sheet : style.backgroundColor;
    return contrast(text.includes("axis") ? style.fill : style.color, under);
}}"""


def test_on_paper_there_are_tables_and_plots_and_nothing_to_press(page: Page) -> None:
    sign_in(page)
    expect(page.locator("#report h1")).to_be_visible()
    page.set_viewport_size(A4)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    for gone in ("header", ".choice", "#sign-out"):
        assert not page.locator(gone).is_visible(), gone
    assert page.locator(".plot thead").first.is_visible()
    assert page.locator(".plot tr").first.evaluate("row => getComputedStyle(row).display") == "table-row"
    assert page.locator("svg.rates").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]
