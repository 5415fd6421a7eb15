"""What IHE BALP 1.1 asks of its profiles, told as a table of our own; R4 itself is asked of fhir.resources.

Read from https://profiles.ihe.net/ITI/BALP: PatientRead (with Read), PatientQuery (with Query),
PrivacyDisclosure.Source. A slice is told by the code of its `type`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fhir.resources.R4B.auditevent import AuditEvent

CANONICAL = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
DCM = "http://dicom.nema.org/resources/ontology/DCM"
ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"


@dataclass(frozen=True, slots=True)
class Slice:
    """How often entries of one type may be there, and of each: what it must have, may not have, and must be."""

    least: int
    most: int
    has: tuple[str, ...] = ()
    has_not: tuple[str, ...] = ()
    role: tuple[str, tuple[str, ...]] | None = None
    requestor: bool | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile: what is fixed, and its slices."""

    type: tuple[str, str]
    subtype: tuple[str, tuple[str, ...]]
    action: str
    agents: dict[tuple[str, str], Slice]
    entities: dict[tuple[str, str], Slice]
    least_entities: int
    observer_is: str = ""
    forbidden: tuple[str, ...] = field(default=())


MACHINE = Slice(1, 1, has=("who", "network"), has_not=("media",))
PARTY = Slice(1, 1, has=("who", "network"))
USER = Slice(0, 1, has=("who",), has_not=("media", "network"), requestor=True)
PATIENT = Slice(1, 1, has=("what",), role=(ROLE, ("1",)))
DATA = Slice(1, 1, has=("what",), role=(ROLE, ("4", "3", "20")))
QUERY = Slice(1, 1, has=("query",), has_not=("what", "lifecycle", "detail"), role=(ROLE, ("24",)))
TRANSACTION = Slice(0, 1, has=("what",))
REST = ("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest")
INTERACTION = "http://hl7.org/fhir/restful-interaction"
BOTH = {(DCM, "110152"): MACHINE, (DCM, "110153"): MACHINE, (PARTICIPATION, "IRCP"): USER}
PROFILES = {
    "PatientRead": Profile(
        type=REST,
        subtype=(INTERACTION, ("read", "vread")),
        action="R",
        agents=BOTH,
        entities={(ENTITY, "1"): PATIENT, (ENTITY, "2"): DATA, (BALP_ENTITY, "XrequestId"): TRANSACTION},
        least_entities=2,
    ),
    "PatientQuery": Profile(
        type=REST,
        subtype=(INTERACTION, ("search", "search-type", "search-system")),
        action="E",
        agents=BOTH,
        entities={(ENTITY, "1"): PATIENT, (ENTITY, "2"): QUERY, (BALP_ENTITY, "XrequestId"): TRANSACTION},
        least_entities=1,
    ),
    "PrivacyDisclosure.Source": Profile(
        type=(DCM, "110106"),
        subtype=("http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", ("disclose",)),
        action="R",
        agents={(DCM, "110153"): PARTY, (DCM, "110152"): PARTY},
        entities={(ENTITY, "1"): PATIENT},
        least_entities=2,
        observer_is="110153",
        forbidden=("modifierExtension",),
    ),
}


def check(event: dict[str, Any]) -> str:
    """It is R4, and what its profile asks; the profile's name, or nothing for what names none."""
    AuditEvent.model_validate(event)
    assert {"type", "recorded", "agent", "source"} <= event.keys()
    assert event["recorded"].endswith("Z")
    if "meta" not in event:
        assert event["outcome"] != "0"
        assert event["outcomeDesc"]
        return ""
    (named,) = event["meta"]["profile"]
    name: str = named.removeprefix(CANONICAL)
    profile = PROFILES[name]
    assert event["outcome"] == "0"
    assert (event["type"]["system"], event["type"]["code"]) == profile.type
    (subtype,) = [one for one in event["subtype"] if one["system"] == profile.subtype[0]]
    assert subtype["code"] in profile.subtype[1]
    assert event["action"] == profile.action
    assert not set(profile.forbidden) & event.keys()
    assert len(event["agent"]) >= 2
    assert len(event["entity"]) >= profile.least_entities
    _check_slices(profile.agents, [(_agent_code(one), one) for one in event["agent"]])
    _check_slices(profile.entities, [(_code(one["type"]), one) for one in event["entity"]])
    if profile.observer_is:
        (agent,) = [one for one in event["agent"] if _agent_code(one)[1] == profile.observer_is]
        assert agent["who"] == event["source"]["observer"]
    return name


def _check_slices(slices: dict[tuple[str, str], Slice], found: list[tuple[tuple[str, str], dict[str, Any]]]) -> None:
    for code, asked in slices.items():
        entries = [entry for its, entry in found if its == code]
        assert asked.least <= len(entries) <= asked.most, code
        for entry in entries:
            assert set(asked.has) <= entry.keys(), code
            assert not set(asked.has_not) & entry.keys(), code
            if asked.role:
                assert entry["role"]["system"] == asked.role[0]
                assert entry["role"]["code"] in asked.role[1]
            if asked.requestor is not None:
                assert entry["requestor"] is asked.requestor


def _code(coding: dict[str, str]) -> tuple[str, str]:
    return coding["system"], coding["code"]


def _agent_code(agent: dict[str, Any]) -> tuple[str, str]:
    (coding,) = agent["type"]["coding"]
    return _code(coding)
