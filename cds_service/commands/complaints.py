"""What `check` says of a request: where, what, and whether the client must mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
KINDS: tuple[tuple[type, str], ...] = (
    (str, "text"),
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "an object"),
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing about one place of a request. Without `mend`: allowed, and worth knowing.

    To be mended is what CDS Hooks or FHIR forbids, what is refused, and what is lost on its way to the rules.
    """

    place: str
    says: str
    mend: bool = True

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"place": self.place, "says": self.says, "mend": self.mend}

    def as_line(self) -> str:
        """For a terminal."""
        return f"  {'mend' if self.mend else 'note'}  {self.place}: {self.says}"


def note(place: str, says: str) -> Complaint:
    """Nothing to mend."""
    return Complaint(place, says, mend=False)


def kind_of(value: object) -> str:
    """What a JSON value is, without the value."""
    for kind, words in KINDS:
        if isinstance(value, kind):
            return words
    return "null"


def plain(name: str) -> str:
    """A member's or a type's name as far as it is one; any other text may be anything, and is not quoted."""
    return name if NAME.fullmatch(name) else "(no name)"


def resources_at(place: str, value: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resources in a value, each with its place: one that is bare, those of a Bundle, one that is wrapped."""
    if not isinstance(value, dict):
        return
    if value.get("resourceType") != "Bundle":
        inner = value.get("resource")
        if "resourceType" not in value and isinstance(inner, dict):
            yield from resources_at(f"{place}.resource", inner)
        else:
            yield place, value
        return
    entries = value.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield f"{place}.entry[{number}].resource", resource
