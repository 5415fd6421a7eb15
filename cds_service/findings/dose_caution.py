"""The opioid dose in words, and from which dose on a card says more about it (clinical-logic B; E02, E03)."""

from __future__ import annotations

from cds_service.findings.caution import Caution
from cds_service.findings.morphine_equivalents import MorphineEquivalents
from cds_service.knowledge.thresholds import Thresholds

A_DAY = "MME a day"
AS_ALLOWED = "if taken as often as allowed"


def dose_in_words(mme: MorphineEquivalents) -> str:
    """ "30 MME a day", "at least 30 MME a day", "0 to 30 MME a day if taken as often as allowed".

    Empty where nothing is known.
    """
    if not mme.known:
        return ""
    least, most = f"{mme.least:g}", f"{mme.most:g}"
    amount = f"{most} {A_DAY}" if least == most else f"{least} to {most} {A_DAY}"
    needed = f" {AS_ALLOWED}" if any(drug.as_needed for drug in mme.known) else ""
    return f"{amount}{needed}" if mme.complete else f"at least {amount}{needed}"


def opioid_dose_caution(mme: MorphineEquivalents, given: Thresholds) -> Caution | None:
    """The dose is, or at its most may be, one at which guidelines ask to think again.

    Below that only where a reader must know how it was found: by an older factor, or from words.
    """
    grounds = _grounds(mme)
    if not grounds and mme.most < given.mme_reassess:
        return None
    text = f"Opioids {dose_in_words(mme)}"
    if mme.most >= given.mme_very_high:
        text += ": very high dose" if mme.least >= given.mme_very_high else ": perhaps very high"
    if mme.most >= given.mme_reassess:
        joined = ", " if mme.most >= given.mme_very_high else ": "
        text += f"{joined}guidelines ask to reassess benefit and risk"
    sources = tuple(dict.fromkeys(drug.ref for drug in mme.known if drug.ref))
    return Caution("opioid-dose", f"{text} ({grounds})" if grounds else text, sources)


def _grounds(mme: MorphineEquivalents) -> str:
    """ "codeine by an older factor; oxycodone as read from words": what a reader should know of the sum."""
    older = sorted({drug.label for drug in mme.known if drug.older_factor})
    worded = sorted({drug.label for drug in mme.known if drug.by_text})
    said = (
        f"{', '.join(older)} by an older factor" if older else "",
        f"{', '.join(worded)} read from words" if worded else "",
    )
    return "; ".join(part for part in said if part)
