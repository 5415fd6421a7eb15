"""What a clinician reads next: GitHub Markdown without HTML or tables, at most 1,500 characters.

Where there is too much, it is shortened in an order that is safe: Not checked and Next stay whole, Why keeps three
facts and the old red flags, and a caution goes only after everything else that may go, and is then counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from cds_service.findings.finding import Fact
from cds_service.findings.risk import Risk
from cds_service.findings.walking_and_balance import EXAMINE
from cds_service.knowledge.evidence import Evidence
from cds_service.rendering.checks import REASONS_LIMIT, SHORT_BULLET
from cds_service.rendering.points import ENOUGH_BULLETS, Points
from cds_service.rendering.text import cut_at_word, own, quoted
from cds_service.rendering.words import CardWords, SharedWords

DETAIL_LIMIT = 1_500
BULLET_LIMIT = 130
MOST_CANDIDATES = 2
MOST_SOURCES = 3
ALREADY_NAMED = ("not checked", "incomplete")  # in a gap that the first line has named


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections in the order they are read, not yet escaped; an empty one is left out, heading and all."""

    not_checked: str
    next: str
    why: tuple[Fact, ...]
    history: tuple[Fact, ...]
    cautions: tuple[str, ...]
    not_found: tuple[str, ...]
    options: tuple[str, ...]
    basis: str
    footer: str
    most_cautions: int = 99
    most_not_found: int = 99

    def markdown(self) -> str:
        """All of it, with our words and the chart's escaped."""
        parts = (
            self.not_checked,
            f"**Next:** {own(self.next)}",
            _bullets("Why this card", [_fact(fact) for fact in (*self.why, *self.history)]),
            _bullets("Cautions", map(_line, _counted(self.cautions, self.most_cautions))),
            _bullets("Not found in the chart", map(_line, _counted(self.not_found, self.most_not_found))),
            _bullets("Options", map(own, self.options)),
            f"**Basis:** {own(self.basis)}" if self.basis else "",
            own(self.footer),
        )
        return "\n\n".join(part for part in parts if part)


def detail(words: CardWords, shared: SharedWords, told: Points, cited: Mapping[str, str], made: str) -> str:
    """The whole detail, shortened step by step until it fits. `cited`: citations by source; `made`: the last line."""
    sections = Sections(
        not_checked=not_checked(shared, told.unchecked),
        next=next_step(words, shared, told),
        why=told.why,
        history=told.history,
        cautions=(*(_with_action(risk, shared) for risk in told.other_risks), *told.cautions),
        not_found=tuple(gap for gap in told.gaps if not any(word in gap for word in ALREADY_NAMED)),
        options=_options(words, shared, told),
        basis=_basis(words, shared, told, cited),
        footer=made,
    )
    for shorten in SHORTENINGS:
        text = sections.markdown()
        if len(text) <= DETAIL_LIMIT:
            return text
        sections = shorten(sections)
    return sections.markdown()


def not_checked(shared: SharedWords, unchecked: tuple[str, ...]) -> str:
    """The line that stands first when keys were not answered; conditions are required: they can only be in part."""
    keys = ("conditions (incomplete)" if noun == "conditions" else noun for noun in unchecked)
    return shared.not_checked.format(keys=", ".join(keys)) if unchecked else ""


def next_step(words: CardWords, shared: SharedWords, told: Points) -> str:
    """What to do, in the words for this situation, and what to arrange with it."""
    actions = "; ".join(dict.fromkeys(shared.actions[risk.id] for risk in told.risks if risk.id in shared.actions))
    reasons = cut_at_word("; ".join(told.briefs), REASONS_LIMIT)
    sentences = [words.next[told.situation].format(reasons=reasons, actions=actions)]
    if told.rule == "not-advised" and actions:
        sentences.append(shared.alongside.format(actions=actions))
    # An examination that the sentence begins with is not named again.
    if open_ := [word for word in told.missing if told.situation != "unexamined" or word != EXAMINE]:
        missing = cut_at_word("; ".join(open_), REASONS_LIMIT)
        sentences.append(shared.still_open.format(missing=missing))
    if told.imaging_missing:
        sentences.append(shared.imaging_missing)
    if told.before_revision:
        sentences.append(shared.before_revision)
    return " ".join(sentences).replace("….", "…")


