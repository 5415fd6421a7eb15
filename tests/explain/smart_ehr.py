"""An EHR on loopback with its own SMART authorization server: it checks what a strict one would check."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.fetch.ehr import Ehr, Reply, Seen, listening
from tests.hooks.calls import PATIENT, bundle, condition

CLIENT_ID = "miss-app"
CODE, TOKEN = "Zzcode-of-this-launch", "Zztoken.of-this~launch"
LAUNCH = "Zzlaunch-context"
JSON = {"Content-Type": "application/json"}
Replying = Callable[[Seen], Reply | None]


def nothing_else(seen: Seen) -> Reply | None:
    """The usual answers to everything."""
    return None


@dataclass(slots=True)
class SmartEhr:
    """What it knows. `instead`: an answer of the test's own to some requests; `told` is what authorize was asked."""

    ehr: Ehr
    secret: str = ""
    scopes: tuple[str, ...] = ()
    refuses: str = ""
    patient: object = "p1"
    chart: Mapping[str, Reply] = field(default_factory=dict)
    configuration: Mapping[str, object] = field(default_factory=dict)
    instead: Replying = nothing_else
    told: dict[str, str] = field(default_factory=dict)
    spent: bool = False

    @property
    def origin(self) -> str:
        """Where all of it is."""
        return f"http://127.0.0.1:{self.ehr.port}"

    def reply(self, seen: Seen) -> Reply:
        """By the path."""
        if other := self.instead(seen):
            return other
        path = urlsplit(seen.target).path
        if path == "/fhir/.well-known/smart-configuration":
            return Reply({**self._usual(), **self.configuration}, headers=JSON)
        if path == "/auth/authorize":
            return self._authorize(seen)
        if path == "/auth/token":
            return self._token(seen)
        return self._fhir(seen)

    def _usual(self) -> dict[str, Any]:
        return {
            "issuer": f"{self.origin}/fhir",
            "authorization_endpoint": f"{self.origin}/auth/authorize?tenant=a",
            "token_endpoint": f"{self.origin}/auth/token",
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "permission-v2"],
        }

    def _authorize(self, seen: Seen) -> Reply:
        """Back to the app with a code, or with the refusal of the person who was asked."""
        self.told = {name: values[0] for name, values in parse_qs(urlsplit(seen.target).query).items()}
        said = {"error": self.refuses} if self.refuses else {"code": CODE}
        query = urlencode({**said, "state": self.told["state"]})
        return Reply(b"", 302, {"Location": f"{self.told['redirect_uri']}?{query}"})

    def _token(self, seen: Seen) -> Reply:
        given = {name: values[0] for name, values in parse_qs(seen.body).items()}
        if self.spent or not self._is_right(seen, given):
            return Reply({"error": "invalid_grant"}, 400, JSON)
        self.spent = True
        granted = " ".join(self.scopes or self.told["scope"].split())
        token = {"access_token": TOKEN, "token_type": "bearer", "expires_in": 300, "scope": granted}
        patient = {} if self.patient is None else {"patient": self.patient}
        return Reply({**token, **patient, "need_patient_banner": True, "nonsense": [1]}, headers=JSON)

    def _is_right(self, seen: Seen, given: Mapping[str, str]) -> bool:
        challenge = urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        basic = f"Basic {b64encode(f'{CLIENT_ID}:{self.secret}'.encode()).decode()}"
        proved = seen.headers["authorization"] == basic if self.secret else given.get("client_id") == CLIENT_ID
        return (
            proved
            and seen.method == "POST"
            and given.get("grant_type") == "authorization_code"
            and given.get("code") == CODE
            and given.get("redirect_uri") == self.told["redirect_uri"]
            and challenge == self.told["code_challenge"]
        )

    def _fhir(self, seen: Seen) -> Reply:
        """Only with the token, and only what was granted."""
        if seen.headers["authorization"] != f"Bearer {TOKEN}":
            return Reply({}, 401)
        granted = self.scopes or tuple(self.told["scope"].split())
        if not any(scope.startswith(f"patient/{seen.kind}.") for scope in granted):
            return Reply({}, 403)
        usual = {"Patient": Reply(PATIENT), "Condition": Reply(bundle(condition()))}
        return self.chart.get(seen.kind) or usual.get(seen.kind) or Reply(bundle())


@asynccontextmanager
async def smart_ehr(**known: Any) -> AsyncIterator[SmartEhr]:
    """A running one."""
    made: list[SmartEhr] = []
    server = Ehr(lambda seen: made[0].reply(seen))
    made.append(SmartEhr(server, **known))
    async with listening(server):
        yield made[0]
