"""What is kept of a card that was shown, and what a clinician did with it: nothing clinical, and no patient's id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

FeedbackOutcome = Literal["accepted", "overridden"]


@dataclass(frozen=True, slots=True)
class Matter:
    """What a card was about. Two cards of one matter tell the same client the same of the same patient.

    `patient` and `findings` are keyed hashes (`Pseudonyms`); `findings` is of the signs and risks that were present.
    """

    service: str
    client: str
    patient: bytes
    outcome: str
    findings: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """One card in an answer, by its uuid; the store adds when. `tenant` is empty where nobody names one."""

    card: str
    rule: str
    knowledge_version: str
    matter: Matter
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A card that was shown, and when."""

    shown: Shown
    at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one card. `card` is as `Pseudonyms.card` writes it.

    `formerly` is how it was written by former keys, where that differs: a repeat of what was told then is no news.
    `reason` is the code of an override reason that our cards offer, "other" for any other, or empty. What a
    clinician wrote beside it has no place here.
    """

    card: str
    outcome: FeedbackOutcome
    reason: str = ""
    formerly: tuple[str, ...] = ()


def real_time() -> datetime:
    """Now. Quiet periods keep the real clock, whatever day is assessed."""
    return datetime.now(UTC)


def month_of(at: datetime) -> str:
    """As the report writes it, "2026-11"; in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m")
