"""The numbers the rules use."""

from dataclasses import Field, fields, replace
from typing import Any

import pytest

from cds_service.errors import KnowledgeError
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.thresholds import NO_STUDY, Thresholds
from tests.knowledge.conftest import Site

FILE = "thresholds.toml"


def test_every_number_says_what_it_rests_on(knowledge: Knowledge) -> None:
    assert list(knowledge.threshold_notes) == [field.name for field in fields(Thresholds)]
    for name, note in knowledge.threshold_notes.items():
        assert note.name == name
        assert note.says.endswith("."), name
        assert note.reviewed == "not yet clinically reviewed"
        assert set(note.evidence) <= knowledge.evidence.keys() | set(NO_STUDY), name


@pytest.mark.parametrize("field", fields(Thresholds), ids=lambda field: field.name)
def test_days_are_whole_and_the_bare_number_is_the_stated_one(knowledge: Knowledge, field: Field[Any]) -> None:
    name, kind = field.name, field.type
    note = knowledge.threshold_notes[name]
    value = getattr(knowledge.given, name)
    assert value == note.value
    assert type(value) is kind
    assert (note.unit == "days") == name.endswith("_days")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("symptom_days", 84),
        ("radicular_symptom_days", 42),
        ("stale_days", 365),
        ("hba1c_uncontrolled", 8.0),
        ("obesity_bmi", 35.0),
        ("t_score", -2.5),
        ("advanced_risks", 3),
        ("adult_age", 18),
    ],
)
def test_some_numbers(knowledge: Knowledge, name: str, value: float) -> None:
    assert getattr(knowledge.given, name) == value


@pytest.mark.parametrize(
    "text",
    [
        "symptom_days = 90",
        "[symptom_days]\nvalue = 90",
        '[symptom_days]\nvalue = 90\nunit = "days"\nreviewed = "A. Clinician, 2026-11-30"',
    ],
)
def test_a_site_lays_its_value_over_ours(site: Site, knowledge: Knowledge, text: str) -> None:
    theirs = site({FILE: text})
    assert theirs.given == replace(knowledge.given, symptom_days=90)
    assert theirs.threshold_notes["symptom_days"].value == 90
    assert theirs.threshold_notes["symptom_days"].says == knowledge.threshold_notes["symptom_days"].says


def test_a_site_may_sign_a_number_and_leave_it(site: Site, knowledge: Knowledge) -> None:
    theirs = site({FILE: '[obesity_bmi]\nreviewed = "A. Clinician, 2026-11-30"'})
    assert theirs.given == knowledge.given
    assert theirs.threshold_notes["obesity_bmi"].reviewed == "A. Clinician, 2026-11-30"


def test_a_whole_number_may_stand_for_a_decimal_one(site: Site) -> None:
    given = site({FILE: "obesity_bmi = 30\nt_score = -3"}).given
    assert (given.obesity_bmi, given.t_score) == (30.0, -3.0)
    assert isinstance(given.obesity_bmi, float)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("symtom_days = 90", "symtom_days: is no threshold; did you mean symptom_days?"),
        ("zzz = 1", "zzz: is no threshold; remove it"),
        ("symptom_days = 90.5", "symptom_days.value: 90.5 is no whole number; give whole days"),
        ("symptom_days = -1", "symptom_days.value: -1 is below zero; give zero or more days"),
        ("symptom_days = true", "symptom_days.value"),
        ('symptom_days = "84"', "symptom_days.value"),
        ("obesity_bmi = nan", "obesity_bmi.value"),
        (
            "[symptom_days]\nvalue = 12\nunit = 'weeks'",
            "symptom_days.unit: is ours; a site says value and reviewed",
        ),
        ("[symptom_days]\nvalue = 84\nwhy = 'x'", "symptom_days.why"),
        (
            "[symptom_days]\nvalue = 84\nevidence = ['E99']",
            "symptom_days.evidence: E99 is unknown; add it to",
        ),
        ("symptom_days == 1", "Invalid value (at line 1, column 15); mend the TOML there"),
    ],
)
def test_what_a_site_cannot_say(site: Site, text: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        site({FILE: text})
    assert message in str(refused.value)
    assert "site/thresholds.toml: " in str(refused.value)
