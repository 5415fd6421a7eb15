"""What the service understands of a request, and how it would answer it from its prefetch alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.answer import Answered, Answerer
from cds_service.commands.check_prefetch import is_foreign
from cds_service.commands.complaints import resources_at
from cds_service.errors import DataMissing
from cds_service.hooks.services import Service
from cds_service.record.prefetch import answers_of, parts, patient_urls
from cds_service.wire.decoding import decode_call
from cds_service.wire.held import Aside, HeldKeys
from cds_service.wire.soundness import Undecodable

WHY_WORDS: Mapping[str, str] = {
    "deceased": "the patient has died",
    "under-18": "the patient is a child",
    "hospice-or-pregnancy": "the patient is in hospice care, or pregnant",
    "post-operative": "a spine operation is too fresh",
    "in-hand": "a spine referral is under way",
    "stale": "the complaints on record are too old",
    "no-sign": "no sign of what the rules look for is on record",
}
SILENCED = "the site silences this card (CDS_SILENT, CDS_SILENT_RULES)"


@dataclass(frozen=True, slots=True)
class KeyRead:
    """What became of one key: resources sent and read, why others were not, and what an absence in it means."""

    key: str
    sent: int
    read: int
    answer: str
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer: its status, what it says, and the whole assessment where there is one."""

    status: int
    says: tuple[str, ...]
    told: Mapping[str, Any]


def keys_read(prefetch: Mapping[str, Any], held: HeldKeys, patient_id: str) -> tuple[KeyRead, ...]:
    """Every key of ours that came."""
    urls = patient_urls(held, patient_id)
    answers = answers_of(held, patient_id, urls)
    return tuple(
        KeyRead(
            key=key,
            sent=sum(1 for _ in resources_at(key, prefetch[key])),
            read=len(part.resources) - sum(is_foreign(it, patient_id, urls) for it in part.resources),
            answer=answers[key],
            skipped=tuple(_skipped(part.aside, sum(is_foreign(it, patient_id, urls) for it in part.resources))),
        )
        for key, part in parts(held)
        if key in prefetch
    )


def _skipped(aside: Aside, foreign: int) -> Iterator[str]:
    if foreign:
        yield f"{foreign} of another patient, or of none"
    for (name, why), count in aside.unreadable.items():
        yield f"{count} {name}: {why}"
    for name, count in aside.others.items():
        yield f"{count} {name}: not read under this key"


def reply(body: bytes, service: Service | None, answerer: Answerer) -> Reply:
    """The answer to these bytes at the service's address."""
    try:
        call = decode_call(body)
    except Undecodable as error:
        return Reply(400, (str(error),), {})
    if service is None:
        return Reply(404, ("no service here answers this hook",), {})
    if service.needs_user and not call.has_user:
        return Reply(400, ("context.userId is missing.",), {})
    try:
        answered = answerer.answer(call)
    except DataMissing as error:
        return Reply(error.status, tuple(f"{key}: {why}" for key, why in error.missing), {})
    return Reply(200, tuple(_says(answered)), answerer.told(answered))


def _says(answered: Answered) -> Iterator[str]:
    for card in answered.cards:
        yield f"one card [{card.indicator}]: {card.summary}"
    if not answered.cards:
        yield f"no card: {WHY_WORDS.get(answered.assessment.why, SILENCED)}"


def findings_in_words(told: Mapping[str, Any]) -> Iterator[str]:
    """Each sign and each risk with its state and why; then what else decides."""
    for found in (*told["signs"], *told["risks"]):
        strength = f" ({found['strength']})" if "strength" in found else ""
        because = f": {found['because']}" if "because" in found else ""
        yield f"{found['id']} {found['state']}{strength}{because}"
    yield f"opioids {told['opioids']['status']}"
    yield f"conservative care {told['conservativeCare']}"
    if lasting := told.get("symptomDurationDays"):
        most = f" to {lasting['max']}" if "max" in lasting else " or more"
        yield f"symptoms for {lasting['min']}{most} days"
