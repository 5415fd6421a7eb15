"""The one line a clinician reads in five seconds: what to do, then why; at most 139 characters of plain text."""

from __future__ import annotations

from cds_service.rendering.checks import SUMMARY_LIMIT
from cds_service.rendering.points import Points
from cds_service.rendering.text import ELLIPSIS, cut_at_word
from cds_service.rendering.words import CardWords

CANNOT_WAIT = ("time-critical", "in-parallel")
# The summary's shorter words for what was not checked.
UNCHECKED_WORDS = {"procedures": "operations", "observations": "labs"}


def summary(words: CardWords, told: Points) -> str:
    """Action, reasons, and what was not checked; where room is short the reasons are cut first."""
    tail = unchecked_tail(told.unchecked)
    template = words.summary
    if words.prompt_summary and told.situation in CANNOT_WAIT:
        template = words.prompt_summary
    elif words.short_summary and len(told.briefs[0]) > _room(template, tail):
        template = words.short_summary
    reasons = _fitted(told.briefs, told.ending, _room(template, tail))
    line = template.format(reasons=reasons).replace(f"{ELLIPSIS}.", ELLIPSIS)
    return line.removesuffix(".") + tail if tail else line


def unchecked_tail(unchecked: tuple[str, ...]) -> str:
    """What ends the summary when keys were not answered or not whole."""
    named = (UNCHECKED_WORDS.get(noun, noun) for noun in unchecked)
    return f"; unchecked: {', '.join(named)}" if unchecked else ""


def _room(template: str, tail: str) -> int:
    """What is left for the reasons; the full stop gives way to the tail."""
    fixed = template.format(reasons="")
    return SUMMARY_LIMIT - len(fixed.removesuffix(".") + tail if tail else fixed)


def _fitted(briefs: tuple[str, ...], ending: str, room: int) -> str:
    """The first reason, cut if it must be; then the ending, then the others, as far as there is room for each.

    "…" stands for those there was no room for, where there is room for it.
    """
    chosen = cut_at_word(briefs[0], room)
    last = f"; {ending}" if ending and len(chosen) + len(ending) + 2 <= room else ""
    for brief in briefs[1:]:
        longer = f"{chosen}; {brief}"
        if len(longer + last) > room:
            more = chosen.removesuffix(ELLIPSIS) + ELLIPSIS + last
            return more if len(more) <= room else chosen + last
        chosen = longer
    return chosen + last
