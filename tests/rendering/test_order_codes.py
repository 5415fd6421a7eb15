"""The codes of orders: ours well-formed and from a named source, a site's first; a bad file stops the start."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.errors import SettingsError
from cds_service.knowledge.systems import LOINC, SYSTEM_BY_URI
from cds_service.rendering.order_codes import CATEGORIES, COMMON, CodesOf, OrderKind, codes_for, site_codes
from cds_service.rendering.order_templates import FILLED, order_templates
from cds_service.wire.cds_hooks import Coding
from tests.rendering.charts import knowledge

PREFERENCE_LIST = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
OURS = [coding for codings in COMMON.values() for coding in codings]
# Not in our value sets; each stands in a public list that `order_codes` names.
FROM_ELSEWHERE = frozenset({"225323000", "408289007", "183519002"})


def site(folder: Path, text: str) -> Path:
    path = folder / "codes.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as refused:
        order_templates("order", site_codes(site(folder, text)))
    return str(refused.value)


@pytest.mark.parametrize("coding", [*OURS, *dict.fromkeys(CATEGORIES.values())], ids=lambda coding: coding.code)
def test_our_codes_have_the_shape_and_check_digit_of_their_system(coding: Coding) -> None:
    system = SYSTEM_BY_URI[coding.system]
    assert system.code.fullmatch(coding.code)
    assert system.check_digit_holds(coding.code)
    assert coding.display


def test_our_codes_stand_in_our_value_sets_or_in_a_list_that_is_named() -> None:
    kinds = ("ServiceRequest", "Procedure", "DiagnosticReport", "Observation")
    for coding in OURS:
        observed = coding.system == LOINC and coding.code in knowledge().observations
        known = any(knowledge().codes.known(kind, coding.system, coding.code) for kind in kinds)
        assert known or observed or coding.code in FROM_ELSEWHERE, coding


def test_a_referral_that_was_accepted_is_one_that_row_5_knows() -> None:
    rows = [knowledge().codes.rows("ServiceRequest", c.system, c.code) for c in COMMON["spine-referral"]]
    assert all(row.concept == "referral_spine_specialist" for found in rows for row in found)
    assert all(rows)


@pytest.mark.parametrize("intent", ["order", "proposal"])
def test_every_template_is_sound(intent: str) -> None:
    templates = order_templates("proposal" if intent == "proposal" else "order")
    assert set(templates) == set(get_args(CodesOf))
    for template in templates.values():
        made = ServiceRequest.model_validate(msgspec.to_builtins(msgspec.structs.replace(template, **FILLED)))
        assert (made.status, made.intent) == ("draft", intent)


def test_a_sites_codes_come_first_and_each_code_once(tmp_path: Path) -> None:
    text = f"""
[[spine-referral]]
system = "{PREFERENCE_LIST}"
code = "5001"
display = "Ambulatory referral to Spine Surgery"

[[spine-referral]]
system = "http://snomed.info/sct"
code = "308481009"
display = "Referral to orthopaedic surgeon"
"""
    coding = order_templates("order", site_codes(site(tmp_path, text)))["spine-referral"].code.coding
    assert [one.code for one in coding] == ["5001", "308481009", "308482002"]
    assert coding[0] == Coding(PREFERENCE_LIST, "5001", "Ambulatory referral to Spine Surgery")


def test_a_site_may_code_all_mri_alike_or_each_region(tmp_path: Path) -> None:
    text = """
mri = [{ system = "urn:site", code = "MR" }]
mri-lumbar = [{ system = "urn:site", code = "MRL", display = "MR L-spine" }]
"""
    templates = order_templates("order", site_codes(site(tmp_path, text)))
    first = {name: template.code.coding[0].code for name, template in templates.items()}
    assert (first["mri-lumbar"], first["mri-cervical"], first["mri"]) == ("MRL", "MR", "MR")
    assert first["hba1c"] == "4548-4"


def test_without_a_file_there_are_only_ours() -> None:
    assert site_codes(None) == {}


@pytest.mark.parametrize(
    ("kind", "regions", "name"),
    [
        ("mri", ("lumbar",), "mri-lumbar"),
        ("mri", ("cervical",), "mri-cervical"),
        ("mri", ("thoracic",), "mri-thoracic"),
        ("mri", ("cervical", "lumbar"), "mri"),
        ("mri", (), "mri"),
        ("hba1c", ("lumbar",), "hba1c"),
    ],
)
def test_an_mri_of_one_region_has_its_own_codes(kind: OrderKind, regions: tuple[object, ...], name: str) -> None:
    assert codes_for(kind, regions) == name  # type: ignore[arg-type]


WRONG = {
    "an unknown kind": ("[[mrt]]\nsystem = 'urn:x'\ncode = '1'", "mrt"),
    "no list": ("mri = 7", "mri"),
    "no code": ("[[mri]]\nsystem = 'urn:x'", "mri.0.code"),
    "another member": ("[[mri]]\nsystem = 'urn:x'\ncode = '1'\ncolour = 'red'", "mri.0.colour"),
    "a number": ("[[mri]]\nsystem = 'urn:x'\ncode = 1", "mri.0.code"),
    "a blank code": ("[[mri]]\nsystem = 'urn:x'\ncode = ' '", "mri.0.code"),
    "a blank in the system": ("[[mri]]\nsystem = 'not a uri'\ncode = '1'", "mri.0.system"),
    "two lines": ('[[mri]]\nsystem = "urn:x"\ncode = "1"\ndisplay = "a\\nb"', "mri.0.display"),
    "two blanks in a code": ("[[mri]]\nsystem = 'urn:x'\ncode = 'a  b'", "FHIR R4 refuses code.coding.0.code"),
    "a wrong check digit": ("[[mri]]\nsystem = 'http://snomed.info/sct'\ncode = '241645009'", "no code of SNOMED CT"),
    "a wrong shape": ("[[hba1c]]\nsystem = 'http://loinc.org'\ncode = '4548'", "4548 is no code of LOINC"),
    "no TOML": ("[[mri", "is not TOML"),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_mapping_stops_the_start_and_says_the_mend(tmp_path: Path, text: str, says: str) -> None:
    told = refusal(tmp_path, text)
    assert told.startswith("CDS_REFERRAL_CODES: ")
    assert says in told
    assert "write [[kind]] tables with system, code and display" in told


def test_a_file_that_is_not_there_or_not_text_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        site_codes(tmp_path / "none.toml")
    (tmp_path / "codes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not TOML"):
        site_codes(tmp_path / "codes.toml")
