"""The catalogues: every word of a page is a message, every message is in every language, and none is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from cds_service.answer import Answerer
from cds_service.knowledge.guide import LANGUAGES, Language
from cds_service.pages.dsi import about
from cds_service.pages.languages import SOURCE, Reading, catalogue
from cds_service.pages.public import Templates
from cds_service.pages.rule_words import TITLES, rule_pages
from cds_service.pages.rules import list_page, rule_page
from tests.pages.walking import Brackets, unmarked_words

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "cds_service" / "pages" / "messages"
OTHERS = tuple(language for language in LANGUAGES if language != SOURCE)
HOLES = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+[^>]*>")
ALIKE = {"no", "cervical", "lumbar"}


def forms(words: object) -> tuple[str, ...]:
    """A message's words, or those for one and for many."""
    return tuple(words) if isinstance(words, (tuple, list)) else (str(words),)


def extracted() -> Iterator[tuple[str, ...]]:
    """What stands in templates and code, as `make messages` finds it."""
    with (MESSAGES / "mapping.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    keywords = {**DEFAULT_KEYWORDS, "marked": None}
    for _, _, message, _, _ in extract_from_dir(ROOT, methods, options, keywords):
        yield forms(message)


@pytest.fixture(scope="module")
def in_use() -> set[tuple[str, ...]]:
    """Every message."""
    return set(extracted())


def written(language: Language) -> Catalog:
    """A catalogue as it stands in its file."""
    return read_po(BytesIO((MESSAGES / f"{language}.po").read_bytes()), locale=language, abort_invalid=True)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_in_the_catalogue_and_no_other(language: Language, in_use: set[tuple[str, ...]]) -> None:
    held = written(language)

    assert {forms(message.id) for message in held if message.id} == in_use
    assert not held.obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_with_the_same_holes_and_elements(language: Language) -> None:
    for message in written(language):
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        assert len(forms(message.string)) == len(forms(message.id)), message.id
        for words in forms(message.string):
            assert words.strip() == words != "", message.id
            assert sorted(HOLES.findall(words)) == sorted(HOLES.findall(forms(message.id)[-1])), message.id
            assert words not in forms(message.id) or words in ALIKE, message.id


def test_the_spanish_promises_nothing_and_orders_no_operation() -> None:
    text = " ".join(words for message in written("es") for words in forms(message.string))

    assert not re.search(r"garanti|curar|debe operar|opere\b|se recomienda operar|éxito asegurado", text, re.IGNORECASE)
    assert "nunca una operación" in text


def test_every_page_is_made_of_messages_and_of_knowledge(demo_answerer: Answerer) -> None:
    knowledge, words = demo_answerer.knowledge, demo_answerer.rendering.words
    made, read = Templates("", "1+a", lambda language: Brackets()), Reading("es")
    rules = rule_pages(knowledge, words)
    told = about(knowledge, words, "", made.say("es"))
    pages = [
        list_page(rules, knowledge, made, read),
        *(rule_page(rule, made, read) for rule in rules.values()),
        made.render("dsi.html", read, here="/about/dsi", told=told),
    ]
    for page in pages:
        assert unmarked_words(page, "MISS CDS", *rules, *knowledge.evidence) == []


def test_a_word_that_is_no_message_is_found() -> None:
    html = '<p>⟦Yes⟧ No <a lang="en">at all</a> <b title="Oh">MISS</b><img alt=""></p>'

    assert unmarked_words(html, "MISS") == ["No", "Oh"]


def test_units_and_what_stands_for_a_source_are_translated(demo_answerer: Answerer) -> None:
    notes = demo_answerer.knowledge.threshold_notes.values()
    brief = (
        {note.unit for note in notes} | {note.reviewed for note in notes} | {e for note in notes for e in note.evidence}
    )
    spoken = {word for word in brief if re.search(r"[a-z]{4,}|^of", word)}

    for language in OTHERS:
        say = catalogue(language).gettext
        assert {word for word in spoken if say(word) == word} == set()
        assert all(say(title) != title for title in TITLES.values())
