"""Which tokens open the door, and that a closed one looks the same whatever closed it (trust, "Who may call")."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey

from cds_service.answer import Answerer
from cds_service.errors import ReplaysUnavailable
from tests.hooks.calls import CALL, FEEDBACK, ORIGIN, check_cards, check_outcome, request
from tests.trust.mint import (
    ABSENT,
    AUD,
    EC,
    ISSUER,
    PUBLIC,
    RSA,
    START,
    b64,
    bearing,
    claims,
    guarded,
    row,
    settings_of,
    signed,
    token,
)

SMALL = ECKey.generate_key("P-256", {"kid": "small"})
STRANGER = ECKey.generate_key("P-384", {"kid": "ec"})
PINNED = row(tenants=["north"], subjects=["client-1"], audiences=["sand_man"])


def fitting(**others: object) -> dict[str, object]:
    """The claims that the strictest row wants."""
    return {"tenant": "north", "sub": "client-1", **others}


def good(
    key: ECKey | RSAKey = EC, algorithm: str = "ES384", header: Mapping[str, object] | None = None, **o: Any
) -> str:
    return token(key, algorithm, header, **fitting(**o))


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


async def test_the_scheme_may_be_in_small_letters(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        headers = {"Authorization": f"bearer  {token()}"}
        assert (await service.client.post(CALL, json=request(), headers=headers)).status_code == 200


async def test_claims_that_are_not_configured_are_not_looked_at(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        assert (await service.call(token(tenant={"x": 1}, sub=7))).status_code == 200
        assert "tenant" not in service.lines.last
        assert (await service.call(token(tenant="two\nlines"))).status_code == 200
        assert "tenant" not in service.lines.last


@pytest.mark.parametrize(
    ("path", "audience", "status"),
    [
        (FEEDBACK, f"{AUD}/feedback", 200),
        (FEEDBACK, AUD, 200),
        (FEEDBACK, f"{PUBLIC}/cds-services//miss-patient-view/feedback", 200),
        (f"{FEEDBACK}/", f"{AUD}/feedback", 200),
        ("/cds-services//miss-patient-view/feedback", f"{AUD}/feedback", 200),
        (FEEDBACK, f"{PUBLIC}/cds-services", 401),
        (FEEDBACK, f"{PUBLIC}/cds-services/miss-order-sign/feedback", 401),
    ],
)
async def test_feedback_may_name_its_own_address_or_the_services(
    tmp_path: Path, stages: Answerer, path: str, audience: str, status: int
) -> None:
    body = {"card": "edge-critical-uuid", "outcome": "accepted"}
    async with guarded(stages, settings_of(tmp_path)) as service:
        answer = await service.client.post(path, json=body, headers=bearing(token(aud=audience)))
    assert answer.status_code == status


async def test_the_address_is_ours_whatever_the_host_header_says(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        for path in (CALL, f"{CALL}/", "/cds-services//miss-patient-view"):
            headers = {**bearing(token()), "Host": "evil.example"}
            assert (await service.client.post(path, json=request(), headers=headers)).status_code == 200
        headers = {**bearing(token(aud=f"https://evil.example{CALL}")), "Host": "evil.example"}
        assert (await service.client.post(CALL, json=request(), headers=headers)).status_code == 401


async def test_a_token_counts_once_until_it_has_expired(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        text = token(jti="one")
        assert (await service.call(text)).status_code == 200
        assert (await service.call(text)).status_code == 401
        assert service.lines.last["refused"] == "replay"
        assert (await service.call(token(RSA, "RS384", jti="one"))).status_code == 401
        service.clock.seconds += 359
        assert (await service.call(text)).status_code == 401
        service.clock.seconds += 1
        again = token(jti="one", iat=service.clock.seconds, exp=service.clock.seconds + 300)
        assert (await service.call(again)).status_code == 200


async def test_a_token_that_is_refused_uses_up_no_jti(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path, PINNED)) as service:
        for bad in (good(STRANGER, jti="one"), good(jti="one", tenant="south"), good(jti="one", aud="x")):
            assert (await service.call(bad)).status_code == 401
        assert (await service.call(good(jti="one"))).status_code == 200


async def test_a_jti_is_its_issuers_own(tmp_path: Path, stages: Answerer) -> None:
    other = "https://other.example"
    two = settings_of(tmp_path, row() + row(id="other", issuer=other))
    async with guarded(stages, two) as service:
        assert (await service.call(token(jti="one"))).status_code == 200
        assert (await service.call(token(jti="one", iss=other))).status_code == 200
        assert service.lines.last["client"] == "other"


async def test_of_64_at_once_one_is_admitted(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        text = token()
        answers = await asyncio.gather(*(service.call(text) for _ in range(64)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 63


async def test_a_replay_may_be_observed(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path, row(replay="observe"))) as service:
        text = token()
        assert (await service.call(text)).status_code == 200
        assert "replayed" not in service.lines.last
        assert (await service.call(text)).status_code == 200
        assert service.lines.last["replayed"] is True
        assert 'cds_replays_total{client="acme"} 1.0' in (await service.client.get("/metrics")).text


class NoMemory:
    """A memory of tokens that is out of reach."""

    async def is_first(self, issuer: str, jti: str, until: float) -> bool:
        """Never said."""
        raise ReplaysUnavailable


async def test_without_a_memory_of_tokens_it_is_503(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path), NoMemory()) as service:
        check_outcome(await service.call(token()), 503)
        assert (await service.call(token(STRANGER))).status_code == 401


async def test_who_is_trusted_is_settled_first(tmp_path: Path, stages: Answerer) -> None:
    one = settings_of(tmp_path, row(services=["miss-patient-view"]), allowed_origins=(ORIGIN,), max_body_bytes=10)
    at = f"{PUBLIC}/cds-services"
    async with guarded(stages, one) as service:
        http = service.client

        async def status(method: str, path: str, text: str = "", **options: Any) -> int:
            headers = {"Origin": ORIGIN, **(bearing(text) if text else {}), **options.pop("headers", {})}
            answer = await http.request(method, path, headers=headers, **options)
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            if answer.status_code not in (200, 204, 401):
                check_outcome(answer, answer.status_code)
            return answer.status_code

        sign = "/cds-services/miss-order-sign"
        assert await status("OPTIONS", CALL) == 204
        assert [await status("POST", path) for path in (CALL, sign, "/cds-services/x", "/cds-services", FEEDBACK)] == [
            401
        ] * 5
        assert [await status("GET", path) for path in (CALL, "/cds-services/a/b/c")] == [401] * 2
        assert await status("POST", "/cds-services/x", token(aud=f"{at}/x")) == 404
        assert await status("GET", sign, token(aud=f"{at}/miss-order-sign")) == 404
        assert await status("POST", f"{sign}/feedback", token(aud=f"{at}/miss-order-sign")) == 404
        assert await status("POST", "/cds-services/a/b/c", token(aud=f"{at}/a/b/c")) == 404
        assert await status("POST", "/cds-services", token(aud=at)) == 405
        assert await status("GET", CALL, token()) == 405
        assert await status("POST", CALL, token(), content=b"x", headers={"Content-Type": "text/plain"}) == 415
        assert await status("POST", CALL, token(), content=b"x" * 11) == 413
        assert await status("POST", CALL, token(), content=b"x") == 400


async def test_what_needs_no_token(tmp_path: Path, stages: Answerer) -> None:
    paths = ("/livez", "/readyz", "/rules", "/rules/consider", "/about/dsi", "/patient-guide", "/fhir/ValueSet")
    async with guarded(stages, settings_of(tmp_path)) as service:
        for path in (*paths, "/cds-services", "/cds-services/", "http://x.example//cds-services"):
            assert (await service.client.get(path)).status_code == 200, path
        check_outcome(await service.client.get("/nothing"), 404)
        assert (await service.client.head("/cds-services")).status_code == 200


async def test_discovery_looks_at_no_token_unless_it_is_set(tmp_path: Path, stages: Answerer) -> None:
    at = f"{PUBLIC}/cds-services"
    rows = row(services=["miss-patient-view"]) + row(id="b", issuer="b", services=["miss-order-sign"])
    async with guarded(stages, settings_of(tmp_path, rows)) as service:
        open_to_all = await service.client.get("/cds-services", headers=bearing("nonsense"))
        text = token(aud=[at, AUD])
        await service.client.get("/cds-services", headers=bearing(text))
        assert (await service.call(text)).status_code == 200
    async with guarded(stages, settings_of(tmp_path, rows, discovery_auth=True)) as service:
        refused = await service.client.get("/cds-services", headers=bearing(token()))
        listed = await service.client.get("/cds-services/", headers=bearing(token(aud=f"{at}/")))
        bare = await service.client.get("/cds-services")
    ids = [[it["id"] for it in answer.json()["services"]] for answer in (open_to_all, listed)]
    assert ids == [["miss-patient-view", "miss-order-sign"], ["miss-patient-view"]]
    assert (refused.status_code, bare.status_code) == (401, 401)


async def test_neither_token_stands_in_for_the_other(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        lent: dict[str, Any] = {
            "fhirServer": "https://ehr.example/fhir",
            "fhirAuthorization": {"access_token": token()},
        }
        assert (await service.client.post(CALL, json=request(**lent))).status_code == 401
        assert (await service.call("Zzsecret.of-this~call", **lent)).status_code == 401


async def test_no_part_of_a_token_is_told(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        marked = [
            token(jti="Zzmarked", sub="Zzmarked", aud=[AUD, "Zzmarked"]),
            token(jti="Zzmarked", header={"kid": "Zzmarked"}),
            token(STRANGER, jti="Zzmarked"),
            token(iss="Zzmarked"),
            "Zzmarked.Zzmarked.Zzmarked",
        ]
        answers = [await service.call(text) for text in marked]
        told = b"".join(service.lines.raw) + (await service.client.get("/metrics")).content
        told += b"".join(answer.content + str(answer.headers).encode() for answer in answers)
    assert [answer.status_code for answer in answers] == [200, 401, 401, 401, 401]
    assert b"Zzmarked" not in told
    for text in marked:
        for part in text.split("."):
            assert part.encode() not in told
            assert base64.b64encode(part.encode()) not in told


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
