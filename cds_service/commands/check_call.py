"""The envelope of a request, member by member, against CDS Hooks and the published hooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cds_service.commands.complaints import Complaint, kind_of, note, plain
from cds_service.hooks.services import Service
from cds_service.observe.lines import uuid_or_empty

MEMBERS = frozenset({"hook", "hookInstance", "context", "prefetch", "fhirServer", "fhirAuthorization", "extension"})
FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
AUTHORIZATION = ("access_token", "token_type", "expires_in", "scope", "subject")
CLINICIANS = ("Practitioner", "PractitionerRole")
ANYONE = (*CLINICIANS, "Patient", "RelatedPerson")


@dataclass(frozen=True, slots=True)
class Context:
    """What one hook's context holds: members that must be there with their kind, and who the user may be."""

    members: Mapping[str, type]
    users: tuple[str, ...] = ()


CONTEXTS: Mapping[str, Context] = {
    "patient-view": Context({"userId": str, "patientId": str}, ANYONE),
    "order-select": Context({"userId": str, "patientId": str, "selections": list, "draftOrders": dict}, CLINICIANS),
    "order-sign": Context({"userId": str, "patientId": str, "draftOrders": dict}, CLINICIANS),
    "order-dispatch": Context({"patientId": str, "dispatchedOrders": list, "performer": str}),
    "appointment-book": Context({"userId": str, "patientId": str, "appointments": dict}, ANYONE),
}


def service_for(call: Mapping[str, Any], services: Iterable[Service]) -> Service | None:
    """The service that answers this hook."""
    return next((service for service in services if service.hook == call.get("hook")), None)


def call_complaints(call: Mapping[str, Any], services: Iterable[Service]) -> Iterator[Complaint]:
    """Everything but the prefetch's content."""
    services = tuple(services)
    yield from _hook(call, services)
    yield from _instance(call)
    yield from _context(call)
    yield from _server(call)
    prefetch = call.get("prefetch")
    if prefetch is not None and not isinstance(prefetch, dict):
        yield Complaint("prefetch", f"is {kind_of(prefetch)}, not an object: it counts as left out")
    for name in call:
        if name not in MEMBERS:
            yield note(plain(name), "is no member of a CDS Hooks request and is skipped; use extension")


def _hook(call: Mapping[str, Any], services: tuple[Service, ...]) -> Iterator[Complaint]:
    hook = call.get("hook")
    answered = ", ".join(f"{service.hook} ({service.id})" for service in services)
    if not isinstance(hook, str):
        yield Complaint("hook", _not_text(call, "hook"))
    elif service_for(call, services) is None:
        known = "is answered by no service here" if hook in CONTEXTS else "is no hook this service knows"
        yield Complaint("hook", f"{known}; answered are {answered}")


def _instance(call: Mapping[str, Any]) -> Iterator[Complaint]:
    instance = call.get("hookInstance")
    if not isinstance(instance, str):
        yield Complaint("hookInstance", _not_text(call, "hookInstance"))
    elif not uuid_or_empty(instance):
        yield Complaint("hookInstance", "is no UUID: the call is answered, but cannot be found again in the log")


def _context(call: Mapping[str, Any]) -> Iterator[Complaint]:
    context = call.get("context")
    if not isinstance(context, dict):
        says = "is missing" if context is None else f"is {kind_of(context)}, not an object"
        yield Complaint("context", f"{says}: the call is refused")
        return
    hook = call.get("hook")
    wanted = CONTEXTS.get(hook, CONTEXTS["patient-view"]) if isinstance(hook, str) else CONTEXTS["patient-view"]
    for name, kind in wanted.members.items():
        if not isinstance(value := context.get(name), kind):
            says = "is missing" if value is None else f"is {kind_of(value)}, not {kind_of(kind())}"
            yield Complaint(f"context.{name}", says)
    yield from _user(context.get("userId"), wanted.users)
    for name, kind_name in (("patientId", "Patient"), ("encounterId", "Encounter")):
        yield from _bare_id(name, context.get(name), kind_name)


def _user(user: object, users: tuple[str, ...]) -> Iterator[Complaint]:
    if not isinstance(user, str) or not users:
        return
    kind, slash, identity = user.partition("/")
    if not slash or not FHIR_ID.fullmatch(identity):
        yield Complaint("context.userId", f"is not of the form Type/id, with a type of {', '.join(users)}")
    elif kind not in users:
        yield Complaint("context.userId", f"names another type than {', '.join(users)}")


def _bare_id(name: str, value: object, kind: str) -> Iterator[Complaint]:
    if value == "":
        yield Complaint(f"context.{name}", "is empty")
    elif isinstance(value, str) and value.startswith(f"{kind}/"):
        yield Complaint(f"context.{name}", f"begins with {kind}/; send the bare id (it is understood all the same)")
    elif isinstance(value, str) and not FHIR_ID.fullmatch(value):
        yield Complaint(f"context.{name}", "is no FHIR id, which has letters, digits, - and . only, at most 64")


def _server(call: Mapping[str, Any]) -> Iterator[Complaint]:
    server, authorization = call.get("fhirServer"), call.get("fhirAuthorization")
    if server is not None:
        yield from _address(server)
    if authorization is None:
        return
    if not isinstance(authorization, dict):
        yield Complaint("fhirAuthorization", f"is {kind_of(authorization)}, not an object, and is ignored")
        return
    if server is None:
        yield Complaint("fhirAuthorization", "comes without fhirServer, and is ignored")
    for name in AUTHORIZATION:
        if not authorization.get(name):
            yield Complaint(f"fhirAuthorization.{name}", "is missing")
    if authorization.get("token_type", "Bearer") != "Bearer":
        yield Complaint("fhirAuthorization.token_type", "is not Bearer")


def _address(server: object) -> Iterator[Complaint]:
    if not isinstance(server, str):
        yield Complaint("fhirServer", f"is {kind_of(server)}, not text")
        return
    try:
        parts = urlsplit(server)
    except ValueError:
        yield Complaint("fhirServer", "is no address")
        return
    if parts.scheme not in ("http", "https") or not parts.netloc:
        yield Complaint("fhirServer", "is no absolute http address")
    elif parts.scheme == "http":
        yield note("fhirServer", "is not https, which patients' data need outside a test")


def _not_text(call: Mapping[str, Any], name: str) -> str:
    value = call.get(name)
    says = "is missing" if value is None else f"is {kind_of(value)}, not text"
    return f"{says}: the call is refused"
