"""The shapes of AuditEvents, each against R4 and against its profile's table."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from cds_service.audit.events import About, CardShown, ReadDone, read_event, shown_event
from tests.audit.profiles import check

OURS = "https://miss.example"
BASE = "https://ehr.example/fhir"
AT = datetime(2026, 11, 22, 13, 30, tzinfo=timezone(timedelta(hours=1)))
HOOK = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
ABOUT = About("p1", "Practitioner/1", HOOK)
READ = ReadDone(BASE, f"{BASE}/Patient/p1", "", form=False)
SEARCH = ReadDone(BASE, f"{BASE}/Condition", "patient=p1&_count=200", form=False)
FORM = ReadDone(BASE, f"{BASE}/Condition", "patient=p1&_count=200", form=True)
PAGE = ReadDone(BASE, BASE, "_getpages=x&_offset=200", form=False)
PATH_PAGE = ReadDone(BASE, f"{BASE}/pages/2/of/3", "", form=False)
SHOWN = CardShown(
    "acme", "192.0.2.1", "miss-patient-view", HOOK, "recommend", "recommend", "2026.11.0+00000000", "ab12"
)
PROFILE = {"read": READ, "search": SEARCH, "form": FORM, "page": PAGE, "page by path": PATH_PAGE}
NAMED = {"read": "PatientRead"}
ODD = ("p\u0000 1", "x" * 100_000, "../Patient/2", "urn:uuid:1", "\ufeff", "Ada, Countess")


@pytest.mark.parametrize("kind", PROFILE)
@pytest.mark.parametrize("user", ["Practitioner/1", "PractitionerRole/x", "Ada Lovelace", ""])
def test_reads_and_searches_are_what_their_profile_asks(kind: str, user: str) -> None:
    event = read_event(PROFILE[kind], About("p1", user, HOOK), OURS, AT)
    assert check(event) == NAMED.get(kind, "PatientQuery")
    assert event["recorded"] == "2026-11-22T12:30:00.000Z"
    assert len(event["agent"]) == (3 if user else 2)


def test_a_card_is_what_its_profile_asks() -> None:
    assert check(shown_event(SHOWN, ABOUT, OURS, AT)) == "PrivacyDisclosure.Source"


def roles(event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {agent["type"]["coding"][0]["code"]: agent for agent in event["agent"]}


def test_in_a_read_the_server_is_the_source_and_in_a_search_the_client() -> None:
    read, search = roles(read_event(READ, ABOUT, OURS, AT)), roles(read_event(SEARCH, ABOUT, OURS, AT))
    assert read["110153"]["network"] == search["110152"]["network"] == {"address": BASE, "type": "5"}
    assert read["110152"]["network"] == search["110153"]["network"] == {"address": OURS, "type": "5"}
    assert read["IRCP"]["who"] == {"reference": "Practitioner/1"}


@pytest.mark.parametrize(
    ("done", "sent"),
    [
        (SEARCH, f"GET {BASE}/Condition?patient=p1&_count=200"),
        (FORM, f"POST {BASE}/Condition/_search\n\npatient=p1&_count=200"),
        (PAGE, f"GET {BASE}?_getpages=x&_offset=200"),
        (PATH_PAGE, f"GET {BASE}/pages/2/of/3"),
    ],
)
def test_the_query_is_what_was_sent(done: ReadDone, sent: str) -> None:
    (query,) = [one for one in read_event(done, ABOUT, OURS, AT)["entity"] if "query" in one]
    assert b64decode(query["query"]).decode() == sent


def test_the_patient_is_that_of_the_server_or_of_the_call() -> None:
    assert read_event(READ, ABOUT, OURS, AT)["entity"][0]["what"]["reference"] == f"{BASE}/Patient/p1"
    assert shown_event(SHOWN, ABOUT, OURS, AT)["entity"][0]["what"]["reference"] == "Patient/p1"


@pytest.mark.parametrize(("outcome", "why"), [("4", "the FHIR server answered 403"), ("8", "not reached")])
def test_what_failed_names_no_profile(outcome: str, why: str) -> None:
    done = ReadDone(BASE, f"{BASE}/Condition", "patient=p1", form=False, outcome=outcome, why=why)
    event = read_event(done, ABOUT, OURS, AT)
    assert check(event) == ""
    assert (event["outcome"], event["outcomeDesc"]) == (outcome, why)


def test_what_a_card_rests_on() -> None:
    card = shown_event(SHOWN, ABOUT, OURS, AT)["entity"][1]
    assert card["what"]["identifier"]["value"] == f"urn:uuid:{HOOK}"
    assert {one["type"]: one["valueString"] for one in card["detail"]} == {
        "service": "miss-patient-view",
        "rule": "recommend",
        "outcome": "recommend",
        "knowledgeVersion": "2026.11.0+00000000",
    }


def test_the_hook_and_the_request_join_the_events_of_a_call() -> None:
    hook = {"identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{HOOK}"}}
    for event in (read_event(READ, ABOUT, OURS, AT), shown_event(SHOWN, ABOUT, OURS, AT)):
        assert hook in [one.get("what") for one in event["entity"]]
    assert {"identifier": {"value": "ab12"}} in [one["what"] for one in shown_event(SHOWN, ABOUT, OURS, AT)["entity"]]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_what_is_no_id_is_an_identifier_cleaned_and_cut(odd: str) -> None:
    """A hookInstance that is no UUID may hold anything, and is left out."""
    about = About(odd, odd, odd)
    for event in (read_event(SEARCH, about, OURS, AT), shown_event(SHOWN, about, OURS, AT)):
        assert check(event)
        (value,) = [one["what"]["identifier"]["value"] for one in event["entity"][:1]]
        assert 0 < len(value) <= 256
        assert value.isprintable()
        assert "reference" not in roles(event)["IRCP"]["who"]
        assert "hookInstance" not in str(event)


def test_without_a_client_or_a_request_id() -> None:
    """Where no tokens are asked for, nobody can be told from anybody else."""
    shown = CardShown("", "unknown", "s", HOOK, "consider", "consider", "v", "")
    event = shown_event(shown, ABOUT, OURS, datetime(2026, 11, 22, tzinfo=UTC))
    assert check(event)
    assert roles(event)["110152"]["who"] == {"identifier": {"value": "anonymous"}}
