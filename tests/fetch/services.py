"""The service with clients of a test's own, and calls that name an EHR."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.observe.logs import Log
from cds_service.settings import Settings
from tests.hooks.calls import Lines, client_of, request

TOKEN = "Zzsecret.of-this~call"  # noqa: S105 - made up
DEADLINE = 1.0
# Generous: what is asserted is that nothing hangs, and this machine may be busy.
PATIENCE = 10.0


def row(*servers: str, **keys: Any) -> str:
    """The row of every caller, and its servers' tables."""
    written = {name: str(value).lower() if isinstance(value, bool) else repr(value) for name, value in keys.items()}
    lines = ["[[clients]]", 'id = "anonymous"', *(f"{name} = {value}" for name, value in written.items())]
    return "\n".join([*lines, *servers, ""])


def server(base: str, *, open: bool = False, private: bool = True) -> str:
    """One server's table."""
    return f'[[clients.fhir_servers]]\nbase = "{base}"\nopen = {str(open).lower()}\nprivate = {str(private).lower()}\n'


def settings_of(folder: Path, clients: str, **settings: Any) -> Settings:
    """The settings of a development service with this clients file."""
    path = folder / "clients.toml"
    path.write_text(clients, encoding="utf-8", errors="surrogateescape")
    given = {"profile": "development", "require_auth": False, "fetch_deadline_seconds": DEADLINE, "clients_file": path}
    return Settings.model_validate(given | settings)


class Service:
    """A service under test: what it answers, logs and counts."""

    def __init__(self, client: httpx.AsyncClient, lines: Lines) -> None:
        self.client = client
        self.lines = lines

    async def call(self, body: dict[str, Any]) -> httpx.Response:
        """One patient-view call."""
        return await self.client.post("/cds-services/miss-patient-view", json=body, timeout=PATIENCE)

    async def counted(self, key: str, result: str) -> float:
        """`cds_fetch_total` of a key and a result."""
        text = (await self.client.get("/metrics")).text
        name = f'cds_fetch_total{{key="{key}",result="{result}"}} '
        return next((float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name)), 0.0)


@asynccontextmanager
async def service(answerer: Answerer, settings: Settings) -> AsyncIterator[Service]:
    """The running service; what it opened is closed at the end."""
    lines = Lines()
    app = create_app(settings, answerer=answerer, log=Log("debug", lines))
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield Service(client, lines)


def naming(base: str, prefetch: object = None, *, token: str | None = TOKEN, **members: Any) -> dict[str, Any]:
    """A call that names this server, with a token unless told otherwise."""
    lent = {} if token is None else {"fhirAuthorization": {"access_token": token, "token_type": "Bearer"}}
    return request({} if prefetch is None else prefetch, fhirServer=base, **lent, **members)
