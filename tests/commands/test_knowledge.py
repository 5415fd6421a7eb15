"""`cds-service knowledge`: check, show, export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fhir.resources.R4B.valueset import ValueSet

from cds_service import cli
from cds_service.assessment.miss import DECISION_TABLE
from cds_service.settings import Settings, variable


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CDS_ variable of the machine counts."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_check_says_what_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["knowledge", "check"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Knowledge 2026.11.0+")
    assert " is sound.\n" in out
    assert "numbers without a clinician's review within a year" in out
    assert err == ""


def test_check_reads_what_a_site_lays_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDS_KNOWLEDGE_DIR", str(tmp_path))
    (tmp_path / "thresholds.toml").write_text('[symptom_days]\nvalue = 90\nreviewed = "A. Surgeon, 2026-11-01"\n')
    monkeypatch.setenv("CDS_TODAY", "2026-11-22")
    assert cli.main(["knowledge", "check"]) == 0
    out, _ = capsys.readouterr()
    assert f"CDS_KNOWLEDGE_DIR laid over it: {tmp_path}" in out
    assert "CDS_CARDS_DIR" not in out


@pytest.mark.parametrize(
    ("variable_name", "file", "text", "said"),
    [
        ("CDS_KNOWLEDGE_DIR", "thresholds.toml", "symptom_dayz = 90\n", "symptom_dayz: is no threshold"),
        ("CDS_KNOWLEDGE_DIR", "value_sets/myeloma.csv", "system,code\n", "make them"),
        ("CDS_CARDS_DIR", "recommend.toml", 'summary = "Refer"\n', "summary"),
    ],
)
def test_check_ends_with_2_and_one_line_that_names_file_and_mend(
    tmp_path: Path,
    variable_name: str,
    file: str,
    text: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable_name, str(tmp_path))
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    assert cli.main(["knowledge", "check"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert f"{tmp_path}/{file}" in err
    assert said in err


@pytest.mark.parametrize("rule", [row.id for row in DECISION_TABLE])
def test_show_tells_every_rule(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["knowledge", "show", rule]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("# ")
    assert f"({rule})" in out
    for heading in ("Reads", "Limits"):
        assert f"## {heading}\n" in out


def test_show_tells_numbers_sources_and_silences(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["knowledge", "show", "hospice-or-pregnancy"]) == 0
    assert "share one id" in capsys.readouterr().out
    assert cli.main(["knowledge", "show", "recommend"]) == 0
    out, _ = capsys.readouterr()
    assert "- symptom_days = 84 days: Pain is persistent" in out
    assert "- E01: " in out
    assert "- The patient has died." in out
    assert "- info: Refer for MISS evaluation: [the reasons found]." in out


def test_show_of_a_rule_nobody_knows_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["knowledge", "show", "recomend"]) == 2
    err = capsys.readouterr().err
    assert "there is no rule 'recomend'; did you mean recommend? Rules: deceased, " in err


def test_export_writes_a_valid_file_for_each_value_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["knowledge", "export", str(tmp_path / "new" / "folder")]) == 0
    written = sorted((tmp_path / "new" / "folder").iterdir())
    out, _ = capsys.readouterr()
    assert out.startswith(f"{len(written)} value sets of knowledge 2026.11.0+")
    for file in written[:5]:
        ValueSet.model_validate_json(file.read_text(encoding="utf-8"))
        assert file.name == f"ValueSet-{json.loads(file.read_text(encoding='utf-8'))['id']}.json"


def test_export_to_where_nothing_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert cli.main(["knowledge", "export", str(tmp_path / "file")]) == 2
    assert f"{tmp_path}/file: File exists; name a folder" in capsys.readouterr().err


def test_a_command_of_knowledge_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["knowledge"])
    assert ended.value.code == 2
    assert "check|show|export" in capsys.readouterr().err
