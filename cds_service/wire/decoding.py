"""A hook call from its bytes: once and typed where it has the shape it should, else member by member.

The one-shot decode costs about 0.4 of what building plain dictionaries would. Where it fails on a type, the
envelope is read again with every member raw, then each prefetch key, then each resource, by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from cds_service.wire.access import NO_ACCESS, FhirAccess
from cds_service.wire.cds_hooks import Context, Prefetch, Request
from cds_service.wire.held import HookCall
from cds_service.wire.keys import RawKeys, held_keys, prefetch_by_key
from cds_service.wire.soundness import MAX_DEPTH, Undecodable, check_depth, check_utf8

REQUEST = msgspec.json.Decoder(Request)


class RawRequest(Struct, gc=False):
    """A request of which nothing is known but that it is an object."""

    hook: Raw = Raw()
    hookInstance: Raw = Raw()
    context: Raw = Raw()
    fhirServer: Raw | UnsetType = UNSET
    fhirAuthorization: Raw | UnsetType = UNSET
    prefetch: Raw = Raw()


class RawContext(Struct, gc=False):
    """A context of which nothing is known but that it is an object."""

    patientId: Raw = Raw()
    userId: Raw | UnsetType = UNSET
    encounterId: Raw | UnsetType = UNSET
    draftOrders: Raw | UnsetType = UNSET
    selections: Raw | UnsetType = UNSET
    dispatchedOrders: Raw | UnsetType = UNSET
    order: Raw | UnsetType = UNSET
    fulfillmentTasks: Raw | UnsetType = UNSET
    fulfillment_tasks: Raw | UnsetType = field(default=UNSET, name="fulfillment-tasks")
    task: Raw | UnsetType = UNSET
    appointments: Raw | UnsetType = UNSET


def decode_call(body: bytes | bytearray) -> HookCall:
    """The call in these bytes. Raises Undecodable for what is not JSON, and for a broken envelope."""
    try:
        request = _request(body)
        check_utf8(body)
        check_depth(body)
        return _call(request, body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Undecodable("The body is not JSON in UTF-8.") from None
    except RecursionError:
        raise Undecodable(f"The body is nested deeper than {MAX_DEPTH} levels.") from None


def _request(body: bytes | bytearray) -> Request:
    try:
        return REQUEST.decode(body)
    except msgspec.ValidationError:
        return _member_by_member(body)


def _member_by_member(body: bytes | bytearray) -> Request:
    try:
        raw = msgspec.json.decode(body, type=RawRequest)
    except msgspec.ValidationError:
        raise Undecodable("The body is not a JSON object.") from None
    return Request(
        hook=_text(raw.hook, "hook"),
        hookInstance=_text(raw.hookInstance, "hookInstance"),
        context=_context(raw.context),
        fhirServer=raw.fhirServer,
        fhirAuthorization=raw.fhirAuthorization,
        prefetch=_prefetch(raw.prefetch),
    )


def _text(raw: Raw, name: str) -> str:
    value = _member(raw, name)
    try:
        return msgspec.json.decode(value, type=str)
    except msgspec.ValidationError:
        raise Undecodable(f"{name} is not a string.") from None


def _context(raw: Raw) -> Context:
    value = _member(raw, "context")
    try:
        context = msgspec.json.decode(value, type=RawContext)
    except msgspec.ValidationError:
        raise Undecodable("context is not an object.") from None
    asked = {name: getattr(context, name) for name in RawContext.__struct_fields__ if name != "patientId"}
    return Context(_text(context.patientId, "context.patientId"), **asked)


def _member(raw: Raw, name: str) -> Raw:
    if not raw or bytes(raw) == b"null":
        raise Undecodable(f"{name} is missing.")
    return raw


def _prefetch(raw: Raw) -> Prefetch | None:
    """One that is no object is as none."""
    if not raw:
        return None
    try:
        keys: Mapping[str, Raw] = msgspec.json.decode(raw, type=dict[str, Raw])
    except msgspec.ValidationError:
        return None
    return prefetch_by_key(keys)


def _call(request: Request, body: bytes | bytearray) -> HookCall:
    patient_id = request.context.patientId.removeprefix("Patient/")
    if not patient_id:
        raise Undecodable("context.patientId is empty.")
    user = _reference(request.context.userId)
    return HookCall(
        hook=request.hook,
        hook_instance=request.hookInstance,
        patient_id=patient_id,
        user_id=user or "",
        has_user=user is not None,
        held=held_keys(request.prefetch, RawKeys(body)),
        encounter_id=_reference(request.context.encounterId) or "",
        context=request.context,
        access=NO_ACCESS if request.fhirServer is UNSET else FhirAccess(request.fhirServer, request.fhirAuthorization),
    )


def _reference(raw: Raw | UnsetType) -> str | None:
    """A user or an encounter, "" where it is of another type, None where it is missing or null."""
    if raw is UNSET or bytes(raw) == b"null":
        return None
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.ValidationError:
        return ""
