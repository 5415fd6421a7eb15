"""What a card says of an order or an appointment, in the words for it, within the same limits."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from cds_service.assessment.miss import Assessment
from cds_service.assessment.orders import MISSING, Advice, Missing, Occasion
from cds_service.errors import KnowledgeError
from cds_service.rendering.checks import load_cards
from cds_service.rendering.words import OCCASIONS, CardId
from cds_service.wire import cds_hooks as wire
from tests.card_rules import check_card
from tests.rendering.charts import (
    CLAUDICATION,
    DIABETES,
    EXAMPLES,
    NO_MRI,
    PARTIAL_PAIN,
    SCARRING,
    SMOKING,
    WEAKNESS,
    assessment,
    findings,
    knowledge,
    rendering,
    words,
)

ALL_KEYS = ("conditions", "procedures", "observations", "imaging", "medications", "referrals")


def card(given: Assessment, occasion: Occasion | None, *missing: Missing) -> wire.Card:
    (made,) = rendering().cards(given, advice=Advice(given, occasion, missing))
    check_card(json.loads(msgspec.json.encode(made)))
    return made


def next_step(made: wire.Card) -> str:
    found = re.search(r"\*\*Next:\*\* (.*)", made.detail)
    assert found
    return found.group(1)


RECOMMENDED = EXAMPLES["recommend"]


def test_an_order_begins_with_what_is_missing_of_the_work_up() -> None:
    made = card(RECOMMENDED, "order", "imaging", "obesity")
    assert made.summary == "Still missing for this order: spine MRI or CT; BMI."
    assert "Arrange what is missing, or say in the order that it is: spine MRI or CT; BMI." in next_step(made)
    assert "lumbar stenosis with neurogenic claudication" in made.detail.lower()


def test_an_order_about_to_be_signed_begins_with_what_it_does_not_say() -> None:
    made = card(RECOMMENDED, "signing", "reasonCode", "note")
    assert made.summary == "Before signing, add to this order: the reason; a clinical note; MRI not found."
    assert "the reason; a clinical note" in next_step(made)


def test_an_appointment_lists_what_to_arrange_first() -> None:
    made = card(RECOMMENDED, "appointment", "imaging", "current-smoking")
    assert made.summary == "Arrange before this appointment: spine MRI or CT; smoking status."
    assert "Arrange before this appointment: spine MRI or CT; smoking status." in next_step(made)


def test_what_was_not_checked_is_named_once() -> None:
    has = findings(CLAUDICATION, unchecked=("observations",))
    assert card(assessment("recommend", has), "order", "imaging", "unchecked").summary == (
        "Still missing for this order: spine MRI or CT; unchecked: labs"
    )
    assert card(assessment("recommend", has), "order", "unchecked").summary == (
        "Still missing for this order: what was not checked; unchecked: labs"
    )


def test_what_cannot_wait_is_sent_now() -> None:
    urgent = assessment("recommend", findings(WEAKNESS, imaging=NO_MRI))
    made = card(urgent, "order", "imaging")
    assert made.summary == "Send this order now; still missing: spine MRI or CT."
    assert "it should not wait" in next_step(made)
    smoker = assessment("recommend", findings(WEAKNESS, risks=(SMOKING,), imaging=NO_MRI))
    made = card(smoker, "signing", "note")
    assert made.summary == "Sign this order now, and add: a clinical note; MRI not found."
    assert next_step(made).startswith("Sign this order now; optimise in parallel: offer smoking cessation")
    booked = card(smoker, "appointment", "imaging")
    assert booked.summary.startswith("A spine surgeon's evaluation should not wait; arrange: spine MRI")


@pytest.mark.parametrize("rule", ["recommend", "consider", "optimise-first"])
def test_beside_an_order_for_imaging_nobody_is_told_to_order_it(rule: CardId) -> None:
    """That none is on record stays under Not found; the order says the rest."""
    given = replace(EXAMPLES[rule], findings=replace(EXAMPLES[rule].findings, imaging=NO_MRI))
    for occasion in (None, *OCCASIONS[rule]):
        (made,) = rendering().cards(given, advice=Advice(given, occasion, ("imaging", "note"), imaging_ordered=True))
        check_card(json.loads(msgspec.json.encode(made)))
        assert "MRI" not in made.summary
        assert "imaging" not in next_step(made).replace("image-guided", "")
        assert "MRI" not in next_step(made)


def test_imaging_that_is_being_ordered_is_named_where_it_is_all_that_is_missing() -> None:
    (made,) = rendering().cards(RECOMMENDED, advice=Advice(RECOMMENDED, "order", ("imaging",), imaging_ordered=True))
    assert made.summary == "Still missing for this order: spine MRI or CT."


@pytest.mark.parametrize(("occasion", "of"), [("order", "This order: "), ("appointment", "Before this appointment: ")])
def test_a_reason_to_avoid_miss_is_one_against_this_order(occasion: Occasion, of: str) -> None:
    made = card(EXAMPLES["not-advised"], occasion, "imaging")
    assert made.summary.startswith(f"{of}MISS may not suit: extensive epidural scarring.")
    assert f"this {occasion}" in next_step(made)
    prompt = card(assessment("not-advised", findings(WEAKNESS, risks=(SCARRING,))), occasion)
    assert prompt.summary == "Refer promptly; MISS may not suit: extensive epidural scarring."


def test_a_referral_to_the_surgeon_to_be_asked_is_not_talked_out_of() -> None:
    """The card of an opened chart offers that very referral."""
    said = next_step(card(EXAMPLES["not-advised"], "order"))
    assert said.startswith(
        "Ask about other options in or before this order: a minimally invasive approach may not suit"
    )
    assert "reconsider" not in said.lower()


def test_a_risk_comes_before_this_order_without_any_sign() -> None:
    made = card(assessment("optimise-first", findings(risks=(DIABETES,))), "order")
    assert made.summary == "Optimise before this order: HbA1c 9.4 % (2 Oct)."
    assert made.indicator == "warning"
    assert next_step(made).startswith("Consider optimising before this order goes ahead: improve glucose control")


def test_a_partial_sign_names_what_is_open_and_missing() -> None:
    given = assessment("consider", findings(PARTIAL_PAIN, care="none-documented", care_facts=(), imaging=NO_MRI))
    made = card(given, "appointment", "imaging", "obesity", "unchecked")
    assert made.summary == (
        "Discuss before this appointment: low back pain, 28 weeks; open: conservative care for it; MRI not found."
    )
    assert "Still open: conservative care for it; BMI." in next_step(made)
    assert "No recent spine MRI or CT on record" in next_step(made)


@pytest.mark.parametrize("rule", ["optimise-first", "recommend", "consider"])
def test_a_clinician_who_orders_the_missing_imaging_is_not_told_to(rule: str) -> None:
    given = EXAMPLES[rule]
    given = replace(given, findings=replace(given.findings, imaging=NO_MRI))
    (asked,) = rendering().cards(given, advice=Advice(given))
    (made,) = rendering().cards(given, advice=Advice(given, imaging_ordered=True))
    assert "MRI or CT on record" in next_step(asked)
    assert "MRI" not in made.summary + next_step(made)
    check_card(json.loads(msgspec.json.encode(made)))


@pytest.mark.parametrize("rule", EXAMPLES)
def test_without_an_occasion_the_words_are_those_of_an_opened_chart(rule: str) -> None:
    given = EXAMPLES[rule]
    assert card(given, None, "note") == rendering().cards(given)[0]


@pytest.mark.parametrize("rule", ["urgent-emergency", "urgent-prompt"])
def test_a_red_flag_says_the_same_whatever_is_ordered(rule: str) -> None:
    given = EXAMPLES[rule]
    assert card(given, "order").summary == rendering().cards(given)[0].summary


@pytest.mark.parametrize(("rule", "occasions"), OCCASIONS.items())
def test_however_much_is_missing_it_fits(rule: str, occasions: tuple[Occasion, ...]) -> None:
    full = EXAMPLES[rule]
    worst = replace(full, findings=replace(full.findings, unchecked=ALL_KEYS, gaps=tuple("x" * 90 for _ in range(9))))
    for occasion in occasions:
        made = card(worst, occasion, *MISSING)
        assert made.summary.endswith("unchecked: conditions, operations, labs, imaging, medications, referrals")
        assert made.detail.startswith("**Not checked:**")


def test_no_occasion_has_words_that_promise() -> None:
    for one in words().cards.values():
        for occasion in one.at:
            said = one.on(occasion)
            assert not [
                text for text in (said.summary, *said.next.values()) if "%" in text or "success" in text.lower()
            ]


def refusal(folder: Path, name: str, text: str) -> str:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        load_cards(knowledge().evidence, folder)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("recommend", '[at.order]\nsummary = "Refer."', "at.order.summary: has no place for the reasons"),
        ("recommend", f'[at.signing]\nsummary = "{"x" * 50} {{reasons}}"', "at.signing.summary: leaves no room"),
        ("recommend", '[at.order.next]\nusual = "{names}"', "at.order.next.usual: {names} is no place here"),
        ("recommend", f'[at.order.next]\nusual = "{"x" * 600}"', "at.order.next.usual: has 600 characters"),
        ("recommend", '[at.never]\nsummary = "{reasons}"', "recommend.at.never"),
        (
            "consider",
            '[at.signing]\nsummary = "{reasons}"\n[at.signing.next]',
            "at.signing: is never said by this card",
        ),
        ("urgent-prompt", '[at.order]\nsummary = "{reasons}"\n[at.order.next]', "at.order: is never said by this card"),
        ("shared", "[missing]\nobesity = 7", "shared.missing.obesity"),
    ],
)
def test_a_slip_in_the_words_stops_the_start(tmp_path: Path, name: str, text: str, told: str) -> None:
    assert told in refusal(tmp_path, name, text)


@pytest.mark.parametrize(
    ("name", "gone", "told"),
    [
        ("shared", 'note = "a clinical note"\n', r"missing\.note: is missing; say what an order may lack"),
        ("consider", "[at.appointment", r"at\.appointment: is missing; say what the card says then"),
    ],
)
def test_words_that_are_missing_stop_the_start(tmp_path: Path, name: str, gone: str, told: str) -> None:
    """Ours are whole; a fork that drops some hears of it."""
    folder = Path(shutil.copytree(str(files("cards")), tmp_path / "cards"))
    text = (folder / f"{name}.toml").read_text(encoding="utf-8")
    kept = text.replace(gone, "") if gone.endswith("\n") else text.partition(gone)[0]
    (folder / f"{name}.toml").write_text(kept, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=told):
        load_cards(knowledge().evidence, ours=folder)


def test_a_site_may_reword_one_occasion_and_keep_the_rest(tmp_path: Path) -> None:
    (tmp_path / "consider.toml").write_text('[at.order]\nsummary = "Talk first: {reasons}."\n', encoding="utf-8")
    laid = load_cards(knowledge().evidence, tmp_path).cards["consider"]
    assert laid.on("order").summary == "Talk first: {reasons}."
    assert laid.on("order").next == words().cards["consider"].on("order").next
    assert laid.on("appointment") == replace(words().cards["consider"].on("appointment"), at=laid.at)
