"""Which value sets an entry is in, and why: by its codes, else by its words.

Of several rows for one concept the best use wins: full over weak over history. An entry with a coding in any value
set is *coded*, be its row `ignore` or its `only_if` unfulfilled, and then its words are tried only for the patterns
that say `also_where_coded`. Words count as lower confidence: their matches say `by_text`.

Three sets need more than a row (clinical-logic E, L and "Filters"): heart disease is major while it is recent or
severe, else chronic; instability without severity words is a caution, thus weak; a root's complaint that is due to
diabetes, zoster or HIV is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from cds_service.knowledge.patterns import TextPattern
from cds_service.knowledge.rows import Row
from cds_service.record.only_if import Told, happened_within, holds
from cds_service.record.patient import Match, Use
from cds_service.record.standpoint import Coded, Standpoint
from cds_service.record.words import NO_SPINE, clause_around, cleaned, denied, holds_one, last_clause, says

BEST_FIRST: Mapping[str, int] = {"full": 0, "weak": 1, "history": 2}
MAJOR, CHRONIC, UNSTABLE, ROOT = "cardio_major", "cardio_chronic", "severe_instability", "radiculopathy"
PRIOR_SURGERY = "prior_spine_surgery_status"
TEXT_LABELS: Mapping[str, str] = {
    "spine_pain": "Back or neck pain",
    "stenosis": "Spinal stenosis",
    "deformity": "Spinal deformity",
    "slip": "Spondylolisthesis",
    "high_grade_slip": "High-grade spondylolisthesis",
    "instability": "Spinal instability",
    "fbss": "Failed back surgery",
    "myelopathy": "Myelopathy or cord compression",
    "cauda_equina": "Cauda equina syndrome",
    "degeneration": "Spine degeneration",
    "prior_spine_surgery": "Spine operation",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that counts if other entries of the patient say so."""

    row: Row
    match: Match


@dataclass(frozen=True, slots=True)
class Concepts:
    """The value sets an entry is in, and those it may yet be in."""

    matches: Mapping[str, Match]
    waiting: tuple[Waiting, ...] = ()

    @property
    def any(self) -> bool:
        """The entry is, or may be, in some value set."""
        return bool(self.matches or self.waiting)


def better(one: Match | None, other: Match) -> Match:
    """The match that counts for more; of equals the first."""
    return other if one is None or BEST_FIRST[other.use] < BEST_FIRST[one.use] else one


def add(matches: dict[str, Match], concept: str, match: Match) -> None:
    """The entry is in the set, by this match or a better one."""
    matches[concept] = better(matches.get(concept), match)


def unconditional(coded: Coded) -> frozenset[str]:
    """The sets an entry is in whatever else is true."""
    return frozenset([row.concept for row, _ in coded if not row.only_if and row.use != "ignore"])


def plain_concepts(coded: Coded) -> dict[str, Match] | None:
    """What codes alone make an entry whose words change nothing; None where a row asks for more than the code."""
    matches: dict[str, Match] = {}
    for row, code in coded:
        if row.only_if:
            return None
        if row.use != "ignore":
            add(matches, row.concept, Match(cast("Use", row.use), row.display, row.system, code))
    if MAJOR in matches:
        matches.pop(CHRONIC, None)
    return matches


def concepts_of(resource: str, coded: Coded, told: Told, at: Standpoint) -> Concepts:
    """What the entry's codes and words make it."""
    matches: dict[str, Match] = {}
    waiting: list[Waiting] = []
    for row, code in coded:
        if row.use != "ignore":
            _judge(row, code, told, at, matches, waiting)
    _read_words(at.patterns.always if coded else at.patterns.where_uncoded, resource, told, at, matches)
    if CHRONIC in matches:
        _settle_heart(matches, told, at)
    if ROOT in matches and says(at.guards.word_other_root_cause, told.words, at.guards):
        del matches[ROOT]
    return Concepts(matches, tuple(waiting))


def _judge(row: Row, code: str, told: Told, at: Standpoint, matches: dict[str, Match], waiting: list[Waiting]) -> None:
    match = Match(cast("Use", row.use), row.display, row.system, code)
    verdict = holds(row, code, told, at)
    if verdict:
        add(matches, row.concept, match)
    elif verdict is None:
        waiting.append(Waiting(row, match))
    elif row.concept == MAJOR:
        add(matches, CHRONIC, match)
    elif row.concept == UNSTABLE:
        add(matches, UNSTABLE, replace(match, use="weak"))


def _settle_heart(matches: dict[str, Match], told: Told, at: Standpoint) -> None:
    """Heart failure whose words say acute or decompensated is major while recent; major wins over chronic."""
    known = matches[CHRONIC]
    words = at.guards.word_acute_heart_failure
    if not known.by_text and happened_within(at.given.acute_heart_failure_days, told, at.day):
        if says(words, told.words, at.guards):
            add(matches, MAJOR, Match("full", "Acute or decompensated heart failure", known.system, known.code))
    if MAJOR in matches:
        del matches[CHRONIC]


Tried = Mapping[str, tuple[TextPattern, ...]]


def _read_words(tried: Tried, resource: str, told: Told, at: Standpoint, matches: dict[str, Match]) -> None:
    for text in told.words:
        read_text(tried[resource], text, at, matches)


def read_text(patterns: Iterable[TextPattern], text: str, at: Standpoint, matches: dict[str, Match]) -> None:
    """Adds what the patterns find in a text and it does not deny."""
    lower = text.lower()
    for pattern in patterns:
        use = _use_of(pattern, text, at) if holds_one(lower, pattern.stems) else None
        if use:
            label = TEXT_LABELS.get(pattern.name, pattern.name.replace("_", " ").capitalize())
            for concept in pattern.stands_for:
                add(matches, concept, Match(use, label, by_text=True))


def _use_of(pattern: TextPattern, text: str, at: Standpoint) -> Use | None:
    """How a text counts for a pattern; None where it does not match, denies it, or tells of the past.

    Of an operation the past is what counts, and what is planned does not.
    """
    operation = PRIOR_SURGERY in pattern.stands_for
    if operation:
        text = at.guards.history_of.sub(" ", text)
    text = NO_SPINE.sub(" ", text)
    best: Use | None = None
    for match in pattern.regex.finditer(text):
        if denied(text, match, at.guards):
            continue
        no_longer_or_not_yet = at.guards.planned if operation else at.guards.history_of
        if no_longer_or_not_yet.search(last_clause(text[: match.start()])):
            continue
        if _severe_enough(pattern, clause_around(text, match), at):
            return "full"
        best = "weak"
    return best


def _severe_enough(pattern: TextPattern, clause: str, at: Standpoint) -> bool:
    """Instability and scarring count in full only where the same clause says severe, extensive or the like."""
    if UNSTABLE in pattern.stands_for:
        return says(at.guards.word_severe, (clause,), at.guards)
    if "epidural_scarring" in pattern.stands_for:
        return says(at.guards.word_extensive, (clause,), at.guards)
    return True


def names_concept(resource: str, text: str, at: Standpoint) -> bool:
    """A concept pattern of this resource matches the text."""
    matches: dict[str, Match] = {}
    read_text(at.patterns.where_uncoded[resource], cleaned(text), at, matches)
    return bool(matches)
