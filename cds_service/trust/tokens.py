"""Whether a caller's token is good, and whose it is (trust, "Who may call"). joserfc verifies; the policy is here.

The first failure ends it. Its reason goes into the log as a word; the answer is the same 401 whatever it was.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, deserialize_compact
from msgspec import UNSET, Raw, Struct, UnsetType

from cds_service.errors import ReplaysUnavailable, TokenRefused
from cds_service.trust.clients import Client, Issuer
from cds_service.trust.keys import Found, Key, RemoteKeys
from cds_service.trust.keys_held import KeysHeld, KeyState, best, held_of
from cds_service.trust.replays import Replays

LONGEST = 8192
BEARER = re.compile(rb"bearer +([^ ]*) *", re.IGNORECASE)
SEGMENT = r"[A-Za-z0-9_-]+"
COMPACT = re.compile(rf"({SEGMENT})\.({SEGMENT})\.({SEGMENT})", re.ASCII)
MEMBERS = "its header must have alg and kid, its claims iss, aud, exp, iat and jti, each of the right type"
LEEWAY = 60.0
LONGEST_LIFE = 3600.0
# What may stand in a log line; the claim is the client's own word.
LOGGED = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)


class Header(Struct, gc=False):
    """What is looked at of a token's header; `jwk`, `x5u` and the like are not."""

    alg: str
    kid: str
    typ: str = "JWT"
    jku: str | UnsetType = UNSET
    crit: Raw | UnsetType = UNSET
    b64: Raw | UnsetType = UNSET


class Claims(Struct, gc=False):
    """What a token says. Times are in seconds of the epoch."""

    iss: str
    aud: str | tuple[str, ...]
    exp: float
    iat: float
    jti: str
    nbf: float | UnsetType = UNSET
    tenant: Any = None
    sub: Any = None


@dataclass(frozen=True, slots=True)
class Verified:
    """Whose token it is. `tenant` as far as it may be logged; `replayed`: used before, where the row lets that pass."""

    client: Client
    tenant: str = ""
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A token taken apart, nothing of it believed."""

    token: str
    header: Header
    claims: Claims

    def __repr__(self) -> str:
        return "Read(hidden)"


class IssuerKeys:
    """The keys of one client: pinned, else at the address that its token and its row agree on."""

    def __init__(self, pinned: Found, remote: Mapping[str, RemoteKeys]) -> None:
        self._pinned = pinned
        self._remote = remote
        self._only = next(iter(remote.values())) if len(remote) == 1 else None

    async def key(self, header: Header) -> Key | None:
        """The key that the header names, for its algorithm; None where there is none."""
        pinned = self._pinned.get((header.kid, header.alg))
        if pinned is not None:
            return pinned
        remote = self._only if header.jku is UNSET else self._remote.get(header.jku)
        return None if remote is None else await remote.key(header.kid, header.alg)

    def state(self) -> KeyState:
        """The best that is true of any of its addresses; pinned keys are always fresh."""
        return best(["fresh"] if self._pinned else [remote.state() for remote in self._remote.values()])


class Tokens:
    """Judges the tokens of the clients that have an issuer. `keys` are by client id; `now` in seconds of the epoch."""

    def __init__(
        self, clients: Sequence[Client], keys: Mapping[str, IssuerKeys], replays: Replays, now: Callable[[], float]
    ) -> None:
        self._by_issuer = {client.issuer.name: (client, client.issuer) for client in clients if client.issuer}
        self._registries = {
            name: _registry(name) for _, issuer in self._by_issuer.values() for name in issuer.algorithms
        }
        self._keys = keys
        self._replays = replays
        self._now = now

    async def verified(self, authorization: Sequence[bytes], is_called: Callable[[str], bool]) -> Verified:
        """Whose token the Authorization header brings, for the address that `is_called` knows.

        Raises TokenRefused, and ReplaysUnavailable.
        """
        read = read_token(bearer_token(authorization))
        client, issuer = self.judged_by(read)
        await self.check_signature(read, client, issuer)
        for why, sentence in faults(read.claims, issuer, self._now(), is_called):
            raise TokenRefused(why, sentence)
        until = read.claims.exp + LEEWAY
        first = await self._is_first(issuer, read.claims.jti, until)
        if not first and not issuer.observe_replays:
            raise TokenRefused("replay", "its jti was used before")
        return Verified(client, _logged(read.claims.tenant), not first)

    async def _is_first(self, issuer: Issuer, jti: str, until: float) -> bool:
        """It was not used before; nor, where that is only observed, can it be known. Raises ReplaysUnavailable."""
        try:
            return await self._replays.is_first(issuer.name, jti, until)
        except ReplaysUnavailable:
            if issuer.observe_replays:
                return True
            raise

    def keys_held(self) -> KeysHeld:
        """How many clients' keys are fresh, and how many are not."""
        return held_of(keys.state() for keys in self._keys.values())

    def judged_by(self, read: Read) -> tuple[Client, Issuer]:
        """The row of the issuer that the token names. Raises TokenRefused."""
        found = self._by_issuer.get(read.claims.iss)
        if found is None:
            raise TokenRefused("issuer", "its iss is no row's issuer")
        return found

    async def check_signature(self, read: Read, client: Client, issuer: Issuer) -> None:
        """The issuer signed this. Raises TokenRefused."""
        if read.header.alg not in issuer.algorithms:
            raise TokenRefused("algorithm", f"its alg is none of {', '.join(issuer.algorithms)}")
        key = await self._keys[client.id].key(read.header)
        if key is None:
            raise TokenRefused("key", "no key with its kid and alg is pinned, or published at a jku of the row")
        try:
            deserialize_compact(read.token, key, registry=self._registries[read.header.alg])
        except (JoseError, ValueError, TypeError, RecursionError):
            raise TokenRefused("signature", "its signature is not of this key") from None


