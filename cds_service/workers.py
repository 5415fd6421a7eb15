"""Several worker processes on one port, and the app of each."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from socket import socket
from threading import Thread
from types import FrameType
from typing import cast

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from cds_service.app import create_app
from cds_service.observe.metrics import Metrics, forget_worker
from cds_service.observe.timing import traces_of
from cds_service.server_parts import log_of, store_of
from cds_service.settings import Command, load_settings

# How worker processes learn what the first process was told: the command, and the address it listens on.
WORKER_COMMAND = "MISS_WORKER_COMMAND"
WORKER_URL = "MISS_WORKER_URL"


class Workers(Multiprocess):
    """Worker processes that stop when the first process is told to, not up to half a second later.

    And the port is given up: whoever connects while they finish their calls is refused, not left to wait.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket], counts: str) -> None:
        super().__init__(config, sockets)
        self._told: set[int | None] = set()
        self._counts = counts
        self._known: set[int | None] = set()
        signal.signal(signal.SIGTERM, self._pass_on)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        for worker in self.processes:
            worker.process.terminate()
            self._told.add(worker.pid)
        # Not from here: what is interrupted may be the wait for this very event, which then holds its lock.
        Thread(target=self.should_exit.set).start()

    def keep_subprocess_alive(self) -> None:
        """Replace those that died; what they had waiting waits no longer.

        Only the worker holds its end of the pipe: where it dies while it is asked, that is heard, not waited out.
        """
        for worker in self.processes:
            worker.child_conn.close()
        super().keep_subprocess_alive()
        alive = {worker.pid for worker in self.processes}
        for gone in self._known - alive:
            forget_worker(cast(int, gone), self._counts)
        self._known = alive

    def terminate_all(self) -> None:
        """All workers that were not told yet, and the port they share: told twice, one would not end in peace."""
        for worker in self.processes:
            if worker.pid not in self._told:
                worker.terminate()
        for bound in self.sockets:
            bound.close()


def worker_app() -> FastAPI:
    """The app of one worker process, which is told to stop by the first process."""
    settings = load_settings(os.environ, _command(os.environ[WORKER_COMMAND])).settings
    stopping = False
    told = cast("Callable[[int, FrameType | None], object]", signal.getsignal(signal.SIGTERM))

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        told(number, frame)

    signal.signal(signal.SIGTERM, stop)
    Thread(target=_stop_when_alone, daemon=True).start()
    url = os.environ[WORKER_URL]
    log, metrics = log_of(settings), Metrics(by_client=settings.require_auth)
    store = store_of(settings, metrics, log)
    return create_app(
        settings,
        public_url=url,
        log=log,
        metrics=metrics,
        store=store,
        replays=store.limits,
        rates=store.limits,
        traces=traces_of(settings.traces_url),
        draining=lambda: stopping,
    )


def _stop_when_alone() -> None:
    """A worker whose first process was killed would keep the port, so that no other service could start there."""
    cast(BaseProcess, parent_process()).join()
    os.kill(os.getpid(), signal.SIGTERM)


def _command(name: str) -> Command:
    return "demo" if name == "demo" else "serve"
