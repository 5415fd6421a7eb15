"""A site lays its own files over ours, and the version says so."""

import re
from pathlib import Path

import pytest

from cds_service.knowledge.load import Knowledge, load_knowledge
from cds_service.knowledge.systems import ICD_10_CM, SNOMED
from tests.knowledge.conftest import Site, written

HEADER = "system,code,display,match,use"


def test_the_version_is_a_release_and_a_hash(knowledge: Knowledge) -> None:
    assert re.fullmatch(r"\d{4}\.\d+\.\d+\+[0-9a-f]{8}", knowledge.version)
    assert load_knowledge().version == knowledge.version


def test_a_copy_elsewhere_has_the_same_version(ours: Path, knowledge: Knowledge) -> None:
    assert load_knowledge(ours=ours).version == knowledge.version


def test_any_byte_of_any_file_makes_another_version(ours: Path, tmp_path: Path, knowledge: Knowledge) -> None:
    (ours / "evidence.toml").write_text((ours / "evidence.toml").read_text() + "\n")
    versions = [
        knowledge.version,
        load_knowledge(ours=ours).version,
        load_knowledge(written(tmp_path / "site", {"thresholds.toml": "symptom_days = 84"})).version,
        load_knowledge(written(tmp_path / "site", {"thresholds.toml": "symptom_days = 90"})).version,
        load_knowledge(cards_dir=written(tmp_path / "cards", {"recommend.toml": "summary = 'a'"})).version,
        load_knowledge(cards_dir=written(tmp_path / "cards", {"recommend.toml": "summary = 'b'"})).version,
        load_knowledge(cards_dir=written(tmp_path / "others", {"consider.toml": "summary = 'b'"})).version,
    ]
    assert len(set(versions)) == len(versions)


def test_only_csv_and_toml_files_count_and_hidden_ones_do_not(site: Site, knowledge: Knowledge) -> None:
    contents = {
        "README.md": "ours",
        "..data/thresholds.toml": "symptom_days = 1",
        "__pycache__/x.toml": "",
        ".x.csv": "",
    }
    assert site(contents) == knowledge


@pytest.mark.parametrize("code", ["M54.5", "M545"])
def test_ignore_takes_a_code_of_ours_out(site: Site, code: str) -> None:
    theirs = site({"value_sets/spine_pain_back_neck.csv": f"{HEADER}\n{ICD_10_CM},{code},d,prefix,ignore\n"})
    (row,) = theirs.codes.rows("Condition", ICD_10_CM, "M54.50")
    assert row.use == "ignore"
    assert theirs.codes.known("Condition", SNOMED, "161891005")


def test_a_site_names_a_system_by_an_alias(site: Site) -> None:
    line = "urn:oid:2.16.840.1.113883.6.90,M54.5,d,exact,weak"
    (row,) = site({"value_sets/spine_pain_back_neck.csv": f"{HEADER}\n{line}\n"}).codes.rows(
        "Condition", ICD_10_CM, "M54.5"
    )
    assert (row.system, row.use) == (ICD_10_CM, "weak")


def test_columns_come_in_any_order_and_a_spreadsheet_may_have_written_them(tmp_path: Path) -> None:
    text = f"\ufeffcode,system,use,match,display,region\r\nE99.9,{ICD_10_CM},full,exact,d,\r\n\r\n"
    folder = written(tmp_path, {"value_sets/diabetes.csv": ""})
    (folder / "value_sets/diabetes.csv").write_bytes(text.encode())
    assert load_knowledge(folder).codes.known("Condition", ICD_10_CM, "E99.9")
