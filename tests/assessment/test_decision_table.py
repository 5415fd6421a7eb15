"""The decision table of clinical-logic G, row by row."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from cds_service.assessment.miss import DECISION_TABLE, Assessment, Outcome, assess
from cds_service.assessment.verdict import Verdict
from cds_service.findings import Findings
from cds_service.findings.finding import Fact
from cds_service.findings.risk import Risk, RiskId
from cds_service.findings.sign import Sign, SignId
from cds_service.findings.truth import Truth
from cds_service.record.patient import Key
from tests.assessment.charts import STALE, findings, flag, risk, sign, suppressed, unknown_sign
from tests.findings.comorbid_charts import GIVEN

INSTABLE = risk("severe-instability", major=True)
SMOKER = risk("current-smoking", extreme=True, modifiable=True)
HBA1C = risk("uncontrolled-diabetes", extreme=True, modifiable=True)
HEAVY = risk("obesity", extreme=True, modifiable=True)
HEART = risk("cardiovascular-disease", extreme=True, modifiable=True)
INFECTION = risk("active-infection", modifiable=True)
PARTIAL = sign("partial")
CRITICAL = sign("full", "nerve-compression", critical=True)
EMERGENCY: dict[str, Any] = {"emergencies": (flag("cauda equina"),)}
PROMPT: dict[str, Any] = {"prompts": (flag("myelopathy"),)}


STARTING = tuple(name for name in get_args(SignId) if name != "favourable-candidate")


def judged(has: Findings, *needs: Key) -> Assessment:
    return assess(has, GIVEN, recommend_needs=frozenset(needs))


def outcome(*present: Sign | Risk, **more: Any) -> str:
    """The outcome, of none with why."""
    result = judged(findings(*present, **more))
    return f"none: {result.why}" if result.outcome == "none" else result.rule


def verdict(result: Assessment, rule_id: str) -> Truth:
    return next(row.verdict.holds for row in result.rules if row.rule == rule_id)


def test_the_ids_in_reading_order_each_once() -> None:
    expected = [
        "deceased",
        "urgent-emergency",
        "urgent-prompt",
        "under-18",
        "hospice-or-pregnancy",
        "post-operative",
        "in-hand",
        "not-advised",
        "optimise-first",
        "recommend",
        "consider",
    ]
    assert [row.id for row in DECISION_TABLE] == expected
    assert [row.rule for row in judged(findings()).rules] == expected


def test_every_rule_says_what_it_is() -> None:
    assert all(row.statement.endswith(".") or ":" in row.statement for row in DECISION_TABLE)


EVERYTHING: list[tuple[str, dict[str, Any], str]] = [
    ("deceased", {}, "none: deceased"),
    ("hospice", {}, "none: hospice-or-pregnancy"),
    ("", EMERGENCY, "urgent-emergency"),
    ("", PROMPT, "urgent-prompt"),
    ("under_18", {}, "none: under-18"),
    ("pregnant", {}, "none: hospice-or-pregnancy"),
    ("post_operative", {}, "none: post-operative"),
]


@pytest.mark.parametrize("place", range(len(EVERYTHING)))
def test_each_row_stops_what_follows_it(place: int) -> None:
    """With this row and all that follow holding, it decides, over row 6 too."""
    below = EVERYTHING[place:]
    holding = {name: True for name, _, _ in below if name}
    more = {key: value for _, flags, _ in below for key, value in flags.items()}
    got = outcome(sign(), INSTABLE, SMOKER, suppression=suppressed(referral_under_way=True, **holding), **more)
    assert got == below[0][2]


@pytest.mark.parametrize("name", ["deceased", "hospice", "under_18", "pregnant", "post_operative"])
def test_an_unknown_reads_as_not_holding(name: str) -> None:
    result = judged(findings(sign(), suppression=suppressed(**{name: None})))
    assert result.rule == "recommend"
    rule_id = {"hospice": "hospice-or-pregnancy", "pregnant": "hospice-or-pregnancy"}.get(name, name.replace("_", "-"))
    row = next(row for row in result.rules if row.rule == rule_id)
    assert row.verdict.holds is None
    assert row.verdict.because == f"unknown: {name} was not checked"


def test_hospice_silences_red_flags_and_pregnancy_does_not() -> None:
    assert outcome(suppression=suppressed(hospice=True), **EMERGENCY) == "none: hospice-or-pregnancy"
    assert outcome(suppression=suppressed(pregnant=True), **EMERGENCY) == "urgent-emergency"
    assert outcome(suppression=suppressed(pregnant=True), **PROMPT) == "urgent-prompt"
    assert outcome(suppression=suppressed(hospice=True, under_18=True)) == "none: hospice-or-pregnancy"
    assert outcome(suppression=suppressed(hospice=True, deceased=True)) == "none: deceased"


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ([sign()], "none: in-hand"),
        ([PARTIAL], "none: in-hand"),
        ([], "none: no-sign"),
        ([sign(), INSTABLE], "not-advised"),
        ([sign(), SMOKER], "optimise-first"),
        ([PARTIAL, SMOKER], "none: in-hand"),
        ([CRITICAL, SMOKER], "none: in-hand"),
        ([unknown_sign()], "none: no-sign"),
    ],
)
def test_a_referral_under_way_stops_rows_8_and_9_only(present: list[Sign | Risk], expected: str) -> None:
    assert outcome(*present, suppression=suppressed(referral_under_way=True)) == expected


def test_a_referral_beside_a_stale_complaint_is_not_in_hand() -> None:
    assert outcome(complaints=STALE, suppression=suppressed(referral_under_way=True)) == "none: stale"


@pytest.mark.parametrize("present", [sign(), PARTIAL, sign("partial", "deformity")])
@pytest.mark.parametrize(
    ("risks", "expected"),
    [
        ([INSTABLE], True),
        ([risk("epidural-scarring", major=True)], True),
        ([risk("cardiovascular-disease", major=True)], True),
        ([HBA1C, HEAVY, SMOKER], True),
        ([HEART, HEAVY, SMOKER], True),
        ([HBA1C, HEAVY], False),
        ([HBA1C, HEAVY, INFECTION], False),
        ([risk("obesity", modifiable=True), HBA1C, SMOKER], False),
    ],
)
def test_row_6_any_sign_and_a_reason_to_avoid_it(present: Sign, risks: list[Risk], expected: bool) -> None:
    assert (outcome(present, *risks) == "not-advised") is expected


def test_row_6_stands_though_a_sign_is_time_critical() -> None:
    assert outcome(CRITICAL, INSTABLE) == "not-advised"


@pytest.mark.parametrize("factor", [INSTABLE, SMOKER, INFECTION])
def test_a_contraindication_without_a_sign_is_no_card(factor: Risk) -> None:
    assert outcome(factor) == "none: no-sign"
    assert outcome(factor, unknown_sign()) == "none: no-sign"
    assert outcome(factor, sign("full", "favourable-candidate")) == "none: no-sign"


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ([sign(), HBA1C], "optimise-first"),
        ([sign(), risk("obesity", modifiable=True)], "optimise-first"),
        ([sign(), SMOKER], "optimise-first"),
        ([sign(), HEART], "optimise-first"),
        ([sign(), INFECTION], "optimise-first"),
        ([PARTIAL, SMOKER], "consider"),
        ([CRITICAL, SMOKER], "recommend"),
        ([sign(), CRITICAL, SMOKER], "recommend"),
        ([sign()], "recommend"),
        ([CRITICAL], "recommend"),
        ([PARTIAL], "consider"),
        ([PARTIAL, unknown_sign()], "consider"),
        ([sign("full", "favourable-candidate")], "none: no-sign"),
        ([sign(), sign("full", "favourable-candidate")], "recommend"),
        ([unknown_sign()], "none: no-sign"),
        ([], "none: no-sign"),
    ],
)
def test_rows_7_to_10(present: list[Sign | Risk], expected: str) -> None:
    assert outcome(*present) == expected


@pytest.mark.parametrize("sign_id", ["persistent-pain", "deformity", "medication-dependence", "walking-and-balance"])
def test_any_sign_but_the_candidate_starts_a_card(sign_id: SignId) -> None:
    assert outcome(sign("full", sign_id)) == "recommend"
    assert outcome(sign("partial", sign_id)) == "consider"


@pytest.mark.parametrize("id_", ["severe-instability", "uncontrolled-diabetes", "current-smoking"])
def test_an_unknown_exclusion_reads_as_not_holding(id_: RiskId) -> None:
    unknown = Risk(id_, "unknown", major=None, extreme=None, modifiable=None)
    result = judged(findings(sign(), unknown))
    assert result.rule == "recommend"
    assert verdict(result, "not-advised") is None
    assert verdict(result, "optimise-first") is None


def test_three_risks_of_which_one_is_unknown_are_unknown() -> None:
    unknown = Risk("uncontrolled-diabetes", "unknown", extreme=None, modifiable=None)
    result = judged(findings(sign(), HEAVY, SMOKER, unknown))
    assert result.rule == "optimise-first"
    assert verdict(result, "not-advised") is None


def test_no_birth_date_makes_a_recommendation_a_consideration() -> None:
    assert outcome(sign(), born=False) == "consider"
    assert outcome(sign(), SMOKER, born=False) == "optimise-first"
    assert outcome(sign(), INSTABLE, born=False) == "not-advised"
    assert outcome(born=False, **EMERGENCY) == "urgent-emergency"
    assert verdict(judged(findings(sign(), born=False)), "recommend") is None


@pytest.mark.parametrize(
    ("needs", "unanswered", "expected"),
    [
        ((), ("procedures",), "recommend"),
        (("procedures",), (), "recommend"),
        (("procedures",), ("procedures",), "consider"),
        (("procedures", "observations"), ("observations",), "consider"),
        (("procedures",), ("observations",), "recommend"),
    ],
)
def test_the_strict_form(needs: tuple[Key, ...], unanswered: tuple[Key, ...], expected: str) -> None:
    assert judged(findings(sign(), unanswered=unanswered), *needs).rule == expected


def test_the_strict_form_says_what_it_waits_for() -> None:
    rows = {row.rule: row.verdict for row in judged(findings(sign(), unanswered=("procedures",)), "procedures").rules}
    assert rows["recommend"].because == "unknown: every key that a recommendation needs was answered"
    assert rows["recommend"].says == "recommend an evaluation"


def test_the_strict_form_recommends_no_more_than_the_plain_one() -> None:
    assert judged(findings(PARTIAL), "procedures").rule == "consider"
    assert judged(findings(sign(), born=False), "procedures").rule == "consider"
    assert judged(findings(), "procedures").why == "no-sign"


def test_the_strict_form_changes_no_other_row() -> None:
    has = findings(sign(), SMOKER, unanswered=("procedures",))
    assert judged(has, "procedures").rule == "optimise-first"


def test_why_at_the_last_row() -> None:
    assert outcome() == "none: no-sign"
    assert outcome(complaints=STALE) == "none: stale"
    assert outcome(PARTIAL, complaints=STALE) == "consider"


def test_no_red_flag_is_known_where_conditions_came_in_part() -> None:
    result = judged(findings(unanswered=("conditions",)))
    assert verdict(result, "urgent-emergency") is None
    assert verdict(result, "urgent-prompt") is None
    assert verdict(judged(findings()), "urgent-emergency") is False


@pytest.mark.parametrize(
    ("has", "result", "reasons"),
    [
        (findings(**EMERGENCY), ("urgent", "urgent-emergency"), ["cauda equina"]),
        (findings(**PROMPT), ("urgent", "urgent-prompt"), ["myelopathy"]),
        (findings(sign(), INSTABLE), ("not-advised", "not-advised"), ["persistent-pain full", "severe-instability"]),
        (findings(sign(), SMOKER), ("optimise-first", "optimise-first"), ["persistent-pain full", "current-smoking"]),
        (
            findings(sign(), INFECTION, CRITICAL),
            ("recommend", "recommend"),
            ["persistent-pain full", "nerve-compression full"],
        ),
        (findings(PARTIAL), ("consider", "consider"), ["persistent-pain partial"]),
        (findings(), ("none", ""), []),
    ],
)
def test_what_an_assessment_tells(has: Findings, result: tuple[Outcome, str], reasons: list[str]) -> None:
    assessment = judged(has)
    assert (assessment.outcome, assessment.rule) == result
    assert assessment.reasons == tuple(map(Fact, reasons))
    assert assessment.findings is has


def test_because_in_words() -> None:
    rows = {row.rule: row.verdict.because for row in judged(findings(sign(), SMOKER)).rules}
    assert rows["optimise-first"] == "persistent-pain in full; no time-critical sign; current-smoking"
    assert rows["deceased"] == "not: deceased"
    assert rows["urgent-emergency"] == "not: a new emergency on record"
    assert rows["consider"] == "persistent-pain"


TREES: dict[str, list[str]] = {
    "deceased": ["deceased"],
    "urgent-emergency": ["a new emergency on record"],
    "urgent-prompt": ["a finding that needs prompt assessment"],
    "under-18": ["under 18"],
    "hospice-or-pregnancy": ["hospice or pregnancy", "in hospice care", "pregnant"],
    "post-operative": ["spine operation within 84 days"],
    "in-hand": ["spine referral under way"],
    "not-advised": [
        "MISS may not suit",
        "a sign, full or partial",
        *STARTING,
        "a reason to avoid MISS",
        *get_args(RiskId),
        "3 advanced risks together",
        *get_args(RiskId),
    ],
    "optimise-first": [
        "optimise first",
        "a full sign",
        *(f"{name} in full" for name in STARTING),
        "nothing time-critical",
        "no time-critical sign",
        "a risk to treat first",
        *get_args(RiskId),
    ],
    "recommend": [
        "recommend an evaluation",
        "a full sign",
        *(f"{name} in full" for name in STARTING),
        "the birth date is on record",
    ],
    "consider": ["a sign, full or partial", *STARTING],
}


def told(verdict: Verdict) -> list[str]:
    """What a verdict says, and then each of its parts."""
    return [verdict.says, *(words for part in verdict.parts for words in told(part))]


def test_each_rule_says_what_it_was_put_together_from() -> None:
    rows = {row.rule: row.verdict for row in judged(findings(suppression=suppressed(pregnant=True))).rules}
    assert {rule_id: told(row) for rule_id, row in rows.items()} == TREES
    assert rows["hospice-or-pregnancy"].facts == (Fact("pregnant"),)
