"""One rule as a reader sees it: what it reads, its numbers, its sources, its limits, and when it stays silent.

Made from the decision table, the knowledge and the cards alone; the pages, `knowledge show` and docs/rules.md say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from inspect import cleandoc

from cds_service.assessment.miss import DECISION_TABLE, OUTCOMES, SILENCES
from cds_service.assessment.verdict import Rule
from cds_service.findings import Findings
from cds_service.knowledge.evidence import Evidence
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.rule_pages import FindingWords
from cds_service.knowledge.source_document import Statement
from cds_service.knowledge.thresholds import ThresholdNote, Thresholds
from cds_service.knowledge.value_sets import ValueSet
from cds_service.pages.languages import marked
from cds_service.rendering.words import CardWords, Situation, Words

# All that the catalogues have of the knowledge, which is English: units, and what stands for a source or a reviewer.
IN_BRIEF = (
    marked("days"),
    marked("years"),
    marked("sessions"),
    marked("fills"),
    marked("risks"),
    marked("points"),
    marked("of 10"),
    marked("mg of oral morphine a day"),
    marked("source document"),
    marked("convention"),
    marked("not yet clinically reviewed"),
)
# What a reader sees in the places that a card fills from the chart.
PLACES = {"reasons": "[the reasons found]", "actions": "[what to do about each risk on record]"}
SITUATIONS: Mapping[Situation, str] = {
    "usual": marked("As a rule"),
    "time-critical": marked("With a time-critical sign"),
    "in-parallel": marked("With a time-critical sign and a risk to treat"),
    "unexamined": marked("With a gait entry beside neck or mid-back disease"),
}
# The rows that have no card.
TITLES: Mapping[str, str] = {
    "deceased": marked("No card: deceased"),
    "under-18": marked("No card: under 18"),
    "hospice-or-pregnancy": marked("No card: hospice or pregnancy"),
    "post-operative": marked("No card: after a spine operation"),
    "in-hand": marked("No card: a referral is under way"),
}
REFERRALS_STOP = ("recommend", "consider")
URGENT = ("urgent-emergency", "urgent-prompt")
HOSPICE = "hospice-or-pregnancy"
IN_HOSPICE = marked("The patient is in hospice care, which silences red flags too; pregnancy does not.")
ANOTHER_FIRST = marked("Another card comes first:")
NOT_WANTED = marked("The site wants no cards, or not this one.")
LIMITS = (
    marked("It reads coded entries and short texts of the chart that the client sent, and nothing else."),
    marked("What was not sent or cannot be read is unknown, never absent, and a card names it."),
    marked("A card suggests an evaluation, never an operation; the clinician decides."),
)


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One finding that a rule reads, with its value sets; `named` by the rule itself, else another rests on it."""

    id: str
    words: FindingWords
    value_sets: tuple[ValueSet, ...]
    named: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """One reason for a rule to stay silent, after a `lead` or alone; `rule` is the row whose page says more."""

    reason: str
    rule: str = ""
    lead: str = ""

    @property
    def says(self) -> str:
        """The whole sentence."""
        return f"{self.lead} {self.reason}".lstrip()


@dataclass(frozen=True, slots=True)
class RulePage:
    """Everything a page says of one rule; `evidence` is the rule's own, `further` what its numbers rest on besides."""

    id: str
    title: str
    says: str
    more: tuple[str, ...]
    summary: str
    indicator: str
    next: tuple[tuple[str, str], ...]
    reads: tuple[FindingPage, ...]
    silences: tuple[Silence, ...]
    states: tuple[Statement, ...]
    numbers: tuple[ThresholdNote, ...]
    evidence: tuple[Evidence, ...]
    further: tuple[Evidence, ...]
    limits: tuple[str, ...]

    @property
    def speaks(self) -> bool:
        """It has a card; the others keep the service silent."""
        return self.id in OUTCOMES


def rule_pages(knowledge: Knowledge, words: Words) -> Mapping[str, RulePage]:
    """Every rule by id, in reading order."""
    return {row.id: _rule_page(row, knowledge, words) for row in DECISION_TABLE}


def _rule_page(row: Rule[[Findings, Thresholds]], knowledge: Knowledge, words: Words) -> RulePage:
    says, *more = cleandoc(row.judge.__doc__ or "").split("\n\n")
    card = words.cards.get(row.id)
    numbers = tuple(_numbers(row.id, knowledge))
    own = tuple(knowledge.evidence[source] for source in row.evidence)
    return RulePage(
        id=row.id,
        title=title_of(row.id, words),
        says=says,
        more=tuple(more),
        summary=card.summary.format(**PLACES) if card else "",
        indicator=card.indicator if card else "",
        next=_next(card) if card else (),
        reads=tuple(_findings(row.id, knowledge)),
        silences=tuple(_silences(row.id, knowledge, words)),
        states=tuple(fact for fact in knowledge.source_document if row.id in fact.rules),
        numbers=numbers,
        evidence=own,
        further=tuple(source for source in behind(numbers, knowledge) if source not in own),
        limits=(*knowledge.rule_pages.rules[row.id].limits, *LIMITS),
    )


def title_of(rule: str, words: Words) -> str:
    """A rule in a few words: its card's title, or that it has none."""
    return words.cards[rule].title if rule in words.cards else TITLES[rule]


def behind(numbers: Iterable[ThresholdNote], knowledge: Knowledge) -> tuple[Evidence, ...]:
    """The sources that numbers rest on, each once, by id."""
    ids = sorted({source for number in numbers for source in number.evidence})
    return tuple(knowledge.evidence[source] for source in ids if source in knowledge.evidence)


def _next(card: CardWords) -> tuple[tuple[str, str], ...]:
    return tuple((SITUATIONS[when], sentence.format(**PLACES)) for when, sentence in card.next.items())


def _findings(rule: str, knowledge: Knowledge) -> Iterator[FindingPage]:
    pages = knowledge.rule_pages
    for name in pages.read_by(rule):
        words = pages.findings[name]
        sets = tuple(knowledge.value_sets[concept] for concept in words.value_sets)
        yield FindingPage(name, words, sets, name in pages.rules[rule].reads)


def _numbers(rule: str, knowledge: Knowledge) -> Iterator[ThresholdNote]:
    """The numbers of the rule and of every finding it reads, in the order of thresholds.toml."""
    pages = knowledge.rule_pages
    read = {number for name in pages.read_by(rule) for number in pages.findings[name].numbers}
    read.update(pages.rules[rule].numbers)
    return (note for name, note in knowledge.threshold_notes.items() if name in read)


def _silences(rule: str, knowledge: Knowledge, words: Words) -> Iterator[Silence]:
    """For a rule with a card, in reading order: the rows before it, and what is left when none of them holds."""
    if rule not in OUTCOMES:
        return
    why = knowledge.rule_pages.why
    for row in _before(rule):
        if row in OUTCOMES:
            yield Silence(f"{title_of(row, words)}.", row, ANOTHER_FIRST)
        else:
            yield Silence(why[row], row)
    if rule in URGENT:
        yield Silence(IN_HOSPICE, HOSPICE)
    else:
        yield from (Silence(why["stale"]), Silence(why["no-sign"]))
    yield Silence(NOT_WANTED)


def _before(rule: str) -> Iterator[str]:
    """The rows that are read first and keep this card away."""
    ids = [row.id for row in DECISION_TABLE]
    for row in ids[: ids.index(rule)]:
        if row in SILENCES or row in OUTCOMES or rule in REFERRALS_STOP:
            yield row
