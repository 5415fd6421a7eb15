"""Which drug an order names: by codes, else by an ingredient, or another word for one, as a whole word of its text.

An opioid is ignored for every purpose where it is an anaesthetic, an injection, a cough or cold combination
or a cough or diarrhoea remedy: by an `ignore` row of an opioid set, else by words. Naloxone, naltrexone alone
are none (clinical-logic B, L). A steroid or immunosuppressant for the skin, eye, ear, nose or airways is no systemic
one, and heparin that keeps a line open thins no blood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from cds_service.knowledge.drug_names import CLASS_WORDS, INGREDIENTS, NAMED_SETS, USE_DISORDER, Names, names_in
from cds_service.knowledge.rows import Row
from cds_service.knowledge.systems import RXNORM
from cds_service.knowledge.value_sets import PRODUCTS
from cds_service.record.patient import Match, Use
from cds_service.record.words import might_hold
from cds_service.wire import fhir

if TYPE_CHECKING:
    from cds_service.knowledge.load import Knowledge

OPIOID_SETS = (PRODUCTS, INGREDIENTS, "opioid_atc", "synthea_opioid_drugs")
PRODUCT_SETS = (PRODUCTS, "synthea_opioid_drugs")
# Letters only, because "oxycodone5mg" is oxycodone.
WORD = re.compile(r"[a-z]+")
INJECTION = re.compile(
    r"\b(inj|inject\w*|intravenous|infusion|vials?|ampou?les?|syringe|cartridge|auto-?injector)\b", re.I
)
COUGH_OR_COLD = re.compile(
    r"\b(guaifenesin|promethazine|chlorpheniramine|brompheniramine|triprolidine|pseudoephedrine|phenylephrine"
    r"|homatropine|carbinoxamine)\b",
    re.I,
)
# The film of the analgesic is buccal.
FOR_USE_DISORDER = re.compile(
    r"\b(naloxone|sublingual|(?<!buccal )films?|strips?|implants?|suboxone|subutex|zubsolv|sublocade|bunavail"
    r"|brixadi)\b",
    re.I,
)
LOCAL = re.compile(
    r"\b(nasal|nose|inhal\w+|actuat|otic|ears?|ophthalm\w+|eyes?|eyedrops?|drops|topical|cream|ointment|paste|lotion|gel|foam"
    r"|shampoo|rectal|enema|dental|intra-?articular)\b",
    re.I,
)
BY_MOUTH = re.compile(r"\boral (?!paste)", re.I)
FLUSH = re.compile(r"\b(flush\w*|lock)\b", re.I)
LOCAL_OF = {"systemic_steroid": LOCAL, "immunosuppressant_drugs": LOCAL, "anticoagulant_antiplatelet": FLUSH}
STRENGTH = re.compile(r"\D{0,40}?(\d+(?:\.\d+)?) ?(mg/ml|mg/hr|mcg/hr|mg|mcg|ug)\b")
USES: tuple[Use, ...] = ("full", "weak", "history")
RXNORM_URIS = (RXNORM, "urn:oid:2.16.840.1.113883.6.88")


@dataclass(frozen=True, slots=True)
class Named:
    """A drug by its codes or its text.

    `product` is its RxNorm code, empty where only an ingredient, a class or a text is given. `use_disorder`:
    its code or form marks it as treatment of opioid use disorder; `use_disorder_by_reason`: a reason would.
    """

    concepts: Mapping[str, Match]
    label: str
    product: str = ""
    ingredient: str = ""
    strength: str = ""
    opioid: bool = False
    use_disorder: bool = False
    use_disorder_by_reason: bool = False
    injected: bool = False


def texts_of(concepts: Iterable[fhir.CodeableConcept]) -> tuple[str, ...]:
    """The strings that say what the drug is: text and displays, each once."""
    said = (text for c in concepts for text in (c.text, *(coding.display for coding in c.coding or ())))
    return tuple(dict.fromkeys(text.strip() for text in said if text))


def name_drug(concepts: tuple[fhir.CodeableConcept, ...], knowledge: Knowledge) -> Named | None:
    """The drug, where it matters to any rule; None for all others and for an ignored opioid."""
    rows = _coded(concepts, knowledge)
    by_text = not rows
    if by_text:
        rows = _worded(concepts, knowledge.drug_names)
        if not rows:
            return None
    return _named(rows, concepts, by_text, knowledge)


def _coded(concepts: tuple[fhir.CodeableConcept, ...], knowledge: Knowledge) -> list[Row]:
    rows: list[Row] = []
    for concept in concepts:
        for coding in concept.coding or ():
            if coding.system and coding.code:
                rows.extend(knowledge.codes.rows("Medication", coding.system, coding.code))
    return rows


def _worded(concepts: tuple[fhir.CodeableConcept, ...], names: Names) -> list[Row]:
    """The rows whose ingredient is a whole word of a text."""
    rows: list[Row] = []
    # Asked of every drug no value set knows, which most drugs are.
    for concept in concepts:
        text = concept.text
        if text and not names.keys().isdisjoint(words := words_in(text)):
            rows.extend(row for word in words for row in names.get(word, ()))
        for coding in concept.coding or ():
            text = coding.display
            if text and text != concept.text and not names.keys().isdisjoint(words := words_in(text)):
                rows.extend(row for word in words for row in names.get(word, ()))
    return rows


def words_in(text: str) -> list[str]:
    """The words in lower case, without accents, full-width letters as plain ones."""
    if not text.isascii():
        text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return WORD.findall(text.lower())


def _named(
    rows: list[Row],
    concepts: tuple[fhir.CodeableConcept, ...],
    by_text: bool,
    knowledge: Knowledge,
) -> Named | None:
    texts = texts_of(concepts)
    opioids = [row for row in rows if row.concept in OPIOID_SETS]
    said = " ".join([*texts, *[row.display for row in opioids]])
    injected = might_hold(said, (INJECTION.pattern,)) and INJECTION.search(said) is not None
    opioid = bool(opioids) and not _ignored(opioids, said, injected)
    kept = [row for row in rows if row.use != "ignore" and (opioid or row.concept not in OPIOID_SETS)]
    kept = [row for row in kept if not _is_local(row, by_text, texts)]
    ingredient, strength = _opioid_in(opioids, knowledge) if opioid else ("", "")
    by_form = opioid and _by_form(kept, ingredient, said)
    if (opioids and not opioid) or (ingredient and not by_form):
        kept = [row for row in kept if row.concept != USE_DISORDER]
    if not kept:
        return None
    matches = _matches(kept, by_text, ingredient, by_form)
    ingredient = ingredient or _first_label(matches)
    return Named(
        concepts=matches,
        label=ingredient,
        product=_product(concepts, knowledge),
        ingredient=ingredient,
        strength=strength or _strength_in(texts, ingredient),
        opioid=opioid,
        use_disorder=by_form,
        use_disorder_by_reason=ingredient in ("buprenorphine", "methadone"),
        injected=injected,
    )


def _ignored(opioids: list[Row], said: str, injected: bool) -> bool:
    """Ignored by its row; an ingredient or a text, unlike a known product, also by the words about it."""
    if any(row.use == "ignore" for row in opioids):
        return True
    if any(row.concept in PRODUCT_SETS for row in opioids):
        return False
    return injected or COUGH_OR_COLD.search(said) is not None


def _is_local(row: Row, by_text: bool, texts: tuple[str, ...]) -> bool:
    """It acts where it is put, by its words; the ATC code of a systemic drug outweighs them."""
    local = LOCAL_OF.get(row.concept)
    if local is None or not (by_text or row.system == RXNORM):
        return False
    return any(local.search(text) for text in texts) and not any(map(BY_MOUTH.search, texts))


def _opioid_in(opioids: list[Row], knowledge: Knowledge) -> tuple[str, str]:
    """The opioid's ingredient and its strength as "5 mg", either empty where no row tells."""
    for row in opioids:
        for product in knowledge.opioid_products.get(row.code, ()) if row.concept in PRODUCT_SETS else ():
            return product.ingredient, f"{product.strength:g} {product.strength_unit}".lower()
    for row in opioids:
        for word in words_in(row.display):
            if any(named.concept == INGREDIENTS for named in knowledge.drug_names.get(word, ())):
                return word, ""
    return "opioid", ""


