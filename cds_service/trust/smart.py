"""The authorization server of a SMART launch: where it is, how it is asked, and what it gives for a code.

Its endpoints may lie on the FHIR server's own origin and on those that the client's row lists, nowhere else; what it
answers is read under the same rules as a FHIR server's. The access token is used for this request and never kept.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Protocol
from urllib.parse import quote_plus, urlencode

import msgspec

from cds_service.errors import LaunchFailed, ReadFailed
from cds_service.trust.addresses import Asked
from cds_service.trust.budget import Budget
from cds_service.trust.clients import FhirServer, ScopeForm, SmartApp
from cds_service.wire.access import TOKEN, Token

MOST_BYTES = 256 * 1024
CONFIGURATION = ".well-known/smart-configuration"
READ: Mapping[ScopeForm, str] = {"v1": "read", "v2": "rs"}
S256 = "S256"
FORM_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "miss-cds-service"}


class Forms(Protocol):
    """What reads and posts to registered servers: `trust.outbound.Outbound`, imported only where there are any."""

    async def read(self, server: FhirServer, asked: Asked, token: Token | None, budget: Budget) -> bytes | bytearray:
        """The body of a 200. Raises ReadFailed."""

    async def post(
        self, server: FhirServer, asked: Asked, form: str, authorization: str, budget: Budget
    ) -> bytes | bytearray:
        """The body of a 200 to a form. Raises ReadFailed."""

    async def aclose(self) -> None:
        """Close every connection."""


class Configuration(msgspec.Struct, gc=False):
    """`smart-configuration`, as far as it is read."""

    authorization_endpoint: str
    token_endpoint: str
    issuer: str = ""
    code_challenge_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: object = False

    @property
    def names_issuer(self) -> bool:
        """Whoever comes back from there says from where (RFC 9207); anything but true is no."""
        return self.authorization_response_iss_parameter_supported is True


class TokenAnswer(msgspec.Struct, gc=False):
    """What a code was exchanged for, as far as it is read. That there are more members means nothing."""

    access_token: str
    token_type: str
    patient: str | None = None

    def __repr__(self) -> str:
        return "TokenAnswer(hidden)"


@dataclass(frozen=True, slots=True)
class Access:
    """The token for one chart, and whose chart it is."""

    token: Token
    patient_id: str


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """The authorization server that stands before one FHIR server, as one app of its client asks it."""

    server: FhirServer
    app: SmartApp
    forms: Forms = field(repr=False)
    seconds: float

    async def configuration(self) -> Configuration:
        """Where the server authorizes. Raises LaunchFailed where that cannot be had, or is not a registered place."""
        asked = Asked(f"{self.server.base.path}/{CONFIGURATION}")
        try:
            async with asyncio.timeout(self.seconds):
                body = await self.forms.read(self.server, asked, None, Budget(MOST_BYTES))
            found = msgspec.json.decode(body, type=Configuration)
        except (ReadFailed, TimeoutError, ValueError, RecursionError):
            raise LaunchFailed("no-authorization-server") from None
        methods = found.code_challenge_methods_supported
        if methods is not None and S256 not in methods:
            raise LaunchFailed("no-authorization-server")
        self._place(found.token_endpoint)
        self._place(found.authorization_endpoint)
        return found

    def authorize(self, endpoint: str, asked: Mapping[str, str]) -> str:
        """The address that a browser is sent to. Raises LaunchFailed where the endpoint is no registered place."""
        server, at = self._place(endpoint)
        query = f"{at.query}&" if at.query else ""
        return f"{server.base.origin}{at.path}?{query}{urlencode(asked)}"

    async def access(self, endpoint: str, code: str, verifier: str, redirect_uri: str) -> Access:
        """What the code is worth. Raises LaunchFailed where it is worth nothing, or no patient came with it."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        form |= {"code_verifier": verifier}
        if not self.app.secret:
            form["client_id"] = self.app.client_id
        server, at = self._place(endpoint)
        try:
            async with asyncio.timeout(self.seconds):
                body = await self.forms.post(server, at, urlencode(form), self._basic(), Budget(MOST_BYTES))
            given = msgspec.json.decode(body, type=TokenAnswer)
        except (ReadFailed, TimeoutError, ValueError, RecursionError):
            raise LaunchFailed("no-token") from None
        if given.token_type.lower() != "bearer" or not TOKEN.fullmatch(given.access_token):
            raise LaunchFailed("no-token")
        if not given.patient:
            raise LaunchFailed("no-patient")
        return Access(Token(given.access_token), given.patient)

    def _basic(self) -> str:
        """The app's own proof in the header, each part encoded as a form's would be (RFC 6749, 2.3.1)."""
        if not self.app.secret:
            return ""
        pair = f"{quote_plus(self.app.client_id)}:{quote_plus(self.app.secret)}"
        return f"Basic {b64encode(pair.encode()).decode()}"

    def _place(self, endpoint: str) -> tuple[FhirServer, Asked]:
        """The registered origin that the endpoint lies on, and what is asked there. Raises LaunchFailed."""
        for server in (own_origin(self.server), *self.app.origins):
            if endpoint.startswith(f"{server.base.scheme}://") and (asked := server.base.linked(endpoint, "")):
                return server, asked
        raise LaunchFailed("no-authorization-server")


def own_origin(server: FhirServer) -> FhirServer:
    """The host of a FHIR server, whatever the path."""
    return replace(server, base=replace(server.base, path=""))


def scopes(form: ScopeForm, kinds: tuple[str, ...]) -> str:
    """What is asked for: the launch's patient, and to read these types; nobody's name is asked."""
    return " ".join(("launch", *(f"patient/{kind}.{READ[form]}" for kind in kinds)))


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
