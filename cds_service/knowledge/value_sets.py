"""A value set is the codes that stand for one concept, and the FHIR types on which they mean it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter

from cds_service.errors import KnowledgeError
from cds_service.knowledge.layers import Layer, Line, checked, laid_over
from cds_service.knowledge.rows import COLUMNS, OPTIONAL_COLUMNS, RED_FLAG, Resource, Row, row_of, same_code
from cds_service.knowledge.systems import SYSTEM_BY_URI

DESCRIPTIONS_FILE = "value_sets.toml"
PRODUCT_COLUMNS = (
    "ingredient_rxcui",
    "ingredient",
    "strength_value",
    "strength_unit",
    "dose_form_rxcui",
    "dose_form",
)

PRODUCTS = "opioid_products"


@dataclass(frozen=True, slots=True)
class ValueSet:
    """The codes of one concept, and the FHIR types on which they mean it.

    "Medication" among `resources` stands for MedicationRequest, MedicationStatement and Medication.
    """

    concept: str
    title: str
    purpose: str
    resources: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """What value_sets.toml says of one set."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1)]
    purpose: Annotated[str, Field(min_length=1)]
    resources: Annotated[tuple[Resource, ...], Field(min_length=1)]


_DESCRIPTION = TypeAdapter(Description)


def file_of(concept: str) -> str:
    """Where a value set's rows stand, relative to a knowledge folder."""
    return f"{PRODUCTS}.csv" if concept == PRODUCTS else f"value_sets/{concept}.csv"


def read_value_sets(ours: Layer, site: Layer) -> dict[str, ValueSet]:
    """Every value set by concept, checked. Raises KnowledgeError at the first thing wrong."""
    at = ours.at(DESCRIPTIONS_FILE)
    described = {
        concept: checked(_DESCRIPTION, at, concept, table) for concept, table in ours.toml(DESCRIPTIONS_FILE).items()
    }
    files = {name for name in ours.files if name.startswith("value_sets/")}
    for name in files.difference(map(file_of, described)):
        raise KnowledgeError(f"{at}: {name} is not described; add title, purpose and resources")
    sets = {
        concept: ValueSet(concept, about.title, about.purpose, about.resources, rows_of(concept, ours, site))
        for concept, about in described.items()
    }
    check_red_flags(sets)
    return sets


def rows_of(concept: str, ours: Layer, site: Layer) -> tuple[Row, ...]:
    """The rows of one set: ours, less those the site names again, then the site's."""
    return tuple(_distinct(concept, lines_of(concept, ours, site)))


def lines_of(concept: str, ours: Layer, site: Layer) -> list[Line]:
    """The lines of one set's file. A product stands on a line for each of its strengths."""
    columns = (*COLUMNS, *PRODUCT_COLUMNS) if concept == PRODUCTS else COLUMNS
    return laid_over(file_of(concept), columns, same_code, ours, site, OPTIONAL_COLUMNS)


def _distinct(concept: str, lines: Sequence[Line]) -> Iterator[Row]:
    seen: set[tuple[str, str, str]] = set()
    for line in lines:
        row = row_of(concept, line)
        key = (*same_code(line), row.match)
        if key not in seen:
            yield row
        elif concept != PRODUCTS:
            raise line.wrong(f"{row.code} stands here twice with match {row.match}", "remove one of the two")
        seen.add(key)


def check_red_flags(sets: Mapping[str, ValueSet]) -> None:
    """A red-flag code has effect in one red-flag set only, so that one rule speaks for it."""
    owner: dict[tuple[str, str], str] = {}
    flags = (rows.rows for concept, rows in sets.items() if concept.startswith(RED_FLAG))
    for row in (row for rows in flags for row in rows if row.use != "ignore"):
        code = SYSTEM_BY_URI[row.system].compared(row.code)
        first = owner.setdefault((row.system, code), row.concept)
        if first != row.concept:
            at = file_of(row.concept)
            raise KnowledgeError(f"{at}: {row.code} is in {first} too; make it ignore in one of the two")
