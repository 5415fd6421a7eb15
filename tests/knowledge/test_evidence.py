"""What the numbers and sentences rest on."""

import pytest

from cds_service.errors import KnowledgeError
from cds_service.knowledge.load import Knowledge
from tests.knowledge.conftest import Site

FILE = "evidence.toml"


def test_every_source_has_all_its_parts(knowledge: Knowledge) -> None:
    assert len(knowledge.evidence) == 28
    for id_, source in knowledge.evidence.items():
        assert source.id == id_
        assert all((source.statement, source.authors, source.year, source.source, source.certainty, source.used_for))


@pytest.mark.parametrize(
    ("id_", "citable"),
    [("E01", True), ("E03", True), ("E04", False), ("E17", False), ("E22", False), ("E28", False)],
)
def test_a_card_cites_only_what_was_looked_up_or_is_certain(knowledge: Knowledge, id_: str, citable: bool) -> None:
    assert knowledge.evidence[id_].citable is citable


def test_a_site_may_add_a_source_and_correct_one(site: Site) -> None:
    text = """
        [E01]
        certainty = "recalled"
        [S01]
        statement = "Ours is a tertiary centre"
        authors = "Site"
        year = "2026"
        source = "Minutes"
        doi_or_pmid = "n/a"
        certainty = "certain"
        used_for = "symptom_days"
    """
    evidence = site({FILE: text}).evidence
    assert (evidence["E01"].citable, evidence["E01"].year, evidence["S01"].citable) == (False, "2017", True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[S01]\nstatement = 'x'", "site/evidence.toml: S01.authors: Field required"),
        ("[E01]\nyear = 2017", "site/evidence.toml: E01.year"),
        ("[E01]\ncertanty = 'x'", "site/evidence.toml: E01.certanty"),
        ("E01 = 'x'", "site/evidence.toml: E01: is no table; write [E01] and its keys under it"),
    ],
)
def test_what_is_no_source(site: Site, text: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        site({FILE: text})
    assert message in str(refused.value)
