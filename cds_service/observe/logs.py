"""JSON lines on standard output, through structlog; its pipeline lets out what `lines.KNOWN` names, and no more.

What other libraries log goes the same way, with its level and logger; of an exception its type and place are told,
never its text, which may quote what it met.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any

import msgspec
import structlog

from cds_service.observe.lines import CallLine, known_of

LEVELS: Mapping[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
# Their messages name processes, ports and signals; other libraries may put anything into a message.
QUOTED_LOGGERS = ("uvicorn", "cds_service")
Members = MutableMapping[str, Any]


class Written:
    """The end of the pipeline where somebody else wants the lines: each is given to `write` whole."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def msg(self, line: bytes) -> None:
        """One line."""
        self._write(line + b"\n")

    debug = info = warning = error = critical = msg


class Log:
    """JSON lines of a level or above, each written whole. Without `write`: to standard output."""

    def __init__(self, level: str = "info", write: Callable[[bytes], object] | None = None) -> None:
        self.least = LEVELS[level]
        self._lines: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            Written(write) if write else structlog.BytesLogger(),
            processors=[stamped, only_known, as_json],
            wrapper_class=structlog.make_filtering_bound_logger(self.least),
            context_class=dict,
        ).bind()

    def request(self, line: CallLine) -> None:
        """One answered request; a 5xx is an error."""
        self._lines.log(40 if line.status >= 500 else 20, "request", line=line)

    def event(self, level: str, event: str, **members: object) -> None:
        """Something of ours, in words of ours, or what another library said. An empty member is left out."""
        self._lines.log(LEVELS[level], event, **{name: value for name, value in members.items() if value != ""})


class OtherLibraries(logging.Handler):
    """What other libraries log, as lines of ours."""

    def __init__(self, log: Log) -> None:
        super().__init__(log.least)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """The record without its exception's text, under the nearest level of ours below its own."""
        level = [name for name in LEVELS if LEVELS[name] <= max(record.levelno, LEVELS["debug"])][-1]
        message = record.getMessage() if record.name.startswith(QUOTED_LOGGERS) else ""
        error, at = _failure(record)
        self._log.event(level, "log", logger=record.name, message=" ".join(message.split()), error=error, at=at)


def take_over_logging(log: Log) -> None:
    """Everything that other libraries log or warn goes to `log`, and nothing to standard error."""
    logging.basicConfig(handlers=[OtherLibraries(log)], level=log.least, force=True)
    logging.captureWarnings(True)


def stamped(logger: object, level: str, members: Members) -> Members:
    """With its time and level, and what the line of a call says."""
    line: CallLine | None = members.pop("line", None)
    time = datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    first = {"time": time, "level": level, "event": members["event"]}
    return {**first, **(members if line is None else msgspec.to_builtins(line)), **first}


def only_known(logger: object, level: str, members: Members) -> Members:
    """Members of ours with values of their shape; how many others there were, and neither their names nor values."""
    known = known_of(members)
    if len(known) < len(members):
        known["dropped"] = len(members) - len(known)
    return known


def as_json(logger: object, level: str, members: Members) -> bytes:
    """The line, without its end."""
    return msgspec.json.encode(members)


def _failure(record: logging.LogRecord) -> tuple[str, str]:
    """The type of the exception and where it was raised."""
    if not record.exc_info or record.exc_info[0] is None:
        return "", ""
    kind, _, trace = record.exc_info
    frames = extract_tb(trace)
    at = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return kind.__name__, at
