"""What a card offers to do with a click: orders drafted from the chart, one a suggestion (clinical-logic H).

An order is a template, checked when the service started, with the patient's own filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Raw

from cds_service.assessment.miss import Assessment
from cds_service.findings import Findings
from cds_service.findings.finding import Absent, Fact
from cds_service.findings.risk import RiskId
from cds_service.findings.words import day_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.rendering.asker import Asker
from cds_service.rendering.order_codes import OrderKind, codes_for
from cds_service.rendering.order_reasons import Grounds, each_source, grounds_of, place_in_words
from cds_service.rendering.order_templates import Templates
from cds_service.rendering.points import Points
from cds_service.rendering.referral_note import (
    FOR_IMAGING,
    FOR_THERAPY,
    FOR_URGENT,
    INFORMATION,
    WHOLE,
    Asked,
    Topic,
    information,
    topics_in_lines,
)
from cds_service.rendering.words import OFFERED, CardWords, OrderWords, SharedWords
from cds_service.wire.cds_hooks import Action, Suggestion
from cds_service.wire.orders import Concept, DraftOrder, Note, Reference

# Epic honours no other; and of several orders a clinician may well want all.
NewUuid = Callable[[], UUID]
SELECTION: Literal["any"] = "any"
RISK_OF: Mapping[OrderKind, RiskId] = {
    "hba1c": "uncontrolled-diabetes",
    "smoking-cessation": "current-smoking",
    "weight-management": "obesity",
    "cardiology": "cardiovascular-disease",
}
TOPICS_OF: Mapping[OrderKind, tuple[Asked, ...]] = {
    "spine-referral": WHOLE,
    "mri": FOR_IMAGING,
    "physical-therapy": FOR_THERAPY,
}
REFERRING: tuple[OrderKind, ...] = ("spine-referral", "mri")
OPEN_ORDER = ("draft", "active", "on-hold")
IMAGING_ORDERS = ("imaging_spine_mri_ct", "imaging_spine_loinc")
THERAPY_ORDERS = ("care_physical_therapy",)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One order that applies: what it is for.

    `topics` are what its note tells, `risks` the facts of the risk that it treats or that a surgeon is asked about;
    `critical` says what cannot wait, where something cannot.
    """

    kind: OrderKind
    has: Findings
    grounds: Grounds
    topics: tuple[Topic, ...] = ()
    risks: tuple[Fact, ...] = ()
    urgent: bool = False
    critical: str = ""

    def said(self, words: str) -> str:
        """The words with their places filled, in our own words."""
        found = "; ".join(dict.fromkeys([fact.text for fact in self.risks]))
        return words.format(place=self.grounds.place, complaint=self.grounds.complaint, found=found)

    @property
    def treats(self) -> bool:
        """It is for a risk, not for the spine."""
        return self.kind in RISK_OF

    @property
    def reason_codes(self) -> tuple[Concept, ...]:
        """The complaint, or the risk it treats."""
        if not self.treats:
            return self.grounds.concepts
        return tuple(Concept(text=text) for text in dict.fromkeys(fact.text for fact in self.risks))

    @property
    def conditions(self) -> tuple[str, ...]:
        """The Conditions it is for."""
        return each_source(self.risks, "Condition") if self.treats else self.grounds.sources

    @property
    def body_sites(self) -> tuple[Concept, ...]:
        """The parts of the spine, where it is an order for the spine."""
        return () if self.treats else body_sites(self.grounds)


