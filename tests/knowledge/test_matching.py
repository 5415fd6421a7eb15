"""From a coding to the rows that decide for it."""

import pytest

from cds_service.knowledge.codes import deciding
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.rows import RESOURCES, Row
from cds_service.knowledge.systems import (
    ATC,
    CODE_SYSTEMS,
    CPT,
    HCPCS,
    ICD_9_CM,
    ICD_10,
    ICD_10_CM,
    ICD_10_PCS,
    LOINC,
    RXNORM,
    SNOMED,
    folded,
)
from tests.knowledge.conftest import Site


def decided(knowledge: Knowledge, resource: str, system: str, code: str) -> set[tuple[str, str]]:
    """Concept and code of each row that decides."""
    return {(row.concept, row.code) for row in knowledge.codes.rows(resource, system, code)}


@pytest.mark.parametrize(
    ("resource", "system", "code", "expected"),
    [
        # exact: the code itself and nothing else
        ("Condition", SNOMED, "161891005", {("spine_pain_back_neck", "161891005")}),
        ("Condition", SNOMED, "1618910051", set()),
        ("Condition", ICD_10_CM, "N32.0", {("redflag_other_cause", "N32.0")}),
        ("Condition", ICD_10_CM, "N32.01", set()),
        # prefix: everything under the code, and the code
        ("Condition", ICD_10_CM, "M51.14", {("disc_herniation", "M51.1"), ("radiculopathy", "M51.1")}),
        ("Condition", ICD_10_CM, "M51.1", {("disc_herniation", "M51.1"), ("radiculopathy", "M51.1")}),
        ("Condition", ICD_10_CM, "M51", set()),
        ("Condition", ICD_10_CM, "O80", {("redflag_other_cause", "O")}),
        # the longest row of a set decides
        ("Medication", ATC, "R05DA04", {("opioid_atc", "R05DA04")}),
        ("Medication", ATC, "R05DA08", {("opioid_atc", "R05DA")}),
        ("Procedure", ICD_10_PCS, "3E0R33Z", {("care_spinal_injection", "3E0R33Z")}),
        ("Procedure", ICD_10_PCS, "3E0R3BZ", {("care_spinal_injection", "3E0R3")}),
        # and of all red-flag sets together
        ("Condition", ICD_10_CM, "S22.012A", {("redflag_unstable_fracture", "S22.012")}),
        ("Condition", ICD_10_CM, "S22.010A", {("redflag_vertebral_fracture", "S22.0")}),
        # sets stand side by side
        (
            "Condition",
            ICD_10_CM,
            "M51.362",
            {
                ("spine_pain_back_neck", "M51.362"),
                ("radiculopathy", "M51.362"),
                ("degenerative_disc_spondylosis", "M51.3"),
            },
        ),
        ("Condition", ICD_10, "I21.4", {("cardio_major", "I21"), ("cardio_chronic", "I21")}),
        # ICD codes without dots, in any case
        ("Condition", ICD_10_CM, "M5450", {("spine_pain_back_neck", "M54.5")}),
        ("Condition", ICD_10_CM, "m54.50", {("spine_pain_back_neck", "M54.5")}),
        ("Condition", ICD_10_CM, "m545", {("spine_pain_back_neck", "M54.5")}),
        ("Procedure", ICD_10_PCS, "3e0r33z", {("care_spinal_injection", "3E0R33Z")}),
        # the type is part of the match: 81.0 is an operation, and looks like a diagnosis once the dot is gone
        ("Procedure", ICD_9_CM, "81.08", {("proc_fusion", "81.0")}),
        ("ServiceRequest", ICD_9_CM, "8108", {("proc_fusion", "81.0")}),
        ("Condition", ICD_9_CM, "81.0", set()),
        ("Condition", ICD_9_CM, "412", {("cardio_chronic", "412")}),
        ("Procedure", ICD_9_CM, "412", set()),
        # the rest of the systems and types
        ("Procedure", CPT, "63030", {("proc_discectomy", "63030")}),
        ("Procedure", HCPCS, "H0020", {("oud_treatment_drugs", "H0020")}),
        ("Observation", LOINC, "4548-4", {("lab_hba1c", "4548-4")}),
        ("Observation", SNOMED, "449868002", {("tobacco_current", "449868002")}),
        ("DiagnosticReport", CPT, "72148", {("imaging_spine_mri_ct", "72148")}),
        ("ServiceRequest", SNOMED, "183868005", {("referral_spine_specialist", "183868005")}),
        ("Encounter", SNOMED, "161891005", set()),
        ("Condition", "http://example.org/local", "161891005", set()),
        ("Condition", "http://snomed.info/scto", "161891005", set()),
        ("Condition", CPT, "51702", {("redflag_other_cause", "51702")}),
        ("DiagnosticReport", RXNORM, "7052", set()),
        # drugs: one set of rows for all three types
        ("Medication", RXNORM, "7052", {("opioid_rxnorm_ingredients", "7052")}),
        ("MedicationRequest", RXNORM, "7052", {("opioid_rxnorm_ingredients", "7052")}),
        ("MedicationStatement", RXNORM, "197696", {("opioid_products", "197696")}),
        ("Condition", RXNORM, "7052", set()),
    ],
)
def test_rows_that_decide(
    knowledge: Knowledge, resource: str, system: str, code: str, expected: set[tuple[str, str]]
) -> None:
    assert decided(knowledge, resource, system, code) == expected
    assert knowledge.codes.known(resource, system, code) is bool(expected)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "M54.5" + "0" * 30,
        "\N{LATIN SMALL LETTER DOTLESS I}54.5",
        "M54.5\N{FULLWIDTH DIGIT ZERO}",
        "....",
        "٣",
    ],
)
def test_a_code_too_long_or_not_ascii_is_unknown(knowledge: Knowledge, code: str) -> None:
    assert knowledge.codes.rows("Condition", ICD_10_CM, code) == ()
    assert knowledge.codes.rows("Condition", SNOMED, code) == ()