def _by_form(kept: list[Row], ingredient: str, said: str) -> bool:
    """It treats opioid use disorder by its code, or is buprenorphine in a form given for that.

    An ATC code of the analgesic outweighs the form.
    """
    if any(row.concept == USE_DISORDER and row.use == "full" for row in kept):
        return True
    analgesic = any(row.concept == "opioid_atc" and row.code.startswith("N02A") for row in kept)
    return ingredient == "buprenorphine" and not analgesic and FOR_USE_DISORDER.search(said) is not None


def _matches(kept: list[Row], by_text: bool, ingredient: str, by_form: bool) -> dict[str, Match]:
    """The best row of each value set; an opioid is always in the set of ingredients, whatever coded it."""
    matches: dict[str, Match] = {}
    worst_first = sorted(kept, key=lambda row: USES.index(cast(Use, row.use)), reverse=True) if len(kept) > 1 else kept
    for row in worst_first:
        label = ingredient if ingredient and row.concept in OPIOID_SETS else _label(row)
        matches[row.concept] = Match(cast(Use, row.use), label, row.system, row.code, by_text)
    if ingredient:
        matches.setdefault(INGREDIENTS, Match("full", ingredient, by_text=by_text))
    if by_form:
        matches[USE_DISORDER] = Match("full", ingredient, by_text=by_text)
    return matches


def _label(row: Row) -> str:
    """The ingredient where the row names one, else the class in our words."""
    named = next(names_in(row), "")
    if named and "," not in row.display:
        return named
    return CLASS_WORDS.get(row.concept, row.display)


def _first_label(matches: Mapping[str, Match]) -> str:
    return next(matches[concept].label for concept in (*NAMED_SETS, *matches) if concept in matches)


def _product(concepts: tuple[fhir.CodeableConcept, ...], knowledge: Knowledge) -> str:
    """The RxNorm code, unless it stands for an ingredient."""
    codings = (coding for concept in concepts for coding in concept.coding or ())
    return next((c.code for c in codings if c.code and _is_rxnorm_product(c.system, c.code, knowledge)), "")


def _is_rxnorm_product(system: str | None, code: str, knowledge: Knowledge) -> bool:
    if system not in RXNORM_URIS:
        return False
    rows = knowledge.codes.rows("Medication", system, code)
    return not rows or any(row.concept in PRODUCT_SETS for row in rows)


def _strength_in(texts: tuple[str, ...], ingredient: str) -> str:
    """The strength that follows the ingredient in a text, as "5 mg"; empty where none does."""
    for text in texts:
        lower, sought = text.lower(), ingredient.lower()
        place = lower.find(sought)
        while place >= 0:
            found = STRENGTH.match(lower, place + len(sought))
            if found:
                return f"{float(found[1]):g} {found[2]}"
            place = lower.find(sought, place + 1)
    return ""
