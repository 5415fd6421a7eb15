"""The seven signs of the source document, always seven, in its order (clinical-logic F)."""

from __future__ import annotations

from collections.abc import Callable

from cds_service.findings.candidate import favourable_candidate
from cds_service.findings.deformity import deformity
from cds_service.findings.grounds import Grounds
from cds_service.findings.medication_dependence import medication_dependence
from cds_service.findings.neurological_signs import nerve_compression
from cds_service.findings.persistent_pain import persistent_pain
from cds_service.findings.prior_surgery import persistent_after_surgery
from cds_service.findings.sign import Sign
from cds_service.findings.walking_and_balance import walking_and_balance

SIGNS: tuple[Callable[[Grounds], Sign], ...] = (
    persistent_pain,
    nerve_compression,
    walking_and_balance,
    deformity,
    medication_dependence,
    persistent_after_surgery,
    favourable_candidate,
)


def signs(seen: Grounds) -> tuple[Sign, ...]:
    """Each sign present in full or in part, absent, or unknown."""
    return tuple(sign(seen) for sign in SIGNS)
