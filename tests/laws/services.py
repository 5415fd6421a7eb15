"""What was done and asked for: therapy, injections, operations, imaging and its reports, referrals."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tests.laws.charts import PATIENT_ID, Resource
from tests.laws.codings import (
    EVERYDAY_OPERATIONS,
    IMAGING,
    INJECTIONS,
    OPERATIONS,
    OTHER_CARE,
    OTHER_DONE,
    OTHER_SPINE_WORK,
    REFERRALS,
    THERAPY,
    UNRELATED_ASKED,
    UNRELATED_DONE,
    UNRELATED_REPORTS,
    WORDS_ONLY,
    Coded,
    concept,
)
from tests.laws.dates import Habits, ago, period, written
from tests.laws.drawing import number, once_in, pick
from tests.laws.drugs import reason

Pools = tuple[tuple[tuple[Coded, ...], ...], ...]

DONE_POOLS: Pools = (
    *((THERAPY,),) * 3,
    *((INJECTIONS,),) * 2,
    (OTHER_CARE,),
    (IMAGING,),
    *((UNRELATED_DONE,),) * 2,
    (EVERYDAY_OPERATIONS,),
    OPERATIONS,
    OTHER_SPINE_WORK,
    OTHER_DONE,
    ((WORDS_ONLY,),),
)
DONE = ("completed",) * 10 + ("in-progress", "not-done", "entered-in-error", "stopped", "preparation", "unknown", "")
DONE_WORDS = ("Physical therapy, low back", "L4-5 laminectomy", "Lumbar epidural steroid injection", "PT eval")
SITES = ("",) * 6 + ("Lumbar spine", "Cervical spine", "Right knee")
REPORTED = ("final",) * 9 + ("preliminary", "amended", "entered-in-error", "registered", "")
REPORT_POOLS = (IMAGING, IMAGING, UNRELATED_REPORTS)
CONCLUSIONS = (
    "",
    "L4/5 disc protrusion with contact to the root.",
    "Grade 3 spondylolisthesis of L5 on S1.",
    "No spondylolisthesis. Minimal epidural fibrosis.",
    "Extensive epidural scarring at L5/S1.",
    "No epidural scarring.",
)
ASKED = ("active",) * 5 + ("completed", "completed", "draft", "on-hold", "revoked", "entered-in-error", "unknown", "")
INTENTS = ("order",) * 7 + ("plan", "proposal", "original-order", "")
ASKED_POOLS: Pools = (*((REFERRALS,),) * 3, (UNRELATED_ASKED,), (THERAPY,), (IMAGING,), OPERATIONS)


def _of_the_patient(resource_type: str, made: Resource) -> Resource:
    whose = {"resourceType": resource_type, "subject": {"reference": f"Patient/{PATIENT_ID}"}}
    return {**whose, **{name: member for name, member in made.items() if member != ""}}


@st.composite
def procedures(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """Any Procedure."""
    coded = pick(draw, pick(draw, pick(draw, DONE_POOLS)))
    site = pick(draw, SITES)
    made = {
        "status": pick(draw, DONE),
        "code": concept(coded, "" if coded[1] else pick(draw, DONE_WORDS)),
        "bodySite": [{"text": site}] if site else "",
        **reason(draw),
    }
    dated = number(draw, 0, 11)
    if dated == 11:
        made["performedPeriod"] = period(draw, day, habits)
    elif dated < 10:
        made["performedDateTime"] = written(draw, day, habits)
    return _of_the_patient("Procedure", made)


def therapy_course(draw: st.DrawFn, day: date) -> list[Resource]:
    """Sessions of physical therapy over some weeks."""
    coded = pick(draw, THERAPY[:6])
    first, apart = number(draw, 14, 200), number(draw, 3, 21)
    days = [first - session * apart for session in range(number(draw, 2, 5)) if first >= session * apart]
    made = {"status": "completed", "code": concept(coded)}
    return [_of_the_patient("Procedure", {**made, "performedDateTime": ago(day, on)}) for on in days]


@st.composite
def reports(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """Any DiagnosticReport."""
    made = {
        "status": pick(draw, REPORTED),
        "code": concept(pick(draw, pick(draw, REPORT_POOLS))),
        "effectiveDateTime": written(draw, day, habits),
        "conclusion": pick(draw, CONCLUSIONS),
    }
    return _of_the_patient("DiagnosticReport", made)


@st.composite
def referrals(draw: st.DrawFn, day: date, habits: Habits) -> Resource:
    """Any ServiceRequest."""
    made = {
        "status": pick(draw, ASKED),
        "intent": pick(draw, INTENTS),
        "code": concept(pick(draw, pick(draw, pick(draw, ASKED_POOLS)))),
        "authoredOn": "" if once_in(draw, 6) else written(draw, day, habits, 500),
        **reason(draw),
    }
    return _of_the_patient("ServiceRequest", made)
