"""The detail: sections in order, nothing dangerous in them, and within 1,500 characters without losing a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.findings.caution import Caution
from cds_service.findings.finding import Fact, Present
from cds_service.findings.impact import PainScore
from cds_service.findings.red_flags import RedFlags
from cds_service.findings.sign import Sign
from cds_service.knowledge.evidence import Evidence
from cds_service.rendering.checks import LINE_LIMIT
from cds_service.rendering.detail import DETAIL_LIMIT, citations, detail
from cds_service.rendering.points import ENOUGH_BULLETS, Points, points
from tests.rendering.charts import (
    CAUDA_EQUINA,
    CLAUDICATION,
    DAY,
    DIABETES,
    EXAMPLES,
    MYELOPATHY,
    NO_MRI,
    OBESITY,
    PAIN,
    PARTIAL_PAIN,
    SCARRING,
    SMOKING,
    THERAPY,
    WEAKNESS,
    assessment,
    detail_of,
    findings,
    in_set,
    knowledge,
    section,
    words,
)

ALL_UNCHECKED = ("conditions", "medications", "procedures", "observations", "imaging", "referrals")
AFTER_SURGERY = Sign(
    "persistent-after-surgery",
    "present",
    "full",
    brief="failed back surgery syndrome, 38 weeks",
    facts=(
        Fact("failed back surgery syndrome since 1 March 2026 (38 weeks)"),
        Fact("lumbar decompression, 10 May 2024"),
    ),
)
INFECTION = replace(SMOKING, id="active-infection")


def next_of(text: str) -> str:
    return next(part for part in text.split("\n\n") if part.startswith("**Next:** ")).removeprefix("**Next:** ")


@pytest.mark.parametrize("rule", EXAMPLES)
def test_sections_stand_in_order(rule: str) -> None:
    given_ = EXAMPLES[rule]
    has = replace(
        given_.findings,
        cautions=(Caution("copd", "COPD on record: assess lung function"),),
        gaps=("No BMI within 365 days",),
        unchecked=("referrals",),
        imaging=NO_MRI,
    )
    headings = [part.split("**")[1] for part in detail_of(replace(given_, findings=has)).split("\n\n") if "**" in part]
    order = ["Not checked:", "Next:", "Why this card", "Cautions", "Not found in the chart", "Options", "Basis:"]
    assert headings == [heading for heading in order if heading in headings]
    assert headings[:5] == order[:5]


@pytest.mark.parametrize("rule", EXAMPLES)
def test_version_limits_and_no_html_are_on_every_card(rule: str) -> None:
    text = detail_of(EXAMPLES[rule])
    last = text.split("\n\n")[-1]
    assert last.startswith("Decision support, not a diagnosis or an order")
    assert knowledge().version in last
    assert "22 November 2026" in last
    assert "<" not in text
    assert "%" not in words().shared.footer


def test_what_was_not_checked_comes_first_by_its_noun() -> None:
    text = detail_of(assessment("recommend", findings(CLAUDICATION, unchecked=ALL_UNCHECKED)))
    first, second = text.split("\n\n")[:2]
    assert first == (
        "**Not checked:** conditions (incomplete), medications, procedures, observations, imaging, referrals. What "
        "they hold may change this advice."
    )
    assert second.startswith("**Next:** ")


def test_an_answered_chart_has_no_such_line() -> None:
    assert detail_of(EXAMPLES["recommend"]).startswith("**Next:** ")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("urgent-emergency", "Assess today by the local emergency pathway: "),
        ("urgent-prompt", "Assess promptly: "),
        (
            "not-advised",
            "Consider asking a spine surgeon about other options; a minimally invasive approach may not suit because "
            "the chart lists extensive epidural scarring.",
        ),
        (
            "optimise-first",
            "Consider optimising first: improve glucose control and repeat HbA1c. Then consider a referral",
        ),
        (
            "recommend",
            "Consider a referral to a spine surgeon for a minimally invasive spine surgery (MISS) evaluation",
        ),
        ("consider", "Discuss with the patient whether a MISS evaluation is worth it"),
    ],
)
def test_what_comes_next(rule: str, says: str) -> None:
    assert next_of(detail_of(EXAMPLES[rule])).startswith(says)


def test_a_time_critical_sign_with_a_reason_against_miss_is_referred_promptly() -> None:
    text = detail_of(assessment("not-advised", findings(WEAKNESS, risks=(SCARRING,))))
    assert next_of(text).startswith(
        "Refer to a spine surgeon promptly; a minimally invasive approach may not suit because the chart lists "
        "extensive epidural scarring."
    )


def test_a_time_critical_sign_with_modifiable_risks_is_referred_and_optimised_in_parallel() -> None:
    text = detail_of(assessment("recommend", findings(WEAKNESS, risks=(OBESITY, SMOKING))))
    assert next_of(text).startswith(
        "Refer now; optimise in parallel: plan weight management alongside; BMI alone is no reason to withhold "
        "evaluation; offer smoking cessation, at least 4 weeks before any operation."
    )
    assert section(text, "Why this card")[:3] == [
        "Lumbar radiculopathy since 18 October 2026 (5 weeks)",
        "Weakness of a limb since 5 November 2026",
        "BMI 41 on 1 October 2026",
    ]


def test_a_time_critical_sign_alone_should_not_wait() -> None:
    told = next_of(detail_of(assessment("recommend", findings(WEAKNESS))))
    assert told == (
        "Refer now for a spine surgeon's evaluation; this should not wait: lumbar radiculopathy, 5 weeks, focal "
        "weakness, care documented."
    )
    assert "should not wait" in next_of(detail_of(assessment("consider", findings(WEAKNESS))))


def test_modifiable_risks_do_not_make_an_ordinary_recommendation_parallel() -> None:
    told = next_of(detail_of(assessment("recommend", findings(CLAUDICATION, risks=(SMOKING,)))))
    assert told.startswith("Consider a referral")


def test_risks_together_against_miss_are_to_be_treated_alongside() -> None:
    text = detail_of(assessment("not-advised", findings(PAIN, risks=(DIABETES, OBESITY, SMOKING))))
    assert (
        "Alongside: improve glucose control and repeat HbA1c; plan weight management alongside; BMI alone is no "
        in text
    )


def test_missing_imaging_is_asked_for_where_an_evaluation_is_meant() -> None:
    asked = words().shared.imaging_missing
    for rule, sign in (("recommend", CLAUDICATION), ("consider", PARTIAL_PAIN), ("optimise-first", CLAUDICATION)):
        assert asked in detail_of(assessment(rule, findings(sign, risks=(DIABETES,), imaging=NO_MRI)))
        assert asked not in detail_of(assessment(rule, findings(sign, risks=(DIABETES,))))
    assert asked not in detail_of(assessment("not-advised", findings(CLAUDICATION, risks=(SCARRING,), imaging=NO_MRI)))


def test_persistence_after_surgery_asks_for_the_work_up_before_revision() -> None:
    asked = "Before any revision: examination, MRI, CT or X-ray, bone health, existing hardware."
    assert asked in next_of(detail_of(assessment("recommend", findings(AFTER_SURGERY))))
    assert asked in next_of(detail_of(assessment("not-advised", findings(AFTER_SURGERY, risks=(SCARRING,)))))
    has = findings(AFTER_SURGERY, red_flags=RedFlags((CAUDA_EQUINA,)))
    assert asked not in detail_of(assessment("urgent-emergency", has))


def test_a_partial_sign_says_what_is_still_open() -> None:
    assert next_of(detail_of(EXAMPLES["consider"])).endswith("Still open: conservative care for it.")


def test_why_gives_each_fact_once_with_its_date() -> None:
    pain = Present(PainScore("pain score", 6.0, DAY), (Fact("pain 6 of 10 on 1 October 2026"),))
    has = replace(findings(CLAUDICATION, replace(PAIN, facts=(*PAIN.facts, THERAPY))), impact=pain)
    assert section(detail_of(assessment("recommend", has)), "Why this card") == [
        "Lumbar stenosis with neurogenic claudication since 1 December 2025 (51 weeks)",
        "Low back pain since 10 May 2026 (28 weeks)",
        "Physical therapy, 8 sessions, 1 June 2026 to 20 August 2026",
        "MRI of the lumbar spine, 5 May 2026",
        "Pain 6 of 10 on 1 October 2026",
    ]


def test_why_has_at_most_six_facts_old_red_flags_among_them() -> None:
    history = (Fact("History: discitis, March 2019"), Fact("History: foot drop, 2020"), Fact("History: fracture, 2021"))
    many = tuple(Fact(f"course {number} of physical therapy") for number in range(9))
    has = findings(CLAUDICATION, care_facts=many, red_flags=RedFlags(history=history))
    why = section(detail_of(assessment("recommend", has)), "Why this card")
    assert len(why) == 6
    assert why[-2:] == ["History: discitis, March 2019", "History: foot drop, 2020"]


def test_an_emergency_tells_what_it_is_and_little_else() -> None:
    has = findings(PAIN, red_flags=RedFlags((CAUDA_EQUINA,)))
    assert section(detail_of(assessment("urgent-emergency", has)), "Why this card") == [
        "Cauda equina syndrome since 21 November 2026",
        "Low back pain since 10 May 2026 (28 weeks)",
        "MRI of the lumbar spine, 5 May 2026",
    ]


def test_chart_text_is_quoted_and_escaped() -> None:
    flag = replace(CAUDA_EQUINA, fact=Fact("cauda equina syndrome, undated", quote="![x](http://evil) <b>"))
    text = detail_of(assessment("urgent-emergency", findings(red_flags=RedFlags((flag,)))))
    assert "- Cauda equina syndrome, undated: “\\!\\[x\\]\\(http\\: //evil\\) &lt;b&gt;”" in text


def test_other_risks_and_cautions_are_cautions() -> None:
    caution = Caution("bone", "Osteoporosis on record: bone health first")
    text = detail_of(assessment("consider", findings(PARTIAL_PAIN, risks=(SMOKING,), cautions=(caution,))))
    assert section(text, "Cautions") == [
        "Current smoking (1 Oct): offer smoking cessation, at least 4 weeks before any operation",
        "Osteoporosis on record: bone health first",
    ]


def test_a_risk_without_advice_is_only_named() -> None:
    text = detail_of(assessment("urgent-emergency", findings(risks=(SCARRING,), red_flags=RedFlags((CAUDA_EQUINA,)))))
    assert section(text, "Cautions") == ["Extensive epidural scarring"]


def test_gaps_are_listed_but_not_those_already_named_as_unchecked() -> None:
    gaps = (
        "No BMI within 365 days",
        "Smoking status was not checked",
        "Procedures not checked in full",
        "Conditions are incomplete",
    )
    text = detail_of(assessment("recommend", findings(CLAUDICATION, gaps=gaps, unchecked=("procedures",))))
    assert section(text, "Not found in the chart") == ["No BMI within 365 days"]


def test_an_emergency_names_missing_imaging_and_no_other_gap() -> None:
    gaps = ("No BMI within 365 days", "No spine MRI or CT within 365 days")
    flags = RedFlags((CAUDA_EQUINA,))
    text = detail_of(assessment("urgent-emergency", findings(red_flags=flags, gaps=gaps, imaging=NO_MRI)))
    assert section(text, "Not found in the chart") == ["No spine MRI or CT within 365 days"]
    text = detail_of(assessment("urgent-emergency", findings(red_flags=flags, gaps=gaps)))
    assert section(text, "Not found in the chart") == []


@pytest.mark.parametrize(
    ("concept", "says"),
    [
        ("disc_herniation", "Disc herniation: discectomy."),
        ("spinal_stenosis", "Stenosis: laminectomy or foraminotomy."),
        ("spondylolisthesis", "Instability, slip or deformity: fusion."),
        ("spinal_deformity", "Instability, slip or deformity: fusion."),
    ],
)
def test_the_candidate_procedure_follows_the_diagnosis(concept: str, says: str) -> None:
    text = detail_of(assessment("recommend", findings(CLAUDICATION, conditions=(in_set(concept),))))
    procedure, without = section(text, "Options")
    assert procedure.startswith(says)
    assert "source document" in procedure
    assert without.startswith("Without an operation: ")


def test_procedures_against_tumours_are_information_on_the_prompt_card() -> None:
    has = findings(red_flags=RedFlags((CAUDA_EQUINA,), (MYELOPATHY,)), conditions=(in_set("redflag_spinal_neoplasm"),))
    corpectomy, radiosurgery = section(detail_of(assessment("urgent-prompt", has)), "Options")
    assert "corpectomy" in corpectomy
    assert "CyberKnife" in radiosurgery
    assert section(detail_of(assessment("urgent-emergency", has)), "Options") == []


def test_at_most_two_procedures_are_named_and_none_of_past_or_doubtful_diagnoses() -> None:
    three = tuple(map(in_set, ("disc_herniation", "spinal_stenosis", "spondylolisthesis")))
    assert len(section(detail_of(assessment("recommend", findings(PAIN, conditions=three))), "Options")) == 3
    past = (in_set("disc_herniation", active=False),)
    assert len(section(detail_of(assessment("recommend", findings(PAIN, conditions=past))), "Options")) == 1


def test_miss_procedures_are_not_named_where_miss_may_not_suit() -> None:
    has = findings(CLAUDICATION, risks=(SCARRING,), conditions=(in_set("spinal_stenosis"),))
    assert not any("laminectomy" in line for line in section(detail_of(assessment("not-advised", has)), "Options"))


def test_the_basis_names_what_was_looked_up_with_its_year() -> None:
    assert "**Basis:** Qaseem A et al., Ann Intern Med 166:514-530, 2017" in detail_of(EXAMPLES["consider"])
    assert "**Basis:** Global Spine J, 2025" in detail_of(EXAMPLES["optimise-first"])
    many = assessment("optimise-first", findings(PAIN, risks=(DIABETES, OBESITY, SMOKING)))
    basis = next(part for part in detail_of(many).split("\n\n") if part.startswith("**Basis:**"))
    assert basis.count(";") == 2


def test_what_was_only_recalled_or_has_no_year_is_not_cited() -> None:
    source = Evidence("E1", "s", "Doe J", "2020", "J Spine", "", "looked up", "x")
    sources = (
        source,
        replace(source, id="E2", certainty="recalled, high confidence"),
        replace(source, id="E3", year="n/k"),
        replace(source, id="E4", certainty="certain on 50", authors="(J Spine 2020)"),
        replace(source, id="E5", authors="J Spine group"),
        replace(source, id="E6", authors="WHO, via a clinic's page", source="WHO statement"),
    )
    assert citations({one.id: one for one in sources}) == {
        "E1": "Doe J, J Spine, 2020",
        "E4": "J Spine, 2020",
        "E5": "J Spine group, 2020",
        "E6": "WHO statement, 2020",
    }
    assert "E28" not in citations(knowledge().evidence)


def test_too_much_is_shortened_where_it_is_safe() -> None:
    many = tuple(Caution(str(n), f"caution number {n} that has quite a few words to it, to be read") for n in range(20))
    gaps = tuple(f"No value number {n} within 365 days" for n in range(9))
    history = RedFlags(history=(Fact("History: discitis, March 2019"),))
    has = findings(
        WEAKNESS,
        CLAUDICATION,
        risks=(OBESITY, SMOKING, DIABETES),
        cautions=many,
        gaps=gaps,
        red_flags=history,
        unchecked=ALL_UNCHECKED,
        imaging=NO_MRI,
    )
    text = detail_of(assessment("recommend", has))
    assert len(text) <= DETAIL_LIMIT
    assert text.startswith("**Not checked:** ")
    assert next_of(text).startswith("Refer now; optimise in parallel: ")
    assert len(section(text, "Why this card")) == 4
    assert "History: discitis, March 2019" in text
    assert section(text, "Options") == []
    assert section(text, "Cautions")[-1].endswith(" more on record")


def test_the_fullest_card_fits_and_counts_the_cautions_it_leaves_out() -> None:
    long = "word " * 60
    fact = Fact(long, (), "<" * 300)
    told = Points(
        "not-advised",
        (long,),
        situation="time-critical",
        risks=(DIABETES, OBESITY, SMOKING, replace(SMOKING, id="cardiovascular-disease"), INFECTION),
        why=(fact,) * 4,
        history=(fact,) * 2,
        cautions=(long,) * 30,
        gaps=(long,) * 30,
        unchecked=ALL_UNCHECKED,
        before_revision=True,
    )
    text = detail(words().cards["not-advised"], words().shared, told, {}, "f" * LINE_LIMIT)
    assert len(text) <= DETAIL_LIMIT
    assert len(section(text, "Why this card")) == ENOUGH_BULLETS + 2
    assert section(text, "Cautions")[1:] == ["And 29 more on record"]
    assert section(text, "Not found in the chart") == []


def test_gaps_are_counted_before_they_are_left_out() -> None:
    gaps = tuple(f"No value number {n} within 365 days" for n in range(9))
    many = tuple(Caution(str(n), f"caution {n} of some forty-five characters or so") for n in range(14))
    text = detail_of(assessment("recommend", findings(CLAUDICATION, cautions=many, gaps=gaps)))
    assert section(text, "Not found in the chart")[-1] == "And 6 more on record"
    assert len(section(text, "Cautions")) == 14


line = st.text(min_size=1, max_size=300)
facts = st.lists(st.builds(Fact, line, st.just(()), line), max_size=6).map(tuple)


@settings(deadline=None)
@given(
    rule=st.sampled_from(sorted(EXAMPLES)),
    situation=st.sampled_from(["usual", "time-critical", "in-parallel"]),
    why=facts,
    history=facts.map(lambda found: found[:2]),
    lines=st.lists(line, min_size=1, max_size=25).map(tuple),
    flag=st.booleans(),
)
def test_whatever_there_is_to_tell_it_fits_and_holds_no_html(
    rule: str, situation: str, why: tuple[Fact, ...], history: tuple[Fact, ...], lines: tuple[str, ...], flag: bool
) -> None:
    card = words().cards[rule]
    told = Points(
        rule,
        lines,
        situation=situation if situation in card.next else "usual",  # type: ignore[arg-type]
        risks=(DIABETES, OBESITY, SMOKING) if rule != "consider" else (),
        missing=lines if rule == "consider" else (),
        why=why,
        history=history,
        cautions=lines,
        gaps=lines,
        unchecked=ALL_UNCHECKED if flag else (),
        imaging_missing=rule in ("optimise-first", "recommend", "consider"),
        before_revision=flag,
        candidates=("herniation", "stenosis"),
        rests_on=("persistent-pain",),
    )
    text = detail(card, words().shared, told, citations(knowledge().evidence), "made of 2026.11.0+3f9c2a1b " * 4)
    assert len(text) <= DETAIL_LIMIT
    assert "<" not in text
    assert section(text, "Cautions")


def test_drugs_a_sign_has_told_of_are_not_told_again_as_care() -> None:
    long_term = Fact("oxycodone since 1 May 2024 (900 days covered)", ("MedicationRequest/a", "MedicationRequest/b"))
    sign = Sign("medication-dependence", "present", "full", because="long-term opioids", facts=(long_term,))
    same = Fact("oxycodone covering 361 days, 1 May 2026 to 20 November 2026", ("MedicationRequest/b",))
    more = Fact("naproxen, oxycodone covering 300 days", ("MedicationRequest/b", "MedicationRequest/n"))
    unnamed = Fact("ibuprofen covering 20 days")
    pain = replace(PAIN, facts=(*PAIN.facts, same))
    has = replace(findings(sign, pain), care=replace(findings(sign).care, facts=(same, more, unnamed)))
    told = points(assessment("recommend", has)).why
    assert long_term in told and same not in told
    assert more in told and unnamed in told
