"""Vignette files: what they may say, and what is told to somebody who slips."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.errors import KnowledgeError
from cds_service.vignettes.reading import load_vignettes

BASE = """
[base]
name = "Ann Example"
story = "Low back pain."
shows = "yes"
age = 40
conditions = [{ problem = "Low back pain", code = "icd10:M54.50", onset = "2026-05" }]
expect = { outcome = "consider", indicator = "info" }
"""
REST = 'story = "…"\nshows = "no"\nexpect = { outcome = "none", indicator = "none", why = "no-sign" }\n'


def told(folder: Path, text: str, name: str = "consider.toml") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder


def test_a_vignette_is_read_with_its_defaults(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no vignette")
    [vignette] = load_vignettes(told(tmp_path, BASE))

    assert (vignette.id, vignette.about, vignette.name) == ("base", "consider", "Ann Example")
    assert vignette.conditions[0].status == "active"
    assert vignette.conditions[0].listed == "problem-list"
    assert len(vignette.answered) == 8
    assert vignette.expect.firing_rule == "consider"


def test_like_takes_a_patient_but_not_the_name_and_also_adds_lines(tmp_path: Path) -> None:
    text = f"""{BASE}
[other]
like = "base"
also.conditions = [{{ problem = "Foot drop", code = "icd10:M21.371" }}]
also.observations = [{{ bmi = 30, on = "2026-10-01" }}]
{REST}
"""
    _, other = load_vignettes(told(tmp_path, text))

    assert (other.name, other.age) == ("", 40)
    assert [line.problem for line in other.conditions] == ["Low back pain", "Foot drop"]
    assert [line.named() for line in other.observations] == [{"bmi": 30}]


def test_what_is_written_replaces_a_list(tmp_path: Path) -> None:
    text = f'{BASE}\n[other]\nlike = "base"\nconditions = []\n{REST}'
    _, other = load_vignettes(told(tmp_path, text))

    assert other.conditions == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[base", "consider.toml: Expected"),
        ("age = 40", "consider.toml: age stands outside of any vignette"),
        (f'[a]\nlike = "b"\n{REST}', "consider.toml: a: like: b is not there"),
        (f'[a]\nlike = "a"\n{REST}', "consider.toml: a: like: a is like itself"),
        (f"[a]\ncolour = 1\n{REST}", "consider.toml: a: colour: Extra inputs"),
        ('[a]\nstory = "…"\nshows = "maybe"', "consider.toml: a: shows: "),
        (f'[a]\nconditions = [{{ problem = "x", code = "M54.50" }}]\n{REST}', "'M54.50' is no code: write system:code"),
        (f'[a]\nconditions = [{{ problem = "x", code = "icd11:M54" }}]\n{REST}', "'icd11:M54' is no code"),
        (f'[a]\nconditions = [{{ problem = "x", onset = "May" }}]\n{REST}', "'May' is no date: write 2026-05-10"),
        (f'[a]\nconditions = [{{ problem = "x", onset = "2026-02-30" }}]\n{REST}', "a: conditions.0.onset: "),
        (f'[a]\nmedications = [{{ since = "2026-05" }}]\n{REST}', "say either takes"),
        (f'[a]\nmedications = [{{ takes = "x", ordered = "x" }}]\n{REST}', "say either takes"),
        (f"[a]\nobservations = [{{ bmi = 30, ef = 30 }}]\n{REST}", "measure exactly one thing"),
        (f'[a]\nobservations = [{{ on = "2026-05" }}]\n{REST}', "measure exactly one thing"),
        (f'[a]\ndrafts = [{{ code = "cpt:22612" }}]\n{REST}', "say one of service = …, drug = … or appointment = …"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(KnowledgeError, match=r"consider\.toml") as error:
        load_vignettes(told(tmp_path, text))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ('{ outcome = "none", indicator = "none" }', "has a why"),
        ('{ outcome = "consider", indicator = "info", why = "stale" }', "has a why"),
        ('{ outcome = "none", indicator = "info", why = "stale" }', "has the indicator none"),
        ('{ outcome = "urgent", indicator = "critical" }', "names its rule"),
        ('{ outcome = "consider", rule = "consider", indicator = "info" }', "names its rule"),
    ],
)
def test_an_expectation_is_whole(tmp_path: Path, expect: str, message: str) -> None:
    with pytest.raises(KnowledgeError, match=message):
        load_vignettes(told(tmp_path, f'[a]\nstory = "…"\nshows = "no"\nexpect = {expect}\n'))


def test_an_id_stands_once(tmp_path: Path) -> None:
    told(tmp_path, BASE)
    with pytest.raises(KnowledgeError, match=r"recommend\.toml: the vignette base is already in consider\.toml"):
        load_vignettes(told(tmp_path, BASE, "recommend.toml"))
