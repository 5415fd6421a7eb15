"""What a number or a sentence rests on: a guideline or a study, and how far each was checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter

from cds_service.knowledge.layers import Layer, checked, tables

EVIDENCE_FILE = "evidence.toml"
CITABLE = ("looked up", "certain")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One source. `year` is text, because a source may have two ("2014/2024") or none ("n/a")."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    statement: str
    authors: str
    year: str
    source: str
    doi_or_pmid: str
    certainty: str
    used_for: str

    @property
    def citable(self) -> bool:
        """A card may name this source: someone looked it up, or it is certain."""
        return self.certainty.startswith(CITABLE)


_EVIDENCE = TypeAdapter(Evidence)


def read_evidence(ours: Layer, site: Layer) -> Mapping[str, Evidence]:
    """Every source by id; a site may add its own. Raises KnowledgeError."""
    return {
        key: checked(_EVIDENCE, at, key, {**table, "id": key})
        for key, (at, table) in tables(EVIDENCE_FILE, ours, site).items()
    }
