"""Whether a row's `only_if` holds on the day (knowledge INDEX "only_if"), as far as the entry itself can say.

True or False where it is decided; None where other entries of the patient must be asked (`record.context`). A word
that is denied ("no gross instability") does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from cds_service.knowledge.rows import Row
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.dates import DateRange
from cds_service.record.standpoint import Standpoint
from cds_service.record.words import says

SPINE_SETS = frozenset(
    {
        "spine_pain_back_neck",
        "degenerative_disc_spondylosis",
        "disc_herniation",
        "radiculopathy",
        "spinal_stenosis",
        "myelopathy",
        "spinal_deformity",
        "failed_back_surgery",
    }
)
"""The spine sets of clinical-logic A."""
STENOSIS_SEVERE = re.compile(r"\b(?:severe|critical)\b", re.IGNORECASE)
ARACHNOID = re.compile(r"arachnoid", re.IGNORECASE)
FIRST_ENCOUNTER = frozenset("AB")
ENCOUNTER_AT = 6


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry says of itself, besides its codes.

    `words` are code.text and displays; `elsewhere` bodySite, and for a Procedure or ServiceRequest its reasons and
    notes; `severity` the words of Condition.severity. `sets` are the value sets its codings are in without any
    condition; `spine_named`: a reason of it is a spine problem. `is_reason`: it is itself the reason of something;
    `other_site`: it names a part of the body that is not the spine.
    """

    words: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    sets: frozenset[str] = frozenset()
    onset: DateRange | None = None
    recorded: DateRange | None = None
    spine_named: bool = False
    is_reason: bool = False
    other_site: bool = False


Asked = Callable[[Row, str, Told, Standpoint], bool | None]


def holds(row: Row, code: str, told: Told, at: Standpoint) -> bool | None:
    """The row counts for this entry; None: other entries decide. `code` is the entry's, without dots."""
    if not row.only_if:
        return True
    return ASKED[row.only_if](row, code, told, at)


def has_spine_text(told: Told, at: Standpoint) -> bool:
    """A string of the entry is of the spine: by a spine value set, or by a spine word."""
    if told.spine_named or not SPINE_SETS.isdisjoint(told.sets):
        return True
    return at.names_spine(told.words) or at.names_spine(told.elsewhere)


def _spine_text(row: Row, _code: str, told: Told, at: Standpoint) -> bool:
    if row.concept == "epidural_scarring":
        return says(at.guards.word_scarring, told.words, at.guards)
    if row.concept == "limb_neuro_symptoms":
        return says(at.guards.word_limb_weakness, told.words, at.guards)
    if row.concept == "chronic_pain_generic" and told.is_reason and not told.other_site:
        return True
    return has_spine_text(told, at)


def _spine_context(row: Row, _code: str, told: Told, at: Standpoint) -> bool | None:
    if row.concept == "spinal_deformity":
        return True if told.sets & {"spondylolisthesis", "spinal_deformity"} else None
    if row.concept in ("prior_spine_surgery_status", "myelopathy"):
        return None
    return True if has_spine_text(told, at) else None


def _prior_spine_surgery(row: Row, _code: str, told: Told, at: Standpoint) -> bool | None:
    if row.concept == "epidural_scarring":
        return True if says(ARACHNOID, told.words, at.guards) else None
    return True if has_spine_text(told, at) else None


def _severity_text(row: Row, _code: str, told: Told, at: Standpoint) -> bool:
    word = STENOSIS_SEVERE if row.concept == "cardio_major" else at.guards.word_severe
    return says(word, (*told.words, *told.severity), at.guards)


def _initial_encounter(_row: Row, code: str, told: Told, _at: Standpoint) -> bool:
    """The seventh character is A or B; written without one: an onset is stated."""
    encounter = code[ENCOUNTER_AT : ENCOUNTER_AT + 1]
    return encounter in FIRST_ENCOUNTER if encounter else told.onset is not None


def _recent(row: Row, code: str, told: Told, at: Standpoint) -> bool:
    """From the onset's last possible day, else recordedDate; for two sets the later of both. Undated: no."""
    return happened_within(window(row.concept, code, at.given), told, at.day, row.concept in LATER_OF_BOTH)


def happened_within(days: int, told: Told, day: date, later_of_both: bool = False) -> bool:
    """At most so many days ago by the onset's last possible day, else by recordedDate; undated: no."""
    ends = [when.last for when in (told.onset, told.recorded) if when is not None]
    if not ends:
        return False
    newest = max(ends) if later_of_both else ends[0]
    return (day - newest).days <= days


def _adult(_row: Row, _code: str, _told: Told, _at: Standpoint) -> bool:
    """Asked of Observations alone, which know their day; of nothing else does such a row say anything."""
    return False


LATER_OF_BOTH = ("diabetes_uncontrolled", "long_term_opioid_status")
INFARCTION = re.compile(r"I2[12]|410\d{0,2}$|22298006$|57054005$|401303003$|401314000$|461000119108$")
STROKE = re.compile(r"I6[0134]|434\d{0,2}$|230690007$")
ANGINA = re.compile(r"I200$|4111$|4557003$")
WINDOWS: Mapping[str, Callable[[Thresholds], int]] = {
    "redflag_cauda_equina": lambda given: given.cauda_equina_days,
    "redflag_cord_compression": lambda given: given.cord_signs_days,
    "redflag_vertebral_fracture": lambda given: given.vertebral_fracture_days,
    "diabetes_uncontrolled": lambda given: given.diabetes_code_days,
    "long_term_opioid_status": lambda given: given.long_term_opioid_code_days,
}


def window(concept: str, code: str, given: Thresholds) -> int:
    """How many days `recent` is in a value set; in cardio_major by the kind of event."""
    if concept in WINDOWS:
        return WINDOWS[concept](given)
    if INFARCTION.match(code):
        return given.infarction_days
    if STROKE.match(code):
        return given.stroke_days
    return given.unstable_angina_days if ANGINA.match(code) else given.acute_heart_failure_days


ASKED: Mapping[str, Asked] = {
    "spine-text": _spine_text,
    "spine-context": _spine_context,
    "prior-spine-surgery": _prior_spine_surgery,
    "severity-text": _severity_text,
    "initial-encounter": _initial_encounter,
    "adult": _adult,
    "recent": _recent,
}
