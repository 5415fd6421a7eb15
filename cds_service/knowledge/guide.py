"""The patient handout's words, a file for each language; a site may lay its own over a section, or add one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter

from cds_service.errors import KnowledgeError
from cds_service.knowledge.layers import Layer, checked, tables
from cds_service.knowledge.rule_pages import Said

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
PAGE = "page"


@dataclass(frozen=True, slots=True)
class GuidePage:
    """What stands around the sections. `note` says what the handout is not, and where its facts come from."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    title: Said
    lead: Said
    note: Said
    contents: Said
    notes: Said


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the handout: paragraphs, a list, a table, and paragraphs after them; any of these may be empty."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    heading: Said
    text: tuple[Said, ...] = ()
    items: tuple[Said, ...] = ()
    columns: tuple[Said, ...] = ()
    rows: tuple[tuple[Said, ...], ...] = ()
    after: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """The handout in one language."""

    language: Language
    page: GuidePage
    sections: tuple[Section, ...]


_PAGE = TypeAdapter(GuidePage)
_SECTION = TypeAdapter(Section)


def guide_file(language: Language) -> str:
    """Where the handout's words stand, relative to a knowledge folder."""
    return f"guide.{language}.toml"


def read_guides(ours: Layer, site: Layer) -> Mapping[Language, Guide]:
    """The handout in every language. Raises KnowledgeError."""
    return {language: _guide(language, ours, site) for language in LANGUAGES}


def _guide(language: Language, ours: Layer, site: Layer) -> Guide:
    found = tables(guide_file(language), ours, site)
    if PAGE not in found:
        raise KnowledgeError(f"{ours.at(guide_file(language))}: [{PAGE}] is missing; put it back from the release")
    at, page = found.pop(PAGE)
    sections = tuple(_section(at, key, table) for key, (at, table) in found.items())
    return Guide(language, checked(_PAGE, at, PAGE, page), sections)


def _section(at: str, key: str, table: Mapping[str, object]) -> Section:
    section = checked(_SECTION, at, key, {**table, "id": key})
    for row in section.rows:
        if len(row) != len(section.columns):
            raise KnowledgeError(f"{at}: {key}.rows: {len(row)} cells, not {len(section.columns)}; mend the row")
    return section
