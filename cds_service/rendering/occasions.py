"""What a card tells of an order or an appointment beside what it tells of the patient: what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cds_service.assessment.orders import Advice, Missing
from cds_service.rendering.points import MRI_MISSING, Points, points
from cds_service.rendering.words import SharedWords


def points_of(advice: Advice, words: SharedWords) -> Points:
    """What the card of the deciding rule tells on this occasion.

    A recommendation whose order is under way begins with what is missing, and where there is only a partial sign it
    is added. A warning has other things to say first, and lists it under Not found. Imaging has its own sentence,
    which is left out where imaging is what is being ordered.
    """
    told = points(advice.assessment)
    if advice.imaging_ordered:
        told = replace(told, imaging_missing=False, ending="")
    if advice.occasion is None:
        return told
    if told.rule == "recommend":
        ending = told.ending if advice.occasion == "signing" else ""
        return replace(told, briefs=_in_words(_wanted(advice), words), ending=ending)
    if told.rule != "consider":
        return told
    others = [name for name in advice.missing if name not in ("unchecked", "imaging")]
    ending = MRI_MISSING if told.imaging_missing else ""
    return replace(told, missing=(*told.missing, *_in_words(others, words)), ending=ending)


def _wanted(advice: Advice) -> tuple[Missing, ...]:
    """What is missing, less the imaging that is being ordered; that only where nothing else is."""
    return tuple(name for name in advice.missing if name != "imaging" or not advice.imaging_ordered) or advice.missing


def _in_words(missing: Iterable[Missing], words: SharedWords) -> tuple[str, ...]:
    """Each in words; that something was not checked only where nothing else is missing: the summary's end names it."""
    known = tuple(words.missing[name] for name in missing if name != "unchecked")
    return known or tuple(words.missing[name] for name in missing)
