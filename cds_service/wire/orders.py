"""A drafted order as it goes out: a FHIR R4 ServiceRequest, with the elements that a receiving clinic reads.

As on a card, nothing empty is written.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cds_service.wire.cds_hooks import Coding

Intent = Literal["order", "proposal"]
Priority = Literal["routine", "urgent"]


class Concept(Struct, frozen=True, omit_defaults=True):
    """Something in codes, in words, or in both."""

    coding: tuple[Coding, ...] = ()
    text: str = ""


class Reference(Struct, frozen=True):
    """A resource of the caller's server, as `Type/id`."""

    reference: str


class Note(Struct, frozen=True):
    """Plain text with line breaks, and who wrote it."""

    authorString: str
    text: str


class DraftOrder(Struct, frozen=True, omit_defaults=True, tag_field="resourceType", tag="ServiceRequest"):
    """One order, drafted for a clinician to look at and sign; `id` is temporary."""

    intent: Intent
    category: tuple[Concept, ...]
    code: Concept
    # Required, and so without a default that would be left out.
    id: str
    status: Literal["draft"]
    priority: Priority
    subject: Reference
    encounter: Reference | None = None
    requester: Reference | None = None
    authoredOn: str = ""
    reasonCode: tuple[Concept, ...] = ()
    reasonReference: tuple[Reference, ...] = ()
    supportingInfo: tuple[Reference, ...] = ()
    bodySite: tuple[Concept, ...] = ()
    note: tuple[Note, ...] = ()
