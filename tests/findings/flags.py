"""Red flags for tests: entries in red-flag sets, with the spine conditions and operations that stand beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cds_service.findings.operations import operations
from cds_service.findings.red_flags import RedFlags, red_flags
from cds_service.record.patient import Condition, PatientRecord, Procedure
from tests.findings.comorbid_charts import DAY, GIVEN, Entry, chart, condition, on, procedure
from tests.findings.spine_charts import complaint_of

CAUDA_EQUINA = "redflag_cauda_equina"
PAIN = complaint_of(onset="2026-10-01", ref="Condition/pain")


def flag(name: str = CAUDA_EQUINA, days: int | None = 5, **more: Any) -> Condition:
    """A red-flag entry with an onset so many days ago; None: undated."""
    onset = {} if days is None else {"onset": on(days)}
    return condition(name, **{"ref": "Condition/flag", **onset, **more})


def recorded(name: str, days: int, **more: Any) -> Condition:
    """The same without an onset."""
    return flag(name, None, recorded=on(days), **more)


def later(name: str = CAUDA_EQUINA, days: int | None = None, noted: int | None = None) -> Condition:
    """An entry of a later encounter, with onset or record so many days ago."""
    made = flag(name, days, recorded=None if noted is None else on(noted))
    return replace(made, later_encounter=True)


def fusion(days: int | None) -> Procedure:
    """A spine operation so many days ago; None: undated."""
    return procedure("proc_fusion", days)


def found(*entries: Entry, adult: bool = True, **more: Any) -> RedFlags:
    """The red flags of a chart of these entries."""
    return of_record(chart(*entries, **more), adult=adult)


def of_record(record: PatientRecord, *, adult: bool = True) -> RedFlags:
    """The red flags of a record."""
    return red_flags(record, operations(record, GIVEN), GIVEN, adult=adult)


def row(*entries: Entry, adult: bool = True, **more: Any) -> str:
    """Which of the lists fires: "1a", "1b", "history" or nothing."""
    flags = found(*entries, adult=adult, **more)
    if flags.emergencies:
        return "1a"
    return "1b" if flags.prompts else "history" if flags.history else ""


def ago(days: int) -> str:
    """The date so many days before the day."""
    return (DAY - timedelta(days)).isoformat()
