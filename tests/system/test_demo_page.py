"""The demo page of a real server process, in a real browser, by keyboard."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.reading import load_vignettes
from tests.system.chromium import chromium_path

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WORDS = {"info": "Information", "warning": "Warning", "critical": "Critical"}
NAMED = tuple(vignette for vignette in load_vignettes() if vignette.name)


def first_of_each_answer() -> list[Vignette]:
    """One patient for every rule that speaks, and for every reason to stay silent."""
    found: dict[str, Vignette] = {}
    for vignette in NAMED:
        found.setdefault(vignette.expect.firing_rule or vignette.expect.why, vignette)
    return list(found.values())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the demo in a process of its own."""
    url = f"http://127.0.0.1:{free_port()}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    environ["CDS_DATABASE_URL"] = f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    server = subprocess.Popen(
        [sys.executable, "-m", "cds_service", "demo", "--port", url.rpartition(":")[2]],
        stdout=subprocess.DEVNULL,
        env=environ,
    )
    try:
        wait_for(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/livez"):  # noqa: S310 - the address is our own server's
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, opened; it may ask nothing of any other host and must not complain."""
    context = browser.new_context()
    opened = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{address}/demo/")
    yield opened
    assert [url for url in asked if not url.startswith(f"{address}/")] == []
    assert complaints == []
    context.close()


def pick(page: Page, vignette: Vignette) -> None:
    page.locator(f"button[data-patient='{vignette.id}']").focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("vignette", first_of_each_answer(), ids=lambda vignette: vignette.id)
def test_a_patient_picked_by_keyboard_brings_the_card(page: Page, vignette: Vignette) -> None:
    pick(page, vignette)

    expect(page.locator("#chart-title")).to_have_text(vignette.name)
    if vignette.expect.outcome == "none":
        expect(page.locator(".no-card")).to_be_visible()
        expect(page.locator("#status")).to_have_text(f"No card for {vignette.name}.")
    else:
        card = page.locator("article.card")
        expect(card).to_have_count(1)
        expect(card.locator(".indicator")).to_contain_text(WORDS[vignette.expect.indicator])
        expect(card.locator("h3")).not_to_be_empty()
        expect(card.locator(".detail")).to_contain_text("Next:")
        expect(card.locator(".detail")).not_to_contain_text("**")
        expect(card.locator(".source a").first).to_have_attribute("href", f"{origin(page)}/rules/{rule_of(vignette)}")
        expect(page.locator("#status")).to_contain_text(f"1 card for {vignette.name}: {vignette.expect.indicator}.")
    assert_why(page, vignette)


def origin(page: Page) -> str:
    return page.url.partition("/demo/")[0]


def rule_of(vignette: Vignette) -> str:
    return vignette.expect.firing_rule


def assert_why(page: Page, vignette: Vignette) -> None:
    """The rule that decided, opened by keyboard."""
    page.locator("summary", has_text="Why").focus()
    page.keyboard.press("Enter")
    rules = page.locator("details table").first
    expect(rules).to_be_visible()
    decided = vignette.expect.firing_rule or vignette.expect.why
    if decided not in ("no-sign", "stale"):
        expect(rules.locator("tr.decides th")).to_have_text(decided)


def test_the_first_tabs_lead_to_the_chart_and_to_the_patients(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("button.patient").first).to_be_focused()


def test_the_keyboard_goes_to_the_chart_and_back(page: Page) -> None:
    pick(page, NAMED[0])
    expect(page.locator("main")).to_be_focused()
    expect(page.locator(".card, .no-card")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.locator("button.back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"button[data-patient='{NAMED[0].id}']")).to_be_focused()


def test_the_request_and_the_response_are_shown(page: Page) -> None:
    [vignette] = [one for one in NAMED if one.id == "V53"]
    pick(page, vignette)
    expect(page.locator("article.card h3")).to_contain_text("unchecked")

    page.locator("summary", has_text="The request that was sent").click()
    sent = page.locator("details", has_text="The request that was sent").locator("pre")
    expect(sent).to_contain_text('"hook": "patient-view"')
    expect(sent).to_contain_text('"medicationStatements"')
    expect(sent).not_to_contain_text('"procedures"')
    page.locator("summary", has_text="The response: 200").click()
    expect(page.locator("details pre").last).to_contain_text('"indicator": "info"')


def dismiss(page: Page, reason: int = 0) -> None:
    page.get_by_label("Dismiss because").select_option(index=reason)
    with page.expect_response("**/feedback") as told:
        page.get_by_role("button", name="Dismiss").click()
    assert told.value.json() == {"recorded": 1}
    expect(page.locator("article.card.put-away")).to_be_visible()


def test_a_card_that_was_dismissed_is_held_back_and_the_page_says_until_when(page: Page) -> None:
    [vignette] = [one for one in NAMED if one.id == "V28"]
    pick(page, vignette)
    menu = page.get_by_label("Dismiss because")
    expect(menu).to_be_visible()
    assert 5 <= menu.locator("option").count() - 1 <= 7
    dismiss(page, reason=1)
    expect(page.locator(".dismissed")).to_contain_text("Set aside for this patient. It is shown again after 30 days")
    expect(page.locator(".dismissed")).to_be_focused()
    expect(page.locator("button.take").first).to_be_disabled()

    pick(page, vignette)
    expect(page.locator(".no-card h3")).to_have_text("Held back")
    expect(page.locator(".no-card")).to_contain_text("The rule recommend holds, but a clinician set its card aside")
    expect(page.locator(".no-card")).to_contain_text(
        "shown again after 30 days, or when another sign or risk is on record"
    )
    expect(page.locator("#status")).to_have_text(f"No card for {vignette.name}. It is held back.")


def test_a_warning_that_was_dismissed_comes_again(page: Page) -> None:
    vignette = next(one for one in NAMED if one.expect.outcome == "not-advised")
    pick(page, vignette)
    dismiss(page)
    expect(page.locator(".dismissed")).to_contain_text("shown again whenever the chart is opened")

    pick(page, vignette)
    expect(page.locator("article.card:not(.put-away)")).to_be_visible()


def test_a_suggestion_shows_its_order_and_is_accepted(page: Page) -> None:
    [vignette] = [one for one in NAMED if one.id == "V01"]
    pick(page, vignette)
    expect(page.locator("button.take")).to_have_count(2)
    first, second = page.locator("button.take").all()
    page.locator(".suggestion summary").first.click()
    expect(page.locator(".suggestion pre").first).to_contain_text('"resourceType": "ServiceRequest"')

    for count, one in enumerate((first, second), start=1):
        with page.expect_request("**/feedback") as told:
            one.press("Enter")
        expect(one).to_be_disabled()
        [entry] = json.loads(told.value.post_data or "")["feedback"]
        assert entry["outcome"] == "accepted"
        assert len({each["id"] for each in entry["acceptedSuggestions"]}) == count
    expect(page.locator(".said").last).to_have_text("Accepted and recorded. An EHR would now open this draft.")


def test_feedback_that_is_not_recorded_can_be_given_again(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/feedback", lambda route: route.fulfill(status=503, body="{}"))
    page.goto(f"{address}/demo/")
    pick(page, next(one for one in NAMED if one.id == "V01"))
    page.locator("button.take").first.press("Enter")

    expect(page.locator(".said").first).to_have_text("Not recorded: the service answered 503.")
    expect(page.locator("button.take").first).to_be_focused()
    context.close()


def test_a_sandbox_link_is_beside_the_chart(page: Page) -> None:
    pick(page, NAMED[0])

    expect(page.locator(".sandbox a")).to_have_attribute(
        "href",
        f"https://sandbox.cds-hooks.org/?fhirServiceUrl={encoded(page)}%2Fdemo%2Ffhir"
        f"&patientId={NAMED[0].id}&serviceDiscoveryURL={encoded(page)}%2Fcds-services"
        "&screen=patient-view&hook=patient-view",
    )


def encoded(page: Page) -> str:
    return origin(page).replace(":", "%3A").replace("/", "%2F")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**Next:** go", "<p><strong>Next:</strong> go</p>"),
        ("- one\n- **two**", "<ul><li>one</li><li><strong>two</strong></li></ul>"),
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        (r"5 \* 3 \[a\]\(b\)", "<p>5 * 3 [a](b)</p>"),
        ("HbA1c &gt; 8 &amp;amp; &lt;b&gt;", "<p>HbA1c &gt; 8 &amp;amp; &lt;b&gt;</p>"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("**never closed", "<p>**never closed</p>"),
        (r"\**not bold**", "<p>**not bold**</p>"),
    ],
)
def test_markdown_becomes_elements_and_nothing_else(page: Page, text: str, html: str) -> None:
    drawn = page.evaluate(
        """async (text) => {
            const { markdown } = await import("/demo/static/markdown.js");
            const box = document.createElement("div");
            box.append(...markdown(text));
            return box.innerHTML;
        }""",
        text,
    )
    assert drawn == html


def test_a_link_is_one_to_the_web_or_none(page: Page) -> None:
    drawn = page.evaluate(
        """async () => {
            const { link } = await import("/demo/static/elements.js");
            return ["javascript:alert(1)", "https://miss.example/"].map((to) => link(to, "x").localName);
        }"""
    )
    assert drawn == ["span", "a"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{address}/demo/")
    pick(page, NAMED[0])
    expect(page.locator(".card, .no-card")).to_be_visible()
    for fold in page.locator("summary").all():
        fold.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_a_chart_that_cannot_be_opened_says_so(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/demo/fhir/**", lambda route: route.fulfill(status=500, body="{}"))
    page.goto(f"{address}/demo/")
    pick(page, NAMED[0])

    expect(page.locator(".failed")).to_contain_text("answered 500")
    expect(page.locator("#status")).to_have_text("The chart could not be opened.")
    context.close()
