"""Findings for the tests of the rules: what matters is given, all else is an uneventful chart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from cds_service.findings import Findings, find
from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.finding import Fact
from cds_service.findings.flag import RedFlag
from cds_service.findings.red_flags import RedFlags
from cds_service.findings.risk import Risk, RiskId
from cds_service.findings.sign import Sign, SignId, Strength
from cds_service.findings.suppression import Holding, Suppression
from cds_service.record.patient import Key
from tests.findings.comorbid_charts import GIVEN, chart

NO = Holding(False)
QUIET = Suppression(NO, NO, NO, NO, NO, NO)
STALE = Complaints((Complaint("axial", current=False, stale=True),))


def sign(strength: Strength = "full", id_: SignId = "persistent-pain", *, critical: bool = False) -> Sign:
    """A sign that is present."""
    return Sign(id_, "present", strength, facts=(Fact(f"{id_} {strength}"),), time_critical=critical)


def unknown_sign(id_: SignId = "medication-dependence") -> Sign:
    """A sign whose key was not answered."""
    return Sign(id_, "unknown")


def risk(id_: RiskId, **levels: Any) -> Risk:
    """A risk that is present, at these levels."""
    return Risk(id_, "present", facts=(Fact(id_),), **levels)


def flag(name: str) -> RedFlag:
    """A red flag."""
    return RedFlag(name, Fact(name), name)


def suppressed(**holding: bool | None) -> Suppression:
    """Rows 0 and 2 to 5: those named hold, do not, or are unknown."""
    named = {
        name: Holding(holds, f"{name} was not checked", (Fact(name),) if holds else ())
        for name, holds in holding.items()
    }
    return replace(QUIET, **named)


def findings(
    *present: Sign | Risk,
    emergencies: tuple[RedFlag, ...] = (),
    prompts: tuple[RedFlag, ...] = (),
    suppression: Suppression = QUIET,
    complaints: Complaints | None = None,
    born: bool = True,
    unanswered: tuple[Key, ...] = (),
) -> Findings:
    """The findings of a chart with these signs and risks; the other signs and risks are absent."""
    record = chart(unanswered=unanswered)
    if not born:
        record = replace(record, born=None)
    signs = {item.id: item for item in present if isinstance(item, Sign)}
    risks = {item.id: item for item in present if isinstance(item, Risk)}
    has = find(record, GIVEN)
    return replace(
        has,
        complaints=complaints or has.complaints,
        signs=tuple(signs.get(id_, Sign(id_, "absent")) for id_ in get_args(SignId)),
        risks=tuple(risks.get(id_, Risk(id_, "absent")) for id_ in get_args(RiskId)),
        red_flags=RedFlags(emergencies, prompts),
        suppression=suppression,
    )