def bearer_token(authorization: Sequence[bytes]) -> str:
    """The token in the one Authorization header there is. Raises TokenRefused."""
    match = BEARER.fullmatch(authorization[0]) if len(authorization) == 1 else None
    if match is None:
        raise TokenRefused("absent", "there is no bearer token, or several")
    return match[1].decode("latin-1")


def read_token(token: str) -> Read:
    """A token's parts, if it has the form of one that could be good. Raises TokenRefused."""
    match = COMPACT.fullmatch(token) if len(token) <= LONGEST else None
    if match is None:
        raise TokenRefused("form", f"it is not three base64url parts with dots between, or longer than {LONGEST} bytes")
    try:
        header, claims, _ = (_decoded(part) for part in match.groups())
        read = Read(token, msgspec.json.decode(header, type=Header), msgspec.json.decode(claims, type=Claims))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise TokenRefused(
            "form", "header alg and kid, claims iss, aud, exp, iat and jti must be there, typed"
        ) from None
    _check_header(read.header)
    return read


def _check_header(header: Header) -> None:
    if header.crit is not UNSET or header.b64 is not UNSET:
        raise TokenRefused("header", "its header has crit or b64, which nothing here understands")
    if header.typ.upper() != "JWT":
        raise TokenRefused("header", "its typ is not JWT")
    if header.alg.lower() == "none" or header.alg.upper().startswith("HS"):
        raise TokenRefused("algorithm", "its alg is none, or one with a shared secret")


def _decoded(part: str) -> bytes:
    """The bytes of a part; that they are written in the one way they can be keeps a token from having twins."""
    raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise ValueError
    return raw


def faults(claims: Claims, issuer: Issuer, now: float, is_called: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """What speaks against a token that its issuer signed: a word and a sentence each, in the order they are judged."""
    if now >= claims.exp + LEEWAY:
        yield "expired", "its exp is over"
    if claims.iat > now + LEEWAY:
        yield "early", "its iat is in the future: do the clocks agree?"
    if claims.nbf is not UNSET and claims.nbf > now + LEEWAY:
        yield "early", "its nbf is in the future: do the clocks agree?"
    if not 0 <= claims.exp - claims.iat <= LONGEST_LIFE:
        yield "lifetime", f"from iat to exp are more than {LONGEST_LIFE:g} s, or less than none"
    if not is_meant(claims.aud, issuer, is_called):
        yield "audience", "its aud is neither the address called, as CDS_PUBLIC_URL begins it, nor in audiences"
    if not claims.jti:
        yield "jti", "its jti is empty"
    if issuer.tenants is not None and claims.tenant not in issuer.tenants:
        yield "tenant", "its tenant is none of tenants"
    if issuer.subjects is not None and claims.sub not in issuer.subjects:
        yield "subject", "its sub is none of subjects"


def is_meant(audience: str | tuple[str, ...], issuer: Issuer, is_called: Callable[[str], bool]) -> bool:
    """The address called is among those that a token is for, or one of the row's other names for us is."""
    audiences = (audience,) if isinstance(audience, str) else audience
    return any(one in issuer.audiences or is_called(one) for one in audiences)


def _logged(tenant: object) -> str:
    return tenant if isinstance(tenant, str) and LOGGED.fullmatch(tenant) else ""


def _registry(algorithm: str) -> JWSRegistry:
    """Only this algorithm, and headers as long as a token may be; members that nobody knows are not looked at."""
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = LONGEST
    registry.max_signature_length = LONGEST
    return registry
