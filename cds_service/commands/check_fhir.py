"""Each resource of a request against FHIR R4, by fhir.resources; its complaints in our words, without values.

The service reads far more than is valid here. But what is not valid is what the next reader stumbles over. (R4B
differs from R4 in none of the types that are asked for.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from cds_service.commands.complaints import Complaint, plain, resources_at
from cds_service.record.prefetch import KEYS

MOST_OF_ONE = 5
MOST_IN_ALL = 50
# The first two hold whole resources, and nobody is asked for them.
NOT_CHECKED = frozenset({"Bundle", "Parameters", "OperationOutcome"})
CHOICE = re.compile(r"from this list \[([A-Za-z', ]+)\]")
FORMATS: Mapping[str, str] = {
    "DateTime": "is no FHIR dateTime, such as 2026, 2026-05, 2026-05-10 or 2026-05-10T08:00:00Z",
    "Date": "is no FHIR date, such as 2026, 2026-05 or 2026-05-10",
    "Instant": "is no FHIR instant, such as 2026-05-10T08:00:00.000Z",
    "Time": "is no FHIR time, such as 08:00:00",
    "Decimal": "is no number",
}
WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "model_field_validation.missing": "is missing",
    "extra_forbidden": "is not defined by FHIR at this place",
    "string_type": "is not text",
    "string_too_short": "is empty; leave it out",
    "string_pattern_mismatch": "has characters or blanks that FHIR does not allow there",
    "list_type": "is not a list",
    "bool_type": "is not true or false",
    "bool_parsing": "is not true or false",
    "int_type": "is no whole number",
    "int_parsing": "is no whole number",
    "int_from_float": "is no whole number",
    "greater_than_equal": "is too small a number",
    "date_type": FORMATS["Date"],
    "date_from_datetime_inexact": FORMATS["Date"],
    "datetime_type": FORMATS["DateTime"],
    "json_invalid": "is not an object",
    "model_type": "is not an object",
    "model_validation_format": "is not an object",
    "fhir-validation-wrong-resource-type": "is of another type than it has to be there",
}
OTHERWISE = "is not as FHIR wants it"


@dataclass(frozen=True, slots=True)
class Validated:
    """How many resources were checked, how many are not valid, and the complaints as far as they are told."""

    checked: int
    invalid: int
    complaints: tuple[Complaint, ...]


def validated(call: Mapping[str, Any]) -> Validated:
    """The resources under keys of ours and in the context."""
    checked = invalid = 0
    told: list[Complaint] = []
    for place, resource in _resources(call):
        found = list(_of_resource(place, resource))
        checked += 1
        invalid += bool(found)
        told += _capped(place, found, MOST_OF_ONE)
    return Validated(checked, invalid, tuple(_capped("resources", told, MOST_IN_ALL)))


def _capped(place: str, found: list[Complaint], most: int) -> Iterable[Complaint]:
    if len(found) <= most:
        return found
    return [*found[:most], Complaint(place, f"and {len(found) - most} more")]


def _resources(call: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    prefetch, context = call.get("prefetch"), call.get("context")
    if isinstance(prefetch, dict):
        for key in KEYS:
            yield from _each(f"prefetch.{key}", prefetch.get(key))
    if isinstance(context, dict):
        for name, value in context.items():
            yield from _each(f"context.{plain(name)}", value)


def _each(place: str, value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """With what is contained in them, as resources of their own."""
    for number, item in enumerate(value if isinstance(value, list) else []):
        yield from _each(f"{place}[{number}]", item)
    for where, resource in resources_at(place, value):
        if not _is_checked(resource):
            continue
        yield where, _alone(resource)
        contained = resource.get("contained")
        for number, inner in enumerate(contained if isinstance(contained, list) else []):
            if isinstance(inner, dict) and _is_checked(inner):
                yield f"{where}.contained[{number}]", _alone(inner)


def _alone(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Without the resources in it, of which one of an unknown type stops the library."""
    return {name: it for name, it in resource.items() if name != "contained" or not isinstance(it, list)}


def _is_checked(resource: Mapping[str, Any]) -> bool:
    """It says what it is, be that nothing FHIR knows, and is none of those that are left alone."""
    name = resource.get("resourceType", "Bundle")
    return not (isinstance(name, str) and name in NOT_CHECKED)


def _of_resource(place: str, resource: dict[str, Any]) -> Iterator[Complaint]:
    name = resource.get("resourceType")
    try:
        model = get_fhir_model_class(name if isinstance(name, str) else "")
    except ValueError:
        yield Complaint(f"{place}.resourceType", "is no type of resource")
        return
    try:
        model.model_validate(resource)
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False):
            yield Complaint(_place(place, one["loc"]), _words(one["type"], one["msg"]))


def _place(place: str, path: tuple[int | str, ...]) -> str:
    """The library's path as FHIRPath would write it."""
    for part in path:
        if isinstance(part, int):
            place += f"[{part}]"
        elif part != "root":
            place += "." + ("resourceType" if part == "resource_type" else plain(part))
    return place


def _words(kind: str, message: str) -> str:
    """By the kind of complaint; of the library's message only names of fields are taken."""
    if kind != "value_error":
        return WORDS.get(kind, OTHERWISE)
    if choice := CHOICE.search(message):
        names = choice.group(1).replace("'", "")
        return f"has several of {names}" if "multiple" in message else f"has none of {names}"
    format_name = message.removeprefix("Value error, ").partition(" ")[0]
    return FORMATS.get(format_name, OTHERWISE)
