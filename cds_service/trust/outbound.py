"""Whom we may call: one HTTP client that reaches registered FHIR servers and nothing else (trust, "Whom we may call").

Connections are those of `network.py`, to addresses that were checked; the name stays in the Host header and in TLS. No
redirect is followed, no cookie kept, no proxy or password file of the environment read.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from cds_service.errors import ReadFailed
from cds_service.trust.addresses import Asked
from cds_service.trust.budget import Budget
from cds_service.trust.clients import FhirServer
from cds_service.trust.network import AddressRefused, CheckedNetwork, Resolve, resolved
from cds_service.wire.access import Token
from cds_service.wire.unpacking import NotGzip, TooMuch, Unpacking

FORM = "application/x-www-form-urlencoded"
HEADERS = {"Accept": "application/fhir+json", "Accept-Encoding": "gzip", "User-Agent": "miss-cds-service"}
KEY_HEADERS = {**HEADERS, "Accept": "application/json, application/jwk-set+json"}
PLAIN = ("", "identity")
GZIP = ("gzip", "x-gzip")
# Shorter than the 5 s after which the common servers close a connection that is idle.
IDLE_SECONDS = 4.0
CONNECTIONS = 200
# The pool looks at every idle one before each read.
IDLE_CONNECTIONS = 32
TRANSPORT_ERRORS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpx.HTTPError, OSError)


class Body(httpx.AsyncByteStream):
    """A body as the pool gives it."""

    def __init__(self, stream: AsyncIterator[bytes], close: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._close = close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            yield piece

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._close()


class CheckedTransport(httpx.AsyncBaseTransport):
    """httpx over a pool of connections that our network made."""

    def __init__(self, network: CheckedNetwork, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=CONNECTIONS,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=network,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, one answer, its body not read yet."""
        url = request.url
        address = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method, address, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        answer = await self._pool.handle_async_request(asked)
        body = Body(answer.aiter_stream(), answer.aclose)
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class Outbound:
    """Reads from registered servers. `tls`: whom to believe; unset, whom the system believes."""

    def __init__(
        self,
        servers: Iterable[FhirServer],
        *,
        resolve: Resolve = resolved,
        tls: ssl.SSLContext | None = None,
        headers: Mapping[str, str] = HEADERS,
    ) -> None:
        private: dict[tuple[str, int], bool] = {}
        for server in servers:
            at = (server.base.host, server.base.port)
            private[at] = private.get(at, True) and server.private
        network = CheckedNetwork(private, resolve)
        self._client = httpx.AsyncClient(
            transport=CheckedTransport(network, tls or ssl.create_default_context()),
            headers=headers,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            trust_env=False,
            timeout=None,  # noqa: S113 - every read stands under the one deadline of its call
        )

    async def read(self, server: FhirServer, asked: Asked, token: Token | None, budget: Budget) -> bytes | bytearray:
        """The body of a 200. The caller keeps the time. Raises ReadFailed for anything else."""
        return await self._answered(self._request(server, asked, token), budget)

    async def post(
        self, server: FhirServer, asked: Asked, form: str, authorization: str, budget: Budget
    ) -> bytes | bytearray:
        """As `read`, of a form sent to this very address; `authorization` may be empty."""
        headers = {"Content-Type": FORM, **({"Authorization": authorization} if authorization else {})}
        query = f"?{asked.query}" if asked.query else ""
        address = f"{server.base.origin}{asked.path}{query}"
        return await self._answered(self._client.build_request("POST", address, content=form, headers=headers), budget)

    async def _answered(self, request: httpx.Request, budget: Budget) -> bytes | bytearray:
        try:
            answer = await self._client.send(request, stream=True)
            try:
                _check(answer)
                return await _body(answer, budget)
            finally:
                await answer.aclose()
        except AddressRefused:
            raise ReadFailed("the FHIR server's host has an address that is not registered as private") from None
        except TRANSPORT_ERRORS:
            raise ReadFailed("the FHIR server could not be reached, or broke off") from None

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def _request(self, server: FhirServer, asked: Asked, token: Token | None) -> httpx.Request:
        headers = {"Authorization": token.authorization()} if token else {}
        address = f"{server.base.origin}{asked.path}"
        if asked.form:
            headers["Content-Type"] = FORM
            return self._client.build_request("POST", f"{address}/_search", content=asked.query, headers=headers)
        query = f"?{asked.query}" if asked.query else ""
        return self._client.build_request("GET", f"{address}{query}", headers=headers)


def _check(answer: httpx.Response) -> None:
    if answer.status_code != 200:
        raise ReadFailed("", answer.status_code, _seconds(answer.headers.get("retry-after", "")))


def _seconds(text: str) -> float | None:
    """Retry-After in seconds; a date is none."""
    return float(text) if text.isascii() and text.isdecimal() else None


async def _body(answer: httpx.Response, budget: Budget) -> bytes | bytearray:
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding not in PLAIN + GZIP:
        raise ReadFailed("the FHIR server answered in an encoding that was not asked for")
    with budget.spending() as spend:
        if encoding in GZIP:
            return await _unpacked(answer, budget.whole, spend)
        body = bytearray()
        async for piece in answer.aiter_raw():
            spend(len(piece))
            body += piece
        return body


async def _unpacked(answer: httpx.Response, most: int, spend: Callable[[int], None]) -> bytearray:
    unpacking = Unpacking(most)
    try:
        async for piece in answer.aiter_raw():
            before = len(unpacking.body)
            unpacking.add(piece)
            spend(len(unpacking.body) - before)
        return unpacking.finish()
    except TooMuch:
        raise ReadFailed("the FHIR server's answers were too large") from None
    except NotGzip:
        raise ReadFailed("the FHIR server's answer could not be unpacked") from None
