"""The public keys of an issuer: pinned, or read from the addresses its row lists, and from nowhere else.

A key is found by its `kid` and the one algorithm it is to be used with, so that no header can have it used otherwise.
"""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from cds_service.errors import CdsError, ReadFailed, SettingsError
from cds_service.trust.budget import Budget
from cds_service.trust.clients import Client, KeyAddress
from cds_service.trust.keys_held import KeyState
from cds_service.trust.outbound import Outbound

Key = ECKey | RSAKey
Found = Mapping[tuple[str, str], Key]
KINDS: Mapping[str, type[Key]] = {"EC": ECKey, "RSA": RSAKey}
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
# The public members of a key, and what limits its use; nothing else of it is looked at.
MEMBERS = ("kty", "crv", "x", "y", "n", "e", "kid", "use", "key_ops", "alg")
LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 8192
MOST_KEYS = 100
MOST_BYTES = 256 * 1024
READ_SECONDS = 3.0
# Keys older than this are read again; while that fails, they serve.
FRESH_SECONDS = 600.0


class KeySet(msgspec.Struct, gc=False):
    """A JWK Set; what else stands in it is skipped."""

    keys: list[Any]


class KeysUnreadable(CdsError):
    """A JWK Set was asked for and could not be had; the message says why."""


def imported(keys: Iterable[Mapping[str, Any]], algorithms: Iterable[str]) -> Found:
    """The keys that can verify one of these algorithms, each under that; others are left out."""
    algorithms = tuple(algorithms)
    found: dict[tuple[str, str], Key] = {}
    for written in keys:
        kid = written.get("kid")
        key = _imported(written) if isinstance(kid, str) and kid else None
        for algorithm in algorithms if key and isinstance(kid, str) else ():
            if key and _fits(key, algorithm):
                found.setdefault((str(kid), algorithm), key)
    return found


def _imported(written: Mapping[str, Any]) -> Key | None:
    """A public key for signatures; a weak one, or one too long to be honest, is none."""
    kind = KINDS.get(str(written.get("kty")))
    if kind is None or (kind is RSAKey and not LEAST_RSA_BITS <= _bits(written.get("n")) <= MOST_RSA_BITS):
        return None
    try:
        key = kind.import_key({name: written[name] for name in MEMBERS if name in written})
        key.check_use("sig")
        key.check_key_op("verify")
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key


def _bits(modulus: object) -> int:
    """How long a modulus is; 0 for what is none."""
    try:
        return int.from_bytes(urlsafe_b64decode(f"{modulus}==")).bit_length()
    except ValueError:
        return 0


def _fits(key: Key, algorithm: str) -> bool:
    if key.alg not in (None, algorithm):
        return False
    if isinstance(key, RSAKey):
        return algorithm not in CURVES
    return CURVES.get(algorithm) == key.curve_name


def pinned_keys(client: Client) -> Found:
    """The keys of a client's `jwks_file`; those of no use are left out, as they may be from a published set.

    Raises SettingsError for a secret, and where no key is of use.
    """
    issuer = client.issuer
    if issuer is None or not issuer.pinned:
        return {}
    name = f"CDS_CLIENTS_FILE: jwks_file of {client.id!r}"
    if any("d" in written or "k" in written for written in issuer.pinned):
        raise SettingsError(f"{name}: a key in it holds its secret part; pin the public key")
    found = imported(issuer.pinned, issuer.algorithms)
    if not found:
        raise SettingsError(f"{name}: no key in it has a kid and verifies {' or '.join(issuer.algorithms)}")
    return found


def decoded_set(body: bytes | bytearray) -> list[Mapping[str, Any]]:
    """The keys of a JWK Set as it came. Raises KeysUnreadable."""
    try:
        keys = msgspec.json.decode(body, type=KeySet).keys
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise KeysUnreadable("what it answered is no JWK Set") from None
    return [key for key in keys[:MOST_KEYS] if isinstance(key, dict)]


async def read_set(outbound: Outbound, address: KeyAddress) -> list[Mapping[str, Any]]:
    """The JWK Set at an address. Raises KeysUnreadable."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await outbound.read(address.server, address.asked, None, Budget(MOST_BYTES))
    except TimeoutError:
        raise KeysUnreadable(f"it did not answer within {READ_SECONDS:g} s") from None
    except ReadFailed as error:
        why = f"it answered {error.status}" if error.status else "it could not be reached, or answered too much"
        raise KeysUnreadable(why) from None
    return decoded_set(body)


class RemoteKeys:
    """The keys at one address, kept; read when there are none, when they are old, and once for an unknown `kid`.

    After a read that did not bring the key that was wanted, or was no first one, none is made for `cooldown` seconds.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[Iterable[Mapping[str, Any]]]],
        algorithms: Iterable[str],
        cooldown: float,
        clock: Callable[[], float],
    ) -> None:
        self._read = read
        self._algorithms = tuple(algorithms)
        self._cooldown = cooldown
        self._clock = clock
        self._found: Found = {}
        self._fresh_until: float | None = None
        self._next_read = float("-inf")
        self._failed = False
        self._reading = asyncio.Lock()

    async def key(self, kid: str, algorithm: str) -> Key | None:
        """The key, or None where there is none such."""
        wanted = (kid, algorithm)
        known = self._found.get(wanted)
        if known is not None and (self._is_fresh() or self._reading.locked()):
            return known
        async with self._reading:
            if (wanted not in self._found or not self._is_fresh()) and self._clock() >= self._next_read:
                await self._renew(wanted)
        return self._found.get(wanted)

    def state(self) -> KeyState:
        """A failure counts while no other read is tried; after that the next token brings one, and may mend it."""
        if not self._failed or self._clock() >= self._next_read:
            return "fresh"
        return "stale" if self._found else "none"

    def _is_fresh(self) -> bool:
        return self._fresh_until is not None and self._clock() < self._fresh_until

    async def _renew(self, wanted: tuple[str, str]) -> None:
        first = self._fresh_until is None
        try:
            self._found = imported(await self._read(), self._algorithms)
            self._fresh_until = self._clock() + FRESH_SECONDS
            self._failed = False
        except KeysUnreadable:
            first, self._failed = False, True
        if not (first and wanted in self._found):
            self._next_read = self._clock() + self._cooldown
