"""AuditEvents as FHIR R4 and IHE "Basic Audit Log Patterns" 1.1 want them (https://profiles.ihe.net/ITI/BALP).

A read that worked is a PatientRead or a PatientQuery as its client records it; a card that was shown is a
PrivacyDisclosure as its source records it. In a read the server is the source of what flows; in a search the client is,
because what flows is the question (DICOM's roles, and the profiles'). Those profiles are for success: what failed has
the same shape and names none. Ids stand in these events and nothing else of a patient; what is no id of FHIR's form
stands as an identifier, cleaned and cut.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

Shape = dict[str, Any]
PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
OURS = "https://miss-cds.org/CodeSystem/audit-entity"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ENTITY_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
RESTFUL = "http://hl7.org/fhir/restful-interaction"
REST = {
    "system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
    "code": "rest",
    "display": "Restful Operation",
}
EXPORT = {"system": DICOM, "code": "110106", "display": "Export"}
DISCLOSE = {
    "system": "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle",
    "code": "disclose",
    "display": "Disclose Record Lifecycle Event",
}
SOURCE, DESTINATION = ("110153", "Source Role ID"), ("110152", "Destination Role ID")
USER = ("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", "information recipient")
APPLICATION_SERVER = {
    "system": "http://terminology.hl7.org/CodeSystem/security-source-type",
    "code": "4",
    "display": "Application Server",
}
PERSON, SYSTEM_OBJECT = ("1", "Person"), ("2", "System Object")
PATIENT, REPORT, RESOURCE, QUERY = ("1", "Patient"), ("3", "Report"), ("4", "Domain Resource"), ("24", "Query")
IP_ADDRESS, URI = "2", "5"
SUCCESS, MINOR_FAILURE, SERIOUS_FAILURE = "0", "4", "8"
NAME = "miss-cds-service"
FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
USER_REFERENCE = re.compile(r"(?:Practitioner|PractitionerRole|Patient|RelatedPerson)/[A-Za-z0-9.-]{1,64}", re.ASCII)
MOST_TEXT = 256


@dataclass(frozen=True, slots=True)
class About:
    """Whose chart it was, who had it open, and the hook call it was for: ids, as the call brought them."""

    patient_id: str
    user_id: str
    hook_instance: str


@dataclass(frozen=True, slots=True)
class ReadDone:
    """One request to a FHIR server under `base`. `outcome` is a code of audit-event-outcome, `why` in words of ours."""

    base: str
    address: str
    query: str
    form: bool
    outcome: str = SUCCESS
    why: str = ""

    @property
    def is_read(self) -> bool:
        """Of one resource, by its id; anything else is a search, a further page of one included."""
        return not self.query and self.address.removeprefix(f"{self.base}/").count("/") == 1


@dataclass(frozen=True, slots=True)
class CardShown:
    """One card in an answer: to which client, at which address; by which service and rule, resting on what."""

    client: str
    address: str
    service: str
    card: str
    rule: str
    outcome: str
    knowledge_version: str
    request_id: str


def read_event(done: ReadDone, about: About, ours: str, at: datetime) -> Shape:
    """The AuditEvent of one read; `ours` is the address of this service."""
    server = (_named(done.base), done.base, URI)
    client = (_ourselves(ours), ours, URI)
    source, destination = (server, client) if done.is_read else (client, server)
    agents = [_agent(SOURCE, *source), _agent(DESTINATION, *destination), *_user(about)]
    interaction = "read" if done.is_read else "search-type"
    entities = [
        _patient(about, f"{done.base}/"),
        _resource(done) if done.is_read else _query(done),
        *_hook(about),
    ]
    event = _event(REST, {"system": RESTFUL, "code": interaction}, "R" if done.is_read else "E", at, ours)
    profile = "PatientRead" if done.is_read else "PatientQuery"
    return _whole(event, agents, entities, profile, done.outcome, done.why)


def shown_event(shown: CardShown, about: About, ours: str, at: datetime) -> Shape:
    """The AuditEvent of one card that left."""
    agents = [
        _agent(SOURCE, _ourselves(ours), ours, URI),
        _agent(DESTINATION, _named(shown.client or "anonymous"), shown.address, IP_ADDRESS),
        *_user(about),
    ]
    entities = [_patient(about, ""), _card(shown), *_hook(about), *_request(shown.request_id)]
    event = _event(EXPORT, DISCLOSE, "R", at, ours)
    return _whole(event, agents, entities, "PrivacyDisclosure.Source", SUCCESS, "")


def _event(kind: Mapping[str, str], subtype: Mapping[str, str], action: str, at: datetime, ours: str) -> Shape:
    return {
        "resourceType": "AuditEvent",
        "type": kind,
        "subtype": [subtype],
        "action": action,
        "recorded": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "source": {"observer": _ourselves(ours), "type": [APPLICATION_SERVER]},
    }


def _whole(
    event: Shape, agents: Iterable[Shape], entities: Iterable[Shape], profile: str, outcome: str, why: str
) -> Shape:
    meta = {"meta": {"profile": [PROFILES + profile]}} if outcome == SUCCESS else {}
    more = {"outcomeDesc": why} if why else {}
    return {**event, **meta, "outcome": outcome, **more, "agent": list(agents), "entity": list(entities)}


def _agent(role: tuple[str, str], who: Shape, address: str, kind: str) -> Shape:
    """A machine. Machines never ask by themselves: where no user is known, none is named (as in the profiles)."""
    return {
        "type": {"coding": [{"system": DICOM, "code": role[0], "display": role[1]}]},
        "who": who,
        "requestor": False,
        "network": {"address": address, "type": kind},
    }


def _user(about: About) -> list[Shape]:
    """The user, where one is known."""
    if not about.user_id:
        return []
    system, code, display = USER
    is_reference = USER_REFERENCE.fullmatch(about.user_id)
    who = {"reference": about.user_id} if is_reference else _named(about.user_id)
    return [{"type": {"coding": [{"system": system, "code": code, "display": display}]}, "who": who, "requestor": True}]


def _patient(about: About, base: str) -> Shape:
    entity = _entity(PERSON, PATIENT)
    if FHIR_ID.fullmatch(about.patient_id):
        return {**entity, "what": {"reference": f"{base}Patient/{about.patient_id}", "type": "Patient"}}
    return {**entity, "what": {**_named(about.patient_id), "type": "Patient"}}


def _resource(done: ReadDone) -> Shape:
    return {**_entity(SYSTEM_OBJECT, RESOURCE), "what": {"reference": done.address}}


def _query(done: ReadDone) -> Shape:
    """The request as it was sent, its headers excepted: one of them is the token."""
    line = f"POST {done.address}/_search\n\n{done.query}" if done.form else f"GET {done.address}?{done.query}"
    raw = line.removesuffix("?").encode()
    return {**_entity(SYSTEM_OBJECT, QUERY), "query": b64encode(raw).decode()}


def _card(shown: CardShown) -> Shape:
    said = {
        "service": shown.service,
        "rule": shown.rule,
        "outcome": shown.outcome,
        "knowledgeVersion": shown.knowledge_version,
    }
    what = {"identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{shown.card}"}}
    detail = [{"type": name, "valueString": value} for name, value in said.items()]
    return {**_entity(SYSTEM_OBJECT, REPORT), "what": what, "detail": detail}


def _hook(about: About) -> list[Shape]:
    """The hookInstance joins what was read with what was shown; one that is no UUID may hold anything."""
    try:
        value = f"urn:uuid:{UUID(about.hook_instance)}"
    except ValueError:
        return []
    what = {"identifier": {"system": "urn:ietf:rfc:3986", "value": value}}
    return [{"type": {"system": OURS, "code": "hookInstance"}, "what": what}]


def _request(request_id: str) -> list[Shape]:
    """The X-Request-ID of our answer, as the profiles of reads write one."""
    if not request_id:
        return []
    kind = {"system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "code": "XrequestId"}
    return [{"type": kind, "what": {"identifier": {"value": request_id}}}]


def _entity(kind: tuple[str, str], role: tuple[str, str]) -> Shape:
    return {
        "type": {"system": ENTITY_TYPE, "code": kind[0], "display": kind[1]},
        "role": {"system": ENTITY_ROLE, "code": role[0], "display": role[1]},
    }


def _ourselves(ours: str) -> Shape:
    return {"identifier": {"value": ours}, "display": NAME}


def _named(text: str) -> Shape:
    cleaned = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return {"identifier": {"value": cleaned[:MOST_TEXT].strip() or "\N{REPLACEMENT CHARACTER}"}}
