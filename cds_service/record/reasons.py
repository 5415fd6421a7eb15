"""Why a drug or a service was ordered: its stated reasons, looked up as Conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cds_service.record.patient import Reason
from cds_service.wire import fhir

if TYPE_CHECKING:
    from cds_service.knowledge.load import Knowledge


def read_reasons(
    codes: list[fhir.CodeableConcept] | None,
    references: list[fhir.Reference] | None,
    either: list[fhir.CodeableReference] | None,
    conditions: Mapping[str, fhir.Condition],
    knowledge: Knowledge,
) -> tuple[Reason, ...]:
    """reasonCode, reasonReference and R5's reason, each as one Reason (none stated: empty).

    A reference is read by its Condition's codes and words where the request holds it, else by its display, else
    it is no reason. `conditions` is keyed by "Condition/x", "urn:uuid:x" and fullUrl (see `conditions_by_reference`).
    """
    raise NotImplementedError
