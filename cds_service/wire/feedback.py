"""What a clinician did with cards, in all the shapes that clients send.

A list under `feedback`, a bare entry, or a bare list; an override reason under `reason`, or in place of it. Only
what is kept is read: a `userComment` is free text about a patient, and is skipped like any unknown member.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from cds_service.wire.entries import PATH, decoded
from cds_service.wire.soundness import MAX_DEPTH, Undecodable, check_depth, check_utf8

NEEDS = "feedback is one entry or more, each with a card, which is text, and an outcome, accepted or overridden"
TIMESTAMP = {"type": "string", "description": "When; not read, the time of arrival counts."}
SUGGESTIONS = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
REASON = {
    "type": "object",
    "properties": {
        "reason": {"type": "object", "properties": {"code": {"type": "string"}, "system": {"type": "string"}}},
        "userComment": {"type": "string", "description": "Skipped: it is neither kept nor logged."},
    },
}


class FeedbackEntry(Struct, gc=False):
    """What became of one card. Only `card` and `outcome` can be wrong; the rest may be missing or of any type."""

    card: Annotated[str, Meta(min_length=1)]
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: Annotated[Raw, Meta(extra_json_schema=TIMESTAMP)] | UnsetType = UNSET
    acceptedSuggestions: Annotated[Raw, Meta(extra_json_schema=SUGGESTIONS)] | UnsetType = UNSET
    overrideReason: Annotated[Raw, Meta(extra_json_schema=REASON)] | UnsetType = UNSET


class FeedbackBatch(Struct, gc=False):
    """Feedback as the specification has it; a bare entry and a bare list of entries are understood, too."""

    feedback: Annotated[list[FeedbackEntry], Meta(min_length=1)]


class Recorded(Struct, frozen=True):
    """How many entries were news: a repeat, and a card that another client was shown, are not counted."""

    recorded: int


class Coded(Struct, gc=False):
    """An override reason, or what one is under."""

    reason: Raw = Raw()
    code: Raw = Raw()
    system: Raw = Raw()


class Shape(Struct, gc=False):
    """An object, as far as what tells a batch from an entry."""

    feedback: Raw = Raw()


BATCH = msgspec.json.Decoder(FeedbackBatch)
ENTRY = msgspec.json.Decoder(FeedbackEntry)
ENTRIES: msgspec.json.Decoder[list[FeedbackEntry]] = msgspec.json.Decoder(
    Annotated[list[FeedbackEntry], Meta(min_length=1)]
)
BLANK = b" \t\r\n"


def decode_feedback(body: bytes | bytearray) -> list[FeedbackEntry]:
    """The entries, at least one. Raises Undecodable for the whole body when one entry is wrong."""
    try:
        entries = _entries(body)
        check_utf8(body)
        check_depth(body)
    except msgspec.ValidationError as error:
        raise Undecodable(_complaint(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Undecodable("The body is not JSON in UTF-8.") from None
    except RecursionError:
        raise Undecodable(f"The body is nested deeper than {MAX_DEPTH} levels.") from None
    return entries


def _entries(body: bytes | bytearray) -> list[FeedbackEntry]:
    if body.lstrip(BLANK).startswith(b"["):
        return ENTRIES.decode(body)
    if msgspec.json.decode(body, type=Shape).feedback:
        return BATCH.decode(body).feedback
    return [ENTRY.decode(body)]


def _complaint(error: msgspec.ValidationError) -> str:
    """Where it is wrong, in names of ours and numbers; the decoder's own words would quote the body."""
    path = PATH.search(str(error))
    place = path.group(1) if path and path.group(1) else "the body"
    return f"Nothing was recorded, because {place} is wrong: {NEEDS}."


def override_reason(raw: Raw | UnsetType) -> tuple[str, str]:
    """The code of an override reason and its system, each empty where there is none."""
    if raw is UNSET:
        return "", ""
    told = decoded(raw, Coded) or Coded()
    if told.reason:
        told = decoded(told.reason, Coded) or Coded()
    return decoded(told.code, str) or "", decoded(told.system, str) or ""
