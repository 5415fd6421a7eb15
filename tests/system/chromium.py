"""The browser that tests drive: CDS_CHROMIUM, else one on PATH, else the one that Playwright downloaded.

`python -m tests.system.chromium` prints its path; when there is none it gets one first: as root from the
system's packages, else by Playwright's own download, else it says in one line what to install.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
WHAT_TO_DO = "no browser for the tests: install chromium, or set CDS_CHROMIUM to the path of a Chromium or Chrome"

Which = Callable[[str], str | None]
Run = Callable[[Sequence[str]], bool]


class NoChromium(Exception):
    """No browser is there; the message is one line that says what to do."""


def downloaded() -> str:
    """Where Playwright keeps its own Chromium, or would."""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def run(command: Sequence[str]) -> bool:
    """Whether the command ended well. What it prints goes to stderr, so that stdout is the path alone."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode == 0


def chromium_path(
    environ: Mapping[str, str] = os.environ,
    which: Which = shutil.which,
    downloaded: Callable[[], str] = downloaded,
) -> str:
    """The browser to start.

    Raises NoChromium when there is none, and when CDS_CHROMIUM names something that cannot be run: another
    browser taken silently would hide the mistake.
    """
    if named := environ.get("CDS_CHROMIUM"):
        if path := which(named):
            return path
        raise NoChromium(f"CDS_CHROMIUM is {named!r}, which is no program that can be run: correct or unset it")
    if path := next(filter(None, map(which, NAMES)), None) or which(downloaded()):
        return path
    raise NoChromium(WHAT_TO_DO)


def install_chromium(*, root: bool, which: Which = shutil.which, run: Run = run) -> None:
    """Chromium from the system's packages, for root with apt-get; where that fails, Playwright's download.

    Whether there is a browser now is for chromium_path to say.
    """
    if root and (apt := which("apt-get")):
        quietly = ("env", "DEBIAN_FRONTEND=noninteractive", apt, "-qq")
        if run((*quietly, "update")) and run((*quietly, "install", "-y", "chromium")):
            return
    run((sys.executable, "-m", "playwright", "install", "chromium"))


def ensure_chromium(find: Callable[[], str], install: Callable[[], None], *, named: bool) -> str:
    """The browser's path, installed first when there is none; a named one is never replaced by another."""
    try:
        return find()
    except NoChromium:
        if named:
            raise
    install()
    return find()


if __name__ == "__main__":
    try:
        print(
            ensure_chromium(
                chromium_path,
                lambda: install_chromium(root=os.geteuid() == 0),
                named=bool(os.environ.get("CDS_CHROMIUM")),
            )
        )
    except NoChromium as missing:
        sys.exit(str(missing))
