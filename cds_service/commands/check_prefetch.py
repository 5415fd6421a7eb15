"""The prefetch of a request, key by key: what came, what of it can be read, and whether the template was followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cds_service.commands.complaints import Complaint, kind_of, note, plain, resources_at
from cds_service.record.patient import Key
from cds_service.record.prefetch import KEYS, WHY_NOT, patient_urls
from cds_service.record.whose import is_the_patients
from cds_service.wire import fhir
from cds_service.wire.held import Came, Held, HeldKeys
from cds_service.wire.keys import RESOURCE_OF

REQUIRED: frozenset[Key] = frozenset({"patient", "conditions"})
NOT_THERE = (Came.OUTCOME, Came.OTHER_TYPE, Came.MALFORMED)


def prefetch_complaints(
    prefetch: Mapping[str, Any], held: HeldKeys, patient_id: str, templates: Mapping[Key, str]
) -> Iterator[Complaint]:
    """Each key of ours in the order of discovery, then the keys that are not ours."""
    urls = patient_urls(held, patient_id)
    for key in KEYS:
        part: Held[Any] = getattr(held, key)
        yield from _key(key, prefetch.get(key), part)
        yield from _whose(key, part, patient_id, urls)
        yield from _template(key, prefetch.get(key), templates[key])
    for name in prefetch:
        if name in KEYS:
            continue
        close = get_close_matches(name, KEYS, 1)
        hint = f"; is it {close[0]}?" if close else ""
        yield Complaint(f"prefetch.{plain(name)}", f"is no key of ours and is not read{hint}")


def _key(key: Key, value: object, held: Held[Any]) -> Iterator[Complaint]:
    place = f"prefetch.{key}"
    if held.came is Came.ABSENT:
        says = "is not supplied, and is needed" if key in REQUIRED else "is not supplied: it counts as not checked"
        yield Complaint(place, says, mend=key in REQUIRED)
    elif held.came is Came.NOTHING and key == "patient":
        yield Complaint(place, "is null: the client found no such Patient")
    elif held.came in NOT_THERE:
        yield Complaint(place, f"is {_what(value)}: {WHY_NOT[held.came]}; send {_wanted(key)}")
    elif isinstance(value, dict):
        yield from _shape(place, key, value)
        yield from _content(place, key, held)


def _wanted(key: Key) -> str:
    name = RESOURCE_OF[key]
    return "the Patient" if key == "patient" else f"a searchset Bundle of {name} resources"


def _what(value: object) -> str:
    """A resource by its type where FHIR could have such a type, anything else by its kind."""
    name = value.get("resourceType") if isinstance(value, dict) else None
    return f"a resource of type {plain(name)}" if isinstance(name, str) and name else kind_of(value)


def _shape(place: str, key: Key, value: Mapping[str, Any]) -> Iterator[Complaint]:
    if "resourceType" not in value:
        yield note(place, "is wrapped in {response, resource}, as CDS Hooks did before 1.0; it is unwrapped")
    elif key != "patient" and value["resourceType"] != "Bundle":
        yield note(place, "is one bare resource, and counts as a Bundle of one")


def _content(place: str, key: Key, held: Held[Any]) -> Iterator[Complaint]:
    if held.more:
        yield Complaint(place, "is one page of several: what is missing counts as not checked; send all pages")
    if held.aside.errors:
        yield Complaint(place, "holds an OperationOutcome with an error: the entries count, and more may be missing")
    for (name, why), count in held.aside.unreadable.items():
        yield Complaint(place, f"{count} left out ({name}): {why}")
    for name, count in held.aside.others.items():
        yield Complaint(place, f"{count} not read under this key ({name})")


def is_foreign(resource: Any, patient_id: str, urls: frozenset[str]) -> bool:
    """Another patient, or another patient's."""
    if isinstance(resource, fhir.Patient):
        return resource.id != patient_id
    return not is_the_patients(resource.subject, patient_id, urls)


def _whose(key: Key, held: Held[Any], patient_id: str, urls: frozenset[str]) -> Iterator[Complaint]:
    if not patient_id:
        return
    foreign = sum(is_foreign(resource, patient_id, urls) for resource in held.resources)
    if foreign and key == "patient":
        yield Complaint("prefetch.patient", "is not the Patient that context.patientId names")
    elif foreign:
        of = f"{foreign} of {len(held.resources)}"
        yield Complaint(f"prefetch.{key}", f"{of} resources are of another patient, or of none, and are left out")


def _template(key: Key, value: object, template: str) -> Iterator[Complaint]:
    """What the query would not have returned: the client sends more than it was asked for."""
    sent = [it for _, it in resources_at(key, value) if it.get("resourceType") == RESOURCE_OF[key]]
    for name, wanted in parse_qs(urlsplit(template).query).items():
        if name not in ("status", "code", "category"):
            continue
        allowed = set(wanted[0].split(","))
        if others := sum(allowed.isdisjoint(_codes(resource.get(name))) for resource in sent):
            says = f"{others} of {len(sent)} resources do not match {name}= of the template"
            yield Complaint(f"prefetch.{key}", f"{says}: send what it asks for, and no more")


def _codes(value: object) -> Iterator[str]:
    """The codes in a code, a CodeableConcept or a list of them, whatever their system."""
    if isinstance(value, str):
        yield value
    for concept in value if isinstance(value, list) else [value]:
        codings = concept.get("coding") if isinstance(concept, dict) else None
        for coding in codings if isinstance(codings, list) else []:
            if isinstance(coding, dict) and isinstance(coding.get("code"), str):
                yield coding["code"]
