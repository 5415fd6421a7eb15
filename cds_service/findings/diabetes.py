"""Whether diabetes is out of control: by HbA1c, coded diabetes or not, else by a recent code (E)."""

from __future__ import annotations

from typing import Literal

from cds_service.findings.caution import Caution
from cds_service.findings.finding import Fact
from cds_service.findings.latest import Reading, latest
from cds_service.findings.on_record import entry_fact, in_order, refs
from cds_service.findings.risk import Risk
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord

ID: Literal["uncontrolled-diabetes"] = "uncontrolled-diabetes"
DIABETES_SETS = frozenset({"diabetes", "diabetes_uncontrolled"})


def hba1c(record: PatientRecord, given: Thresholds) -> Reading | None:
    """The latest HbA1c in per cent, at most `hba1c_max_age_days` old; on one day the highest."""
    return latest(record, "HbA1c", "higher", given.hba1c_max_age_days)


def listed_diabetes(record: PatientRecord) -> tuple[Condition, ...]:
    """Diabetes that is current, listed or diagnosed; gestational diabetes and prediabetes are none."""
    if not record.in_any(DIABETES_SETS):
        return ()
    return in_order(entry for entry in record.conditions if entry.open and _is_diabetes(entry))


def _is_diabetes(entry: Condition) -> bool:
    named = entry.counts_for("diabetes") or entry.counts_for("diabetes_uncontrolled")
    return named and "diabetes_exclusions" not in entry.concepts


def _coded_uncontrolled(record: PatientRecord) -> tuple[Condition, ...]:
    """Diabetes with a code of at most `diabetes_code_days` for bad control (`only_if` recent)."""
    return tuple(entry for entry in listed_diabetes(record) if entry.counts_for("diabetes_uncontrolled"))


def uncontrolled_diabetes(record: PatientRecord, given: Thresholds) -> Risk:
    """HbA1c is at `hba1c_uncontrolled` or above (E07); without a value, a code of at most 365 days says so.

    A newer HbA1c below the threshold overrides a code. Diabetes with neither is of unknown control.
    """
    reading = hba1c(record, given)
    if reading is not None:
        return _measured(reading, record, given)
    coded = _coded_uncontrolled(record)
    if coded:
        return _coded(coded)
    return _without_value(record, given)


def _measured(reading: Reading, record: PatientRecord, given: Thresholds) -> Risk:
    high = reading.value >= given.hba1c_uncontrolled
    fact = _hba1c_fact(reading, record, given)
    return Risk(
        ID,
        "present" if high else "absent",
        value=reading.as_value("hba1c", "%"),
        facts=(fact,),
        brief=reading.brief("HbA1c", "%", record.day) if high else "",
        because=fact.text,
        extreme=high,
        modifiable=high,
    )


def _hba1c_fact(reading: Reading, record: PatientRecord, given: Thresholds) -> Fact:
    """The value with its date; one older than `hba1c_lookback_days` says so."""
    old = reading.age(record.day) > given.hba1c_lookback_days
    text = reading.words("HbA1c", "%")
    return Fact(f"{text}, more than {given.hba1c_lookback_days} days ago" if old else text, reading.sources)


def _coded(coded: tuple[Condition, ...]) -> Risk:
    """Row 6 asks for a value; a code alone leaves open whether it is that high."""
    facts = tuple(entry_fact(entry, "diabetes_uncontrolled") for entry in coded)
    return Risk(
        ID,
        "present",
        value={"coded": coded[0].concepts["diabetes_uncontrolled"].label},
        facts=facts,
        brief="diabetes coded as uncontrolled",
        because=facts[0].text,
        extreme=None,
        modifiable=True,
    )


def _without_value(record: PatientRecord, given: Thresholds) -> Risk:
    listed = listed_diabetes(record)
    because = _why_unknown(record, given, bool(listed))
    if because:
        facts = tuple(entry_fact(entry, "diabetes") for entry in listed)
        return Risk(ID, "unknown", facts=facts, because=because, extreme=None, modifiable=None)
    return Risk(ID, "absent", because="no diabetes on record")


def _why_unknown(record: PatientRecord, given: Thresholds, diabetic: bool) -> str:
    """Why its control cannot be told; empty when all was answered and there is no diabetes."""
    if not record.answered("observations"):
        return "HbA1c was not checked"
    if diabetic:
        return f"diabetes without an HbA1c within {given.hba1c_max_age_days} days"
    return "" if record.answered("conditions") else "conditions are incomplete"


def diabetes_caution(record: PatientRecord, given: Thresholds) -> Caution | None:
    """HbA1c high without diabetes on the list, near the threshold with it (E08), or control unknown."""
    reading, listed = hba1c(record, given), listed_diabetes(record)
    if reading is None:
        return _control_unknown(record, listed)
    if reading.value >= given.hba1c_uncontrolled:
        return None
    text = _hba1c_fact(reading, record, given).text
    if listed and reading.value >= given.hba1c_caution:
        advice = f"{text}: improve control before an operation"
        return Caution("hba1c-near-threshold", advice, reading.sources)
    if not listed and reading.value >= given.hba1c_undiagnosed:
        return Caution("diabetes-not-listed", f"{text}: diabetes is not on the problem list", reading.sources)
    return None


def _control_unknown(record: PatientRecord, listed: tuple[Condition, ...]) -> Caution | None:
    if not listed or _coded_uncontrolled(record):
        return None
    return Caution("diabetes-control-unknown", "Diabetes, control unknown: measure HbA1c", refs(*listed))
