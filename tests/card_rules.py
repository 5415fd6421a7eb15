"""What every card must be, whatever the chart: conformance 1.6 and the card's extension."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from fhir.resources.R4B.servicerequest import ServiceRequest

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
    check_suggestions(card)
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


def check_suggestions(card: dict[str, Any]) -> None:
    """Each suggestion is a draft of one order, labelled and sound; an update is for the order hooks alone."""
    assert ("suggestions" in card) == ("selectionBehavior" in card)  # C11
    suggestions = card.get("suggestions", [])
    assert card.get("selectionBehavior", "any") == "any"  # the one that Epic honours
    ids = [card["uuid"], *(one["uuid"] for one in suggestions)]
    for suggestion in suggestions:
        assert set(suggestion) == {"label", "uuid", "actions"}  # C12, C13
        assert 0 < len(suggestion["label"]) <= 60
        (action,) = suggestion["actions"]  # C14
        assert set(action) == {"type", "description", "resource"}  # C15, C16
        assert action["type"] == "create"
        check_order(action["resource"])
        ids.append(action["resource"]["id"])
    assert len(set(ids)) == len(ids)
    assert all(one == str(UUID(one)) for one in ids)  # C10, C17


def check_order(order: dict[str, Any]) -> None:
    """Every element of referral.md that is always there, and FHIR's own rules."""
    ServiceRequest.model_validate(order)
    assert (order["resourceType"], order["status"]) == ("ServiceRequest", "draft")
    assert order["intent"] in ("order", "proposal")
    assert order["priority"] in ("routine", "urgent")
    for concept in (*order["category"], order["code"]):
        for coding in concept["coding"]:
            assert set(coding) == {"system", "code", "display"}
    assert order["code"]["text"]
    assert re.fullmatch(r"Patient/[\w.-]+", order["subject"]["reference"])
    assert order["authoredOn"]
    assert all(concept["text"] for concept in (*order["reasonCode"], *order.get("bodySite", [])))
    for reference in (*order.get("reasonReference", []), *order.get("supportingInfo", [])):
        assert re.fullmatch(r"[A-Z]\w+/[\w.-]+", reference["reference"])
    (note,) = order["note"]
    assert note["authorString"]
    assert all(line and (line.isprintable()) for line in note["text"].split("\n"))
    assert not set("<>`*_[]{}|\\") & set(note["text"])


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
