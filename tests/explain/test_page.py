"""What the page says of a patient, and that the demo has it for each of its own."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.assessment.miss import DECISION_TABLE
from cds_service.pages.explain import Explaining, explained
from cds_service.pages.languages import Reading
from cds_service.pages.launch_failures import STATUSES
from cds_service.pages.public import Templates
from cds_service.record.from_file import supplied_from_bundle
from cds_service.record.patient import Key
from cds_service.record.prefetch import KEYS
from cds_service.settings import Settings
from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.reading import load_vignettes
from tests.explain.charts import bundle_of, condition, long_history, opioid, procedure
from tests.hooks.calls import DAY, PATIENT, Lines, app_of, check_outcome, client_of
from tests.pages.walking import Brackets, unmarked_words

NAMED = tuple(vignette for vignette in load_vignettes() if vignette.name)
ALL: frozenset[Key] = frozenset(KEYS)


def first_of_each() -> list[Vignette]:
    """One demo patient for every rule that speaks, and every reason to stay silent."""
    found: dict[str, Vignette] = {}
    for vignette in NAMED:
        found.setdefault(vignette.expect.firing_rule or vignette.expect.why, vignette)
    return list(found.values())


@pytest.fixture(scope="module")
async def demo(answerer: Answerer) -> AsyncIterator[httpx.AsyncClient]:
    """The demo."""
    settings = Settings(profile="development", demo=True, require_auth=False, public_url="https://miss.example/x")
    async with client_of(app_of(answerer, Lines(), settings)) as client:
        yield client


@pytest.fixture(scope="module")
def pages(answerer: Answerer) -> Explaining:
    """What makes the page."""
    return Explaining(Templates("/x", answerer.knowledge.version), answerer.knowledge)


def page_of(pages: Explaining, answerer: Answerer, *resources: dict[str, Any], answered: frozenset[Key] = ALL) -> str:
    """The page of a chart of these."""
    chart = [PATIENT, *({"id": f"r{at}", **one} for at, one in enumerate(resources, 1))]
    supplied = supplied_from_bundle(json.dumps(bundle_of(chart)).encode(), answered)
    assert supplied
    return pages.page(answerer, supplied, Reading())[0]


@pytest.mark.parametrize("vignette", first_of_each(), ids=lambda it: it.id)
async def test_a_demo_patient_is_explained(demo: httpx.AsyncClient, vignette: Vignette) -> None:
    answer = await demo.get("/demo/explain", params={"patient": vignette.id})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert 'href="/x/static/explain.css"' in answer.text
    assert f"<strong>{vignette.id}</strong>" in answer.text
    decided = vignette.expect.firing_rule or vignette.expect.why
    assert ('class="decides"' in answer.text) == (decided not in ("stale", "no-sign"))
    assert ('id="referral-text"' in answer.text) == (
        decided not in ("deceased", "under-18", "hospice-or-pregnancy", "no-sign")
    )
    assert not re.search(r' style="|<script>|\son\w+=', answer.text)


async def test_no_such_demo_patient(demo: httpx.AsyncClient) -> None:
    check_outcome(await demo.get("/demo/explain", params={"patient": "nobody"}), 404)
    check_outcome(await demo.get("/demo/explain"), 404)


def test_every_rule_leads_to_its_facts_and_its_evidence(pages: Explaining, answerer: Answerer) -> None:
    html = page_of(pages, answerer, condition("279039007", "2026-05-10"))
    assert html.count('<a href="/x/rules/') >= 11
    assert '<a href="/x/rules/consider#E28">E28</a>' in html
    assert "low back pain since 10 May 2026" in html
    assert "<code>Condition/r1</code>" in html
    for word in ("true", "false", "unknown"):
        assert re.search(rf'<span aria-hidden="true">[✓–?]</span> {word}</span>', html) or word == "unknown"


def test_what_was_not_answered_is_unknown_and_said_at_the_top(pages: Explaining, answerer: Answerer) -> None:
    html = page_of(pages, answerer, condition("279039007", "2026-05-10"), answered=frozenset({"patient", "conditions"}))
    assert "Not checked, or not in full:" in html
    assert '<span aria-hidden="true">?</span> unknown</span>' in html
    assert "The EHR did not give it, or not all of it." in html


def test_conditions_that_came_in_part_reassure_nobody(pages: Explaining, answerer: Answerer) -> None:
    """Nor does the page say that nothing is on record where nobody looked at all of it."""
    part: frozenset[Key] = ALL - {"conditions"}
    html = page_of(pages, answerer, condition("44054006", "2020-01-01"), answered=part)
    assert "<h1>Nothing can be concluded: the conditions were not read in full.</h1>" in html
    assert "No card." not in html


def test_a_card_that_this_service_keeps_silent_is_told(pages: Explaining, answerer: Answerer) -> None:
    from dataclasses import replace

    html = page_of(pages, replace(answerer, silent=True), condition("279039007", "2026-05-10"))
    assert "This service is set not to show this card in the EHR." in html
    assert "MISS evaluation may be worth discussing" in html


def test_text_of_the_chart_can_do_nothing(pages: Explaining, answerer: Answerer) -> None:
    nasty = "<script>alert(1)</script>\u202e\u0000" + "x" * 500
    drug = {**opioid(DAY, 1), "medicationCodeableConcept": {"text": f"oxycodone {nasty}"}, "id": "<b>&\u202e"}
    html = page_of(pages, answerer, drug, condition("279039007", "2026-05-10", id='"><i>'))
    assert "alert(1)<" not in html
    assert "<script>" not in html and "<b>" not in html and "<i>" not in html
    assert "\u202e" not in html and "\u0000" not in html
    assert "x" * 100 not in html


def test_the_referral_is_that_of_the_card(answerer: Answerer, pages: Explaining) -> None:
    resources = [condition("279039007", "2026-03-10"), procedure("91251008", "2026-05-01")]
    html = page_of(pages, answerer, *resources)
    assert "Drafted by decision support from the chart supplied on 22 November 2026" in html
    assert "Not found in the chart:" in html


async def test_ten_years_and_eight_thousand_resources(answerer: Answerer, pages: Explaining) -> None:
    supplied = supplied_from_bundle(json.dumps(bundle_of(long_history())).encode())
    assert supplied and len(supplied.observations) > 7_000
    answered = answerer.of_chart(supplied, DAY)
    shown = explained(answerer, supplied, answered)
    marks = [mark for lane in shown.drawing.lanes for row in lane.rows for mark in row.marks]
    assert sum(mark.count for mark in marks) == 40 + 150 + 6 + 2 + 3
    assert len(marks) < 80
    assert [lane.id for lane in shown.drawing.lanes if not lane.rows] == []
    assert all(shown.plots.values())
    html, _ = pages.page(answerer, supplied, Reading())
    assert len(html) < 200_000
    assert "x" in html and "×150" in html


def test_the_page_is_made_of_messages_and_of_what_the_findings_say(answerer: Answerer) -> None:
    made = Templates("", "1+a", lambda language: Brackets())
    supplied = supplied_from_bundle(json.dumps(bundle_of(long_history())).encode())
    assert supplied
    html, _ = Explaining(made, answerer.knowledge).page(answerer, supplied, Reading("es"))
    rules = [row.id for row in DECISION_TABLE]
    names = ("MISS CDS", "HbA1c", "BMI", "kg/m²", "mg", "p1", *rules, *answerer.knowledge.evidence)
    # The dates are Spanish.
    html = re.sub(r"\d+ de \w+ de \d{4}", "", html)
    assert unmarked_words(html, *names) == []


@pytest.mark.parametrize("why", STATUSES)
def test_a_failure_is_made_of_messages(why: str) -> None:
    made = Templates("", "1+a", lambda language: Brackets())
    assert unmarked_words(made.render("launch_failed.html", Reading("es"), here="", why=why), "MISS CDS") == []
