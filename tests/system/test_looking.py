"""The looking itself: what should be noticed on a page is noticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.system.looking import browsing, fits, no_violations, watched

HERE = "http://pages.example"
POLICY = {"Content-Security-Policy": "default-src 'none'"}
GOOD = "<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1><p>Words.</p></main></html>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with browsing() as started:
        yield started


def opened(browser: Browser, html: str) -> Page:
    """A page that no network brings."""
    page = browser.new_page()

    def answer(route: Route) -> None:
        route.fulfill(status=200, body=html if route.request.url == f"{HERE}/" else "", headers=POLICY)

    page.route("**/*", answer)
    return page


def test_a_page_that_is_right_passes(browser: Browser) -> None:
    page = opened(browser, GOOD)
    seen = watched(page)
    page.goto(f"{HERE}/")

    no_violations(page)
    fits(page)
    seen.check(HERE)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("<img src=x>", "image-alt"),
        ("<p style=color:#aaa>pale</p>", "color-contrast"),
        ("<button style='width:9px;height:9px;padding:0' aria-label=a></button>" * 2, "target-size"),
        ("<h4>too deep</h4>", "heading-order"),
    ],
)
def test_what_is_wrong_is_named(browser: Browser, wrong: str, rule: str) -> None:
    page = browser.new_page()
    page.set_content(GOOD.replace("</main>", f"{wrong}</main>"))

    with pytest.raises(AssertionError, match=rule):
        no_violations(page)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ("<script>1</script>", "script-src-elem inline"),
        ("<p style=color:red>x", "style-src-attr inline"),
        ("<img alt='' src=http://elsewhere.example/a.png>", "img-src http://elsewhere.example/a.png"),
    ],
)
def test_what_the_policy_refuses_is_told(browser: Browser, wrong: str, what: str) -> None:
    page = opened(browser, GOOD.replace("</main>", f"{wrong}</main>"))
    seen = watched(page)
    page.goto(f"{HERE}/")
    page.wait_for_load_state("networkidle")

    assert seen.refused == [what]
    with pytest.raises(AssertionError):
        seen.check(HERE)


def test_a_request_to_another_host_is_told(browser: Browser) -> None:
    page = opened(browser, GOOD)
    seen = watched(page)
    page.goto(f"{HERE}/")
    page.goto("http://elsewhere.example/")

    assert seen.hosts() == {"pages.example", "elsewhere.example"}
    with pytest.raises(AssertionError):
        seen.check(HERE)


def test_what_runs_over_the_edge_is_told(browser: Browser) -> None:
    page = opened(browser, GOOD.replace("Words.", "Word" * 1000))
    page.goto(f"{HERE}/")

    with pytest.raises(AssertionError, match="wide on a screen"):
        fits(page)
