"""Resources in a hook's context: drafts as a clinician's screen has them, half filled and oddly shaped.

Read one by one and member by member: a single object stands for a list of one, and a member that cannot be read is
as absent. Each draft keeps its bytes, because who returns it must return every member the clinician wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_service.wire.entries import Sorted, decoded, sort_resource
from cds_service.wire.fhir import Medication

S = TypeVar("S", bound=Struct)
NOTHING = (b"", b"null")


class AnyResource(Struct, gc=False):
    """What names a resource, or holds others."""

    resourceType: Raw = Raw()
    id: Raw = Raw()
    entry: Raw = Raw()


class AnyEntry(Struct, gc=False):
    """An entry of a Bundle, or a resource that stands in an entry's place."""

    resource: Raw = Raw()
    fullUrl: Raw = Raw()


class AnyTask(Struct, gc=False):
    """A Task, as far as it says which order it fulfils."""

    focus: Raw = Raw()
    basedOn: Raw = Raw()


class AnyReference(Struct, gc=False):
    """A pointer to another resource."""

    reference: Raw = Raw()


@dataclass(frozen=True, slots=True)
class Draft:
    """One resource of the context. `raw` is all of it as it came; `kind` its resourceType."""

    raw: Raw
    kind: str
    id: str = ""
    url: str = ""

    @property
    def ref(self) -> str:
        """`Type/id`, or empty."""
        return f"{self.kind}/{self.id}" if self.id else ""


def drafts_in(raw: Raw | UnsetType) -> tuple[Draft, ...]:
    """The resources of a Bundle with or without a type, or a single resource in its place; else none."""
    whole = None if raw is UNSET else decoded(raw, AnyResource)
    if raw is UNSET or whole is None:
        return ()
    if bytes(whole.entry) in NOTHING:
        return _draft(raw, "")
    return tuple(draft for item in _items(whole.entry) for draft in _entered(item))


def _entered(item: Raw) -> tuple[Draft, ...]:
    """The resource of an entry, or one that stands in the entry's place."""
    entry = decoded(item, AnyEntry)
    if entry is None:
        return ()
    return _draft(entry.resource if entry.resource else item, decoded(entry.fullUrl, str) or "")


def _draft(raw: Raw, url: str) -> tuple[Draft, ...]:
    named = decoded(raw, AnyResource)
    kind = decoded(named.resourceType, str) if named else None
    if named is None or not kind:
        return ()
    return (Draft(raw, kind, decoded(named.id, str) or "", url),)


def selected(drafts: Sequence[Draft], selections: Raw | UnsetType) -> tuple[Draft, ...]:
    """The drafts that are named; all of them where none is named, or none that is there."""
    names = references_in(selections)
    named = tuple(draft for draft in drafts if draft.url in names or plain_reference(draft.ref) in names)
    return named or tuple(drafts)


def references_in(raw: Raw | UnsetType) -> frozenset[str]:
    """The references in a list of texts, or in one text; each as written, and as `Type/id`."""
    texts = [] if raw is UNSET else [text for item in _items(raw) if (text := decoded(item, str))]
    return frozenset(filter(None, (*texts, *map(plain_reference, texts))))


def fulfilled_by(raw: Raw | UnsetType) -> frozenset[str]:
    """The references to the orders that Tasks are for."""
    tasks = [] if raw is UNSET else [task for item in _items(raw) if (task := decoded(item, AnyTask))]
    pointers = [pointer for task in tasks for member in (task.focus, task.basedOn) for pointer in _items(member)]
    found = [references_in(it.reference) for pointer in pointers if (it := decoded(pointer, AnyReference))]
    return frozenset().union(*found)


def medications_among(drafts: Sequence[Draft]) -> dict[str, Medication]:
    """The Medications that come with the drafts, under every way an order may refer to them."""
    into = Sorted()
    for draft in drafts:
        if draft.kind == "Medication":
            sort_resource(draft.raw, draft.url, frozenset(), into)
    return into.aside.medications


def plain_reference(text: str) -> str:
    """`Type/id` without base and version."""
    return "/".join(text.partition("/_history/")[0].split("/")[-2:])


def _items(raw: Raw) -> list[Raw]:
    """The items of a list; anything else is a list of one."""
    if bytes(raw) in NOTHING:
        return []
    items = decoded(raw, list[Raw])
    return [raw] if items is None else items


def loosely(raw: Raw, kind: type[S]) -> S | None:
    """The resource with every member that can be read; None for what is no object."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        members = decoded(raw, dict[str, Raw])
    if members is None:
        return None
    read = {
        field.name: _read(members[field.encode_name], field.type)
        for field in msgspec.structs.fields(kind)
        if field.encode_name in members
    }
    return kind(**{name: value for name, value in read.items() if value is not None})


def _read(raw: Raw, hint: Any) -> Any:
    """One member of the type its field says, None where it cannot be read."""
    kind = next((option for option in get_args(hint) if option is not NoneType), hint)
    if get_origin(kind) is list:
        (of,) = get_args(kind)
        return [value for item in _items(raw) if (value := _read(item, of)) is not None]
    if kind is Raw:
        return raw
    return loosely(raw, kind) if issubclass(kind, Struct) else decoded(raw, kind)


def empty_members(raw: Raw, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the members that are absent, or in which nothing is written."""
    members = decoded(raw, dict[str, Any]) or {}
    return tuple(name for name in names if _is_empty(members.get(name)))


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_empty(member) for member in value.values())
    if isinstance(value, list):
        return all(_is_empty(item) for item in value)
    return value is None or (isinstance(value, str) and not value.strip())
