"""Bad knowledge stops the start with a message that names file, line or key, and the mend."""

from pathlib import Path

import pytest

from cds_service.errors import KnowledgeError
from cds_service.knowledge.load import load_knowledge
from cds_service.knowledge.systems import CPT, ICD_10_CM, LOINC, RXNORM, SNOMED
from tests.knowledge.conftest import Site, written

HEADER = "system,code,display,match,use,only_if,region,verified_by,note"


@pytest.mark.parametrize(
    ("concept", "line", "message"),
    [
        (
            "diabetes",
            f"{ICD_10_CM},E11.9,d,exact,fully,,,,",
            "use 'fully' is unknown; use one of full, weak, history",
        ),
        (
            "diabetes",
            f"{ICD_10_CM},E11.9,d,exactly,full,,,,",
            "match 'exactly' is unknown; use one of exact, prefix",
        ),
        (
            "diabetes",
            f"{ICD_10_CM},E11.9,d,exact,full,sometimes,,,",
            "only_if 'sometimes' is unknown; use one of spine-text",
        ),
        (
            "diabetes",
            f"{ICD_10_CM},E11.9,d,exact,full,,sacral,,",
            "region 'sacral' is unknown; use one of cervical",
        ),
        (
            "diabetes",
            "ICD-10-CM,E11.9,d,exact,full,,,,",
            "system ICD-10-CM is unknown; use one of http://snomed.info/sct",
        ),
        (
            "diabetes",
            f"{ICD_10_CM},E11.9,d,exact,full,recent,,,",
            "only_if recent has no meaning in diabetes; leave it out; it belongs to cardio_major",
        ),
        (
            "diabetes",
            f"{ICD_10_CM},E119X9999,d,exact,full,,,,",
            "'E119X9999' has not the shape of a code of ICD-10-CM; copy it again",
        ),
        ("diabetes", f"{ICD_10_CM},E,d,exact,full,,,,", "'E' has not the shape of a code of ICD-10-CM"),
        ("diabetes", f"{ICD_10_CM}, E11.9,d,exact,full,,,,", "' E11.9' has not the shape"),
        (
            "diabetes",
            f"{SNOMED},44054007,d,exact,full,,,,",
            "SNOMED CT 44054007 fails its check digit; copy it again",
        ),
        (
            "diabetes",
            f"{SNOMED},44054006,d,prefix,full,,,,",
            "SNOMED CT codes do not nest; make the match exact",
        ),
        ("lab_hba1c", f"{LOINC},4548-5,d,exact,full,,,,", "LOINC 4548-5 fails its check digit"),
        ("lab_hba1c", f"{LOINC},4548,d,exact,full,,,,", "'4548' has not the shape of a code of LOINC"),
        (
            "opioid_rxnorm_ingredients",
            f"{RXNORM},RX1,d,exact,full,,,,",
            "'RX1' has not the shape of a code of RxNorm",
        ),
        ("proc_fusion", f"{CPT},2255,d,exact,full,,,,", "'2255' has not the shape of a code of CPT"),
        (
            "proc_fusion",
            f"{CPT},22551,d,exact,full,,,unverified,",
            "22551 is unverified and full; make it weak or ignore",
        ),
        ("diabetes", f"{ICD_10_CM},E11.9,d,exact,full,,", "7 cells, not 9; quote a cell that holds a comma"),
    ],
)
def test_a_row_that_cannot_be_read(site: Site, concept: str, line: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        site({f"value_sets/{concept}.csv": f"{HEADER}\n{line}\n"})
    assert f"site/value_sets/{concept}.csv:2: {message}" in str(refused.value)


@pytest.mark.parametrize("use", ["weak", "ignore"])
def test_an_unverified_row_may_be_weak_or_ignored(site: Site, use: str) -> None:
    codes = site({"value_sets/proc_fusion.csv": f"{HEADER}\n{CPT},22551,d,exact,{use},,,unverified,\n"}).codes
    (row,) = codes.rows("Procedure", CPT, "22551")
    assert row.use == use


def test_a_note_lets_a_wrong_check_digit_through(site: Site) -> None:
    line = f"{SNOMED},44054007,d,exact,full,,,,its check digit is wrong"
    assert site({"value_sets/diabetes.csv": f"{HEADER}\n{line}\n"}).codes.known("Condition", SNOMED, "44054007")


@pytest.mark.parametrize("second", ["E11.9", "E119"])
def test_a_code_stands_in_a_set_once(site: Site, second: str) -> None:
    lines = f"{ICD_10_CM},E11.9,d,exact,full,,,,\n{ICD_10_CM},{second},d,exact,weak,,,,\n"
    with pytest.raises(KnowledgeError, match=rf"diabetes\.csv:3: {second} stands here twice with match exact; remove"):
        site({"value_sets/diabetes.csv": f"{HEADER}\n{lines}"})


@pytest.mark.parametrize("code", ["S22.0", "s22.0".upper().replace(".", "")])
def test_a_red_flag_code_has_effect_in_one_red_flag_set(site: Site, code: str) -> None:
    name = "value_sets/redflag_unstable_fracture.csv"
    with pytest.raises(KnowledgeError) as refused:
        site({name: f"{HEADER}\n{ICD_10_CM},{code},d,prefix,full,,,,\n"})
    assert "is in redflag_" in str(refused.value)
    assert "make it ignore in one of the two" in str(refused.value)


def test_a_site_moves_a_red_flag_by_ignoring_it_where_it_was(site: Site) -> None:
    codes = site(
        {
            "value_sets/redflag_unstable_fracture.csv": f"{HEADER}\n{ICD_10_CM},S22.0,d,prefix,full,,,,\n",
            "value_sets/redflag_vertebral_fracture.csv": f"{HEADER}\n{ICD_10_CM},S22.0,d,prefix,ignore,,,,\n",
        }
    ).codes
    (row,) = codes.rows("Condition", ICD_10_CM, "S22.010A")
    assert row.concept == "redflag_unstable_fracture"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("system,code,display,match", "the columns are system,code,display,match; make them system,code,"),
        ("system,code,display,match,use,used", "the columns are"),
        ("system,code,code,display,match,use", "the columns are"),
        ("", "the columns are ; make them"),
    ],
)
def test_a_table_without_its_columns(site: Site, header: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        site({"value_sets/diabetes.csv": header})
    assert f"site/value_sets/diabetes.csv:1: {message}" in str(refused.value)


def test_a_file_that_is_no_csv(site: Site) -> None:
    with pytest.raises(KnowledgeError, match=r"diabetes\.csv: unexpected end of data; save it as CSV"):
        site({"value_sets/diabetes.csv": f'{HEADER}\n"{ICD_10_CM}'})


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "thresholds.toml").write_bytes(b"# \xe9")
    with pytest.raises(KnowledgeError, match=r"thresholds\.toml: is not UTF-8 .*; save it as UTF-8"):
        load_knowledge(tmp_path)


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("value_sets/obesty.csv", "did you mean value_sets/obesity.csv?"),
        ("value_sets.toml", "did you mean"),
        ("obesity.csv", "did you mean value_sets/obesity.csv?"),
        ("zzz.csv", "remove it"),
    ],
)
def test_a_file_nobody_reads(site: Site, name: str, mend: str) -> None:
    with pytest.raises(KnowledgeError) as refused:
        site({name: ""})
    assert f"site/{name}: is no file a site can lay over; " in str(refused.value)
    assert mend in str(refused.value)


