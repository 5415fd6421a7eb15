"""What a card has to tell, chosen from the assessment and put in order, before it is worded and cut to size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_service.assessment.miss import Assessment
from cds_service.findings import Findings
from cds_service.findings.finding import Absent, Fact, Present
from cds_service.findings.flag import RedFlag
from cds_service.findings.risk import Risk
from cds_service.findings.sign import NEVER_STARTS_A_CARD, Sign, SignId
from cds_service.findings.walking_and_balance import EXAMINE, WITH_GAIT
from cds_service.rendering.words import Candidate, Situation

MOST_BULLETS = 6
ENOUGH_BULLETS = 3
MOST_HISTORY = 2
CLAUDICATION = "neurogenic claudication"
MRI_MISSING = "MRI not found"
EXAMINE_FIRST = "examine for myelopathy: hands, gait, reflexes"
EVALUATIONS = ("optimise-first", "recommend", "consider")
# Which sign says most of what is wrong: a summary begins with it.
TELLING: tuple[SignId, ...] = (
    "walking-and-balance",
    "persistent-after-surgery",
    "nerve-compression",
    "deformity",
    "persistent-pain",
    "medication-dependence",
)
# In the order a card names them: the narrower procedure first (clinical-logic H).
CANDIDATE_SETS: tuple[tuple[Candidate, tuple[str, ...]], ...] = (
    ("herniation", ("disc_herniation",)),
    ("stenosis", ("spinal_stenosis",)),
    ("fusion", ("spondylolisthesis", "spinal_deformity", "severe_instability")),
    ("corpectomy", ("redflag_spinal_neoplasm", "redflag_unstable_fracture")),
    ("radiosurgery", ("redflag_spinal_neoplasm", "redflag_benign_spinal_tumour")),
)


@dataclass(frozen=True, slots=True)
class Points:
    """What one card tells.

    `briefs` are the reasons for the summary, weightiest first, and `ending` what the summary adds to them; `risks`
    those that decided or are to be treated in parallel; `rests_on` the ids under which sources are listed.
    """

    rule: str
    briefs: tuple[str, ...]
    ending: str = ""
    situation: Situation = "usual"
    signs: tuple[Sign, ...] = ()
    risks: tuple[Risk, ...] = ()
    missing: tuple[str, ...] = ()
    why: tuple[Fact, ...] = ()
    history: tuple[Fact, ...] = ()
    cautions: tuple[str, ...] = ()
    other_risks: tuple[Risk, ...] = ()
    gaps: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    imaging_missing: bool = False
    before_revision: bool = False
    candidates: tuple[Candidate, ...] = ()
    rests_on: tuple[str, ...] = ()


def points(assessment: Assessment) -> Points:
    """What the card of the deciding rule tells; there must be one."""
    has, rule = assessment.findings, assessment.rule
    flags = _flags(has, rule)
    signs = starting_signs(has)
    risks = _deciding(has, rule, signs)
    history = tuple(map(_historic, has.red_flags.history[:MOST_HISTORY]))
    return Points(
        rule=rule,
        briefs=_briefs(has, rule, flags, signs, risks),
        ending=MRI_MISSING if rule == "recommend" and isinstance(has.imaging, Absent) else "",
        situation=_situation(rule, signs, risks),
        signs=signs,
        risks=risks,
        missing=_unique(word for sign in signs for word in sign.missing) if rule == "consider" else (),
        why=tuple(_why(has, rule, flags, signs, risks)[: MOST_BULLETS - len(history)]),
        history=history,
        cautions=tuple(caution.text for caution in has.cautions),
        other_risks=tuple(risk for risk in has.risks if risk.present and risk not in risks),
        gaps=_gaps(has, flags),
        unchecked=has.unchecked,
        imaging_missing=rule in EVALUATIONS and isinstance(has.imaging, Absent),
        before_revision=not flags and any(sign.id == "persistent-after-surgery" for sign in signs),
        candidates=tuple(_candidates(has)),
        rests_on=_rests_on(flags, signs, risks),
    )


def starting_signs(has: Findings) -> tuple[Sign, ...]:
    """The signs that may start a card and are present: time-critical first, then full, then the more telling."""
    present = [s for s in has.signs if s.state == "present" and s.id != NEVER_STARTS_A_CARD]
    return tuple(sorted(present, key=lambda sign: (not sign.time_critical, not sign.full, TELLING.index(sign.id))))


def _flags(has: Findings, rule: str) -> tuple[RedFlag, ...]:
    if rule == "urgent-emergency":
        return has.red_flags.emergencies
    return has.red_flags.prompts if rule == "urgent-prompt" else ()


def _deciding(has: Findings, rule: str, signs: tuple[Sign, ...]) -> tuple[Risk, ...]:
    """Row 6: what alone suffices, else the three together. Row 7, and row 8 past it: what can be treated."""
    if rule == "not-advised":
        alone = tuple(risk for risk in has.risks if risk.major)
        return alone or tuple(risk for risk in has.risks if risk.extreme)
    if rule == "optimise-first" or (rule == "recommend" and _critical(signs)):
        return tuple(risk for risk in has.risks if risk.modifiable)
    return ()


def _situation(rule: str, signs: tuple[Sign, ...], risks: tuple[Risk, ...]) -> Situation:
    if rule not in ("not-advised", "recommend", "consider"):
        return "usual"
    if not _critical(signs):
        return "unexamined" if rule == "consider" and _unexamined(signs) else "usual"
    return "in-parallel" if rule == "recommend" and risks else "time-critical"


def _critical(signs: tuple[Sign, ...]) -> bool:
    return any(sign.time_critical for sign in signs)


def _unexamined(signs: tuple[Sign, ...]) -> bool:
    """The walking may be that of a myelopathy, which nobody has looked for as far as is known."""
    return any(EXAMINE in sign.missing for sign in signs)


def _briefs(
    has: Findings, rule: str, flags: tuple[RedFlag, ...], signs: tuple[Sign, ...], risks: tuple[Risk, ...]
) -> tuple[str, ...]:
    """The summary's reasons: of an emergency the flags, of a warning the risks, else the signs and the care."""
    if flags:
        return _unique(flag.brief for flag in flags)
    if rule in ("not-advised", "optimise-first"):
        return _unique(risk.brief or risk.because for risk in risks)
    repeated = {sign.complaint for sign in signs if sign.complaint not in ("", sign.brief)}
    first, *others = _unique(sign.brief or sign.because for sign in signs if sign.brief not in repeated)
    if has.care.state == "documented":
        first = f"{first}, care documented"
    if rule == "consider" and _unexamined(signs):
        # Of a gait nobody knows what it is; claudication alone has a name, and the name says more.
        named = signs[0].because.startswith(CLAUDICATION) and not signs[0].brief.endswith(WITH_GAIT)
        return _unique((first, EXAMINE_FIRST, *others) if named else (EXAMINE_FIRST, first, *others))
    lacking = (f"open: {word}" for word in signs[0].missing[:1] if rule == "consider")
    return _unique((first, *lacking, *others))


