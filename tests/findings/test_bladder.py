"""Lists 1a.6 and 1b.2: bladder or bowel dysfunction, its companions and its other causes (clinical-logic G)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.record.patient import Condition, Procedure
from tests.findings.comorbid_charts import Entry, concepts, condition, on, procedure, referral
from tests.findings.flags import CAUDA_EQUINA, PAIN, ago, flag, found, fusion, row
from tests.findings.spine_charts import complaint_of

BLADDER = "redflag_bladder_bowel"
CAUSE = "redflag_other_cause"
RETENTION = flag(BLADDER, 10, label="Urinary retention", ref="Condition/bladder")
ROOT = complaint_of("radiculopathy", onset=ago(60), ref="Condition/root")
PROSTATE = condition(CAUSE, onset=on(200), label="Prostate", ref="Condition/cause")
NUMB = condition("limb_neuro_symptoms", code="R200", onset=on(900), label="Numbness", ref="Condition/numb")


def retention(days: int | None = 10, **more: object) -> Condition:
    return flag(BLADDER, days, **{"ref": "Condition/bladder", **more})


def limb(code: str, **more: object) -> Condition:
    return condition("limb_neuro_symptoms", code=code, onset=on(900), ref="Condition/limb", **more)  # type: ignore[arg-type]


SADDLE = flag(CAUDA_EQUINA, 900, code="449813001", ref="Condition/saddle")
IN_WORDS = replace(flag(CAUDA_EQUINA, 900, by_text=True), words=("saddle anaesthesia",))


@pytest.mark.parametrize(
    ("companions", "expected"),
    [
        ([], ""),
        ([SADDLE], "1a"),
        ([IN_WORDS, fusion(800)], "1a"),
        ([replace(IN_WORDS, words=("Saddle anaesthesia",)), fusion(800)], "1a"),
        ([replace(IN_WORDS, words=("saddlebag sore",)), fusion(800)], "history"),
        ([replace(IN_WORDS, words=("packsaddle sore",)), fusion(800)], "history"),
        ([flag(CAUDA_EQUINA, 900)], "1a"),
        ([flag(CAUDA_EQUINA, 900), fusion(800)], "history"),
        ([replace(SADDLE, active=False)], "history"),
        ([limb("R200")], ""),
        ([limb("R200"), PAIN], "1a"),
        ([limb("713514005"), PAIN], "1a"),
        ([limb("R29898"), PAIN], "1a"),
        ([limb("M79604"), PAIN], "1b"),
        ([limb("M796"), PAIN], "1b"),
        ([limb("7295"), PAIN], "1b"),
        ([limb("R200", ended=True), PAIN], "1b"),
        ([limb("R200"), complaint_of("degenerative_disc_spondylosis", onset=ago(40))], ""),
        ([limb("R200"), PAIN, condition("polyneuropathy")], "1b"),
        ([limb("713514005"), PAIN, condition("polyneuropathy")], "1a"),
        ([limb("R200"), PAIN, condition("polyneuropathy", unconfirmed=True)], "1a"),
        ([limb("R200"), PAIN, condition("polyneuropathy", use="weak")], "1a"),
        ([limb("R200"), PAIN, condition("polyneuropathy", ended=True)], "1a"),
        ([flag("redflag_foot_drop", 900, ref="Condition/drop"), PAIN], "1a"),
        ([complaint_of("radiculopathy", onset=ago(90))], "1a"),
        ([complaint_of("radiculopathy", onset=ago(91))], "1b"),
        ([complaint_of("radiculopathy", onset=ago(900), recorded=ago(90))], "1a"),
        ([complaint_of("disc_herniation", onset=ago(90))], "1a"),
        ([complaint_of("spinal_stenosis", onset=ago(90))], "1a"),
        ([complaint_of("spinal_stenosis", onset=ago(91)), procedure("imaging_spine_mri_ct", 90)], "1a"),
        ([complaint_of("spinal_stenosis")], "1b"),
        ([complaint_of("degenerative_disc_spondylosis", onset=ago(5))], ""),
    ],
)
def test_companions(companions: list[Entry], expected: str) -> None:
    """Alone beside a spine condition it is prompt; without one nothing."""
    assert row(RETENTION, *companions) == expected


@pytest.mark.parametrize(
    ("cause", "explains"),
    [
        (condition(CAUSE, ref="Condition/c"), True),
        (condition(CAUSE, onset=on(365), ref="Condition/c"), True),
        (condition(CAUSE, onset=on(366), ref="Condition/c"), False),
        (condition(CAUSE, recorded=on(365), ref="Condition/c"), True),
        (condition(CAUSE, recorded=on(366), ref="Condition/c"), False),
        (condition(CAUSE, ended=True, ref="Condition/c"), False),
        (condition(CAUSE, use="weak", ref="Condition/c"), False),
        (condition(CAUSE, unconfirmed=True, ref="Condition/c"), False),
        (procedure(CAUSE, 365), True),
        (procedure(CAUSE, 366), False),
        (procedure(CAUSE, None), False),
        (procedure(CAUSE, 5, use="weak"), False),
        (procedure(CAUSE, 5, sure=False), False),
        (procedure("care_physical_therapy", 5), False),
    ],
)
def test_another_cause_turns_1a_into_1b_and_1b_into_nothing(cause: Condition | Procedure, explains: bool) -> None:
    assert row(RETENTION, ROOT, cause) == ("1b" if explains else "1a")
    assert row(RETENTION, PAIN, cause) == ("" if explains else "1b")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (retention(30), "1a"),
        (retention(31), "1b"),
        (retention(180), "1b"),
        (retention(181), ""),
        (retention(None), "1b"),
        (retention(5, ended=True), ""),
        (retention(5, unconfirmed=True), "1b"),
        (retention(5, use="weak"), "1b"),
    ],
)
def test_with_a_companion_it_is_a_diagnosis_of_list_1a(entry: Condition, expected: str) -> None:
    assert row(entry, ROOT) == expected


@pytest.mark.parametrize(("days", "expected"), [(30, "1b"), (31, ""), (None, "")])
def test_alone_or_explained_it_counts_only_while_new(days: int | None, expected: str) -> None:
    assert row(retention(days), PAIN) == expected
    assert row(retention(days), ROOT, PROSTATE) == expected


def test_an_operation_and_a_referral() -> None:
    assert row(RETENTION, ROOT, fusion(9)) == ""
    assert row(RETENTION, ROOT, fusion(10)) == "1a"
    assert row(retention(60), ROOT, fusion(50)) == ""
    assert row(retention(None), ROOT, fusion(None)) == ""
    assert row(RETENTION, PAIN, referral()) == "1b"
    assert row(retention(60), ROOT, referral()) == ""


def test_a_deficit_is_not_its_own_companion_or_spine_condition() -> None:
    one = replace(RETENTION, concepts={**RETENTION.concepts, **ROOT.concepts})
    assert row(one) == row(one, NUMB) == ""
    numb = replace(RETENTION, concepts={**RETENTION.concepts, **SADDLE.concepts})
    assert [flag.id for flag in found(numb).emergencies] == ["cauda_equina"]
    both = replace(RETENTION, concepts={**RETENTION.concepts, **NUMB.concepts})
    assert row(both, PAIN) == "1b"
    assert row(replace(NUMB, concepts={**NUMB.concepts, **PAIN.concepts}), RETENTION) == "1b"


@pytest.mark.parametrize("days", [10, 3])
def test_entered_twice_it_is_no_companion_of_its_own(days: int) -> None:
    """Retention whose own words tell of a spine condition: once or twice, one entry says all of it."""
    root = replace(RETENTION, concepts={**RETENTION.concepts, **ROOT.concepts}, words=("claudication",))
    numb = replace(RETENTION, concepts={**RETENTION.concepts, **NUMB.concepts}, words=("numbness",))
    for one in (root, numb):
        assert row(one, replace(one, ref="Condition/again", onset=on(days)), PAIN) == row(one, PAIN) == "1b"
        assert row(one, replace(one, ref="Condition/again", onset=on(days)), PAIN, ROOT) == "1a"
    assert row(root, replace(root, ref="Condition/again", words=("other words",))) == "1a"


def test_it_is_told_with_what_makes_it_one() -> None:
    flags = found(RETENTION, ROOT, NUMB, PAIN)
    told = flags.emergencies[0]
    assert told.id == "bladder_bowel"
    assert told.brief == "urinary retention with numbness, 12 Nov"
    assert told.fact.text == "urinary retention since 12 November 2026; numbness since 5 June 2024"
    assert told.fact.sources == ("Condition/bladder", "Condition/numb")
    for undated in (replace(NUMB, onset=None), replace(NUMB, onset=None, recorded=on(900))):
        assert found(RETENTION, undated, PAIN).emergencies[0].brief == told.brief
    explained = found(RETENTION, ROOT, NUMB, PAIN, PROSTATE, procedure(CAUSE, 5)).prompts[0].fact
    assert explained.text.endswith("; numbness since 5 June 2024; prostate since 6 May 2026")
    done = Procedure("Procedure/1", concepts(CAUSE, label="Insertion of bladder catheter"), performed=on(5))
    treated = found(RETENTION, ROOT, done).prompts[0].fact
    assert treated.text.endswith("; radiculopathy since 23 September 2026; insertion of bladder catheter")
    assert treated.sources == ("Condition/bladder", "Condition/root", "Procedure/1")
