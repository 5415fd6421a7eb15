"""A clinician's own draft with its empty members filled from the chart; what was written stays, byte for byte.

Drafts arrive imperfect, and are not ours to mend: a member of the wrong shape is a member that was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from cds_service.assessment.miss import Assessment
from cds_service.knowledge.codes import Codes
from cds_service.record.patient import Region
from cds_service.record.regions import region_of
from cds_service.record.words import strings_of
from cds_service.rendering.asker import Asker
from cds_service.rendering.order_reasons import Grounds, grounds_of
from cds_service.rendering.referral_note import WHOLE, information
from cds_service.rendering.suggestions import NewUuid, Ordering, body_sites, references
from cds_service.wire import fhir
from cds_service.wire.cds_hooks import Action, Suggestion
from cds_service.wire.orders import Concept

T = TypeVar("T")
KIND = "ServiceRequest"
EMPTY: tuple[object, ...] = (None, "", [], {})


def completed_draft(
    draft: bytes | Raw, assessment: Assessment, asker: Asker, ordering: Ordering, codes: Codes, new_uuid: NewUuid
) -> Suggestion | None:
    """The draft with `reasonCode`, `reasonReference`, `supportingInfo`, `bodySite` and `note` where it had none.

    None where it is no ServiceRequest, or leaves nothing empty that the chart could fill.
    """
    written = _decoded(draft, dict[str, Raw])
    if written is None or _decoded(written.get("resourceType"), str) != KIND:
        return None
    found = _found(region_of_draft(written, codes), assessment, asker, ordering)
    added = {name: value for name, value in found.items() if value and _is_empty(written.get(name))}
    if not added:
        return None
    whole = written | {name: Raw(msgspec.json.encode(value)) for name, value in added.items()}
    words = ordering.shared
    told = words.complete_action.format(members=_listed([words.members[name] for name in added]))
    action = Action("update", told, Raw(msgspec.json.encode(whole)))
    return Suggestion(words.complete_label, str(new_uuid()), (action,))


def region_of_draft(written: Mapping[str, Raw], codes: Codes) -> Region:
    """The part of the spine that the draft itself names, by its code, its site or its words."""
    concept = _decoded(written.get("code"), fhir.CodeableConcept)
    sites = _decoded(written.get("bodySite"), list[fhir.CodeableConcept])
    codings = (concept.coding or ()) if concept else ()
    coded = [(coding.system, coding.code) for coding in codings if coding.system and coding.code]
    rows = [(row, "") for system, code in coded for row in codes.rows(KIND, system, code)]
    return region_of((), rows, sites, strings_of((concept,)))


def _found(region: Region, assessment: Assessment, asker: Asker, ordering: Ordering) -> dict[str, tuple[Any, ...]]:
    """What the chart has for each member, as far as it is of the draft's part of the spine."""
    has = assessment.findings
    grounds = grounds_of(assessment).within(region)
    topics = tuple(topic(has, ordering.given) for topic in WHOLE)
    return {
        "reasonCode": grounds.concepts,
        "reasonReference": references(grounds.sources, asker),
        "supportingInfo": references(information(topics), asker),
        "bodySite": _sites(region, grounds),
        "note": (ordering.note(topics, has),),
    }


def _sites(region: Region, grounds: Grounds) -> tuple[Concept, ...]:
    """The draft's own part of the spine; where it names none, that of the complaints."""
    return body_sites(grounds) if region == "unknown" else (Concept(text=f"{region} spine"),)


def _is_empty(raw: Raw | None) -> bool:
    """Absent, null, or an empty text, list or object."""
    if raw is None:
        return True
    try:
        return msgspec.json.decode(raw) in EMPTY
    except msgspec.DecodeError:
        return False


def _decoded(raw: bytes | Raw | None, kind: type[T]) -> T | None:
    """The value; None where it is absent or of another shape."""
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _listed(words: list[str]) -> str:
    """ "reason, body site and note"."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
