"""How often a rule's cards were shown, and what became of them: what the report is made of."""

from __future__ import annotations

from dataclasses import dataclass

# The rule of feedback on a card that the store does not know.
UNKNOWN_RULE = "unknown"


@dataclass(frozen=True, slots=True)
class Counted:
    """So many cards of a rule in a month; `what` is shown, accepted or overridden.

    `client`, `tenant` and `reason` are empty where there is none.
    """

    rule: str
    client: str
    tenant: str
    month: str
    what: str
    reason: str
    count: int
