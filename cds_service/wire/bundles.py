"""A searchset Bundle of one type of resource."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

from cds_service.wire import fhir

T = TypeVar("T")


class Entry(Struct, Generic[T], gc=False):
    """One entry of a Bundle; a `reasonReference` may name its resource by `fullUrl`."""

    resource: T | None = None
    fullUrl: str | None = None


class Bundle(Struct, Generic[T], gc=False):
    """One page of a search. Any other object decodes too, and shows it by its resourceType."""

    resourceType: str = ""
    entry: list[Entry[T]] | None = None
    link: list[fhir.Link] | None = None
