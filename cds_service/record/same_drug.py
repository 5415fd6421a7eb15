"""Which drug items are one: entries repeated, and statements of what was also ordered (L "Duplicates")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

import msgspec

from cds_service.knowledge.drug_names import USE_DISORDER
from cds_service.record.drug_names import Named
from cds_service.record.named_drug import Order
from cds_service.record.opioid_dose import OpioidDose
from cds_service.record.patient import Drug, Match
from cds_service.wire import fhir

AnOrder = TypeVar("AnOrder", fhir.MedicationRequest, fhir.MedicationStatement)


def distinct(found: Iterable[tuple[AnOrder, Named]]) -> list[tuple[AnOrder, Named]]:
    """Items identical but for id, meta and date of assertion, once: the first id, the last date."""
    kept: dict[bytes, tuple[AnOrder, Named]] = {}
    for order, named in found:
        content = _content(order)
        other = kept.get(content)
        kept[content] = (_one_of(order, other[0]), named) if other else (order, named)
    return list(kept.values())


def _content(order: Order) -> bytes:
    if isinstance(order, fhir.MedicationStatement):
        order = msgspec.structs.replace(order, dateAsserted=None)
    return msgspec.json.encode(msgspec.structs.replace(order, id=None, meta=None))


def _one_of(one: AnOrder, other: AnOrder) -> AnOrder:
    first = one if (one.id or "~") <= (other.id or "~") else other
    if isinstance(one, fhir.MedicationStatement) and isinstance(other, fhir.MedicationStatement):
        asserted = max(one.dateAsserted or "", other.dateAsserted or "")
        return msgspec.structs.replace(first, dateAsserted=asserted or None)
    return first


def with_restated(drugs: Sequence[Drug]) -> list[Drug]:
    """The drugs, each statement of what an overlapping request orders marked as said twice.

    Its days stay, because a request may tell of fewer; reasons and the mark of use disorder are shared.
    """
    requests = [drug for drug in drugs if drug.kind == "request" and drug.first]
    statements = [drug for drug in drugs if drug.kind == "statement" and drug.first]
    if not (requests and statements):
        return list(drugs)
    return [_beside(drug, statements if drug.kind == "request" else requests) for drug in drugs]


def _beside(drug: Drug, others: Sequence[Drug]) -> Drug:
    same = [other for other in others if is_same(drug, other) and overlap(drug, other)]
    if not same:
        return drug
    same.sort(key=lambda other: (other.first or date.max, other.ref))
    reasons = drug.reasons or tuple(reason for other in same for reason in other.reasons)
    shared = replace(
        drug,
        restated=drug.kind == "statement",
        reasons=reasons,
        also=tuple(sorted({other.ref for other in same if other.ref})),
        dose=_dose_of(drug, same),
    )
    return for_use_disorder(shared) if any(other.use_disorder for other in same) else shared


def _dose_of(drug: Drug, same: Sequence[Drug]) -> OpioidDose | None:
    """The newest request's dose wins; a statement's stands in where no request tells one."""
    in_turn = (*reversed(same), drug) if drug.kind == "statement" else (drug, *reversed(same))
    doses = [one.dose for one in in_turn if one.dose]
    return next((dose for dose in doses if dose.tells), doses[0] if doses else None)


def is_same(one: Drug, other: Drug) -> bool:
    """The same product; where either is not known, the same ingredient in the same strength."""
    if one.product and other.product:
        return one.product == other.product
    return bool(one.ingredient) and (one.ingredient, one.strength) == (other.ingredient, other.strength)


def overlap(one: Drug, other: Drug) -> bool:
    """Some day belongs to both."""
    if not (one.first and one.last and other.first and other.last):
        return False
    return one.first <= other.last and other.first <= one.last


def for_use_disorder(drug: Drug) -> Drug:
    """The drug as treatment of opioid use disorder: an exposure, but never a sign."""
    match = Match("full", drug.label)
    return replace(drug, use_disorder=True, concepts={**drug.concepts, USE_DISORDER: match})
