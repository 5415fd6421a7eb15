"""Which orders a card offers, and what each says (clinical-logic H; referral.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from cds_service.assessment.miss import Assessment
from cds_service.findings import Findings
from cds_service.findings.care_courses import CareComponent
from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.conservative_care import ConservativeCare
from cds_service.findings.finding import Fact, Unknown
from cds_service.findings.flag import RedFlag
from cds_service.findings.red_flags import RedFlags
from cds_service.findings.suppression import Holding
from cds_service.findings.walking_and_balance import EXAMINE
from cds_service.record.patient import Condition, Match, Referral
from cds_service.rendering.asker import Asker
from cds_service.rendering.cards import rendering_of
from cds_service.rendering.order_reasons import Grounds
from cds_service.wire.cds_hooks import Card
from tests.card_rules import check_card
from tests.rendering.charts import (
    CAUDA_EQUINA,
    CLAUDICATION,
    DAY,
    DIABETES,
    EXAMPLES,
    NO_MRI,
    OBESITY,
    PARTIAL_PAIN,
    SCARRING,
    SMOKING,
    WEAKNESS,
    assessment,
    findings,
    knowledge,
    rendering,
    words,
)

ASKER = Asker("p1", "Practitioner/1", "e1", datetime(2026, 11, 22, 9, 30, 5, tzinfo=UTC))
FRESH = rendering_of(knowledge(), words(), "https://cds.example")


def card_of(given: Assessment, asker: Asker = ASKER) -> dict[str, Any]:
    (card,) = FRESH.cards(given, asker=asker)
    assert isinstance(card, Card)
    made: dict[str, Any] = json.loads(msgspec.json.encode(card))
    check_card(made)
    return made


def orders(given: Assessment, asker: Asker = ASKER) -> list[dict[str, Any]]:
    return [one["actions"][0]["resource"] for one in card_of(given, asker).get("suggestions", [])]


def offered(given: Assessment) -> list[str]:
    return [one["label"] for one in card_of(given).get("suggestions", [])]


OFFERS = {
    "urgent-emergency": [],
    "urgent-prompt": ["Draft an urgent referral to a spine surgeon"],
    "not-advised": ["Draft a referral for a spine surgeon’s review"],
    "optimise-first": ["Draft an order for HbA1c"],
    "recommend": ["Draft a referral for a MISS evaluation", "Draft an order for MRI of the spine"],
    "consider": ["Draft a referral for physical therapy"],
}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_each_outcome_offers_its_own(rule: str) -> None:
    assert offered(EXAMPLES[rule]) == OFFERS[rule]


def test_an_emergency_beside_a_prompt_flag_offers_nothing() -> None:
    both = RedFlags((CAUDA_EQUINA,), (replace(CAUDA_EQUINA, id="myelopathy"),))
    assert offered(assessment("urgent-emergency", findings(red_flags=both))) == []


def test_what_optimise_first_offers_are_the_present_risks_in_order() -> None:
    has = findings(CLAUDICATION, risks=(OBESITY, SMOKING, DIABETES))
    assert offered(assessment("optimise-first", has)) == [
        "Draft an order for HbA1c",
        "Draft a referral for smoking cessation",
        "Draft a referral for weight management",
    ]


def under_way(has: Findings, holds: bool | None) -> Findings:
    return replace(has, suppression=replace(has.suppression, referral_under_way=Holding(holds)))


@pytest.mark.parametrize("rule", ["urgent-prompt", "not-advised"])
@pytest.mark.parametrize(("holds", "number"), [(True, 0), (False, 1), (None, 1)])
def test_a_referral_under_way_is_not_offered_again(rule: str, holds: bool | None, number: int) -> None:
    """Row 5; unknown is not yes."""
    given = EXAMPLES[rule]
    assert len(offered(replace(given, findings=under_way(given.findings, holds)))) == number


def test_an_mri_is_offered_only_where_it_was_looked_for_and_not_found() -> None:
    has = findings(CLAUDICATION, imaging=NO_MRI)
    assert len(offered(assessment("recommend", has))) == 2
    assert len(offered(assessment("recommend", findings(CLAUDICATION)))) == 1
    assert len(offered(assessment("recommend", replace(has, imaging=Unknown("imaging was not checked"))))) == 1


def ordered(has: Findings, concept: str, status: str) -> Findings:
    """The chart with an open or closed order in a value set."""
    order = Referral("ServiceRequest/1", {concept: Match("full", concept)}, status=status)
    return replace(has, record=replace(has.record, referrals=(order,)))


@pytest.mark.parametrize(("status", "number"), [("active", 1), ("draft", 1), ("on-hold", 1), ("completed", 2)])
@pytest.mark.parametrize("concept", ["imaging_spine_mri_ct", "imaging_spine_loinc"])
def test_an_mri_that_is_ordered_already_is_not_offered(concept: str, status: str, number: int) -> None:
    has = ordered(findings(CLAUDICATION, imaging=NO_MRI), concept, status)
    assert len(offered(assessment("recommend", has))) == number


@pytest.mark.parametrize(("status", "number"), [("active", 0), ("completed", 1)])
def test_physical_therapy_that_is_ordered_already_is_not_offered(status: str, number: int) -> None:
    given = EXAMPLES["consider"]
    has = ordered(given.findings, "care_physical_therapy", status)
    assert len(offered(replace(given, findings=has))) == number


def test_physical_therapy_that_was_done_is_not_offered() -> None:
    given = EXAMPLES["consider"]
    done = CareComponent("physical therapy", date(2026, 6, 1), date(2026, 6, 20), 6, True, ())
    has = replace(given.findings, care=ConservativeCare("partial", None, (done,)))
    assert offered(replace(given, findings=has)) == []


def test_nobody_is_sent_to_exercise_before_a_possible_myelopathy_is_examined() -> None:
    """Safer than H, which offers physical therapy on every `consider`."""
    unexamined = replace(PARTIAL_PAIN, missing=(EXAMINE,))
    assert offered(assessment("consider", findings(unexamined, care="none-documented", care_facts=()))) == []


def test_nobody_is_sent_to_exercise_when_something_cannot_wait() -> None:
    assert offered(assessment("consider", findings(WEAKNESS, care="none-documented", care_facts=()))) == []


def test_what_cannot_wait_stands_in_the_note_and_the_priority_stays_routine() -> None:
    """referral.md: urgent only from the urgent outcome."""
    (referral,) = orders(assessment("recommend", findings(WEAKNESS)))
    assert referral["priority"] == "routine"
    assert referral["note"][0]["text"].split("\n")[:2] == [
        "Evaluation for minimally invasive spine surgery (MISS) requested.",
        "Time-critical, please see early: lumbar radiculopathy, 5 weeks, focal weakness.",
    ]


def test_an_urgent_referral_is_urgent_and_says_why_first() -> None:
    (referral,) = orders(EXAMPLES["urgent-prompt"])
    assert referral["priority"] == "urgent"
    assert referral["code"]["text"] == (
        "Minimally invasive spine surgery evaluation, urgent, spine: "
        "cervical spondylotic myelopathy since 3 October 2026"
    )
    first, second, *_ = referral["note"][0]["text"].split("\n")
    assert first == "URGENT: assessment by a spine surgeon requested for a red flag on record."
    assert second == "Symptoms and diagnoses: cervical spondylotic myelopathy since 3 October 2026."
    assert referral["reasonReference"] == [{"reference": "Condition/my"}]


def test_the_region_of_a_flag_is_that_of_its_entries() -> None:
    entry = Condition("Condition/my", region="cervical")
    flag = RedFlag("myelopathy", Fact("cervical myelopathy", ("Condition/my",)), "cervical myelopathy", True, (entry,))
    (referral,) = orders(assessment("urgent-prompt", findings(red_flags=RedFlags((), (flag,)))))
    assert referral["bodySite"] == [{"text": "cervical spine"}]
    assert referral["code"]["text"].endswith("urgent, cervical spine: myelopathy")


def test_the_surgeon_reads_what_speaks_against_it_once() -> None:
    (review,) = orders(assessment("not-advised", findings(CLAUDICATION, risks=(SCARRING,))))
    note = review["note"][0]["text"]
    assert note.startswith(
        "Review of the options, operative or not, requested. A minimally invasive approach may not suit: "
        "extensive epidural scarring in an imaging report (5 May 2026).\n"
    )
    assert note.count("epidural scarring") == 1
    assert "fibrosis" not in note  # the chart's own words
    assert {"reference": "DiagnosticReport/d"} in review["supportingInfo"]


def test_every_element_of_the_referral() -> None:
    """referral.md, the table."""
    conditions = (Condition("Condition/st", codes=frozenset({("http://hl7.org/fhir/sid/icd-10-cm", "M48062")})),)
    complaint = Complaint("claudication", "lumbar", conditions, label="lumbar stenosis with neurogenic claudication")
    sign = replace(CLAUDICATION, facts=(complaint.fact, Fact("gait difficulty", ("Condition/gait",))))
    has = replace(findings(sign), complaints=Complaints((complaint,)))
    (referral,) = orders(assessment("recommend", has))
    assert {name: member for name, member in referral.items() if name not in ("id", "note")} == {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "category": [
            {"coding": [{"system": "http://snomed.info/sct", "code": "3457005", "display": "Patient referral"}]}
        ],
        "code": {
            "coding": [
                {"system": "http://snomed.info/sct", "code": "308482002", "display": "Referral to neurosurgeon"},
                {"system": "http://snomed.info/sct", "code": "308481009", "display": "Referral to orthopaedic surgeon"},
            ],
            "text": "Minimally invasive spine surgery evaluation, lumbar spine: stenosis with neurogenic claudication",
        },
        "priority": "routine",
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "requester": {"reference": "Practitioner/1"},
        "authoredOn": "2026-11-22T09:30:05Z",
        "reasonCode": [
            {
                "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M48.062"}],
                "text": "lumbar stenosis with neurogenic claudication",
            }
        ],
        "reasonReference": [{"reference": "Condition/st"}, {"reference": "Condition/gait"}],
        "supportingInfo": [{"reference": "Procedure/pt"}, {"reference": "Procedure/mri"}],
        "bodySite": [{"text": "lumbar spine"}],
    }


def test_a_doubtful_complaint_says_so_and_one_without_a_region_only_what_it_is() -> None:
    complaint = Complaint("axial", label="Back pain, site unspecified", unconfirmed=True)
    sign = replace(CLAUDICATION, facts=(complaint.fact,))
    (referral,) = orders(assessment("recommend", replace(findings(sign), complaints=Complaints((complaint,)))))
    assert referral["reasonCode"] == [{"text": "back pain, site unspecified (unconfirmed)"}]
    assert referral["code"]["text"].endswith("evaluation, spine: back pain, site unspecified (unconfirmed)")
    assert "bodySite" not in referral


def test_without_a_complaint_the_sign_is_the_reason() -> None:
    (referral,) = orders(assessment("recommend", findings(CLAUDICATION)))
    assert referral["code"]["text"].endswith("evaluation, spine: neurogenic claudication with stenosis")
    assert referral["reasonCode"] == [{"text": "neurogenic claudication with stenosis"}]
    assert referral["reasonReference"] == [{"reference": "Condition/st"}]


def test_grounds_of_nothing_are_still_words() -> None:
    assert (Grounds().complaint, Grounds().place, Grounds().concepts) == ("spine disease", "spine", ())


def test_the_reason_for_treating_a_risk_is_the_risk() -> None:
    (repeat,) = orders(EXAMPLES["optimise-first"])
    assert repeat["reasonCode"] == [{"text": "HbA1c 9.4 % on 2 October 2026"}]
    assert repeat["supportingInfo"] == [{"reference": "Observation/a1c"}]
    assert not {"bodySite", "reasonReference"} & set(repeat)
    assert repeat["category"][0]["coding"][0]["display"] == "Laboratory procedure"
    assert "examination findings" not in repeat["note"][0]["text"]


def test_who_asks_from_the_command_line_has_no_name_and_no_clock() -> None:
    (referral, _) = orders(EXAMPLES["recommend"], Asker("p1"))
    assert referral["authoredOn"] == DAY.isoformat()
    assert not {"requester", "encounter"} & set(referral)


def test_what_is_on_no_server_is_looked_up_only_for_an_order() -> None:
    asked: list[str] = []

    def temporary() -> frozenset[str]:
        asked.append("asked")
        return frozenset({"Procedure/mri"})

    asker = replace(ASKER, temporary=temporary)
    rendering().cards(EXAMPLES["urgent-emergency"], asker=asker)
    assert not asked
    (referral,) = orders(assessment("recommend", findings(CLAUDICATION)), asker)
    assert referral["supportingInfo"] == [{"reference": "Procedure/pt"}]
