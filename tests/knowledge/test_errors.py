"""Each refusal knows its number, its issue type and its sentence."""

import pytest

from cds_service.errors import (
    CdsError,
    DataMissing,
    KnowledgeError,
    Malformed,
    MethodNotAllowed,
    ReplaysUnavailable,
    RequestRefused,
    ServerNotRegistered,
    SettingsError,
    SlowBody,
    Stopping,
    StoreUnavailable,
    TooLarge,
    TooMany,
    UnknownService,
    UnsupportedMediaType,
)

REFUSALS = [
    (Malformed(), 400, "invalid"),
    (ServerNotRegistered(), 403, "forbidden"),
    (UnknownService(), 404, "not-found"),
    (MethodNotAllowed(("POST",)), 405, "not-supported"),
    (SlowBody(), 408, "timeout"),
    (DataMissing((("conditions", "not sent"),)), 412, "incomplete"),
    (TooLarge(), 413, "too-long"),
    (UnsupportedMediaType(), 415, "not-supported"),
    (TooMany(), 429, "throttled"),
    (ReplaysUnavailable(), 503, "transient"),
    (StoreUnavailable(), 503, "transient"),
    (Stopping(), 503, "transient"),
]


@pytest.mark.parametrize(("refusal", "status", "issue_code"), REFUSALS)
def test_each_refusal(refusal: RequestRefused, status: int, issue_code: str) -> None:
    assert isinstance(refusal, CdsError)
    assert (refusal.status, refusal.issue_code) == (status, issue_code)
    assert refusal.diagnostics


def test_every_refusal_is_tested() -> None:
    assert {type(refusal) for refusal, _, _ in REFUSALS} == set(RequestRefused.__subclasses__())


def test_a_refusal_says_its_sentence_unless_told_better() -> None:
    assert Malformed().diagnostics == Malformed.sentence
    assert Malformed("context.patientId is missing").diagnostics == "context.patientId is missing"


def test_method_not_allowed_says_what_is() -> None:
    refusal = MethodNotAllowed(("GET", "HEAD"))
    assert refusal.allow == ("GET", "HEAD")
    assert refusal.diagnostics == "This path does not answer this method. It answers GET, HEAD."


def test_data_missing_names_each_key_and_why() -> None:
    refusal = DataMissing((("patient", "not sent"), ("conditions", "the server answered 500")))
    assert refusal.missing[0] == ("patient", "not sent")
    assert refusal.diagnostics == "patient: not sent; conditions: the server answered 500"


@pytest.mark.parametrize("kind", [KnowledgeError, SettingsError])
def test_what_stops_the_start_is_no_refusal(kind: type[CdsError]) -> None:
    assert issubclass(kind, CdsError)
    assert not issubclass(kind, RequestRefused)
