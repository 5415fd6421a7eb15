"""Why a clinician may set a card aside: codes of HL7's non-adherence-reason-codes, in HL7's words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OVERRIDE_SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
# Displays of the CDS Hooks 3.0 ballot's CodeSystem; a footnote star is left out.
OVERRIDE_DISPLAYS: Mapping[str, str] = MappingProxyType(
    {
        "patient-contraindication": "Patient has contraindication to recommended action",
        "action-completed": "Recommended action was already completed",
        "indication-order-exists": "Patient has indication/order for intended action",
        "patient-ineligible": "Patient does not meet eligibility for recommended action",
        "cds-not-applicable": "PC CDS does not apply to patient",
        "recipient-disagrees-evidence": ("Recipient disagrees with recommendation because of issues with the evidence"),
        "need-more-info": (
            "Could not address recommended action due to need for more information/pending results/pending consult"
        ),
        "patient-refuses": "Patient refuses/declines (no context given)",
        "prefers-alternative": "Patient prefers an alternative approach or treatment",
        "service-not-available": "Treatment or service is not practically available",
        "too-costly-uncovered": "Recommended action is too costly or not covered by insurance",
    }
)
