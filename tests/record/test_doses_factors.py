"""Which factor a drug has: the chosen table's, else an older one; a site's before ours (clinical-logic B, L)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cds_service.knowledge.load import load_knowledge
from cds_service.knowledge.opioids import EQUIVALENT_COLUMNS, MorphineEquivalent
from cds_service.record.opioid_strength import OpioidPart, equivalent_of
from tests.record.drug_orders import knowledge

OURS = knowledge().morphine_equivalents


def row(factor: float | None, route: str = "any oral", unit: str = "mg/day", **more: Any) -> MorphineEquivalent:
    """A row for oxycodone."""
    said: Any = {"source": "CDC 2022", "use": "full", "dose_forms": frozenset()} | more
    return MorphineEquivalent(
        "7804", "oxycodone", route, dose_unit=unit, factor=factor, verified_by="", note="", **said
    )


TABLET = OpioidPart("oxycodone", "7804", mg_each=5, dose_form_rxcui="317541", form="Oral Tablet")


@pytest.mark.parametrize(
    ("table", "factor"),
    [
        ([row(1.5)], 1.5),
        ([row(1.0, source="legacy (2016/2020)"), row(1.5)], 1.5),
        ([row(1.5), row(1.0, source="legacy (2016/2020)")], 1.5),
        ([row(1.0, source="legacy (2016/2020)")], 1.0),
        ([row(1.5), row(2.0, "any")], 2.0),  # the site's row stands later
        ([row(1.5, unit="mcg/h")], None),
        ([row(1.5, unit="mcg/day")], None),
        ([row(1.5, use="ignore")], None),
        ([row(1.5, "nasal")], None),
        ([row(1.5, "tablet")], 1.5),
        ([row(1.5, "")], 1.5),
        ([row(1.5, "tablets", dose_forms=frozenset({"317541"}))], 1.5),
        ([row(1.5, "tablets", dose_forms=frozenset({"316987"}))], None),
        ([], None),
    ],
)
def test_which_row(table: list[MorphineEquivalent], factor: float | None) -> None:
    found = equivalent_of(TABLET, "mg/day", True, table)
    assert (found and found.factor) == factor


def test_a_drug_by_its_words_is_found_by_its_name() -> None:
    assert equivalent_of(OpioidPart("oxycodone"), "mg/day", True, [row(1.5)]) is not None
    assert equivalent_of(OpioidPart("opioid"), "mg/day", True, [row(1.5)]) is None
    assert equivalent_of(OpioidPart("oxycodone"), "mg/day", False, [row(1.5)]) is None


def test_the_older_table_is_the_sites_to_add(tmp_path: Path) -> None:
    theirs = "3423,hydromorphone,any oral,,mg/day,4,CDC 2016,full,their pharmacist,\n"
    (tmp_path / "morphine_equivalents.csv").write_text(",".join(EQUIVALENT_COLUMNS) + "\n" + theirs)
    table = load_knowledge(tmp_path).morphine_equivalents
    part = OpioidPart("hydromorphone", "3423")
    for rows, factor, source in ((OURS, 5.0, "CDC 2022"), (table, 4.0, "CDC 2016")):
        found = equivalent_of(part, "mg/day", True, rows)
        assert found is not None
        assert (found.factor, found.source) == (factor, source)
    assert len(table) == len(OURS)
