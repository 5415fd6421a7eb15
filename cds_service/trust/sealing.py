"""What a browser keeps for us between the start of a SMART launch and its end, and can neither read nor change.

The service itself keeps nothing: a launch is known only by its cookie, which is encrypted and signed (JWE) with a key
that all who share a store share, and is of no use after five minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

LAUNCH_SECONDS = 300
HEADER = {"alg": "dir", "enc": "A256GCM"}
ALGORITHMS = ["dir", "A256GCM"]


class Begun(msgspec.Struct, frozen=True, gc=False):
    """A launch that has begun: from which FHIR server, with which state and verifier, and where its code is spent.

    `issuer` is empty where the server named none; `names_issuer`: it says who it is when the browser comes back.
    """

    base: str
    state: str
    verifier: str
    token_endpoint: str
    issuer: str
    names_issuer: bool
    until: float

    def is_from(self, iss: str | None) -> bool:
        """Whether the one who sends the browser back is the one it was sent to, as far as either says."""
        if iss is None:
            return not self.names_issuer
        return not self.issuer or iss == self.issuer

    def __repr__(self) -> str:
        return "Begun(hidden)"


class Sealing:
    """Seals with the first key of the moment, 32 bytes, and opens with any; `now` tells the seconds of the epoch."""

    def __init__(self, keys: Callable[[], Sequence[bytes]], now: Callable[[], float]) -> None:
        self._keys = keys
        self._now = now

    def until(self) -> float:
        """When a launch that begins now is over."""
        return self._now() + LAUNCH_SECONDS

    def sealed(self, begun: Begun) -> str:
        """The launch as text that fits a cookie."""
        return jwe.encrypt_compact(HEADER, msgspec.json.encode(begun), OctKey.import_key(self._keys()[0]), ALGORITHMS)

    def opened(self, text: str, state: str) -> Begun | None:
        """The launch of this state; None for what was not sealed here, is too old, or is of another state."""
        for key in self._keys():
            begun = _opened(text, key)
            if begun and begun.state == state and self._now() < begun.until:
                return begun
        return None


def _opened(text: str, key: bytes) -> Begun | None:
    try:
        opened = jwe.decrypt_compact(text, OctKey.import_key(key), ALGORITHMS).plaintext
        return msgspec.json.decode(opened or b"", type=Begun)
    except (JoseError, ValueError, msgspec.DecodeError):
        return None
