"""What the source document states, fact by fact, and where each is found again: finding, rules, card, handout.

It is a clinic's guide, promotional and without sources; whatever is shown of it is attributed to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter

from cds_service.errors import KnowledgeError
from cds_service.knowledge.layers import Layer, checked, nearest
from cds_service.knowledge.rule_pages import RulePages, Said

SOURCE_DOCUMENT_FILE = "source_document.toml"
TITLE = "Understanding When Minimally Invasive Spine Surgery Makes Sense"


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact; without `finding` nothing in a chart answers it, and only the handout tells it.

    `card`: words of the card that says it; `vignette`: the only one that counts as showing it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    heading: Said
    says: Said
    rules: Annotated[tuple[str, ...], Field(min_length=1)]
    guide: Said
    finding: str = ""
    card: str = ""
    vignette: str = ""


_STATEMENT = TypeAdapter(Statement)


def read_source_document(ours: Layer, pages: RulePages, sections: Iterable[str]) -> tuple[Statement, ...]:
    """Every fact in the document's order; each names findings, rules and handout `sections` that there are.

    Raises KnowledgeError.
    """
    at = ours.at(SOURCE_DOCUMENT_FILE)
    sections = tuple(sections)
    tables = ours.toml(SOURCE_DOCUMENT_FILE)
    stated = tuple(checked(_STATEMENT, at, key, {**table, "id": key}) for key, table in tables.items())
    for fact in stated:
        for rule in fact.rules:
            _check(at, f"{fact.id}.rules", rule, tuple(pages.rules))
        _check(at, f"{fact.id}.guide", fact.guide, sections)
        if bool(fact.finding) != bool(fact.card):
            raise KnowledgeError(f"{at}: {fact.id}: a finding and words of a card go together; give both or neither")
        if fact.finding:
            _check(at, f"{fact.id}.finding", fact.finding, tuple(pages.findings))
    return stated


def _check(at: str, key: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise KnowledgeError(f"{at}: {key}: {name} is unknown; {nearest(name, known)}")
