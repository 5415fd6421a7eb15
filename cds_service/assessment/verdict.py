"""A verdict is what a rule says of one patient: true, false or unknown, with what it rests on, as a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, ParamSpec

from cds_service.findings import truth
from cds_service.findings.finding import Fact
from cds_service.findings.truth import Truth

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`says` holds, does not, or is unknown of this patient; `parts` are the verdicts it was combined from."""

    says: str
    holds: Truth
    facts: tuple[Fact, ...] = ()
    parts: tuple[Verdict, ...] = ()

    @property
    def because(self) -> str:
        """One line of why: the statements that made it true, false or unknown."""
        words = "; ".join(dict.fromkeys(leaf.says for leaf in self.decisive()))
        return words if self.holds else f"{'not' if self.holds is False else 'unknown'}: {words}"

    def decisive(self) -> Iterator[Verdict]:
        """The statements at the ends of the tree that made it what it is, in reading order."""
        parts = [part for part in self.parts if part.holds is self.holds]
        if not parts:
            yield self
        for part in parts:
            yield from part.decisive()


def all_of(says: str, *parts: Verdict) -> Verdict:
    """Every part holds."""
    return Verdict(says, truth.all_of(part.holds for part in parts), _facts(parts), parts)


def any_of(says: str, *parts: Verdict) -> Verdict:
    """At least one part holds."""
    return Verdict(says, truth.any_of(part.holds for part in parts), _facts(parts), parts)


def none_of(says: str, *parts: Verdict) -> Verdict:
    """No part holds."""
    none = truth.not_(truth.any_of(part.holds for part in parts))
    return Verdict(says, none, (), tuple(_denied(part) for part in parts))


def at_least(count: int, says: str, *parts: Verdict) -> Verdict:
    """`count` or more of the parts hold."""
    sure = sum(part.holds is True for part in parts)
    possible = sum(part.holds is not False for part in parts)
    holds: Truth = True if sure >= count else None if possible >= count else False
    return Verdict(says, holds, _facts(parts), parts)


def _denied(part: Verdict) -> Verdict:
    return Verdict(f"no {part.says}", truth.not_(part.holds))


def _facts(parts: tuple[Verdict, ...]) -> tuple[Fact, ...]:
    """The facts under the parts that hold, each once."""
    return tuple(dict.fromkeys(fact for part in parts if part.holds for fact in part.facts))


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """A rule: its one id, the evidence it cites, and the function that judges; it registers nothing."""

    id: str
    evidence: tuple[str, ...]
    judge: Callable[P, Verdict] = field(repr=False)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Verdict:
        """What the rule says of this patient."""
        return self.judge(*args, **kwargs)

    @property
    def statement(self) -> str:
        """The rule in a sentence: its docstring's first line."""
        return (self.judge.__doc__ or "").strip().split("\n")[0]


def rule(rule_id: str, *, evidence: tuple[str, ...] = ()) -> Callable[[Callable[P, Verdict]], Rule[P]]:
    """Attach an id and evidence to a rule's function."""
    return lambda judge: Rule(rule_id, evidence, judge)
