"""Whose resource it is: the patient's, or somebody else's (contract, "Whose resource")."""

from __future__ import annotations

from cds_service.wire import fhir


def is_the_patients(subject: fhir.Reference | None, patient_id: str, patient_urls: frozenset[str]) -> bool:
    """The subject is this patient, or is not stated.

    With or without a base before `Patient/{id}` and a `/_history/n` behind it; `urn:uuid:{id}`; or the fullUrl of
    the Patient entry.
    """
    if subject is None or subject.reference is None:
        return True
    reference = subject.reference
    if reference == f"Patient/{patient_id}" or reference == f"urn:uuid:{patient_id}":
        return True
    if reference in patient_urls:
        return True
    address = reference.partition("/_history/")[0]
    return address == f"Patient/{patient_id}" or address.endswith(f"/Patient/{patient_id}")
