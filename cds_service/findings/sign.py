"""One of the seven signs of the source document, as it stands in one chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cds_service.findings.finding import Fact

SignId = Literal[
    "persistent-pain",
    "nerve-compression",
    "walking-and-balance",
    "deformity",
    "medication-dependence",
    "persistent-after-surgery",
    "favourable-candidate",
]
NEVER_STARTS_A_CARD: SignId = "favourable-candidate"
State = Literal["present", "absent", "unknown"]
Strength = Literal["full", "partial"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign: present in full or in part, absent, or unknown because the key it needs was not answered.

    `brief` is for the summary ("lumbar stenosis with claudication, 51 weeks"); `because` is one sentence of
    why; `missing` says what would complete a partial sign ("no conservative care on record"). `complaint`: what the
    brief says and another sign's may repeat.
    """

    id: SignId
    state: State
    strength: Strength | None = None
    because: str = ""
    brief: str = ""
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    time_critical: bool = False
    complaint: str = ""

    @property
    def full(self) -> bool:
        """Present in full."""
        return self.strength == "full"

    @property
    def sources(self) -> tuple[str, ...]:
        """The entries the sign rests on, each once, as `Type/id`."""
        return tuple(dict.fromkeys(source for fact in self.facts for source in fact.sources))
