"""The numbers the rules use, each with its unit, its words and what it rests on, in thresholds.toml.

A rule reads `given.symptom_days`, so that a slip in a name is a type error. Days, counts and ages are whole
numbers, the others have decimals. Whether a bound itself counts ("more than", "from here on") is said with
each number and decided where it is read.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, StrictFloat, StrictInt, TypeAdapter

from cds_service.errors import KnowledgeError
from cds_service.knowledge.evidence import Evidence
from cds_service.knowledge.layers import Layer, checked, nearest

THRESHOLDS_FILE = "thresholds.toml"
NO_STUDY = ("source document", "convention")
SITE_KEYS = ("value", "reviewed")
MAY_BE_BELOW_ZERO = ("t_score",)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Every number the rules use, by name."""

    # Symptoms: how long, and whether still current (clinical-logic A, F)
    symptom_days: int
    radicular_symptom_days: int
    chain_gap_days: int
    stale_days: int
    symptom_free_gap_days: int
    focal_weakness_days: int
    gait_entry_days: int
    gait_recent_days: int
    pain_score: float
    pain_score_days: int

    # Opioids and gabapentinoids (B, F)
    open_order_max_days: int
    statement_open_days: int
    opioid_gap_days: int
    opioid_current_days: int
    opioid_chronic_days: int
    opioid_window_days: int
    opioid_window_covered_days: int
    opioid_episode_supply_days: int
    opioid_episode_fills: int
    opioid_fills_days: int
    opioid_recent_days: int
    opioid_order_spacing_days: int
    gabapentinoid_days: int
    long_term_opioid_code_days: int
    nonspine_indication_days: int
    opioid_renewal_days: int
    mme_reassess: float
    mme_very_high: float

    # Conservative care (C)
    care_lookback_days: int
    care_drug_days: int
    care_pt_days: int
    care_sessions: int
    care_course_days: int
    drug_trial_days: int
    care_gap_days: int

    # Earlier spine surgery (D)
    postop_quiet_days: int
    operation_merge_days: int
    late_after_surgery_days: int

    # Diabetes (E)
    hba1c_uncontrolled: float
    hba1c_caution: float
    hba1c_undiagnosed: float
    hba1c_max_age_days: int
    hba1c_lookback_days: int
    diabetes_code_days: int

    # Weight and smoking (E)
    obesity_bmi: float
    obesity_extreme_bmi: float
    obesity_caution_bmi: float
    bmi_days: int
    weight_days: int
    smoking_quit_days: int

    # Heart, circulation, steroids (E)
    ejection_fraction_major: float
    ejection_fraction_caution: float
    ejection_fraction_days: int
    acute_heart_failure_days: int
    unstable_angina_days: int
    infarction_days: int
    stroke_days: int
    steroid_days: int

    # Infection and laboratory cautions (E)
    infection_days: int
    t_score: float
    albumin: float
    phq9: int
    egfr: float
    advanced_risks: int

    # Red flags (G, rows 1a and 1b)
    red_flag_new_days: int
    red_flag_prompt_days: int
    red_flag_history_days: int
    cauda_equina_days: int
    cord_signs_days: int
    vertebral_fracture_days: int
    unstable_fracture_days: int
    cancer_pain_days: int
    cancer_trace_days: int
    wound_days: int
    root_trace_days: int
    other_cause_days: int
    referral_answers_red_flag_days: int

    # Gates and context (G, rows 0 and 2 to 5; imaging)
    adult_age: int
    pregnancy_days: int
    hospice_days: int
    referral_active_days: int
    referral_quiet_days: int
    referral_draft_days: int
    imaging_days: int


@dataclass(frozen=True, slots=True)
class ThresholdNote:
    """What stands behind one number; `evidence`: ids of evidence.toml, "source document" or "convention"."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    value: StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]
    unit: Annotated[str, Field(min_length=1)]
    says: Annotated[str, Field(min_length=1)]
    in_force_from: date
    evidence: Annotated[tuple[str, ...], Field(min_length=1)]
    reviewed: Annotated[str, Field(min_length=1)]


_NOTE = TypeAdapter(ThresholdNote)
_KINDS: Mapping[str, Any] = {field.name: field.type for field in fields(Thresholds)}


def thresholds_of(notes: Mapping[str, ThresholdNote]) -> Thresholds:
    """The bare numbers, for the rules to read."""
    return Thresholds(**{name: kind(notes[name].value) for name, kind in _KINDS.items()})


def read_threshold_notes(ours: Layer, site: Layer, evidence: Mapping[str, Evidence]) -> dict[str, ThresholdNote]:
    """Every number with what stands behind it, a site's value in place of ours. Raises KnowledgeError."""
    at = ours.at(THRESHOLDS_FILE)
    stated = ours.toml(THRESHOLDS_FILE)
    for name in _KINDS.keys() - stated.keys():
        raise KnowledgeError(f"{at}: {name} is missing; put it back from the release")
    notes = {name: _note_of(at, name, _table(said), evidence) for name, said in stated.items()}
    at = site.at(THRESHOLDS_FILE)
    for name, said in (site.toml(THRESHOLDS_FILE) if THRESHOLDS_FILE in site.files else {}).items():
        notes[name] = _site_note(at, name, _table(said), notes, evidence)
    return notes


def _table(said: Any) -> dict[str, Any]:
    """A number may stand for itself: `symptom_days = 90`."""
    return said if isinstance(said, dict) else {"value": said}


def _site_note(
    at: str,
    name: str,
    table: dict[str, Any],
    notes: Mapping[str, ThresholdNote],
    evidence: Mapping[str, Evidence],
) -> ThresholdNote:
    before = asdict(notes[name]) if name in notes else {}
    after = _note_of(at, name, before | table, evidence)
    for key in asdict(after).keys() - SITE_KEYS:
        if getattr(after, key) != before[key]:
            raise KnowledgeError(f"{at}: {name}.{key}: is ours; a site says {' and '.join(SITE_KEYS)} only")
    return after


def _note_of(at: str, name: str, table: dict[str, Any], evidence: Mapping[str, Evidence]) -> ThresholdNote:
    if name not in _KINDS:
        raise KnowledgeError(f"{at}: {name}: is no threshold; {nearest(name, _KINDS)}")
    note = checked(_NOTE, at, name, {**table, "name": name})
    if _KINDS[name] is int and not isinstance(note.value, int):
        raise KnowledgeError(f"{at}: {name}.value: {note.value} is no whole number; give whole {note.unit}")
    if note.value < 0 and name not in MAY_BE_BELOW_ZERO:
        raise KnowledgeError(f"{at}: {name}.value: {note.value} is below zero; give zero or more {note.unit}")
    for source in note.evidence:
        if source not in evidence and source not in NO_STUDY:
            raise KnowledgeError(f"{at}: {name}.evidence: {source} is unknown; add it to evidence.toml, or mend it")
    return note
