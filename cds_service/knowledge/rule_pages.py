"""What the public pages say of each rule: the findings it reads, with their value sets and numbers; nothing decides.

It is ours alone: a site's own numbers, codes and words appear on the pages by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from cds_service.errors import KnowledgeError
from cds_service.knowledge.layers import Layer, checked, nearest

RULE_PAGES_FILE = "rule_pages.toml"
Kind = Literal["sign", "risk", "red-flag", "silence", "ground"]
Said = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class FindingWords:
    """One finding as a reader sees it; `rests_on` names others that it needs."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    kind: Kind
    title: Said
    says: Said
    value_sets: tuple[str, ...]
    numbers: tuple[str, ...]
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What one rule reads, its own numbers, and the limits a reader should know."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    reads: Annotated[tuple[str, ...], Field(min_length=1)]
    limits: tuple[str, ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RulePages:
    """The words of all rule pages: `why` nothing is said, the findings and the rules, by id, in reading order."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    why: Mapping[str, Said]
    findings: Mapping[str, FindingWords]
    rules: Mapping[str, RuleWords]

    def read_by(self, rule: str) -> tuple[str, ...]:
        """The ids of every finding the rule reads, and of those they rest on, each once; what it names comes first."""
        found: dict[str, None] = dict.fromkeys(self.rules[rule].reads)
        for name in self.rules[rule].reads:
            self._add(name, found)
        return tuple(found)

    def _add(self, name: str, found: dict[str, None]) -> None:
        for other in self.findings[name].rests_on:
            if other not in found:
                found[other] = None
                self._add(other, found)


_PAGES = TypeAdapter(RulePages)


def read_rule_pages(ours: Layer, value_sets: Iterable[str], numbers: Iterable[str]) -> RulePages:
    """The words, with every name in them checked. Raises KnowledgeError."""
    at = ours.at(RULE_PAGES_FILE)
    pages = checked(_PAGES, at, "pages", ours.toml(RULE_PAGES_FILE))
    sets, numbers = tuple(value_sets), tuple(numbers)
    for name, finding in pages.findings.items():
        _check(at, f"findings.{name}.value_sets", finding.value_sets, sets)
        _check(at, f"findings.{name}.numbers", finding.numbers, numbers)
        _check(at, f"findings.{name}.rests_on", finding.rests_on, tuple(pages.findings))
    for name, rule in pages.rules.items():
        _check(at, f"rules.{name}.reads", rule.reads, tuple(pages.findings))
        _check(at, f"rules.{name}.numbers", rule.numbers, numbers)
    return pages


def _check(at: str, key: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            raise KnowledgeError(f"{at}: {key}: {name} is unknown; {nearest(name, known)}")
