"""What was looked for and not found, and how it can be supplied. The words of each way are the template’s."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cds_service.findings import Findings
from cds_service.findings.sign import NEVER_STARTS_A_CARD

Way = Literal[
    "unanswered",
    "hba1c",
    "bmi",
    "smoking",
    "imaging",
    "physical-therapy",
    "injection",
    "medication",
    "birth-date",
    "duration",
    "care",
    "other",
]
# The first that matches a gap's words.
WAYS: tuple[tuple[re.Pattern[str], Way], ...] = (
    (re.compile(r"not checked|incomplete"), "unanswered"),
    (re.compile(r"HbA1c|diabetes"), "hba1c"),
    (re.compile(r"BMI"), "bmi"),
    (re.compile(r"smok", re.I), "smoking"),
    (re.compile(r"MRI|CT\b"), "imaging"),
    (re.compile(r"birth date"), "birth-date"),
    (re.compile(r"physical therapy", re.I), "physical-therapy"),
    (re.compile(r"injection", re.I), "injection"),
    (re.compile(r"medication", re.I), "medication"),
    (re.compile(r"onset|duration|start unknown|lasted|days", re.I), "duration"),
    (re.compile(r"care\b", re.I), "care"),
)


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is not there, and how it can be supplied; `sign`: the sign that it would complete."""

    says: str
    way: Way
    sign: str = ""


def missing(has: Findings) -> Iterator[Missing]:
    """Every gap, then what keeps a sign from being full; what makes a good candidate is no gap."""
    for gap in has.gaps:
        yield Missing(gap, way_of(gap))
    for sign in has.signs:
        for words in () if sign.id == NEVER_STARTS_A_CARD else sign.missing:
            yield Missing(words[:1].upper() + words[1:], way_of(words), sign.id)


def way_of(gap: str) -> Way:
    """How the gap can be closed."""
    return next((way for pattern, way in WAYS if pattern.search(gap)), "other")
