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

# Entries of one drug that are read as telling of one another.
MOST_RESTATED = 500
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


class SameDrug:
    """Drugs by what makes two of them one, in the order they began."""

    def __init__(self, drugs: Iterable[Drug]) -> None:
        self._product: dict[str, list[Drug]] = {}
        self._unnamed: dict[tuple[str, str], list[Drug]] = {}
        self._ingredient: dict[tuple[str, str], list[Drug]] = {}
        for drug in sorted(drugs, key=lambda drug: (drug.first or date.max, drug.ref)):
            key = (drug.ingredient, drug.strength)
            if drug.product:
                self._product.setdefault(drug.product, []).append(drug)
            elif drug.ingredient:
                self._unnamed.setdefault(key, []).append(drug)
            if drug.ingredient:
                self._ingredient.setdefault(key, []).append(drug)

    def of(self, drug: Drug) -> Sequence[Drug]:
        """Those of the same product; where either has none, of the same ingredient in the same strength."""
        key = (drug.ingredient, drug.strength)
        if not drug.product:
            return self._ingredient.get(key, ())
        named, unnamed = self._product.get(drug.product, []), self._unnamed.get(key, [])
        return sorted((*named, *unnamed), key=lambda one: (one.first or date.max, one.ref)) if unnamed else named


def with_restated(drugs: Sequence[Drug]) -> list[Drug]:
    """The drugs, each statement of what an overlapping request orders marked as said twice.

    Its days stay, because a request may tell of fewer; reasons and the mark of use disorder are shared.
    """
    requests = [drug for drug in drugs if drug.kind == "request" and drug.first]
    statements = [drug for drug in drugs if drug.kind == "statement" and drug.first]
    if not (requests and statements):
        return list(drugs)
    ordered, stated = SameDrug(requests), SameDrug(statements)
    return [_beside(drug, (stated if drug.kind == "request" else ordered).of(drug)) for drug in drugs]


def _beside(drug: Drug, others: Sequence[Drug]) -> Drug:
    """The drug with what others of its kind say of it; of very many the newest, lest a chart repeat it at will."""
    same = [other for other in others[-MOST_RESTATED:] if overlap(drug, other)]
    if not same:
        return drug
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


def overlap(one: Drug, other: Drug) -> bool:
    """Some day belongs to both."""
    if not (one.first and one.last and other.first and other.last):
        return False
    return one.first <= other.last and other.first <= one.last


def for_use_disorder(drug: Drug) -> Drug:
    """The drug as treatment of opioid use disorder: an exposure, but never a sign."""
    match = Match("full", drug.label)
    return replace(drug, use_disorder=True, concepts={**drug.concepts, USE_DISORDER: match})
