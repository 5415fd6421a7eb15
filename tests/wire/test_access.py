"""`fhirServer` and `fhirAuthorization` as a call brings them: anything odd is as absent."""

from __future__ import annotations

import json

import pytest

from cds_service.wire.access import NO_ACCESS
from cds_service.wire.decoding import decode_call
from cds_service.wire.held import HookCall

ENVELOPE = {"hook": "patient-view", "hookInstance": "x", "context": {"patientId": "p1"}}


def call(**members: object) -> HookCall:
    return decode_call(json.dumps({**ENVELOPE, **members}).encode())


@pytest.mark.parametrize("server", ["https://ehr.example/fhir", "https://ehr.example/%7e\u00e9"])
def test_a_server_is_held_as_text(server: str) -> None:
    assert call(fhirServer=server).access.address() == server


@pytest.mark.parametrize("server", [None, 7, {"url": "https://ehr.example"}, ["https://ehr.example"], True])
def test_an_odd_server_is_none(server: object) -> None:
    assert call(fhirServer=server).access.address() == ""


def test_a_call_without_a_server_has_no_access() -> None:
    lent = {"access_token": "t"}
    assert call(fhirAuthorization=lent).access is NO_ACCESS
    assert NO_ACCESS.address() == ""
    assert NO_ACCESS.token() is None


@pytest.mark.parametrize("prefetch", [{}, {"patient": 7}, 7])
def test_a_token_is_held_however_the_rest_is_read(prefetch: object) -> None:
    lent = {"access_token": "a.b-c~d+e/f=", "expires_in": "300", "scope": 7, "subject": None, "x": {}}
    token = call(fhirServer="https://e", fhirAuthorization=lent, prefetch=prefetch).access.token()
    assert token is not None
    assert token.authorization() == "Bearer a.b-c~d+e/f="


@pytest.mark.parametrize(
    "lent",
    [
        None,
        7,
        "t",
        [],
        {},
        {"access_token": None},
        {"access_token": 7},
        {"access_token": ""},
        {"access_token": "a b"},
        {"access_token": "a\nb"},
        {"access_token": "ü"},
        {"access_token": "x" * 16_385},
    ],
)
def test_an_odd_authorization_is_none(lent: object) -> None:
    assert call(fhirServer="https://e", fhirAuthorization=lent).access.token() is None
