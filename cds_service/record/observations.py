"""Measurements with a code of the published list; all others are passed by with one look-up (clinical-logic L).

Only the newest value of a measurement decides, and the newest of each answer, so that only the entries of the newest
day that has any are read. Two things are not hidden by a newer one: a pain score of another site, and "former smoker",
whose first mention tells when the patient stopped. Most charts hold hundreds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from cds_service.knowledge.observations import ObservationCode
from cds_service.record.dates import whole_date
from cds_service.record.measurements import (
    LOINC_URIS,
    PAIN,
    QUANTITY,
    Measured,
    answer_codes,
    last_day,
    matches_of,
    read_measurement,
)
from cds_service.record.patient import Observation
from cds_service.record.standpoint import AnswerCodes, Standpoint
from cds_service.record.words import strings_of
from cds_service.wire import fhir

Published = Mapping[str, ObservationCode]
DAY_LENGTH = 10
FORMER_SMOKER = "tobacco_former"


def read_observations(
    resources: Sequence[fhir.Observation], published: Published, at: Standpoint
) -> tuple[Observation, ...]:
    """Of each measurement on the list, and of each answer to it, the newest that can be read."""
    kinds: defaultdict[str, list[Measured]] = defaultdict(list)
    for resource in resources:
        code = resource.code
        for coding in (code.coding if code is not None else None) or ():
            known = published.get(coding.code or "")
            if known is not None and coding.system in LOINC_URIS:
                kinds[known.what].append((resource, known))
                break
    groups = [group for measured in kinds.values() for group in _apart(measured, at)]
    return tuple([entry for group in groups for entry in _decisive(group, published, at)])


def _apart(measured: list[Measured], at: Standpoint) -> Iterable[list[Measured]]:
    """Those of one kind, split so that none hides another that counts beside it."""
    if measured[0][1].value != QUANTITY:
        return _by_answer(measured, at)
    return _by_site(measured) if measured[0][1].what == PAIN else (measured,)


def _by_site(scores: list[Measured]) -> Iterable[list[Measured]]:
    """Pain scores by their site and name: a newer one of a knee must not hide one of the back."""
    usual = scores[0][0]
    alike = [one for one in scores if one[0].code == usual.code and one[0].bodySite == usual.bodySite]
    if len(alike) == len(scores):
        return (scores,)
    named: defaultdict[tuple[str, ...], list[Measured]] = defaultdict(list)
    for one in scores:
        named[strings_of((one[0].code, one[0].bodySite))].append(one)
    return named.values()


def _by_answer(answers: list[Measured], at: Standpoint) -> Iterable[list[Measured]]:
    """Answers by their codes, because a newer "unknown" says nothing; "former smoker" one by one."""
    said: defaultdict[AnswerCodes, list[Measured]] = defaultdict(list)
    for one in answers:
        value = one[0].valueCodeableConcept
        codes = answer_codes(value)
        if FORMER_SMOKER in matches_of(value, codes, at):
            yield [one]
        else:
            said[codes].append(one)
    yield from said.values()


def _decisive(measured: list[Measured], published: Published, at: Standpoint) -> list[Observation]:
    """The readable ones of the newest day that has any."""
    newest = _newest(measured)
    found = _readable(newest, published, at)
    if not found and len(newest) < len(measured):
        older = _day_by_day([one for one in measured if one not in newest], at)
        found = next(filter(None, (_readable(those, published, at) for those in older)), [])
    return found


def _readable(measured: Iterable[Measured], published: Published, at: Standpoint) -> list[Observation]:
    read = [read_measurement(one, published, at) for one in measured]
    return [entry for entry in read if entry is not None]


def _newest(measured: list[Measured]) -> list[Measured]:
    """Those of the newest day, by their dates as written, because most are too old to be worth reading.

    None where some date is not a whole one, so that this cannot tell.
    """
    if len(measured) == 1:
        return measured
    written = [resource.effectiveDateTime or "" for resource, _ in measured]
    day = max(written)[:DAY_LENGTH]
    if min(map(len, written)) < DAY_LENGTH or whole_date(day) is None:
        return []
    return [one for one, when in zip(measured, written, strict=True) if when >= day]


def _day_by_day(measured: list[Measured], at: Standpoint) -> Iterable[list[Measured]]:
    """The newest day first."""
    by_day: defaultdict[date, list[Measured]] = defaultdict(list)
    for one in measured:
        by_day[last_day(one[0], at)].append(one)
    return (by_day[day] for day in sorted(by_day, reverse=True))