def test_the_longest_code_looked_at_has_32_characters(knowledge: Knowledge) -> None:
    assert knowledge.codes.known("Condition", ICD_10_CM, "M54.5" + "0" * 27)
    assert not knowledge.codes.known("Condition", ICD_10_CM, "M54.5" + "0" * 28)


@pytest.mark.parametrize("suffix", ["/731000124108", "/731000124108/version/20260301", "/"])
def test_snomed_ct_may_name_its_edition_and_version(knowledge: Knowledge, suffix: str) -> None:
    assert decided(knowledge, "Condition", SNOMED + suffix, "161891005") == {("spine_pain_back_neck", "161891005")}
    assert not knowledge.codes.known("Medication", SNOMED + suffix, "161891005")


ONE_CODE = {
    SNOMED: ("Condition", "161891005"),
    LOINC: ("Observation", "4548-4"),
    RXNORM: ("Medication", "7052"),
    CPT: ("Procedure", "63030"),
    HCPCS: ("Procedure", "H0020"),
    ATC: ("Medication", "N02AA01"),
    ICD_10: ("Condition", "M54.5"),
    ICD_10_CM: ("Condition", "M54.5"),
    ICD_10_PCS: ("Procedure", "3E0R33Z"),
    ICD_9_CM: ("Condition", "724.2"),
}


