"""Whose resource it is."""

from __future__ import annotations

import pytest

from cds_service.record.whose import is_the_patients
from cds_service.wire import fhir

URLS = frozenset({"urn:x:1", "http://ehr.example/other"})
SUBJECTS: list[tuple[str, bool]] = [
    ("Patient/p1", True),
    ("http://ehr.example/fhir/Patient/p1", True),
    ("Patient/p1/_history/3", True),
    ("http://ehr.example/fhir/Patient/p1/_history/3", True),
    ("urn:uuid:p1", True),
    ("urn:x:1", True),
    ("http://ehr.example/other", True),
    ("Patient/p2", False),
    ("Patient/p11", False),
    ("Patient/xp1", False),
    ("OtherPatient/p1", False),
    ("Group/p1", False),
    ("p1", False),
    ("urn:uuid:p2", False),
    ("urn:x:2", False),
    ("", False),
    ("#p1", False),
]


@pytest.mark.parametrize(("reference", "own"), SUBJECTS)
def test_a_subject_is_the_patient_or_is_not(reference: str, own: bool) -> None:
    assert is_the_patients(fhir.Reference(reference=reference), "p1", URLS) is own


@pytest.mark.parametrize("subject", [None, fhir.Reference(), fhir.Reference(display="Ada")])
def test_a_subject_that_is_not_stated_is_the_patient(subject: fhir.Reference | None) -> None:
    assert is_the_patients(subject, "p1", URLS)
