"""What an opioid product holds, and how much morphine a dose stands for.

Factors are those of the CDC guideline of 2022; for what it does not list, older ones, and `source` says so.
A row without a factor names an opioid whose morphine equivalent is not known.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cds_service.knowledge.layers import Layer, Line, laid_over
from cds_service.knowledge.rows import UNVERIFIED, UNVERIFIED_USES, USES
from cds_service.knowledge.systems import RXNORM, SYSTEM_BY_URI
from cds_service.knowledge.value_sets import PRODUCTS, lines_of

EQUIVALENTS_FILE = "morphine_equivalents.csv"
EQUIVALENT_COLUMNS = (
    "ingredient_rxcui",
    "ingredient",
    "route_or_form",
    "dose_forms",
    "dose_unit",
    "factor",
    "factor_source",
    "use",
    "verified_by",
    "note",
)
STRENGTH_UNITS = ("MG", "MG/ML", "MG/HR", "MG/ACTUAT")
DOSE_UNITS = ("mg/day", "mcg/h", "mcg/day")
RXCUI = SYSTEM_BY_URI[RXNORM].code


@dataclass(frozen=True, slots=True)
class OpioidProduct:
    """One opioid in an RxNorm product. `strength` is in `strength_unit`: MG, MG/ML, MG/HR or MG/ACTUAT.

    A product may have several: two salts of one opioid add up; two units are the same strength said twice.
    """

    rxcui: str
    name: str
    use: str
    ingredient_rxcui: str
    ingredient: str
    strength: float
    strength_unit: str
    dose_form_rxcui: str
    dose_form: str


@dataclass(frozen=True, slots=True)
class MorphineEquivalent:
    """What one unit of `dose_unit` of an ingredient stands for in mg of oral morphine a day; None: not known.

    `dose_forms` are the RxNorm dose forms it holds for; empty: see `route_or_form`.
    """

    ingredient_rxcui: str
    ingredient: str
    route_or_form: str
    dose_forms: frozenset[str]
    dose_unit: str
    factor: float | None
    source: str
    use: str
    verified_by: str
    note: str


def read_products(ours: Layer, site: Layer) -> Mapping[str, tuple[OpioidProduct, ...]]:
    """The opioids in each RxNorm product. Codes are checked with the value set of the same rows."""
    products: dict[str, tuple[OpioidProduct, ...]] = {}
    for line in lines_of(PRODUCTS, ours, site):
        product = _product_of(line)
        others = products.get(product.rxcui, ())
        if product in others:
            raise line.wrong(f"{product.rxcui} stands here twice with this strength", "remove one of the two")
        products[product.rxcui] = (*others, product)
    return products


def _product_of(line: Line) -> OpioidProduct:
    _check_rxcui(line, "ingredient_rxcui")
    _check_word(line, "strength_unit", STRENGTH_UNITS)
    return OpioidProduct(
        line["code"],
        line["display"],
        line["use"],
        line["ingredient_rxcui"],
        line["ingredient"].lower(),
        _positive(line, "strength_value"),
        line["strength_unit"],
        line["dose_form_rxcui"],
        line["dose_form"],
    )


def read_equivalents(ours: Layer, site: Layer) -> tuple[MorphineEquivalent, ...]:
    """Every factor; a site's row replaces ours of the same ingredient and form. Raises KnowledgeError."""
    lines = laid_over(EQUIVALENTS_FILE, EQUIVALENT_COLUMNS, _same_form, ours, site)
    seen: set[Sequence[str]] = set()
    for line in lines:
        if _same_form(line) in seen:
            raise line.wrong(
                f"{line['ingredient']}, {line['route_or_form']}, stands here twice", "remove one of the two"
            )
        seen.add(_same_form(line))
    return tuple(_equivalent_of(line) for line in lines)


def _same_form(line: Line) -> tuple[str, str]:
    return line["ingredient_rxcui"], line["route_or_form"]


def _equivalent_of(line: Line) -> MorphineEquivalent:
    _check_rxcui(line, "ingredient_rxcui")
    _check_word(line, "use", USES)
    if line["verified_by"] == UNVERIFIED and line["use"] not in UNVERIFIED_USES:
        raise line.wrong(
            f"{line['ingredient']} is unverified and {line['use']}", "make it weak or ignore, or verify it"
        )
    if line["factor"]:
        _check_word(line, "dose_unit", DOSE_UNITS)
    return MorphineEquivalent(
        line["ingredient_rxcui"],
        line["ingredient"],
        line["route_or_form"],
        frozenset(line["dose_forms"].split()),
        line["dose_unit"],
        _positive(line, "factor") if line["factor"] else None,
        line["factor_source"],
        line["use"],
        line["verified_by"],
        line["note"],
    )


def _check_rxcui(line: Line, column: str) -> None:
    if not RXCUI.fullmatch(line[column]):
        raise line.wrong(f"{column} {line[column]!r} has not the shape of a code of RxNorm", "copy it from its source")


def _check_word(line: Line, column: str, words: Sequence[str]) -> None:
    if line[column] not in words:
        raise line.wrong(f"{column} {line[column]!r} is unknown", f"use one of {', '.join(words)}")


def _positive(line: Line, column: str) -> float:
    try:
        value = float(line[column])
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise line.wrong(f"{column} {line[column]!r} is no number above zero", "write it with a point, without a unit")
    return value
