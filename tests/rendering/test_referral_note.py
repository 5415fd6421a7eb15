"""The lines of a referral's note: what is there, what was looked for in vain, what nobody answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings import Findings
from cds_service.findings.conservative_care import ConservativeCare
from cds_service.findings.finding import Absent, Fact, Unknown
from cds_service.findings.morphine_equivalents import DrugEquivalent, MorphineEquivalents
from cds_service.findings.opioid_use import OpioidUse
from cds_service.record.opioid_dose import Bounds
from cds_service.rendering.order_reasons import place_in_words
from cds_service.rendering.referral_note import (
    WHOLE,
    Topic,
    conservative_care,
    imaging,
    opioids,
    pain_and_function,
    topics_in_lines,
)
from tests.rendering.charts import CLAUDICATION, findings, knowledge

GIVEN = knowledge().given
TAKEN = OpioidUse("chronic", "chronic", facts=(Fact("oxycodone since 1 February 2026 (290 days covered)"),))


def opioid_line(mme: MorphineEquivalents) -> str:
    return opioids(replace(findings(), opioids=TAKEN, mme=mme), GIVEN).line()


def test_opioids_are_told_with_their_dose() -> None:
    known = DrugEquivalent("", "oxycodone", Bounds(30, 30))
    assert opioid_line(MorphineEquivalents(30, 30, True, (known,))) == (
        "Opioids: oxycodone since 1 February 2026 (290 days covered); 30 MME a day."
    )


def test_a_dose_nobody_wrote_down_is_said_to_be_missing() -> None:
    unknown = DrugEquivalent("", "oxycodone", None)
    assert opioid_line(MorphineEquivalents(complete=False, drugs=(unknown,))).endswith(
        "; how much a day is not on record."
    )


@pytest.mark.parametrize(
    ("found", "topic"),
    [
        (Absent("no pain score within 180 days"), Topic("Pain and function", lacking=("pain score within 180 days",))),
        (Absent("pain 2 of 10 on 3 May 2026"), Topic("Pain and function", (Fact("pain 2 of 10 on 3 May 2026"),))),
        (Unknown("not asked"), Topic("Pain and function", unchecked=("pain and function scores",))),
    ],
)
def test_a_low_score_is_an_answer_and_a_missing_one_is_not(found: Absent | Unknown, topic: Topic) -> None:
    assert pain_and_function(replace(findings(), impact=found), GIVEN) == topic


def test_imaging_that_was_not_checked_is_not_said_to_be_missing() -> None:
    has: Findings = replace(findings(), imaging=Unknown("imaging was not checked"))
    assert imaging(has, GIVEN) == Topic("Imaging", unchecked=("imaging",))


def test_care_of_which_there_is_a_trace_is_not_said_to_be_missing() -> None:
    facts = (Fact("physical therapy 6 July 2026"),)
    gaps = ("physical therapy not found", "spinal injection not found", "pain medication not checked")
    has = replace(findings(CLAUDICATION), care=ConservativeCare("partial", None, facts=facts, gaps=gaps))
    topic = conservative_care(has, GIVEN)
    assert (topic.lacking, topic.unchecked) == (("spinal injection",), ("pain medication",))


def test_nothing_is_said_twice() -> None:
    fact = Fact("MRI of the lumbar spine, 5 May 2026", quote="hostile")
    topics = (Topic("Imaging", (fact, fact), ("x",), ("y",)), Topic("Other", (fact,), ("x",), ("y",)))
    assert topics_in_lines(topics) == [
        "Imaging: MRI of the lumbar spine, 5 May 2026.",
        "Other: MRI of the lumbar spine, 5 May 2026.",
        "Not found in the chart: x.",
        "Not checked: y.",
    ]
    assert topics_in_lines(topics, fact.text) == ["Not found in the chart: x.", "Not checked: y."]


def test_an_uneventful_chart_names_everything_that_a_clinic_asks_for() -> None:
    (line,) = [
        line
        for line in topics_in_lines(topic(findings(), GIVEN) for topic in WHOLE)
        if line.startswith("Not found in the chart: ")
    ]
    for word in ("complaint", "weakness", "opioids", "earlier spine surgery"):
        assert word in line


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        ((), "spine"),
        (("lumbar",), "lumbar spine"),
        (("cervical", "lumbar"), "cervical and lumbar spine"),
        (("cervical", "thoracic", "lumbar"), "cervical, thoracic and lumbar spine"),
    ],
)
def test_places_are_said_as_one_would(regions: tuple[object, ...], words: str) -> None:
    assert place_in_words(regions) == words  # type: ignore[arg-type]
