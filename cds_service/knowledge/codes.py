"""From a coding to the rows that decide for it, worked out beforehand: a look-up is a few dictionary probes.

Within one value set the row with the longest code decides; among all red-flag sets together too. A row for
the code itself comes before a prefix of the same length. Rows of different sets stand side by side: of
`cardio_major` and `cardio_chronic` both are given, and which one holds is decided on the day. `ignore` rows
are given too: their code is known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds_service.knowledge.rows import RED_FLAG, RESOURCES, Row
from cds_service.knowledge.systems import (
    CODE_SYSTEMS,
    SNOMED,
    SNOMED_EDITION,
    CodeSystem,
    folded,
    without_modifiers,
)
from cds_service.knowledge.value_sets import ValueSet

NOT_KNOWN: tuple[Row, ...] = ()
LONGEST_CODE = 32
DRUG_ORDERS = ("MedicationRequest", "MedicationStatement")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The rows of one code system on one FHIR type.

    `exact` holds every code of a row, as written and as compared; `beneath` what holds for all codes under a
    prefix; `lengths` the lengths of those prefixes, longest first.
    """

    nests: bool
    modified: bool
    exact: Mapping[str, tuple[Row, ...]]
    beneath: Mapping[str, tuple[Row, ...]]
    lengths: tuple[int, ...]

    def under(self, code: str) -> tuple[Row, ...]:
        """The rows for a code that is in `exact` at most without its dots or modifiers, or in upper case."""
        if len(code) > LONGEST_CODE or not code.isascii():
            return NOT_KNOWN
        if self.modified:
            return self.exact.get(without_modifiers(code), NOT_KNOWN)
        plain = folded(code)
        found = self.exact.get(plain)
        if found is not None:
            return found
        for length in self.lengths:
            if length < len(plain):
                found = self.beneath.get(plain[:length])
                if found is not None:
                    return found
        return NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Codes:
    """Every code of every value set, by FHIR type and by each URI its code system goes by."""

    vocabularies: Mapping[str, Mapping[str, Vocabulary]]

    def rows(self, resource: str, system: str, code: str) -> tuple[Row, ...]:
        """The rows that decide for a coding on a FHIR type, one a value set; empty where the code is unknown.

        Reasons of drugs and services are looked up as "Condition". A SNOMED CT URI may name its edition.
        """
        vocabularies = self.vocabularies.get(resource)
        if vocabularies is None:
            return NOT_KNOWN
        vocabulary = vocabularies.get(system)
        if vocabulary is None:
            vocabulary = vocabularies.get(SNOMED) if system.startswith(SNOMED_EDITION) else None
            if vocabulary is None:
                return NOT_KNOWN
        found = vocabulary.exact.get(code)
        if found is not None:
            return found
        return vocabulary.under(code) if vocabulary.nests or vocabulary.modified else NOT_KNOWN

    def known(self, resource: str, system: str, code: str) -> bool:
        """The coding is in some value set, be it one in which it has no effect: its text is not tried."""
        return bool(self.rows(resource, system, code))


def codes_of(sets: Iterable[ValueSet]) -> Codes:
    """The look-up for these value sets."""
    rows: dict[str, dict[str, list[Row]]] = {resource: {} for resource in RESOURCES}
    for value_set in sets:
        for resource in value_set.resources:
            for row in value_set.rows:
                rows[resource].setdefault(row.system, []).append(row)
    vocabularies = {resource: dict(_vocabularies(by_system)) for resource, by_system in rows.items()}
    return Codes(vocabularies | dict.fromkeys(DRUG_ORDERS, vocabularies["Medication"]))


def _vocabularies(rows: Mapping[str, list[Row]]) -> Iterator[tuple[str, Vocabulary]]:
    for system in CODE_SYSTEMS:
        if system.uri in rows:
            vocabulary = vocabulary_of(system, rows[system.uri])
            for uri in (system.uri, *system.aliases):
                yield uri, vocabulary


def vocabulary_of(system: CodeSystem, rows: Iterable[Row]) -> Vocabulary:
    """The rows of one system, merged: each code knows what decides for it and for all codes under it."""
    here: dict[str, list[Row]] = {}
    prefixes: dict[str, list[Row]] = {}
    for row in rows:
        here.setdefault(system.compared(row.code), []).append(row)
        if row.match == "prefix":
            prefixes.setdefault(system.compared(row.code), []).append(row)
    beneath = {code: deciding(_above(prefixes, code)) for code in prefixes}
    exact = {code: deciding(_above(prefixes, code[:-1]) + _exact_last(found)) for code, found in here.items()}
    exact |= {row.code: exact[code] for code, found in here.items() for row in found}
    lengths = tuple(sorted({len(code) for code in prefixes}, reverse=True))
    return Vocabulary(system.nests, system.modified, exact, beneath, lengths)


def _above(prefixes: Mapping[str, list[Row]], code: str) -> list[Row]:
    """The prefix rows a code falls under, shortest first."""
    lengths = range(1, len(code) + 1) if prefixes else ()
    return [row for length in lengths for row in prefixes.get(code[:length], ())]


def _exact_last(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.match == "exact")


def deciding(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Of rows from short to long, the last of each value set; of the red flags among those, the longest."""
    last = {row.concept: row for row in rows}
    flags = [row for row in last.values() if row.concept.startswith(RED_FLAG)]
    flag = max(flags, key=lambda row: (len(folded(row.code)), row.use != "ignore"), default=None)
    return tuple(row for row in last.values() if row is flag or not row.concept.startswith(RED_FLAG))
