"""Assessments for the tests of rendering: what matters is given, all else is an uneventful chart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from uuid import UUID

from cds_service.assessment.miss import Assessment, Outcome, RuleVerdict, Why
from cds_service.assessment.verdict import Verdict
from cds_service.findings import Findings
from cds_service.findings.caution import Caution
from cds_service.findings.complaints import Complaints
from cds_service.findings.conservative_care import CareState, ConservativeCare
from cds_service.findings.finding import Absent, Fact, Present
from cds_service.findings.flag import RedFlag
from cds_service.findings.imaging import Imaging
from cds_service.findings.operations import Operations
from cds_service.findings.opioid_use import OpioidUse
from cds_service.findings.red_flags import RedFlags
from cds_service.findings.risk import Risk, RiskId
from cds_service.findings.sign import Sign, SignId
from cds_service.findings.suppression import Holding, Suppression
from cds_service.knowledge.load import Knowledge, load_knowledge
from cds_service.record.patient import Condition, Match, PatientRecord
from cds_service.rendering.cards import Rendering, rendering_of
from cds_service.rendering.checks import load_cards
from cds_service.rendering.words import Words

DAY = date(2026, 11, 22)
NO = Holding(False)
SIGN_IDS: tuple[SignId, ...] = (
    "persistent-pain",
    "nerve-compression",
    "walking-and-balance",
    "deformity",
    "medication-dependence",
    "persistent-after-surgery",
    "favourable-candidate",
)
RISK_IDS: tuple[RiskId, ...] = (
    "severe-instability",
    "epidural-scarring",
    "uncontrolled-diabetes",
    "cardiovascular-disease",
    "obesity",
    "current-smoking",
    "active-infection",
)
OUTCOMES: dict[str, Outcome] = {
    "urgent-emergency": "urgent",
    "urgent-prompt": "urgent",
    "not-advised": "not-advised",
    "optimise-first": "optimise-first",
    "recommend": "recommend",
    "consider": "consider",
    "": "none",
}
MRI = Present(
    Imaging(date(2026, 5, 5), "MRI of the lumbar spine", "lumbar"),
    (Fact("MRI of the lumbar spine, 5 May 2026", ("Procedure/mri",)),),
)
NO_MRI = Absent("no spine MRI or CT within 365 days")

PAIN = Sign(
    "persistent-pain",
    "present",
    "full",
    because="pain for more than 12 weeks despite conservative care",
    brief="low back pain, 28 weeks",
    facts=(Fact("low back pain since 10 May 2026 (28 weeks)", ("Condition/pain",)),),
)
CLAUDICATION = Sign(
    "walking-and-balance",
    "present",
    "full",
    because="neurogenic claudication with stenosis",
    brief="lumbar stenosis with claudication, 51 weeks",
    facts=(Fact("lumbar stenosis with neurogenic claudication since 1 December 2025 (51 weeks)", ("Condition/st",)),),
)
WEAKNESS = Sign(
    "nerve-compression",
    "present",
    "full",
    because="nerve root symptoms with focal weakness",
    brief="lumbar radiculopathy, 5 weeks, focal weakness",
    facts=(
        Fact("lumbar radiculopathy since 18 October 2026 (5 weeks)", ("Condition/root",)),
        Fact("weakness of a limb since 5 November 2026", ("Condition/weak",)),
    ),
    time_critical=True,
)
PARTIAL_PAIN = replace(
    PAIN,
    strength="partial",
    because="pain for more than 12 weeks without conservative care on record",
    missing=("conservative care for it",),
)
DIABETES = Risk(
    "uncontrolled-diabetes",
    "present",
    {"hba1c": 9.4, "unit": "%", "date": "2026-10-02"},
    (Fact("HbA1c 9.4 % on 2 October 2026", ("Observation/a1c",)),),
    "HbA1c 9.4 % (2 Oct)",
    "HbA1c 9.4 % on 2 October 2026",
    extreme=True,
    modifiable=True,
)
OBESITY = Risk(
    "obesity",
    "present",
    {"bmi": 41.0, "unit": "kg/m2", "date": "2026-10-01"},
    (Fact("BMI 41 on 1 October 2026", ("Observation/bmi",)),),
    "BMI 41 (1 Oct)",
    "BMI 41 on 1 October 2026",
    extreme=True,
    modifiable=True,
)
SMOKING = Risk(
    "current-smoking",
    "present",
    facts=(Fact("current smoker, recorded 1 October 2026", ("Observation/smoke",)),),
    brief="current smoking (1 Oct)",
    because="current smoker, recorded 1 October 2026",
    extreme=True,
    modifiable=True,
)
SCARRING = Risk(
    "epidural-scarring",
    "present",
    facts=(
        Fact(
            "extensive epidural scarring in an imaging report (5 May 2026)",
            ("DiagnosticReport/d",),
            "extensive epidural fibrosis L4-S1",
        ),
    ),
    brief="extensive epidural scarring",
    because="extensive epidural scarring in an imaging report (5 May 2026)",
    major=True,
)
CAUDA_EQUINA = RedFlag(
    "cauda_equina",
    Fact("cauda equina syndrome since 21 November 2026", ("Condition/ces",)),
    "cauda equina syndrome, 21 Nov",
    True,
)
MYELOPATHY = RedFlag(
    "myelopathy",
    Fact("cervical spondylotic myelopathy since 3 October 2026", ("Condition/my",)),
    "cervical spondylotic myelopathy, 3 Oct",
)
THERAPY = Fact("physical therapy, 8 sessions, 1 June 2026 to 20 August 2026", ("Procedure/pt",))


def findings(
    *signs: Sign,
    risks: tuple[Risk, ...] = (),
    care: CareState = "documented",
    care_facts: tuple[Fact, ...] = (THERAPY,),
    imaging: Present[Imaging] | Absent = MRI,
    cautions: tuple[Caution, ...] = (),
    red_flags: RedFlags | None = None,
    unchecked: tuple[str, ...] = (),
    gaps: tuple[str, ...] = (),
    conditions: tuple[Condition, ...] = (),
    oddities: tuple[str, ...] = (),
) -> Findings:
    """The given signs and risks present, the others absent."""
    of_sign, of_risk = {sign.id: sign for sign in signs}, {risk.id: risk for risk in risks}
    return Findings(
        record=PatientRecord(DAY, conditions=conditions, oddities=oddities),
        complaints=Complaints(),
        impact=Absent(),
        care=ConservativeCare(care, failed=True, facts=care_facts),
        opioids=OpioidUse("none", "none"),
        operations=Operations(),
        imaging=imaging,
        signs=tuple(of_sign.get(key, Sign(key, "absent")) for key in SIGN_IDS),
        risks=tuple(of_risk.get(key, Risk(key, "absent", because="none on record")) for key in RISK_IDS),
        cautions=cautions,
        red_flags=red_flags or RedFlags(),
        suppression=Suppression(NO, NO, NO, NO, NO, NO),
        unchecked=unchecked,
        gaps=gaps,
    )


def assessment(rule: str, has: Findings, *, why: Why = "") -> Assessment:
    """The given rule decided."""
    rules = (RuleVerdict(rule or "recommend", Verdict("a full sign", bool(rule))),)
    return Assessment(OUTCOMES[rule], rule, why, rules, (), has)


def in_set(concept: str, **fields: object) -> Condition:
    """A current condition in a value set."""
    return replace(Condition(concepts={concept: Match("full", concept)}), **fields)  # type: ignore[arg-type]


EXAMPLES: dict[str, Assessment] = {
    "urgent-emergency": assessment("urgent-emergency", findings(red_flags=RedFlags((CAUDA_EQUINA,)))),
    "urgent-prompt": assessment("urgent-prompt", findings(red_flags=RedFlags((), (MYELOPATHY,)))),
    "not-advised": assessment("not-advised", findings(CLAUDICATION, risks=(SCARRING,))),
    "optimise-first": assessment("optimise-first", findings(CLAUDICATION, risks=(DIABETES,))),
    "recommend": assessment("recommend", findings(CLAUDICATION, imaging=NO_MRI)),
    "consider": assessment("consider", findings(PARTIAL_PAIN, care="none-documented", care_facts=())),
}


@cache
def knowledge() -> Knowledge:
    """Ours, read once."""
    return load_knowledge()


@cache
def words() -> Words:
    """Ours, read once."""
    return load_cards(knowledge().evidence)


@cache
def rendering() -> Rendering:
    """Ours, with one uuid for every card."""
    fixed = UUID("0A1B2C3D-0000-4000-8000-000000000001")
    return rendering_of(knowledge(), words(), "https://cds.example/miss", new_uuid=lambda: fixed)


def detail_of(given: Assessment) -> str:
    """The detail of its card."""
    return rendering().cards(given)[0].detail


def summary_of(given: Assessment) -> str:
    """The summary of its card."""
    return rendering().cards(given)[0].summary


def section(detail: str, heading: str) -> list[str]:
    """The bullets of a section; none where it is not there."""
    for part in detail.split("\n\n"):
        title, *lines = part.split("\n")
        if title == f"**{heading}**":
            return [line.removeprefix("- ") for line in lines]
    return []
