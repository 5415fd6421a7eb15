"""What no code says is said to be known by its text or name only, wherever a card tells of it."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.findings import Findings, find
from cds_service.knowledge.load import load_knowledge
from tests.record.charts import chart, code, condition, resource

GIVEN = load_knowledge().given
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
PAIN = condition(code(text="Low back pain"), onsetDateTime="2026-05-20", id="c1")


def found(*entries: dict[str, Any]) -> Findings:
    return find(chart(*entries), GIVEN)


def facts(has: Findings) -> list[str]:
    told = [one.facts for one in has.signs] + [one.facts for one in has.risks] + [has.care.facts]
    return [fact.text for each in told for fact in each]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Low back pain", "low back pain"),
        ("Neck pain", "neck pain"),
        ("Thoracic pain", "thoracic back pain"),
        ("Chronic spine pain", "back or neck pain"),
    ],
)
def test_a_pain_by_its_text_is_called_by_its_place(text: str, label: str) -> None:
    has = found(condition(code(text=text), onsetDateTime="2026-05-20"))
    assert f"{label} since 20 May 2026 (26 weeks), by its text only" in facts(has)


def done(text: str, day: str, **more: Any) -> dict[str, Any]:
    return resource("Procedure", code(text=text), status="completed", performedDateTime=day, **more)


def test_care_by_its_text() -> None:
    sessions = [done("Physical therapy", f"2026-07-{day:02}", id=f"p{day}") for day in (1, 8)]
    has = found(PAIN, *sessions, done("Lumbar ESI", "2026-08-01", id="p3"))
    assert "physical therapy on 2 days, 1 July 2026 to 8 July 2026, by its text only" in facts(has)
    assert "spinal injection 1 August 2026, by its text only" in facts(has)
    assert "physical therapy 1 July 2026, by its text only" in facts(found(PAIN, sessions[0]))


def test_an_operation_by_its_text() -> None:
    before = condition(code(text="s/p lumbar fusion"), id="c2")
    assert [op.text for op in found(PAIN, before).operations.facts] == [
        "lumbar spine operation, undated, by its text only"
    ]
    dated = done("Lumbar fusion", "2020-05-01", id="p1")
    assert [op.text for op in found(PAIN, dated).operations.facts] == ["lumbar fusion, 1 May 2020, by its text only"]
    coded = resource("Procedure", code(("http://www.ama-assn.org/go/cpt", "22612")), status="completed", id="p2") | {
        "performedDateTime": "2020-05-02"
    }
    assert [op.text for op in found(PAIN, dated, coded).operations.facts] == ["lumbar fusion, 1 May 2020"]


def test_a_risk_by_its_text() -> None:
    has = found(PAIN, condition(code(text="Extensive epidural scarring"), onsetDateTime="2026-05-20", id="c2"))
    assert "epidural scarring since 20 May 2026, by its text only" in facts(has)
    coded = condition(code((ICD, "G96.12")), onsetDateTime="2026-05-20", id="c2")
    assert not any("scar" in text and "by its text" in text for text in facts(found(PAIN, coded)))


def order(named: dict[str, Any], month: int) -> dict[str, Any]:
    return resource(
        "MedicationRequest",
        None,
        status="completed",
        intent="order",
        id=f"m{month}",
        authoredOn=f"2026-{month:02}-20",
        medicationCodeableConcept=named,
        dispenseRequest={"expectedSupplyDuration": {"value": 31, "unit": "d", "code": "d"}},
    )


@pytest.mark.parametrize(
    ("named", "doubt"), [({"text": "Norco 5-325"}, ", by name only"), (code((RXNORM, "5489"), text="Norco"), "")]
)
def test_a_drug_by_its_name(named: dict[str, Any], doubt: str) -> None:
    said = facts(found(PAIN, *[order(named, month) for month in range(5, 12)]))
    assert any(
        text.startswith("hydrocodone since 20 May 2026 (") and text.endswith(f"covered){doubt}") for text in said
    )
    assert any(text.startswith("hydrocodone covering ") and text.endswith(f"2026{doubt}") for text in said)


EVERY_PATTERN = (
    "Cauda equina syndrome",
    "Saddle numbness",
    "Spinal cord compression",
    "Cervical myelopathy",
    "Sciatica",
    "Lumbar stenosis with neurogenic claudication",
    "Gross lumbar instability",
    "Unstable burst fracture of L1",
    "Grade 4 spondylolisthesis",
    "Extensive epidural scarring",
    "Herniated disc L5-S1",
    "Failed back surgery syndrome",
    "Lumbar spondylosis",
    "Scoliosis",
    "s/p laminectomy",
)


@pytest.mark.parametrize("text", EVERY_PATTERN)
def test_text_alone_is_never_an_emergency(text: str) -> None:
    new = condition(code(text=text), onsetDateTime="2026-11-20", id="c2")
    everything = [
        condition(code(text=one), onsetDateTime="2026-11-19", id=f"d{at}") for at, one in enumerate(EVERY_PATTERN)
    ]
    for entries in ((new,), (PAIN, new), (PAIN, new, *everything)):
        assert found(*entries).red_flags.emergencies == ()


@pytest.mark.parametrize("text", EVERY_PATTERN[:4])
def test_a_red_flag_by_text_is_prompt_called_possible_and_marked(text: str) -> None:
    (flag,) = found(condition(code(text=text), onsetDateTime="2026-11-20")).red_flags.prompts
    assert flag.brief.startswith("possible ")
    assert flag.fact.text.endswith("since 20 November 2026, by its text only")
