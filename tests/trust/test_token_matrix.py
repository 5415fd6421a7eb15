"""Which tokens open the door, and that a closed one looks the same whatever closed it (trust, "Who may call")."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from cds_service.answer import Answerer
from tests.hooks.calls import CALL, check_cards, request
from tests.trust.mint import (
    ABSENT,
    AUD,
    EC,
    ISSUER,
    PINNED,
    PUBLIC,
    RSA,
    START,
    STRANGER,
    b64,
    bearing,
    claims,
    fitting,
    good,
    guarded,
    settings_of,
    signed,
    token,
)

SMALL = ECKey.generate_key("P-256", {"kid": "small"})


def payload(**others: object) -> bytes:
    return json.dumps(claims(**fitting(**others))).encode()


def hmac_with_public_key(algorithm: str) -> str:
    text = f"{b64(json.dumps({'alg': algorithm, 'kid': 'rsa'}).encode())}.{b64(payload())}"
    return f"{text}.{b64(hmac.digest(RSA.as_pem(private=False), text.encode(), f'sha{algorithm[2:]}'))}"


def unsigned(**header: object) -> str:
    return f"{b64(json.dumps({'alg': 'none', 'kid': 'ec', **header}).encode())}.{b64(payload())}."


def with_twin_signature() -> str:
    """The same signature, its unused bits not zero: another text of the same bytes."""
    text = good(RSA, "RS384")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


REFUSED: dict[str, Callable[[], Mapping[str, str] | list[tuple[str, str]]]] = {
    "nothing": dict,
    "an empty header": lambda: {"Authorization": ""},
    "another scheme": lambda: {"Authorization": f"Basic {good()}"},
    "no scheme": lambda: {"Authorization": good()},
    "a scheme alone": lambda: {"Authorization": "Bearer"},
    "two headers": lambda: [("Authorization", f"Bearer {good()}")] * 2,
    "words after it": lambda: {"Authorization": f"Bearer {good()} x"},
    "no token at all": lambda: bearing("xyz"),
    "two parts": lambda: bearing(good().rpartition(".")[0]),
    "four parts": lambda: bearing(f"{good()}.x"),
    "padded parts": lambda: bearing(f"{good()}="),
    "not ASCII": lambda: {"Authorization": "Bearer \u00e4.\u00e4.\u00e4".encode("latin-1")},  # type: ignore[dict-item]
    "too long": lambda: bearing(good(long="x" * 8192)),
    "a header that is no JSON": lambda: bearing(f"{b64(b'{')}.{b64(payload())}.{b64(b'x')}"),
    "a header that is a list": lambda: bearing(signed(["ES384"], payload(), EC, "ES384")),
    "a header nested deep": lambda: bearing(f"{b64(b'[' * 4000)}.{b64(payload())}.{b64(b'x')}"),
    "claims that are no JSON": lambda: bearing(signed({"alg": "ES384", "kid": "ec"}, b"x", EC, "ES384")),
    "claims that are a list": lambda: bearing(signed({"alg": "ES384", "kid": "ec"}, b"[]", EC, "ES384")),
    "alg none": lambda: bearing(unsigned()),
    "alg none with something for a signature": lambda: bearing(unsigned() + b64(b"x")),
    "alg nOnE": lambda: bearing(unsigned(alg="nOnE") + b64(b"x")),
    "HS256 with the public RSA key": lambda: bearing(hmac_with_public_key("HS256")),
    "HS384 with the public RSA key": lambda: bearing(hmac_with_public_key("HS384")),
    "HS512 with the public RSA key": lambda: bearing(hmac_with_public_key("HS512")),
    "an algorithm that the row has not": lambda: bearing(good(RSA, "RS256")),
    "an algorithm that there is not": lambda: bearing(good(header={"alg": "XX999"})),
    "an algorithm of another type of key": lambda: bearing(good(EC, "ES384", {"kid": "rsa"})),
    "a curve that is not the algorithm's": lambda: bearing(good(SMALL, "ES256", {"alg": "ES384"})),
    "a kid that nobody knows": lambda: bearing(good(header={"kid": "other"})),
    "a stranger's key of the same kid": lambda: bearing(good(STRANGER)),
    "a stranger's key in the header": lambda: bearing(good(STRANGER, header={"jwk": STRANGER.as_dict(private=False)})),
    "another signature": lambda: bearing(f"{good().rpartition('.')[0]}.{b64(b'x' * 96)}"),
    "a twin of the signature": lambda: bearing(with_twin_signature()),
    "no alg": lambda: bearing(good(header={"alg": ABSENT})),
    "no kid": lambda: bearing(good(header={"kid": ABSENT})),
    "alg that is a list": lambda: bearing(good(header={"alg": ["ES384"]})),
    "crit": lambda: bearing(good(header={"crit": ["exp"], "exp": 1})),
    "empty crit": lambda: bearing(good(header={"crit": []})),
    "b64": lambda: bearing(good(header={"b64": True})),
    "typ that is another": lambda: bearing(good(header={"typ": "at+jwt"})),
    "typ that is a number": lambda: bearing(good(header={"typ": 1})),
    "jku that is a number": lambda: bearing(good(header={"jku": 1})),
    "no iss": lambda: bearing(good(iss=ABSENT)),
    "an iss that nobody registered": lambda: bearing(good(iss="https://other.example")),
    "an iss with a slash more": lambda: bearing(good(iss=f"{ISSUER}/")),
    "no exp": lambda: bearing(good(exp=ABSENT)),
    "exp as text": lambda: bearing(good(exp=str(START + 300))),
    "exp that is true": lambda: bearing(good(exp=True)),
    "expired": lambda: bearing(good(iat=START - 300, exp=START - 60)),
    "no iat": lambda: bearing(good(iat=ABSENT)),
    "issued later": lambda: bearing(good(iat=START + 61)),
    "valid later": lambda: bearing(good(nbf=START + 61)),
    "living too long": lambda: bearing(good(exp=START + 3601)),
    "ending before it begins": lambda: bearing(good(iat=START + 50, exp=START + 40)),
    "no jti": lambda: bearing(good(jti=ABSENT)),
    "an empty jti": lambda: bearing(good(jti="")),
    "jti that is a number": lambda: bearing(good(jti=1)),
    "no aud": lambda: bearing(good(aud=ABSENT)),
    "no aud in the list": lambda: bearing(good(aud=[])),
    "aud of discovery": lambda: bearing(good(aud=f"{PUBLIC}/cds-services")),
    "aud of feedback": lambda: bearing(good(aud=f"{AUD}/feedback")),
    "aud of another service": lambda: bearing(good(aud=f"{PUBLIC}/cds-services/miss-order-sign")),
    "aud of the Host header": lambda: bearing(good(aud=f"http://service.example{CALL}")),
    "aud with more behind it": lambda: bearing(good(aud=f"{AUD}?x=1")),
    "aud with more before it": lambda: bearing(good(aud=f"https://miss.example/x/y{CALL}")),
    "aud beside our path": lambda: bearing(good(aud=f"{PUBLIC}x{CALL}")),
    "aud that is nearly an alias": lambda: bearing(good(aud="sand_man ")),
    "aud that holds a number": lambda: bearing(good(aud=[AUD, 1])),
    "no tenant": lambda: bearing(good(tenant=ABSENT)),
    "another tenant": lambda: bearing(good(tenant="south")),
    "tenant as a list": lambda: bearing(good(tenant=["north"])),
    "no sub": lambda: bearing(good(sub=ABSENT)),
    "another sub": lambda: bearing(good(sub="client-2")),
    "only the FHIR server's token": lambda: bearing("Zzsecret.of-this~call"),
}


def shape(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that is seen from outside, but for the request's id."""
    seen = [(name, value) for name, value in answer.headers.multi_items() if name != "x-request-id"]
    return answer.status_code, answer.content, seen


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
async def test_what_is_wrong_is_a_bare_401(
    tmp_path: Path, stages: Answerer, make: Callable[[], Mapping[str, str] | list[tuple[str, str]]]
) -> None:
    async with guarded(stages, settings_of(tmp_path, PINNED)) as service:
        body = {**request(), "fhirServer": ISSUER, "fhirAuthorization": {"access_token": good()}}
        answer = await service.client.post(CALL, json=body, headers=make())
        line = service.lines.last
        assert (await service.call(good())).status_code == 200
    assert shape(answer) == (401, b"", [("www-authenticate", "Bearer"), ("content-length", "0")])
    assert line["refused"]
    assert "client" not in line


