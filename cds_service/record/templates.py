"""What we ask clients to send: one plain query for each prefetch key (contract, "Services").

No parameter is repeated, included or chained, and the only token is `context.patientId`: browser clients merge
repeated parameters into one, and CDS Hooks 2.0 knows root-level tokens only.
"""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.record.patient import Key

PATIENT = "{{context.patientId}}"


def templates(loinc_codes: Iterable[str]) -> dict[Key, str]:
    """A template for each key; `loinc_codes` are the measurements that are read."""
    codes = ",".join(sorted(loinc_codes))
    return {
        "patient": f"Patient/{PATIENT}",
        "conditions": f"Condition?patient={PATIENT}&_count=200",
        "medicationStatements": f"MedicationStatement?patient={PATIENT}&_count=200",
        "medicationRequests": (
            f"MedicationRequest?patient={PATIENT}&status=active,on-hold,completed,stopped&_count=200"
        ),
        "procedures": f"Procedure?patient={PATIENT}&_count=200",
        "observations": f"Observation?patient={PATIENT}&code={codes}&_sort=-date&_count=200",
        "diagnosticReports": (f"DiagnosticReport?patient={PATIENT}&category=LP29684-5,RAD&_sort=-date&_count=50"),
        "serviceRequests": (
            f"ServiceRequest?patient={PATIENT}&status=draft,active,on-hold,completed&_sort=-authored&_count=100"
        ),
    }
