"""Charts for the tests of opioid use and conservative care, on 22 November 2026: what matters filled in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cds_service.findings.complaints import Complaint, Complaints
from cds_service.findings.spine import Kind
from cds_service.knowledge.load import load_knowledge
from cds_service.record.dates import DateRange
from cds_service.record.patient import (
    Answer,
    Condition,
    Drug,
    Key,
    Match,
    PatientRecord,
    Procedure,
    Reason,
    Referral,
)

DAY = date(2026, 11, 22)
GIVEN = load_knowledge().given
KEYS: tuple[Key, ...] = ("medicationStatements", "medicationRequests", "procedures")
SPINE = Reason(spine=True)
GENERIC = Reason({"chronic_pain_generic": Match("full", "chronic pain")})
DENTAL = Reason({"nonspine_opioid_indication": Match("full", "dental disorder")}, ("toothache",))


def ago(days: int) -> date:
    """So many days before the day."""
    return DAY - timedelta(days)


def on(days: int) -> DateRange:
    """The same as a date of the chart."""
    return DateRange(ago(days), ago(days))


def opioid(first: int | None, last: int = 0, **more: Any) -> Drug:
    """Oxycodone from so many days ago until so many days ago; None: undatable."""
    return drug("opioid_rxnorm_ingredients", first, last, **{"label": "oxycodone", "opioid": True, **more})


def drug(value_set: str, first: int | None, last: int = 0, **more: Any) -> Drug:
    """A drug of this value set."""
    name = more.pop("label", value_set)
    if first is None:
        return Drug(concepts={value_set: Match("full", name)}, label=name, undatable=True, **more)
    return Drug(concepts={value_set: Match("full", name)}, label=name, first=ago(first), last=ago(last), **more)


def done(value_set: str, days: int | None, until: int | None = None, use: Any = "full", **more: Any) -> Procedure:
    """A procedure of this value set, so many days ago."""
    return Procedure(
        concepts={value_set: Match(use, value_set)},
        performed=None if days is None else on(days),
        performed_until=None if until is None else on(until),
        **more,
    )


def problem(value_set: str, days: int | None = None, **more: Any) -> Condition:
    """A condition of this value set, recorded so many days ago."""
    return Condition(
        concepts={value_set: Match(more.pop("use", "full"), value_set)},
        recorded=None if days is None else on(days),
        **more,
    )


def record(*entries: Drug | Procedure | Condition | Referral, unanswered: tuple[Key, ...] = ()) -> PatientRecord:
    """A chart of these entries."""
    return PatientRecord(
        day=DAY,
        drugs=tuple(one for one in entries if isinstance(one, Drug)),
        procedures=tuple(one for one in entries if isinstance(one, Procedure)),
        conditions=tuple(one for one in entries if isinstance(one, Condition)),
        referrals=tuple(one for one in entries if isinstance(one, Referral)),
        answers={key: Answer.ANSWERED for key in KEYS if key not in unanswered},
    )


def pain(days: int | None = 500, kind: Kind = "axial", **more: Any) -> Complaints:
    """A current complaint that began so many days ago; None: nobody knows when."""
    return Complaints((Complaint(kind, earliest_start=None if days is None else ago(days), **more),))


NO_PAIN = Complaints()