def citations(evidence: Mapping[str, Evidence]) -> Mapping[str, str]:
    """Who, where and when of each source that was looked up or is certain, and that has a year."""
    citable = {key: source for key, source in evidence.items() if source.citable and source.year[:1].isdigit()}
    return {key: _citation(source) for key, source in citable.items()}


def _citation(source: Evidence) -> str:
    """Nothing twice; without an author's name it begins with where it appeared; who passed it on is left out."""
    who = source.authors.partition(", via ")[0]
    if who.startswith("(") or who in source.source:
        return f"{source.source}, {source.year}"
    where = "" if source.source in who else f"{source.source}, "
    return f"{who}, {where}{source.year}"


def _with_action(risk: Risk, shared: SharedWords) -> str:
    """A risk that did not decide is a caution: what it is, and what to do about it."""
    what, action = risk.brief or risk.because, shared.actions.get(risk.id)
    return f"{what}: {action}" if action else what


def _options(words: CardWords, shared: SharedWords, told: Points) -> tuple[str, ...]:
    """One candidate procedure or two, as the diagnoses have it, and the way without an operation."""
    named = [shared.candidates[name] for name in words.candidates if name in told.candidates]
    return (*named[:MOST_CANDIDATES], *words.options)


def _basis(words: CardWords, shared: SharedWords, told: Points, cited: Mapping[str, str]) -> str:
    """The sources of what decided, the card's own first."""
    ids = (*words.basis, *(source for found in told.rests_on for source in shared.basis.get(found, ())))
    return "; ".join([cited[source] for source in dict.fromkeys(ids) if source in cited][:MOST_SOURCES])


def _fact(fact: Fact) -> str:
    """A fact in our words; the chart's own words after it, in quotation marks."""
    return f"{_line(fact.text)}: “{quoted(fact.quote)}”" if fact.quote else _line(fact.text)


def _line(text: str) -> str:
    return own(cut_at_word(text[:1].upper() + text[1:], BULLET_LIMIT))


def _bullets(heading: str, lines: Iterable[str]) -> str:
    listed = "".join(f"\n- {line}" for line in lines)
    return f"**{heading}**{listed}" if listed else ""


def _counted(lines: tuple[str, ...], most: int) -> tuple[str, ...]:
    """At most so many lines, the last of which counts those that are left out."""
    if len(lines) <= most:
        return lines
    return (*lines[: most - 1], f"and {len(lines) - most + 1} more on record")


def _terse(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts without the chart's own words, each a short line."""
    return tuple(Fact(cut_at_word(fact.text, SHORT_BULLET)) for fact in facts)


def _short(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cut_at_word(line, SHORT_BULLET) for line in lines)


SHORTENINGS: tuple[Callable[[Sections], Sections], ...] = (
    lambda s: replace(s, options=s.options[:1]),
    lambda s: replace(s, most_not_found=4),
    lambda s: replace(s, options=()),
    lambda s: replace(s, basis=""),
    lambda s: replace(s, why=s.why[: ENOUGH_BULLETS + 1]),
    lambda s: replace(s, most_not_found=2),
    lambda s: replace(s, why=s.why[:ENOUGH_BULLETS]),
    lambda s: replace(s, why=_terse(s.why), history=_terse(s.history)),
    lambda s: replace(s, cautions=_short(s.cautions)),
    lambda s: replace(s, not_found=()),
    lambda s: replace(s, most_cautions=5),
    lambda s: replace(s, most_cautions=2),
)
