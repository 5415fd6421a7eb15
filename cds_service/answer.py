"""One request, stage by stage: record, findings, assessment, rendering. The one place that knows them all.

Hooks, pages, command line and population use it alike, so that a chart is answered the same on every path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

from cds_service.assessment.miss import OUTCOMES, Assessment, assess
from cds_service.assessment.orders import Advice, advise, concerning
from cds_service.errors import SettingsError
from cds_service.findings import find
from cds_service.knowledge.load import Knowledge, load_knowledge
from cds_service.observe.stages import Stage
from cds_service.record.asked import (
    Asked,
    asked,
    dispatched_references,
    prefetched,
    reading_of_call,
    reading_of_chart,
    without_own,
)
from cds_service.record.patient import Answer, Key
from cds_service.record.prefetch import KEYS, incomplete_conditions, supplied_chart
from cds_service.record.reading import read_record
from cds_service.record.supplied import SuppliedChart
from cds_service.rendering.asker import Asker
from cds_service.rendering.cards import Rendering, rendering_of
from cds_service.rendering.checks import load_cards
from cds_service.rendering.order_codes import site_codes
from cds_service.settings import Settings
from cds_service.trust.clients import Client, ExtensionForm
from cds_service.wire.cds_hooks import Card, Indicator
from cds_service.wire.held import HookCall


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answered:
    """What was concluded of one chart, and the cards that say it: at most one, none where the site wants none."""

    assessment: Assessment
    cards: tuple[Card, ...]


class Fetching(Protocol):
    """Reads what prefetch lacks from the FHIR server a call names: `record.fetch.Fetch`."""

    async def completed(self, call: HookCall) -> HookCall:
        """The call with what could be read; why other keys could not is said in it. Raises ServerNotRegistered."""

    async def with_orders(self, call: HookCall, references: Sequence[str]) -> HookCall:
        """The call with those dispatched orders that could be read. Raises ServerNotRegistered."""


@dataclass(frozen=True, slots=True)
class Unconcerned:
    """Nothing that a hook asks about concerns us: no chart was needed. `not_found`: dispatched orders not to be had."""

    not_found: int = 0


@dataclass(frozen=True, slots=True)
class Answerer:
    """The stages with what they need besides a chart.

    `today` is the day of assessment of a hook call, `now` the moment at which it drafts an order; `clock` tells the
    instant where no day was set, so that a client's own day can be told. Without `fetching`, no server is registered.
    `stage` is told when a stage begins and ends.
    """

    knowledge: Knowledge
    rendering: Rendering
    today: Callable[[], date]
    silent: bool = False
    silent_rules: frozenset[str] = frozenset()
    max_indicator: Indicator = "critical"
    recommend_needs: frozenset[Key] = frozenset()
    now: Callable[[], datetime] = utc_now
    extension: ExtensionForm = "full"
    smart_links: bool = False
    clock: Callable[[], datetime] | None = None
    fetching: Fetching | None = None
    stage: Stage = nullcontext

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
            smart_links=client.smart_links,
            today=_day_in(client, self.clock) or self.today,
        )

    async def completed(self, call: HookCall) -> HookCall:
        """The call with what its FHIR server could add, where it names one. Raises ServerNotRegistered."""
        return call if self.fetching is None else await self.fetching.completed(call)

    async def with_orders(self, call: HookCall) -> HookCall:
        """The call with the dispatched orders that it names and does not bring. Raises ServerNotRegistered."""
        known = prefetched(call)
        missing = tuple(reference for reference in dispatched_references(call) if known(reference) is None)
        return call if self.fetching is None else await self.fetching.with_orders(call, missing)

    def may_concern(self, call: HookCall) -> bool:
        """Some order or appointment of the call concerns us, or may once the chart is known."""
        return bool(asked(call, reading_of_call(call, self.today(), self.knowledge), prefetched(call)).orders)

    def answer(self, call: HookCall) -> Answered:
        """The answer to a hook call.

        Raises DataMissing where a required key is not there, and where conditions came only in part and nothing
        is to be said: an empty answer would reassure.
        """
        chart = supplied_chart(call)
        answered = self.of_chart(chart, self.today(), self._asker(call, chart))
        if answered.assessment.outcome == "none" and chart.answers["conditions"] is not Answer.ANSWERED:
            raise incomplete_conditions(call)
        return answered

    def answer_order(self, call: HookCall) -> Answered | Unconcerned:
        """The answer to a call about orders or appointments (clinical-logic J).

        Raises DataMissing as `answer` does, but only where an order may concern us.
        """
        day, look_up = self.today(), prefetched(call)
        about = asked(call, reading_of_call(call, day, self.knowledge), look_up)
        if not about.orders:
            return Unconcerned(about.not_found)
        chart = supplied_chart(call)
        about = asked(call, reading_of_chart(chart, call, day, self.knowledge), look_up)
        answered = self._of_order(about, without_own(chart, about.own), self._asker(call, chart), day)
        whole = chart.answers["conditions"] is Answer.ANSWERED
        if not whole and (isinstance(answered, Unconcerned) or answered.assessment.outcome == "none"):
            raise incomplete_conditions(call)
        return answered

    def _of_order(self, about: Asked, chart: SuppliedChart, asker: Asker, day: date) -> Answered | Unconcerned:
        given = self.knowledge.given
        with self.stage("assess"):
            has = find(read_record(chart, day, self.knowledge), given, count_stale=True)
            about = replace(about, orders=concerning(about.orders, has, given))
            if not about.orders:
                return Unconcerned(about.not_found)
            advice = advise(about, has, given, recommend_needs=self.recommend_needs)
        return Answered(advice.assessment, self._cards(advice.assessment, asker, advice))

    def of_chart(self, chart: SuppliedChart, day: date, asker: Asker | None = None) -> Answered:
        """The answer to a chart from anywhere, as of a day. Without an `asker` orders name no requester."""
        given = self.knowledge.given
        with self.stage("assess"):
            has = find(read_record(chart, day, self.knowledge), given)
            assessment = assess(has, given, recommend_needs=self.recommend_needs)
        asker = asker or Asker(chart.patient.id or "", temporary=chart.temporary)
        return Answered(assessment, self._cards(assessment, asker))

    def told(self, answered: Answered) -> dict[str, Any]:
        """The whole assessment, for `assess --json` and the explanation page."""
        return self.rendering.assessed(answered.assessment, answered.cards)

    def _asker(self, call: HookCall, chart: SuppliedChart) -> Asker:
        return Asker(call.patient_id, call.user_id, call.encounter_id, self.now(), chart.temporary)

    def _cards(self, assessment: Assessment, asker: Asker, advice: Advice | None = None) -> tuple[Card, ...]:
        if self.silent or assessment.rule in self.silent_rules:
            return ()
        with self.stage("render"):
            return self.rendering.cards(
                assessment,
                max_indicator=self.max_indicator,
                extension_mode=self.extension,
                asker=asker,
                advice=advice,
                smart_links=self.smart_links,
            )


def answerer_of(settings: Settings, public_url: str, today: Callable[[], date] | None = None) -> Answerer:
    """The stages as a site set them. Raises SettingsError, and KnowledgeError for knowledge or words that are wrong."""
    _check_names("CDS_SILENT_RULES", settings.silent_rules, tuple(OUTCOMES))
    _check_names("CDS_RECOMMEND_NEEDS", settings.recommend_needs, KEYS)
    knowledge = load_knowledge(settings.knowledge_dir, settings.cards_dir)
    words = load_cards(knowledge.evidence, settings.cards_dir)
    return Answerer(
        knowledge=knowledge,
        rendering=rendering_of(
            knowledge, words, public_url, intent=settings.suggestion_intent, site=site_codes(settings.referral_codes)
        ),
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
