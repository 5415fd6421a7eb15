"""Bladder or bowel dysfunction: an emergency beside a root or limb sign, unless something else explains it.

Lists 1a.6 and 1b.2 of clinical-logic G. Saddle numbness is an emergency by itself (1a.1). With a companion and no
other cause it is a diagnosis of list 1a, so that 1b.1 holds for it too: suspected, undated, or 31 to 180 days old.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.findings.finding import Fact
from cds_service.findings.flag import Chart, FlagEntry, RedFlag, flag_entry
from cds_service.findings.gait import explaining
from cds_service.findings.limbs import limb_deficits, limb_fact
from cds_service.findings.on_record import days_since, entry_fact, in_order, refs
from cds_service.findings.spine_context import ROOT_SETS, repeats
from cds_service.findings.traces import newest_trace
from cds_service.findings.words import as_in_a_sentence
from cds_service.record.patient import Condition, Region

BLADDER = "redflag_bladder_bowel"
CAUDA_EQUINA = "redflag_cauda_equina"
SADDLE_NUMBNESS = "449813001"
SADDLE = re.compile(r"\bsaddle\b", re.IGNORECASE)
OTHER_CAUSE = "redflag_other_cause"
UNDATED = re.compile(r" since | on |, recorded |, undated")


def bladder_or_bowel(chart: Chart) -> tuple[list[RedFlag], list[RedFlag]]:
    """The emergencies and the prompt findings that bladder or bowel dysfunction makes."""
    entries = in_order(chart.record.conditions_in(BLADDER))
    if not entries:
        return [], []
    causes = tuple(_other_causes(chart))
    possible = tuple(_possible_companions(chart))
    emergencies: list[RedFlag] = []
    prompts: list[RedFlag] = []
    for entry in entries:
        flag = flag_entry(entry, BLADDER, chart.today)
        beside = next((one for one in possible if one.is_beside(entry, chart)), None)
        companions = (beside.fact,) if beside else ()
        if companions and not causes and flag.is_emergency(chart):
            emergencies.append(flag.told(chart, beside=companions, named=_briefly(companions[0])))
        elif _is_prompt(flag, chart, bool(companions), bool(causes)):
            prompts.append(flag.told(chart, beside=(*companions, *causes[:1])))
    return emergencies, prompts


def _is_prompt(flag: FlagEntry, chart: Chart, accompanied: bool, explained: bool) -> bool:
    """Accompanied: doubtful, or new though explained. Alone: new and unexplained beside a spine condition."""
    if accompanied and not explained:
        return flag.is_doubtful_emergency(chart)
    new = flag.stands(chart) and flag.is_new(chart)
    return new and (accompanied or (not explained and chart.spine.besides(flag.entry)))


@dataclass(frozen=True, slots=True)
class Companion:
    """What may make a bladder entry an emergency; a limb deficit only `with_spine`, beside a spine condition."""

    entry: Condition
    fact: Fact
    with_spine: bool = False

    def is_beside(self, own: Condition, chart: Chart) -> bool:
        """It is another entry than the bladder entry itself, and has what it needs."""
        if repeats(self.entry, own):
            return False
        return not self.with_spine or chart.spine.besides(self.entry, own)


def _possible_companions(chart: Chart) -> Iterator[Companion]:
    """Saddle numbness; then limb deficits; then root complaints traced within 90 days."""
    for entry in in_order(chart.record.conditions_in(CAUDA_EQUINA)):
        if entry.open and _is_untreated(entry, chart):
            yield Companion(entry, entry_fact(entry, CAUDA_EQUINA))
    for entry in limb_deficits(chart.record):
        yield Companion(entry, limb_fact(entry), with_spine=True)
    traced = {region: _is_traced(region, chart) for region in {entry.region for entry in chart.spine.roots}}
    for entry in in_order(chart.spine.roots):
        if traced[entry.region]:
            yield Companion(entry, entry_fact(entry, min(ROOT_SETS.intersection(entry.concepts))))


def _briefly(companion: Fact) -> str:
    """The companion without its date, for the summary: "lumbar radiculopathy"."""
    return UNDATED.split(companion.text)[0]


def _is_untreated(entry: Condition, chart: Chart) -> bool:
    """Saddle numbness; or cauda equina syndrome that no operation followed: later, its bladder is a sequel."""
    named = entry.concepts[CAUDA_EQUINA].code == SADDLE_NUMBNESS or any(map(SADDLE.search, entry.words))
    return named or not flag_entry(entry, CAUDA_EQUINA, chart.today).followed(chart)


def _is_traced(region: Region, chart: Chart) -> bool:
    newest = newest_trace(chart.record, region, chart.given)
    return newest is not None and (chart.today - newest).days <= chart.given.root_trace_days


def _other_causes(chart: Chart) -> Iterator[Fact]:
    """A current Condition undated or from at most a year ago, or a Procedure of at most a year ago.

    What is unconfirmed, or of doubtful status, explains nothing away.
    """
    within, today = chart.given.other_cause_days, chart.today
    for entry in explaining(chart.record, OTHER_CAUSE):
        age = days_since(entry.onset or entry.recorded, today)
        if age is None or age <= within:
            yield entry_fact(entry, OTHER_CAUSE)
    for done in chart.record.procedures:
        age = days_since(done.performed, today)
        if done.sure and done.counts_for(OTHER_CAUSE) and age is not None and age <= within:
            yield Fact(as_in_a_sentence(done.concepts[OTHER_CAUSE].label), refs(done))
