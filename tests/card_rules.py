"""What every card must be, whatever the chart: conformance 1.6 and the card's extension."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

VERSION = re.compile(r"\d{4}\.\d+\.\d+\+[0-9a-f]{8}")


def check_card(card: dict[str, Any]) -> None:
    """One card, alone and with its extension."""
    assert 0 < len(card["summary"]) < 140  # C3
    assert "\n" not in card["summary"]
    assert card["indicator"] in ("info", "warning", "critical")  # C4
    assert card["source"]["label"]  # C5
    assert re.match(r"https?://[^/]+/.*rules/", card["source"]["url"])  # C6
    assert card["source"]["topic"]["system"] == "https://miss-cds.org/CodeSystem/rule"  # C8
    assert "<" not in card["detail"]  # C9
    assert len(card["detail"]) <= 1500
    assert card["uuid"] == str(UUID(card["uuid"]))  # C10
    assert "suggestions" in card or "selectionBehavior" not in card  # C11
    assert 5 <= len(card["overrideReasons"]) <= 7  # C19
    for reason in card["overrideReasons"]:
        assert set(reason) == {"system", "code", "display"}
    for link in card["links"]:  # C20, C21, C22
        assert set(link) == {"label", "url", "type"}
        assert link["type"] == "absolute"
    assert "systemActions" not in card  # C23
    ((name, told),) = card["extension"].items()  # G7
    assert name == "org.miss-cds.assessment"
    check_extension(told)
    assert told["rule"] == card["source"]["topic"]["code"]


def check_extension(told: dict[str, Any]) -> None:
    """All seven signs and risks with their states, and the members that are always there."""
    assert (len(told["signs"]), len(told["risks"])) == (7, 7)
    for finding in (*told["signs"], *told["risks"]):
        assert finding["state"] in ("present", "absent", "unknown")
    for sign in told["signs"]:
        if sign["state"] == "present":
            assert sign["strength"] in ("full", "partial")
        else:
            assert not {"strength", "because"} & set(sign)
    assert VERSION.fullmatch(told["knowledgeVersion"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["assessedOn"])
    assert told["opioids"]["status"]
    assert told["conservativeCare"]
