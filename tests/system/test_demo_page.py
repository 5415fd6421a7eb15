"""The tester of a real server process, in a real browser: what is asked, what is shown, how it looks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.reading import load_vignettes
from tests.system.demo_browser import answered, choose, demo_server, free_port, opened, pick, tab, wait_for
from tests.system.looking import ARGUMENTS, LOOKS, browsing, fits, no_violations

__all__ = ["ARGUMENTS", "free_port", "wait_for"]

WORDS = {"info": "Information", "warning": "Warning", "critical": "Critical"}
NAMED = tuple(vignette for vignette in load_vignettes() if vignette.name)


def first_of_each_answer() -> list[Vignette]:
    """One patient for every rule that speaks, and for every reason to stay silent."""
    found: dict[str, Vignette] = {}
    for vignette in NAMED:
        found.setdefault(vignette.expect.firing_rule or vignette.expect.why, vignette)
    return list(found.values())


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_server(tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def shared(browser: Browser, address: str) -> Iterator[Page]:
    """One page for the tests that only choose."""
    with opened(browser, address) as page:
        yield page


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


def test_the_page_opens_with_a_card(page: Page) -> None:
    expect(page.locator("article.card")).to_be_in_viewport()
    expect(page.locator("#about-title")).to_have_text("Nora Longache")
    expect(page.locator("input[value=V01]")).to_be_in_viewport()


@pytest.mark.parametrize("vignette", first_of_each_answer(), ids=lambda vignette: vignette.id)
def test_a_patient_picked_by_keyboard_brings_the_card(shared: Page, vignette: Vignette) -> None:
    tab(shared, "Card")
    pick(shared, vignette.id)

    expect(shared.locator("#about-title")).to_have_text(vignette.name)
    expect(shared.locator("#about .story")).to_have_text(vignette.story)
    if vignette.expect.outcome == "none":
        expect(shared.locator(".no-card")).to_be_visible()
        expect(shared.locator("#status")).to_have_text(f"No card for {vignette.name}.")
    else:
        card = shared.locator("article.card")
        word = WORDS[vignette.expect.indicator]
        expect(card).to_have_count(1)
        expect(card.locator(".indicator")).to_contain_text(word)
        expect(card.locator("h3")).not_to_be_empty()
        expect(card.locator(".detail")).to_contain_text("Next:")
        expect(card.locator(".detail")).not_to_contain_text("**")
        rule = f"{shared.url.partition('/demo/')[0]}/rules/{vignette.expect.firing_rule}"
        expect(card.locator(".source a").first).to_have_attribute("href", rule)
        expect(shared.locator("#status")).to_contain_text(f"1 card for {vignette.name}: {word}.")
    assert_why(shared, vignette)


def assert_why(page: Page, vignette: Vignette) -> None:
    """The rule that decided, first in the eye."""
    tab(page, "Why")
    expect(page.locator(".conclusion")).not_to_be_empty()
    expect(page.locator(".tree > li")).to_have_count(11)
    decided = vignette.expect.firing_rule or vignette.expect.why
    if decided not in ("no-sign", "stale"):
        expect(page.locator(".tree > .decides .rule-name code")).to_have_text(decided)


def test_the_list_is_searched_and_walked_by_keyboard(page: Page) -> None:
    search = page.get_by_label("Search name, story or outcome")
    search.fill("stenosis DIABETES")
    expect(page.locator("#found")).to_have_text("1 patient")
    expect(page.locator("label.patient:visible")).to_have_count(1)
    search.press("Enter")
    answered(page)
    expect(page.locator("#about-title")).to_have_text("Gloria Glucose")
    expect(page.locator("input[value=V33]")).to_be_focused()

    search.fill("nobody at all")
    expect(page.locator("#found")).to_contain_text("Nobody fits")
    search.press("Enter")
    search.fill("")
    expect(page.locator("#found")).to_have_text(f"{len(NAMED)} patients")

    page.locator("input[value=V33]").focus()
    page.keyboard.press("ArrowDown")
    answered(page)
    expect(page.locator("#about-title")).to_have_text("Marlon Smoker")


@pytest.mark.parametrize(
    ("hook", "draft", "patient", "told"),
    [
        ("miss-order-select", "referral", "V01", "Still missing for this order: spine MRI or CT"),
        ("miss-order-select", "knee", "V01", "does not concern this service"),
        ("miss-order-sign", "referral", "V01", "Before signing, add to this order"),
        ("miss-order-sign", "referral-complete", "V01", "The order says everything it should"),
        ("miss-order-sign", "fusion", "V36", "Optimise before"),
        ("miss-order-dispatch", "referral", "V12", "foot drop"),
        ("miss-order-dispatch", "oxycodone", "V01", "does not concern this service"),
        ("miss-appointment-book", "surgery", "V01", "28 weeks"),
        ("miss-appointment-book", "physiotherapy", "V01", "does not concern this service"),
    ],
)
def test_every_hook_is_asked_with_a_draft(shared: Page, hook: str, draft: str, patient: str, told: str) -> None:
    tab(shared, "Card")
    choose(shared, "Hook", hook)
    choose(shared, "Order or booking", draft)
    pick(shared, patient)

    expect(shared.locator("#cards")).to_contain_text(told)
    tab(shared, "Request and response")
    assert f'"hook": "{hook.removeprefix("miss-")}"' in shared.locator("#editor").input_value()
    choose(shared, "Hook", "miss-patient-view")
    expect(shared.get_by_label("Order or booking")).to_be_hidden()


@pytest.mark.parametrize(
    ("key", "state", "reads", "told"),
    [
        ("procedures", "omitted", False, "Not checked: procedures"),
        ("procedures", "omitted", True, "28 weeks"),
        ("procedures", "null", False, "Not found in the chart"),
        ("procedures", "outcome", False, "Not checked: procedures"),
        ("conditions", "omitted", False, "412"),
        ("conditions", "omitted", True, "28 weeks"),
        ("conditions", "null", False, "None of the signs that speak for an evaluation was found"),
        ("conditions", "outcome", False, "412"),
        ("conditions", "outcome", True, "28 weeks"),
        ("conditions", "foreign", False, "412"),
        ("patient", "foreign", False, "412"),
        ("patient", "foreign", True, "28 weeks"),
        ("patient", "null", False, "412"),
    ],
)
def test_each_key_is_sent_in_each_state(shared: Page, key: str, state: str, reads: bool, told: str) -> None:
    tab(shared, "Card")
    pick(shared, "V01")
    choose(shared, key, state)
    shared.locator("#reads").set_checked(reads)
    answered(shared)

    expect(shared.locator("#cards")).to_contain_text(told)
    shared.get_by_role("button", name="Reset to what the chart has").click()
    answered(shared)
    expect(shared.locator("#keys-summary")).to_have_text("8 of 8 keys supplied")
    expect(shared.locator("#cards")).to_contain_text("28 weeks")


def test_a_paged_key_really_pages(page: Page) -> None:
    """Three visits, one a page: read to the end they are one complaint; broken off they are incomplete."""
    pick(page, "V07")
    choose(page, "conditions", "paged")
    assert '"relation": "next"' in page.locator("#editor").input_value()
    expect(page.locator(".detail")).not_to_contain_text("Not checked: conditions")
    expect(page.locator("#notes")).to_be_empty()

    page.get_by_label("The service may read").uncheck()
    answered(page)
    assert '"fhirServer"' not in page.locator("#editor").input_value()
    expect(page.locator("#cards")).to_contain_text("conditions")
    expect(page.locator("#cards")).to_contain_text("incomplete")


def test_the_tree_rests_on_what_the_service_read_for_itself(page: Page) -> None:
    choose(page, "conditions", "omitted")
    tab(page, "Why")

    expect(page.locator(".conclusion")).to_have_text("This rule decides: Refer for evaluation.")
    expect(page.locator(".tree > li")).to_have_count(11)


def test_what_cannot_be_made_of_a_situation_is_said(page: Page) -> None:
    choose(page, "conditions", "paged")
    expect(page.locator("#notes")).to_contain_text("conditions: there is no second page to leave out.")

    choose(page, "Hook", "miss-order-dispatch")
    choose(page, "serviceRequests", "omitted")
    expect(page.locator("#notes")).to_contain_text("The order is not among the serviceRequests")
    expect(page.locator("#cards")).to_contain_text("The dispatched order was neither in the prefetch")


def test_an_incomplete_chart_stays_so(page: Page) -> None:
    pick(page, "V53")

    expect(page.locator("article.card h3")).to_contain_text("unchecked")
    expect(page.get_by_label("procedures", exact=True)).to_have_value("omitted")
    expect(page.get_by_label("The service may read")).not_to_be_checked()
    assert '"procedures"' not in page.locator("#editor").input_value()


def test_what_was_chosen_by_hand_stays_with_another_patient(page: Page) -> None:
    choose(page, "observations", "outcome")
    pick(page, "V16")

    expect(page.get_by_label("observations", exact=True)).to_have_value("outcome")
    expect(page.locator("#keys-summary")).to_have_text("7 of 8 keys supplied")


def test_a_card_is_shown_as_three_screens_would(page: Page) -> None:
    frame, title = page.locator("#frame"), page.locator(".card h3")
    widths = {}
    for name in ("an eighth of the screen", "the public sandbox", "a wide panel"):
        page.get_by_label(name).check()
        widths[name] = frame.bounding_box()["width"]  # type: ignore[index]
        expect(title).to_be_visible()
    assert widths["an eighth of the screen"] == 240
    assert widths["a wide panel"] > 700
    page.get_by_label("the public sandbox").check()
    assert page.evaluate("getComputedStyle(document.querySelector('.card h3')).whiteSpace") == "nowrap"


def test_the_tabs_are_one_stop_of_the_keyboard(page: Page) -> None:
    page.get_by_role("tab", name="Card").focus()
    for key, name in (("ArrowRight", "Request and response"), ("End", "Feedback"), ("ArrowRight", "Card")):
        page.keyboard.press(key)
        expect(page.get_by_role("tab", name=name)).to_be_focused()
        expect(page.get_by_role("tab", selected=True)).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    expect(page.get_by_role("tab", name="Card")).to_be_focused()
    expect(page.locator("#panel-card")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_role("tab", name="Card")).to_be_focused()


def test_the_tree_opens_down_to_the_entry_of_the_chart(page: Page) -> None:
    pick(page, "V33")
    tab(page, "Why")
    source = page.locator(".tree > .decides .fact a").first
    expect(source).to_be_visible()
    expect(source).to_have_text("Condition/V33-condition-1")
    with page.expect_popup() as popup:
        source.click()
    assert '"resourceType": "Condition"' in popup.value.content()
    popup.value.close()

    page.get_by_role("button", name="Close everything").click()
    expect(source).to_be_hidden()
    page.get_by_role("button", name="Open everything").click()
    expect(page.locator(".tree details:not([open])")).to_have_count(0)
    for name in ("Signs", "Risks", "Also read from the chart"):
        page.locator("#why > details > summary", has_text=name).click()
    expect(page.locator("#why tbody tr")).to_have_count(14)
    expect(page.locator("#why dl")).to_contain_text("2026.11.0+")


def test_the_first_tabs_lead_to_the_card_and_to_the_patients(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.get_by_role("link", name="Skip to the card").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_be_focused()


def test_links_lead_to_the_explanation_and_to_the_sandbox(page: Page) -> None:
    pick(page, "V31")
    encoded = page.url.partition("/demo/")[0].replace(":", "%3A").replace("/", "%2F")

    expect(page.get_by_role("link", name="Explanation page")).to_have_attribute("href", "explain?patient=V31")
    expect(page.get_by_role("link", name="public CDS Hooks sandbox")).to_have_attribute(
        "href",
        f"https://sandbox.cds-hooks.org/?fhirServiceUrl={encoded}%2Fdemo%2Ffhir"
        f"&patientId=V31&serviceDiscoveryURL={encoded}%2Fcds-services&screen=patient-view&hook=patient-view",
    )


def test_a_chart_that_cannot_be_read_says_so(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/demo/fhir/**", lambda route: route.fulfill(status=500, body="{}"))
    page.goto(f"{address}/demo/")

    expect(page.locator(".failed")).to_contain_text("answered 500")
    expect(page.locator("#status")).to_contain_text("could not be made or sent")
    context.close()


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_everyone_can_read_it(browser: Browser, address: str, look: str) -> None:
    """axe finds nothing and nothing runs over the edge, whatever is open."""
    with opened(browser, address, LOOKS[look]) as page:
        for name in ("Request and response", "Why", "Feedback", "Card"):
            tab(page, name)
            fits(page)
        page.evaluate("document.querySelectorAll('[role=tabpanel]').forEach((panel) => { panel.hidden = false; })")
        no_violations(page)
        for frame in ("the public sandbox", "an eighth of the screen"):
            page.get_by_label(frame).check()
            fits(page)


@pytest.mark.parametrize("look", ["wide", "dark"])
def test_everyone_can_read_every_kind_of_answer(browser: Browser, address: str, look: str) -> None:
    with opened(browser, address, LOOKS[look]) as page:
        for patient, frame in (("V12", "a wide panel"), ("V33", "the public sandbox"), ("V02", "a wide panel")):
            pick(page, patient)
            page.get_by_label(frame).check()
            no_violations(page)
        choose(page, "conditions", "outcome")
        page.get_by_label("The service may read").uncheck()
        answered(page)
        expect(page.locator(".failed")).to_be_visible()
        no_violations(page)
        fits(page)


def test_on_paper_the_answer_is_left_and_the_tree_is_whole(page: Page) -> None:
    tab(page, "Why")
    page.emulate_media(media="print")

    expect(page.locator("#situation")).to_be_hidden()
    expect(page.get_by_role("tablist")).to_be_hidden()
    expect(page.locator("#about-title")).to_be_visible()
    hidden = """() => [...document.querySelectorAll('.tree .because')].filter((one) => !one.checkVisibility()).length"""
    assert page.evaluate(hidden) == 0


def test_a_phone_says_at_a_glance_what_came(browser: Browser, address: str) -> None:
    with opened(browser, address, LOOKS["phone"]) as page:
        expect(page.locator(".to-result")).to_have_text("1 card · See the answer")
        page.locator(".to-result").click()
        expect(page.locator("#about-title")).to_be_in_viewport()
        expect(page.locator(".to-result")).to_be_hidden()
        pick(page, "V02")
        expect(page.locator(".to-result")).to_contain_text("No card")


def test_a_tablet_has_that_bar_too(browser: Browser, address: str) -> None:
    with opened(browser, address, {"viewport": {"width": 820, "height": 1100}}) as page:
        # Before its card came the page is shorter, and what is clicked moves.
        expect(page.locator(".to-result")).to_have_text("1 card · See the answer")
        page.locator(".to-result").click()
        expect(page.locator("#about-title")).to_be_in_viewport()


def test_the_answer_stays_in_sight_while_the_choices_are_scrolled(page: Page) -> None:
    choose(page, "conditions", "outcome")
    page.locator("#files").scroll_into_view_if_needed()
    page.locator("#reads").uncheck()
    answered(page)
    expect(page.locator(".failed h3")).to_be_in_viewport()

    page.get_by_role("button", name="Reset to what the chart has").click()
    answered(page)
    page.get_by_role("button", name="Dismiss without a reason").scroll_into_view_if_needed()
    pick(page, "V16")
    expect(page.locator("#about-title")).to_be_in_viewport(ratio=1)
    no_violations(page)
