"""From where a chart is read: the day, the patient's date of birth, and what is known; with what was odd about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from cds_service.knowledge.codes import Codes
from cds_service.knowledge.patterns import Guards, Patterns
from cds_service.knowledge.rows import Row
from cds_service.knowledge.systems import SNOMED, SNOMED_EDITION, SYSTEM_BY_URI
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange, read_date
from cds_service.record.patient import Match, Reason
from cds_service.record.words import cleaned, holds_one, names_spine
from cds_service.wire.fhir import CodeableConcept, Coding

QUIET, SPINE = "quiet", "spine"
# Between texts that are looked through as one; no stem has it.
APART = " | "
Coded = tuple[tuple[Row, str], ...]
AnswerCodes = tuple[tuple[str | None, str | None], ...]


class HasCode(Protocol):
    """An entry that is what its code says."""

    code: CodeableConcept | None


T = TypeVar("T", bound=HasCode)


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What every entry is read with.

    `odd` counts what was skipped or doubted, by type and in our own words. `may` remembers which texts could name a
    concept or the spine, `reasons` what a Condition says as a reason, `dates` what
    a date means, `answers` what the codes of an answer do, because a chart repeats itself; all are filled while one
    chart is read, and gone with it.
    """

    day: date
    born: DateRange | None
    codes: Codes
    patterns: Patterns
    given: Thresholds
    odd: Counter[tuple[str, str]] = field(default_factory=Counter)
    may: dict[tuple[str, str], bool] = field(default_factory=dict)
    reasons: dict[int, tuple[CodeableConcept | None, Reason | None]] = field(default_factory=dict)
    dates: dict[str, DateRange] = field(default_factory=dict)
    answers: dict[AnswerCodes, dict[str, Match]] = field(default_factory=dict)

    @property
    def guards(self) -> Guards:
        """The patterns that guard others."""
        return self.patterns.guards

    def note(self, kind: str, what: str) -> None:
        """Something about an entry of this type was odd; `what` holds no word of the chart."""
        self.odd[kind, what] += 1

    def oddities(self) -> tuple[str, ...]:
        """Each oddity once with how often it was met, in the order of their words."""
        return tuple(f"{count} {kind} {what}" for (kind, what), count in sorted(self.odd.items()))

    def date(self, text: str | None) -> DateRange | None:
        """The days a date may mean (`read_date`, which looks no further than the day); a chart repeats its dates."""
        if not text:
            return None
        written = text[:10]
        known = self.dates.get(written)
        if known is None:
            known = read_date(text)
            if known is not None:
                self.dates[written] = known
        return known

    def telling(self, resources: Sequence[T], kind: str) -> Iterator[tuple[T, Coded]]:
        """Those with a code in a value set, with the rows of their codes, then those whose words may name a concept.

        Most entries are neither, and say so again and again: each concept is looked up once, and all their words are
        asked together before any is by itself.
        """
        silent: dict[str | None, CodeableConcept] = {}
        said: list[str] = []
        for resource in resources:
            concept = resource.code
            if concept is None:
                continue
            name = concept.coding[0].code if concept.coding else concept.text
            if silent.get(name) != concept:
                coded = self.rows(kind, concept)
                if coded:
                    yield resource, coded
                    continue
                silent[name] = concept
                said += texts_of(concept)
        if said and holds_one(cleaned(APART.join(said), None).lower(), self.patterns.stems[kind]):
            for resource in resources:
                concept = resource.code
                if concept is not None and self.may_name(kind, concept) and not self.rows(kind, concept):
                    yield resource, ()

    def rows(self, resource: str, concept: CodeableConcept | None) -> Coded:
        """The value-set rows that decide for the concept's codings, each with the code as it is compared."""
        if concept is None or not concept.coding:
            return ()
        found: Coded = ()
        rows_of = self.codes.rows
        for coding in concept.coding:
            if coding.system and coding.code and (rows := rows_of(resource, coding.system, coding.code)):
                code = plain(coding)[1]
                found = (*found, *[(row, code) for row in rows])
        return found

    def may_name(self, resource: str, concept: CodeableConcept) -> bool:
        """The words could match a concept pattern of the FHIR type."""
        return any([self._may(resource, text) for text in texts_of(concept)])

    def _may(self, resource: str, text: str) -> bool:
        known = self.may.get((resource, text))
        if known is None:
            known = self.may[resource, text] = holds_one(cleaned(text).lower(), self.patterns.stems[resource])
        return known

    def quiet(self, texts: tuple[str, ...]) -> bool:
        """None of the texts can change what a code says: no guard and no pattern tried beside a code could match."""
        for text in texts:
            known = self.may.get((QUIET, text))
            if known is None:
                known = self.may[QUIET, text] = holds_one(text.lower(), self.patterns.stems_beside_codes)
            if known:
                return False
        return True

    def names_spine(self, texts: Iterable[str]) -> bool:
        """One of the texts has a spine word that it does not deny."""
        for text in texts:
            known = self.may.get((SPINE, text))
            if known is None:
                known = self.may[SPINE, text] = names_spine(text, self.guards)
            if known:
                return True
        return False


def texts_of(concept: CodeableConcept) -> list[str]:
    """The text and each display that says something else, as they came."""
    text = concept.text
    found = [text] if text else []
    for coding in concept.coding or ():
        display = coding.display
        if display and display != text:
            found.append(display)
    return found


def plain(coding: Coding) -> tuple[str, str]:
    """The coding as (canonical system, code), the code without dots and in upper case where its system nests."""
    system, code = coding.system or "", (coding.code or "").strip()
    known = SYSTEM_BY_URI.get(system)
    if known is None:
        return (SNOMED if system.startswith(SNOMED_EDITION) else system), code
    return known.uri, code.replace(".", "").upper() if known.nests else code


def codes_of(concept: CodeableConcept | None) -> frozenset[tuple[str, str]]:
    """Every coding that has a system and a code."""
    if concept is None or not concept.coding:
        return frozenset()
    return frozenset([plain(coding) for coding in concept.coding if coding.system and coding.code])


def status_of(concept: CodeableConcept | None) -> str:
    """The word of a status: its first code, else its text; empty where there is none."""
    if concept is None:
        return ""
    for coding in concept.coding or ():
        if coding.code:
            return coding.code.strip().lower()
    return (concept.text or "").strip().lower()
