"""Looking at a page: what axe finds, what it asked for, what its policy refused, whether it fits the screen.

`browsing()` starts the browser; `watched(page)` is to be called before the page is opened, its `check` at the end of
whatever a person does there; `no_violations(page)` may be called in any state of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

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
# How people look: as arguments of browser.new_context.
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
LOOKS: dict[str, dict[str, Any]] = {
    "wide": WIDE,
    "dark": {**WIDE, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 320, "height": 640}, "has_touch": True},
    "phone-dark": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "color_scheme": "dark"},
    "own-colours": {**WIDE, "forced_colors": "active"},
}
# Every rule of axe that is in use, those for WCAG 2.2 and best practice included, but the ones for level AAA.
RULES_IN_USE = """() => Object.fromEntries(axe.getRules()
    .filter(({ tags }) => !tags.includes("deprecated") && !tags.includes("wcag2aaa"))
    .map(({ ruleId }) => [ruleId, { enabled: true }]))"""
REFUSALS = """addEventListener("securitypolicyviolation",
    (refused) => told_of_refusal(`${refused.effectiveDirective} ${refused.blockedURI}`), true)"""


@contextmanager
def browsing() -> Iterator[Browser]:
    """A real Chromium, for as long as the tests of a module need it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Watched:
    """What a page did since it was watched: what it asked for, what its policy refused, what the browser said of it."""

    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        """The hosts, with their ports, of every request."""
        return {urlsplit(url).netloc for url in self.asked}

    def check(self, address: str) -> None:
        """It asked nothing of another host than `address` is on, was refused nothing, and no one complained."""
        assert self.hosts() <= {urlsplit(address).netloc}
        assert self.refused == []
        assert self.complaints == []


def watched(page: Page) -> Watched:
    """Watches a page from before it is opened until it is closed."""
    seen = Watched()
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.expose_function("told_of_refusal", lambda refusal: seen.refused.append(refusal))
    page.add_init_script(REFUSALS)
    return seen


def no_violations(page: Page) -> None:
    """axe finds nothing to mend on the page as it stands now."""
    axe = Axe()
    page.evaluate(axe.axe_script)
    rules = page.evaluate(RULES_IN_USE)
    found = axe.run(page, options={"resultTypes": ["violations"], "rules": rules})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def fits(page: Page) -> None:
    """Nothing runs over the right edge: no one has to scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    seen = page.evaluate("document.documentElement.clientWidth")
    assert wide <= seen, f"{page.url} is {wide} wide on a screen of {seen}"
