"""Why a drug or a service was ordered: its stated reasons, looked up as Conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from cds_service.record.concepts import concepts_of, plain_concepts, unconditional
from cds_service.record.only_if import SPINE_SETS, Told
from cds_service.record.patient import NO_CONCEPTS, Match, Reason
from cds_service.record.regions import region_of
from cds_service.record.standpoint import Coded, Standpoint, codes_of, status_of
from cds_service.record.words import strings_of
from cds_service.wire import fhir

# Parts of the body that are not the spine, and pains of their own.
OTHER_SITE = re.compile(
    r"\b(?:knee|hip|shoulder|elbow|wrist|hand|finger|thumb|foot|feet|toe|ankle|leg|arm|limb|head|headache|migraine"
    r"|jaw|tooth|teeth|dental|facial|face|eye|ear|throat|chest|rib|breast|abdom\w*|stomach|pelvi\w*|groin|bladder"
    r"|kidney|renal|flank|joint|stump|phantom|testic\w*|vulv\w*)s?\b",
    re.IGNORECASE,
)
KIND = "Condition"
NO_DISEASE = ("refuted", "entered-in-error")


def conditions_by_reference(
    conditions: Iterable[fhir.Condition], by_url: Mapping[str, fhir.Condition]
) -> dict[str, fhir.Condition]:
    """The patient's Conditions by fullUrl and by "Condition/id", as a reason may refer to them."""
    return {**by_url, **{f"Condition/{entry.id}": entry for entry in conditions if entry.id}}


def _counts(entry: fhir.Condition) -> bool:
    """It was not refuted or entered in error."""
    return status_of(entry.verificationStatus) not in NO_DISEASE


def read_reasons(
    codes: list[fhir.CodeableConcept] | None,
    references: list[fhir.Reference] | None,
    either: list[fhir.CodeableReference] | None,
    conditions: Mapping[str, fhir.Condition],
    at: Standpoint,
) -> tuple[Reason, ...]:
    """reasonCode, reasonReference and R5's reason, each as one Reason (none stated: empty).

    A reference is read by its Condition's codes and words where the request holds it, else by its display, else it is
    no reason. `conditions` comes from `conditions_by_reference`.
    """
    if not (codes or references or either):
        return ()
    stated = _stated(codes, references, either, conditions)
    read = [_remembered(concept, sites, at) for concept, sites in stated]
    return tuple(reason for reason in read if reason is not None)


Stated = tuple[fhir.CodeableConcept | None, list[fhir.CodeableConcept] | None]


def _stated(
    codes: list[fhir.CodeableConcept] | None,
    references: list[fhir.Reference] | None,
    either: list[fhir.CodeableReference] | None,
    conditions: Mapping[str, fhir.Condition],
) -> Iterator[Stated]:
    for code in codes or ():
        yield code, None
    for reference in references or ():
        yield _referred(reference, conditions)
    for one in either or ():
        if one.concept is not None:
            yield one.concept, None
        if one.reference is not None:
            yield _referred(one.reference, conditions)


def _referred(reference: fhir.Reference, conditions: Mapping[str, fhir.Condition]) -> Stated:
    """The Condition's code and bodySite, else the display. "urn:uuid:x" may be a fullUrl or stand for the id x."""
    address = (reference.reference or "").partition("/_history/")[0]
    found = conditions.get(address)
    if found is None:
        _, urn, id_ = address.rpartition("urn:uuid:")
        found = conditions.get(f"Condition/{id_}" if urn else "/".join(address.split("/")[-2:]))
    if found is not None and found.code is not None and _counts(found):
        return found.code, found.bodySite
    return fhir.CodeableConcept(text=reference.display), None


def _remembered(
    concept: fhir.CodeableConcept | None, sites: list[fhir.CodeableConcept] | None, at: Standpoint
) -> Reason | None:
    """A Condition that is the reason of many entries is read once; what is remembered keeps its concept alive."""
    known = at.reasons.get(id(concept))
    if known is None:
        known = at.reasons[id(concept)] = (concept, _reason(concept, sites, at))
    return known[1]


def _reason(
    concept: fhir.CodeableConcept | None, sites: list[fhir.CodeableConcept] | None, at: Standpoint
) -> Reason | None:
    words, codes = strings_of((concept,)), codes_of(concept)
    if concept is None or not (words or codes):
        return None
    all_words = (*words, *strings_of(sites)) if sites else words
    coded = at.rows(KIND, concept)
    matches = _matches(concept, coded, words, all_words, at)
    spine = not SPINE_SETS.isdisjoint(matches) or at.names_spine(all_words)
    return Reason(matches, all_words, region_of(codes, coded, sites, all_words), spine, codes)


def _matches(
    concept: fhir.CodeableConcept, coded: Coded, words: tuple[str, ...], all_words: tuple[str, ...], at: Standpoint
) -> Mapping[str, Match]:
    if not coded and not at.may_name(KIND, concept):
        return NO_CONCEPTS
    plain = plain_concepts(coded) if coded and at.quiet(words) else None
    if plain is not None:
        return plain
    other_site = any(OTHER_SITE.search(text) for text in all_words)
    told = Told(words, all_words[len(words) :], (), unconditional(coded), is_reason=True, other_site=other_site)
    return concepts_of(KIND, coded, told, at).matches
