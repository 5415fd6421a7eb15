"""How much opioid one unit, one mL or one hour of a product brings, and by what factor that is morphine.

Of a product with an RxNorm code the table of products says it, for the opioid part alone; else the words of the
item, where they can mean only one thing. Nothing is guessed from a brand name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cds_service.knowledge.drug_names import INGREDIENTS, USE_DISORDER, names_in
from cds_service.knowledge.opioids import MorphineEquivalent, OpioidProduct
from cds_service.record.drug_names import OPIOID_SETS, Named, words_in

if TYPE_CHECKING:
    from cds_service.knowledge.load import Knowledge

CLASS = "opioid"  # the label of an opioid that is known by its class only
OPIOIDS_ALONE = {*OPIOID_SETS, USE_DISORDER}
OTHERS = (
    "acetaminophen|paracetamol|apap|aspirin|ibuprofen|naloxone|naltrexone|carisoprodol|butalbital|caffeine|celecoxib"
)
SALTS = (
    r"(?:[ ,]+(?:hydrochloride|hcl|sulfate|sulphate|bitartrate|hemitartrate|tartrate|phosphate|citrate|er|sr|cr|xr|la"
    r"|ir|extended[ -]release|immediate[ -]release|oral|tablets?|capsules?|tabs?|caps?|solution|concentrate))*"
)
AMOUNT = (
    r"(?P<number>\d{1,4}(?:\.\d{1,4})?) ?(?P<unit>mg|mcg|ug|µg)\b"
    r"(?: ?/ ?(?P<per>\d{1,3}(?:\.\d+)?)? ?(?P<of>ml|hour|hr|h)\b)?"
)
PAIR = r"(?P<first>\d{1,4}(?:\.\d{1,4})?) ?(?:mg)? ?[-/] ?(?P<second>\d{1,4}(?:\.\d{1,4})?) ?mg\b"
NOT_BY_MOUTH = re.compile(
    r"rectal|supposit|patch|transderm|nasal|spray|sublingual|buccal|lozenge|lollipop|topical|intrathecal|epidural|pump",
    re.I,
)
PATCH = re.compile(r"patch|transderm", re.I)
IN_MG: Mapping[str, float] = {"mg": 1.0, "mcg": 1e-3, "ug": 1e-3, "µg": 1e-3}


@dataclass(frozen=True, slots=True)
class OpioidPart:
    """The opioid in a product; a strength that is None is not on record.

    `combined`: with another drug, so that mg of the product are not mg of the opioid. `form` is the RxNorm dose form,
    or the words of the item where no product is known.
    """

    ingredient: str
    ingredient_rxcui: str = ""
    mg_each: float | None = None
    mg_per_ml: float | None = None
    mg_per_spray: float | None = None
    mcg_per_hour: float | None = None
    combined: bool = False
    dose_form_rxcui: str = ""
    form: str = ""

    @property
    def is_patch(self) -> bool:
        """It is worn: its strength is a rate."""
        return self.mcg_per_hour is not None or PATCH.search(self.form) is not None

    @property
    def is_counted(self) -> bool:
        """It is taken by the unit or the mL."""
        return self.mg_each is not None or self.mg_per_ml is not None

    @property
    def by_mouth(self) -> bool:
        """Swallowed, by its dose form; where nothing is said of another way, an outpatient's opioid is."""
        if self.dose_form_rxcui:
            return "oral" in self.form.lower()
        return NOT_BY_MOUTH.search(self.form) is None


def opioid_part(named: Named, texts: Sequence[str], knowledge: Knowledge) -> OpioidPart:
    """What of a product is opioid, by its code, else by its words."""
    products = knowledge.opioid_products.get(named.product, ())
    if products:
        return _of_product(products)
    ingredient = named.ingredient
    if ingredient == CLASS:
        ingredient = _ingredient_in(texts, knowledge)
    found = {strength for text in texts if (strength := _strength_in(text.lower(), ingredient))}
    combined = any(map(_is_combined, texts)) or bool(named.concepts.keys() - OPIOIDS_ALONE)
    part = OpioidPart(ingredient, combined=combined, form=" ".join(texts))
    return _with_strength(part, *found.pop()) if len(found) == 1 else part


