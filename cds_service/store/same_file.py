"""A SQLite file that was deleted or replaced is still written to by who has it open, and nobody finds that again."""

from __future__ import annotations

import os

from sqlalchemy import URL

from cds_service.errors import StoreUnavailable

GONE = "its file was deleted or replaced; start the service again"


class SameFile:
    """The file that was opened first. Another in its place is not taken: the same log and locks would serve both."""

    def __init__(self, url: URL) -> None:
        self._path = url.database if url.get_backend_name() == "sqlite" else None
        self._opened: tuple[int, int] | None = None

    def opened(self) -> None:
        """This is the file that is meant, from the first time on."""
        self._opened = self._opened or self._found()

    def check(self) -> None:
        """Raises StoreUnavailable where its path leads to another file, or to none."""
        if self._opened and self._found() != self._opened:
            raise StoreUnavailable(GONE)

    def _found(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_dev, found.st_ino
