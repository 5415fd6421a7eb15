"""What Procedures and ServiceRequests have in common: reasons, sites, notes, and the text an `only_if` may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.record.concepts import concepts_of, names_concept, plain_concepts, unconditional
from cds_service.record.only_if import Told, has_spine_text
from cds_service.record.patient import Match, Reason, Region, Side
from cds_service.record.reasons import read_reasons
from cds_service.record.regions import region_of
from cds_service.record.sides import side_of
from cds_service.record.standpoint import Coded, Standpoint, codes_of
from cds_service.record.words import notes_of, strings_of, with_sites, without_ruled_out
from cds_service.wire import fhir

ByReference = Mapping[str, fhir.Condition]


@dataclass(frozen=True, slots=True)
class Service:
    """What was done or asked for, and why and where."""

    concepts: Mapping[str, Match]
    codes: frozenset[tuple[str, str]]
    words: tuple[str, ...]
    region: Region
    reasons: tuple[Reason, ...]
    spine_words: bool
    side: Side


def read_service(
    resource: fhir.Procedure | fhir.ServiceRequest, kind: str, coded: Coded, conditions: ByReference, at: Standpoint
) -> Service | None:
    """The service, be it in no value set; None where its words say that it is not to be used."""
    words: tuple[str, ...] | None = strings_of((resource.code,))
    quiet = at.quiet(words or ())
    if not quiet:
        words = without_ruled_out(words or (), at.guards, lambda text: names_concept(kind, text, at))
    if words is None:
        return None
    either = resource.reason if isinstance(resource, fhir.Procedure) else None
    reasons = read_reasons(resource.reasonCode, resource.reasonReference, either, conditions, at)
    told = _told(resource, words, reasons, coded)
    known = plain_concepts(coded) if quiet and coded else None
    concepts = concepts_of(kind, coded, told, at).matches if known is None else known
    codes, sites = codes_of(resource.code), resource.bodySite
    region = region_of(codes, coded, sites, words)
    all_words = with_sites(words, sites) if sites else words
    side = side_of(codes, sites, words)
    return Service(concepts, codes, all_words, region, reasons, has_spine_text(told, at), side)


def _told(
    resource: fhir.Procedure | fhir.ServiceRequest, words: tuple[str, ...], reasons: tuple[Reason, ...], coded: Coded
) -> Told:
    elsewhere = [text for reason in reasons for text in reason.words]
    if resource.bodySite:
        elsewhere += strings_of(resource.bodySite)
    if resource.note:
        elsewhere += notes_of(resource.note)
    named = any([reason.spine for reason in reasons])
    return Told(words, tuple(elsewhere), sets=unconditional(coded), spine_named=named)
