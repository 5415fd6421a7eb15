"""From where a chart is read: the day, the patient's date of birth, and what is known; with what was odd about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from cds_service.knowledge.codes import Codes
from cds_service.knowledge.patterns import Guards, Patterns
from cds_service.knowledge.rows import Row
from cds_service.knowledge.systems import SNOMED, SNOMED_EDITION, SYSTEM_BY_URI
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.patient import Reason
from cds_service.record.stems import stems_of
from cds_service.record.words import cleaned, holds_one, names_spine
from cds_service.wire.fhir import CodeableConcept, Coding

QUIET, SPINE = "quiet", "spine"
Coded = tuple[tuple[Row, str], ...]


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What every entry is read with.

    `odd` counts what was skipped or doubted, by type and in our own words. `may` remembers which texts could name a
    concept or the spine, `stems` which letters that takes, `reasons` what a Condition says as a reason, because a
    chart repeats itself; all are filled while one chart is read, and gone with it.
    """

    day: date
    born: DateRange | None
    codes: Codes
    patterns: Patterns
    given: Thresholds
    odd: Counter[tuple[str, str]] = field(default_factory=Counter)
    may: dict[tuple[str, str], bool] = field(default_factory=dict)
    stems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: dict[int, tuple[CodeableConcept | None, Reason | None]] = field(default_factory=dict)

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

    def may_name(self, resource: str, concept: CodeableConcept | None) -> bool:
        """The words could match a concept pattern; asked of everything that no value set knows, so it is cheap."""
        if concept is None:
            return False
        text = concept.text
        if text and self._may(resource, text):
            return True
        for coding in concept.coding or ():
            if coding.display and coding.display != text and self._may(resource, coding.display):
                return True
        return False

    def _may(self, resource: str, text: str) -> bool:
        known = self.may.get((resource, text))
        if known is None:
            known = self.may[resource, text] = holds_one(cleaned(text).lower(), self._stems(resource))
        return known

    def quiet(self, texts: tuple[str, ...]) -> bool:
        """None of the texts can change what a code says: no guard and no pattern tried beside a code could match."""
        for text in texts:
            known = self.may.get((QUIET, text))
            if known is None:
                known = self.may[QUIET, text] = holds_one(text.lower(), self._stems(QUIET))
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

    def _stems(self, of: str) -> tuple[str, ...]:
        """The stems of a resource's concept patterns, or of all that may speak beside a code."""
        known = self.stems.get(of)
        if known is None:
            patterns = self._beside_codes() if of == QUIET else self._where_uncoded(of)
            known = self.stems[of] = stems_of(tuple([regex.pattern for regex in patterns]))
        return known

    def _where_uncoded(self, resource: str) -> list[re.Pattern[str]]:
        return [pattern.regex for pattern in self.patterns.where_uncoded[resource]]

    def _beside_codes(self) -> list[re.Pattern[str]]:
        said = self.guards
        always = [pattern.regex for patterns in self.patterns.always.values() for pattern in patterns]
        return [
            said.dropped,
            said.unconfirmed,
            said.word_other_root_cause,
            said.word_acute_heart_failure,
            *always,
        ]


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
