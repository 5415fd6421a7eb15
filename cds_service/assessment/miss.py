"""The decision table of clinical-logic G: one function a row, in reading order; the first that holds decides.

The rows of urgency come before those of silence, except death and hospice; a referral under way stops only the
rows that would suggest one. An unknown reads as not holding, and the card names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cds_service.assessment.verdict import Rule, Verdict, all_of, any_of, at_least, none_of, rule
from cds_service.findings import Findings
from cds_service.findings.finding import Fact
from cds_service.findings.flag import RedFlag
from cds_service.findings.risk import Risk
from cds_service.findings.sign import NEVER_STARTS_A_CARD, Sign
from cds_service.findings.suppression import Holding
from cds_service.findings.truth import Truth
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Key

Outcome = Literal["urgent", "not-advised", "optimise-first", "recommend", "consider", "none"]
Why = Literal[
    "",
    "deceased",
    "under-18",
    "hospice-or-pregnancy",
    "post-operative",
    "in-hand",
    "stale",
    "no-sign",
    "nothing-missing",
]
OUTCOMES: dict[str, Outcome] = {
    "urgent-emergency": "urgent",
    "urgent-prompt": "urgent",
    "not-advised": "not-advised",
    "optimise-first": "optimise-first",
    "recommend": "recommend",
    "consider": "consider",
}
SILENCES: dict[str, Why] = {
    "deceased": "deceased",
    "under-18": "under-18",
    "hospice-or-pregnancy": "hospice-or-pregnancy",
    "post-operative": "post-operative",
}


@rule("deceased")
def deceased(has: Findings, given: Thresholds) -> Verdict:
    """The patient has died: nothing is said."""
    return _suppressed("deceased", has.suppression.deceased)


@rule("urgent-emergency", evidence=("E18", "E19", "E21", "E26", "E27"))
def urgent_emergency(has: Findings, given: Thresholds) -> Verdict:
    """A new emergency of list 1a is on record: assess today."""
    return _red_flag("a new emergency on record", has.red_flags.emergencies, has)


@rule("urgent-prompt", evidence=("E18", "E26"))
def urgent_prompt(has: Findings, given: Thresholds) -> Verdict:
    """A finding of list 1b is on record: specialist assessment within days."""
    return _red_flag("a finding that needs prompt assessment", has.red_flags.prompts, has)


@rule("under-18")
def under_18(has: Findings, given: Thresholds) -> Verdict:
    """The patient is a child: the rules for adults do not apply."""
    return _suppressed(f"under {given.adult_age}", has.suppression.under_18)


@rule("hospice-or-pregnancy")
def hospice_or_pregnancy(has: Findings, given: Thresholds) -> Verdict:
    """The patient is pregnant, or in hospice care, which silences red flags too.

    Hospice care is row 0 of the table and pregnancy row 3; they share one id.
    """
    hospice = _suppressed("in hospice care", has.suppression.hospice)
    return any_of("hospice or pregnancy", hospice, _suppressed("pregnant", has.suppression.pregnant))


@rule("post-operative")
def post_operative(has: Findings, given: Thresholds) -> Verdict:
    """A spine operation was done within the post-operative period: its surgeon follows the patient."""
    return _suppressed(f"spine operation within {given.postop_quiet_days} days", has.suppression.post_operative)


@rule("in-hand")
def in_hand(has: Findings, given: Thresholds) -> Verdict:
    """A spine referral is under way: another is not suggested, while warnings still stand."""
    return _suppressed("spine referral under way", has.suppression.referral_under_way)


@rule("not-advised", evidence=("E28", "E07", "E13", "E14", "E17"))
def not_advised(has: Findings, given: Thresholds) -> Verdict:
    """A sign is present and the source document says that MISS should be avoided."""
    return all_of("MISS may not suit", _any_sign(has), reason_to_avoid(has, given))


@rule("optimise-first", evidence=("E28", "E07", "E13", "E14", "E16"))
def optimise_first(has: Findings, given: Thresholds) -> Verdict:
    """A full sign is present, none is time-critical, and a modifiable risk stands in the way: treat that first."""
    return all_of("optimise first", _full_sign(has), nothing_time_critical(has), risk_to_treat(has))


@rule("recommend", evidence=("E28", "E01", "E02", "E20", "E21", "E23"))
def recommend(has: Findings, given: Thresholds) -> Verdict:
    """A full sign is present and nothing speaks against an evaluation."""
    return all_of("recommend an evaluation", _full_sign(has), _adult_by_birth_date(has))


@rule("consider", evidence=("E28", "E01"))
def consider(has: Findings, given: Thresholds) -> Verdict:
    """A sign is present in part, or in full with something that keeps it from a recommendation."""
    return _any_sign(has)


def reason_to_avoid(has: Findings, given: Thresholds) -> Verdict:
    """Row 6 less its sign: a reason that suffices alone, or several advanced risks together."""
    together = at_least(
        given.advanced_risks,
        f"{given.advanced_risks} advanced risks together",
        *(_factor(risk, risk.extreme) for risk in has.risks),
    )
    alone = (_factor(risk, risk.major) for risk in has.risks)
    return any_of("a reason to avoid MISS", *alone, together)


def nothing_time_critical(has: Findings) -> Verdict:
    """No sign is present that must not be held up by anything that can be treated."""
    return none_of("nothing time-critical", _time_critical(has))


def risk_to_treat(has: Findings) -> Verdict:
    """A modifiable risk is present."""
    return any_of("a risk to treat first", *(_factor(risk, risk.modifiable) for risk in has.risks))


DECISION_TABLE: tuple[Rule[[Findings, Thresholds]], ...] = (
    deceased,
    urgent_emergency,
    urgent_prompt,
    under_18,
    hospice_or_pregnancy,
    post_operative,
    in_hand,
    not_advised,
    optimise_first,
    recommend,
    consider,
)


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """One rule's id with its verdict."""

    rule: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the table concludes: an outcome, the rule that decided, and every rule's verdict in reading order.

    `rule` is empty and `why` says why when there is nothing to say.
    """

    outcome: Outcome
    rule: str
    why: Why
    rules: tuple[RuleVerdict, ...]
    reasons: tuple[Fact, ...]
    findings: Findings


def assess(has: Findings, given: Thresholds, *, recommend_needs: frozenset[Key] = frozenset()) -> Assessment:
    """The first row of the table that holds, with all verdicts.

    `recommend_needs` names keys without which a recommendation becomes `consider` (CDS_RECOMMEND_NEEDS).
    """
    judged = {row.id: row(has, given) for row in DECISION_TABLE}
    if recommend_needs:
        judged["recommend"] = all_of("recommend an evaluation", judged["recommend"], _answered(has, recommend_needs))
    decided, why = _decided(judged, has)
    verdicts = tuple(RuleVerdict(rule_id, verdict) for rule_id, verdict in judged.items())
    reasons = judged[decided].facts if decided else ()
    return Assessment(OUTCOMES.get(decided, "none"), decided, why, verdicts, reasons, has)


def _decided(judged: Mapping[str, Verdict], has: Findings) -> tuple[str, Why]:
    """The first rule that holds, or why nothing is said; a referral under way only stops recommend and consider."""
    holding = [rule_id for rule_id, verdict in judged.items() if verdict.holds is True]
    if has.suppression.hospice.holds is True and "deceased" not in holding:
        return "", "hospice-or-pregnancy"
    referred = "in-hand" in holding
    first = next((rule_id for rule_id in holding if rule_id != "in-hand"), "")
    if first in SILENCES:
        return "", SILENCES[first]
    if referred and first in ("recommend", "consider"):
        return "", "in-hand"
    if first:
        return first, ""
    return "", "stale" if has.complaints.stale_only else "no-sign"


def _answered(has: Findings, keys: frozenset[Key]) -> Verdict:
    """Every key that a recommendation needs was answered; what is missing could still speak against it."""
    whole = all(has.record.answered(key) for key in keys)
    return Verdict("every key that a recommendation needs was answered", True if whole else None)


def _red_flag(says: str, flags: tuple[RedFlag, ...], has: Findings) -> Verdict:
    """Unknown, not false, where conditions came only in part."""
    nothing_else = False if has.record.answered("conditions") else None
    return Verdict(says, True if flags else nothing_else, tuple(flag.fact for flag in flags))


def _suppressed(says: str, found: Holding) -> Verdict:
    return Verdict(found.because if found.holds is None else says, found.holds, found.facts)


def _starting(has: Findings) -> list[Sign]:
    """The signs that may start a card."""
    return [sign for sign in has.signs if sign.id != NEVER_STARTS_A_CARD]


def _sign(sign: Sign, *, full: bool) -> Verdict:
    says = f"{sign.id} in full" if full else sign.id
    known = sign.full if full else sign.state == "present"
    return Verdict(says, None if sign.state == "unknown" else known, sign.facts)


def _full_sign(has: Findings) -> Verdict:
    return any_of("a full sign", *(_sign(sign, full=True) for sign in _starting(has)))


def _any_sign(has: Findings) -> Verdict:
    return any_of("a sign, full or partial", *(_sign(sign, full=False) for sign in _starting(has)))


def _time_critical(has: Findings) -> Verdict:
    return Verdict("time-critical sign", any(sign.time_critical for sign in has.signs))


def _factor(risk: Risk, holds: Truth) -> Verdict:
    return Verdict(risk.id, holds, risk.facts)


def _adult_by_birth_date(has: Findings) -> Verdict:
    """Without a birth date nobody knows that the patient is grown up."""
    return Verdict("the birth date is on record", True if has.record.born else None)
