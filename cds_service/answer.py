"""One request, stage by stage: record, findings, assessment, rendering. The one place that knows them all.

Hooks, pages, command line and population use it alike, so that a chart is answered the same on every path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

from cds_service.assessment.miss import OUTCOMES, Assessment, assess
from cds_service.errors import SettingsError
from cds_service.findings import find
from cds_service.knowledge.load import Knowledge, load_knowledge
from cds_service.record.patient import Answer, Key
from cds_service.record.prefetch import KEYS, incomplete_conditions, supplied_chart
from cds_service.record.reading import read_record
from cds_service.record.supplied import SuppliedChart
from cds_service.rendering.cards import Rendering, rendering_of
from cds_service.rendering.checks import load_cards
from cds_service.settings import Settings
from cds_service.trust.clients import Client, ExtensionForm
from cds_service.wire.cds_hooks import Card, Indicator
from cds_service.wire.held import HookCall


@dataclass(frozen=True, slots=True)
class Answered:
    """What was concluded of one chart, and the cards that say it: at most one, none where the site wants none."""

    assessment: Assessment
    cards: tuple[Card, ...]


class Fetching(Protocol):
    """Reads what prefetch lacks from the FHIR server a call names: `record.fetch.Fetch`."""

    async def completed(self, call: HookCall) -> HookCall:
        """The call with what could be read; why other keys could not is said in it. Raises ServerNotRegistered."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """The stages with what they need besides a chart. `today` is the day of assessment of a hook call.

    `clock` tells the instant where no day was set, so that a client's own day can be told. Without `fetching`, no
    server is registered.
    """

    knowledge: Knowledge
    rendering: Rendering
    today: Callable[[], date]
    silent: bool = False
    silent_rules: frozenset[str] = frozenset()
    max_indicator: Indicator = "critical"
    recommend_needs: frozenset[Key] = frozenset()
    extension: ExtensionForm = "full"
    clock: Callable[[], datetime] | None = None
    fetching: Fetching | None = None

    def for_client(self, client: Client) -> Answerer:
        """The stages as the client's row wants them. Raises SettingsError for a rule that is none."""
        rules = self.silent_rules if client.silent_rules is None else frozenset(client.silent_rules)
        _check_names("CDS_CLIENTS_FILE: silent_rules", tuple(rules), tuple(OUTCOMES))
        return replace(
            self,
            silent=self.silent if client.silent is None else client.silent,
            silent_rules=rules,
            max_indicator=client.max_indicator or self.max_indicator,
            extension=client.extension,
            today=_day_in(client, self.clock) or self.today,
        )

    async def completed(self, call: HookCall) -> HookCall:
        """The call with what its FHIR server could add, where it names one. Raises ServerNotRegistered."""
        return call if self.fetching is None else await self.fetching.completed(call)

    def answer(self, call: HookCall) -> Answered:
        """The answer to a hook call.

        Raises DataMissing where a required key is not there, and where conditions came only in part and nothing
        is to be said: an empty answer would reassure.
        """
        chart = supplied_chart(call)
        answered = self.of_chart(chart, self.today())
        if answered.assessment.outcome == "none" and chart.answers["conditions"] is not Answer.ANSWERED:
            raise incomplete_conditions(call)
        return answered

    def of_chart(self, chart: SuppliedChart, day: date) -> Answered:
        """The answer to a chart from anywhere, as of a day."""
        record = read_record(chart, day, self.knowledge)
        given = self.knowledge.given
        assessment = assess(find(record, given), given, recommend_needs=self.recommend_needs)
        return Answered(assessment, self._cards(assessment))

    def told(self, answered: Answered) -> dict[str, Any]:
        """The whole assessment, for `assess --json` and the explanation page."""
        return self.rendering.assessed(answered.assessment, answered.cards)

    def _cards(self, assessment: Assessment) -> tuple[Card, ...]:
        if self.silent or assessment.rule in self.silent_rules:
            return ()
        return self.rendering.cards(assessment, max_indicator=self.max_indicator, extension_mode=self.extension)


def answerer_of(settings: Settings, public_url: str, today: Callable[[], date] | None = None) -> Answerer:
    """The stages as a site set them. Raises SettingsError, and KnowledgeError for knowledge or words that are wrong."""
    _check_names("CDS_SILENT_RULES", settings.silent_rules, tuple(OUTCOMES))
    _check_names("CDS_RECOMMEND_NEEDS", settings.recommend_needs, KEYS)
    knowledge = load_knowledge(settings.knowledge_dir, settings.cards_dir)
    words = load_cards(knowledge.evidence, settings.cards_dir)
    return Answerer(
        knowledge=knowledge,
        rendering=rendering_of(knowledge, words, public_url),
        today=today or _today(settings),
        clock=None if today or settings.today else _now,
        silent=settings.silent,
        silent_rules=frozenset(settings.silent_rules),
        max_indicator=settings.max_indicator,
        recommend_needs=frozenset(key for key in KEYS if key in settings.recommend_needs),
    )


def _today(settings: Settings) -> Callable[[], date]:
    """The day that was set, else today in UTC."""
    fixed = settings.today
    return (lambda: fixed) if fixed else (lambda: _now().date())


def _now() -> datetime:
    return datetime.now(UTC)


def _day_in(client: Client, clock: Callable[[], datetime] | None) -> Callable[[], date] | None:
    """Today where the client is; None where the day is set, or the client has no time zone of its own."""
    zone = client.time_zone
    return (lambda: clock().astimezone(zone).date()) if zone and clock else None


def _check_names(setting: str, names: tuple[str, ...], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            raise SettingsError(f"{setting}: there is no {name!r}; use some of {', '.join(known)}")
