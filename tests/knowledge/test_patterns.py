"""Words in text that stand for a concept, and words that guard them."""

from dataclasses import fields
from pathlib import Path

import pytest

from cds_service.errors import KnowledgeError
from cds_service.knowledge.load import Knowledge, load_knowledge
from cds_service.knowledge.patterns import Guards
from tests.knowledge.conftest import Site

FILE = "text_patterns.toml"


PATTERNS = [
    ("spine_pain", "Chronic low back pain", "spine_pain_back_neck"),
    ("radiculopathy", "Lumbar radiculopathy", "radiculopathy"),
    ("stenosis", "lumbar stenosis", "spinal_stenosis"),
    ("myelopathy", "Cervical myelopathy", "myelopathy"),
    ("deformity", "Adult scoliosis", "spinal_deformity"),
    ("deformity", "Spondylolisthesis L4/5", "spinal_deformity"),
    ("slip", "Spondylolisthesis L4/5", "spondylolisthesis"),
    ("high_grade_slip", "Meyerding grade IV", "high_grade_slip"),
    ("instability", "gross lumbar instability", "severe_instability"),
    ("epidural_scarring", "Extensive epidural fibrosis", "epidural_scarring"),
    ("fbss", "Failed back syndrome", "failed_back_surgery"),
    ("prior_spine_surgery", "ACDF C5/6", "prior_spine_surgery_status"),
    ("cauda_equina", "saddle anesthesia", "redflag_cauda_equina"),
    ("physical_therapy", "Physiotherapy, 6 sessions", "care_physical_therapy"),
    ("spinal_injection", "Epidural steroid injection", "care_spinal_injection"),
    ("neurogenic_claudication", "neurogenic claudication", "neurogenic_claudication"),
    ("disc_herniation", "Herniated disc L5-S1", "disc_herniation"),
    ("degeneration", "Degenerative disc disease", "degenerative_disc_spondylosis"),
    ("gabapentinoid_other_indication", "Post-herpetic neuralgia", "gabapentinoid_other_indication"),
]


@pytest.mark.parametrize(("name", "text", "concept"), PATTERNS)
def test_each_pattern_stands_for_its_concept(knowledge: Knowledge, name: str, text: str, concept: str) -> None:
    pattern = knowledge.patterns.named[name]
    assert pattern.regex.search(text)
    assert concept in pattern.stands_for
    assert not pattern.regex.search("Essential hypertension")


def test_no_pattern_is_without_a_test(knowledge: Knowledge) -> None:
    assert {name for name, _, _ in PATTERNS} == set(knowledge.patterns.named)


GUARDS = [
    ("negation_guard", "denies any ", True),
    ("negation_guard", "no fever, ", False),
    ("negation_guard", "not ", True),
    ("negation_guard", "not ruled out ", False),
    ("negation_guard", "no relief of ", False),
    ("planned", "scheduled for ", True),
    ("planned", "after ", False),
    ("denied_after", ": none", True),
    ("denied_after", " not excluded", False),
    ("unconfirmed", "? stenosis", True),
    ("unconfirmed", "suspected cauda equina", True),
    ("dropped", "Cauda equina ruled out", True),
    ("dropped", "cannot be ruled out", False),
    ("dropped", "Family history of scoliosis", True),
    ("history_of", "h/o laminectomy", True),
    ("word_spine", "lumbosacral", True),
    ("word_severe", "high-grade", True),
    ("word_extensive", "dense", True),
    ("word_scarring", "arachnoiditis", True),
    ("word_limb_weakness", "weakness of left leg", True),
    ("word_progressive", "worsening", True),
    ("word_other_root_cause", "due to diabetes", True),
    ("word_other_root_cause", "due to type 2 diabetes mellitus", True),
    ("word_acute_heart_failure", "acute on chronic systolic heart failure", True),
    ("word_imaging", "MRI LUMBAR SPINE", True),
    ("word_imaging", "acromial spur", False),
    ("word_specialist", "Neurosurgery consult", True),
    ("word_specialist", "Back pain clinic", True),
    ("word_specialist", "Back brace", False),
    ("word_operation", "lumbar microdiscectomy", True),
    ("word_operation", "cooperation", False),
]


@pytest.mark.parametrize(("guard", "text", "found"), GUARDS)
def test_each_guard(knowledge: Knowledge, guard: str, text: str, found: bool) -> None:
    assert bool(getattr(knowledge.patterns.guards, guard).search(text)) is found


def test_no_guard_is_without_a_test() -> None:
    assert {guard for guard, _, _ in GUARDS} == {field.name for field in fields(Guards)}


def test_patterns_by_type(knowledge: Knowledge) -> None:
    patterns = knowledge.patterns
    assert {p.name for p in patterns.always["Condition"]} == {
        "high_grade_slip",
        "instability",
        "epidural_scarring",
        "prior_spine_surgery",
        "neurogenic_claudication",
    }
    assert {p.name for p in patterns.where_uncoded["ServiceRequest"]} == {"physical_therapy"}
    assert {p.name for p in patterns.always["DiagnosticReport"]} == {"high_grade_slip", "epidural_scarring"}
    assert patterns.where_uncoded["Medication"] == patterns.always["Medication"] == ()
    for resource, always in patterns.always.items():
        assert set(always) <= set(patterns.where_uncoded[resource])


def test_a_site_rewords_a_pattern_and_adds_one_of_its_language(site: Site, knowledge: Knowledge) -> None:
    text = """
        [stenosis]
        regex = '(?i)spinalkanalstenose'
        [spine_pain_german]
        regex = '(?i)kreuzschmerz'
        stands_for = ["spine_pain_back_neck"]
        applies_to = ["Condition"]
        [word_spine]
        regex = '(?i)wirbelko\u0308rper'
    """
    patterns = site({FILE: text}).patterns
    assert patterns.named["stenosis"].regex.search("Spinalkanalstenose")
    assert patterns.named["stenosis"].stands_for == knowledge.patterns.named["stenosis"].stands_for
    assert patterns.named["spine_pain_german"] in patterns.where_uncoded["Condition"]
    assert patterns.guards.word_spine.search("Wirbelkörper")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[stenosis]\nregex = '('", "stenosis.regex: missing ), unterminated subpattern"),
        ("[stenosis]\nregex = ''", "stenosis.regex"),
        (
            "[stenosis]\nstands_for = ['stenoses']",
            "stenosis.stands_for: stenoses is no value set; name one of",
        ),
        ("[stenosis]\napplies_to = ['Encounter']", "stenosis.applies_to.0"),
        ("[new]\nregex = 'x'", "new: nothing reads it; give it stands_for and applies_to, or remove it"),
        ("[new]\nregex = 'x'\nstands_for = ['new']", "new: nothing reads it"),
        ("[stenosis]\nrgex = 'x'", "stenosis.rgex"),
    ],
)
def test_what_is_no_pattern(site: Site, text: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        site({FILE: text})
    assert f"site/{FILE}: {message}" in str(refused.value)


def test_a_guard_cannot_be_missing(ours: Path) -> None:
    (ours / FILE).write_text((ours / FILE).read_text().replace("[dropped]", "[droped]"))
    with pytest.raises(KnowledgeError, match="droped: nothing reads it"):
        load_knowledge(ours=ours)
    text = (ours / FILE).read_text()
    (ours / FILE).write_text(text.replace("[droped]", "[unused]\nstands_for = ['unused']\napplies_to = ['Condition']"))
    with pytest.raises(KnowledgeError, match=r"text_patterns\.toml: dropped is missing; put it back"):
        load_knowledge(ours=ours)
