"""One of the seven risks of the source document's "who should avoid", as it stands in one chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from cds_service.findings.finding import Fact
from cds_service.findings.sign import State
from cds_service.findings.truth import Truth

RiskId = Literal[
    "severe-instability",
    "epidural-scarring",
    "uncontrolled-diabetes",
    "cardiovascular-disease",
    "obesity",
    "current-smoking",
    "active-infection",
]
NO_VALUE: Mapping[str, object] = MappingProxyType({})
TRUTH_OF_STATE: Mapping[State, Truth] = MappingProxyType({"present": True, "absent": False, "unknown": None})


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk: present, absent, or unknown because its value is not on record or was not answered.

    `value` is for the card's extension ({"hba1c": 9.4, "unit": "%", "date": "2026-10-02"}), `brief` for the
    summary ("HbA1c 9.4 % (2 Oct)"), `because` one sentence of why, whatever the state.

    `major`: alone enough for row 6 (severe instability, epidural scarring, major cardiovascular disease).
    `extreme`: one of the factors of which row 6 wants `advanced_risks` (HbA1c at 8 or more, BMI at 40 or
    more, current smoking, chronic cardiovascular disease). `modifiable`: a factor of row 7. Each is true,
    false, or unknown where the chart cannot say; a risk that is absent is none of them.
    """

    id: RiskId
    state: State
    value: Mapping[str, object] = field(default_factory=lambda: NO_VALUE)
    facts: tuple[Fact, ...] = ()
    brief: str = ""
    because: str = ""
    major: Truth = False
    extreme: Truth = False
    modifiable: Truth = False

    @property
    def present(self) -> Truth:
        """The state as a truth: unknown is neither."""
        return TRUTH_OF_STATE[self.state]

    @property
    def sources(self) -> tuple[str, ...]:
        """The entries the risk rests on, each once, as `Type/id`."""
        return tuple(dict.fromkeys(source for fact in self.facts for source in fact.sources))
