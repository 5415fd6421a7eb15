"""Whether an infection outside the spine is active and wants treating first (clinical-logic E)."""

from __future__ import annotations

from datetime import date

from cds_service.findings.on_record import days_since, entry_fact, entry_in_brief, open_entries, when_as_written
from cds_service.findings.risk import Risk
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Condition, PatientRecord

SET = "active_infection"


def active_infection(record: PatientRecord, given: Thresholds) -> Risk:
    """An infection is active and began at most `infection_days` ago, by its onset, else its record.

    An active infection without any date leaves it unknown (clinical-logic L, "Look-backs").
    """
    listed = [(entry, entry.onset or entry.recorded) for entry in open_entries(record, SET)]
    ages = [days_since(began, record.day) for _, began in listed]
    recent = [
        (entry, began)
        for (entry, began), age in zip(listed, ages, strict=True)
        if began is not None and age is not None and age <= given.infection_days
    ]
    if recent:
        return _present(recent, record.day)
    if None in ages:
        return _unknown("an active infection is on record without a usable date")
    if not record.answered("conditions"):
        return _unknown("conditions are incomplete")
    return Risk("active-infection", "absent", because="no active infection on record")


def _present(recent: list[tuple[Condition, DateRange]], today: date) -> Risk:
    facts = tuple(entry_fact(entry, SET) for entry, _ in recent)
    newest, began = recent[0]
    value = {"condition": newest.concepts[SET].label, "date": when_as_written(began)}
    brief = entry_in_brief(newest, SET, today)
    return Risk("active-infection", "present", value, facts, brief, facts[0].text, modifiable=True)


def _unknown(because: str) -> Risk:
    return Risk("active-infection", "unknown", because=because, modifiable=None)
