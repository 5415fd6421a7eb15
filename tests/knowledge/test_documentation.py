"""The words for the public pages: rule pages, source document, handout. What is wrong in them stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.errors import KnowledgeError
from cds_service.knowledge.guide import LANGUAGES, Guide
from cds_service.knowledge.load import Knowledge, load_knowledge
from tests.knowledge.conftest import Site


def spoiled(ours: Path, name: str, before: str, after: str) -> None:
    text = (ours / name).read_text(encoding="utf-8")
    assert before in text
    (ours / name).write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        ("rule_pages.toml", '"impact"]', '"impacts"]', "persistent-pain.rests_on: impacts is unknown; did you"),
        ("rule_pages.toml", '"hospice_days"', '"hospices_days"', "findings.hospice-care.numbers: hospices_days"),
        ("rule_pages.toml", '["palliative_hospice"]', '["pallid"]', "findings.hospice-care.value_sets: pallid"),
        ("rule_pages.toml", 'reads = ["death"]', 'reads = ["deaths"]', "rules.deceased.reads: deaths"),
        ("rule_pages.toml", '"advanced_risks"', '"advanced"', "rules.not-advised.numbers: advanced"),
        ("rule_pages.toml", 'kind = "silence"', 'kind = "quiet"', "pages.findings.death.kind"),
        ("source_document.toml", 'guide = "benefits"', 'guide = "benefit"', "comparable.guide: benefit is unknown"),
        ("source_document.toml", 'rules = ["recommend"]', 'rules = ["recommended"]', "recommended is unknown"),
        ("source_document.toml", 'finding = "impact"', 'finding = "impacts"', "limits-life.finding: impacts"),
        ("source_document.toml", 'card = "Pain 6 of 10"\n', "", "limits-life: a finding and words of a card"),
        ("source_document.toml", 'says = "', 'sais = "', "technique.says: Field required"),
        ("guide.en.toml", "[page]", "[pages]", "is missing; put it back"),
        ("guide.es.toml", '"2 a 6 horas", "meses"]', '"2 a 6 horas"]', "procedures.rows: 3 cells, not 4"),
        ("guide.es.toml", "[recovery]", "[Recovery]", "Recovery.id"),
    ],
)
def test_a_wrong_name_stops_the_start(ours: Path, name: str, before: str, after: str, message: str) -> None:
    spoiled(ours, name, before, after)
    with pytest.raises(KnowledgeError, match=r".*") as stopped:
        load_knowledge(ours=ours)
    assert message in str(stopped.value)
    assert f"/{name}: " in str(stopped.value)


def shape(guide: Guide) -> list[tuple[str, ...]]:
    return [
        (section.id, *map(str, map(len, (section.text, section.items, section.columns, section.rows, section.after))))
        for section in guide.sections
    ]


def test_the_handout_says_the_same_in_every_language(knowledge: Knowledge) -> None:
    first, *others = (shape(knowledge.guides[language]) for language in LANGUAGES)

    assert all(other == first for other in others)


def test_a_site_lays_its_own_words_over_a_section_and_adds_one(site: Site) -> None:
    text = '[questions]\nitems = ["Who are you?"]\n\n[our-clinic]\nheading = "Our clinic"\ntext = ["Call us."]\n'
    guide = site({"guide.en.toml": text}).guides["en"]
    sections = {section.id: section for section in guide.sections}

    assert sections["questions"].items == ("Who are you?",)
    assert sections["questions"].heading == "Questions to ask"
    assert guide.sections[-1].heading == "Our clinic"


@pytest.mark.parametrize("name", ["rule_pages.toml", "source_document.toml", "value_sets.toml"])
def test_what_describes_our_logic_is_ours_alone(site: Site, name: str) -> None:
    with pytest.raises(KnowledgeError, match="is no file a site can lay over"):
        site({name: ""})


def test_a_rule_reads_what_its_findings_rest_on(knowledge: Knowledge) -> None:
    read = knowledge.rule_pages.read_by("urgent-prompt")

    assert read[0] == "prompt-findings"
    assert {"emergencies", "complaints", "traces", "referral-under-way"} <= set(read)
    assert len(read) == len(set(read))
