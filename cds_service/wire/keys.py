"""The value of one prefetch key: taken as decoded where it fits, else read resource by resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_service.wire import fhir
from cds_service.wire.bundles import Bundle
from cds_service.wire.cds_hooks import Prefetch
from cds_service.wire.entries import Named, Sorted, decoded, sort_entries, sort_resource
from cds_service.wire.held import Came, Held, HeldKeys

Resource = (
    fhir.Patient
    | fhir.Condition
    | fhir.MedicationStatement
    | fhir.MedicationRequest
    | fhir.Procedure
    | fhir.Observation
    | fhir.DiagnosticReport
    | fhir.ServiceRequest
)
T = TypeVar("T", bound=Resource)


class Keys(Protocol):
    """The keys of a prefetch as bytes."""

    def __getitem__(self, key: str, /) -> Raw:
        """The value of one that is there."""


RESOURCE_OF: Mapping[str, str] = {
    "patient": "Patient",
    "conditions": "Condition",
    "medicationStatements": "MedicationStatement",
    "medicationRequests": "MedicationRequest",
    "procedures": "Procedure",
    "observations": "Observation",
    "diagnosticReports": "DiagnosticReport",
    "serviceRequests": "ServiceRequest",
}
DECODERS: Mapping[str, msgspec.json.Decoder[Any]] = {
    "patient": msgspec.json.Decoder(fhir.Patient | None),
    "conditions": msgspec.json.Decoder(Bundle[fhir.Condition] | None),
    "medicationStatements": msgspec.json.Decoder(Bundle[fhir.MedicationStatement] | None),
    "medicationRequests": msgspec.json.Decoder(Bundle[fhir.MedicationRequest] | None),
    "procedures": msgspec.json.Decoder(Bundle[fhir.Procedure] | None),
    "observations": msgspec.json.Decoder(Bundle[fhir.Observation] | None),
    "diagnosticReports": msgspec.json.Decoder(Bundle[fhir.DiagnosticReport] | None),
    "serviceRequests": msgspec.json.Decoder(Bundle[fhir.ServiceRequest] | None),
}


class Shape(Struct, gc=False):
    """What may stand under a key: a Bundle, a resource, or an old client's `{response, resource}`."""

    resourceType: Raw = Raw()
    entry: Raw = Raw()
    link: Raw = Raw()
    resource: Raw = Raw()


class OnlyPrefetch(Struct, gc=False):
    """A request, as far as its prefetch; of two, the last."""

    prefetch: Raw = Raw()


class RawKeys:
    """The keys of a request's prefetch as bytes, cut out of the body when one is first asked for."""

    def __init__(self, body: bytes | bytearray) -> None:
        self._body = body
        self._keys: Mapping[str, Raw] | None = None

    def __getitem__(self, key: str) -> Raw:
        if self._keys is None:
            prefetch = msgspec.json.decode(self._body, type=OnlyPrefetch).prefetch
            self._keys = msgspec.json.decode(prefetch, type=dict[str, Raw])
        return self._keys[key]


def prefetch_by_key(keys: Mapping[str, Raw]) -> Prefetch:
    """Each key decoded by itself; one that does not decode has no resourceType, so that it fits nowhere."""
    values: dict[str, Any] = {}
    for key, decoder in DECODERS.items():
        if key in keys:
            try:
                values[key] = decoder.decode(keys[key])
            except msgspec.ValidationError:
                values[key] = fhir.Patient() if key == "patient" else Bundle()
    return Prefetch(**values)


def held_keys(prefetch: Prefetch | None, raw: Keys) -> HeldKeys:
    """What each of the eight keys held."""
    came = prefetch or Prefetch()
    return HeldKeys(
        patient=_patient(came.patient, raw),
        conditions=_listed(came.conditions, "conditions", raw),
        medicationStatements=_listed(came.medicationStatements, "medicationStatements", raw),
        medicationRequests=_listed(came.medicationRequests, "medicationRequests", raw),
        procedures=_listed(came.procedures, "procedures", raw),
        observations=_listed(came.observations, "observations", raw),
        diagnosticReports=_listed(came.diagnosticReports, "diagnosticReports", raw),
        serviceRequests=_listed(came.serviceRequests, "serviceRequests", raw),
    )


