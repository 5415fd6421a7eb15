"""Conservative care: what counts, how much, and whether it failed (clinical-logic C; vignettes V01, V07, V09, V49)."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.findings.conservative_care import ConservativeCare, conservative_care
from cds_service.findings.finding import Fact
from cds_service.record.patient import Key, Match, Reason, Referral
from tests.findings.drug_charts import (
    DENTAL,
    GENERIC,
    GIVEN,
    NO_PAIN,
    SPINE,
    ago,
    done,
    drug,
    on,
    opioid,
    pain,
    problem,
    record,
)

PT, OTHER, INJECTION = "care_physical_therapy", "care_other_nonpharm", "care_spinal_injection"
NSAID = "analgesic_nsaid"
NERVE_DRUG = "analgesic_neuropathic_antidepressant"
CHILDBIRTH = (
    *("labor", "labour", "obstetric", "obstetrical", "delivery", "cesarean", "caesarean"),
    *("childbirth", "pregnant", "pregnancy", "parturient", "parturition"),
)
MOOD = Reason(words=("Major depression",))
SITES = (
    *("knee", "hips", "Shoulder", "elbow", "wrist", "hand", "fingers", "thumb"),
    *("ankle", "foot", "toes", "jaw", "pelvic floor"),
)
MEDICATIONS: tuple[Key, ...] = ("medicationStatements", "medicationRequests")


def care(*entries: Any, complaints: Any = None, unanswered: Any = (), **more: Any) -> ConservativeCare:
    """The care on a chart with back pain for 500 days."""
    return conservative_care(record(*entries, unanswered=unanswered), complaints or pain(), GIVEN, **more)


def sessions(*days: int, value_set: str = PT, **more: Any) -> list[Any]:
    """Sessions so many days ago."""
    return [done(value_set, day, **more) for day in days]


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([], "none-documented"),
        # physical therapy: two days; over 42 days it is enough alone
        (sessions(100, 58), "documented"),
        (sessions(100, 59), "partial"),
        (sessions(100), "partial"),
        (sessions(100, 100), "partial"),
        ([done(PT, 100, until=58)], "documented"),
        ([done(PT, 100, until=100)], "partial"),
        # the look-back is 365 days
        (sessions(365, 300), "documented"),
        (sessions(366, 300), "partial"),
        (sessions(365), "partial"),
        (sessions(366), "none-documented"),
        # other care: two; one is weak
        (sessions(100, 20, value_set=OTHER), "partial"),
        (sessions(100, value_set=OTHER), "partial"),
        # an injection is enough; a weak code is weak evidence
        ([done(INJECTION, 100)], "documented"),
        ([done(INJECTION, 366)], "none-documented"),
        ([done(INJECTION, 100, use="weak")], "partial"),
        ([done(PT, 100, use="weak"), done(PT, 20, use="weak")], "partial"),
        ([done(PT, 100, use="history"), done(PT, 20, use="history")], "none-documented"),
        # 14 covered days of drugs, all classes together
        ([drug(NSAID, 100, 87)], "partial"),
        ([drug(NSAID, 100, 88)], "none-documented"),
        ([drug(NSAID, 100, 94), drug("muscle_relaxant", 60, 54)], "partial"),
        ([drug(NSAID, 100, 94), drug("muscle_relaxant", 100, 94)], "none-documented"),
        ([drug(NSAID, 400, 352)], "partial"),
        ([drug(NSAID, 400, 353)], "none-documented"),
        *[
            ([drug(value_set, 100, 80)], "partial")
            for value_set in ("analgesic_acetaminophen", "analgesic_gabapentinoid", "muscle_relaxant", NERVE_DRUG)
        ],
        ([opioid(100, 80)], "partial"),
        ([opioid(100, 80, kind="statement")], "partial"),
        # what is no care
        ([drug("systemic_steroid", 100, 80)], "none-documented"),
        ([drug("anticoagulant_antiplatelet", 100, 80)], "none-documented"),
        ([drug(NSAID, 100, 80, inpatient=True)], "none-documented"),
        ([opioid(100, 80, use_disorder=True)], "none-documented"),
        # antidepressants not where every stated reason is mental
        ([drug(NERVE_DRUG, 100, 80, reasons=(MOOD,))], "none-documented"),
        ([drug(NERVE_DRUG, 100, 80, reasons=(MOOD, SPINE))], "partial"),
        ([drug(NERVE_DRUG, 100, 80, reasons=(GENERIC,))], "partial"),
        ([drug(NERVE_DRUG, 100, 80, reasons=(Reason(words=("Neuropathic pain",)),))], "partial"),
        # two components
        ([*sessions(100, 90), drug(NSAID, 100, 80)], "documented"),
        ([*sessions(100, 90), *sessions(100, 90, value_set=OTHER)], "documented"),
        ([*sessions(100), drug(NSAID, 100, 80)], "partial"),
        # an undated drug or session is weak evidence; one after the day is none
        ([drug(NSAID, None)], "partial"),
        ([drug("systemic_steroid", None)], "none-documented"),
        ([done(PT, None)], "partial"),
        ([done(PT, -3)], "none-documented"),
    ],
)
def test_state(entries: list[Any], state: str) -> None:
    assert care(*entries).state == state


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"reasons": (SPINE,)}, True),
        ({"reasons": (GENERIC,)}, True),
        ({"reasons": (DENTAL, SPINE)}, True),
        ({"reasons": (DENTAL,)}, False),
        ({"reasons": (DENTAL,), "region": "lumbar"}, True),
        ({"words": ("Physical therapy", "left knee")}, False),
        ({"words": ("Physical therapy, low back and knee",), "spine_words": True}, True),
        ({"words": ("Joint mobility exercises",)}, True),
        *[({"words": (f"Exercises for the {site}",)}, False) for site in SITES],
        *[({"words": (word,)}, True) for word in ("Whip exercises", "Hippotherapy", "Handout given")],
    ],
)
@pytest.mark.parametrize("value_set", [PT, OTHER])
def test_sessions_whose_reason_or_site_is_only_outside_the_spine_do_not_count(
    more: dict[str, Any], counts: bool, value_set: str
) -> None:
    found = care(*sessions(100, 90, value_set=value_set, **more))
    assert found.state == ("partial" if counts else "none-documented")
    assert bool(found.components) is counts


@pytest.mark.parametrize(
    ("more", "obstetric"),
    [
        ({}, False),
        ({"reasons": (SPINE,)}, False),
        ({"reasons": (Reason({"pregnancy": Match("full", "pregnancy")}),)}, True),
        ({"reasons": (Reason(codes=frozenset({("http://hl7.org/fhir/sid/icd-10-cm", "O80")})),)}, True),
        ({"reasons": (Reason(codes=frozenset({("http://hl7.org/fhir/sid/icd-10", "O80")})),)}, True),
        ({"reasons": (Reason(codes=frozenset({("http://hl7.org/fhir/sid/icd-10-cm", "R52")})),)}, False),
        ({"reasons": (Reason(words=("Labour analgesia",)),)}, True),
        ({"words": ("Epidural for vaginal delivery",)}, True),
        *[({"words": (f"Epidural, {why}",)}, True) for why in CHILDBIRTH],
        ({"words": ("Lumbar epidural block",)}, False),
        ({"words": ("Lumbar epidural block of a labourer",)}, False),
        ({"words": ("Lumbar epidural block, nonobstetric",)}, False),
    ],
)
def test_an_injection_for_childbirth_is_no_care(more: dict[str, Any], obstetric: bool) -> None:
    for use in ("full", "weak"):
        found = care(done(INJECTION, 100, use=use, **more))
        assert (found.state == "none-documented") is obstetric


@pytest.mark.parametrize(
    ("recorded", "counts"), [(101, False), (100, False), (99, True), (400, False), (401, True), (None, True)]
)
def test_an_injection_without_a_spine_reason_during_a_pregnancy_is_no_care(recorded: int | None, counts: bool) -> None:
    """A pregnancy lasts for 300 days from its onset or record."""
    entry = problem("pregnancy", recorded, active=False)
    assert (care(done(INJECTION, 100), entry).state == "documented") is counts
    assert care(done(INJECTION, 100, reasons=(SPINE,)), entry).state == "documented"


def test_care_counts_from_the_earliest_possible_start_of_the_symptoms() -> None:
    course = sessions(200, 150)
    assert care(*course, complaints=pain(200)).state == "documented"
    assert care(*course, complaints=pain(199)).state == "partial"
    assert care(*course, complaints=pain(149)).state == "none-documented"
    # a start that is unknown, or only "at least", may lie before any care of the year
    assert care(*course, complaints=pain(None)).state == "documented"
    assert care(*course, complaints=pain(30, at_least=True)).state == "documented"
    assert care(*course, complaints=NO_PAIN).state == "documented"
    assert care(*course, complaints=pain(149, kind="herniation")).state == "none-documented"


def therapy_referral(days: int | None, **more: Any) -> Referral:
    """A referral for physical therapy."""
    authored = None if days is None else on(days)
    return Referral(concepts={PT: Match("weak", "physical therapy")}, authored=authored, **more)


@pytest.mark.parametrize(
    ("referral", "state"),
    [
        (therapy_referral(100), "partial"),
        (therapy_referral(365), "partial"),
        (therapy_referral(366), "none-documented"),
        (therapy_referral(-1), "none-documented"),
        (therapy_referral(None), "partial"),
        (therapy_referral(100, reasons=(DENTAL,)), "none-documented"),
        (therapy_referral(100, reasons=(SPINE,)), "partial"),
        (Referral(concepts={INJECTION: Match("full", "injection")}, authored=on(9)), "none-documented"),
    ],
)
def test_a_referral_alone_is_weak_evidence(referral: Referral, state: str) -> None:
    found = care(referral)
    assert (found.state, found.failed, found.components) == (state, False, ())


def test_weak_evidence_never_counts_as_failed_and_is_told() -> None:
    found = care(
        done(PT, 300, ref="Procedure/a"),
        drug(NSAID, None, label="naproxen", ref="MedicationRequest/n"),
        Referral(concepts={INJECTION: Match("full", "injection")}, authored=on(9)),
        therapy_referral(100, reasons=(DENTAL,)),
        therapy_referral(200, ref="ServiceRequest/t"),
    )
    assert (found.state, found.failed) == ("partial", False)
    assert found.facts == (
        Fact("physical therapy 26 January 2026", ("Procedure/a",)),
        Fact("referral for physical therapy 6 May 2026", ("ServiceRequest/t",)),
        Fact("naproxen, undated", ("MedicationRequest/n",)),
    )
    beside = care(*sessions(100, 90), done(OTHER, 50))
    assert [fact.text for fact in beside.facts[1:]] == ["other non-drug care 3 October 2026"]
    full = care(*sessions(100, 90), therapy_referral(200), drug(NSAID, 100, 80), drug(NSAID, None))
    assert len(full.facts) == 2


@pytest.mark.parametrize(
    ("entries", "failed"),
    [
        # a finished course: the symptom is still current 14 days later
        (sessions(40, 14), True),
        (sessions(40, 13), False),
        (sessions(40, 14, value_set=OTHER), True),
        (sessions(40, 13, value_set=OTHER), False),
        ([done(INJECTION, 14)], True),
        ([done(INJECTION, 13)], False),
        ([done(INJECTION, 100), done(INJECTION, 3)], True),
        # a drug still taken: 42 days after its start
        ([drug(NSAID, 42)], True),
        ([drug(NSAID, 41)], False),
        # a drug that ended
        ([drug(NSAID, 30, 14)], True),
        ([drug(NSAID, 30, 13)], False),
        # runs of one class are merged over 30 days, of two classes not
        ([drug(NSAID, 60, 46), drug(NSAID, 15)], True),
        ([drug(NSAID, 80, 47), drug(NSAID, 15)], True),
        ([drug(NSAID, 41, 35), drug("muscle_relaxant", 13)], True),
        ([drug(NSAID, 50, 13), drug("muscle_relaxant", 12)], False),
        ([drug(NSAID, 41, 35), drug(NSAID, 13)], False),
        ([drug(NSAID, 42, 41), drug(NSAID, 13)], True),
        # any class suffices, given the 14 days of all
        ([drug(NSAID, 20, 20), drug("muscle_relaxant", 12)], True),
        ([drug(NSAID, 20, 20), drug("muscle_relaxant", 11)], False),
    ],
)
def test_failed(entries: list[Any], failed: bool) -> None:
    assert care(*entries).failed is failed


def test_failing_needs_a_current_symptom_and_counts_from_its_start() -> None:
    assert care(drug(NSAID, 100), complaints=NO_PAIN).failed is False
    assert care(drug(NSAID, 100), complaints=pain(42)).failed is True
    assert care(drug(NSAID, 100), complaints=pain(41)).failed is False


@pytest.mark.parametrize(
    ("unanswered", "state", "failed"),
    [
        ((), "none-documented", False),
        (("procedures",), "none-documented", None),
        (MEDICATIONS, "none-documented", None),
        (MEDICATIONS[:1], "none-documented", False),
        (("procedures", *MEDICATIONS), "unknown", None),
    ],
)
def test_unknown_where_neither_key_was_answered(unanswered: Any, state: str, failed: bool | None) -> None:
    found = care(unanswered=unanswered)
    assert (found.state, found.failed) == (state, failed)
    assert care(*sessions(100, 58), unanswered=unanswered).failed is True


@pytest.mark.parametrize(
    ("entries", "unanswered", "documented"),
    [
        ([], (), False),
        ([], ("procedures",), None),
        (sessions(100, 59), ("procedures",), None),
        (sessions(100, 59), MEDICATIONS, None),
        ([], MEDICATIONS, False),
        (sessions(100, 58), ("procedures", *MEDICATIONS), True),
    ],
)
def test_whether_care_is_documented_is_unknown_where_what_is_lacking_was_not_checked(
    entries: list[Any], unanswered: tuple[Key, ...], documented: bool | None
) -> None:
    """Procedures could hold all of it; medications alone are one component, and a second only beside another."""
    assert care(*entries, unanswered=unanswered).documented is documented


def test_weak_evidence_is_told_in_the_order_of_its_days() -> None:
    """Not of its words, among which "10 October" comes before "2 October": another day would turn them round."""
    weak = (done(PT, 43, use="weak"), done(PT, 51, use="weak"), done(PT, None, use="weak"))
    said = ["physical therapy 2 October 2026", "physical therapy 10 October 2026", "physical therapy undated"]
    assert [fact.text for fact in care(*weak).facts] == said


def test_what_was_not_found_or_not_checked_is_named() -> None:
    assert care().gaps == ("physical therapy not found", "spinal injection not found", "pain medication not found")
    unchecked = care(unanswered=("procedures", *MEDICATIONS)).gaps
    assert unchecked == ("physical therapy not checked", "spinal injection not checked", "pain medication not checked")
    assert care(*sessions(9, 8), drug(NSAID, 99), done(INJECTION, 9)).gaps == ()


def test_what_is_told_as_weak_evidence_is_not_denied_as_well() -> None:
    hinted = care(*sessions(9), done(INJECTION, 9, use="weak"))
    assert hinted.gaps == ("course of physical therapy not found", "pain medication not found")
    undated = care(drug(NSAID, None, label="naproxen"))
    assert [fact.text for fact in undated.facts] == ["naproxen, undated"]
    assert undated.gaps == (
        "physical therapy not found",
        "spinal injection not found",
        "pain medication with dates not found",
    )


def test_sign_5_leaves_the_opioid_itself_out() -> None:
    chart = [opioid(100, 80), drug(NSAID, 20, label="naproxen")]
    assert care(*chart).components[0].days == 42
    apart = care(*chart, without_opioids=True)
    assert (apart.components[0].days, apart.components[0].drugs) == (21, ("naproxen",))
    assert care(opioid(100, 80), without_opioids=True).state == "none-documented"
    assert care(drug(NSAID, 100, 80, opioid=True), without_opioids=True).state == "none-documented"


def test_facts_in_words_with_their_sources() -> None:
    found = care(
        done(PT, 100, ref="Procedure/b"),
        done(PT, 90, ref="Procedure/a"),
        done(PT, 500, ref="Procedure/old"),
        done(INJECTION, 20, ref="Procedure/i"),
        drug(NSAID, 174, label="naproxen", ref="MedicationRequest/n"),
        drug(NSAID, 500, 400, label="ibuprofen", ref="MedicationRequest/old"),
    )
    assert [(fact.text, fact.sources) for fact in found.facts] == [
        ("physical therapy on 2 days, 14 August 2026 to 24 August 2026", ("Procedure/a", "Procedure/b")),
        ("naproxen covering 175 days, 1 June 2026 to 22 November 2026", ("MedicationRequest/n",)),
        ("spinal injection 2 November 2026", ("Procedure/i",)),
    ]
    assert found.components[1].first == ago(174)
    edge = care(drug(NSAID, 400, 365, label="ibuprofen"), drug(NSAID, 100, 80, label="naproxen"))
    assert edge.facts[0].text.startswith("ibuprofen, naproxen covering 22 days, ")
    both = care(drug(NSAID, 40, 21, label="naproxen"), drug("muscle_relaxant", 20, label="tizanidine"))
    assert both.facts[0].text.startswith("naproxen, tizanidine covering 41 days, ")
    assert care(done(INJECTION, 20), done(INJECTION, 10)).facts[0].text == (
        "spinal injection on 2 days, 2 November 2026 to 12 November 2026"
    )


def test_v01_therapy_from_june_to_august_and_naproxen_are_documented_and_failed() -> None:
    therapy = sessions(174, 165, 155, 145, 135, 125, 115, 100)
    found = care(*therapy, drug(NSAID, 174), complaints=pain(196))
    assert (found.state, found.failed) == ("documented", True)


def test_v07_one_session_and_naproxen_since_april_are_partial_and_failed() -> None:
    found = care(*sessions(216), drug(NSAID, 226), complaints=pain(265))
    assert (found.state, found.failed) == ("partial", True)


def test_v09_nothing_on_record_is_none_documented() -> None:
    assert care(complaints=pain(235)).state == "none-documented"


def test_v49_therapy_nine_months_ago_counts_where_the_start_is_unknown() -> None:
    found = care(*sessions(360, 330, 290), drug(NSAID, None), complaints=pain(None))
    assert (found.state, found.failed) == ("documented", True)
