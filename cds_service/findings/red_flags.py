"""What cannot wait: the emergencies of list 1a and the prompt findings of list 1b (clinical-logic G; E18, E19, E26).

A suspected emergency is prompt, not an emergency and not nothing. What is older, treated or closed is history:
one line on whatever card results.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_service.findings.bladder import bladder_or_bowel
from cds_service.findings.finding import Fact
from cds_service.findings.flag import FlagEntry, RedFlag, flag_entry
from cds_service.findings.on_record import days_since, in_order
from cds_service.findings.operations import Operations
from cds_service.findings.spine_context import SpineContext, spine_context
from cds_service.findings.suppression import spine_referral_within
from cds_service.findings.suspected_cancer import cancer_with_new_pain
from cds_service.findings.traces import newest_trace
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import Condition, PatientRecord

FRACTURES = ("redflag_unstable_fracture", "redflag_vertebral_fracture")
EMERGENCIES = (
    "redflag_cauda_equina",
    "redflag_cord_compression",
    "redflag_paralysis",
    "redflag_foot_drop",
    "redflag_spinal_infection",
    "redflag_spinal_neoplasm",
    "redflag_unstable_fracture",
)
FADING = ("myelopathy", "redflag_benign_spinal_tumour")
HISTORY_OF = (*EMERGENCIES, "redflag_vertebral_fracture", *FADING)


@dataclass(frozen=True, slots=True)
class RedFlags:
    """The red flags of one chart, the newest first, and those that are history."""

    emergencies: tuple[RedFlag, ...] = ()
    prompts: tuple[RedFlag, ...] = ()
    history: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class _Chart:
    """What every red flag is judged against."""

    record: PatientRecord
    given: Thresholds
    done: Operations
    spine: SpineContext
    adult: bool

    def new(self, flag: FlagEntry) -> bool:
        return flag.is_new(self.done, self.given, self.record.day)

    def told(self, flag: FlagEntry) -> RedFlag:
        return flag.told(flag.concept.removeprefix("redflag_"), self.record.day, new=self.new(flag))


def red_flags(record: PatientRecord, done: Operations, given: Thresholds, *, adult: bool) -> RedFlags:
    """Lists 1a and 1b and the history; `adult` is assumed by the caller where no birth date is on record.

    Of 1b only what is new fires while a spine referral is on record, and nothing that an operation followed.
    """
    chart = _Chart(record, given, done, spine_context(record, given), adult)
    acute, prompt = bladder_or_bowel(record, done, given, chart.spine)
    emergencies = [*acute, *map(chart.told, _emergencies(chart))]
    referred = spine_referral_within(record, given.referral_answers_red_flag_days) is True
    prompts = [flag for flag in (*prompt, *_prompts(chart)) if flag.new or not referred]
    told = {source for flag in (*emergencies, *prompts) for source in flag.fact.sources}
    history = [flag.history() for flag in _past(chart) if not told.intersection(flag.history().sources)]
    return RedFlags(_once(emergencies), _once(prompts), tuple(dict.fromkeys(history)))


def _once(flags: Iterable[RedFlag]) -> tuple[RedFlag, ...]:
    """Each flag once, though several entries or lists tell of it."""
    return tuple({flag.fact: flag for flag in flags}.values())


def _flags(chart: _Chart, concepts: Iterable[str]) -> list[FlagEntry]:
    """Every entry in one of the sets, in a stable order."""
    return [
        flag_entry(entry, concept, chart.record.day, closed_counts=concept in FRACTURES)
        for concept in concepts
        for entry in in_order(entry for entry in chart.record.conditions if concept in entry.concepts)
    ]


def _emergencies(chart: _Chart) -> list[FlagEntry]:
    """List 1a, items 1 to 5: sure, new, and with the spine condition or pain that its item asks for."""
    return [
        flag
        for flag in _flags(chart, EMERGENCIES)
        if flag.sure and not flag.past and chart.new(flag) and _accompanied(chart, flag)
    ]


def _accompanied(chart: _Chart, flag: FlagEntry) -> bool:
    """Foot drop needs a current spine condition, a malignant tumour current spine pain; the others nothing."""
    if flag.concept == "redflag_foot_drop":
        return chart.spine.besides(flag.entry, structural=True)
    if flag.concept == "redflag_spinal_neoplasm":
        return bool(chart.spine.pain)
    return True


def _prompts(chart: _Chart) -> list[RedFlag]:
    """List 1b, items 1 and 3 to 6, save what an operation followed."""
    found = [
        *_doubtful_emergencies(chart),
        *_tumours(chart),
        *_myelopathy(chart),
        *_vertebral_fractures(chart),
        *_wounds(chart),
    ]
    return [
        *map(chart.told, found),
        *cancer_with_new_pain(chart.record, chart.done, chart.given, chart.spine),
    ]


def _stands(chart: _Chart, flag: FlagEntry) -> bool:
    """Neither closed nor followed by an operation, unless it is new."""
    return not flag.past and (chart.new(flag) or not flag.followed(chart.done))


def _doubtful_emergencies(chart: _Chart) -> list[FlagEntry]:
    """A diagnosis of list 1a that is only suspected, or undated without an operation, or past its first 30 days."""
    days, today = chart.given.red_flag_prompt_days, chart.record.day
    return [
        flag
        for flag in _flags(chart, EMERGENCIES)
        if _stands(chart, flag)
        and _accompanied(chart, flag)
        and not (flag.sure and chart.new(flag))
        and (flag.within(days, today) or _undated_before_any_operation(chart, flag))
    ]


def _undated_before_any_operation(chart: _Chart, flag: FlagEntry) -> bool:
    """Undated, and no spine operation on record that could have treated it; a later encounter needs its onset."""
    return flag.day is None and not flag.entry.later_encounter and not chart.done.proved


def _tumours(chart: _Chart) -> list[FlagEntry]:
    """A new malignant spinal tumour without spine pain, and a benign or uncertain one that has not faded."""
    malignant = [] if chart.spine.pain else _flags(chart, ("redflag_spinal_neoplasm",))
    benign = _flags(chart, ("redflag_benign_spinal_tumour",))
    return [
        *(flag for flag in malignant if _stands(chart, flag) and chart.new(flag)),
        *(flag for flag in benign if _stands(chart, flag) and not _faded(chart, flag.concept)),
    ]


def _myelopathy(chart: _Chart) -> list[FlagEntry]:
    """Degenerative myelopathy in an adult; what is unspecific was left out of the set beside no spine disease."""
    if not chart.adult or _faded(chart, "myelopathy"):
        return []
    return [flag for flag in _flags(chart, ("myelopathy",)) if _stands(chart, flag)]


def _faded(chart: _Chart, concept: str) -> bool:
    """The newest date of the whole set is older than a year (of myelopathy also the newest trace); undated never."""
    newest = [age for entry in _members(chart, concept) if (age := _age(chart, entry, concept)) is not None]
    return bool(newest) and min(newest) > chart.given.red_flag_history_days


def _members(chart: _Chart, concept: str) -> list[Condition]:
    return [entry for entry in chart.record.conditions if concept in entry.concepts]


def _age(chart: _Chart, entry: Condition, concept: str) -> int | None:
    """Days since the entry was last dated; of myelopathy, since its region last left a trace."""
    today = chart.record.day
    ages = [days_since(entry.onset, today), days_since(entry.recorded, today)]
    if concept == "myelopathy":
        trace = newest_trace(chart.record, entry.region, chart.given)
        ages.append((today - trace).days if trace else None)
    return min((age for age in ages if age is not None), default=None)


def _vertebral_fractures(chart: _Chart) -> list[FlagEntry]:
    """A vertebral fracture of at most 90 days that is neither unstable nor with cord injury, open or closed."""
    days = chart.given.vertebral_fracture_days
    return [
        flag
        for flag in _flags(chart, ("redflag_vertebral_fracture",))
        if _stands(chart, flag) and flag.within(days, chart.record.day)
    ]


def _wounds(chart: _Chart) -> list[FlagEntry]:
    """A wound infection or haematoma that began at most 84 days after the last spine operation."""
    last = chart.done.last.day if chart.done.last else None
    return [
        flag
        for flag in _flags(chart, ("postop_wound_complication",))
        if not flag.past
        and last is not None
        and flag.day is not None
        and 0 <= (flag.day - last).days <= chart.given.wound_days
        and flag.within(chart.given.red_flag_prompt_days, chart.record.day)
    ]


def _past(chart: _Chart) -> list[FlagEntry]:
    """Red flags that fire nothing any more; a fracture or tumour code without a date says nothing worth a line."""
    return [flag for flag in _flags(chart, HISTORY_OF) if flag.entry.concepts[flag.concept].use != "weak"]
