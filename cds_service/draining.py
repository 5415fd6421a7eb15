"""How connections end when the process is told to stop: clients that are about to call again are not cut off."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# A client that uses a connection again does so within moments, mostly; of the 8 s that running calls may take.
LAST_CALL_SECONDS = 0.5


class Draining(HttpToolsProtocol):
    """HTTP by uvicorn, which closes idle connections at once: a call on its way, or not read yet, would be cut off.

    Here such a call is answered, and the answer says that it was the connection's last.
    """

    _is_ending = False

    def shutdown(self) -> None:
        """Ends with the answer that is being made, or the next; without any, after a moment."""
        self._is_ending = True
        if self.cycle is not None:
            self.cycle.keep_alive = False
        self.loop.call_later(LAST_CALL_SECONDS, super().shutdown)

    def on_headers_complete(self) -> None:
        """A call has come."""
        super().on_headers_complete()
        if self._is_ending:
            self.cycle.keep_alive = False
