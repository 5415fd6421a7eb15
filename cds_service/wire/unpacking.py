"""A gzip body, unpacked as it arrives, so that one that unpacks to too much is refused before it has.

The bound holds for the packed bytes, too, of which a member may have many and unpack to none. A body may have
several members, one after another.
"""

from __future__ import annotations

import zlib

GZIP_WINDOW = 31


class TooMuch(ValueError):
    """It unpacks to more than may come, or is longer than that itself."""


class NotGzip(ValueError):
    """It does not unpack, or breaks off; the message says which."""


class Unpacking:
    """A body that grows piece by piece, to `most` bytes."""

    def __init__(self, most: int) -> None:
        self.body = bytearray()
        self._most = most
        self._packed = 0
        self._member = zlib.decompressobj(GZIP_WINDOW)

    def add(self, piece: bytes) -> None:
        """One more piece, as it came. Raises TooMuch and NotGzip."""
        self._packed += len(piece)
        if self._packed > self._most:
            raise TooMuch
        while piece:
            if self._member.eof:
                self._member = zlib.decompressobj(GZIP_WINDOW)
            self.body += self._inflated(piece)
            if len(self.body) > self._most:
                raise TooMuch
            piece = self._member.unused_data

    def finish(self) -> bytearray:
        """The whole body. Raises NotGzip where it breaks off."""
        if not self._member.eof:
            raise NotGzip("The gzip body breaks off.")
        return self.body

    def _inflated(self, piece: bytes) -> bytes:
        try:
            return self._member.decompress(piece, self._most - len(self.body) + 1)
        except zlib.error:
            raise NotGzip("The body is not gzip, though it says so.") from None
