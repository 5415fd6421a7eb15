"""What was not checked, and what was looked for and not found: a card names both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.findings.conservative_care import ConservativeCare
from cds_service.findings.gaps import gaps, unchecked
from cds_service.findings.risk import Risk
from cds_service.record.patient import Answer, Key
from tests.findings.comorbid_charts import chart, report
from tests.findings.grounds import grounds


@pytest.mark.parametrize(
    ("keys", "nouns"),
    [
        ((), ()),
        (("conditions",), ("conditions",)),
        (("procedures",), ("procedures",)),
        (("observations",), ("observations",)),
        (("diagnosticReports",), ("imaging",)),
        (("serviceRequests",), ("referrals",)),
        (("medicationStatements",), ()),
        (("medicationRequests",), ()),
        (("medicationStatements", "medicationRequests"), ("medications",)),
        (("procedures", "medicationStatements", "medicationRequests"), ("medications", "procedures")),
    ],
)
def test_the_nouns_of_what_was_not_answered(keys: tuple[Key, ...], nouns: tuple[str, ...]) -> None:
    assert unchecked(chart(unanswered=keys)) == nouns


def test_what_came_in_part_was_not_checked() -> None:
    record = chart()
    assert unchecked(replace(record, answers={**record.answers, "procedures": Answer.INCOMPLETE})) == ("procedures",)


def test_every_gap_in_words() -> None:
    unknown = Risk("obesity", "unknown", because="no BMI within 365 days")
    absent = Risk("current-smoking", "absent", because="never smoked")
    seen = grounds(risk=(unknown, absent), unanswered=("serviceRequests",))
    seen = replace(seen, care=ConservativeCare("none-documented", False, gaps=("physical therapy not found",)))
    assert gaps(seen) == (
        "Referrals not checked in full",
        "No BMI within 365 days",
        "No spine MRI or CT within 365 days",
        "Physical therapy not found",
    )


def test_what_was_not_checked_is_said_once() -> None:
    assert gaps(grounds(risk=(), unanswered=("diagnosticReports",))) == ("Imaging not checked in full",)


def test_imaging_and_birth_date() -> None:
    seen = grounds(entries=[report("imaging_spine_mri_ct")], risk=())
    assert gaps(seen) == ()
    assert gaps(replace(seen, record=replace(seen.record, born=None))) == ("No birth date",)
