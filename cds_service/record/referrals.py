"""Referrals and orders for services, proposals and plans aside (clinical-logic "Filters", L "Statuses not listed")."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.record.dates import read_date
from cds_service.record.observations import is_after
from cds_service.record.onsets import up_to
from cds_service.record.patient import Referral
from cds_service.record.procedures import is_sure
from cds_service.record.services import ByReference, read_service
from cds_service.record.standpoint import Standpoint
from cds_service.wire import fhir

KIND = "ServiceRequest"
LISTED = frozenset({"draft", "active", "on-hold", "completed"})
DROPPED = frozenset({"revoked", "entered-in-error"})
ORDERED = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
NOT_ORDERED = frozenset({"proposal", "plan", "option"})


def read_referrals(
    resources: Sequence[fhir.ServiceRequest], conditions: ByReference, at: Standpoint
) -> tuple[Referral, ...]:
    """Every referral or order in a value set."""
    read = (
        read_referral(resource, conditions, at)
        for resource in resources
        if resource.status not in DROPPED and resource.intent not in NOT_ORDERED and not resource.doNotPerform
    )
    return tuple(referral for referral in read if referral is not None)


def read_referral(resource: fhir.ServiceRequest, conditions: ByReference, at: Standpoint) -> Referral | None:
    """One referral, whatever its status and intent; None where it is in no value set or dated after the day."""
    coded = at.rows(KIND, resource.code)
    if not coded and not at.may_name(KIND, resource.code):
        return None
    service = read_service(resource, KIND, coded, conditions, at)
    authored = read_date(resource.authoredOn)
    if service is None or is_after(authored, KIND, at):
        return None
    sure = is_sure(resource.status, LISTED, KIND, at)
    return Referral(
        f"ServiceRequest/{resource.id}" if resource.id else "",
        service.concepts,
        service.codes,
        service.words,
        resource.status or "",
        service.region,
        up_to(authored, at.day) if authored else None,
        service.reasons,
        service.spine_words,
        _is_order(resource.intent, at) and sure,
    )


def _is_order(intent: str | None, at: Standpoint) -> bool:
    if intent in ORDERED:
        return True
    at.note(KIND, "with an unlisted intent: read with lower confidence")
    return False
