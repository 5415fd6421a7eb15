"""Whether an infection outside the spine is active and wants treating first (clinical-logic E)."""

from __future__ import annotations

from cds_service.findings.on_record import days_since, entry_fact, open_entries, when_as_written
from cds_service.findings.risk import Risk
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord

SET = "active_infection"


def active_infection(record: PatientRecord, given: Thresholds) -> Risk:
    """An infection is active and began at most `infection_days` ago, by its onset, else its record.

    An active infection without any date leaves it unknown (clinical-logic L, "Look-backs").
    """
    listed = open_entries(record, SET)
    recent = [entry for entry in listed if _is_recent(entry, record, given)]
    if recent:
        return _present(recent)
    if any(_days(entry, record) is None for entry in listed):
        return _unknown("an active infection is on record without a date")
    if not record.answered("conditions"):
        return _unknown("conditions are incomplete")
    return Risk("active-infection", "absent", because="no active infection on record")


def _days(entry: Condition, record: PatientRecord) -> int | None:
    return days_since(entry.onset or entry.recorded, record.day)


def _is_recent(entry: Condition, record: PatientRecord, given: Thresholds) -> bool:
    days = _days(entry, record)
    return days is not None and days <= given.infection_days


def _present(recent: list[Condition]) -> Risk:
    facts = tuple(entry_fact(entry, SET) for entry in recent)
    value: dict[str, object] = {"condition": recent[0].concepts[SET].label}
    began = recent[0].onset or recent[0].recorded
    if began is not None:
        value["date"] = when_as_written(began)
    return Risk(
        "active-infection",
        "present",
        value=value,
        facts=facts,
        brief=facts[0].text,
        because=facts[0].text,
        modifiable=True,
    )


def _unknown(because: str) -> Risk:
    return Risk("active-infection", "unknown", because=because, modifiable=None)
