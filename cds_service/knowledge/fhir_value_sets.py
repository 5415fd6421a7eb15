"""Our value sets as FHIR R4 ValueSet resources, for informaticists' tools.

A code of its own is a `concept`; a code with everything under it is a `filter` on `code` with a regex, written with
the dots of its system. A row that has no effect in its set is an `exclude`. What FHIR has no member for, how far a row
counts and on which condition, is said in `description`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.rows import Row
from cds_service.knowledge.systems import (
    ATC,
    CPT,
    HCPCS,
    ICD_9_CM,
    ICD_10,
    ICD_10_CM,
    ICD_10_PCS,
    LOINC,
    RXNORM,
    SNOMED,
    SYSTEM_BY_URI,
)
from cds_service.knowledge.value_sets import ValueSet

Resource = dict[str, Any]

CANONICAL = "https://miss-cds.org/fhir/ValueSet/"
PUBLISHER = "MISS CDS Service authors"
SILENT = "ignore"
COPYRIGHTS: Mapping[str, str] = {
    SNOMED: (
        "SNOMED CT: used by permission of SNOMED International; whoever deploys it needs an Affiliate licence, free of "
        "charge in member countries."
    ),
    LOINC: "LOINC: copyright Regenstrief Institute, Inc. and the LOINC Committee; licence at http://loinc.org/license.",
    RXNORM: (
        "RxNorm: publicly available data of the U.S. National Library of Medicine, which is not responsible for this "
        "product and does not endorse it."
    ),
    CPT: (
        "CPT: registered trademark and copyright of the American Medical Association; code numbers only, described in "
        "our own words. Whoever uses CPT needs a licence from the AMA."
    ),
    HCPCS: "HCPCS Level II: Centers for Medicare & Medicaid Services, public domain; described in our own words.",
    ATC: "ATC: copyright WHO Collaborating Centre for Drug Statistics Methodology, Oslo.",
    ICD_10: "ICD-10: copyright World Health Organization, which does not endorse this product.",
    ICD_10_CM: "ICD-10-CM: National Center for Health Statistics, public domain.",
    ICD_10_PCS: "ICD-10-PCS: Centers for Medicare & Medicaid Services, public domain.",
    ICD_9_CM: "ICD-9-CM: NCHS and Centers for Medicare & Medicaid Services, public domain.",
}
USES: Mapping[str, str] = {
    "weak": "Counts with lower confidence",
    "history": "Proves only that something once was",
}
CONDITIONS: Mapping[str, str] = {
    "spine-text": "Counts only where the entry's own text names what the set is about, as a rule the spine",
    "spine-context": "Counts only beside another spine entry, or where the text names the spine",
    "prior-spine-surgery": "Counts only with an earlier spine operation on record",
    "severity-text": "Counts only where the text says that it is severe",
    "initial-encounter": "Counts only as an initial encounter",
    "adult": "Counts only in adults",
    "recent": "Counts only for some days after onset or record",
}
REGIONS: Mapping[str, str] = {
    "cervical": "Of the neck",
    "thoracic": "Of the mid-back",
    "lumbar": "Of the low back",
}


def id_of(concept: str) -> str:
    """A value set's FHIR id: underscores are not allowed in one."""
    return concept.replace("_", "-")


def fhir_value_sets(knowledge: Knowledge) -> Mapping[str, Resource]:
    """Every value set as a ValueSet, by its FHIR id."""
    return {id_of(concept): fhir_value_set(held, knowledge) for concept, held in knowledge.value_sets.items()}


def fhir_value_set(held: ValueSet, knowledge: Knowledge) -> Resource:
    """One value set. Its version is the knowledge version; as long as numbers are unreviewed it is a draft."""
    compose: Resource = {"include": list(_parts(row for row in held.rows if row.use != SILENT))}
    if excluded := list(_parts(row for row in held.rows if row.use == SILENT)):
        compose["exclude"] = excluded
    return {
        "resourceType": "ValueSet",
        "id": id_of(held.concept),
        "url": CANONICAL + id_of(held.concept),
        "version": knowledge.version,
        "name": "".join(word.capitalize() for word in held.concept.split("_")),
        "title": held.title,
        "status": "draft",
        "experimental": False,
        "date": max(note.in_force_from for note in knowledge.threshold_notes.values()).isoformat(),
        "publisher": PUBLISHER,
        "description": "\n\n".join(_description(held)),
        "purpose": held.purpose,
        "copyright": "\n\n".join(COPYRIGHTS[system] for system in sorted({row.system for row in held.rows})),
        "compose": compose,
    }


def _parts(rows: Iterable[Row]) -> Iterator[Resource]:
    """The codes of their own, system by system, and each code that stands for everything under it."""
    in_order = sorted(rows, key=lambda row: row.system)
    for system, group in groupby(in_order, key=lambda row: row.system):
        of_system = list(group)
        alone = [{"code": row.code, "display": row.display} for row in of_system if row.match == "exact"]
        if alone:
            yield {"system": system, "concept": alone}
        for row in of_system:
            if row.match == "prefix":
                yield {"system": system, "filter": [{"property": "code", "op": "regex", "value": _beneath(row.code)}]}


def _beneath(code: str) -> str:
    """A pattern for the code and everything under it, anchored, as not every server anchors it."""
    return f"^{re.escape(code)}.*$"


def _description(held: ValueSet) -> Iterator[str]:
    """What a reader of `compose` should know: types, precedence, and the rows that do not simply count."""
    yield f"Looked up on {', '.join(held.resources)}; on another type the codes mean nothing here."
    if any(row.match == "prefix" for row in held.rows):
        yield "A regex stands for a code and everything under it; of several rows that with the longest code decides."
    if any(row.use == SILENT for row in held.rows):
        yield "What is excluded is known and has no effect in this set."
    yield from _said(held.rows, USES, lambda row: row.use)
    counted = [row for row in held.rows if row.use != SILENT]
    yield from _said(counted, CONDITIONS, lambda row: row.only_if)
    yield from _said(counted, REGIONS, lambda row: row.region)


def _said(rows: Sequence[Row], words: Mapping[str, str], key: Callable[[Row], str]) -> Iterator[str]:
    for name, says in words.items():
        if found := [row for row in rows if key(row) == name]:
            yield f"{says} ({name}): {_listed(found)}."


def _listed(rows: Iterable[Row]) -> str:
    """Codes by system: "ICD-10-CM M54.5 and under, M54.2; CPT 97110"."""
    by_system: dict[str, list[str]] = {}
    for row in rows:
        under = " and under" if row.match == "prefix" else ""
        by_system.setdefault(SYSTEM_BY_URI[row.system].title, []).append(row.code + under)
    return "; ".join(f"{system} {', '.join(codes)}" for system, codes in sorted(by_system.items()))
