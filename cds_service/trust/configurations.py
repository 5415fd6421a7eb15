"""What authorization servers said of themselves, each kept for a minute, however many launches anybody begins.

Only registered FHIR servers are ever asked, so there are never more of these than of them.
"""

from __future__ import annotations

from collections.abc import Callable

from cds_service.trust.addresses import Address
from cds_service.trust.smart import AuthorizationServer, Configuration

KEPT_SECONDS = 60.0


class Configurations:
    """Those of the minute, by the FHIR server. A server that did not say is asked again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._held: dict[Address, tuple[float, Configuration]] = {}

    async def of(self, authorization: AuthorizationServer) -> Configuration:
        """Where this server authorizes. Raises LaunchFailed."""
        base = authorization.server.base
        until, found = self._held.get(base, (self._clock(), None))
        if found is None or self._clock() >= until:
            found = await authorization.configuration()
            self._held[base] = self._clock() + KEPT_SECONDS, found
        return found
