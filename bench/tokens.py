"""The tokens that one registered client signs with ES384, each with a `jti` of its own."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from time import time
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER = "https://ehr.example"
# The longest that the service takes; a run that lasts longer mints as it goes.
LIFETIME_SECONDS = 3_600
# A token minted ahead is not used in its last minutes.
STILL_GOOD_SECONDS = 300


class Tokens:
    """Minted ahead, so that the signing does not take from the service's share of the machine; else when asked for."""

    def __init__(self, audience: str) -> None:
        self._key = ECKey.generate_key("P-384", {"kid": "load"})
        self._audience = audience
        self._ready: deque[tuple[float, str]] = deque()

    def write_row(self, folder: Path, replay: str) -> Path:
        """The clients file with the one row; its path."""
        keys = {"keys": [self._key.as_dict(private=False)]}
        (folder / "load.jwks.json").write_text(json.dumps(keys), encoding="utf-8")
        path = folder / "clients.toml"
        row = f'[[clients]]\nid = "load"\nissuer = "{ISSUER}"\njwks_file = "load.jwks.json"\nreplay = "{replay}"\n'
        path.write_text(row, encoding="utf-8")
        return path

    def mint(self, number: int) -> None:
        """So many more, to be used within the hour."""
        self._ready.extend(self._minted() for _ in range(number))

    def next(self) -> str:
        """One that was not used before."""
        while self._ready:
            until, token = self._ready.popleft()
            if until - time() > STILL_GOOD_SECONDS:
                return token
        return self._minted()[1]

    def _minted(self) -> tuple[float, str]:
        now = int(time())
        until = now + LIFETIME_SECONDS
        claims = {"iss": ISSUER, "aud": self._audience, "iat": now, "exp": until, "jti": str(uuid4())}
        return until, jwt.encode({"alg": "ES384", "kid": "load", "typ": "JWT"}, claims, self._key, ["ES384"])
