"""The commands, in this process: what they print and how they end."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cds_service import cli
from cds_service.settings import Settings, variable
from tests.hooks.calls import PATIENT, bundle, condition

DAY = ["--as-of", "2026-11-22"]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CDS_ variable of the machine counts."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """A file with one patient who has back pain since May."""
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(bundle(PATIENT, condition())), encoding="utf-8")
    return path


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out, err = capsys.readouterr()
    assert err == ""
    read = json.loads(out)
    assert isinstance(read, dict)
    return read


def test_one_patient_as_json(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", str(chart), *DAY, "--json"]) == 0
    found = told(capsys)
    assert found["assessedOn"] == "2026-11-22"
    assert found["outcome"] == "consider"
    assert found["cards"][0]["source"]["topic"]["code"] == found["rule"]
    assert {row["verdict"] for row in found["rules"]} <= {"true", "false", "unknown"}
    assert all(set(row) == {"id", "verdict", "because"} for row in found["rules"])


def test_a_patient_without_a_card_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(bundle(PATIENT)), encoding="utf-8")
    assert cli.main(["assess", str(path), *DAY, "--json"]) == 0
    found = told(capsys)
    assert (found["outcome"], found["why"], found["cards"]) == ("none", "no-sign", [])


def test_one_patient_in_words(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", str(chart), *DAY]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("Outcome on 2026-11-22: consider\n")
    assert "  true    consider: " in out
    assert "[info] MISS evaluation may be worth discussing" in out


def test_a_silent_patient_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(bundle(PATIENT, {"resourceType": "Procedure", "code": 7})), encoding="utf-8")
    assert cli.main(["assess", str(path), *DAY]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("Outcome on 2026-11-22: none (no-sign)\n")
    assert "  data: 1 Procedure skipped: code is not an object\n" in out


@pytest.mark.parametrize("names", [[], ["-"]])
def test_standard_input(
    chart: Path, names: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(chart.read_bytes())))
    assert cli.main(["assess", *names, *DAY, "--json"]) == 0
    assert told(capsys)["outcome"] == "consider"


def test_several_files_give_an_object_each_in_order(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", str(chart), str(chart), *DAY, "--json"]) == 0
    out, _ = capsys.readouterr()
    assert [json.loads(line)["outcome"] for line in out.splitlines()] == ["consider", "consider"]


def test_the_day_may_be_set(chart: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDS_TODAY", "2026-07-01")
    assert cli.main(["assess", str(chart), "--json"]) == 0
    assert told(capsys)["assessedOn"] == "2026-07-01"


def test_only_some_keys_answered(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", str(chart), *DAY, "--json", "--answered", "patient, conditions"]) == 0
    assert "Not checked" in told(capsys)["cards"][0]["detail"]


def test_a_key_nobody_knows(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", str(chart), "--answered", "condition"]) == 2
    assert "no key 'condition'" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", str(tmp_path / "x.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_a_file_that_is_no_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.json"
    path.write_text("[]", encoding="utf-8")
    assert cli.main(["assess", str(path)]) == 2
    err = capsys.readouterr().err
    assert err == f"cds-service: {path}: It is not a FHIR Bundle in JSON.\n"


@pytest.mark.parametrize("patients", [[], [PATIENT, {**PATIENT, "id": "p2"}]])
def test_a_file_without_its_one_patient(
    tmp_path: Path, patients: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(bundle(*patients)), encoding="utf-8")
    assert cli.main(["assess", str(path)]) == 3
    assert "no Patient, or several" in capsys.readouterr().err


def test_settings_lists_each_with_value_and_origin(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDS_SILENT", "true")
    monkeypatch.setenv("CDS_SILENT_RULES", "consider,recommend")
    monkeypatch.setenv("CDS_NOBODY", "secret")
    assert cli.main(["settings"]) == 0
    out, _ = capsys.readouterr()
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert set(rows) >= {variable(name) for name in Settings.model_fields}
    assert rows["CDS_SILENT"] == ["true", "environment"]
    assert rows["CDS_SILENT_RULES"] == ["consider,recommend", "environment"]
    assert rows["CDS_TODAY"] == ["(unset)", "default"]
    assert rows["CDS_ALLOWED_ORIGINS"] == ["(none)", "default"]
    assert rows["CDS_NOBODY"] == ["unknown"]
    assert "secret" not in out


@pytest.mark.parametrize(
    ("name", "value"),
    [("CDS_SILENT_RULES", "considered"), ("CDS_RECOMMEND_NEEDS", "labs"), ("CDS_KNOWLEDGE_DIR", "/x")],
)
def test_a_setting_that_names_nothing_ends_a_command(
    chart: Path, name: str, value: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert cli.main(["assess", str(chart)]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert value in err


def test_keys_that_a_recommendation_needs(
    chart: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDS_RECOMMEND_NEEDS", "procedures,observations")
    assert cli.main(["assess", str(chart), *DAY, "--json"]) == 0
    assert told(capsys)["outcome"] == "consider"


def test_the_day_is_today_when_none_is_set(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", str(chart), "--json"]) == 0
    assert told(capsys)["assessedOn"] >= "2026-07-29"


def test_openapi_is_printed_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main(["openapi"]) == 0
    out, _ = capsys.readouterr()
    monkeypatch.setattr(cli, "OPENAPI_FILE", tmp_path / "openapi.json")
    assert cli.main(["openapi", "--check"]) == 1
    assert "make openapi" in capsys.readouterr().err
    (tmp_path / "openapi.json").write_text(out, encoding="utf-8")
    assert cli.main(["openapi", "--check"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "0"],
        ["--port", "65536"],
        ["--port", "-1"],
        ["--port", "http"],
        ["--port", "²"],
        ["--workers", "0"],
        ["--workers", "257"],
    ],
)
def test_a_number_that_cannot_be_ends_with_2_and_says_which_can(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", *arguments])
    assert ended.value.code == 2
    assert f"{arguments[1]!r} is no number from 1 to " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_server_that_may_not_start_says_why_in_one_line(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDS_REQUIRE_AUTH", "true")
    assert cli.main([command]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("cds-service: CDS_REQUIRE_AUTH: ")
    assert err.count("\n") == 1