@pytest.mark.parametrize("variable", ["knowledge_dir", "cards_dir"])
def test_a_folder_that_is_not_there(tmp_path: Path, variable: str) -> None:
    with pytest.raises(KnowledgeError, match="nowhere: is not a folder; name one, or unset CDS_KNOWLEDGE_DIR or CDS"):
        load_knowledge(**{variable: tmp_path / "nowhere"})


@pytest.mark.parametrize(
    "name",
    [
        "value_sets/obesity.csv",
        "value_sets.toml",
        "thresholds.toml",
        "evidence.toml",
        "text_patterns.toml",
        "drug_words.toml",
        "observation_codes.csv",
        "opioid_products.csv",
        "morphine_equivalents.csv",
    ],
)
def test_a_file_of_ours_is_missing(ours: Path, name: str) -> None:
    (ours / name).unlink()
    with pytest.raises(KnowledgeError, match=f"{name}: is missing; put it back from the release"):
        load_knowledge(ours=ours)


def test_a_number_of_ours_is_missing(ours: Path) -> None:
    text = (ours / "thresholds.toml").read_text()
    (ours / "thresholds.toml").write_text(text.replace("[symptom_days]", "[symptom_days_]"))
    with pytest.raises(KnowledgeError, match=r"thresholds\.toml: symptom_days is missing; put it back"):
        load_knowledge(ours=ours)


def test_a_number_of_ours_is_one_too_many(ours: Path) -> None:
    written(ours, {"thresholds.toml": "zzz = 1\n" + (ours / "thresholds.toml").read_text()})
    with pytest.raises(KnowledgeError, match=r"thresholds\.toml: zzz: is no threshold; remove it"):
        load_knowledge(ours=ours)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('title = "HbA1c"', 'tilte = "HbA1c"', "lab_hba1c.title: Field required"),
        ('title = "HbA1c"', 'title = ""', "lab_hba1c.title"),
        (
            '"Diabetes control."\nresources = ["Observation"]',
            '"x"\nresources = ["Lab"]',
            "lab_hba1c.resources.0",
        ),
        ('"Diabetes control."\nresources = ["Observation"]', '"x"\nresources = []', "lab_hba1c.resources"),
        ("[lab_hba1c]", "[lab_hba1c", "mend the TOML there"),
    ],
)
def test_a_set_described_wrongly(ours: Path, before: str, after: str, message: str) -> None:
    text = (ours / "value_sets.toml").read_text()
    assert before in text
    written(ours, {"value_sets.toml": text.replace(before, after)})
    with pytest.raises(KnowledgeError) as refused:
        load_knowledge(ours=ours)
    assert "value_sets.toml: " in str(refused.value)
    assert message in str(refused.value)


def test_a_set_not_described(ours: Path) -> None:
    written(ours, {"value_sets/hernia.csv": HEADER})
    with pytest.raises(KnowledgeError, match=r"value_sets.toml: value_sets/hernia\.csv is not described; add title"):
        load_knowledge(ours=ours)