ALIASES = [
    ("urn:oid:2.16.840.1.113883.6.96", SNOMED),
    ("urn:oid:2.16.840.1.113883.6.90", ICD_10_CM),
    ("urn:oid:2.16.840.1.113883.6.103", ICD_9_CM),
    ("urn:oid:2.16.840.1.113883.6.104", ICD_9_CM),
    ("http://terminology.hl7.org/CodeSystem/icd9cm", ICD_9_CM),
    ("urn:oid:2.16.840.1.113883.6.1", LOINC),
    ("urn:oid:2.16.840.1.113883.6.88", RXNORM),
    ("urn:oid:2.16.840.1.113883.6.12", CPT),
    ("urn:oid:2.16.840.1.113883.6.4", ICD_10_PCS),
    ("urn:oid:2.16.840.1.113883.6.73", ATC),
    ("https://www.cms.gov/Medicare/Coding/MedHCPCSGenInfo/index.html", HCPCS),
    ("http://www.nlm.nih.gov/research/umls/hcpcs", HCPCS),
]


@pytest.mark.parametrize(("alias", "uri"), ALIASES)
def test_each_alias_reads_as_its_system(knowledge: Knowledge, alias: str, uri: str) -> None:
    resource, code = ONE_CODE[uri]
    rows = knowledge.codes.rows(resource, alias, code)
    assert rows
    assert rows == knowledge.codes.rows(resource, uri, code)
    assert {row.system for row in rows} == {uri}


def test_no_alias_is_without_a_test() -> None:
    assert {alias for alias, _ in ALIASES} == {alias for system in CODE_SYSTEMS for alias in system.aliases}
    assert ONE_CODE.keys() == {system.uri for system in CODE_SYSTEMS}


def a_row(concept: str, code: str, use: str = "full", match: str = "prefix") -> Row:
    return Row(concept, ICD_10_CM, code, "", match, use, "", "", "", "")


def test_a_row_for_the_code_itself_comes_before_a_prefix_of_the_same_length(site: Site) -> None:
    code = f"{ICD_10_CM},G61.81,CIDP"
    lines = ("system,code,display,match,use", f"{code},exact,weak", f"{code},prefix,full")
    codes = site({"value_sets/polyneuropathy.csv": "\n".join(lines)}).codes
    (itself,) = codes.rows("Condition", ICD_10_CM, "G61.81")
    (under,) = codes.rows("Condition", ICD_10_CM, "G61.810")
    assert (itself.use, under.use) == ("weak", "full")


def test_of_two_red_flags_of_one_length_the_one_with_effect_decides() -> None:
    ignored, kept = a_row("redflag_a", "G83.4", "ignore"), a_row("redflag_b", "G83.4")
    other = a_row("myelopathy", "G83")
    assert deciding([other, ignored, kept]) == (other, kept)
    assert deciding([other, kept, ignored]) == (other, kept)


def test_a_red_flag_is_found_beside_other_sets_and_no_flag_is_no_error() -> None:
    assert deciding([]) == ()
    assert deciding([a_row("myelopathy", "G83")]) == (a_row("myelopathy", "G83"),)


def by_the_rule(rows: list[Row], code: str) -> set[Row]:
    """What INDEX.md says of matching, row by row and without a dictionary."""
    holding = [
        row
        for row in rows
        if folded(row.code) == folded(code) or (row.match == "prefix" and folded(code).startswith(folded(row.code)))
    ]
    deciding_by_set: dict[str, Row] = {}
    for row in sorted(holding, key=lambda row: (len(folded(row.code)), row.match == "exact")):
        deciding_by_set["redflag_" if row.concept.startswith("redflag_") else row.concept] = row
    return set(deciding_by_set.values())


@pytest.mark.parametrize("system", [system.uri for system in CODE_SYSTEMS if system.nests])
def test_every_look_up_agrees_with_the_rule_read_row_by_row(knowledge: Knowledge, system: str) -> None:
    for resource in RESOURCES:
        rows = [
            row
            for value_set in knowledge.value_sets.values()
            if resource in value_set.resources
            for row in value_set.rows
            if row.system == system
        ]
        for code in {row.code + suffix for row in rows for suffix in ("", "1", "2A")}:
            assert set(knowledge.codes.rows(resource, system, code)) == by_the_rule(rows, code), code
