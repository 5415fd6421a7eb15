"""FHIR searches as far as our prefetch templates and the public sandbox ask: filter, sort, page.

Parameters that are not read here are ignored, as FHIR lets a server do. A comma means "or"; a token may name its
system before a bar, and then both must fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

Resource = dict[str, Any]
Parameters = Mapping[str, str]
TOKENS = ("status", "code", "category")
# The element that a sort parameter reads, first that is there.
SORTS: Mapping[str, tuple[str, ...]] = {
    "date": ("effectiveDateTime", "performedDateTime", "recordedDate"),
    "authored": ("authoredOn",),
    "authoredon": ("authoredOn",),
}
PAGE_PARAMETERS = ("_count", "_offset")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found: `total` counts all pages, `following` are the parameters of the next one."""

    resources: tuple[Resource, ...]
    total: int
    following: Parameters | None = None


def search(found: Iterable[tuple[str, Resource]], asked: Parameters) -> Page:
    """The resources, given with their patient's id, that fit what was asked."""
    fitting = [resource for patient, resource in found if _fits(patient, resource, asked)]
    fitting = _sorted(fitting, asked.get("_sort", ""))
    count, offset = _whole(asked.get("_count"), len(fitting)), _whole(asked.get("_offset"), 0)
    end = offset + count
    following = {**asked, "_offset": str(end)} if count and end < len(fitting) else None
    return Page(tuple(fitting[offset:end]), len(fitting), following)


def searchset(page: Page, address: str, asked: Parameters) -> Resource:
    """The Bundle of one page; `address` is the absolute URL of the type."""
    links = [{"relation": "self", "url": _url(address, asked)}]
    if page.following:
        links.append({"relation": "next", "url": _url(address, page.following)})
    entries = [
        {"fullUrl": f"{address}/{resource['id']}", "resource": resource, "search": {"mode": "match"}}
        for resource in page.resources
    ]
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": page.total, "link": links}
    return {**bundle, "entry": entries} if entries else bundle


def _url(address: str, asked: Parameters) -> str:
    return f"{address}?{urlencode(asked)}" if asked else address


def _whole(written: str | None, otherwise: int) -> int:
    """A count as written; what is no count is as not asked."""
    return int(written) if written and written.isascii() and written.isdigit() else otherwise


def _fits(patient: str, resource: Resource, asked: Parameters) -> bool:
    of = {value.rsplit("/", 1)[-1] for name in ("patient", "subject") for value in _values(asked, name)}
    ids = set(_values(asked, "_id"))
    if (of and patient not in of) or (ids and resource["id"] not in ids):
        return False
    return all(_has_token(resource, name, _values(asked, name)) for name in TOKENS)


def _values(asked: Parameters, name: str) -> Sequence[str]:
    return [value for value in asked.get(name, "").split(",") if value]


def _has_token(resource: Resource, name: str, tokens: Sequence[str]) -> bool:
    if not tokens:
        return True
    coded = list(_codings(resource, name))
    return any(_same(token, system, code) for token in tokens for system, code in coded)


def _same(token: str, system: str, code: str) -> bool:
    named, bar, wanted = token.rpartition("|")
    return wanted == code and (not bar or named == system)


def _codings(resource: Resource, name: str) -> Iterator[tuple[str, str]]:
    """System and code of each coding of the element, or of a plain code."""
    if name == "code":
        value = resource.get("code") or resource.get("medicationCodeableConcept") or {}
    else:
        value = resource.get(name, [])
    if isinstance(value, str):
        yield "", value
        return
    for concept in value if isinstance(value, list) else [value]:
        for coding in concept.get("coding", []):
            yield coding["system"], coding["code"]


def _sorted(resources: list[Resource], order: str) -> list[Resource]:
    """By the first sort parameter that is known; what has no date comes last either way."""
    elements = SORTS.get(order.removeprefix("-").split(",")[0])
    if elements is None:
        return resources
    dated = [(next((r[name] for name in elements if name in r), ""), r) for r in resources]
    known = sorted((one for one in dated if one[0]), key=lambda one: one[0], reverse=order.startswith("-"))
    return [resource for _, resource in known] + [resource for when, resource in dated if not when]