@dataclass(frozen=True, slots=True)
class Ordering:
    """What orders are drafted with, the same for every patient."""

    templates: Templates
    shared: SharedWords
    given: Thresholds

    def suggestions(
        self,
        assessment: Assessment,
        told: Points,
        words: CardWords,
        asker: Asker,
        new_uuid: NewUuid,
        *,
        refers: bool = True,
    ) -> tuple[Suggestion, ...]:
        """Those that apply, in the order of the card; none where nobody could tell whose the orders are.

        `refers`: false where a referral is what is being written, and its imaging with it.
        """
        if not asker.subject:
            return ()
        offered = wanted(assessment, told, self.given)
        offered = offered if refers else tuple(one for one in offered if one.kind not in REFERRING)
        return tuple(self._suggestion(one, words.suggestions[one.kind], asker, new_uuid) for one in offered)

    def _suggestion(self, one: Wanted, words: OrderWords, asker: Asker, new_uuid: NewUuid) -> Suggestion:
        text = one.said(words.order)
        order = msgspec.structs.replace(self._order(one, text, one.said(words.note), asker), id=str(new_uuid()))
        action = Action("create", self.shared.create_action.format(order=text), Raw(msgspec.json.encode(order)))
        return Suggestion(one.said(words.label), str(new_uuid()), (action,))

    def _order(self, one: Wanted, text: str, first_line: str, asker: Asker) -> DraftOrder:
        template = self.templates[codes_for(one.kind, one.grounds.regions)]
        sources = (*each_source(one.risks, *INFORMATION), *information(one.topics))
        critical = self.shared.time_critical.format(reasons=one.critical) if one.critical else ""
        return msgspec.structs.replace(
            template,
            code=Concept(template.code.coding, text),
            priority="urgent" if one.urgent else "routine",
            subject=Reference(asker.subject),
            encounter=Reference(asker.encounter) if asker.encounter else None,
            requester=Reference(asker.requester) if asker.requester else None,
            authoredOn=asker.authored_on(one.has.record.day),
            reasonCode=one.reason_codes,
            reasonReference=references(one.conditions, asker),
            supportingInfo=references(sources, asker),
            bodySite=one.body_sites,
            note=(self.note(one.topics, one.has, first_line, critical),),
        )

    def note(self, topics: tuple[Topic, ...], has: Findings, *first_lines: str) -> Note:
        """The first lines, a line for each topic, and how it came about."""
        ending = self.shared.note_ending.format(day=day_in_words(has.record.day))
        not_read = self.shared.not_read if topics else ""
        lines = (*first_lines, *topics_in_lines(topics, " ".join(first_lines)), not_read, ending)
        return Note(self.shared.source_label, "\n".join(line for line in lines if line))


def wanted(assessment: Assessment, told: Points, given: Thresholds) -> tuple[Wanted, ...]:
    """The orders of the card that apply to this patient; what two of them tell is looked up once."""
    has = assessment.findings
    kinds = [kind for kind in OFFERED[assessment.rule] if _applies(kind, has, told)]
    if not kinds:
        return ()
    grounds, urgent = grounds_of(assessment), assessment.outcome == "urgent"
    critical = "" if urgent else "; ".join(sign.brief for sign in told.signs if sign.time_critical)
    asked = {kind: FOR_URGENT if urgent else TOPICS_OF.get(kind, ()) for kind in kinds}
    topics = {topic: topic(has, given) for topic in {each for several in asked.values() for each in several}}
    return tuple(
        Wanted(
            kind,
            has,
            grounds,
            topics=tuple([topics[topic] for topic in asked[kind]]),
            risks=_risk_facts(kind, has, told),
            urgent=urgent,
            critical=critical,
        )
        for kind in kinds
    )


def references(sources: tuple[str, ...], asker: Asker) -> tuple[Reference, ...]:
    """What the caller's server can follow."""
    return tuple(map(Reference, asker.on_server(sources)))


def body_sites(grounds: Grounds) -> tuple[Concept, ...]:
    """In words: sites are coded in many ways, and the region is what is known."""
    return tuple(Concept(text=place_in_words((region,))) for region in grounds.regions)


def _applies(kind: OrderKind, has: Findings, told: Points) -> bool:
    """Nothing that is under way or done; and no therapy where somebody should look first (H; G, row 5)."""
    if kind == "spine-referral":
        return has.suppression.referral_under_way.holds is not True
    if kind == "mri":
        return isinstance(has.imaging, Absent) and not _ordered(has, IMAGING_ORDERS)
    if kind == "physical-therapy":
        tried = any(component.kind == "physical therapy" for component in has.care.components)
        return told.situation == "usual" and not tried and not _ordered(has, THERAPY_ORDERS)
    return any(risk.id == RISK_OF[kind] and risk.present is True for risk in has.risks)


def _ordered(has: Findings, concepts: tuple[str, ...]) -> bool:
    """Such an order is open."""
    orders = (entry for entry in has.record.referrals if entry.status in OPEN_ORDER)
    return any(concept in entry.concepts for entry in orders for concept in concepts)


def _risk_facts(kind: OrderKind, has: Findings, told: Points) -> tuple[Fact, ...]:
    """Of the risk that the order treats; a spine surgeon is told of those that decided."""
    asked = has.risks if kind in RISK_OF else told.risks
    return tuple(fact for risk in asked for fact in risk.facts if RISK_OF.get(kind, risk.id) == risk.id)
