"""What cannot wait: the emergencies of list 1a and the prompt findings of list 1b (clinical-logic G; E18, E19, E26).

A suspected emergency is prompt, not an emergency and not nothing. What is older, treated or closed is history:
one line on whatever card results.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cds_service.findings.bladder import BLADDER, bladder_or_bowel
from cds_service.findings.current import unchecked_keys
from cds_service.findings.finding import Fact
from cds_service.findings.flag import Chart, FlagEntry, RedFlag, flag_entry
from cds_service.findings.on_record import in_order, trace
from cds_service.findings.operations import Operations
from cds_service.findings.spine_context import repeats, spine_context
from cds_service.findings.suppression import spine_referral_within
from cds_service.findings.suspected_cancer import CANCER, MYELOMA, cancer_with_new_pain
from cds_service.findings.traces import newest_trace
from cds_service.knowledge.thresholds import Thresholds
from cds_service.record.patient import PatientRecord

FOOT_DROP = "redflag_foot_drop"
MALIGNANT, BENIGN = "redflag_spinal_neoplasm", "redflag_benign_spinal_tumour"
UNSTABLE, FRACTURE = "redflag_unstable_fracture", "redflag_vertebral_fracture"
MYELOPATHY = "myelopathy"
WOUND = "postop_wound_complication"
EMERGENCIES = (
    "redflag_cauda_equina",
    "redflag_cord_compression",
    "redflag_paralysis",
    FOOT_DROP,
    "redflag_spinal_infection",
    MALIGNANT,
    UNSTABLE,
)
HISTORY_OF = (*EMERGENCIES, FRACTURE, MYELOPATHY, BENIGN)
EVERY_SET = frozenset({*HISTORY_OF, WOUND, BLADDER, CANCER, MYELOMA})


@dataclass(frozen=True, slots=True)
class RedFlags:
    """The red flags of one chart, in the order of the lists, and those that are history."""

    emergencies: tuple[RedFlag, ...] = ()
    prompts: tuple[RedFlag, ...] = ()
    history: tuple[Fact, ...] = ()


def red_flags(record: PatientRecord, done: Operations, given: Thresholds, *, adult: bool) -> RedFlags:
    """Lists 1a and 1b and the history; `adult` is assumed by the caller where no birth date is on record.

    Of 1b only what is new fires while a spine referral is on record, and nothing that an operation followed.
    """
    if all(EVERY_SET.isdisjoint(entry.concepts) for entry in record.conditions):
        return RedFlags()
    chart = Chart(record, given, done, spine_context(record, given), adult)
    acute, prompt = bladder_or_bowel(chart)
    emergencies = [*(flag.told(chart) for flag in _emergencies(chart)), *acute]
    referred = spine_referral_within(record, given.referral_answers_red_flag_days) is True
    found = [*(flag.told(chart) for flag in _prompts(chart)), *prompt, *cancer_with_new_pain(chart)]
    prompts = [flag for flag in found if flag.new or not referred]
    return RedFlags(_once(emergencies), _once(prompts), _history(chart, (*emergencies, *prompts)))


def _flags(chart: Chart, concepts: Iterable[str]) -> list[FlagEntry]:
    """Every entry in one of the sets, in a stable order."""
    return [
        flag_entry(entry, concept, chart.today, closed_counts=concept in (UNSTABLE, FRACTURE))
        for concept in concepts
        for entry in in_order(entry for entry in chart.record.conditions if concept in entry.concepts)
    ]


def _emergencies(chart: Chart) -> list[FlagEntry]:
    """List 1a, items 1 to 5: sure, new, and with the spine condition or pain that its item asks for."""
    return [flag for flag in _flags(chart, EMERGENCIES) if flag.is_emergency(chart) and _accompanied(chart, flag)]


def _accompanied(chart: Chart, flag: FlagEntry) -> bool:
    """Foot drop needs a current spine condition, a malignant tumour current spine pain; the others nothing."""
    if flag.concept == FOOT_DROP:
        return chart.spine.besides(flag.entry, structural=True)
    return flag.concept != MALIGNANT or any(not repeats(entry, flag.entry) for entry in chart.spine.pain)


def _prompts(chart: Chart) -> list[FlagEntry]:
    """List 1b, items 1 and 3 to 6 without cancer, save what an operation followed."""
    doubtful = (flag for flag in _flags(chart, EMERGENCIES) if _accompanied(chart, flag))
    fractures = (flag for flag in _flags(chart, (FRACTURE,)) if flag.within(chart.given.vertebral_fracture_days, chart))
    return [
        *(flag for flag in doubtful if flag.is_doubtful_emergency(chart)),
        *(flag for flag in (*_tumours(chart), *_myelopathy(chart), *fractures, *_wounds(chart)) if flag.stands(chart)),
    ]


def _tumours(chart: Chart) -> list[FlagEntry]:
    """A new malignant spinal tumour without spine pain, and a benign or uncertain one that has not faded."""
    malignant = [flag for flag in _flags(chart, (MALIGNANT,)) if not _accompanied(chart, flag)]
    benign = [] if _faded(chart, BENIGN) else _flags(chart, (BENIGN,))
    return [*(flag for flag in malignant if flag.is_new(chart)), *benign]


def _myelopathy(chart: Chart) -> list[FlagEntry]:
    """Degenerative myelopathy in an adult; what is unspecific is in the set only beside spine disease."""
    return _flags(chart, (MYELOPATHY,)) if chart.adult and not _faded(chart, MYELOPATHY) else []


def _faded(chart: Chart, concept: str) -> bool:
    """The newest date of the whole set, of myelopathy also the newest trace (A.7), is older than a year.

    Never where the set has no date. As for complaints, a trace that was not asked for may be there.
    """
    entries = [entry for entry in chart.record.conditions if concept in entry.concepts]
    dates = [day for entry in entries if (day := trace(entry, chart.today))]
    if not dates:
        return False
    if concept == MYELOPATHY:
        if unchecked_keys(chart.record):
            return False
        traces = (newest_trace(chart.record, entry.region, chart.given) for entry in entries)
        dates += [day for day in traces if day]
    return (chart.today - max(dates)).days > chart.given.red_flag_history_days


def _wounds(chart: Chart) -> list[FlagEntry]:
    """A wound infection or haematoma that began at most 84 days after the last spine operation.

    One that is never closed stops after as many days as an emergency does (1b.1).
    """
    last, given = chart.done.last_day, chart.given
    return [
        flag
        for flag in _flags(chart, (WOUND,))
        if last and flag.day and 0 <= (flag.day - last).days <= given.wound_days
        if flag.within(given.red_flag_prompt_days, chart)
    ]


def _history(chart: Chart, told: Iterable[RedFlag]) -> tuple[Fact, ...]:
    """Each red flag that fires nothing any more, once.

    Not the codes that only may mean one, and no foot drop without spine disease: the leg may be to blame.
    """
    fired = [entry for flag in told for entry in flag.entries]
    return _merged(
        flag.history()
        for flag in _flags(chart, HISTORY_OF)
        if flag.entry not in fired and flag.entry.concepts[flag.concept].use != "weak"
        if flag.concept != FOOT_DROP or _accompanied(chart, flag)
    )


def _once(flags: list[RedFlag]) -> tuple[RedFlag, ...]:
    """Each flag once, though several entries tell of it in the same words."""
    first = {flag.fact.text: flag for flag in reversed(flags)}
    facts = _merged(flag.fact for flag in flags)
    return tuple(replace(first[fact.text], fact=fact) for fact in facts)


def _merged(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts of the same words as one, with all their sources."""
    sources: dict[str, dict[str, None]] = {}
    for fact in facts:
        sources.setdefault(fact.text, {}).update(dict.fromkeys(fact.sources))
    return tuple(Fact(text, tuple(found)) for text, found in sources.items())
