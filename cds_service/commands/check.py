"""`cds-service check`: what is wrong with a request that a partner says should work, what is understood, what follows.

In order: the protocol, the prefetch key by key, each resource against FHIR, what was understood, the answer.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from cds_service.answer import Answerer, answerer_of
from cds_service.app import DEFAULT_URL
from cds_service.commands.check_answer import KeyRead, Reply, findings_in_words, keys_read, reply
from cds_service.commands.check_call import call_complaints, service_for
from cds_service.commands.check_prefetch import prefetch_complaints
from cds_service.commands.complaints import Complaint, kind_of
from cds_service.errors import CdsError
from cds_service.hooks.services import SERVICES
from cds_service.record.templates import templates
from cds_service.rendering.text import cleaned
from cds_service.settings import load_settings
from cds_service.wire.held import HeldKeys
from cds_service.wire.keys import RawKeys, held_keys, prefetch_by_key
from cds_service.wire.soundness import MAX_DEPTH, Undecodable, check_depth

TO_MEND = 1
Environment = Mapping[str, str]


class UnreadableRequest(CdsError):
    """A file is not there, or holds no JSON."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that is said of one request, section by section."""

    protocol: tuple[Complaint, ...]
    prefetch: tuple[Complaint, ...]
    resources: tuple[Complaint, ...]
    checked: int
    keys: tuple[KeyRead, ...]
    service: str
    reply: Reply

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """All of them."""
        return (*self.protocol, *self.prefetch, *self.resources)

    @property
    def mend(self) -> int:
        """How many of them the client must mend."""
        return sum(complaint.mend for complaint in self.complaints)


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `check`."""
    parser.add_argument("request", metavar="REQUEST.json", help="a hook call's body; - reads stdin")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="the day of assessment")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=_check)


def _check(given: argparse.Namespace, environ: Environment) -> int:
    """0: nothing to mend. 1: something that the client must mend."""
    answerer = answerer_of(load_settings(environ, "assess").settings, DEFAULT_URL)
    if given.as_of:
        answerer = replace(answerer, today=lambda: given.as_of)
    diagnosis = diagnose(_body(given.request), answerer)
    print(json.dumps(as_json(diagnosis), ensure_ascii=False) if given.json else "\n".join(in_words(diagnosis)))
    return TO_MEND if diagnosis.mend else 0


def _body(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UnreadableRequest(f"{name}: {error.strerror}") from None


def diagnose(body: bytes, answerer: Answerer) -> Diagnosis:
    """Everything that can be said of the request in these bytes. Raises UnreadableRequest where they are no JSON."""
    # Only here: no other command needs the library, and it takes a quarter of a second to load.
    from cds_service.commands.check_fhir import validated

    call = _decoded(body)
    if (refused := _refused(body, call)) or not isinstance(call, dict):
        is_none = Complaint("the body", f"{refused}: the call is refused")
        return Diagnosis((is_none,), (), (), 0, (), "", reply(body, None, answerer))
    service = service_for(call, SERVICES)
    prefetch, patient_id = _prefetch(call), _patient_id(call)
    held = _held(body, prefetch)
    asked = templates(answerer.knowledge.observations)
    fhir = validated(call)
    return Diagnosis(
        protocol=tuple(call_complaints(call, SERVICES)),
        prefetch=tuple(prefetch_complaints(prefetch, held, patient_id, asked)),
        resources=fhir.complaints,
        checked=fhir.checked,
        keys=keys_read(prefetch, held, patient_id),
        service=service.id if service else "",
        reply=reply(body, service, answerer),
    )


def _decoded(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UnreadableRequest(
            "it is no JSON in UTF-8, without a byte-order mark; a call with it is refused"
        ) from None
    except RecursionError:
        raise UnreadableRequest("it is nested too deep to be read; a call with it is refused") from None


def _refused(body: bytes, call: object) -> str:
    """Why nothing more can be said of it."""
    try:
        check_depth(body)
    except Undecodable:
        return f"is nested deeper than {MAX_DEPTH} levels"
    return "" if isinstance(call, dict) else f"is {kind_of(call)}, not an object"


def _prefetch(call: Mapping[str, Any]) -> dict[str, Any]:
    prefetch = call.get("prefetch")
    return prefetch if isinstance(prefetch, dict) else {}


def _patient_id(call: Mapping[str, Any]) -> str:
    context = call.get("context")
    patient_id = context.get("patientId") if isinstance(context, dict) else None
    return patient_id.removeprefix("Patient/") if isinstance(patient_id, str) else ""


def _held(body: bytes, prefetch: Mapping[str, Any]) -> HeldKeys:
    """As a call's prefetch is read, also where its envelope is broken."""
    raw = RawKeys(body)
    return held_keys(prefetch_by_key({name: raw[name] for name in prefetch}), raw)


def as_json(found: Diagnosis) -> dict[str, Any]:
    """One object, section by section."""
    return {
        "protocol": [complaint.as_json() for complaint in found.protocol],
        "prefetch": [complaint.as_json() for complaint in found.prefetch],
        "resources": [complaint.as_json() for complaint in found.resources],
        "understood": {"keys": [asdict(key) for key in found.keys], "assessment": found.reply.told or None},
        "answer": {"service": found.service or None, "status": found.reply.status, "says": list(found.reply.says)},
        "mend": found.mend,
        "notes": len(found.complaints) - found.mend,
    }


def in_words(found: Diagnosis) -> Iterator[str]:
    """For a reader at a terminal."""
    yield from _section("Protocol", found.protocol)
    yield from _section("Prefetch", found.prefetch)
    yield from _section(f"FHIR R4, {found.checked} resources", found.resources)
    yield "Understood"
    yield from _understood(found)
    yield "Answer"
    for says in found.reply.says:
        yield f"  {found.reply.status}  {cleaned(says)}"
    yield f"{found.mend or 'Nothing'} to mend, {len(found.complaints) - found.mend} to know."


def _section(title: str, complaints: Iterable[Complaint]) -> Iterator[str]:
    lines = [complaint.as_line() for complaint in complaints]
    yield f"{title}: no complaint" if not lines else title
    yield from lines


def _understood(found: Diagnosis) -> Iterator[str]:
    for key in found.keys:
        yield f"  {key.key}: {key.answer}, {key.sent} sent, {key.read} read"
        yield from (f"    left out: {why}" for why in key.skipped)
    told = found.reply.told
    if not told:
        yield "  no findings: the call is not assessed"
        return
    yield from (f"  {cleaned(words)}" for words in findings_in_words(told))
    yield from (f"  gap: {gap}" for gap in told["gaps"])
    yield from (f"  data: {oddity}" for oddity in told["dataQuality"])
