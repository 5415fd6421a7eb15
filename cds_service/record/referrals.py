"""Referrals and orders for services, proposals and plans aside (clinical-logic "Filters", L "Statuses not listed")."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.record.onsets import up_to
from cds_service.record.patient import Referral
from cds_service.record.services import ByReference, read_service
from cds_service.record.standpoint import Coded, Standpoint
from cds_service.record.statuses import is_after, is_sure
from cds_service.wire import fhir

KIND = "ServiceRequest"
LISTED = frozenset({"draft", "active", "on-hold", "completed"})
DROPPED = frozenset({"revoked", "entered-in-error"})
ORDERED = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
NOT_ORDERED = frozenset({"proposal", "plan", "option"})


def read_referrals(
    resources: Sequence[fhir.ServiceRequest], conditions: ByReference, at: Standpoint
) -> tuple[Referral, ...]:
    """Every referral or order that has a code of a value set or is in one by its words."""
    read = (
        read_referral(resource, coded, conditions, at)
        for resource, coded in at.telling(resources, KIND)
        if resource.status not in DROPPED and resource.intent not in NOT_ORDERED and not resource.doNotPerform
    )
    return tuple(referral for referral in read if referral is not None)


def read_referral(
    resource: fhir.ServiceRequest, coded: Coded, conditions: ByReference, at: Standpoint
) -> Referral | None:
    """One referral, whatever its status and intent; None where no value set knows it or it is dated after the day.

    A code whose `only_if` fails leaves it in no value set, and still a referral: to an orthopaedist, for the knee.
    """
    service = read_service(resource, KIND, coded, conditions, at)
    authored = at.date(resource.authoredOn)
    if service is None or not (coded or service.concepts) or is_after(authored, KIND, at):
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
