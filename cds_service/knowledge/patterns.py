"""Words in code.text and display that stand for a concept, and words that guard them.

Text is read as lower confidence, and only where no coding of the resource is in any value set, unless a
pattern says `also_where_coded`. The patterns are not proof against long input; the record bounds its length.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter

from cds_service.errors import KnowledgeError
from cds_service.knowledge.layers import Layer, checked, tables
from cds_service.knowledge.rows import RESOURCES, Resource
from cds_service.knowledge.stems import stems_of

PATTERNS_FILE = "text_patterns.toml"


@dataclass(frozen=True, slots=True)
class TextPattern:
    """A pattern and the concepts it stands for: value sets, or its own name where none says the same.

    `stems`: one of these stands in every lower-cased text that the pattern matches.
    """

    name: str
    regex: re.Pattern[str]
    stands_for: tuple[str, ...]
    applies_to: tuple[str, ...]
    also_where_coded: bool
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guards:
    """The patterns that stand for no concept, each read by one rule of reading."""

    negation_guard: re.Pattern[str]
    denied_after: re.Pattern[str]
    planned: re.Pattern[str]
    unconfirmed: re.Pattern[str]
    dropped: re.Pattern[str]
    history_of: re.Pattern[str]
    word_spine: re.Pattern[str]
    word_severe: re.Pattern[str]
    word_extensive: re.Pattern[str]
    word_scarring: re.Pattern[str]
    word_limb_weakness: re.Pattern[str]
    word_progressive: re.Pattern[str]
    word_other_root_cause: re.Pattern[str]
    word_acute_heart_failure: re.Pattern[str]
    word_imaging: re.Pattern[str]
    word_specialist: re.Pattern[str]
    word_operation: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Every text pattern: by name, and by the FHIR type it is tried on.

    `where_uncoded` are those to try where no coding is in any value set, `always` those to try where one is. `stems`
    are those of all that are tried where none is, `stems_beside_codes` of all that may speak where one is.
    """

    named: Mapping[str, TextPattern]
    where_uncoded: Mapping[str, tuple[TextPattern, ...]]
    always: Mapping[str, tuple[TextPattern, ...]]
    guards: Guards
    stems: Mapping[str, tuple[str, ...]]
    stems_beside_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What text_patterns.toml says of one pattern. A guard says what it is for, and stands for nothing."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    regex: Annotated[str, Field(min_length=1)]
    says: str = ""
    stands_for: tuple[str, ...] = ()
    applies_to: tuple[Resource, ...] = ()
    also_where_coded: bool = False


_ENTRY = TypeAdapter(Entry)
_GUARDS = tuple(field.name for field in fields(Guards))


def read_patterns(ours: Layer, site: Layer, concepts: Collection[str]) -> Patterns:
    """Every pattern, compiled; a site may reword one, or add one that stands for a value set.

    Raises KnowledgeError.
    """
    guards: dict[str, re.Pattern[str]] = {}
    named: dict[str, TextPattern] = {}
    for name, (at, table) in tables(PATTERNS_FILE, ours, site).items():
        entry = checked(_ENTRY, at, name, table)
        regex = _compiled(at, name, entry.regex)
        if name in _GUARDS:
            guards[name] = regex
        else:
            _check_concepts(at, name, entry, concepts)
            stems = stems_of((entry.regex,))
            named[name] = TextPattern(name, regex, entry.stands_for, entry.applies_to, entry.also_where_coded, stems)
    missing = set(_GUARDS).difference(guards)
    if missing:
        raise KnowledgeError(f"{ours.at(PATTERNS_FILE)}: {min(missing)} is missing; put it back from the release")
    return _patterns(named, Guards(**guards))


def _patterns(named: Mapping[str, TextPattern], guards: Guards) -> Patterns:
    where_uncoded, always = _by_type(named, False), _by_type(named, True)
    beside = (
        guards.dropped,
        guards.unconfirmed,
        guards.word_other_root_cause,
        guards.word_acute_heart_failure,
        *(pattern.regex for patterns in always.values() for pattern in patterns),
    )
    return Patterns(
        named,
        where_uncoded,
        always,
        guards,
        {resource: _stems(pattern.regex for pattern in tried) for resource, tried in where_uncoded.items()},
        _stems(beside),
    )


def _stems(regexes: Iterable[re.Pattern[str]]) -> tuple[str, ...]:
    return stems_of(tuple(regex.pattern for regex in regexes))


def _compiled(at: str, name: str, regex: str) -> re.Pattern[str]:
    try:
        return re.compile(unicodedata.normalize("NFC", regex))
    except re.error as error:
        raise KnowledgeError(f"{at}: {name}.regex: {error}; mend the regular expression") from error


def _check_concepts(at: str, name: str, entry: Entry, concepts: Collection[str]) -> None:
    if not entry.stands_for or not entry.applies_to:
        raise KnowledgeError(f"{at}: {name}: nothing reads it; give it stands_for and applies_to, or remove it")
    for concept in entry.stands_for:
        if concept not in concepts and concept != name:
            raise KnowledgeError(f"{at}: {name}.stands_for: {concept} is no value set; name one of value_sets.toml")


def _by_type(named: Mapping[str, TextPattern], only_always: bool) -> dict[str, tuple[TextPattern, ...]]:
    return {
        resource: tuple(
            pattern
            for pattern in named.values()
            if resource in pattern.applies_to and (pattern.also_where_coded or not only_always)
        )
        for resource in RESOURCES
    }
