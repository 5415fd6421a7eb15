"""`org.miss-cds.assessment`: on a card without empty members, in `assess --json` whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from cds_service.assessment.miss import RuleVerdict
from cds_service.assessment.verdict import Verdict
from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.morphine_equivalents import MorphineEquivalents
from cds_service.findings.operations import Operation, Operations
from cds_service.findings.opioid_use import OpioidUse
from cds_service.record.dates import DateRange, DayCount
from cds_service.rendering.extension import extension, full_extension
from tests.rendering.charts import (
    CLAUDICATION,
    DIABETES,
    EXAMPLES,
    PARTIAL_PAIN,
    RISK_IDS,
    SIGN_IDS,
    assessment,
    findings,
    rendering,
)

VERSION = "2026.11.0+3f9c2a1b"
MAY = date(2024, 5, 10)


def on_card(given: object) -> dict[str, object]:
    told: dict[str, object] = msgspec.json.decode(msgspec.json.encode(given))
    return told


def holds_nothing_empty(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(map(holds_nothing_empty, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(holds_nothing_empty, value))
    return value is not None and value != ""


def test_an_uneventful_card_has_what_is_always_there_and_nothing_else() -> None:
    told = on_card(extension(EXAMPLES["recommend"], VERSION))
    assert set(told) == {
        "outcome", "rule", "knowledgeVersion", "assessedOn", "signs", "risks", "opioids", "conservativeCare",
    }  # fmt: skip
    assert (told["outcome"], told["rule"]) == ("recommend", "recommend")
    assert (told["knowledgeVersion"], told["assessedOn"]) == (VERSION, "2026-11-22")
    assert told["opioids"] == {"status": "none", "mmePerDay": {"min": 0, "max": 0, "complete": True}}
    assert told["conservativeCare"] == "documented"


def test_all_seven_signs_and_risks_are_listed_in_order() -> None:
    told = extension(EXAMPLES["recommend"], VERSION)
    assert tuple(sign.id for sign in told.signs) == SIGN_IDS
    assert tuple(risk.id for risk in told.risks) == RISK_IDS


def test_a_present_sign_says_why_and_an_absent_or_unknown_one_does_not() -> None:
    has = findings(CLAUDICATION)
    unknown = replace(has.signs[5], state="unknown", because="not everything it needs was answered")
    has = replace(has, signs=(*has.signs[:5], unknown, has.signs[6]))
    told = on_card(extension(assessment("recommend", has), VERSION))
    signs = told["signs"]
    assert isinstance(signs, list)
    assert signs[2] == {
        "id": "walking-and-balance",
        "state": "present",
        "strength": "full",
        "because": "neurogenic claudication with stenosis",
        "sources": ["Condition/st"],
    }
    assert signs[0] == {"id": "persistent-pain", "state": "absent"}
    assert signs[5] == {"id": "persistent-after-surgery", "state": "unknown"}


def test_a_risk_gives_its_value_and_sources() -> None:
    told = on_card(extension(EXAMPLES["optimise-first"], VERSION))
    risks = told["risks"]
    assert isinstance(risks, list)
    assert risks[2] == {
        "id": "uncontrolled-diabetes",
        "state": "present",
        "value": {"hba1c": 9.4, "unit": "%", "date": "2026-10-02"},
        "sources": ["Observation/a1c"],
    }


@pytest.mark.parametrize(("most", "said"), [(386, {"min": 386, "max": 386}), (None, {"min": 386})])
def test_an_at_least_duration_has_no_upper_bound(most: int | None, said: dict[str, int]) -> None:
    pain = Complaint("axial", lasting=DayCount(386, most), at_least=most is None)
    has = replace(findings(CLAUDICATION), complaints=Complaints((pain,)))
    assert on_card(extension(assessment("recommend", has), VERSION))["symptomDurationDays"] == said


def test_opioids_give_status_and_covered_days() -> None:
    has = replace(findings(CLAUDICATION), opioids=OpioidUse("chronic", "chronic", covered_days=290))
    assert extension(assessment("recommend", has), VERSION).opioids.coveredDays == 290


@pytest.mark.parametrize(
    ("mme", "said"),
    [
        (MorphineEquivalents(0, 30), {"min": 0, "max": 30, "complete": True}),
        (MorphineEquivalents(28.8, 28.8, False), {"min": 28.8, "max": 28.8, "complete": False}),
    ],
)
def test_morphine_equivalents_are_bounds_a_day(mme: MorphineEquivalents, said: dict[str, object]) -> None:
    has = replace(findings(CLAUDICATION), opioids=OpioidUse("chronic", "chronic", covered_days=290), mme=mme)
    told = on_card(extension(assessment("recommend", has), VERSION))["opioids"]
    assert told == {"status": "chronic", "mmePerDay": said, "coveredDays": 290}
    assert isinstance(said["min"], int) is (b'"min":0,' in msgspec.json.encode(told))


def test_operations_are_listed_newest_first_as_exactly_as_dated() -> None:
    done = Operations(
        (
            Operation("fusion", "lumbar", date(2025, 3, 31), DateRange(date(2025, 3, 1), date(2025, 3, 31))),
            Operation("decompression", "lumbar", MAY, DateRange(MAY, MAY)),
        ),
        (Operation("other"),),
    )
    told = on_card(extension(assessment("recommend", replace(findings(CLAUDICATION), operations=done)), VERSION))
    assert told["priorSurgery"] == [
        {"kind": "fusion", "region": "lumbar", "date": "2025-03"},
        {"kind": "decompression", "region": "lumbar", "date": "2024-05-10"},
        {"kind": "other", "region": "unknown"},
    ]


def test_gaps_and_oddities_are_told() -> None:
    has = findings(CLAUDICATION, gaps=("No birth date",), oddities=("1 MedicationRequest skipped",))
    told = extension(assessment("recommend", has), VERSION)
    assert told.gaps == ("No birth date",)
    assert told.dataQuality == ("1 MedicationRequest skipped",)


def test_ids_only_keeps_states_and_drops_values() -> None:
    pain = Complaint("axial", lasting=DayCount(386, 386))
    has = replace(
        findings(CLAUDICATION, risks=(DIABETES,), gaps=("No birth date",), oddities=("odd",)),
        complaints=Complaints((pain,)),
        opioids=OpioidUse("chronic", "chronic", covered_days=290),
        operations=Operations((), (Operation("other"),)),
    )
    told = on_card(extension(assessment("optimise-first", has), VERSION, values=False))
    assert set(told) == {
        "outcome", "rule", "knowledgeVersion", "assessedOn", "signs", "risks", "opioids", "conservativeCare",
    }  # fmt: skip
    assert told["opioids"] == {"status": "chronic"}
    signs, risks = told["signs"], told["risks"]
    assert isinstance(signs, list)
    assert isinstance(risks, list)
    assert signs[2] == {"id": "walking-and-balance", "state": "present", "strength": "full"}
    assert risks[2] == {"id": "uncontrolled-diabetes", "state": "present"}


@pytest.mark.parametrize("given", EXAMPLES.values(), ids=EXAMPLES)
def test_a_card_never_holds_anything_empty(given: object) -> None:
    for card in rendering().cards(given):  # type: ignore[arg-type]
        assert holds_nothing_empty(on_card(card))


def test_assess_lists_everything_empty_lists_included() -> None:
    none = assessment("", findings(replace(PARTIAL_PAIN, state="unknown", strength=None)), why="no-sign")
    verdicts = (("deceased", False), ("recommend", None), ("consider", True))
    none = replace(none, rules=tuple(RuleVerdict(rule, Verdict("so", holds)) for rule, holds in verdicts))
    told = full_extension(none, VERSION)
    assert (told["outcome"], told["rule"], told["why"], told["cards"]) == ("none", "", "no-sign", [])
    assert told["rules"] == [
        {"id": "deceased", "verdict": "false", "because": "not: so"},
        {"id": "recommend", "verdict": "unknown", "because": "unknown: so"},
        {"id": "consider", "verdict": "true", "because": "so"},
    ]
    assert told["priorSurgery"] == told["gaps"] == told["dataQuality"] == []
    assert told["signs"][0]["because"] == "pain for more than 12 weeks without conservative care on record"
    assert told["signs"][1] == {"id": "nerve-compression", "state": "absent", "sources": []}
    assert told["risks"][0] == {
        "id": "severe-instability",
        "state": "absent",
        "sources": [],
        "because": "none on record",
    }


def test_assess_shows_the_card_the_hook_would_answer_and_no_why() -> None:
    given = EXAMPLES["recommend"]
    cards = rendering().cards(given)
    told = rendering().assessed(given, cards)
    assert told["cards"] == [on_card(card) for card in cards]
    assert "why" not in told
    assert msgspec.json.encode(told)
