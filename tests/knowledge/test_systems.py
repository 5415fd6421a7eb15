"""Check digits and the shapes of codes."""

import pytest

from cds_service.knowledge.systems import SYSTEM_BY_URI, always_holds, mod_10_holds, verhoeff_holds


@pytest.mark.parametrize("code", ["22298006", "161891005", "278860009", "1121000119107", "138875005"])
def test_a_snomed_ct_code_carries_a_verhoeff_check_digit(code: str) -> None:
    assert verhoeff_holds(code)
    assert not any(verhoeff_holds(code[:-1] + digit) for digit in "0123456789" if digit != code[-1])


def test_the_verhoeff_check_sees_neighbours_swapped() -> None:
    assert not verhoeff_holds("22289006")


@pytest.mark.parametrize("code", ["4548-4", "39156-5", "29463-7", "2160-0", "10230-1"])
def test_a_loinc_code_carries_a_mod_10_check_digit(code: str) -> None:
    assert mod_10_holds(code)
    assert not any(mod_10_holds(code[:-1] + digit) for digit in "0123456789" if digit != code[-1])


def test_other_systems_carry_none() -> None:
    assert always_holds("7052")


@pytest.mark.parametrize(
    ("uri", "codes", "prefixes", "neither"),
    [
        (
            "http://hl7.org/fhir/sid/icd-10-cm",
            ["M54.50", "C4A.0", "T40.2X1", "S22.012A"],
            ["O", "M5", "M51."],
            ["54.5", "M54,5"],
        ),
        ("http://hl7.org/fhir/sid/icd-10", ["M54.5", "M54"], ["O", "M5", "C50"], ["M54.5A", "M.545"]),
        (
            "http://hl7.org/fhir/sid/icd-9-cm",
            ["724.2", "81.08", "V45.4", "E935.0"],
            ["806.", "81"],
            ["7.2", "V4", "M54.5"],
        ),
        ("http://www.cms.gov/Medicare/Coding/ICD10", ["3E0R33Z"], ["0SG", "F07"], ["3E0R33O", "0SG.0"]),
        ("http://www.whocc.no/atc", ["N02AA01"], ["N", "N02", "N02A", "N02AA"], ["N2A", "N02AA011"]),
    ],
)
def test_shapes_of_systems_that_nest(uri: str, codes: list[str], prefixes: list[str], neither: list[str]) -> None:
    system = SYSTEM_BY_URI[uri]
    assert system.beneath is not None
    assert all(system.code.fullmatch(code) and system.beneath.fullmatch(code) for code in codes)
    assert all(system.beneath.fullmatch(code) for code in prefixes)
    assert not any(system.code.fullmatch(code) or system.beneath.fullmatch(code) for code in neither)


@pytest.mark.parametrize(
    ("uri", "codes", "not_codes"),
    [
        (
            "http://www.nlm.nih.gov/research/umls/rxnorm",
            ["161", "2670", "1049221"],
            ["0161", "123456789", "x"],
        ),
        ("http://www.ama-assn.org/go/cpt", ["63030", "0228T"], ["6303", "T0228", "63030-50"]),
        ("http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", ["H0020"], ["H20", "W0020", "00200"]),
        ("http://loinc.org", ["4548-4"], ["45484", "-4", "4548-44"]),
        ("http://snomed.info/sct", ["161891005"], ["12345", "0161891005", "1" * 19, "٣" * 9]),
    ],
)
def test_shapes_of_systems_that_do_not(uri: str, codes: list[str], not_codes: list[str]) -> None:
    system = SYSTEM_BY_URI[uri]
    assert not system.nests
    assert all(system.code.fullmatch(code) for code in codes)
    assert not any(system.code.fullmatch(code) for code in not_codes)
