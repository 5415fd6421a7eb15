"""What a sign is judged from, constructed: complaints, care and drugs as given, all else an uneventful chart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.conservative_care import CareState, ConservativeCare
from cds_service.findings.finding import Fact
from cds_service.findings.gait import gait_entries
from cds_service.findings.grounds import Grounds
from cds_service.findings.imaging import imaging
from cds_service.findings.operations import operations
from cds_service.findings.opioid_use import OpioidStatus, OpioidUse, StrongNonopioid
from cds_service.findings.risk import Risk
from cds_service.findings.risks import risks
from cds_service.findings.spine import Kind
from cds_service.findings.truth import Truth
from cds_service.record.dates import DayCount
from cds_service.record.patient import Condition, Key, PatientRecord, Region
from tests.findings.comorbid_charts import DAY, GIVEN, Entry, chart

CARE_FACT = Fact("physical therapy on 8 days")


def felt(
    kind: Kind = "axial",
    days: int | tuple[int, int] | None = None,
    *,
    region: Region = "lumbar",
    seen: Iterable[int] = (),
    at_least: bool = False,
    conditions: tuple[Condition, ...] = (),
    weak: bool = False,
    by_text: bool = False,
    label: str = "",
) -> Complaint:
    """A current complaint that has lasted so many days, or between two numbers of days, and was seen so long ago."""
    bounds = (days, days) if isinstance(days, int) else days
    return Complaint(
        kind,
        region,
        conditions,
        lasting=DayCount(bounds[0], None if at_least else bounds[1]) if bounds else None,
        at_least=at_least,
        earliest_start=DAY - timedelta(bounds[1]) if bounds else None,
        latest_start=DAY - timedelta(bounds[0]) if bounds else None,
        seen=tuple(DAY - timedelta(ago) for ago in seen),
        weak=weak,
        by_text=by_text,
        label=label or kind,
    )


def grounds(
    *complaints: Complaint,
    entries: Iterable[Entry] = (),
    care: CareState = "none-documented",
    failed: Truth = False,
    care_but_opioids: CareState | None = None,
    opioids: OpioidStatus = "none",
    nonopioid: Truth = False,
    risk: tuple[Risk, ...] | None = None,
    unanswered: tuple[Key, ...] = (),
    unchecked: bool = False,
) -> Grounds:
    """The findings that the signs rest on."""
    record: PatientRecord = chart(*entries, unanswered=unanswered)
    facts = (CARE_FACT,) if care in ("documented", "partial") else ()
    return Grounds(
        record=record,
        given=GIVEN,
        complaints=Complaints(complaints, gait_with_stenosis=bool(gait_entries(record))),
        care=ConservativeCare(care, failed, facts=facts, unchecked=unchecked),
        care_but_opioids=ConservativeCare(care_but_opioids or care, failed),
        opioids=OpioidUse("none", opioids, facts=(Fact("oxycodone"),)),
        nonopioid=StrongNonopioid(nonopioid, (Fact("gabapentin"),)),
        done=operations(record, GIVEN),
        imaging=imaging(record, GIVEN),
        risks=risks(record, GIVEN) if risk is None else risk,
    )
