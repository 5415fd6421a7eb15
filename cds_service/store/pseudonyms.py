"""Names that nobody can read back without the key: for a patient, for a set of findings, for a card's id."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from secrets import token_bytes
from uuid import UUID

KEY_BYTES = 32
# Half of a SHA-256: two different names of a store's size never meet in 128 bits.
KEPT_BYTES = 16


class Pseudonyms:
    """Keyed hashes. Without a key one is made: what was hashed before a restart is then never met again."""

    def __init__(self, key: bytes | None = None) -> None:
        self.is_given = key is not None
        self.key = key or token_bytes(KEY_BYTES)

    def use(self, key: bytes) -> None:
        """The key that all who share a store agree on, once it is known."""
        self.key = key

    def patient(self, patient_id: str) -> bytes:
        """For a patient's id, which is unique for one client only."""
        return self._hash("patient", patient_id)

    def findings(self, present: Iterable[str]) -> bytes:
        """For a set of ids; their order says nothing."""
        return self._hash("findings", ",".join(sorted(present)))

    def card(self, text: str) -> str:
        """A card's id as it is kept: a UUID as we write it; any other text may hold anything, and is hashed."""
        try:
            return str(UUID(text))
        except ValueError:
            return f"not-ours:{self._hash('card', text).hex()}"

    def _hash(self, kind: str, text: str) -> bytes:
        return hmac.digest(self.key, f"{kind}:{text}".encode(), "sha256")[:KEPT_BYTES]
