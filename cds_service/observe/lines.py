"""What a log line may say: these members and no others, each of a shape that has no room for a patient.

Ids of ours and of registered clients, names of services, rules and routes, numbers. A value of another shape is left
out, and so is a member that nobody named here; the line then says how many were, in `dropped`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

LONGEST_SENTENCE = 500
MOST_WORDS = 50
# An id, a name, a version, a template of a path; and a count, a duration, or yes and no. Both are asked a dozen times
# a line, so they are functions of C, which raise TypeError for what is no text, or no number.
is_word: Callable[[Any], object] = re.compile(r"[!-~]{0,128}").fullmatch
is_number: Callable[[Any], object] = math.isfinite


class CallLine(Struct, omit_defaults=True, gc=False):
    """One answered request. `path` is a route's template, `service` an id of ours or "unknown".

    `client` is the id of a row, `refused` the word for what was wrong with a token. No member can hold a token.
    `fetched` counts the keys that prefetch lacked by what came of them.
    """

    requestId: str = ""
    method: str = ""
    path: str = ""
    service: str = ""
    client: str = ""
    tenant: str = ""
    refused: str = ""
    replayed: bool = False
    status: int = 0
    milliseconds: float = 0.0
    hookInstance: str = ""
    outcome: str = ""
    rule: str = ""
    why: str = ""
    knowledgeVersion: str = ""
    oddities: int = 0
    cards: int = 0
    quiet: bool = False
    recorded: int = 0
    missing: tuple[str, ...] = ()
    ordersNotFound: int = 0
    fhirServer: str = ""
    fetched: dict[str, int] = {}
    fetchMilliseconds: float = 0.0


def is_sentence(value: object) -> bool:
    """One line of no great length."""
    return type(value) is str and len(value) <= LONGEST_SENTENCE and value.isprintable()


def are_words(value: object) -> bool:
    """Some words."""
    return isinstance(value, list | tuple) and len(value) <= MOST_WORDS and all(map(is_word, value))


def are_counts(value: object) -> bool:
    """A number for each of some words."""
    return isinstance(value, dict) and are_words(tuple(value)) and all(map(is_number, value.values()))


KNOWN: Mapping[str, Callable[[Any], object]] = {
    "time": is_word,
    "level": is_word,
    "event": is_word,
    "requestId": is_word,
    "method": is_word,
    "path": is_word,
    "service": is_word,
    "client": is_word,
    "tenant": is_word,
    "refused": is_word,
    "replayed": is_number,
    "status": is_number,
    "milliseconds": is_number,
    "hookInstance": is_word,
    "outcome": is_word,
    "rule": is_word,
    "why": is_word,
    "knowledgeVersion": is_word,
    "oddities": is_number,
    "cards": is_number,
    "quiet": is_number,
    "recorded": is_number,
    "missing": are_words,
    "ordersNotFound": is_number,
    "fhirServer": is_sentence,
    "fetched": are_counts,
    "fetchMilliseconds": is_number,
    "logger": is_word,
    "message": is_sentence,
    "setting": is_word,
    "error": is_word,
    "at": is_sentence,
}


def is_known(name: str, value: object) -> bool:
    """A member of ours with a value of its shape."""
    try:
        return name in KNOWN and bool(KNOWN[name](value))
    except TypeError:
        return False


def known_of(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members of ours with values of their shape: nearly always all of them, and then looked at only once."""
    try:
        return {name: value for name, value in members.items() if name in KNOWN and KNOWN[name](value)}
    except TypeError:
        return {name: value for name, value in members.items() if is_known(name, value)}


def uuid_or_empty(text: str) -> str:
    """A hookInstance that is a UUID, in its canonical form; any other may hold anything, and is not logged."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""
