"""From what was supplied to the record that findings read: the patient's entries, each once, each decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from cds_service.knowledge.load import Knowledge
from cds_service.record.belonging import own
from cds_service.record.conditions import read_conditions
from cds_service.record.context import settle
from cds_service.record.dates import read_date
from cds_service.record.medications import read_drugs
from cds_service.record.observations import read_observations
from cds_service.record.patient import PatientRecord
from cds_service.record.procedures import read_procedures
from cds_service.record.reasons import conditions_by_reference
from cds_service.record.referrals import read_referrals
from cds_service.record.reports import read_reports
from cds_service.record.standpoint import Standpoint
from cds_service.record.supplied import SuppliedChart
from cds_service.wire import fhir


def read_record(given: SuppliedChart, day: date, knowledge: Knowledge) -> PatientRecord:
    """The chart as of the day. Never raises: what cannot be read is left out and said in `oddities`."""
    at = standpoint_of(given.patient, day, knowledge)
    whose = (given.patient.id or "", given.patient_urls)
    conditions = own(given.conditions, "Condition", *whose, at)
    by_reference = conditions_by_reference(conditions, given.condition_urls)
    procedures = read_procedures(own(given.procedures, "Procedure", *whose, at), by_reference, at)
    read = read_conditions(conditions, at)
    drugs = read_drugs(
        own(given.medication_requests, "MedicationRequest", *whose, at),
        own(given.medication_statements, "MedicationStatement", *whose, at),
        given.medications,
        by_reference,
        at,
        knowledge,
    )
    observations = own(given.observations, "Observation", *whose, at)
    return PatientRecord(
        day=day,
        born=at.born,
        deceased=is_deceased(given.patient, at),
        conditions=in_order(settle(read.entries, read.waiting, procedures)),
        drugs=drugs,
        procedures=in_order(procedures),
        observations=in_order(read_observations(observations, knowledge.observations, at)),
        reports=in_order(read_reports(own(given.reports, "DiagnosticReport", *whose, at), at)),
        referrals=in_order(read_referrals(own(given.referrals, "ServiceRequest", *whose, at), by_reference, at)),
        answers=given.answers,
        oddities=(*given.oddities, *at.oddities()),
    )


def standpoint_of(patient: fhir.Patient, day: date, knowledge: Knowledge) -> Standpoint:
    """Where the chart is read from. A birth date after the day, or one that cannot be read, is none."""
    born = read_date(patient.birthDate)
    unusable = (patient.birthDate and born is None) or (born is not None and born.first > day)
    at = Standpoint(day, None if unusable else born, knowledge.codes, knowledge.patterns, knowledge.given)
    if unusable:
        at.note("Patient", "with a birthDate that cannot be used")
    return at


def is_deceased(patient: fhir.Patient, at: Standpoint) -> bool:
    """Said to be, or since a date that is not after the day; a date that cannot be read still says so."""
    if not patient.deceasedDateTime:
        return bool(patient.deceasedBoolean)
    died = read_date(patient.deceasedDateTime)
    if died is None:
        at.note("Patient", "with a deceasedDateTime that cannot be read: read as deceased")
        return True
    return died.first <= at.day


class Referred(Protocol):
    """An entry of the record."""

    @property
    def ref(self) -> str:
        """`Type/id`, or empty."""


Entry = TypeVar("Entry", bound=Referred)


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """By reference, so that the order they came in means nothing."""
    return tuple(sorted(entries, key=lambda entry: entry.ref))
