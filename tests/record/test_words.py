"""When words mean what they name: cleaning, denial, doubt, history."""

from __future__ import annotations

import re

import pytest

from cds_service.record.words import (
    LONGEST_TEXT,
    clause_around,
    cleaned,
    is_unconfirmed,
    names_spine,
    notes_of,
    says,
    strings_of,
    without_ruled_out,
)
from cds_service.wire.fhir import Annotation, CodeableConcept, Coding
from tests.record.charts import knowledge

GUARDS = knowledge().patterns.guards
BACK_PAIN = re.compile("low back pain|sciatica|pain|weakness|numbness|bladder", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (None, ""),
        ("", ""),
        ("Low back pain", "Low back pain"),
        ("Low\u00a0back\r\npain", "Low back pain"),
        ("Low  back\tpain ", "Low back pain"),
        ("\u202eLow\u200b back\x00 pain", "Low back pain"),
        ("Müdigkeit", "Müdigkeit"),
        ("\n", ""),
    ],
)
def test_control_bidi_and_zero_width_become_spaces(text: str | None, clean: str) -> None:
    assert cleaned(text) == clean


def test_text_is_cut_before_anything_reads_it() -> None:
    assert len(cleaned("x" * 5_000)) == LONGEST_TEXT


def test_text_and_displays_are_separate_strings_each_once() -> None:
    concept = CodeableConcept([Coding(display="A"), Coding(display="B"), Coding()], "A")
    assert strings_of((concept, None, CodeableConcept())) == ("A", "B")


def test_notes_that_say_something() -> None:
    assert notes_of([Annotation("worse"), Annotation(), Annotation("")]) == ("worse",)
    assert notes_of(None) == ()


@pytest.mark.parametrize(
    ("text", "word", "said"),
    [
        ("low back pain", "pain", True),
        ("no low back pain", "pain", False),
        ("denies pain", "pain", False),
        ("negative for any sign of pain", "pain", False),
        ("without pain", "pain", False),
        ("nodular pain", "pain", True),
        # "not" denies only what follows at once
        ("not severe", "severe", False),
        ("not very severe", "severe", False),
        ("not yet severe", "severe", False),
        ("not severe or marked", "marked", False),
        ("severe pain, not controlled", "severe", True),
        ("not only severe", "severe", True),
        ("non-severe", "severe", False),
        ("non severe", "severe", False),
        ("nonsevere or severe", "severe", True),
        ("not relieved, severe pain", "severe", True),
        ("did not improve with therapy for low back pain", "low back pain", True),
        ("sciatica not ruled out", "sciatica", True),
        ("not ruled out sciatica", "sciatica", True),
        ("sciatica cannot be ruled out", "sciatica", True),
        ("cannot rule out sciatica", "sciatica", True),
        # the three sentences of the specification
        ("low back pain with sciatica, no bladder symptoms", "sciatica", True),
        ("low back pain with sciatica, no bladder symptoms", "bladder", False),
        ("no fever, low back pain", "pain", True),
        ("no numbness, weakness or pain", "numbness", False),
        ("no numbness, weakness or pain", "weakness", False),
        ("no numbness, weakness or pain", "pain", False),
        # where a clause ends
        ("no fever. Pain", "pain", True),
        ("no fever; pain", "pain", True),
        ("fever: no; pain", "pain", True),
        ("denies: pain", "pain", True),
        ("no fever but pain", "pain", True),
        ("no fever But pain", "pain", True),
        ("no " + "x" * 36 + " pain", "pain", False),
        ("no " + "x" * 37 + " pain", "pain", False),
        ("no " + "x" * 39 + " pain", "pain", True),
        # lists denied as a whole, and lists that are none
        ("no numbness, weakness, or pain", "pain", False),
        ("no numbness, weakness, nor pain", "weakness", False),
        ("denies fever, numbness, weakness or pain", "numbness", False),
        ("no fever, weakness and pain", "pain", True),
        ("no fever, weakness, pain", "pain", True),
        ("no fever or chills, low back pain", "pain", True),
        ("no fever or chills, weakness or pain", "pain", True),
        ("no fever, chills or sweats, low back pain", "pain", True),
        ("no fever, chills or sweats, low back pain", "low back pain", True),
        ("no fever, reports weakness or pain", "pain", True),
        ("no fever, weakness or pain but numbness", "weakness", False),
        ("no fever, weakness or pain but numbness", "numbness", True),
        ("fever, weakness or pain", "pain", True),
        ("fever, low back pain", "pain", True),
        ("no fever, " + "x" * 50 + ", weakness or pain", "pain", True),
        ("pain, no numbness, weakness or sciatica", "pain", True),
        ("no fever, pain or tingling reported", "pain", False),
    ],
)
def test_denied_or_said(text: str, word: str, said: bool) -> None:
    assert says(re.compile(word, re.IGNORECASE), (text,), GUARDS) is said


