"""A real server process of the demo, and a real browser on its page, as the tests of that page use them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, expect

from tests.system.looking import WIDE, Watched, watched

# What the browser itself says of an answer that a test asked for.
EXPECTED = "Failed to load resource: the server responded with a status of 4"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


@contextmanager
def demo_server(folder: Path, **settings: str) -> Iterator[str]:
    """The address of a demo in a process of its own."""
    url = f"http://127.0.0.1:{free_port()}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    environ |= {"CDS_DATABASE_URL": f"sqlite:///{folder}/store.db", "CDS_LOG_LEVEL": "error", **settings}
    command = [sys.executable, "-m", "cds_service", "demo", "--port", url.rpartition(":")[2]]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environ)
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


@contextmanager
def opened(browser: Browser, address: str, look: dict[str, object] = WIDE, path: str = "/demo/") -> Iterator[Page]:
    """The page with its first answer; it may ask nothing of any other host, and nothing is refused or complained of."""
    context = browser.new_context(**look)  # type: ignore[arg-type]
    page = context.new_page()
    seen = watched(page)
    page.goto(f"{address}{path}")
    answered(page)
    yield page
    quiet(seen).check(address)
    context.close()


def quiet(seen: Watched) -> Watched:
    return Watched(seen.asked, seen.refused, [told for told in seen.complaints if not told.startswith(EXPECTED)])


def answered(page: Page) -> None:
    """What was asked is answered and shown."""
    expect(page.locator("#result")).to_have_attribute("aria-busy", "false")


def pick(page: Page, patient: str) -> None:
    """By keyboard: the radio button of that patient."""
    page.locator(f"input[value='{patient}']").focus()
    page.keyboard.press("Space")
    answered(page)


def choose(page: Page, label: str, value: str) -> None:
    page.get_by_label(label, exact=True).select_option(value)
    answered(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
