"""The tester's editor, curl, feedback and files, in a real browser against a real server process."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.rendering import render
from tests.system.demo_browser import answered, choose, demo_server, opened, pick, tab
from tests.system.looking import LOOKS, WIDE, browsing, fits, no_violations

VIGNETTES = {vignette.id: vignette for vignette in load_vignettes()}
MOST_BYTES = 100_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_server(tmp_path_factory.mktemp("store"), CDS_MAX_BODY_BYTES=str(MOST_BYTES)) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


@pytest.fixture(scope="module")
def scripts(browser: Browser, address: str) -> Iterator[Page]:
    """A page whose modules are asked one by one."""
    with opened(browser, address) as page:
        yield page


def editor(page: Page) -> Locator:
    tab(page, "Request and response")
    return page.get_by_label("The request as JSON")


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()
    answered(page)


def test_an_edited_request_wins_until_one_goes_back(page: Page) -> None:
    request = json.loads(editor(page).input_value())
    request["prefetch"]["procedures"] = None
    editor(page).fill(json.dumps(request))
    expect(page.locator(".edited-notice")).to_be_visible()
    editor(page).press("Control+Enter")
    answered(page)
    tab(page, "Card")
    expect(page.locator(".detail")).to_be_visible()
    expect(page.locator(".detail")).not_to_contain_text("Physical therapy on 8 days")

    pick(page, "V12")
    expect(page.locator("#about-title")).to_have_text("Nora Longache")
    page.locator(".edited-notice button").click()
    answered(page)
    expect(page.locator("#about-title")).to_have_text("Faye Footdrop")
    expect(page.locator(".edited-notice")).to_be_hidden()
    assert '"V12"' in editor(page).input_value()


def test_wrong_json_is_told_with_its_line_and_may_be_sent(page: Page) -> None:
    editor(page).fill('{\n  "hook": "patient-view",\n}')
    expect(page.locator("#editor-wrong")).to_contain_text("Line 2, column 25: nothing follows this comma.")
    expect(editor(page)).to_have_attribute("aria-invalid", "true")
    no_violations(page)
    send(page)

    expect(page.locator("#response .http")).to_have_text("400 Bad Request")
    expect(page.locator("#response .issues")).to_contain_text("invalid")
    tab(page, "Card")
    expect(page.locator(".failed h3")).to_contain_text("400: the service cannot read this request")
    tab(page, "Why")
    expect(page.locator("#why")).to_contain_text("the service does not guess")


def test_the_response_is_shown_with_what_came_with_it(page: Page) -> None:
    tab(page, "Request and response")
    response = page.locator("#response")

    expect(response.locator(".http")).to_have_text("200 OK")
    expect(response.locator(".answer-line")).to_contain_text(" ms, ")
    expect(response.locator("dl")).to_contain_text("x-request-id")
    expect(response.locator("pre")).to_contain_text('"indicator": "info"')


def test_curl_asks_the_same_whatever_quotes_are_in_it(browser: Browser, address: str) -> None:
    bash, curl = shutil.which("bash"), shutil.which("curl")
    if not bash or not curl:
        pytest.skip("bash or curl is not there")
    with opened(browser, address, {**WIDE, "permissions": ["clipboard-read", "clipboard-write"]}) as page:
        request = json.loads(editor(page).input_value())
        request["prefetch"]["patient"]["name"] = [{"family": 'O\'Brien "$HOME" `id` \\ !'}]
        editor(page).fill(json.dumps(request, indent=1))
        page.get_by_role("button", name="Copy as curl").click()
        expect(page.locator("#curl-said")).to_have_text("Copied: paste it into a terminal.")
        command = page.evaluate("navigator.clipboard.readText()")
        told = subprocess.run([bash, "-c", command], capture_output=True, check=True).stdout
        send(page)
        shown = json.loads(page.locator("#response pre").text_content() or "")

    assert json.loads(told)["cards"][0]["summary"] == shown["cards"][0]["summary"]


def test_curl_is_shown_where_the_browser_does_not_copy(page: Page) -> None:
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    tab(page, "Request and response")
    page.get_by_role("button", name="Copy as curl").click()

    expect(page.locator("#curl-said")).to_contain_text("does not let this page copy")
    editor(page).fill("{}")
    expect(page.locator("#curl-said")).to_be_empty()
    expect(page.locator("#curl-text")).to_contain_text("/cds-services/miss-patient-view'")


def test_a_line_of_the_body_never_ends_the_command(scripts: Page) -> None:
    made = scripts.evaluate(
        """async () => {
            const { curlOf } = await import("/demo/static/curl.js");
            return curlOf("http://x.example/it's", "{}\\nREQUEST\\nREQUEST_");
        }"""
    )
    assert made == (
        "curl --silent --show-error 'http://x.example/it'\\''s' \\\n"
        "  --header 'Content-Type: application/json' --data-binary @- <<'REQUEST__'\n{}\nREQUEST\nREQUEST_\nREQUEST__"
    )


def override(page: Page, reason: int) -> None:
    page.get_by_label("Override because").select_option(index=reason)
    with page.expect_response("**/feedback") as told:
        page.get_by_role("button", name="Override", exact=True).click()
    assert told.value.json() == {"recorded": 1}
    expect(page.locator("article.card.put-away")).to_be_visible()


def test_an_overridden_card_is_held_back_until_that_is_taken_back(page: Page) -> None:
    pick(page, "V28")
    menu = page.get_by_label("Override because")
    assert 5 <= menu.locator("option").count() - 1 <= 7
    page.get_by_role("button", name="Override", exact=True).click()
    expect(page.locator(".dismissed")).to_have_text("Choose a reason, or dismiss the card without one.")
    expect(menu).to_be_focused()

    override(page, reason=1)
    expect(page.locator(".dismissed")).to_contain_text("Set aside for this patient. It is shown again after 30 days")
    expect(page.locator(".dismissed")).to_be_focused()
    expect(page.locator("button.take").first).to_be_disabled()

    pick(page, "V16")
    pick(page, "V28")
    expect(page.locator(".no-card h3")).to_have_text("Held back")
    expect(page.locator(".no-card")).to_contain_text(
        "The rule “Refer for evaluation” holds, but a clinician set its card aside"
    )
    expect(page.locator("#status")).to_have_text("No card for Lamar Laminectomy. It is held back.")
    page.get_by_role("button", name="Show it again").click()
    expect(page.locator("article.card")).to_be_visible()


def test_an_override_is_taken_back_on_the_card_itself(page: Page) -> None:
    pick(page, "V18")
    override(page, reason=2)
    page.get_by_role("button", name="Take it back").click()

    expect(page.locator(".dismissed")).to_contain_text("the service now counts the card as accepted.")
    expect(page.locator("article.card.put-away")).to_have_count(0)
    expect(page.locator("button.take").first).to_be_enabled()


def test_a_warning_that_was_dismissed_comes_again(page: Page) -> None:
    pick(page, "V31")
    with page.expect_request("**/feedback") as told:
        page.get_by_role("button", name="Dismiss without a reason").click()
    [entry] = json.loads(told.value.post_data or "")["feedback"]
    assert (entry["outcome"], "overrideReason" in entry) == ("overridden", False)
    expect(page.locator(".dismissed")).to_contain_text("shown again whenever it is asked for")

    pick(page, "V16")
    pick(page, "V31")
    expect(page.locator("article.card:not(.put-away)")).to_be_visible()


def test_suggestions_are_accepted_one_by_one(page: Page) -> None:
    expect(page.locator("button.take")).to_have_count(2)
    page.locator(".suggestion summary").first.click()
    expect(page.locator(".suggestion pre").first).to_contain_text('"resourceType": "ServiceRequest"')
    for count, one in enumerate(page.locator("button.take").all(), start=1):
        with page.expect_request("**/feedback") as told:
            one.press("Enter")
        expect(one).to_be_disabled()
        [entry] = json.loads(told.value.post_data or "")["feedback"]
        assert entry["outcome"] == "accepted"
        assert len({each["id"] for each in entry["acceptedSuggestions"]}) == count
    expect(page.locator(".said").last).to_have_text("Accepted and recorded. An EHR would now open this draft.")


def test_a_draft_about_to_be_signed_is_completed(page: Page) -> None:
    choose(page, "Hook", "miss-order-sign")
    page.locator("summary", has_text="Your draft, completed").click()

    expect(page.locator(".suggestion pre")).to_contain_text('"reasonReference"')
    no_violations(page)


def test_feedback_is_seen_to_arrive(page: Page) -> None:
    pick(page, "V33")
    expect(page.locator("#feedback-count")).to_be_empty()
    override(page, reason=1)
    tab(page, "Feedback (1)")

    expect(page.locator("#exchanges > li")).to_have_count(1)
    expect(page.locator("#exchanges > li")).to_contain_text("Overridden: Patient refuses")
    for fold in page.locator("#exchanges summary").all():
        fold.click()
    expect(page.locator("#exchanges pre").first).to_contain_text('"outcome": "overridden"')
    expect(page.locator("#exchanges pre").last).to_contain_text('"recorded": 1')
    row = page.locator("#counts tr[data-rule='optimise-first']")
    expect(row).to_contain_text("patient-refuses 1")
    assert int(row.locator("td").first.text_content() or "") >= 1
    no_violations(page)


def test_feedback_that_is_not_recorded_can_be_given_again(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/feedback", lambda route: route.fulfill(status=503, body="{}"))
    page.goto(f"{address}/demo/")
    page.locator("button.take").first.press("Enter")

    expect(page.locator(".said").first).to_have_text("Not recorded: the service answered 503.")
    expect(page.locator("button.take").first).to_be_focused()
    tab(page, "Feedback")
    expect(page.locator("#exchanges > li")).to_contain_text("503")
    context.close()


def bundle_of(vignette: str) -> dict[str, Any]:
    chart = render(VIGNETTES[vignette], datetime.now(UTC).date())
    resources = [chart.patient, *(one for kind in chart.resources.values() for one in kind)]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def file(name: str, content: object) -> FilePayload:
    return FilePayload(name=name, mimeType="application/json", buffer=json.dumps(content).encode())


def test_files_are_assessed_and_shown_one_at_a_time(page: Page) -> None:
    files = [file("one.json", bundle_of("V36")), file("none.json", {"resourceType": "Bundle"})]
    files.append(file("large.json", {"resourceType": "Bundle", "id": "x" * MOST_BYTES}))
    page.set_input_files("#files", files)

    expect(page.locator("#about-title")).to_have_text("one.json")
    expect(page.locator("#result")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("1 card for one.json: Warning.")
    expect(page.locator(".card h3")).to_contain_text("current smoking")
    expect(page.locator("button.take")).to_be_disabled()
    expect(page.locator(".override")).to_have_count(0)
    no_violations(page)
    tab(page, "Why")
    expect(page.locator(".tree .decides .rule-name code")).to_have_text("optimise-first")
    expect(page.locator(".tree .fact a")).to_have_count(0)
    tab(page, "Request and response")
    expect(page.locator("#request-half")).to_be_hidden()

    tab(page, "Card")
    expect(page.locator("button.file")).to_have_text(
        ["one.json: 1 card", "none.json: not assessed", "large.json: not assessed"]
    )
    page.get_by_role("button", name="none.json").click()
    expect(page.locator(".failed")).to_contain_text("no Patient, or several")
    expect(page.get_by_role("button", name="none.json")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="large.json").click()
    expect(page.locator(".failed")).to_contain_text("this service reads 100 kB at most (CDS_MAX_BODY_BYTES)")
    page.get_by_role("button", name="Back to the demo’s patients").click()
    expect(page.locator("#about-title")).to_have_text("Nora Longache")


def test_a_file_dropped_anywhere_is_assessed(page: Page) -> None:
    drop = """(text) => {
        const carried = new DataTransfer();
        carried.items.add(new File([text], "dropped.json", { type: "application/json" }));
        const fire = (name) => document.body.dispatchEvent(
            new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true }));
        fire("dragenter");
        const seen = document.body.classList.contains("dropping");
        fire("dragover");
        fire("drop");
        return [seen, document.body.classList.contains("dropping")];
    }"""
    assert page.evaluate(drop, json.dumps(bundle_of("V12"))) == [True, False]

    expect(page.locator("#about-title")).to_have_text("dropped.json")
    expect(page.locator(".card.critical")).to_be_visible()


def test_the_chosen_patient_leads_back_from_a_file(page: Page) -> None:
    empty = bundle_of("V02")
    page.set_input_files("#files", [file("one.json", empty), file("other.json", empty)])
    expect(page.locator("button.file")).to_have_text(["one.json: No card", "other.json: No card"])
    page.locator("label.patient", has_text="Nora Longache").click()

    expect(page.locator("#about-title")).to_have_text("Nora Longache")
    expect(page.locator("article.card")).to_be_visible()


def test_edited_text_outlives_a_file(page: Page) -> None:
    editor(page).fill("{}")
    page.set_input_files("#files", [file("one.json", bundle_of("V36"))])
    expect(page.locator(".edited-notice")).to_be_hidden()
    page.get_by_role("button", name="Back to the demo’s patients").click()

    expect(page.locator(".failed h3")).to_contain_text("400")
    assert editor(page).input_value() == "{}"


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        ("", 1, 1, "json.end"),
        ('{"a": 1', 1, 8, "json.end"),
        ("[1,\n 2", 2, 3, "json.end"),
        ('{"a": }', 1, 7, "json.value"),
        ('{"a": x}', 1, 7, "json.unknown"),
        ("{a: 1}", 1, 2, "json.name"),
        ("{'a': 1}", 1, 2, "json.name"),
        ('{"a" 1}', 1, 6, "json.colon"),
        ('{"a": 1\n"b": 2}', 2, 1, "json.comma"),
        ('{"a": 1,\n}', 1, 8, "json.trailing"),
        ("[1,]", 1, 3, "json.trailing"),
        ('{"a": "b\n"}', 1, 7, "json.string"),
        ('["\\x"]', 1, 2, "json.string"),
        ("[01]", 1, 3, "json.comma"),
        ('{"a": 1} }', 1, 10, "json.more"),
        ("[" * 200_000, 1, 1, "json.deep"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_where_a_text_stops_being_json(scripts: Page, text: str, line: int, column: int, why: str) -> None:
    assert wrong_place(scripts, text) == {"line": line, "column": column, "why": why}


@pytest.mark.parametrize("text", ['{"a": [1, -2.5e3, true, null, "\\u00e9\\n"], "b": {}}', " 1 ", '[[], {}, "x"]'])
def test_json_has_no_wrong_place(scripts: Page, text: str) -> None:
    assert wrong_place(scripts, text) is None


def wrong_place(page: Page, text: str) -> object:
    return page.evaluate("async (text) => (await import('/demo/static/json_place.js')).wrongPlace(text)", text)


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
def test_markdown_becomes_elements_and_nothing_else(scripts: Page, text: str, html: str) -> None:
    drawn = scripts.evaluate(
        """async (text) => {
            const { markdown } = await import("/demo/static/markdown.js");
            const box = document.createElement("div");
            box.append(...markdown(text));
            return box.innerHTML;
        }""",
        text,
    )
    assert drawn == html


def test_a_link_is_one_to_the_web_or_none(scripts: Page) -> None:
    drawn = scripts.evaluate(
        """async () => {
            const { link } = await import("/demo/static/elements.js");
            return ["javascript:alert(1)", "https://miss.example/"].map((to) => link(to, "x").localName);
        }"""
    )
    assert drawn == ["span", "a"]


def test_in_spanish_the_scripts_speak_it_too(browser: Browser, address: str) -> None:
    with opened(browser, address, LOOKS["phone"], "/demo/?lang=es") as page:
        expect(page.locator("#status")).to_contain_text("1 tarjeta para Nora Longache: Información.")
        expect(page.locator("#about .banner")).to_contain_text("mujer, 52 · nac. 2")
        no_violations(page)
        fits(page)
