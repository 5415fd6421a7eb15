"""List 1a, items 1 to 5, and what list 1b makes of them when they are in doubt or no longer new (clinical-logic G)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings.red_flags import EMERGENCIES, RedFlags
from cds_service.record.dates import read_date
from cds_service.record.patient import Condition, Use
from tests.findings.comorbid_charts import chart, on, referral, written
from tests.findings.flags import CAUDA_EQUINA, PAIN, ago, flag, found, fusion, later, of_record, recorded, row
from tests.findings.spine_charts import complaint_of, visit

FOOT_DROP = "redflag_foot_drop"
MALIGNANT = "redflag_spinal_neoplasm"
UNSTABLE = "redflag_unstable_fracture"


@pytest.mark.parametrize("name", EMERGENCIES)
@pytest.mark.parametrize(("days", "expected"), [(0, "1a"), (30, "1a"), (31, "1b"), (180, "1b"), (181, "history")])
def test_new_for_30_days_and_prompt_until_180(name: str, days: int, expected: str) -> None:
    assert row(flag(name, days), PAIN) == expected
    assert row(recorded(name, days), PAIN) == expected


def test_the_onset_counts_before_the_record() -> None:
    assert row(flag(days=40, recorded=on(5))) == "1b"


def test_a_partial_onset_is_as_new_as_it_may_be() -> None:
    assert row(flag(days=None, onset=written("2026-11"))) == "1a"
    assert row(flag(days=None, onset=written("2026-09"))) == "1b"


@pytest.mark.parametrize(
    "name",
    [name for name in EMERGENCIES if name not in (FOOT_DROP, MALIGNANT)],
)
def test_most_need_no_company(name: str) -> None:
    assert row(flag(name)) == "1a"


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ((), ""),
        (("spine_pain_back_neck",), "1a"),
        (("radiculopathy",), "1a"),
        (("spinal_stenosis",), "1a"),
        (("disc_herniation",), "1a"),
        (("myelopathy",), "1a"),
        (("failed_back_surgery",), "1a"),
        (("degenerative_disc_spondylosis",), "1a"),
        (("spinal_deformity",), "1a"),
        (("spondylolisthesis",), "1a"),
    ],
)
def test_foot_drop_needs_a_spine_condition_be_it_structural(beside: tuple[str, ...], expected: str) -> None:
    """Without one the leg may be to blame: not even history."""
    entries = [complaint_of(*beside, onset="2026-10-01")] if beside else []
    assert row(flag(FOOT_DROP), *entries) == expected


def test_a_stale_spine_condition_still_is_one() -> None:
    assert row(flag(FOOT_DROP), complaint_of(onset="2019-03-01")) == "1a"


def test_a_closed_or_past_spine_condition_is_none() -> None:
    assert row(flag(FOOT_DROP), complaint_of(onset="2026-01-01", ended="2026-05-01")) == ""
    assert row(flag(FOOT_DROP), visit(recorded=ago(181))) == ""


def test_a_deficit_is_not_its_own_spine_condition() -> None:
    pain = complaint_of(onset=ago(5))
    both = replace(pain, concepts={**pain.concepts, **flag(FOOT_DROP).concepts})
    assert row(both) == ""
    assert row(both, complaint_of("radiculopathy", onset="2026-10-01")) == "1a"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([flag(MALIGNANT), PAIN], "1a"),
        ([flag(MALIGNANT), complaint_of("radiculopathy", onset="2026-10-01")], "1b"),
        ([flag(MALIGNANT, 30)], "1b"),
        ([flag(MALIGNANT, 31)], "history"),
        ([flag(MALIGNANT, None)], "history"),
        ([flag(MALIGNANT, 31), PAIN], "1b"),
        ([flag(MALIGNANT, 5, ended=True)], "history"),
    ],
)
def test_a_malignant_spinal_tumour_is_an_emergency_beside_spine_pain(entries: list[Condition], expected: str) -> None:
    assert row(*entries) == expected


@pytest.mark.parametrize(
    "entry",
    [
        flag(unconfirmed=True),
        flag(by_text=True),
        flag(use="weak"),
        flag(days=180, unconfirmed=True),
        flag(days=None, unconfirmed=True),
    ],
)
def test_a_suspected_emergency_is_prompt_not_nothing(entry: Condition) -> None:
    assert row(entry) == "1b"


def test_a_suspicion_is_told_as_one() -> None:
    flags = found(flag(unconfirmed=True, label="Cauda equina syndrome")).prompts
    assert flags[0].brief == "possible cauda equina syndrome, 17 Nov"
    assert flags[0].fact.text == "cauda equina syndrome since 17 November 2026 (unconfirmed)"
    said = found(flag(by_text=True, label="Cauda equina")).prompts[0].fact.text
    assert said == "cauda equina since 17 November 2026, by its text only"


def test_undated_and_never_operated_is_prompt() -> None:
    assert row(flag(days=None)) == "1b"
    assert row(flag(days=None), fusion(None)) == "history"
    assert row(flag(days=None), fusion(400)) == "history"
    assert found(flag(days=None, label="Cauda equina syndrome")).prompts[0].brief == "cauda equina syndrome"


@pytest.mark.parametrize(
    ("onset", "operated", "expected"),
    [
        (10, 11, "1a"),
        (10, 10, "1a"),
        (10, 9, "history"),
        (60, 61, "1b"),
        (60, 60, "history"),
        (60, 59, "history"),
        (60, 400, "1b"),
    ],
)
def test_an_operation_on_the_day_or_later_answers_what_is_not_new(onset: int, operated: int, expected: str) -> None:
    """Not before the last operation means not strictly earlier: of the same day nobody knows which came first."""
    assert row(flag(days=onset), fusion(operated)) == expected


@pytest.mark.parametrize(
    ("operated", "expected"), [("2026", "1a"), ("2026-11", "1a"), ("2026-11-20", "history"), ("2027", "1a")]
)
def test_an_operation_of_an_unsure_day_answers_no_red_flag(operated: str, expected: str) -> None:
    """Section L dates it by its last possible day, which would silence an emergency that it may have preceded."""
    done = replace(fusion(0), performed=read_date(operated))
    assert row(flag(days=5), done) == expected


def test_a_suspicion_of_the_day_of_the_operation_is_new_too() -> None:
    assert row(flag(days=10, unconfirmed=True), fusion(10)) == "1b"
    assert row(flag(days=10, unconfirmed=True), fusion(9)) == "history"


@pytest.mark.parametrize(("authored", "fires"), [(0, False), (90, False), (91, True)])
@pytest.mark.parametrize("state", ["active", "completed", "draft"])
def test_a_referral_of_90_days_quiets_what_is_not_new(authored: int, fires: bool, state: str) -> None:
    assert bool(found(flag(days=60), referral(state, authored)).prompts) is fires
    assert found(flag(days=5, unconfirmed=True), referral(state, authored)).prompts
    assert found(flag(days=5), referral(state, authored)).emergencies


def test_a_referral_of_another_kind_or_undated_quiets_nothing() -> None:
    assert found(flag(days=60), referral(spine=False)).prompts
    assert found(flag(days=60), referral(days=None)).prompts


def test_referrals_not_answered_quiet_nothing() -> None:
    assert row(flag(days=60), unanswered=("serviceRequests",)) == "1b"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (later(days=30), "1a"),
        (later(days=31), "1b"),
        (later(noted=5), "history"),
        (later(), "history"),
        (later(days=400, noted=5), "history"),
        (later(UNSTABLE, days=30), "1a"),
        (later(UNSTABLE, noted=5), "history"),
    ],
)
def test_a_later_encounter_counts_only_by_an_onset(entry: Condition, expected: str) -> None:
    assert row(entry) == expected


def test_a_closed_emergency_is_history() -> None:
    assert row(flag(ended=True)) == "history"
    assert row(flag(active=False)) == "history"


@pytest.mark.parametrize("days", [30, 31])
def test_a_fracture_runs_from_its_onset_whatever_its_status(days: int) -> None:
    expected = "1a" if days == 30 else "1b"
    assert row(flag(UNSTABLE, days, ended=True)) == expected
    assert row(recorded(UNSTABLE, days, active=False)) == expected


@pytest.mark.parametrize(("use", "expected"), [("full", "1a"), ("weak", "1b"), ("history", "history")])
def test_how_a_row_counts(use: Use, expected: str) -> None:
    assert row(flag("redflag_paralysis", use=use)) == expected


def test_a_child_has_emergencies_too() -> None:
    assert row(flag(), adult=False) == "1a"


def test_the_order_of_the_lists_whatever_the_order_of_the_chart() -> None:
    entries = [flag(name, 5, ref=f"Condition/{name}") for name in EMERGENCIES]
    told = [each.id for each in found(*entries, PAIN).emergencies]
    assert told == [name.removeprefix("redflag_") for name in EMERGENCIES]
    assert found(*reversed(entries), PAIN) == found(PAIN, *entries)


def test_each_is_told_once_with_all_its_sources() -> None:
    first = flag(label="Cauda equina syndrome", ref="Condition/1")
    flags = found(first, replace(first, ref="Condition/2"), first).emergencies
    assert [each.fact.sources for each in flags] == [("Condition/1", "Condition/2")]
    assert flags[0].brief == "cauda equina syndrome, 17 Nov"


def test_no_red_flag_in_an_empty_chart() -> None:
    assert found() == RedFlags() == of_record(chart())


@pytest.mark.parametrize("unsure", [True, False])
def test_past_red_flags_are_one_line_each(unsure: bool) -> None:
    entry = flag(days=400, label="Cauda equina syndrome", unconfirmed=unsure, ref="Condition/1")
    lines = found(entry, replace(entry, ref="Condition/2"), flag("redflag_paralysis", None, use="weak")).history
    name = "possible cauda equina syndrome" if unsure else "cauda equina syndrome"
    assert [(line.text, line.sources) for line in lines] == [
        (f"History: {name}, 18 October 2025", ("Condition/1", "Condition/2"))
    ]


def test_a_code_of_the_past_is_history_and_no_suspicion() -> None:
    line = found(flag(days=400, use="history", label="Cauda equina syndrome")).history[0]
    assert line.text == "History: cauda equina syndrome, 18 October 2025"


def test_what_only_might_have_been_one_is_no_history() -> None:
    assert row(flag(days=400, use="weak")) == ""


def test_what_fires_is_not_also_history_though_it_has_no_id() -> None:
    flags = found(flag(ref=""), flag(days=400, ref="", label="Cauda equina syndrome"))
    assert [line.text for line in flags.history] == ["History: cauda equina syndrome, 18 October 2025"]


def test_history_tells_the_record_of_a_later_encounter() -> None:
    line = found(later("redflag_vertebral_fracture", noted=200)).history[0]
    assert line.text == "History: redflag_vertebral_fracture, 6 May 2026"


def test_a_quieted_one_is_still_mentioned() -> None:
    assert row(flag(CAUDA_EQUINA, 60), referral()) == "history"


@pytest.mark.parametrize("name", [FOOT_DROP, MALIGNANT])
def test_entered_twice_it_stands_beside_nothing_else(name: str) -> None:
    """Its own words tell of spine pain; its copy's tell no more."""
    one = replace(flag(name), concepts={**flag(name).concepts, **PAIN.concepts}, words=("with back pain",))
    again = replace(one, ref="Condition/again")
    assert row(one, again) == row(one) != "1a"
    assert row(one, again, PAIN) == "1a"
