"""Conditions as problems, diagnoses and symptoms that count (clinical-logic "Filters" and A)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from cds_service.knowledge.systems import ICD_10, ICD_10_CM
from cds_service.record.concepts import (
    Concepts,
    Waiting,
    concepts_of,
    names_concept,
    plain_concepts,
    read_text,
    unconditional,
)
from cds_service.record.only_if import Told
from cds_service.record.onsets import CURRENT, ENDED, Began, read_end, read_start
from cds_service.record.patient import Condition, Listing, Match
from cds_service.record.regions import region_of
from cds_service.record.sides import side_of
from cds_service.record.standpoint import Coded, Standpoint, codes_of, status_of
from cds_service.record.words import is_unconfirmed, notes_of, says, strings_of, with_sites, without_ruled_out
from cds_service.wire import fhir

KIND = "Condition"
SURE = frozenset({"", "confirmed", "provisional"})
DOUBTED = frozenset({"differential", "unconfirmed"})
RECURRENT = frozenset({"recurrence", "relapse"})
DROPPED = frozenset({"refuted", "entered-in-error"})
LATER_ENCOUNTERS = frozenset("DGKPS")
FULL_LENGTH = 7
SEVERE = "24484000"
FORMER_SMOKER = "tobacco_former"
NOT_PRESENT = "exclude_family_or_history"
CANCER_HISTORY = "Z85"
SLIP, HIGH_GRADE = "spondylolisthesis", "high_grade_slip"
DEFORMED = frozenset({SLIP, "spinal_deformity"})


@dataclass(slots=True)
class ReadConditions:
    """Conditions with, by their place, the rows that other entries will decide."""

    entries: list[Condition]
    waiting: dict[int, tuple[Waiting, ...]]


def read_conditions(resources: Sequence[fhir.Condition], at: Standpoint) -> ReadConditions:
    """Every Condition that is, or may be, in a value set; the others say nothing to the rules."""
    read = ReadConditions([], {})
    for resource, coded in at.telling(resources, KIND):
        _read(resource, coded, at, read)
    return read


def _read(resource: fhir.Condition, coded: Coded, at: Standpoint, read: ReadConditions) -> None:
    doubt = _doubt(status_of(resource.verificationStatus), at)
    words: tuple[str, ...] | None = strings_of((resource.code,))
    quiet = at.quiet(words or ())
    if not quiet:
        words = without_ruled_out(words or (), at.guards, lambda text: names_concept(KIND, text, at))
    if doubt is None or words is None:
        return
    began = read_start(resource, at)
    concepts = _concepts(resource, coded, words, quiet, began, at)
    if concepts is None:
        return
    if concepts.waiting:
        read.waiting[len(read.entries)] = concepts.waiting
    doubt = doubt or (not quiet and is_unconfirmed(words, at.guards))
    read.entries.append(_condition(resource, coded, words, began, concepts, doubt, at))


def _doubt(status: str, at: Standpoint) -> bool | None:
    """Whether the diagnosis is unconfirmed; None where it does not count."""
    if status in SURE:
        return False
    if status not in DOUBTED and status not in DROPPED:
        at.note(KIND, "with an unlisted verificationStatus: read as unconfirmed")
    return None if status in DROPPED else True


def _concepts(
    resource: fhir.Condition, coded: Coded, words: tuple[str, ...], quiet: bool, began: Began, at: Standpoint
) -> Concepts | None:
    matches = plain_concepts(coded) if quiet and coded else None
    concepts = Concepts(matches) if matches is not None else _asked(resource, coded, words, began, at)
    if NOT_PRESENT in concepts.matches:
        concepts = _of_the_past(concepts)
    if SLIP in concepts.matches:
        concepts = _graded(concepts, resource, at)
    return concepts if concepts.any else None


def _asked(resource: fhir.Condition, coded: Coded, words: tuple[str, ...], began: Began, at: Standpoint) -> Concepts:
    told = Told(
        words,
        strings_of(resource.bodySite or ()),
        _severity(resource.severity),
        unconditional(coded),
        began.onset,
        began.recorded,
    )
    return concepts_of(KIND, coded, told, at)


def _severity(severity: fhir.CodeableConcept | None) -> tuple[str, ...]:
    if severity is None:
        return ()
    coded = any(coding.code == SEVERE for coding in severity.coding or ())
    return (*strings_of((severity,)), *(("severe",) if coded else ()))


def _of_the_past(concepts: Concepts) -> Concepts:
    """Family history, past history and screening are no present disease; a former smoker is one, cancer was one."""
    matches = concepts.matches
    if matches[NOT_PRESENT].code.startswith(CANCER_HISTORY):
        return concepts
    return Concepts({FORMER_SMOKER: matches[FORMER_SMOKER]} if FORMER_SMOKER in matches else {})


def _graded(concepts: Concepts, resource: fhir.Condition, at: Standpoint) -> Concepts:
    """A slip with its grade beside it: in stage or severity, or said in a note."""
    beside = [f"spondylolisthesis {text}" for text in (*_severity(resource.severity), *_stages(resource.stage))]
    matches: dict[str, Match] = dict(concepts.matches)
    pattern = at.patterns.named[HIGH_GRADE]
    for text in (*beside, *notes_of(resource.note)):
        read_text((pattern,), text, at, matches)
    return Concepts(matches, concepts.waiting)


def _stages(raw: msgspec.Raw) -> tuple[str, ...]:
    if not raw:
        return ()
    try:
        stages = msgspec.json.decode(raw, type=list[fhir.Stage] | None)
    except msgspec.MsgspecError:
        return ()
    return strings_of(stage.summary for stage in stages or ())


def _condition(
    resource: fhir.Condition,
    coded: Coded,
    words: tuple[str, ...],
    began: Began,
    concepts: Concepts,
    doubt: bool,
    at: Standpoint,
) -> Condition:
    codes = codes_of(resource.code)
    status = _clinical_status(resource, at)
    end = read_end(resource, began.recorded, status, at)
    return Condition(
        ref=f"Condition/{resource.id}" if resource.id else "",
        concepts=concepts.matches,
        codes=codes,
        words=with_sites(words, resource.bodySite) if resource.bodySite else words,
        region=region_of(codes, coded, resource.bodySite, words),
        start=began.start,
        onset=began.onset,
        recorded=began.recorded,
        end=end,
        active=status in CURRENT or (status not in ENDED and end is None),
        recurrent=status in RECURRENT,
        listing=_listing(resource.category),
        unconfirmed=doubt,
        later_encounter=_is_later(codes),
        progressive=_is_progressive(words, concepts, at),
        note_words=notes_of(resource.note) if resource.note else (),
        side=side_of(codes, resource.bodySite, words),
    )


def _is_progressive(words: tuple[str, ...], concepts: Concepts, at: Standpoint) -> bool:
    """A deformity, or what may yet be one beside another entry, whose text says that it is getting worse."""
    deformed = not DEFORMED.isdisjoint(concepts.matches) or any(
        waiting.row.concept in DEFORMED for waiting in concepts.waiting
    )
    return deformed and says(at.guards.word_progressive, words, at.guards)


def _clinical_status(resource: fhir.Condition, at: Standpoint) -> str:
    """The clinicalStatus; `unknown` and words we do not know read as absent."""
    status = status_of(resource.clinicalStatus)
    if status in CURRENT or status in ENDED or not status:
        return status
    at.note(KIND, "with an unlisted clinicalStatus: read as if it had none")
    return ""


def _listing(categories: list[fhir.CodeableConcept] | None) -> Listing:
    """A problem list outranks an encounter where both are said."""
    listing = Listing.NONE
    for category in categories or ():
        for coding in category.coding or ():
            if coding.code == Listing.PROBLEM_LIST:
                return Listing.PROBLEM_LIST
            if coding.code == Listing.ENCOUNTER:
                listing = Listing.ENCOUNTER
    return listing


def _is_later(codes: frozenset[tuple[str, str]]) -> bool:
    """An ICD-10-CM code whose seventh character says subsequent encounter or sequela."""
    for system, code in codes:
        if len(code) == FULL_LENGTH and code[-1] in LATER_ENCOUNTERS and system in (ICD_10_CM, ICD_10):
            return True
    return False
