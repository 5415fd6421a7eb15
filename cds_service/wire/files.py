"""A Bundle from a file: every resource of the types the rules read, one by one."""

from __future__ import annotations

import codecs

import msgspec
from msgspec import Raw, Struct

from cds_service.wire.entries import TYPES, Sorted, sort_entries
from cds_service.wire.soundness import Undecodable


class AnyBundle(Struct, gc=False):
    """A Bundle of any type, none of its entries read yet."""

    resourceType: str = ""
    entry: list[Raw] = []


def decode_bundle(body: bytes) -> Sorted:
    """The resources of a Bundle by type. Raises Undecodable for what is no Bundle in JSON."""
    try:
        bundle = msgspec.json.decode(body.removeprefix(codecs.BOM_UTF8), type=AnyBundle)
        if bundle.resourceType != "Bundle":
            raise Undecodable("It is not a FHIR Bundle.")
        return sort_entries(bundle.entry, frozenset(TYPES))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Undecodable("It is not a FHIR Bundle in JSON.") from None