def test_one_of_several_mentions_is_enough() -> None:
    assert says(BACK_PAIN, ("no weakness", "no sciatica; weakness"), GUARDS)
    assert not says(BACK_PAIN, (), GUARDS)


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("severe pain, epidural fibrosis", " epidural fibrosis"),
        ("extensive epidural fibrosis at L4", "extensive epidural fibrosis at L4"),
        ("epidural fibrosis, severe", "epidural fibrosis  severe"),
        ("epidural fibrosis, severe pain", "epidural fibrosis"),
        ("epidural fibrosis but severe", "epidural fibrosis   severe"),
    ],
)
def test_the_clause_around_a_match(text: str, clause: str) -> None:
    match = re.search("epidural fibrosis", text)
    assert match is not None
    assert clause_around(text, match) == clause


@pytest.mark.parametrize(
    ("text", "spine"),
    [
        ("pain of the lower back", True),
        ("Lumbar disc disease", True),
        ("cervical spine injury", True),
        ("cervical cancer", False),
        ("fracture of neck of femur", False),
        ("Closed fracture of the neck of left femur", False),
        ("burn of back of right hand", False),
        ("bladder neck obstruction", False),
        ("femoral neck fracture and neck pain", True),
        ("no back pain", False),
        ("knee pain", False),
    ],
)
def test_spine_words(text: str, spine: bool) -> None:
    assert names_spine(text, GUARDS) is spine


@pytest.mark.parametrize(
    ("text", "unconfirmed"),
    [
        ("rule out cauda equina syndrome", True),
        ("R/O cord compression", True),
        ("suspected epidural abscess", True),
        ("? cauda equina", True),
        ("cauda equina ?", True),
        ("cauda equina? yes", False),
        ("unsuspected fracture", False),
        ("cauda equina syndrome", False),
    ],
)
def test_unconfirmed_words(text: str, unconfirmed: bool) -> None:
    assert is_unconfirmed((text,), GUARDS) is unconfirmed


def names_pain(text: str) -> bool:
    return BACK_PAIN.search(text) is not None


@pytest.mark.parametrize(
    ("strings", "left"),
    [
        (("Low back pain",), ("Low back pain",)),
        (("Family history of scoliosis",), None),
        (("Mother has back pain",), None),
        (("Scoliosis screening",), None),
        (("low back pain; mother had scoliosis",), None),
        (("cauda equina ruled out",), None),
        (("Cauda equina syndrome", "cauda equina ruled out"), None),
        (("low back pain, cauda equina ruled out",), ("low back pain",)),
        (("low back pain, cauda equina ruled out", "Low back pain"), ("low back pain", "Low back pain")),
        (("cauda equina cannot be ruled out",), ("cauda equina cannot be ruled out",)),
        (("cauda equina not ruled out",), ("cauda equina not ruled out",)),
        (("Ruled out: cauda equina",), None),
        (("low back pain. Cauda equina, ruled out.",), ("low back pain",)),
        (("ruled out",), None),
    ],
)
def test_what_is_ruled_out_or_of_the_family(strings: tuple[str, ...], left: tuple[str, ...] | None) -> None:
    assert without_ruled_out(strings, GUARDS, names_pain) == left
