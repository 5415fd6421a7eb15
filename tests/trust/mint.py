"""Tokens as clients sign them, and as nobody should; and a service that judges them by a clock of the test's."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.hooks.entrance import Clocks
from cds_service.observe.logs import Log
from cds_service.settings import Settings
from cds_service.trust.replays import Replays
from tests.hooks.calls import CALL, Lines, client_of, request

ISSUER = "https://ehr.example"
PUBLIC = "https://miss.example/x"
AUD = f"{PUBLIC}{CALL}"
START = 1_800_000_000.0
EC = ECKey.generate_key("P-384", {"kid": "ec"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
ABSENT = object()


class Clock:
    """The seconds, as a test sets them."""

    def __init__(self) -> None:
        self.seconds = START

    def __call__(self) -> float:
        return self.seconds


def b64(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def public_set(*keys: ECKey | RSAKey) -> dict[str, Any]:
    """A JWK Set, the secret parts left out."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def claims(**others: object) -> dict[str, Any]:
    """What a good token says; a claim that is ABSENT is left out."""
    made: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUD,
        "exp": START + 300,
        "iat": START,
        "jti": str(uuid4()),
        **others,
    }
    return {name: value for name, value in made.items() if value is not ABSENT}


def signed(header: object, payload: bytes, key: ECKey | RSAKey, algorithm: str) -> str:
    """Any header over any payload, signed in earnest."""
    text = f"{b64(json.dumps(header).encode())}.{b64(payload)}"
    return f"{text}.{b64(JWSRegistry.algorithms[algorithm].sign(text.encode(), key))}"


def token(
    key: ECKey | RSAKey = EC, algorithm: str = "ES384", header: Mapping[str, object] | None = None, **others: object
) -> str:
    """A good token, but for what the test says."""
    full = {"alg": algorithm, "kid": key.kid, "typ": "JWT", **(header or {})}
    full = {name: value for name, value in full.items() if value is not ABSENT}
    return signed(full, json.dumps(claims(**others)).encode(), key, algorithm)


def bearing(text: str) -> dict[str, str]:
    """The header that brings a token."""
    return {"Authorization": f"Bearer {text}"}


def row(**keys: object) -> str:
    """The row of a client with an issuer and pinned keys; a key that is ABSENT is left out."""
    given = {"id": "acme", "issuer": ISSUER, "jwks_file": "acme.jwks.json", **keys}
    lines = [f"{name} = {json.dumps(value)}" for name, value in given.items() if value is not ABSENT]
    return "\n".join(["[[clients]]", *lines, ""])


STRANGER = ECKey.generate_key("P-384", {"kid": "ec"})
PINNED = row(tenants=["north"], subjects=["client-1"], audiences=["sand_man"])


def fitting(**others: object) -> dict[str, object]:
    """The claims that the strictest row wants."""
    return {"tenant": "north", "sub": "client-1", **others}


def good(
    key: ECKey | RSAKey = EC, algorithm: str = "ES384", header: Mapping[str, object] | None = None, **o: Any
) -> str:
    return token(key, algorithm, header, **fitting(**o))


def write_keys(folder: Path) -> None:
    """Key files, good and bad, beside the clients file."""
    written = {"acme.jwks": public_set(EC, RSA), "one": dict(EC.as_dict(private=False)), "none": {"keys": []}}
    for name, value in {**written, "numbers": {"keys": [1]}, "sandbox": SANDBOX_SET}.items():
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")


SANDBOX_SET = {"keys": [{**EC.as_dict(private=False), "kid": "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f"}]}
SANDBOX_JKU = "https://sandbox.cds-hooks.org/.well-known/jwks.json"


def settings_of(folder: Path, clients: str = "", **settings: object) -> Settings:
    """The settings of a production service with these clients, whose keys are beside the file."""
    path = folder / "clients.toml"
    path.write_text(clients or row(), encoding="utf-8")
    (folder / "acme.jwks.json").write_text(json.dumps(public_set(EC, RSA)), encoding="utf-8")
    return Settings.model_validate({"clients_file": path, "public_url": PUBLIC, **settings})


class Guarded:
    """A service that asks for tokens."""

    def __init__(self, client: httpx.AsyncClient, lines: Lines, clock: Clock) -> None:
        self.client = client
        self.lines = lines
        self.clock = clock

    async def call(self, text: str | None = None, path: str = CALL, **members: Any) -> httpx.Response:
        """One patient-view call with this token."""
        return await self.client.post(path, json=request(**members), headers=bearing(text) if text else {})


@asynccontextmanager
async def guarded(answerer: Answerer, settings: Settings, replays: Replays | None = None) -> AsyncIterator[Guarded]:
    """The running service."""
    lines, clock = Lines(), Clock()
    app = create_app(settings, answerer=answerer, log=Log("debug", lines), replays=replays, clocks=Clocks(clock, clock))
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield Guarded(client, lines, clock)
