"""The explanation page in a real Chromium: launched by an EHR of the tests' own, and for every kind of demo patient."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from tests.explain.charts import long_history
from tests.explain.launches import app_row
from tests.explain.smart_ehr import LAUNCH, SmartEhr, smart_ehr
from tests.fetch.ehr import Reply
from tests.hooks.calls import bundle
from tests.system.looking import LOOKS, browsing, fits, no_violations, watched
from tests.system.test_demo_page import free_port, wait_for

KINDS = ("Condition", "MedicationRequest", "Procedure", "Observation", "DiagnosticReport")
PATIENTS = ("V33", "V16", "V09", "empty-chart")


@pytest.fixture(scope="module")
def ehr() -> Iterator[SmartEhr]:
    """An EHR with a patient of ten years' history, on a loop of its own."""
    held: list[SmartEhr] = []
    started, over = Event(), Event()

    async def run() -> None:
        chart = long_history()
        replies = {kind: Reply(bundle(*[one for one in chart if one["resourceType"] == kind])) for kind in KINDS}
        async with smart_ehr(chart=replies) as running:
            held.append(running)
            started.set()
            await asyncio.to_thread(over.wait)

    thread = Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert started.wait(20)
    yield held[0]
    over.set()
    thread.join()


@contextmanager
def serving(folder: Path, *command: str, **settings: str) -> Iterator[str]:
    """A server in a process of its own."""
    url = f"http://127.0.0.1:{free_port()}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    environ |= {"CDS_DATABASE_URL": f"sqlite:///{folder}/store.db", **settings}
    port = url.rpartition(":")[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "cds_service", *command, "--port", port], stdout=subprocess.DEVNULL, env=environ
    )
    try:
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, ehr: SmartEhr) -> Iterator[str]:
    """The service with that EHR registered."""
    folder = tmp_path_factory.mktemp("explain")
    (folder / "clients.toml").write_text(app_row(ehr))
    with serving(
        folder,
        "serve",
        CDS_PROFILE="development",
        CDS_REQUIRE_AUTH="false",
        CDS_TODAY="2026-11-22",
        CDS_FETCH_DEADLINE_SECONDS="30",
        CDS_CLIENTS_FILE=f"{folder}/clients.toml",
    ) as url:
        yield url


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo."""
    with serving(tmp_path_factory.mktemp("demo"), "demo") as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with browsing() as started:
        yield started


def test_an_ehr_launches_the_page(browser: Browser, address: str, ehr: SmartEhr) -> None:
    """From the EHR's button to the page and its copied text; nothing of the way stays in the address or history."""
    ehr.spent = False
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    seen = watched(page)
    page.goto(f"{address}/launch?{urlencode({'iss': f'{ehr.origin}/fhir', 'launch': LAUNCH})}")
    expect(page.locator("h1")).to_contain_text("Optimise before MISS referral")
    assert page.url == f"{address}/explain"
    assert seen.hosts() == {address.removeprefix("http://"), ehr.origin.removeprefix("http://")}
    assert (seen.refused, seen.complaints) == ([], [])
    assert context.cookies() == []
    assert page.locator("#timeline svg .mark").count() > 10
    page.get_by_role("button", name="Copy the text").click()
    expect(page.locator("#copied")).to_have_text("Copied")
    assert "Symptoms and diagnoses:" in page.evaluate("navigator.clipboard.readText()")
    no_violations(page)
    fits(page)
    page.reload()
    expect(page.locator("h1")).to_have_text("Open it again from the chart")
    no_violations(page)
    context.close()


def test_a_person_who_refuses_is_told_what_to_do(browser: Browser, address: str, ehr: SmartEhr) -> None:
    ehr.refuses = "access_denied"
    page = browser.new_page()
    seen = watched(page)
    page.goto(f"{address}/launch?{urlencode({'iss': f'{ehr.origin}/fhir', 'launch': LAUNCH})}")
    ehr.refuses = ""
    expect(page.locator("h1")).to_have_text("Access was refused")
    assert page.url == f"{address}/explain"
    assert seen.refused == []
    page.close()


SEEN = [*((look, PATIENTS[0]) for look in LOOKS), *(("wide", patient) for patient in PATIENTS[1:])]


@pytest.mark.parametrize(("look", "patient"), SEEN)
def test_the_page_of_a_patient(browser: Browser, demo: str, look: str, patient: str) -> None:
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    seen = watched(page)
    page.goto(f"{demo}/demo/explain?patient={patient}")
    fits(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    no_violations(page)
    fits(page)
    seen.check(demo)
    context.close()


def test_on_paper_the_rule_that_decides_is_open_and_no_button_is_there(browser: Browser, demo: str) -> None:
    page = browser.new_page()
    page.goto(f"{demo}/demo/explain?patient=V33")
    closed, others = page.locator(".decides details:not([open])"), page.locator("#rules details:not([open])")
    before = (closed.count(), others.count())
    assert before[1] > before[0] > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert (closed.count(), others.count()) == (0, before[1] - before[0])
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Copy the text").is_visible()
    assert page.locator("#timeline svg").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (closed.count(), others.count()) == before
    page.close()


def test_without_a_clipboard_the_text_is_selected(browser: Browser, demo: str) -> None:
    page = browser.new_page()
    page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('no'));document.execCommand = () => false"
    )
    page.goto(f"{demo}/demo/explain?patient=V33")
    page.get_by_role("button", name="Copy the text").click()
    expect(page.locator("#copied")).to_have_text("Selected: press Ctrl+C")
    assert "Symptoms and diagnoses:" in page.evaluate("getSelection().toString()")
    page.close()
