"""The value sets as FHIR R4: valid, and saying what our files say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fhir.resources.R4B.valueset import ValueSet

from cds_service.knowledge.fhir_value_sets import CONDITIONS, COPYRIGHTS, REGIONS, USES, fhir_value_sets, id_of
from cds_service.knowledge.load import Knowledge
from cds_service.knowledge.rows import ONLY_IF
from cds_service.knowledge.rows import REGIONS as ROW_REGIONS
from cds_service.knowledge.rows import USES as ROW_USES
from cds_service.knowledge.systems import CODE_SYSTEMS, CPT, SYSTEM_BY_URI
from tests.knowledge.conftest import Site

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def made() -> Resources:
    from cds_service.knowledge.load import load_knowledge

    return dict(fhir_value_sets(load_knowledge()))


def test_each_is_valid(made: Resources) -> None:
    for resource in made.values():
        ValueSet.model_validate_json(json.dumps(resource))


def test_each_has_its_address_version_and_notices(made: Resources, knowledge: Knowledge) -> None:
    assert set(made) == {id_of(concept) for concept in knowledge.value_sets}
    for concept, held in knowledge.value_sets.items():
        resource = made[id_of(concept)]
        assert resource["url"] == f"https://miss-cds.org/fhir/ValueSet/{resource['id']}"
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", resource["id"])
        assert re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", resource["name"])
        assert resource["version"] == knowledge.version
        assert (resource["title"], resource["purpose"], resource["status"]) == (held.title, held.purpose, "draft")
        for system in {row.system for row in held.rows}:
            assert COPYRIGHTS[system] in resource["copyright"]


def codes(parts: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(part["system"], one["code"]) for part in parts for one in part.get("concept", ())}


def patterns(parts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(part["system"], rule["value"]) for part in parts for rule in part.get("filter", ())]


def test_each_row_is_there_once_in_its_place(made: Resources, knowledge: Knowledge) -> None:
    for concept, held in knowledge.value_sets.items():
        compose = made[id_of(concept)]["compose"]
        for use, parts in (("count", compose["include"]), ("ignore", compose.get("exclude", []))):
            rows = [row for row in held.rows if (row.use == "ignore") == (use == "ignore")]
            assert codes(parts) == {(row.system, row.code) for row in rows if row.match == "exact"}
            assert len(patterns(parts)) == sum(row.match == "prefix" for row in rows)


def test_a_prefix_is_a_pattern_of_its_code_and_all_under_it(made: Resources) -> None:
    found = dict((system, value) for system, value in patterns(made["radiculopathy"]["compose"]["include"]))
    [m54_1] = [value for _, value in patterns(made["radiculopathy"]["compose"]["include"]) if "54\\.1" in value][:1]

    assert found
    assert re.match(m54_1, "M54.1")
    assert re.match(m54_1, "M54.16")
    assert not re.match(m54_1, "M54X16")
    assert not re.match(m54_1, "XM54.1")


def test_what_fhir_has_no_member_for_is_said(made: Resources) -> None:
    said = made["chronic-pain-generic"]["description"]

    assert "Looked up on Condition;" in said
    assert "(spine-text): ICD-" in said or "(spine-text): SNOMED CT" in said
    assert "Counts with lower confidence (weak): CPT" in made["proc-discectomy"]["description"]
    assert "has no effect in this set" in made["care-other-nonpharm"]["description"] or any(
        "exclude" in resource["compose"] for resource in made.values()
    )


def test_every_word_of_our_rows_has_words_for_a_reader() -> None:
    assert set(USES) == set(ROW_USES) - {"full", "ignore"}
    assert set(CONDITIONS) == set(ONLY_IF) - {""}
    assert set(REGIONS) == set(ROW_REGIONS) - {""}
    assert set(COPYRIGHTS) == {system.uri for system in CODE_SYSTEMS}


def test_cpt_is_numbers_with_words_of_our_own(made: Resources, knowledge: Knowledge) -> None:
    shown = {row.display for held in knowledge.value_sets.values() for row in held.rows if row.system == CPT}

    assert "American Medical Association" in made["proc-discectomy"]["copyright"]
    assert all(len(display) < 100 and not display.isupper() for display in shown)


def test_a_set_without_excluded_rows_has_no_exclude(site: Site) -> None:
    text = "system,code,display,match,use\nhttp://snomed.info/sct,271737000,Anaemia,exact,full\n"
    laid = site({"value_sets/myeloma.csv": text})

    assert "exclude" not in fhir_value_sets(laid)["myeloma"]["compose"]
    assert SYSTEM_BY_URI["http://snomed.info/sct"].title == "SNOMED CT"
