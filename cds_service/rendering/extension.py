"""`org.miss-cds.assessment`: what was found, for machines; the same object on a card, in `assess` and on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from cds_service.assessment.miss import Assessment
from cds_service.findings import Findings
from cds_service.findings.on_record import when_as_written
from cds_service.findings.operations import Operation, Operations
from cds_service.findings.risk import Risk
from cds_service.findings.sign import Sign
from cds_service.record.dates import DayCount
from cds_service.rendering.tree import VERDICT_WORDS, verdict_trees
from cds_service.wire import cds_hooks as wire


def extension(assessment: Assessment, version: str, *, values: bool = True) -> wire.AssessmentExtension:
    """The findings with their states; without `values` only ids and states (`extension = "ids"` of a client)."""
    has = assessment.findings
    return wire.AssessmentExtension(
        outcome=assessment.outcome,
        rule=assessment.rule,
        knowledgeVersion=version,
        assessedOn=has.record.day.isoformat(),
        signs=tuple(_sign(sign, values) for sign in has.signs),
        risks=tuple(_risk(risk, values) for risk in has.risks),
        symptomDurationDays=_days(has.complaints.symptom_days) if values else None,
        opioids=_opioids(has) if values else wire.Opioids(has.opioids.status),
        conservativeCare=has.care.state,
        priorSurgery=_operations(has.operations) if values else (),
        gaps=has.gaps if values else (),
        dataQuality=has.record.oddities if values else (),
    )


def full_extension(assessment: Assessment, version: str, cards: Sequence[wire.Card] = ()) -> dict[str, Any]:
    """The object as `assess --json` prints it: lists even when empty, `why` when there is no card, every rule.

    `tree` holds the same rules with what each was combined from, and the facts.
    """
    told = extension(assessment, version)
    full: dict[str, Any] = {"rule": told.rule, **_listing(_plain(told), assessment.findings)}
    if assessment.why:
        full["why"] = assessment.why
    full["rules"] = [
        {"id": row.rule, "verdict": VERDICT_WORDS[row.verdict.holds], "because": row.verdict.because}
        for row in assessment.rules
    ]
    full["tree"] = verdict_trees(assessment)
    full["cards"] = _plain(cards)
    return full


def _plain(told: object) -> Any:
    """As JSON would bring it: lists, and no empty member."""
    return msgspec.json.decode(msgspec.json.encode(told))


def _listing(told: dict[str, Any], has: Findings) -> dict[str, Any]:
    """With the empty lists that a card leaves out, and the reason of every finding."""
    for name in ("priorSurgery", "gaps", "dataQuality"):
        told.setdefault(name, [])
    reasons = (*(sign.because for sign in has.signs), *(risk.because for risk in has.risks))
    for written, because in zip((*told["signs"], *told["risks"]), reasons, strict=True):
        written.setdefault("sources", [])
        if because:
            written["because"] = because
    return told


def _sign(sign: Sign, values: bool) -> wire.SignState:
    """`strength` and `because` belong to what is present."""
    present, sources = sign.state == "present", sign.sources if values else ()
    because = sign.because if present and values else ""
    return wire.SignState(sign.id, sign.state, sign.strength or "" if present else "", because, sources)


def _risk(risk: Risk, values: bool) -> wire.RiskState:
    if not values:
        return wire.RiskState(risk.id, risk.state)
    measured = {name: value for name, value in risk.value.items() if isinstance(value, str | int | float)}
    return wire.RiskState(risk.id, risk.state, measured, risk.sources)


def _opioids(has: Findings) -> wire.Opioids:
    """The exposure, and the morphine equivalents of the day; a sum of whole milligrams is written as such."""
    a_day = wire.DoseBounds(_plain_number(has.mme.least), _plain_number(has.mme.most), has.mme.complete)
    return wire.Opioids(has.opioids.status, a_day, has.opioids.covered_days)


def _plain_number(value: float) -> float:
    return int(value) if value == int(value) else value


def _days(lasting: DayCount | None) -> wire.DayBounds | None:
    return wire.DayBounds(lasting.least, lasting.most) if lasting else None


def _operations(done: Operations) -> tuple[wire.Operation, ...]:
    """Newest first; a partial date as far as it is known, an undated operation without one."""
    return tuple(_operation(op) for op in (*done.dated, *done.undated))


def _operation(op: Operation) -> wire.Operation:
    return wire.Operation(op.kind, op.region, when_as_written(op.when) if op.when else "")
