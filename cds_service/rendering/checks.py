"""What is asked of the words of a card before the service starts: places, codes, sources, and that all will fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Formatter
from typing import get_args

from cds_service.assessment.orders import MISSING
from cds_service.errors import KnowledgeError
from cds_service.knowledge.evidence import Evidence
from cds_service.rendering.override_reasons import OVERRIDE_DISPLAYS
from cds_service.rendering.words import (
    OCCASIONS,
    OFFERED,
    SITUATIONS,
    Candidate,
    CardId,
    CardWords,
    SharedWords,
    Words,
    read_words,
)

SUMMARY_LIMIT = 139
ALL_UNCHECKED = "; unchecked: conditions, operations, labs, imaging, medications, referrals"
LEAST_ROOM = 24  # what a summary must leave for its reasons, when every key is unchecked
# So that Not checked, Next, three facts, two old red flags and a count of cautions always fit into `detail`.
NEXT_LIMIT = 560
REASONS_LIMIT = 100
SHORT_BULLET = 60
FILLED_MEMBERS = ("reasonCode", "reasonReference", "supportingInfo", "bodySite", "note")
LABEL_LIMIT = 60  # a button's
LINE_LIMIT = 200
OVERRIDES_FROM, OVERRIDES_TO = 5, 7


def load_cards(
    evidence: Mapping[str, Evidence], cards_dir: Path | None = None, *, ours: Traversable | None = None
) -> Words:
    """The words of every card, fit for use: a site's laid over ours. Raises KnowledgeError at the first thing wrong.

    `ours` stands in for the packaged folder.
    """
    words = read_words(cards_dir, ours=ours)
    _check_shared(words.at["shared"], words.shared, evidence)
    for rule, card in words.cards.items():
        at = words.at[rule]
        if card.rule != rule:
            raise _wrong(at, "rule", f"is {card.rule}", f"a card's rule is its file's name: {rule}")
        _check_summaries(at, card)
        _check_next(at, card, SITUATIONS[rule], words.shared)
        _check_suggestions(at, card)
        _check_occasions(at, card, words.shared)
        _check_overrides(at, card.override_reasons)
        _check_evidence(at, "basis", card.basis, evidence)
        for key, text in (("title", card.title), *(("options", option) for option in card.options)):
            _check(at, key, text, (), LINE_LIMIT)
    return words


def _check_shared(at: str, words: SharedWords, evidence: Collection[str]) -> None:
    _check(at, "not_checked", words.not_checked, ("keys",), LINE_LIMIT - len(ALL_UNCHECKED))
    _check(at, "footer", words.footer, ("version", "day"), LINE_LIMIT - len("2026.11.0+3f9c2a1b22 Nov 2026"))
    _check(at, "still_open", words.still_open, ("missing",), LINE_LIMIT)
    _check(at, "alongside", words.alongside, ("actions",), LINE_LIMIT)
    _check(at, "create_action", words.create_action, ("order",), LINE_LIMIT)
    _check(at, "time_critical", words.time_critical, ("reasons",), LINE_LIMIT)
    _check(at, "note_ending", words.note_ending, ("day",), NEXT_LIMIT)
    _check(at, "complete_action", words.complete_action, ("members",), LINE_LIMIT)
    labels = ("source_label", "link_label", "launch_label", "complete_label")
    plain = (*labels, "imaging_missing", "before_revision", "not_read")
    for key in plain:
        _check(at, key, getattr(words, key), (), LINE_LIMIT)
    tables = (
        ("actions", words.actions),
        ("candidates", words.candidates),
        ("members", words.members),
        ("missing", words.missing),
    )
    for table, texts in tables:
        for name, text in texts.items():
            _check(at, f"{table}.{name}", text, (), LINE_LIMIT)
    for name in FILLED_MEMBERS:
        if name not in words.members:
            raise _wrong(at, f"members.{name}", "is missing", "say what it is called")
    for name in get_args(Candidate):
        if name not in words.candidates:
            raise _wrong(at, f"candidates.{name}", "is missing", "say what the procedure is")
    for missing in MISSING:
        if missing not in words.missing:
            raise _wrong(at, f"missing.{missing}", "is missing", "say what an order may lack")
    for finding, sources in words.basis.items():
        _check_evidence(at, f"basis.{finding}", sources, evidence)


def _check_occasions(at: str, card: CardWords, shared: SharedWords) -> None:
    """Each occasion on which the card speaks of an order or an appointment has its words, and no other has any."""
    wanted = OCCASIONS.get(card.rule, ())
    for occasion in dict.fromkeys((*wanted, *card.at)):
        if occasion not in card.at:
            raise _wrong(at, f"at.{occasion}", "is missing", "say what the card says then")
        if occasion not in wanted:
            raise _wrong(at, f"at.{occasion}", "is never said by this card", f"use {_listed(wanted)}")
        _check_summaries(at, card.on(occasion), f"at.{occasion}.")
        _check_next(at, card.on(occasion), SITUATIONS[card.rule], shared, f"at.{occasion}.")


def _check_summaries(at: str, card: CardWords, within: str = "") -> None:
    """Each form names its reasons once; the shorter leaves room for some beside every unchecked key."""
    forms = {"summary": card.summary, "short_summary": card.short_summary, "prompt_summary": card.prompt_summary}
    for key, summary in ((f"{within}{key}", form or card.summary) for key, form in forms.items()):
        if summary.count("{reasons}") != 1:
            raise _wrong(at, key, "has no place for the reasons, or several", "write {reasons} once")
        _check(at, key, summary, ("reasons",), SUMMARY_LIMIT - LEAST_ROOM)
    key = f"{within}short_summary" if card.short_summary else f"{within}summary"
    shortest = (card.short_summary or card.summary).removesuffix(".")
    allowed = SUMMARY_LIMIT - LEAST_ROOM - len(ALL_UNCHECKED)
    if len(shortest) - len("{reasons}") > allowed:
        mend = f"give short_summary at most {allowed} characters besides {{reasons}}"
        raise _wrong(at, key, "leaves no room for the reasons beside what was not checked", mend)


def _check_next(at: str, card: CardWords, situations: Iterable[str], shared: SharedWords, within: str = "") -> None:
    """Each situation has its sentence, and the longest that may come of it still fits."""
    for situation in situations:
        if situation not in card.next:
            raise _wrong(at, f"{within}next.{situation}", "is missing", "say what comes next then")
    actions = "; ".join(shared.actions.values())
    for situation, sentence in card.next.items():
        key = f"{within}next.{situation}"
        _check(at, key, sentence, ("reasons", "actions"), NEXT_LIMIT)
        longest = len(sentence.format(reasons="x" * REASONS_LIMIT, actions=actions)) + _additions(card.rule, shared)
        if longest > NEXT_LIMIT:
            mend = f"shorten it, or the actions and additions of shared.toml, by {longest - NEXT_LIMIT}"
            raise _wrong(at, key, f"may come to {longest} characters, {NEXT_LIMIT} is the most", mend)


def _additions(rule: CardId, shared: SharedWords) -> int:
    """What may be added to Next after the card's own sentence."""
    revision = len(f" {shared.before_revision}")
    imaging = len(f" {shared.imaging_missing}")
    still_open = len(" " + shared.still_open.format(missing="x" * REASONS_LIMIT))
    alongside = len(" " + shared.alongside.format(actions="; ".join(shared.actions.values())))
    added: Mapping[CardId, int] = {
        "not-advised": revision + alongside,
        "optimise-first": revision + imaging,
        "recommend": revision + imaging,
        "consider": revision + imaging + still_open,
    }
    return added.get(rule, 0)


