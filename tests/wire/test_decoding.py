"""A hook call from its bytes: what is no request, what is one all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.wire.decoding import decode_call
from cds_service.wire.held import Came
from cds_service.wire.soundness import MAX_DEPTH, Undecodable, check_depth

PATIENT = {"resourceType": "Patient", "id": "p1"}


def request(**members: Any) -> dict[str, Any]:
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"patientId": "p1", "userId": "Practitioner/1"},
        **members,
    }


def body(**members: Any) -> bytes:
    return json.dumps(request(**members)).encode()


def refusal(content: bytes) -> str:
    with pytest.raises(Undecodable) as refused:
        decode_call(content)
    return str(refused.value)


def test_an_ordinary_call() -> None:
    call = decode_call(body(prefetch={"patient": PATIENT}))
    assert (call.hook, call.patient_id, call.user_id) == ("patient-view", "p1", "Practitioner/1")
    assert call.has_user
    assert not call.names_server
    assert call.held.patient.resources[0].id == "p1"
    assert call.held.conditions.came is Came.ABSENT


NOT_JSON = {
    "empty": b"",
    "text": b"hello",
    "breaks off": body()[:-1],
    "trailing comma": body()[:-1] + b",}",
    "two values": body() + b"{}",
    "comment": b"/* */" + body(),
    "NaN where nobody reads": body()[:-1] + b', "x": NaN}',
    "Infinity where nobody reads": body()[:-1] + b', "x": -Infinity}',
    "NaN in a resource": body(prefetch={"observations": 1}).replace(b": 1}", b": NaN}"),
    "UTF-16": body().decode().encode("utf-16"),
    "UTF-16 without mark": body().decode().encode("utf-16-le"),
    "UTF-32": body().decode().encode("utf-32"),
    "Latin-1 in a member we read": body(hookInstance="é").replace(b"\\u00e9", b"\xe9"),
    "Latin-1 in a member we skip": body(other="é").replace(b"\\u00e9", b"\xe9"),
    "an overlong form in a skipped name": body(other="é").replace(b"other", b"oth\xc0\xaf"),
    "a surrogate encoded as UTF-8": body(other="é").replace(b"\\u00e9", b"\xed\xa0\x80"),
    "UTF-8 that breaks off in a skipped string": body(other="é").replace(b"\\u00e9", b"\xc3"),
    "half a surrogate pair, escaped": body(other="\ud800"),
    "a byte order mark": b"\xef\xbb\xbf" + body(),
}


@pytest.mark.parametrize("content", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_in_utf8_is_refused(content: bytes) -> None:
    assert "not" in refusal(content)


def test_a_bad_byte_far_into_a_large_body_is_found() -> None:
    padding = "é" * 70_000
    good = json.dumps(request(other=padding), ensure_ascii=False).encode()
    assert decode_call(good).patient_id == "p1"
    assert refusal(good.replace(b'"}', b'\xff"}')) == "The body is not UTF-8."


@pytest.mark.parametrize("content", [b"[]", b"null", b'"x"', b"7", b"true"])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    assert refusal(content) == "The body is not a JSON object."


ENVELOPES: list[tuple[dict[str, Any], str]] = [
    ({"hook": None}, "hook is missing."),
    ({"hook": 7}, "hook is not a string."),
    ({"hook": ["patient-view"]}, "hook is not a string."),
    ({"hookInstance": None}, "hookInstance is missing."),
    ({"hookInstance": {}}, "hookInstance is not a string."),
    ({"context": None}, "context is missing."),
    ({"context": []}, "context is not an object."),
    ({"context": "p1"}, "context is not an object."),
    ({"context": {"userId": "Practitioner/1"}}, "context.patientId is missing."),
    ({"context": {"patientId": None}}, "context.patientId is missing."),
    ({"context": {"patientId": ""}}, "context.patientId is empty."),
    ({"context": {"patientId": "Patient/"}}, "context.patientId is empty."),
    ({"context": {"patientId": 1}}, "context.patientId is not a string."),
]


@pytest.mark.parametrize(("members", "why"), ENVELOPES)
def test_a_broken_envelope_is_refused_naming_the_member(members: dict[str, Any], why: str) -> None:
    assert refusal(body(**members)) == why


@pytest.mark.parametrize("name", ["hook", "hookInstance", "context"])
def test_a_missing_member_is_refused(name: str) -> None:
    members = {key: value for key, value in request().items() if key != name}
    assert refusal(json.dumps(members).encode()) == f"{name} is missing."
    mistyped = {**members, "prefetch": []}
    assert refusal(json.dumps(mistyped).encode()) == f"{name} is missing."


def test_a_missing_patient_is_refused_beside_a_mistyped_member_too() -> None:
    members = request(prefetch=[], context={"userId": "Practitioner/1"})
    assert refusal(json.dumps(members).encode()) == "context.patientId is missing."


TOLERATED: dict[str, dict[str, Any]] = {
    "an unknown member": {"extension": {"com.epic.cdshooks.request.bpa-trigger-action": "x"}},
    "an unknown context member": {"context": {"patientId": "p1", "userId": "Practitioner/1", "x": [1]}},
    "a mistyped encounter": {"context": {"patientId": "p1", "userId": "Practitioner/1", "encounterId": 7}},
    "a mistyped user": {"context": {"patientId": "p1", "userId": 7}},
    "authorization without server": {"fhirAuthorization": {"access_token": "x"}},
    "authorization that is no object": {"fhirAuthorization": "x", "fhirServer": "http://x"},
    "authorization without token": {"fhirAuthorization": {}, "fhirServer": "http://x"},
    "a mistyped server": {"fhirServer": 7},
    "an instance that is no UUID": {"hookInstance": "x"},
    "an empty instance": {"hookInstance": ""},
    "a prefixed patient": {"context": {"patientId": "Patient/p1", "userId": "Practitioner/1"}},
    "prefetch that is null": {"prefetch": None},
    "prefetch that is a list": {"prefetch": [PATIENT]},
    "prefetch that is text": {"prefetch": "x"},
    "an extra key": {"prefetch": {"other": {"resourceType": "Bundle"}}},
}


@pytest.mark.parametrize("members", TOLERATED.values(), ids=TOLERATED)
def test_oddities_of_the_envelope_do_not_break_a_call(members: dict[str, Any]) -> None:
    call = decode_call(body(**members))
    assert call.patient_id == "p1"
    assert call.has_user
    assert call.held.patient.came is Came.ABSENT


@pytest.mark.parametrize("context", [{"patientId": "p1"}, {"patientId": "p1", "userId": None}])
def test_a_user_may_be_missing(context: dict[str, Any]) -> None:
    assert not decode_call(body(context=context)).has_user


def test_a_user_of_another_type_is_there_but_unnamed() -> None:
    call = decode_call(body(context={"patientId": "p1", "userId": ["x"]}))
    assert call.has_user
    assert call.user_id == ""


@pytest.mark.parametrize(("server", "named"), [("https://ehr.example/fhir", True), (7, True), (None, False)])
def test_a_named_server_is_noticed(server: object, named: bool) -> None:
    assert decode_call(body(fhirServer=server)).names_server is named


def test_of_duplicate_members_the_last_counts() -> None:
    twice = body()[:-1] + b', "hook": "order-sign"}'
    assert decode_call(twice).hook == "order-sign"
    mistyped_first = b'{"hook": 7, ' + body()[1:]
    assert decode_call(mistyped_first).hook == "patient-view"


def test_of_two_prefetches_the_last_counts_for_what_is_read_loosely_too() -> None:
    wrapped = {"response": {"status": "200"}, "resource": {"resourceType": "Bundle"}}
    content = b'{"prefetch": [], ' + body(prefetch={"patient": PATIENT, "conditions": wrapped})[1:]
    assert decode_call(content).held.conditions.came is Came.RESOURCES


def lists(levels: int) -> bytes:
    """A call whose skipped member makes it this many levels deep; the call itself is one."""
    return body()[:-1] + b', "x": ' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def objects(levels: int) -> bytes:
    """As `lists`, of objects."""
    return body()[:-1] + b', "x": ' + b'{"a":' * (levels - 1) + b"1" + b"}" * (levels - 1) + b"}"


def test_a_hundred_levels_are_read() -> None:
    assert decode_call(lists(100)).patient_id == "p1"
    assert decode_call(objects(100)).patient_id == "p1"


def both(levels: int) -> bytes:
    """As `lists`, of lists in objects."""
    pairs = (levels - 1) // 2
    return body()[:-1] + b', "x": ' + b'{"a":[' * pairs + b"]}" * pairs + b"}"


def indented(levels: int) -> bytes:
    deep: Any = 1
    for _ in range(levels - 1):
        deep = {"a": deep, "b": 1}
    return json.dumps(request(x=deep), indent=1).encode()


def a_bracket_a_line(levels: int, end: bytes, shift: int) -> bytes:
    """As `lists`, each bracket on a line of its own; shifted, so that none depends on where in the body it stands."""
    deep: Any = 1
    for _ in range(levels - 1):
        deep = [deep]
    return json.dumps(request(hookInstance="i" * shift, x=deep), indent=0).encode().replace(b"\n", end)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("shift", range(18))
def test_depth_is_found_wherever_it_stands(end: bytes, shift: int) -> None:
    assert decode_call(a_bracket_a_line(100, end, shift)).patient_id == "p1"
    assert "deeper" in refusal(a_bracket_a_line(101, end, shift))


def in_a_resource(levels: int) -> bytes:
    deep: Any = 1
    for _ in range(levels):
        deep = [deep]
    condition = {"resourceType": "Condition", "extension": deep}
    entries = {"resourceType": "Bundle", "entry": [{"resource": condition}]}
    return json.dumps(request(prefetch={"conditions": entries}), separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "content",
    [
        lists(101),
        objects(101),
        both(103),
        indented(101),
        in_a_resource(95),
        lists(900),
        objects(900),
        lists(100_000),
        objects(100_000),
        body()[:-1] + b', "x": ' + b"[" * 5_000_000,
        body()[:-1] + b', "x": ' + b"[" * 2_500_000 + b"]" * 2_500_000 + b"}",
    ],
    ids=lambda content: str(len(content)),
)
def test_deeper_bodies_are_refused(content: bytes) -> None:
    assert refusal(content) in (
        "The body is nested deeper than 100 levels.",
        "The body is not JSON in UTF-8.",
    )


def test_a_resource_just_within_the_depth_is_read() -> None:
    call = decode_call(in_a_resource(94))
    assert len(call.held.conditions.resources) == 1


TEXTS = ("", "a", '"', "\\", '\\"', '[\\"', "\\\\", '"]', "[[", "}{", "\\u005b", "é[")
VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXTS), inner, max_size=3),
    max_leaves=12,
)


def depth(value: object) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0) if isinstance(inner, list) else 0


@settings(deadline=None)
@given(VALUES, st.booleans())
def test_levels_are_counted_as_a_parser_would(value: object, ascii_only: bool) -> None:
    """A hundred lists around any value: what it adds itself decides, whatever brackets its texts hold."""
    content = json.dumps(value, ensure_ascii=ascii_only).encode()
    for around in range(MAX_DEPTH - 3, MAX_DEPTH + 2):
        deep = b"[" * around + content + b"]" * around
        if around + depth(value) <= MAX_DEPTH:
            check_depth(deep)
        else:
            with pytest.raises(Undecodable):
                check_depth(deep)


def test_brackets_in_text_and_long_indentation_are_no_depth() -> None:
    text = "]" * 500 + '"}' * 300 + " " * 500 + "\\[" * 200 + "{" * 400
    assert decode_call(body(other=text)).patient_id == "p1"


def test_nesting_broken_up_by_siblings_never_fails_inside() -> None:
    """Found only where it ends in a row; what is not found is skipped, or stops the decoder as too deep."""
    for levels in (150, 600, 990, 3_000):
        deep = b'{"resourceType":7,"b":' * levels + b"1" + b',"c":[]}' * levels
        content = body()[:-1] + b', "prefetch": {"conditions": ' + deep + b"}}"
        try:
            assert decode_call(content).held.conditions.came is Came.MALFORMED
        except Undecodable as refused:
            assert "deeper" in str(refused)


def test_a_null_context_is_missing_beside_a_mistyped_member_too() -> None:
    assert refusal(body(context=None, prefetch=[])) == "context is missing."
