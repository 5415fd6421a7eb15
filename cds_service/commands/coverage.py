"""docs/coverage.md: every statement of the source document, and where it is found again; made by running the vignettes.

A statement about a patient must stand on a card that a vignette shows; a statement about the operation itself, which
no chart can tell, in the patient handout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from cds_service.answer import Answered, Answerer
from cds_service.errors import CdsError
from cds_service.findings import Findings
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.source_document import TITLE, Statement
from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.rendering import render
from cds_service.vignettes.requests import patient_view
from cds_service.wire.decoding import decode_call

MOST_VIGNETTES = 4
SENTENCES = re.compile(r"(?<=\.) (?=[A-Z])")
HEAD = f"""# Coverage of the source document

Made from `cds_service/knowledge/source_document.toml` and the vignettes by
`python -m cds_service.commands.documents`; a test fails when it is out of date or a cell is empty.

The source document is “{TITLE}”, a clinic's guide for
patients. Each of its statements, in our own words, leads to the finding that answers it in a chart, the rules whose
cards may say it, the words of such a card, and vignettes that bring that card. What no chart can tell stands in the
patient handout (`/patient-guide`), the same for everyone.

| the document's heading | statement | finding | rules | card text | vignettes |
|---|---|---|---|---|---|
"""
NO_FINDING = "none: nothing in a chart tells it"
NO_VIGNETTE = "none: the same for every patient; `tests/pages/test_guide.py` looks for it"


class Uncovered(CdsError):
    """A statement of the source document is on no card that a vignette brings."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A vignette, and what was answered."""

    vignette: Vignette
    answered: Answered

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences of the card as a reader sees them, the summary's first; none without a card."""
        lines = (line for card in self.answered.cards for line in (card.summary, *card.detail.splitlines()))
        return tuple(sentence for line in lines for sentence in SENTENCES.split(plain(line)) if sentence)


def run_vignettes(answerer: Answerer, vignettes: Sequence[Vignette]) -> tuple[Shown, ...]:
    """Every opened chart answered on the answerer's day: those with a name, the demo's patients, first."""
    charts = (vignette for vignette in vignettes if vignette.hook == "patient-view")
    in_order = sorted(charts, key=lambda vignette: not vignette.name)
    day = answerer.today()
    return tuple(
        Shown(vignette, answerer.answer(decode_call(json.dumps(patient_view(render(vignette, day))).encode())))
        for vignette in in_order
    )


def plain(line: str) -> str:
    """A line of Markdown as text."""
    return unescape(re.sub(r"\\(.)", r"\1", line.removeprefix("- ").replace("**", "")))


def coverage(knowledge: Knowledge, shown: Sequence[Shown]) -> str:
    """The document. Raises Uncovered, naming every statement that no card of a vignette says."""
    rows = [(fact, _row(fact, knowledge, shown)) for fact in knowledge.source_document]
    if missing := [fact.id for fact, cells in rows if not all(cells)]:
        raise Uncovered(f"source_document.toml: {', '.join(missing)}: no vignette's card says it; add a vignette")
    return HEAD + "".join(f"| {fact.heading} | {' | '.join(map(_cell, cells))} |\n" for fact, cells in rows)


def _row(fact: Statement, knowledge: Knowledge, shown: Sequence[Shown]) -> tuple[str, ...]:
    rules = ", ".join(f"`{rule}`" for rule in fact.rules)
    if not fact.card:
        section = next(section for section in knowledge.guides["en"].sections if section.id == fact.guide)
        return fact.says, NO_FINDING, rules, f"on no card; handout, “{section.heading}”", NO_VIGNETTE
    found = list(_telling(fact, shown))
    line = found[0][1] if found else ""
    vignettes = ", ".join(vignette for vignette, _ in found[:MOST_VIGNETTES])
    return fact.says, knowledge.rule_pages.findings[fact.finding].title, rules, line, vignettes


def _telling(fact: Statement, shown: Sequence[Shown]) -> Iterator[tuple[str, str]]:
    """The vignettes whose card is of the statement's rules, shows its finding and says its words; and the line."""
    named = (one for one in shown if fact.vignette in ("", one.vignette.id))
    for one in named:
        if one.answered.assessment.rule in fact.rules and _holds(fact.finding, one.answered.assessment.findings):
            if line := next((line for line in one.lines if fact.card.lower() in line.lower()), ""):
                yield one.vignette.id, line


def _holds(finding: str, has: Findings) -> bool:
    """A sign or a risk must be present; what is neither is shown by the card's words alone."""
    states = [sign.state for sign in has.signs if sign.id == finding]
    states += [risk.state for risk in has.risks if risk.id == finding]
    return all(state == "present" for state in states)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
