"""The kinds of conservative care on record, each with its days and whether the symptom outlasted it (C)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cds_service.findings.drug_courses import Course, by_name_only, courses, covered_days, spans, within
from cds_service.findings.drug_indication import for_spine, only_for_mood
from cds_service.findings.finding import Fact, each_told_once
from cds_service.findings.on_record import BY_TEXT, day_of, refs, when_in_words
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, Drug, PatientRecord, Procedure, Reason

Dated = tuple[date, Fact]
CareKind = Literal["physical therapy", "other non-drug care", "medication", "spinal injection"]
INJECTION = "care_spinal_injection"
ANTIDEPRESSANT = "analgesic_neuropathic_antidepressant"
SETS: dict[CareKind, str] = {
    "physical therapy": "care_physical_therapy",
    "other non-drug care": "care_other_nonpharm",
    "spinal injection": INJECTION,
}
DRUG_CLASSES = (
    "analgesic_nsaid",
    "analgesic_acetaminophen",
    "analgesic_gabapentinoid",
    "muscle_relaxant",
    ANTIDEPRESSANT,
)
OPIOID = "opioid"
ICD_10_SYSTEMS = ("http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10")
# Beside words of the spine a limb is no other site: pain radiates there.
OTHER_SITE = re.compile(
    r"\b(knee|hip|shoulder|elbow|wrist|hand|finger|thumb|ankle|foot|toe|jaw|pelvic floor)s?\b", re.I
)
OBSTETRIC = re.compile(r"\b(labou?r|obstetric\w*|delivery|ca?esarean|childbirth|pregnan\w*|parturi\w*)\b", re.I)


@dataclass(frozen=True, slots=True)
class CareComponent:
    """One kind of care since the symptoms began: on `days` days (of drugs: covered) from first to last.

    `failed`: it ended, or of a drug still taken began, so long ago that a symptom current today outlasted it.
    `by_text`: no code says so.
    """

    kind: CareKind
    first: date
    last: date
    days: int
    failed: bool
    sources: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    by_text: bool = False


def session_component(kind: CareKind, record: PatientRecord, first: date, given: Thresholds) -> CareComponent | None:
    """Care by sessions, on two days at least; those for another part of the body only do not count."""
    done = [p for p in record.procedures if p.counts_for(SETS[kind]) and not is_elsewhere(p)]
    if not done:
        return None
    days = {day for p in done for day in session_days(p, record.day) if day >= first}
    if len(days) < given.care_sessions:
        return None
    part = [p for p in done if days.intersection(session_days(p, record.day))]
    over = (record.day - max(days)).days >= given.care_course_days
    by_text = _by_text(part, SETS[kind])
    return CareComponent(kind, min(days), max(days), len(days), over, tuple(sorted(refs(*part))), by_text=by_text)


def _by_text(done: Sequence[Procedure], value_set: str) -> bool:
    return all(one.concepts[value_set].by_text for one in done)


def session_days(done: Procedure, today: date) -> tuple[date, ...]:
    """The days a procedure is dated by: of one that lasted its first and its last, none after today."""
    days = (day_of(done.performed, today), day_of(done.performed_until, today))
    return tuple(sorted({day for day in days if day}))


def is_elsewhere(done: Procedure) -> bool:
    """Its stated reason or site is only outside the spine."""
    if done.region != "unknown" or done.spine_words or any(map(for_spine, done.reasons)):
        return False
    return bool(done.reasons) or any(map(OTHER_SITE.search, done.words))


def injection_component(record: PatientRecord, first: date, given: Thresholds) -> CareComponent | None:
    """Injections into the spine, none of them for childbirth."""
    done = [p for p in record.procedures if p.counts_for(INJECTION) and not is_obstetric(p, record, given)]
    days = {day for p in done for day in session_days(p, record.day) if day >= first}
    if not days:
        return None
    part = [p for p in done if days.intersection(session_days(p, record.day))]
    over = (record.day - min(days)).days >= given.care_course_days
    sources, by_text = tuple(sorted(refs(*part))), _by_text(part, INJECTION)
    return CareComponent("spinal injection", min(days), max(days), len(days), over, sources, by_text=by_text)


def is_obstetric(done: Procedure, record: PatientRecord, given: Thresholds) -> bool:
    """Its reason or words are of childbirth; or, without a spine reason, a pregnancy was on record at the time."""
    if any(map(for_spine, done.reasons)):
        return False
    words = (*done.words, *(word for reason in done.reasons for word in reason.words))
    if any(map(_is_of_childbirth, done.reasons)) or any(map(OBSTETRIC.search, words)):
        return True
    days = session_days(done, record.day)
    pregnancies = [c for c in record.conditions if _is_of_childbirth(c)]
    return any(_pregnant_on(day, c, given) for day in days for c in pregnancies)


def _is_of_childbirth(entry: Condition | Reason) -> bool:
    """In the pregnancy set, or coded in the ICD-10 chapter O."""
    chapter = any(system in ICD_10_SYSTEMS and code.startswith("O") for system, code in entry.codes)
    return chapter or "pregnancy" in entry.concepts


def _pregnant_on(day: date, pregnancy: Condition, given: Thresholds) -> bool:
    began = pregnancy.onset or pregnancy.recorded
    return began is not None and began.first <= day <= began.last + timedelta(given.pregnancy_days)


def drug_component(
    record: PatientRecord, first: date, given: Thresholds, *, without_opioids: bool
) -> CareComponent | None:
    """Pain drugs that cover 14 days, all classes together; what an inpatient was given does not count."""
    drugs = [d for d in record.drugs if classes_of(d) and not (without_opioids and d.opioid)]
    if not drugs:
        return None
    cover = within(spans(drugs), first, record.day)
    days = covered_days(cover)
    if days < given.care_drug_days:
        return None
    part = [drug for drug in drugs if drug.last and drug.last >= first]
    return CareComponent(
        kind="medication",
        first=min(start for start, _ in cover),
        last=max(end for _, end in cover),
        days=days,
        failed=any(_failed(run, record.day, given) for run in _runs(drugs, first, record.day, given)),
        sources=tuple(sorted(refs(*part))),
        drugs=tuple(sorted({drug.label for drug in part})),
        by_text=all(by_name_only(drug) for drug in part),
    )


def classes_of(drug: Drug) -> tuple[str, ...]:
    """The classes of pain drug it belongs to; empty for one that is no conservative care.

    An antidepressant given for mood alone is none, nor an opioid that treats opioid use disorder.
    """
    if drug.inpatient:
        return ()
    found = [name for name in DRUG_CLASSES if name in drug.concepts]
    if ANTIDEPRESSANT in found and only_for_mood(drug):
        found.remove(ANTIDEPRESSANT)
    return (*found, *((OPIOID,) if drug.opioid and not drug.use_disorder else ()))


def _runs(drugs: Sequence[Drug], first: date, day: date, given: Thresholds) -> tuple[Course, ...]:
    """The courses of each class, merged over gaps of at most 30 days, as far as they lie after `first`."""
    runs: list[Course] = []
    for name in (*DRUG_CLASSES, OPIOID):
        taken = [drug for drug in drugs if name in classes_of(drug)]
        runs += courses(within(spans(taken), first, day), given.care_gap_days)
    return tuple(runs)


def _failed(run: Course, day: date, given: Thresholds) -> bool:
    """Over for 14 days, or still taken 42 days after its start."""
    if run.last >= day:
        return (day - run.first).days >= given.drug_trial_days
    return (day - run.last).days >= given.care_course_days


def weak_care(record: PatientRecord, first: date, given: Thresholds, found: Collection[CareKind]) -> tuple[Fact, ...]:
    """Signs of care that are no component: one session, a referral, a code of lower confidence, an undated drug.

    The oldest first; what has no date comes last.
    """
    if not (record.procedures or record.referrals or record.drugs):
        return ()
    facts: list[Dated] = []
    for kind, name in SETS.items():
        if kind in found:
            continue
        done = [p for p in record.procedures if name in p.concepts]
        done = [p for p in done if not _of_no_use(p, name, record, first, given)]
        facts += [
            (_last_day(p.performed), Fact(f"{kind} {when_in_words(p.performed)}{_doubt(p, name)}", refs(p)))
            for p in done
        ]
    facts += _therapy_referrals(record, first) if "physical therapy" not in found else ()
    if "medication" not in found:
        undated = [drug for drug in record.drugs if drug.undatable and classes_of(drug)]
        facts += [(date.max, Fact(f"{drug.label}, undated", refs(drug))) for drug in undated]
    return each_told_once(fact for _, fact in sorted(facts, key=lambda one: (one[0], one[1].text, one[1].sources)))


def _last_day(when: DateRange | None) -> date:
    """The last possible day; of what has no date, the end of time."""
    return when.last if when else date.max


def _doubt(done: Procedure, value_set: str) -> str:
    return BY_TEXT if done.concepts[value_set].by_text else ""


def _of_no_use(done: Procedure, name: str, record: PatientRecord, first: date, given: Thresholds) -> bool:
    """Too old, for another part of the body or for childbirth; undated care is weak evidence all the same."""
    days = session_days(done, record.day)
    if done.concepts[name].use == "history" or (days and max(days) < first):
        return True
    if done.performed and not days:
        return True
    return is_obstetric(done, record, given) if name == INJECTION else is_elsewhere(done)


def _therapy_referrals(record: PatientRecord, first: date) -> tuple[Dated, ...]:
    """Referrals for physical therapy; one for another reason only is none."""
    facts: list[Dated] = []
    for referral in record.referrals:
        if SETS["physical therapy"] not in referral.concepts:
            continue
        if referral.reasons and not any(map(for_spine, referral.reasons)):
            continue
        day = day_of(referral.authored, record.day)
        if (day is None and referral.authored is None) or (day and day >= first):
            said = when_in_words(referral.authored)
            facts.append((_last_day(referral.authored), Fact(f"referral for physical therapy {said}", refs(referral))))
    return tuple(facts)
