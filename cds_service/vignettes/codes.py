"""Codes as the vignette files write them, `system:code`, and as FHIR writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.knowledge import systems

SYSTEMS: Mapping[str, str] = {
    "icd10": systems.ICD_10_CM,
    "icd10who": systems.ICD_10,
    "icd9": systems.ICD_9_CM,
    "snomed": systems.SNOMED,
    "loinc": systems.LOINC,
    "rxnorm": systems.RXNORM,
    "atc": systems.ATC,
    "cpt": systems.CPT,
}


def system_and_code(written: str) -> tuple[str, str]:
    """The system's URI and the code in `icd10:M54.50`. Raises ValueError, saying which systems there are."""
    name, colon, code = written.partition(":")
    if not colon or not code or name not in SYSTEMS:
        known = ", ".join(SYSTEMS)
        raise ValueError(f"{written!r} is no code: write system:code with one of the systems {known}")
    return SYSTEMS[name], code


def concept(codes: tuple[str, ...], words: str, text: str = "") -> dict[str, Any]:
    """A CodeableConcept: the codes, each displayed in `words`, and `text`, else the same words."""
    coded = [{"system": system, "code": code, "display": words} for system, code in map(system_and_code, codes)]
    return {**({"coding": coded} if coded else {}), "text": text or words}