def _gaps(has: Findings, flags: tuple[RedFlag, ...]) -> tuple[str, ...]:
    """What was not found; in an emergency only the imaging, the rest is not for today."""
    if not flags:
        return has.gaps
    return (has.imaging.because,) if isinstance(has.imaging, Absent) else ()


def _why(
    has: Findings, rule: str, flags: tuple[RedFlag, ...], signs: tuple[Sign, ...], risks: tuple[Risk, ...]
) -> list[Fact]:
    """What decided, each sign's first fact (of a time-critical one all), risks to treat, care, imaging, pain, the rest.

    Of an emergency: what decided; a sign's fact and the imaging only where that leaves fewer than three.
    """
    seen = has.imaging.facts if isinstance(has.imaging, Present) else ()
    pain = has.impact.facts if isinstance(has.impact, Present) else ()
    heads = [fact for sign in signs for fact in (sign.facts if sign.time_critical else sign.facts[:1])]
    rest = [fact for sign in signs for fact in sign.facts]
    raised = [flag.fact for flag in flags]
    if flags:
        return _each_once([*raised, *heads, *seen])[: max(ENOUGH_BULLETS, len(raised))]
    against = [fact for risk in risks for fact in risk.facts]
    first = [*heads, *against] if rule == "recommend" else [*against, *heads]
    told = {fact.text for fact in has.care.facts if _told_before(fact, heads)}
    return [fact for fact in _each_once([*first, *has.care.facts, *seen, *pain, *rest]) if fact.text not in told]


def _told_before(care: Fact, heads: list[Fact]) -> bool:
    """A sign has told of the same drugs for longer: "oxycodone since 2024" needs no "oxycodone covering 361 days"."""
    others = [head for head in heads if head.text != care.text]
    return bool(care.sources) and any(set(care.sources) <= set(head.sources) for head in others)


def _historic(fact: Fact) -> Fact:
    """An old or treated red flag, marked as such."""
    text = fact.text if fact.text.startswith("History") else f"History: {fact.text}"
    return Fact(text, fact.sources, fact.quote)


def _each_once(facts: Iterable[Fact]) -> list[Fact]:
    first: dict[str, Fact] = {}
    for fact in facts:
        first.setdefault(fact.text, fact)
    return list(first.values())


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _candidates(has: Findings) -> Iterable[Candidate]:
    """The procedures that the current diagnoses would be candidates for."""
    current = [condition for condition in has.record.conditions if condition.open]
    for candidate, value_sets in CANDIDATE_SETS:
        if any(condition.counts_for(name) for condition in current for name in value_sets):
            yield candidate


def _rests_on(flags: tuple[RedFlag, ...], signs: tuple[Sign, ...], risks: tuple[Risk, ...]) -> tuple[str, ...]:
    """Where to look for sources: what decided first."""
    if flags:
        return _unique(flag.id for flag in flags)
    urgency = ("time-critical",) if _critical(signs) else ()
    return (*(risk.id for risk in risks), *urgency, *(sign.id for sign in signs))
