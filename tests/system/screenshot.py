"""The picture of the demo in the README: `python -m tests.system.screenshot docs/demo.png` takes it.

No address and no path of this machine is on it: the picture ends above the foot of the page.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from tests.system.looking import browsing
from tests.system.test_demo_page import free_port, wait_for

CARD = "article.card"
SIZE = {"width": 1024, "height": 660}
MOST_BYTES = 150_000


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo in a process of its own, with a store of its own."""
    url = f"http://127.0.0.1:{free_port()}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    with tempfile.TemporaryDirectory() as folder:
        environ["CDS_DATABASE_URL"] = f"sqlite:///{folder}/store.db"
        command = [sys.executable, "-m", "cds_service", "demo", "--port", url.rpartition(":")[2]]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environ)
        try:
            wait_for(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


def picture(browser: Browser, url: str) -> bytes:
    """The chart that the page opens with, and its card, as wide as a README shows it."""
    page = browser.new_page(viewport={"width": SIZE["width"], "height": SIZE["height"]}, reduced_motion="reduce")
    page.goto(f"{url}/demo/")
    page.locator(CARD).first.wait_for()
    page.evaluate("scrollTo(0, 0)")
    return page.screenshot()


if __name__ == "__main__":
    with demo() as address, browsing() as started:
        taken = picture(started, address)
    if len(taken) > MOST_BYTES:
        sys.exit(f"the picture has {len(taken)} bytes, more than {MOST_BYTES}: make it smaller")
    Path(sys.argv[1]).write_bytes(taken)