def held_answer(body: bytes | bytearray, key: str) -> Held[Any]:
    """What a FHIR server answered, as if it had stood under the key. Raises msgspec.DecodeError for what is no JSON."""
    keys = {key: Raw(body)}
    held: Held[Any] = getattr(held_keys(prefetch_by_key(keys), keys), key)
    return held


def _patient(value: fhir.Patient | UnsetType | None, raw: Keys) -> Held[fhir.Patient]:
    if value is UNSET:
        return Held(Came.ABSENT)
    if value is None:
        return Held(Came.NOTHING)
    if value.resourceType == "Patient":
        return Held(Came.RESOURCES, [value])
    return held_loosely(raw["patient"], "patient")


def _listed(value: Bundle[T] | UnsetType | None, key: str, raw: Keys) -> Held[T]:
    if value is UNSET:
        return Held(Came.ABSENT)
    if value is None:
        return Held(Came.NOTHING)
    return _fitting(value, RESOURCE_OF[key]) or held_loosely(raw[key], key)


def _fitting(page: Bundle[T], name: str) -> Held[T] | None:
    """A Bundle with nothing in it but resources of its key's type; most are.

    Only a Condition is named by its fullUrl; a dictionary of them all would cost more than this loop.
    """
    if page.resourceType != "Bundle":
        return None
    entries = page.entry or []
    resources = [it for entry in entries if (it := entry.resource) is not None and it.resourceType == name]
    if len(resources) != len(entries):
        return None
    held = Held(Came.RESOURCES, resources, entries=entries)
    _note_next(held, page.link)
    if name == "Condition":
        held.by_url = {entry.fullUrl: it for entry in entries if entry.fullUrl and (it := entry.resource)}
    return held


def held_loosely(raw: Raw, key: str, *, wrapped: bool = False) -> Held[Any]:
    """Whatever stood under the key, with each resource read alone."""
    shape = decoded(raw, Shape)
    named = decoded(raw, Named)
    if shape is None or named is None:
        return Held(Came.MALFORMED)
    name = named.resourceType
    if not name and shape.resource and not wrapped:
        return held_loosely(shape.resource, key, wrapped=True)
    if name == "Bundle" and key != "patient":
        return _bundle(shape, RESOURCE_OF[key])
    if name == "OperationOutcome":
        return Held(Came.OUTCOME)
    if name != RESOURCE_OF[key]:
        return Held(Came.OTHER_TYPE if name else Came.MALFORMED)
    alone = Sorted()
    sort_resource(raw, "", frozenset({name}), alone)
    return _held(alone, name)


def _bundle(shape: Shape, name: str) -> Held[Any]:
    entries: list[Raw] | None = []
    if shape.entry and bytes(shape.entry) != b"null":
        entries = decoded(shape.entry, list[Raw])
    if entries is None:
        return Held(Came.MALFORMED)
    held = _held(sort_entries(entries, frozenset({name})), name)
    links = decoded(shape.link, list[fhir.Link])
    unreadable = links is None and bytes(shape.link) not in (b"", b"null")
    _note_next(held, links)
    held.more = held.more or unreadable
    return held


def _held(into: Sorted, name: str) -> Held[Any]:
    found = into.found.get(name, [])
    urls = {url: resource for url, resource in found if url}
    return Held(Came.RESOURCES, [resource for _, resource in found], by_url=urls, aside=into.aside)


def _note_next(held: Held[Any], links: list[fhir.Link] | None) -> None:
    for link in links or ():
        if link.relation == "next":
            held.more, held.next_url = True, link.url or ""
