"""The summary: action first, then why, within 139 characters, and never without what was not checked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.findings.flag import RedFlag
from cds_service.findings.red_flags import RedFlags
from cds_service.findings.walking_and_balance import EXAMINE
from cds_service.rendering.checks import SUMMARY_LIMIT
from cds_service.rendering.detail import next_step
from cds_service.rendering.points import Points, points
from cds_service.rendering.summary import summary, unchecked_tail
from tests.rendering.charts import (
    CAUDA_EQUINA,
    CLAUDICATION,
    DIABETES,
    EXAMPLES,
    NO_MRI,
    OBESITY,
    PAIN,
    PARTIAL_PAIN,
    SCARRING,
    SMOKING,
    WEAKNESS,
    assessment,
    findings,
    summary_of,
    words,
)

EVERYTHING = ("conditions", "medications", "procedures", "observations", "imaging", "referrals")
OPTIONAL = ("procedures", "observations", "imaging", "medications", "referrals")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            "urgent-emergency",
            "Red flag on record: cauda equina syndrome, 21 Nov. Assess today by the local emergency pathway.",
        ),
        (
            "urgent-prompt",
            "Red flag on record: cervical spondylotic myelopathy, 3 Oct. Assess promptly; consider an urgent referral.",
        ),
        ("not-advised", "MISS may not suit: extensive epidural scarring. Ask a spine surgeon about other options."),
        ("optimise-first", "Optimise before MISS referral: HbA1c 9.4 % (2 Oct)."),
        (
            "recommend",
            "Refer for MISS evaluation: lumbar stenosis with claudication, 51 weeks, care documented; MRI not found.",
        ),
        (
            "consider",
            "MISS evaluation may be worth discussing: low back pain, 28 weeks; open: conservative care for it.",
        ),
    ],
)
def test_each_outcome_in_its_words(rule: str, said: str) -> None:
    assert summary_of(EXAMPLES[rule]) == said


def test_imaging_on_record_is_not_said_to_be_missing() -> None:
    assert summary_of(assessment("recommend", findings(CLAUDICATION))) == (
        "Refer for MISS evaluation: lumbar stenosis with claudication, 51 weeks, care documented."
    )


@pytest.mark.parametrize("care", ["partial", "none-documented", "unknown"])
def test_care_that_is_not_documented_is_not_claimed(care: str) -> None:
    has = findings(CLAUDICATION, care=care)  # type: ignore[arg-type]
    assert "care" not in summary_of(assessment("recommend", has))


def test_a_time_critical_sign_comes_first_then_full_ones() -> None:
    has = findings(PARTIAL_PAIN, CLAUDICATION, WEAKNESS)
    assert summary_of(assessment("recommend", has)) == (
        "Refer for MISS evaluation: lumbar radiculopathy, 5 weeks, focal weakness, care documented; lumbar stenosis "
        "with claudication, 51 weeks…"
    )


def test_every_deciding_risk_is_named_while_there_is_room() -> None:
    has = findings(CLAUDICATION, risks=(DIABETES, OBESITY, SMOKING))
    assert summary_of(assessment("optimise-first", has)) == (
        "Optimise before MISS referral: HbA1c 9.4 % (2 Oct); BMI 41 (1 Oct); current smoking (1 Oct)."
    )


def test_what_alone_suffices_against_miss_is_named_rather_than_the_rest() -> None:
    has = findings(PAIN, risks=(SCARRING, DIABETES, OBESITY, SMOKING))
    assert "HbA1c" not in summary_of(assessment("not-advised", has))


def test_three_risks_together_are_named_where_none_alone_suffices() -> None:
    has = findings(PAIN, risks=(DIABETES, OBESITY, SMOKING))
    assert summary_of(assessment("not-advised", has)) == (
        "MISS may not suit: HbA1c 9.4 % (2 Oct); BMI 41 (1 Oct); current smoking (1 Oct). Ask a spine surgeon about "
        "other options."
    )


def test_unanswered_keys_end_the_summary() -> None:
    has = findings(CLAUDICATION, unchecked=OPTIONAL)
    said = summary_of(assessment("recommend", has))
    assert said.startswith("Refer for MISS evaluation: lumbar stenosis with claudication")
    assert said.endswith("; unchecked: operations, labs, imaging, medications, referrals")


@pytest.mark.parametrize("rule", EXAMPLES)
def test_unchecked_keys_are_always_named_whole_and_the_action_stays(rule: str) -> None:
    given_ = EXAMPLES[rule]
    given_ = replace(given_, findings=replace(given_.findings, unchecked=EVERYTHING))
    said = summary_of(given_)
    card = words().cards[rule]
    actions = tuple(form.partition("{reasons}")[0] for form in (card.summary, card.short_summary) if form)
    assert len(said) <= SUMMARY_LIMIT
    assert said.startswith(actions)
    assert said.endswith("; unchecked: conditions, medications, operations, labs, imaging, referrals")


def test_the_short_form_is_for_reasons_that_do_not_fit_the_long_one() -> None:
    some = assessment("urgent-emergency", findings(red_flags=RedFlags((CAUDA_EQUINA,)), unchecked=("referrals",)))
    assert summary_of(some) == (
        "Red flag on record: cauda equina syndrome, 21 Nov. Assess today by the local emergency pathway; unchecked: "
        "referrals"
    )
    all_ = assessment("urgent-emergency", findings(red_flags=RedFlags((CAUDA_EQUINA,)), unchecked=OPTIONAL))
    assert summary_of(all_) == (
        "Red flag on record, assess today: cauda equina syndrome, 21 Nov; unchecked: operations, labs, imaging, "
        "medications, referrals"
    )


def test_a_cut_reason_ends_with_an_ellipsis_and_no_full_stop() -> None:
    long = RedFlag("cauda_equina", CAUDA_EQUINA.fact, "unstable burst fracture " * 9)
    said = summary_of(assessment("urgent-emergency", findings(red_flags=RedFlags((long,)))))
    assert said.startswith("Red flag on record, assess today: unstable burst fracture")
    assert said.endswith("fracture…")


def test_reasons_give_way_to_missing_imaging() -> None:
    has = findings(replace(CLAUDICATION, brief="x" * 50), PAIN, imaging=NO_MRI)
    assert summary_of(assessment("recommend", has)).endswith(
        "x, care documented; low back pain, 28 weeks; MRI not found."
    )
    has = findings(replace(CLAUDICATION, brief="x" * 75), PAIN, imaging=NO_MRI)
    assert summary_of(assessment("recommend", has)).endswith("x, care documented…; MRI not found.")
    has = findings(replace(CLAUDICATION, brief="x" * 91), PAIN, imaging=NO_MRI)
    assert summary_of(assessment("recommend", has)).endswith("x, care documented…")


def test_risks_there_is_no_room_for_are_hinted_at() -> None:
    has = findings(PAIN, risks=(DIABETES, OBESITY, SMOKING), unchecked=OPTIONAL)
    assert summary_of(assessment("optimise-first", has)).startswith(
        "Optimise before MISS referral: HbA1c 9.4 % (2 Oct); BMI 41 (1 Oct)…; unchecked: "
    )


def test_what_was_checked_needs_no_words() -> None:
    assert unchecked_tail(()) == ""


@settings(deadline=None)
@given(
    rule=st.sampled_from(sorted(EXAMPLES)),
    briefs=st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=6),
    unchecked=st.sets(st.sampled_from(EVERYTHING)),
    ending=st.sampled_from(["", "MRI not found"]),
)
def test_whatever_the_reasons_it_fits_and_names_what_is_unchecked(
    rule: str, briefs: list[str], unchecked: set[str], ending: str
) -> None:
    told = Points(rule, tuple(briefs), ending, unchecked=tuple(sorted(unchecked)))
    said = summary(words().cards[rule], told)
    assert len(said) <= SUMMARY_LIMIT
    assert said.endswith(unchecked_tail(told.unchecked))


UNEXAMINED = replace(CLAUDICATION, strength="partial", brief="neck pain, 2 weeks, gait difficulty", missing=(EXAMINE,))


@pytest.mark.parametrize("unchecked", [(), EVERYTHING])
def test_a_possible_myelopathy_is_to_be_examined_whatever_else_is_said(unchecked: tuple[str, ...]) -> None:
    said = summary_of(assessment("consider", findings(UNEXAMINED, PARTIAL_PAIN, unchecked=unchecked)))
    assert "examine for myelopathy: hands, gait, reflexes" in said
    assert len(said) <= SUMMARY_LIMIT


def test_what_to_do_next_begins_with_the_examination() -> None:
    told = points(assessment("consider", findings(UNEXAMINED)))
    assert told.situation == "unexamined"
    step = next_step(words().cards["consider"], words().shared, told)
    assert step.startswith("Examine for myelopathy: hands, gait, reflexes.")
    assert "physical therapy" not in step
    assert step.count("for myelopathy") == 1


def test_the_same_complaint_is_said_once() -> None:
    after = replace(
        PAIN,
        id="persistent-after-surgery",
        brief="low back pain for 28 weeks, spine surgery 6 May",
        complaint="low back pain, 28 weeks",
    )
    said = summary_of(assessment("recommend", findings(PAIN, after)))
    assert said == ("Refer for MISS evaluation: low back pain for 28 weeks, spine surgery 6 May, care documented.")


def test_a_warning_beside_a_time_critical_sign_says_promptly_first() -> None:
    told = assessment("not-advised", findings(WEAKNESS, risks=(SCARRING,)))
    assert summary_of(told) == "Refer promptly; MISS may not suit: extensive epidural scarring."


def test_claudication_alone_is_named_before_the_examination() -> None:
    named = replace(CLAUDICATION, strength="partial", brief="neurogenic claudication, 26 weeks", missing=(EXAMINE,))
    said = summary_of(assessment("consider", findings(named)))
    assert said.startswith("MISS evaluation may be worth discussing: neurogenic claudication, 26 weeks")
    assert "examine for myelopathy" in said
