"""What the service says of a chart, in a form in which two charts can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from cds_service.answer import Answered, Answerer, answerer_of
from cds_service.findings import Findings
from cds_service.findings.words import MONTHS
from cds_service.settings import Settings
from cds_service.wire.decoding import decode_call
from tests.laws.charts import Chart, call

Told = dict[str, Any]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FROM_MILD_TO_SEVERE = ("none", "consider", "recommend", "optimise-first", "not-advised", "urgent")
WARNINGS = ("optimise-first", "not-advised", "urgent")


@dataclass(frozen=True, slots=True)
class Said:
    """The assessment of a chart: the full extension as `assess --json` prints it, and the findings beneath."""

    told: Told
    findings: Findings

    @property
    def outcome(self) -> str:
        """The outcome id."""
        return str(self.told["outcome"])

    @property
    def severity(self) -> int:
        """Its place in the order of law 7."""
        return FROM_MILD_TO_SEVERE.index(self.outcome)

    @property
    def pregnant(self) -> bool:
        """A pregnancy keeps the service silent."""
        return self.findings.suppression.pregnant.holds is True

    @property
    def summary(self) -> str:
        """The card's summary; empty where there is no card."""
        return "".join(card["summary"] for card in self.told["cards"])


@cache
def stages() -> Answerer:
    """The stages with every uuid and the moment the same, so that whole answers can be compared."""
    made = answerer_of(Settings(require_auth=False), "https://miss.example")
    return replace(made, now=lambda: NOON, rendering=replace(made.rendering, new_uuid=lambda: UUID(int=0)))


def answered(chart: Chart) -> Answered:
    """The answer to the hook call, from its bytes on."""
    return replace(stages(), today=lambda: chart.day).answer(decode_call(call(chart)))


def said(chart: Chart) -> Said:
    """What is told of the chart, and what was found."""
    found = answered(chart)
    return Said(stages().told(found), found.assessment.findings)


def told(chart: Chart) -> Told:
    """What is told of the chart."""
    return said(chart).told


def without(told: Any, *names: str) -> Any:
    """The same without the members of these names, wherever they stand; an order has its sources in two others."""
    if "sources" in names:
        names = (*names, "reasonReference", "supportingInfo")
    if isinstance(told, dict):
        return {name: without(member, *names) for name, member in told.items() if name not in names}
    return [without(member, *names) for member in told] if isinstance(told, list) else told


ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
IN_WORDS = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})\b")
# A span of days is told in the months or years of the calendar that it touches: "since 2025 or 2026".
IN_CALENDAR = re.compile(rf"\bsince (?:(?:{'|'.join(MONTHS)}) )?\d{{4}}(?: (?:or|to) \d{{4}})?\b")


def by_days_ago(told: Any, day: date) -> Any:
    """The same with every full date as so many days before the day."""
    if isinstance(told, dict):
        return {name: by_days_ago(member, day) for name, member in told.items()}
    if isinstance(told, list):
        return [by_days_ago(member, day) for member in told]
    if not isinstance(told, str):
        return told
    plain = ISO.sub(lambda found: _ago(date.fromisoformat(found[0]), day), told)
    plain = IN_WORDS.sub(lambda f: _ago(date(int(f[3]), MONTHS.index(f[2]) + 1, int(f[1])), day), plain)
    return IN_CALENDAR.sub("since <then>", plain)


def _ago(when: date, day: date) -> str:
    return f"<{(day - when).days} days ago>"


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def alike(one: Any, other: Any, within: float) -> bool:
    """Equal but for numbers, also inside words, that differ by no more than `within`."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[name], other[name], within) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(alike(a, b, within) for a, b in zip(one, other, strict=True))
    if isinstance(one, str) and isinstance(other, str):
        return NUMBER.sub("#", one) == NUMBER.sub("#", other) and all(
            abs(float(a) - float(b)) <= within for a, b in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
        )
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= within
    return bool(one == other)


def differences(one: Any, other: Any, at: str = "") -> list[str]:
    """Where two answers differ, as paths with both values; empty where they are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted(one.keys() | other.keys())
        return [line for name in names for line in differences(one.get(name), other.get(name), f"{at}.{name}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for place, (a, b) in pairs for line in differences(a, b, f"{at}[{place}]")]
    return [] if one == other else [f"{at}: {one!r} != {other!r}"]
