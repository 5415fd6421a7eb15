"""Which of the supplied resources are this patient's, each once (contract "Whose resource"; clinical-logic L).

Of one type and id the highest versionId counts, else the latest lastUpdated; without id, identical content is one
entry. Resources without id come first and in an order of their own, so that their order as supplied means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import msgspec

from cds_service.record.standpoint import Standpoint
from cds_service.record.whose import is_the_patients
from cds_service.wire import fhir


class Supplied(Protocol):
    """What every clinical resource has."""

    id: str | None
    subject: fhir.Reference | None
    meta: fhir.Meta | None


T = TypeVar("T", bound=Supplied)


def own(
    resources: Sequence[T], kind: str, patient_id: str, patient_urls: frozenset[str], at: Standpoint
) -> Sequence[T]:
    """The patient's resources, each once; those of others are noted by type."""
    if not resources:
        return resources
    mine = _mine(resources, kind, patient_id, patient_urls, at)
    ids = {entry.id for entry in mine}
    if len(ids) == len(mine) and None not in ids and "" not in ids:
        return mine
    return _once(mine)


def _mine(
    resources: Sequence[T], kind: str, patient_id: str, patient_urls: frozenset[str], at: Standpoint
) -> Sequence[T]:
    first = resources[0].subject
    # Nearly all of a chart name the patient alike, so that most are known by comparing with the first.
    usual = first.reference if first is not None and is_the_patients(first, patient_id, patient_urls) else None
    others = [entry for entry in resources if entry.subject is None or entry.subject.reference != usual]
    foreign = [entry for entry in others if _is_foreign(entry.subject, patient_id, patient_urls)]
    if not foreign:
        return resources
    for _ in {entry.id or msgspec.json.encode(entry) for entry in foreign}:
        at.note(kind, "left out: of another patient, or of none")
    gone = {id(entry) for entry in foreign}
    return [entry for entry in resources if id(entry) not in gone]


def _is_foreign(subject: fhir.Reference | None, patient_id: str, patient_urls: frozenset[str]) -> bool:
    """Stated, and not the patient; an empty reference states nothing."""
    return bool(subject and subject.reference) and not is_the_patients(subject, patient_id, patient_urls)


def _once(resources: Iterable[T]) -> list[T]:
    nameless: dict[bytes, T] = {}
    named: dict[str, T] = {}
    for entry in resources:
        if not entry.id:
            nameless[msgspec.json.encode(entry)] = entry
        elif entry.id not in named or _newness(entry) > _newness(named[entry.id]):
            named[entry.id] = entry
    return [*(nameless[content] for content in sorted(nameless)), *named.values()]


def _newness(entry: Supplied) -> tuple[int, float, bytes]:
    """Later is greater; of two that say the same of themselves the content decides, so that order never does."""
    meta = entry.meta or fhir.Meta()
    version = meta.versionId or ""
    number = int(version) if version.isdecimal() and len(version) < 19 else -1
    return number, _instant(meta.lastUpdated), msgspec.json.encode(entry)


def _instant(text: str | None) -> float:
    try:
        when = datetime.fromisoformat(text or "")
    except ValueError:
        return -1.0
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
