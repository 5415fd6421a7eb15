"""`/launch` and `/explain`: an EHR opens the explanation page for the patient in context (SMART App Launch).

The EHR's browser comes to `/launch`, goes to the EHR's authorization server and comes back to `/explain` with a code,
which is exchanged for a token, the token for the chart, and the chart for a page; then all three are forgotten. What
must outlast the way round, state and PKCE verifier, lies sealed in a cookie of that browser.
"""

from __future__ import annotations

import re
from asyncio import Semaphore, to_thread
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe

import msgspec
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cds_service.answer import Answerer
from cds_service.errors import DataMissing, LaunchFailed, TooMany
from cds_service.pages.explain import Explaining
from cds_service.pages.explain_headers import explain_headers
from cds_service.pages.languages import reading
from cds_service.pages.launch_failures import Failures, LineOf, frames_of
from cds_service.pages.public import Templates, page, route
from cds_service.record.fetch import Fetch
from cds_service.record.prefetch import supplied_chart
from cds_service.record.supplied import SuppliedChart
from cds_service.trust.clients import Client, FhirServer, SmartApp
from cds_service.trust.configurations import Configurations
from cds_service.trust.limits import Limits
from cds_service.trust.sealing import LAUNCH_SECONDS, Begun, Sealing
from cds_service.trust.smart import S256, Access, AuthorizationServer, Forms, challenge_of, scopes
from cds_service.wire.access import FhirAccess
from cds_service.wire.cds_hooks import Context
from cds_service.wire.held import Came, Held, HeldKeys, HookCall
from cds_service.wire.keys import RESOURCE_OF

# A code or a state longer than this is none that a server of ours would give.
LONGEST = 4_096
# A page of years takes a core for a while; the calls of the hooks need one, too.
MOST_RENDERED = 2
# Those of launches that never came back; a browser sends every one along, and a server reads only so much.
MOST_COOKIES = 8
COOKIE = re.compile(r"(?:__Host-)?miss-launch-[0-9a-f]{16}")
KINDS = tuple(RESOURCE_OF.values())
Close = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Launcher:
    """One client that may launch us, with all that its row decides. `forms` None: this service reads nothing."""

    client: Client
    app: SmartApp
    answerer: Answerer
    fetch: Fetch
    forms: Forms | None
    seconds: float
    limits: Limits

    def authorization(self, server: FhirServer) -> AuthorizationServer:
        """The authorization server before this FHIR server. Raises LaunchFailed where nothing may be read."""
        if self.forms is None:
            raise LaunchFailed("no-reads")
        return AuthorizationServer(server, self.app, self.forms, self.seconds)

    @property
    def closing(self) -> tuple[Close, ...]:
        """What closes its connections."""
        return (self.fetch.aclose, *((self.forms.aclose,) if self.forms else ()))

    async def chart(self, base: str, access: Access) -> SuppliedChart:
        """The patient's chart, by the templates of the prefetch keys. Raises LaunchFailed."""
        call = await self.fetch.completed(call_for(base, access))
        try:
            return supplied_chart(call)
        except DataMissing:
            raise LaunchFailed("no-chart") from None


def call_for(base: str, access: Access) -> HookCall:
    """A call that brings nothing but the FHIR server, the patient and the token."""
    held: HeldKeys = HeldKeys(**{key: Held(Came.ABSENT) for key in RESOURCE_OF})
    token = {"access_token": access.token.authorization().removeprefix("Bearer ")}
    lent = FhirAccess(msgspec.Raw(msgspec.json.encode(base)), msgspec.Raw(msgspec.json.encode(token)))
    return HookCall("", "", access.patient_id, "", False, held, Context(access.patient_id), access=lent)