def _check(at: str, key: str, text: str, places: Collection[str], limit: int) -> None:
    """Only these places, plainly written, on one line that is neither blank nor too long."""
    named = _places(at, key, text)
    for place in named:
        if place not in places:
            raise _wrong(at, key, f"{{{place}}} is no place here", f"use {_listed(places)}")
    fixed = len(text) - sum(len(place) + 2 for place in named)
    if not text.strip() or not text.isprintable() or fixed > limit:
        raise _wrong(at, key, f"has {fixed} characters", f"write one line of 1 to {limit}")


def _places(at: str, key: str, text: str) -> list[str]:
    """The words in braces; a brace that opens none, or does more than name one, is an error."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise _wrong(at, key, str(error), "write a place as {reasons}, and a brace as {{ or }}") from error
    for _, place, how, conversion in parts:
        if place is not None and (how or conversion or not place.isidentifier()):
            raise _wrong(at, key, f"{{{place}}} does more than name a place", "write it as {reasons}")
    return [place for _, place, _, _ in parts if place is not None]


def _check_suggestions(at: str, card: CardWords) -> None:
    """Words for each order the card may offer, and for no other."""
    for kind in OFFERED[card.rule]:
        if kind not in card.suggestions:
            raise _wrong(at, f"suggestions.{kind}", "is missing", "give its label, order and note")
    for kind, order in card.suggestions.items():
        at_kind = f"suggestions.{kind}"
        if kind not in OFFERED[card.rule]:
            raise _wrong(at, at_kind, "is not offered on this card", f"use {_listed(OFFERED[card.rule])}")
        _check(at, f"{at_kind}.label", order.label, ("place",), LABEL_LIMIT)
        _check(at, f"{at_kind}.order", order.order, ("place", "complaint"), LINE_LIMIT)
        _check(at, f"{at_kind}.note", order.note, ("found",), NEXT_LIMIT)


def _check_overrides(at: str, codes: tuple[str, ...]) -> None:
    for code in codes:
        if code not in OVERRIDE_DISPLAYS:
            raise _wrong(at, "override_reasons", f"{code} is no reason", f"use {_listed(OVERRIDE_DISPLAYS)}")
    if len(set(codes)) != len(codes) or not OVERRIDES_FROM <= len(codes) <= OVERRIDES_TO:
        raise _wrong(at, "override_reasons", f"are {len(codes)}", "give five to seven, each once")


def _check_evidence(at: str, key: str, sources: Iterable[str], evidence: Collection[str]) -> None:
    for source in sources:
        if source not in evidence:
            raise _wrong(at, key, f"{source} is no source", "use an id of evidence.toml")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"


def _wrong(at: str, key: str, what: str, mend: str) -> KnowledgeError:
    return KnowledgeError(f"{at}: {key}: {what}; {mend}")
