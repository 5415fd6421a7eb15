"""Dosage instructions in English words: what is read, and what is refused."""

from __future__ import annotations

import time

import pytest

from cds_service.record.instruction_words import LONGEST, Instruction, read_instruction, says_as_needed
from cds_service.record.opioid_dose import Bounds


def said(text: str) -> tuple[object, ...]:
    """Dose, unit, rate and whether as needed; empty where the words are refused."""
    found = read_instruction(text)
    return (_bounds(found.dose), found.unit, _bounds(found.rate), found.as_needed) if found else ()


def _bounds(found: Bounds | None) -> object:
    return None if found is None else found.least if found.least == found.most else (found.least, found.most)


@pytest.mark.parametrize(
    ("text", "dose", "unit", "rate", "needed"),
    [
        ("1 tablet every 6 hours as needed", 1, "tablet", 4, True),
        ("1-2 tabs by mouth every six hours as needed for breakthrough pain", (1, 2), "tablet", 4, True),
        ("1 q6h prn pain", 1, "unit", 4, True),
        ("Take 1 tablet(s) orally every 4–6 hrs if needed.", 1, "tablet", (4, 6), True),
        ("1 to 2 tabs q4 h prn", (1, 2), "tablet", 6, True),
        ("one or two tablets three times a day", (1, 2), "tablet", 3, False),
        ("5mg PO DAILY", 5, "mg", 1, False),
        ("500 mg twice daily with food", 500, "mg", 2, False),
        ("1 tab po b.i.d.", 1, "tablet", 2, False),
        ("SIG: take 1 capsule p.o. t.i.d. for 10 days", 1, "capsule", 3, False),
        ("2 pills QID", 2, "unit", 4, False),
        ("1 tab 3x/day", 1, "tablet", 3, False),
        ("1 tablet 2-3 times daily", 1, "tablet", (2, 3), False),
        ("1 tablet up to 4 times a day", 1, "tablet", (0, 4), False),
        ("up to 2 tablets every 6 hours", (0, 2), "tablet", 4, False),
        ("half a tablet twice daily", 0.5, "tablet", 2, False),
        ("1/2 tablet qd", 0.5, "tablet", 1, False),
        ("½ tab qd", 0.5, "tablet", 1, False),
        ("one-half tablet tid", 0.5, "tablet", 3, False),
        ("1 1/2 tablets every 12 hours", 1.5, "tablet", 2, False),
        ("a tablet at bedtime", 1, "tablet", 1, False),
        (".5 mL q4h", 0.5, "ml", 6, False),
        ("10 mL bid x 10 days", 10, "ml", 2, False),
        ("2.5 - 5 millilitres every 4 hours", (2.5, 5), "ml", 6, False),
        ("30 milligrams every morning", 30, "mg", 1, False),
        ("1 tablet once daily at bedtime", 1, "tablet", 1, False),
        ("1 tablet every other day", 1, "tablet", 0.5, False),
        ("1 tablet once a week", 1, "tablet", 1 / 7, False),
        ("apply 1 patch to skin every 72 hours", 1, "patch", 1 / 3, False),
        ("Apply 75 mcg/hr patch every 3 days", 75, "mcg/h", 1 / 3, False),
        ("1 patch q3d", 1, "patch", 1 / 3, False),
        ("1 suppository twice a day", 1, "suppository", 2, False),
        ("1 spray every 4 hours", 1, "spray", 6, False),
        ("1 tablet every 6 hours for severe back pain", 1, "tablet", 4, False),
        ("1 tablet as needed", 1, "tablet", None, True),
        ("Take every 12 hours", None, "unit", 2, False),
        ("twice daily", None, "unit", 2, False),
        ("2 times daily", None, "unit", 2, False),
        ("1 tablet", 1, "tablet", None, False),
        ("Take 1 tablet by mouth every 6 (six) hours as needed for Pain.", 1, "tablet", 4, True),
        ("take eleven tablets, daily", 11, "tablet", 1, False),
    ],
)
def test_read(text: str, dose: object, unit: str, rate: object, needed: bool) -> None:
    assert said(text) == (dose, unit, rate, needed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "as directed",
        "prn",
        "2",
        "0 tabs q0h",
        "every 0 hours",
        "1/2 tabs daily",  # half of one, or one or two
        "5/325mg PO q4-6h PRN",  # which of the two?
        "1 tab in the morning, 2 tabs at night",
        "1 tab am, 2 tabs pm",
        "2 tabs bid for 3 days then 1 tab bid",
        "1 tablet every 6 hours as needed, may repeat x 1",
        "1 tablet every 6 hours or 2 tablets every 12 hours",
        "1 tablet twice daily and at bedtime",
        "do not take 1 tablet every 6 hours",
        "1 tablet every 6 hours, taper off",
        "1 tablet q6h max 3",  # of what time?
        "1 tab q8h, do not exceed 3 per day, max 4 tablets daily",
        "1 tablet every 6 hours as needed for pain 4-6",
        "2 puffs qid prn SOB",
        "1,000 mg daily",
        "1000000 mg daily",
        "1 tablett alle 6 Stunden",
        "un comprimido cada 6 horas",
        "25 mcg daily",
        "1 tablet every 6 hours " + "x" * LONGEST,
    ],
)
def test_refused(text: str) -> None:
    assert said(text) == ()


def test_no_words_say_nothing() -> None:
    assert read_instruction(None) is None
    assert not says_as_needed(None)


@pytest.mark.parametrize(
    ("text", "most", "unit"),
    [
        ("1 tablet q4h prn, max 4 tablets per day", 4, "tablet"),
        ("1-2 tablets every 4 hours as needed. Not to exceed 8 in 24 hours", 8, "tablet"),
        ("1 tablet q6h prn pain. Max Daily Amount: 20 mg", 20, "mg"),
        ("5 mL q4h prn no more than 30 mL/day for 5 days", 30, "ml"),
    ],
)
def test_the_most_of_a_day(text: str, most: float, unit: str) -> None:
    found = read_instruction(text)
    assert found is not None
    assert (found.most, found.most_unit) == (most, unit)


def test_mg_told_beside_the_dose() -> None:
    found = read_instruction("Take 1 tablet (5 mg total) by mouth every 6 (six) hours as needed for Pain.")
    assert found == Instruction(Bounds(1, 1), "tablet", 5.0, Bounds(4, 4), True, None, "tablet")


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("as needed", True),
        ("1 tab PRN", True),
        ("every twelve hours as required", True),
        ("when necessary", True),
        ("p.r.n.", True),
        ("needed at once", False),
        ("sprn", False),
    ],
)
def test_as_needed(text: str, needed: bool) -> None:
    assert says_as_needed(text) is needed


@pytest.mark.parametrize(
    "text", ["1 " * 99, "for pain " * 22, "1-" * 100, ", " * 100, "pain and " * 22 + "!", "(" * 200]
)
def test_hostile_words_cost_no_time(text: str) -> None:
    for begun in ("", "1 tab q6h ", "take 1 tablet every 6 hours as needed for "):
        start = time.process_time()
        read_instruction((begun + text)[:LONGEST])
        assert time.process_time() - start < 0.05
