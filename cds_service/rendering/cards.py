"""An assessment as CDS Hooks cards: at most one, whole, in the words of its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from uuid import UUID, uuid4

from msgspec import Raw

from cds_service.assessment.miss import Assessment
from cds_service.assessment.orders import Advice
from cds_service.findings.words import day_in_words
from cds_service.knowledge.codes import Codes
from cds_service.knowledge.load import Knowledge
from cds_service.rendering.asker import Asker
from cds_service.rendering.completed_draft import completed_draft
from cds_service.rendering.detail import citations, detail
from cds_service.rendering.extension import extension, full_extension
from cds_service.rendering.occasions import points_of
from cds_service.rendering.order_codes import NO_CODINGS, Codings
from cds_service.rendering.order_templates import order_templates
from cds_service.rendering.override_reasons import OVERRIDE_DISPLAYS, OVERRIDE_SYSTEM
from cds_service.rendering.points import Points, points
from cds_service.rendering.suggestions import SELECTION, Ordering
from cds_service.rendering.summary import summary
from cds_service.rendering.words import CardWords, Words
from cds_service.wire import cds_hooks as wire
from cds_service.wire.orders import Intent

RULE_SYSTEM = "https://miss-cds.org/CodeSystem/rule"
INDICATORS: tuple[wire.Indicator, ...] = get_args(wire.Indicator)  # from mild to severe
ExtensionMode = Literal["full", "ids", "none"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same on every card of a rule."""

    source: wire.Source
    override_reasons: tuple[wire.Coding, ...]
    links: tuple[wire.Link, ...]
    smart_links: tuple[wire.Link, ...]


@dataclass(frozen=True, slots=True)
class Rendering:
    """How assessments are said. `words` come from `load_cards`; `public_url` has no slash at its end."""

    version: str
    words: Words
    cited: Mapping[str, str]
    frames: Mapping[str, Frame]
    ordering: Ordering
    codes: Codes
    new_uuid: Callable[[], UUID] = field(default=uuid4)

    def cards(
        self,
        assessment: Assessment,
        *,
        max_indicator: wire.Indicator = "critical",
        extension_mode: ExtensionMode = "full",
        asker: Asker | None = None,
        advice: Advice | None = None,
        smart_links: bool = False,
    ) -> tuple[wire.Card, ...]:
        """The card of the deciding rule; none when no rule speaks. `advice`: what an order hook makes of it.

        Without an `asker` it offers no orders. `smart_links`: it also links the explanation page, for an EHR to launch.
        """
        if assessment.outcome == "none":
            return ()
        words, frame = self.words.cards[assessment.rule], self.frames[assessment.rule]
        words = words.on(advice.occasion) if advice else words
        told = points_of(advice, self.words.shared) if advice else points(assessment)
        offered = self._offered(assessment, told, words, asker, advice) if asker else ()
        card = wire.Card(
            uuid=str(self.new_uuid()),
            summary=summary(words, told),
            indicator=capped(words.indicator, max_indicator),
            detail=detail(words, self.words.shared, told, self.cited, self._made(assessment)),
            source=frame.source,
            suggestions=offered,
            selectionBehavior=SELECTION if offered else "",
            overrideReasons=frame.override_reasons,
            links=frame.smart_links if smart_links else frame.links,
            extension=self._extension(assessment, extension_mode),
        )
        return (card,)

    def _offered(
        self, assessment: Assessment, told: Points, words: CardWords, asker: Asker, advice: Advice | None
    ) -> tuple[wire.Suggestion, ...]:
        """The orders of the card; where the order itself is being written, the draft completed, and no second one."""
        refers = advice is None or advice.offers_referral
        drafts = self.ordering.suggestions(assessment, told, words, asker, self.new_uuid, refers=refers)
        incomplete = advice.incomplete if advice else ()
        filled = (self.completed_draft(order.raw, assessment, asker) for order in incomplete)
        completed = next((one for one in filled if one), None)
        return (completed, *drafts) if completed else drafts

    def completed_draft(self, draft: bytes | Raw, assessment: Assessment, asker: Asker) -> wire.Suggestion | None:
        """The clinician's ServiceRequest as an `update` with what it leaves empty; None where there is nothing."""
        return completed_draft(draft, assessment, asker, self.ordering, self.codes, self.new_uuid)

    def assessed(self, assessment: Assessment, cards: tuple[wire.Card, ...]) -> dict[str, Any]:
        """The whole assessment for `assess --json` and the explanation page; `cards` as the hook would answer."""
        return full_extension(assessment, self.version, cards)

    def _made(self, assessment: Assessment) -> str:
        day = day_in_words(assessment.findings.record.day)
        return self.words.shared.footer.format(version=self.version, day=day)

    def _extension(self, assessment: Assessment, mode: ExtensionMode) -> wire.Extension | None:
        if mode == "none":
            return None
        return wire.Extension(extension(assessment, self.version, values=mode == "full"))


def rendering_of(
    knowledge: Knowledge,
    words: Words,
    public_url: str,
    *,
    intent: Intent = "order",
    site: Codings = NO_CODINGS,
    new_uuid: Callable[[], UUID] = uuid4,
) -> Rendering:
    """Everything that can be said before there is a patient, said once at the start.

    `intent` of the orders that cards offer, and a `site`'s own codes for them. Raises SettingsError for the latter.
    """
    base = public_url.rstrip("/")
    return Rendering(
        version=knowledge.version,
        words=words,
        cited=citations(knowledge.evidence),
        frames={rule: _frame(card, words, base) for rule, card in words.cards.items()},
        ordering=Ordering(order_templates(intent, site), words.shared, knowledge.given),
        codes=knowledge.codes,
        new_uuid=new_uuid,
    )


def capped(indicator: wire.Indicator, most: wire.Indicator) -> wire.Indicator:
    """No more severe than `most` (CDS_MAX_INDICATOR, or the client's)."""
    return min(indicator, most, key=INDICATORS.index)


def _frame(card: CardWords, words: Words, base: str) -> Frame:
    url = f"{base}/rules/{card.rule}"
    topic = wire.Coding(RULE_SYSTEM, card.rule, card.title)
    about = wire.Link(words.shared.link_label, url, "absolute")
    return Frame(
        source=wire.Source(words.shared.source_label, url, topic),
        override_reasons=tuple(
            wire.Coding(OVERRIDE_SYSTEM, code, OVERRIDE_DISPLAYS[code]) for code in card.override_reasons
        ),
        links=(about,),
        smart_links=(wire.Link(words.shared.launch_label, f"{base}/launch", "smart"), about),
    )
