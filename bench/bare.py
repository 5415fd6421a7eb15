"""The least an HTTP service can do here: read the body, answer a constant. PORT BYTES.

Under the same server as ours, with the same loop, HTTP parser and settings.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from bench.connections import HOST
from cds_service.draining import Draining

Message = MutableMapping[str, Any]


class Constant:
    """An ASGI application whose answer is so many bytes of JSON."""

    def __init__(self, size: int) -> None:
        self._body = b'"%s"' % (b"." * (size - 2))
        length = str(len(self._body)).encode()
        self._headers = [(b"content-length", length), (b"content-type", b"application/json")]

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Whatever was asked."""
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def main() -> None:
    """Serves until it is told to stop."""
    port, size = (int(number) for number in sys.argv[1:])
    uvicorn.run(
        Constant(size),
        host=HOST,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        http=Draining,
        ws="none",
        server_header=False,
    )


if __name__ == "__main__":
    main()
