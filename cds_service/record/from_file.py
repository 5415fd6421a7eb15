"""The chart a file holds: one Bundle of any type, read as the eight keys would have brought it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from cds_service.record.patient import Answer, Key
from cds_service.record.prefetch import KEYS, answers_of, chart_of
from cds_service.record.supplied import SuppliedChart
from cds_service.wire import fhir
from cds_service.wire.entries import TYPES, Sorted
from cds_service.wire.files import decode_bundle
from cds_service.wire.held import Aside, Came, Held, HeldKeys
from cds_service.wire.keys import RESOURCE_OF


def supplied_from_bundle(body: bytes, answered: frozenset[Key] = frozenset(KEYS)) -> SuppliedChart | None:
    """The chart in a Bundle, or None where it holds no Patient or several. Raises Undecodable.

    A key not in `answered` is no more than what the file holds of it: present facts, and nothing absent.
    """
    found = decode_bundle(body)
    patient, urls = _only_patient(found.found.get("Patient", []))
    if patient is None:
        return None
    held = _held(found)
    judged = answers_of(held, patient.id or "", urls)
    answers = {key: _answer(judged[key], getattr(held, key), key in answered) for key in KEYS}
    return chart_of(patient, held, answers, urls)


def _only_patient(entries: list[tuple[str, Any]]) -> tuple[fhir.Patient | None, frozenset[str]]:
    """The one Patient, with its fullUrls; the same Patient twice is one."""
    distinct = {patient.id for _, patient in entries}
    if len(distinct) != 1 or (None in distinct and len(entries) > 1):
        return None, frozenset()
    return entries[0][1], frozenset(url for url, _ in entries if url)


def _held(found: Sorted) -> HeldKeys:
    """Each type under its key; what concerns no key in particular goes with the Patient."""
    held: dict[str, Held[Any]] = {}
    for key, name in RESOURCE_OF.items():
        entries = found.found.get(name, [])
        part = Held(Came.RESOURCES, [resource for _, resource in entries])
        part.by_url = {url: resource for url, resource in entries if url}
        part.aside.unreadable.update({it: n for it, n in found.aside.unreadable.items() if it[0] == name})
        held[key] = part
    held["patient"].aside = _rest(found.aside)
    return HeldKeys(**held)


def _rest(aside: Aside) -> Aside:
    """Medications, and what could not be read of no key's type; types nobody reads are no oddity in a file."""
    unreadable = defaultdict(int, {it: n for it, n in aside.unreadable.items() if it[0] not in TYPES})
    return Aside(medications=aside.medications, unreadable=unreadable)


def _answer(judged: Answer, held: Held[Any], answered: bool) -> Answer:
    if answered:
        return judged
    return Answer.INCOMPLETE if held.resources else Answer.UNANSWERED
