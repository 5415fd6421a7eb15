"""Which drug items are one (clinical-logic B, L "Duplicates")."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.record.drug_orders import ICD, OXYCODONE_10, ago, coded, drugs, request, statement, supply


def stated(drug: Any = None, first: int = 60, last: int = 10, **more: Any) -> dict[str, Any]:
    """A statement with a period."""
    return statement(drug, effectivePeriod={"start": ago(first), "end": ago(last)}, **more)


def test_items_identical_but_for_id_and_meta_count_once_under_the_first_id() -> None:
    one = request(id="b", authoredOn=ago(30), meta={"versionId": "1"})
    two = request(id="a", authoredOn=ago(30), meta={"lastUpdated": "2026-11-01"})
    for orders in ((one, two), (two, one)):
        assert [found.ref for found in drugs(*orders)] == ["MedicationRequest/a"]
    assert len(drugs(one, two | {"authoredOn": ago(29)})) == 2


def test_of_statements_the_last_date_of_assertion_counts() -> None:
    old = statement(id="a", effectivePeriod={"start": ago(400)}, dateAsserted=ago(300))
    new = statement(id="b", effectivePeriod={"start": ago(400)}, dateAsserted=ago(3))
    for orders in ((old, new), (new, old)):
        (found,) = drugs(*orders)
        assert found.ref == "MedicationStatement/a" and not found.undatable
    bare = statement(effectiveDateTime=ago(3))
    assert len(drugs(bare, bare)) == 1


@pytest.mark.parametrize(
    ("ordered", "said", "same"),
    [
        (coded(OXYCODONE_10), coded(OXYCODONE_10), True),
        (coded(OXYCODONE_10), coded("1049221"), False),
        (coded(OXYCODONE_10), "oxycodone 10 mg tablet", True),
        (coded(OXYCODONE_10), "oxycodone 5 mg tablet", False),
        ("oxycodone", "oxycodone", True),
        ("naproxen 500 mg", "ibuprofen 500 mg", False),
    ],
)
def test_the_same_product_else_ingredient_and_strength_in_both_is_one(ordered: Any, said: Any, same: bool) -> None:
    order = request(ordered, id="r", authoredOn=ago(50), dispenseRequest=supply(30))
    for orders in permutations((order, stated(said, id="s"))):
        found = {one.kind: one for one in drugs(*orders)}
        assert found["statement"].restated is same
        assert found["request"].restated is False
        assert found["request"].also == (("MedicationStatement/s",) if same else ())


def test_they_must_overlap_by_a_day() -> None:
    order = request(authoredOn=ago(50), dispenseRequest=supply(30))
    assert [one.restated for one in drugs(order, stated(first=21, last=5))] == [False, True]
    assert [one.restated for one in drugs(order, stated(first=20, last=5))] == [False, False]
    undated = statement(effectivePeriod={"start": ago(45)})
    assert not any(one.restated for one in drugs(order, undated))
    assert [one.restated for one in drugs(order, undated, stated("naproxen"))] == [False, False, False]


def test_reasons_and_the_mark_of_use_disorder_are_shared() -> None:
    dental, spine = [coded("K08.89", ICD)], [coded("M54.50", ICD)]
    order = request(authoredOn=ago(50), dispenseRequest=supply(30), reasonCode=dental)
    by_kind = {one.kind: one for one in drugs(order, stated())}
    assert by_kind["statement"].reasons == by_kind["request"].reasons != ()
    own = {one.kind: one for one in drugs(order, stated(reasonCode=spine))}
    assert own["statement"].reasons != own["request"].reasons
    methadone = coded("864706")
    addicted = request(methadone, authoredOn=ago(50), dispenseRequest=supply(30), reasonCode=[coded("F11.20", ICD)])
    assert [one.use_disorder for one in drugs(addicted, stated(methadone))] == [True, True]


def test_the_order_of_entries_changes_nothing() -> None:
    orders = (
        request(id="r1", authoredOn=ago(50), dispenseRequest=supply(30)),
        request(id="r2", authoredOn=ago(30), dispenseRequest=supply(30)),
        stated(id="s1"),
        request("naproxen", id="n"),
    )
    expected = drugs(*orders)
    assert all(drugs(*shuffled) == expected for shuffled in permutations(orders))
