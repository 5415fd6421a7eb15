"""The FHIR server a call names and the token for it, left unread until something is missing.

Most calls bring all that is asked for, so that the hot decode only notes where the two members stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

# What may stand in a header line after "Bearer ", and no longer than any server takes.
TOKEN = re.compile(r"[\x21-\x7e]{1,16384}", re.ASCII)


class Token:
    """An access token, lent for this call. It shows itself nowhere but in the header it is for."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def authorization(self) -> str:
        """The value of the `Authorization` header."""
        return f"Bearer {self._text}"

    def __repr__(self) -> str:
        return "Token(hidden)"


class Authorization(Struct, gc=False):
    """`fhirAuthorization`, as far as its token; scopes and times are the server's to judge."""

    access_token: str


@dataclass(frozen=True, slots=True)
class FhirAccess:
    """`fhirServer` and `fhirAuthorization` as they stood in the call; anything odd in them is as absent."""

    server: Raw | UnsetType = field(default=UNSET, repr=False)
    authorization: Raw | UnsetType = field(default=UNSET, repr=False)

    def named(self) -> bool:
        """The call says something of a FHIR server, were it nonsense."""
        return self.server is not UNSET and bytes(self.server) != b"null"

    def address(self) -> str:
        """`fhirServer` as text, or nothing."""
        if self.server is UNSET:
            return ""
        try:
            return msgspec.json.decode(self.server, type=str)
        except msgspec.DecodeError:
            return ""

    def token(self) -> Token | None:
        """The token, where there is one that can stand in a header."""
        if self.authorization is UNSET:
            return None
        try:
            text = msgspec.json.decode(self.authorization, type=Authorization).access_token
        except msgspec.DecodeError:
            return None
        return Token(text) if TOKEN.fullmatch(text) else None


NO_ACCESS = FhirAccess()
