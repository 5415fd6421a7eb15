"""Resources read one by one, for what the one-shot decode cannot take: wrong types and other types.

A resource with a field of the wrong type is left out and counted with its reason: which field, and what it
should be. The reason is made from the decoder's path, never from a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from cds_service.wire import fhir
from cds_service.wire.held import Aside

T = TypeVar("T")

TYPES: Mapping[str, type[Struct]] = {
    "Patient": fhir.Patient,
    "Condition": fhir.Condition,
    "MedicationStatement": fhir.MedicationStatement,
    "MedicationRequest": fhir.MedicationRequest,
    "Procedure": fhir.Procedure,
    "Observation": fhir.Observation,
    "DiagnosticReport": fhir.DiagnosticReport,
    "ServiceRequest": fhir.ServiceRequest,
}
ANOTHER_TYPE = "resource of another type"
SERIOUS = ("error", "fatal")
EXPECTED = re.compile(r"Expected `([a-z]+)")
PATH = re.compile(r"`\$\.?([^`]*)`$")
INDEX = re.compile(r"\[[^]]*\]")
WORDS = {
    "str": "a string",
    "array": "an array",
    "object": "an object",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
}


class Named(Struct, gc=False):
    """Any resource, as far as its type."""

    resourceType: str = ""


class AnyEntry(Struct, gc=False):
    """Any entry of a Bundle, nothing in it read yet."""

    resource: Raw = Raw()
    fullUrl: Raw = Raw()


@dataclass(slots=True)
class Sorted:
    """The entries of a Bundle by type: those wanted, with their fullUrl or "", and the rest aside."""

    found: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    aside: Aside = field(default_factory=Aside)


def decoded(raw: Raw, kind: type[T]) -> T | None:
    """The value, or None where it is null, absent or of the wrong shape."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        return None


def reason(error: msgspec.ValidationError) -> str:
    """Which field is not what it should be: "dosageInstruction is not an array"."""
    message = str(error)
    expected = EXPECTED.search(message)
    path = PATH.search(message)
    name = INDEX.sub("", path.group(1)) if path else ""
    should_be = WORDS.get(expected.group(1)) if expected else None
    return f"{name or 'the resource'} is not {should_be or 'of the right type'}"


def sort_entries(entries: Iterable[Raw], wanted: frozenset[str]) -> Sorted:
    """Each entry under its type, read alone, so that a bad one takes no other with it."""
    into = Sorted()
    for raw in entries:
        entry = decoded(raw, AnyEntry)
        if entry is None or not entry.resource or bytes(entry.resource) == b"null":
            into.aside.unreadable["entry", "it holds no resource"] += 1
            continue
        sort_resource(entry.resource, decoded(entry.fullUrl, str) or "", wanted, into)
    return into


def sort_resource(raw: Raw, url: str, wanted: frozenset[str], into: Sorted) -> None:
    """One resource under its type, or among the asides."""
    named = decoded(raw, Named)
    name = named.resourceType if named else ""
    if not name:
        into.aside.unreadable["entry", "it names no resourceType"] += 1
    elif name in wanted:
        _keep(raw, name, url, into)
    elif name == "Medication":
        _keep_medication(raw, url, into.aside)
    elif name == "OperationOutcome":
        into.aside.errors += serious(raw)
    elif name == "Patient":
        patient = decoded(raw, fhir.Patient)
        if patient and url:
            into.aside.patients.append((url, patient))
    else:
        into.aside.others[name if name in TYPES else ANOTHER_TYPE] += 1


def serious(raw: Raw) -> bool:
    """The OperationOutcome tells of an error, or cannot be read; a warning or a note is none."""
    outcome = decoded(raw, fhir.OperationOutcome)
    return outcome is None or any(issue.severity in SERIOUS for issue in outcome.issue or ())


def _keep(raw: Raw, name: str, url: str, into: Sorted) -> None:
    try:
        resource = msgspec.json.decode(raw, type=TYPES[name])
    except msgspec.ValidationError as error:
        into.aside.unreadable[name, reason(error)] += 1
    else:
        into.found.setdefault(name, []).append((url, resource))


def _keep_medication(raw: Raw, url: str, aside: Aside) -> None:
    """Under every way a reference may name it: type and id, `urn:uuid:` and id, fullUrl."""
    try:
        medication = msgspec.json.decode(raw, type=fhir.Medication)
    except msgspec.ValidationError as error:
        aside.unreadable["Medication", reason(error)] += 1
        return
    if medication.id:
        aside.medications[f"Medication/{medication.id}"] = medication
        aside.medications[f"urn:uuid:{medication.id}"] = medication
    if url:
        aside.medications[url] = medication
