"""The rules and what is said of them: evidence, card, vignettes, and pages that leave nothing out."""

from __future__ import annotations

import ast
from collections import defaultdict
from importlib.resources import files
from importlib.resources.abc import Traversable

import pytest

from cds_service.assessment.miss import DECISION_TABLE, OUTCOMES
from cds_service.findings.risk import RiskId
from cds_service.findings.sign import SignId
from cds_service.knowledge.load import Knowledge
from cds_service.rendering.checks import load_cards
from cds_service.vignettes.reading import load_vignettes

RULES = tuple(row.id for row in DECISION_TABLE)
# Rules whose inputs are never unknown: a red flag and a death are on record or are not.
NEVER_UNKNOWN = frozenset({"deceased", "urgent-emergency", "urgent-prompt"})
# Which finding's words speak for what a module reads; what has no line here reads no number and no value set.
SPEAKS_FOR: dict[str, tuple[str, ...]] = {
    "__init__": ("age",),
    "bladder": ("emergencies",),
    "candidate": ("favourable-candidate",),
    "cardiovascular": ("cardiovascular-disease",),
    "care_courses": ("conservative-care",),
    "cautions": ("cautions",),
    "chronic_opioids": ("opioid-use",),
    "complaints": ("complaints", "gait"),
    "conservative_care": ("conservative-care",),
    "copies": ("severe-instability", "epidural-scarring"),
    "contraindications": ("severe-instability", "epidural-scarring"),
    "current": ("complaints",),
    "diabetes": ("uncontrolled-diabetes",),
    "dose_caution": ("morphine-equivalents",),
    "drug_cautions": ("cautions",),
    "drug_indication": ("opioid-use",),
    "episodes": ("complaints",),
    "flag": ("emergencies", "prompt-findings"),
    "gait": ("gait",),
    "grounds": ("complaints",),
    "imaging": ("imaging",),
    "impact": ("impact",),
    "infection": ("active-infection",),
    "limbs": ("limb-deficits",),
    "morphine_equivalents": ("morphine-equivalents",),
    "neurological_signs": ("nerve-compression",),
    "obesity": ("obesity",),
    "operations": ("operations",),
    "opioid_use": ("opioid-use",),
    "persistent_pain": ("persistent-pain",),
    "pregnancy": ("pregnancy",),
    "prior_surgery": ("persistent-after-surgery",),
    "red_flags": ("emergencies", "prompt-findings"),
    "referrals": ("referral-under-way",),
    "risk": ("obesity",),
    "smoking": ("current-smoking",),
    "spine": ("complaints", "traces"),
    "spine_context": ("complaints",),
    "suppression": ("hospice-care", "age", "pregnancy", "fresh-operation", "referral-under-way"),
    "suspected_cancer": ("prompt-findings", "complaints"),
    "symptom_duration": ("complaints",),
    "traces": ("traces",),
    "walking_and_balance": ("walking-and-balance",),
}


@pytest.mark.parametrize("rule", sorted(OUTCOMES))
def test_every_rule_that_speaks_has_evidence_and_a_card(rule: str, knowledge: Knowledge) -> None:
    [row] = [row for row in DECISION_TABLE if row.id == rule]
    cards = load_cards(knowledge.evidence).cards

    assert row.evidence
    assert set(row.evidence) <= set(knowledge.evidence)
    assert cards[rule].rule == rule


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_vignettes_for_yes_no_and_unknown(rule: str) -> None:
    shown = {vignette.shows for vignette in load_vignettes() if vignette.about == rule}

    assert shown == {"yes", "no"} | (set() if rule in NEVER_UNKNOWN else {"unknown"})


def test_every_rule_sign_and_risk_has_words_for_its_page(knowledge: Knowledge) -> None:
    pages = knowledge.rule_pages
    kinds = defaultdict(set)
    for name, words in pages.findings.items():
        kinds[words.kind].add(name)

    assert tuple(pages.rules) == RULES
    assert kinds["sign"] == set(SignId.__args__)  # type: ignore[attr-defined]
    assert kinds["risk"] == set(RiskId.__args__)  # type: ignore[attr-defined]


def test_the_pages_name_every_number_and_value_set(knowledge: Knowledge) -> None:
    pages = knowledge.rule_pages
    numbers = {name for words in pages.findings.values() for name in words.numbers}
    numbers |= {name for rule in pages.rules.values() for name in rule.numbers}
    value_sets = {name for words in pages.findings.values() for name in words.value_sets}

    assert set(knowledge.threshold_notes) - numbers == set(), "say in rule_pages.toml which finding reads it"
    assert set(knowledge.value_sets) - value_sets == set(), "say in rule_pages.toml which finding reads it"


def test_every_finding_is_read_by_a_rule(knowledge: Knowledge) -> None:
    pages = knowledge.rule_pages

    assert {name for rule in pages.rules for name in pages.read_by(rule)} == set(pages.findings)


def read_in(module: Traversable, knowledge: Knowledge) -> set[str]:
    """The numbers (`given.…`) and the value sets (their names as text) that a module of findings reads."""
    tree = ast.parse(module.read_text("utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    attributes = {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and "given" in ast.unparse(node.value)
    }
    return (texts & set(knowledge.value_sets)) | (attributes & set(knowledge.threshold_notes))


def test_what_a_module_of_findings_reads_is_said_of_its_finding(knowledge: Knowledge) -> None:
    pages = knowledge.rule_pages
    unsaid: dict[str, set[str]] = {}
    for module in files("cds_service.findings").iterdir():
        name = module.name.removesuffix(".py")
        if module.name.endswith(".py") and (read := read_in(module, knowledge)):
            told = [pages.findings[finding] for finding in with_grounds(SPEAKS_FOR.get(name, ()), knowledge)]
            if left := read - {said for words in told for said in (*words.numbers, *words.value_sets)}:
                unsaid[name] = left

    assert unsaid == {}, "say it in rule_pages.toml; a new module gets its line in SPEAKS_FOR"


def with_grounds(names: tuple[str, ...], knowledge: Knowledge) -> set[str]:
    """The findings, and what they rest on."""
    findings = knowledge.rule_pages.findings
    return {found for name in names for found in (name, *findings[name].rests_on)}
