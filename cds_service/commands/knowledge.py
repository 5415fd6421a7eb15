"""`cds-service knowledge`: check what the rules know, with a site's files laid over it; show a rule; export as FHIR."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from cds_service.answer import Answerer, answerer_of
from cds_service.app import DEFAULT_URL
from cds_service.commands.rule_text import rule_lines
from cds_service.errors import CdsError
from cds_service.knowledge.fhir_value_sets import fhir_value_sets
from cds_service.knowledge.layers import nearest
from cds_service.knowledge.reviews import not_reviewed
from cds_service.pages.rule_words import rule_pages
from cds_service.settings import Settings, load_settings

Environment = Mapping[str, str]


class NoSuchRule(CdsError):
    """No rule has this id."""


class UnwritableFolder(CdsError):
    """The export cannot be written there."""


def knowledge_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `knowledge`."""
    kinds = parser.add_subparsers(required=True, metavar="check|show|export")
    check = kinds.add_parser("check", help="read and check numbers, codes, sources, words, and a site's own")
    check.set_defaults(run=_check)
    show = kinds.add_parser("show", help="a rule in words: what it reads, its numbers, sources and limits")
    show.add_argument("rule", metavar="RULE")
    show.set_defaults(run=_show)
    export = kinds.add_parser("export", help="the value sets as FHIR R4 files")
    export.add_argument("folder", type=Path, metavar="DIR")
    export.set_defaults(run=_export)


def _stages(environ: Environment) -> tuple[Answerer, Settings]:
    settings = load_settings(environ, "assess").settings
    return answerer_of(settings, DEFAULT_URL), settings


def _check(given: argparse.Namespace, environ: Environment) -> int:
    """What is wrong is raised, and ends the command with 2; what is left is sound."""
    print("\n".join(_found(*_stages(environ))))
    return 0


def _found(answerer: Answerer, settings: Settings) -> Iterator[str]:
    knowledge = answerer.knowledge
    codes = sum(len(held.rows) for held in knowledge.value_sets.values())
    notes = knowledge.threshold_notes.values()
    yield f"Knowledge {knowledge.version} is sound."
    yield f"  {len(knowledge.value_sets)} value sets with {codes} codes"
    yield f"  {len(notes)} numbers, {len(knowledge.evidence)} sources, {len(answerer.rendering.words.cards)} cards"
    for name, folder in (("CDS_KNOWLEDGE_DIR", settings.knowledge_dir), ("CDS_CARDS_DIR", settings.cards_dir)):
        if folder:
            yield f"  {name} laid over it: {folder}"
    waiting = not_reviewed(notes, answerer.today())
    yield f"  {len(waiting)} numbers without a clinician's review within a year"


def _show(given: argparse.Namespace, environ: Environment) -> int:
    answerer, _ = _stages(environ)
    rules = rule_pages(answerer.knowledge, answerer.rendering.words)
    if given.rule not in rules:
        raise NoSuchRule(f"there is no rule {given.rule!r}; {nearest(given.rule, rules)} Rules: {', '.join(rules)}")
    print("\n".join(rule_lines(rules[given.rule])))
    return 0


def _export(given: argparse.Namespace, environ: Environment) -> int:
    """Every value set as `ValueSet-<id>.json`; a file of that name is replaced, others are left alone."""
    answerer, _ = _stages(environ)
    made = fhir_value_sets(answerer.knowledge)
    try:
        given.folder.mkdir(parents=True, exist_ok=True)
        for name, resource in made.items():
            text = json.dumps(resource, ensure_ascii=False, indent=2)
            (given.folder / f"ValueSet-{name}.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UnwritableFolder(f"{given.folder}: {error.strerror}; name a folder that can be written") from None
    print(f"{len(made)} value sets of knowledge {answerer.knowledge.version} written to {given.folder}")
    return 0
