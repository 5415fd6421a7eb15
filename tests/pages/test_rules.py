"""What the page of a rule tells, in reading order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.assessment.miss import OUTCOMES
from cds_service.pages.rule_words import SITUATIONS, RulePage, rule_pages
from cds_service.rendering.words import Situation


@pytest.fixture(scope="module")
def rules(demo_answerer: Answerer) -> Mapping[str, RulePage]:
    """Every rule's page."""
    return rule_pages(demo_answerer.knowledge, demo_answerer.rendering.words)


def silent(rule: RulePage) -> list[str]:
    return [silence.rule for silence in rule.silences if silence.rule]


def test_a_rule_says_what_it_reads_and_what_that_rests_on(rules: Mapping[str, RulePage]) -> None:
    read = {page.id: page for page in rules["recommend"].reads}

    assert read["persistent-pain"].named
    assert not read["complaints"].named
    assert [held.title for held in read["walking-and-balance"].value_sets] == ["Spinal stenosis"]
    assert "symptom_days" in {number.name for number in rules["recommend"].numbers}
    assert "advanced_risks" in {number.name for number in rules["not-advised"].numbers}


def test_sources_of_its_numbers_follow_its_own(rules: Mapping[str, RulePage]) -> None:
    page = rules["recommend"]
    own, further = ({source.id for source in sources} for sources in (page.evidence, page.further))

    assert {"E28", "E01"} <= own
    assert "E05" in further or "E04" in further
    assert not own & further


def test_a_rule_is_silent_where_an_earlier_row_holds(rules: Mapping[str, RulePage]) -> None:
    assert silent(rules["recommend"]) == [
        "deceased",
        "urgent-emergency",
        "urgent-prompt",
        "under-18",
        "hospice-or-pregnancy",
        "post-operative",
        "in-hand",
        "not-advised",
        "optimise-first",
    ]
    assert "in-hand" not in silent(rules["not-advised"])
    assert silent(rules["urgent-prompt"]) == ["deceased", "urgent-emergency", "hospice-or-pregnancy"]
    assert "pregnancy does not" in rules["urgent-prompt"].silences[2].says
    assert silent(rules["deceased"]) == []


def test_a_rule_without_any_sign_or_a_trace_is_silent(rules: Mapping[str, RulePage]) -> None:
    words = [silence.says for silence in rules["consider"].silences]
    urgent = [silence.says for silence in rules["urgent-emergency"].silences]

    assert any("no trace" in says for says in words)
    assert any("None of the signs" in says for says in words)
    assert not any("None of the signs" in says for says in urgent)


def test_its_card_is_told_without_holes(rules: Mapping[str, RulePage]) -> None:
    page = rules["recommend"]

    assert page.summary == "Refer for MISS evaluation: [the reasons found]."
    assert ("With a time-critical sign and a risk to treat", page.next[2][1]) == page.next[2]
    assert page.next[2][1] == "Refer now; optimise in parallel: [what to do about each risk on record]."
    assert {rule.id for rule in rules.values() if rule.speaks} == set(OUTCOMES)


@pytest.mark.parametrize("rule", ["recommend", "consider"])
async def test_success_figures_are_attributed(demo: httpx.AsyncClient, rule: str) -> None:
    text = (await demo.get(f"/rules/{rule}")).text
    before, _, after = text.partition("What the source document states")

    assert "80 to 95 %" not in before
    assert "MISS succeeds in 80 to 95 % overall." in after
    assert "promotional" in after.partition("80 to 95 %")[0]


def test_every_situation_of_a_card_has_words_for_a_reader() -> None:
    assert set(SITUATIONS) == set(get_args(Situation))
