"""What a log line may say: these members and no others, each of a shape that has no room for a patient.

Ids of ours and of registered clients, names of services, rules and routes, numbers. A value of another shape is left
out, and so is a member that nobody named here; the line then says how many were, in `dropped`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from msgspec import Struct

LONGEST_WORD = 128
LONGEST_SENTENCE = 500
MOST_WORDS = 50


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


def is_word(value: object) -> bool:
    """Letters, digits and signs of ASCII, no blank: an id, a name, a version, a template of a path."""
    return (
        type(value) is str
        and len(value) <= LONGEST_WORD
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


def is_sentence(value: object) -> bool:
    """One line of no great length."""
    return type(value) is str and len(value) <= LONGEST_SENTENCE and value.isprintable()


def is_number(value: object) -> bool:
    """A count, a duration, or yes and no."""
    return type(value) in (int, float, bool)


def are_words(value: object) -> bool:
    """Some words."""
    return isinstance(value, list | tuple) and len(value) <= MOST_WORDS and all(map(is_word, value))


def are_counts(value: object) -> bool:
    """A number for each of some words."""
    return isinstance(value, dict) and are_words(tuple(value)) and all(map(is_number, value.values()))


# In the order in which a line tells them.
KNOWN: Mapping[str, Callable[[object], bool]] = {
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


def uuid_or_empty(text: str) -> str:
    """A hookInstance that is a UUID, in its canonical form; any other may hold anything, and is not logged."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""
