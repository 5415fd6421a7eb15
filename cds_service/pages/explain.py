"""The explanation page of one chart: what was concluded, what happened when, what is missing, and a referral's text.

A pure function of the chart, the day and the knowledge. Everything is said in our own words or cleaned as on a card;
the template escapes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds_service.answer import Answered, Answerer
from cds_service.assessment.miss import DECISION_TABLE, Assessment
from cds_service.findings import Findings
from cds_service.findings.words import range_in_words
from cds_service.knowledge.load import Knowledge
from cds_service.pages.drawing import Drawing, Scale, drawn, scale_of, when_of
from cds_service.pages.languages import Reading
from cds_service.pages.plot_drawing import Plot, Strip, dose_plot, smoking_strips, value_plot
from cds_service.pages.plots import Dose, Measured, doses, limits_of, measured
from cds_service.pages.public import Templates
from cds_service.pages.rule_words import title_of
from cds_service.pages.supply import Missing, missing
from cds_service.pages.timeline import Lane, days_of, timeline
from cds_service.record.supplied import SuppliedChart
from cds_service.rendering.points import points
from cds_service.rendering.referral_note import WHOLE
from cds_service.rendering.suggestions import wanted
from cds_service.rendering.text import shown

# Where nothing is to be suggested, a referral's text would say otherwise.
NO_REFERRAL = frozenset({"deceased", "under-18", "hospice-or-pregnancy", "no-sign"})


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline as a table."""

    lane: str
    name: str
    when: str
    says: str
    sources: tuple[str, ...]
    kind: str = ""
    region: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """What the page shows. `told` is the whole assessment, as `assess --json` prints it.

    `summary` and `indicator` are those of the card, empty without one; `silenced`: this service shows it nowhere else.
    """

    patient: str
    born: str
    day: date
    summary: str
    indicator: str
    title: str
    silenced: bool
    told: Mapping[str, Any]
    titles: Mapping[str, str]
    evidence: Mapping[str, tuple[str, ...]]
    cautions: tuple[str, ...]
    unchecked: tuple[str, ...]
    missing: tuple[Missing, ...]
    referral: str
    drawing: Drawing
    events: tuple[Event, ...]
    plots: Mapping[str, Plot | None]
    doses: tuple[Dose, ...]
    measured: Measured
    strips: tuple[Strip, ...]
    limits: Mapping[str, tuple[float, ...]]


class Explaining:
    """Makes the page. `made` are the templates; the knowledge is that of the answerer it is given."""

    def __init__(self, made: Templates, knowledge: Knowledge) -> None:
        self._made = made
        self.version = knowledge.version

    def page(self, answerer: Answerer, chart: SuppliedChart, reading: Reading) -> tuple[str, Assessment]:
        """The page of this chart as of the answerer's day, and what it concludes."""
        answered = answerer.of_chart(chart, answerer.today())
        shown = explained(answerer, chart, answered)
        return self._made.render("explain.html", reading, here="", it=shown), answered.assessment


def explained(answerer: Answerer, chart: SuppliedChart, answered: Answered) -> Explained:
    """Everything the page shows. A card that was set aside, or that this service keeps silent, is told all the same."""
    assessment, rendering, knowledge = answered.assessment, answerer.rendering, answerer.knowledge
    has, given = assessment.findings, knowledge.given
    lanes = timeline(has, given)
    days = tuple(days_of(lanes))
    taken, found = doses(has.record, given), measured(chart, has.record, knowledge)
    scale = scale_of((*days, *(point.day for point in (*found.hba1c, *found.bmi))), has.record.day)
    card = next(iter(rendering.cards(assessment)), None)
    return Explained(
        patient=shown(chart.patient.id or ""),
        born=range_in_words(has.record.born) if has.record.born else "",
        day=has.record.day,
        summary=card.summary if card else "",
        indicator=card.indicator if card else "",
        title=title_of(assessment.rule, rendering.words) if card else "",
        silenced=card is not None and not answered.cards,
        told=_without_odd_ids(answerer.told(answered)),
        titles={row.id: title_of(row.id, rendering.words) for row in DECISION_TABLE},
        evidence={row.id: row.evidence for row in DECISION_TABLE},
        cautions=tuple(caution.text for caution in has.cautions),
        unchecked=has.unchecked,
        missing=tuple(missing(has)),
        referral=referral(answerer, assessment),
        drawing=drawn(lanes, scale),
        events=tuple(_events(lanes)),
        plots=_plots(taken, found, limits_of(given), scale),
        doses=taken,
        measured=found,
        strips=smoking_strips(found.smoking, scale),
        limits=limits_of(given),
    )


def _without_odd_ids(told: Any) -> Any:
    """The same, its sources cleaned: an id is the chart's own text, too."""
    if isinstance(told, dict):
        return {name: list(map(shown, it)) if name == "sources" else _without_odd_ids(it) for name, it in told.items()}
    return list(map(_without_odd_ids, told)) if isinstance(told, list) else told


def _plots(
    taken: tuple[Dose, ...], found: Measured, limits: Mapping[str, tuple[float, ...]], scale: Scale
) -> Mapping[str, Plot | None]:
    """None where there is nothing to draw."""
    return {
        "mme": dose_plot(taken, limits["mme"], scale),
        "hba1c": value_plot(found.hba1c, limits["hba1c"], "%", scale),
        "bmi": value_plot(found.bmi, limits["bmi"], "", scale),
    }


def referral(answerer: Answerer, assessment: Assessment) -> str:
    """The text of a referral: that of the order which the card offers, else a note of what the chart has."""
    if assessment.outcome == "none" and assessment.why in NO_REFERRAL:
        return ""
    rendering, has = answerer.rendering, assessment.findings
    if assessment.rule:
        words = rendering.words.cards[assessment.rule]
        for one in wanted(assessment, points(assessment), answerer.knowledge.given):
            if one.kind == "spine-referral":
                said = words.suggestions[one.kind]
                note = rendering.ordering.note(one.topics, has, one.said(said.note))
                return f"{one.said(said.order)}\n{note.text}"
    return rendering.ordering.note(_topics(has, answerer), has).text


def _topics(has: Findings, answerer: Answerer) -> tuple[Any, ...]:
    return tuple(topic(has, answerer.knowledge.given) for topic in WHOLE)


def _events(lanes: tuple[Lane, ...]) -> Iterator[Event]:
    """The timeline in words, lane by lane, row by row, oldest first, what has no date last."""
    for lane in lanes:
        for row in lane.rows:
            place = (row.kind, row.region if lane.id == "symptoms" else "")
            for one in row.stretches:
                standing = one.standing if lane.id == "symptoms" else ""
                yield Event(
                    lane.id, shown(row.name), when_of(one), shown(one.says), _ids(one.sources), *place, standing
                )
            for moment in row.moments:
                when = range_in_words(moment.when)
                yield Event(lane.id, shown(row.name), when, shown(moment.says), _ids(moment.sources), *place)
            for says in row.undated:
                yield Event(lane.id, shown(row.name), "", shown(says), (), *place)


def _ids(sources: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(shown, sources))