def _of_product(products: Sequence[OpioidProduct]) -> OpioidPart:
    """Two salts of one opioid add up; a spray has a strength by mL and by spray."""
    one = products[0]
    strengths: dict[str, float] = {}
    for product in products:
        strengths[product.strength_unit] = strengths.get(product.strength_unit, 0.0) + product.strength
    an_hour = strengths.get("MG/HR")
    return OpioidPart(
        ingredient=one.ingredient,
        ingredient_rxcui=one.ingredient_rxcui,
        mg_each=strengths.get("MG"),
        mg_per_ml=strengths.get("MG/ML"),
        mg_per_spray=strengths.get("MG/ACTUAT"),
        mcg_per_hour=an_hour * 1000 if an_hour else None,
        combined=" / " in one.name,
        dose_form_rxcui=one.dose_form_rxcui,
        form=one.dose_form,
    )


def _ingredient_in(texts: Sequence[str], knowledge: Knowledge) -> str:
    """The one opioid that the words name beside a code of the class."""
    words = {word for text in texts for word in words_in(text)}
    rows = {row for word in words for row in knowledge.drug_names.get(word, ()) if row.concept == INGREDIENTS}
    named = {name for row in rows for name in names_in(row)}
    return named.pop() if len(named) == 1 else CLASS


def _is_combined(text: str) -> bool:
    return re.search(rf"\b(?:{OTHERS})\b|\d ?(?:mg)? ?[-/] ?\d+(?:\.\d+)? ?mg\b", text, re.I) is not None


def _strength_in(text: str, ingredient: str) -> tuple[float, str] | None:
    """The opioid's strength as (number, MG, MG/ML or MG/HR), where the words can mean only one.

    Every ingredient has its own number after it, or two names are followed by two numbers in the same order.
    """
    names = list(dict.fromkeys(re.findall(rf"\b(?:{re.escape(ingredient)}|{OTHERS})\b", text)))
    if ingredient not in names:
        return None
    if len(names) == 1:
        return _amount(re.search(rf"\b{re.escape(ingredient)}\b\D{{0,40}}?{AMOUNT}", text))
    if all(re.search(rf"\b{name}\b{SALTS} *{AMOUNT}", text) for name in names):
        return _amount(re.search(rf"\b{re.escape(ingredient)}\b{SALTS} *{AMOUNT}", text))
    pair = re.search(rf"\b{names[0]}\b[^\d]{{0,40}}?\b{names[1]}\b\D{{0,30}}?{PAIR}", text)
    if len(names) != 2 or pair is None:
        return None
    return float(pair["first" if names[0] == ingredient else "second"]), "MG"


def _amount(found: re.Match[str] | None) -> tuple[float, str] | None:
    """ "10 mg/5 ml" is 2 MG/ML; "25 mcg/hr" is 0.025 MG/HR."""
    if found is None:
        return None
    amount = float(found["number"]) * IN_MG[found["unit"]]
    if not found["of"]:
        return amount, "MG"
    per = float(found["per"] or 1)
    if per <= 0:
        return None
    return (amount / per, "MG/ML" if found["of"] == "ml" else "MG/HR")


def _with_strength(part: OpioidPart, number: float, unit: str) -> OpioidPart:
    if number <= 0:
        return part
    if unit == "MG":
        return replace(part, mg_each=number)
    return replace(part, mg_per_ml=number) if unit == "MG/ML" else replace(part, mcg_per_hour=number * 1000)


def equivalent_of(
    part: OpioidPart, unit: str, by_mouth: bool, table: Sequence[MorphineEquivalent]
) -> MorphineEquivalent | None:
    """The row for the opioid in this unit ("mg/day", or "mcg/h" of a patch) and form; None where none is in the table.

    A row of the chosen table before a legacy one; a site's row, which stands later, before ours. Only patches of
    fentanyl have a row that is read (clinical-logic L); a row without a factor says that there is none.
    """
    rows = [row for row in table if _is_of(row, part) and row.use != "ignore" and _suits(row, part, unit, by_mouth)]
    return min(reversed(rows), key=is_legacy, default=None)


def is_legacy(row: MorphineEquivalent) -> bool:
    """The factor is from an older table, because the chosen one does not list the drug."""
    return row.source.startswith("legacy")


def _is_of(row: MorphineEquivalent, part: OpioidPart) -> bool:
    return row.ingredient_rxcui == part.ingredient_rxcui or row.ingredient.lower() == part.ingredient


def _suits(row: MorphineEquivalent, part: OpioidPart, unit: str, by_mouth: bool) -> bool:
    if row.factor is None:
        return True
    if row.dose_unit != unit:
        return False
    if row.dose_forms:
        return not part.dose_form_rxcui or part.dose_form_rxcui in row.dose_forms
    if "oral" in row.route_or_form:
        return by_mouth
    route = row.route_or_form.split()[0].lower() if row.route_or_form else "any"
    return route == "any" or route in part.form.lower()