class LaunchPages:
    """The two addresses of a launch."""

    def __init__(
        self,
        launchers: Sequence[Launcher],
        sealing: Sealing,
        explaining: Explaining,
        made: Templates,
        address: str,
        line_of: LineOf,
        configurations: Configurations,
    ) -> None:
        self._launchers = launchers
        self._sealing = sealing
        self._explaining = explaining
        self._frames = frames_of(one.client for one in launchers)
        self._failures = Failures(made, line_of, self._frames)
        self._address = address
        self._line_of = line_of
        self._configurations = configurations
        self._rendering = Semaphore(MOST_RENDERED)

    async def launch(self, request: Request) -> Response:
        """To the EHR's authorization server, with the launch sealed in a cookie."""
        try:
            return await self._begun(request)
        except LaunchFailed as error:
            return self._failures.page(request, error)
        except TooMany as error:
            return self._failures.later(request, error)

    async def explain(self, request: Request) -> Response:
        """Back from there: the page of the patient. Whoever came too early may come again with the same code."""
        try:
            return await self._ended(request)
        except TooMany as error:
            return self._failures.later(request, error)
        except LaunchFailed as error:
            answer = self._failures.page(request, error)
            if request.cookies.get(name := self._name(request.query_params.get("state", ""))):
                answer.headers["Set-Cookie"] = self._cookie(name, "", 0, self._frames)
            return answer

    async def _begun(self, request: Request) -> Response:
        iss, launch = request.query_params.get("iss", ""), request.query_params.get("launch", "")
        if not iss or not launch:
            raise LaunchFailed("no-launch")
        launcher, server = self._launcher(iss)
        async with launcher.limits.calling():
            answer = await self._sent(iss, launch, launcher.authorization(server))
        # A browser sends the oldest first (RFC 6265, 5.4).
        kept = [name for name in request.cookies if COOKIE.fullmatch(name)]
        for name in kept[: max(0, len(kept) + 1 - MOST_COOKIES)]:
            answer.headers.append("Set-Cookie", self._cookie(name, "", 0, launcher.app.frames))
        return answer

    async def _sent(self, iss: str, launch: str, authorization: AuthorizationServer) -> Response:
        found = await self._configurations.of(authorization)
        begun = Begun(
            base=iss,
            state=token_urlsafe(),
            verifier=token_urlsafe(48),
            token_endpoint=found.token_endpoint,
            issuer=found.issuer,
            names_issuer=found.names_issuer,
            until=self._sealing.until(),
        )
        asked = {
            "response_type": "code",
            "client_id": authorization.app.client_id,
            "redirect_uri": self._redirect_uri,
            "launch": launch,
            "scope": scopes(authorization.app.scopes, KINDS),
            "state": begun.state,
            "aud": iss,
            "code_challenge": challenge_of(begun.verifier),
            "code_challenge_method": S256,
        }
        cookie = self._cookie(
            self._name(begun.state), self._sealing.sealed(begun), LAUNCH_SECONDS, authorization.app.frames
        )
        target = authorization.authorize(found.authorization_endpoint, asked)
        return RedirectResponse(target, 302, headers={**explain_headers(()), "Set-Cookie": cookie})

    async def _ended(self, request: Request) -> Response:
        given = request.query_params
        if "error" in given:
            raise LaunchFailed("refused" if given["error"] == "access_denied" else "not-authorized")
        state, code = given.get("state", ""), given.get("code", "")
        if not state or not code or max(len(state), len(code)) > LONGEST:
            raise LaunchFailed("no-code")
        begun = self._sealing.opened(request.cookies.get(self._name(state), ""), state)
        if begun is None or not begun.is_from(given.get("iss")):
            raise LaunchFailed("state")
        launcher, server = self._launcher(begun.base)
        async with launcher.limits.calling():
            return await self._explained(request, launcher, launcher.authorization(server), begun, code)

    async def _explained(
        self, request: Request, launcher: Launcher, authorization: AuthorizationServer, begun: Begun, code: str
    ) -> Response:
        access = await authorization.access(begun.token_endpoint, code, begun.verifier, self._redirect_uri)
        chart = await launcher.chart(begun.base, access)
        said = reading(request)
        # A chart of years takes a while, and the calls of the hooks do not wait for it.
        async with self._rendering:
            html, assessment = await to_thread(self._explaining.page, launcher.answerer, chart, said)
        line = self._line_of(request.scope)
        line.client = launcher.client.id if launcher.client.issuer else ""
        line.outcome, line.rule, line.knowledgeVersion = assessment.outcome, assessment.rule, self._explaining.version
        headers = explain_headers(authorization.app.frames)
        return page(
            html,
            said,
            {**headers, "Set-Cookie": self._cookie(self._name(begun.state), "", 0, authorization.app.frames)},
        )

    def _launcher(self, iss: str) -> tuple[Launcher, FhirServer]:
        """Who launches from this FHIR server, by its parsed address. Raises LaunchFailed."""
        for launcher in self._launchers:
            if server := launcher.app.server_named(iss):
                return launcher, server
        raise LaunchFailed("not-registered")

    @property
    def _redirect_uri(self) -> str:
        return f"{self._address}/explain"

    def _name(self, state: str) -> str:
        """A cookie for each launch, so that two charts can be opened at once; its prefix keeps other hosts away."""
        prefix = "__Host-" if self._address.startswith("https:") else ""
        return f"{prefix}miss-launch-{sha256(state.encode()).hexdigest()[:16]}"

    def _cookie(self, name: str, value: str, seconds: int, frames: Sequence[str]) -> str:
        """Inside another's frame a browser sends only a cookie that says so, and keeps it apart for that frame."""
        secure = "; Secure" if self._address.startswith("https:") else ""
        framed = bool(frames and secure)
        site = "None; Partitioned" if framed else "Lax"
        return f"{name}={value}; Max-Age={seconds}; Path=/; HttpOnly{secure}; SameSite={site}"


def launch_routes(pages: LaunchPages) -> list[APIRoute]:
    """The two addresses."""
    return [route("/launch", pages.launch), route("/explain", pages.explain)]