GOOD: dict[str, Callable[[], str]] = {
    "ES384": good,
    "RS384": lambda: good(RSA, "RS384"),
    "typ in small letters": lambda: good(header={"typ": "jwt"}),
    "without typ": lambda: good(header={"typ": ABSENT}),
    "a stranger's key in the header, which nobody looks at": lambda: good(
        header={"jwk": STRANGER.as_dict(private=False), "x5u": "https://evil.example/x"}
    ),
    "a jku, where keys are pinned": lambda: good(header={"jku": "https://evil.example/jwks.json"}),
    "members that nobody knows": lambda: good(header={"made-up": {"x": [1]}}, made_up=[{}]),
    "a long header": lambda: good(header={"x5c": ["A" * 2000]}),
    "about to expire": lambda: good(iat=START - 300, exp=START - 59),
    "of a clock that is ahead": lambda: good(iat=START + 60, nbf=START + 60),
    "valid since": lambda: good(nbf=START - 300, exp=START + 600),
    "living an hour": lambda: good(exp=START + 3600),
    "times with fractions": lambda: good(exp=START + 300.5, iat=START + 0.25),
    "aud in a list": lambda: good(aud=["https://other.example", AUD]),
    "aud by an alias": lambda: good(aud="sand_man"),
    "aud with a slash at its end": lambda: good(aud=f"{AUD}/"),
    "aud with a doubled slash": lambda: good(aud=f"{PUBLIC}/cds-services//miss-patient-view"),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
async def test_a_good_token_opens_the_door(tmp_path: Path, stages: Answerer, make: Callable[[], str]) -> None:
    async with guarded(stages, settings_of(tmp_path, PINNED)) as service:
        check_cards(await service.call(make()))
        assert (service.lines.last["client"], service.lines.last["tenant"]) == ("acme", "north")


@given(st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_a_token_closes_the_door(tmp_path: Path, stages: Answerer, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(["ES384", "RS384"]).map(lambda name: token(EC if name == "ES384" else RSA, name)))
    at = data.draw(st.integers(0, len(text) - 1))
    letters = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~ ")
    piece = data.draw(st.text(letters, max_size=3))
    changed = text[:at] + piece + text[at + data.draw(st.integers(0, 3)) :]

    async def status() -> int:
        async with guarded(stages, settings_of(tmp_path)) as service:
            return (await service.call(changed)).status_code

    if changed.strip(" ") != text:
        assert asyncio.run(status()) == 401
