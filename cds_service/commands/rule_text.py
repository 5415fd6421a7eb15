"""One rule as text for a terminal; it reads as Markdown, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds_service.knowledge.evidence import Evidence
from cds_service.knowledge.thresholds import ThresholdNote
from cds_service.pages.rule_words import RulePage


def rule_lines(rule: RulePage) -> Iterator[str]:
    """What the rule's page says, in the same order."""
    yield f"# {rule.title} ({rule.id})"
    yield from ("", rule.says, *(line for more in rule.more for line in ("", more)))
    yield from _section("Card", _card(rule))
    yield from _section("Reads", (f"{read.words.title}: {read.words.says}" for read in rule.reads if read.named))
    yield from _section("These rest on", (read.words.title for read in rule.reads if not read.named))
    yield from _section("Value sets", sorted({held.title for read in rule.reads for held in read.value_sets}))
    yield from _section("Silent when", (silence.says for silence in rule.silences))
    yield from _section("The source document states", (f"{fact.heading}: {fact.says}" for fact in rule.states))
    yield from _section("Numbers", map(number_line, rule.numbers))
    yield from _section("Evidence", map(evidence_line, (*rule.evidence, *rule.further)))
    yield from _section("Limits", rule.limits)


def number_line(note: ThresholdNote) -> str:
    """A number with its unit, its words, what it rests on and who reviewed it."""
    return f"{note.name} = {note.value} {note.unit}: {note.says} ({', '.join(note.evidence)}; {note.reviewed})"


def evidence_line(source: Evidence) -> str:
    """A source and how far it was checked."""
    where = f"{source.authors}, {source.year}, {source.source}, {source.doi_or_pmid}"
    return f"{source.id}: {source.statement}. {where} ({source.certainty})"


def _card(rule: RulePage) -> Iterator[str]:
    if rule.speaks:
        yield f"{rule.indicator}: {rule.summary}"
        yield from (f"{when}: {sentence}" for when, sentence in rule.next)


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [f"- {line}" for line in lines]
    if listed:
        yield from ("", f"## {heading}", "", *listed)
