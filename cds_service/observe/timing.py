"""How long each stage of a call takes: counted, and traced where the site wants traces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from cds_service.errors import SettingsError
from cds_service.observe.metrics import Metrics
from cds_service.observe.stages import STAGES, Stage, StageName

if TYPE_CHECKING:
    from cds_service.observe.tracing import Traces


class Spans(Protocol):
    """What traces the parts of a call: `tracing.Traces`, imported only where there is one."""

    def part(self, name: str) -> AbstractContextManager[object]:
        """From its beginning to its end, a part of what is traced around it."""


class Timed:
    """From its beginning to its end, however it ends. A call has half a dozen of these, so each is kept light."""

    __slots__ = ("_observe", "_started")

    def __init__(self, observe: Callable[[float], None]) -> None:
        self._observe = observe
        self._started = 0.0

    def __enter__(self) -> None:
        self._started = perf_counter()

    def __exit__(self, *ended: object) -> None:
        self._observe(perf_counter() - self._started)


def timing(metrics: Metrics, spans: Spans | None = None) -> Stage:
    """What times a stage: `with stage("decode"): …`."""
    observers = {name: metrics.stage(name) for name in STAGES}
    if spans is None:
        return lambda name: Timed(observers[name])

    @contextmanager
    def traced(name: StageName) -> Iterator[None]:
        with spans.part(name), Timed(observers[name]):
            yield

    return traced


def traces_of(url: str | None) -> Traces | None:
    """Traces for the collector at this address, if there is one. Raises SettingsError where the extra is missing."""
    if url is None:
        return None
    try:
        from cds_service.observe.tracing import traces_to

        return traces_to(url)
    except ImportError:
        raise SettingsError("CDS_TRACES_URL: install the extra `tracing`, or unset it") from None
