"""How fast the service is, beside what nobody can do without, in one run: each in turn, so that all meet the same luck.

`make bench`, or `python -m bench.speed --quick` for a short try, whose figures mean nothing. Times are this
machine's; what the goals are set for are ratios, CPU time and instructions. A table of the goals goes to standard
output and, with everything else, into a Markdown file; a JSON file beside it has all figures.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import goals
from bench.authentication import authentication
from bench.in_process import (
    CARDS,
    ORJSON,
    Spent,
    answer_to,
    answerer_on,
    floors,
    freeze,
    in_turn,
    ours,
    worst_to_median,
)
from bench.instructions import NO_VALGRIND, instructions, is_countable
from bench.over_http import M, cold_starts, loads, memory, running
from bench.peak import peak_growth
from bench.report import report
from bench.results import Body, InProcess, OverHttp, Results, figures
from bench.services import services
from bench.sizes import NO_BIG_PATIENT, REAL, Call, big_patient, generated
from cds_service.answer import Answerer

PEER = Path(".venv-peer/bin/python")
LEFT_OUT = "--quick leaves it out"
NO_PEER = "HealthChain is not installed"


@dataclass(frozen=True, slots=True)
class Effort:
    """How often all is done. `resources`: of all calls of a round in process, whatever the size; `tokens`: a round."""

    rounds: int
    resources: int
    worst_of: int
    tokens: int
    served_rounds: int
    served: Mapping[str, int]
    counts_instructions: bool


FULL = Effort(15, 20_000, 2_000, 200, 5, {"S": 8_000, "M": 3_000, "L": 300}, counts_instructions=True)
QUICK = Effort(2, 400, 10, 5, 1, {"S": 40, "M": 20, "L": 8}, counts_instructions=False)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: how much of it, on which day, where its files are, and the Python of the peer, if there is one."""

    effort: Effort
    day: date
    folder: Path
    peer: Path | None

    def results(self) -> Results:
        """All of it: first in this process alone, then with the servers, which then have the machine to themselves."""
        calls = generated(self.day)
        if real := big_patient():
            calls[REAL] = real
        answerer = answerer_on(self.day)
        freeze()
        inside = self._in_process(calls, answerer)
        served = self._over_http(calls, len(answer_to(calls[M].text, answerer)))
        return Results(self._machine(REAL in calls), inside, served, self._lacking())

    def _in_process(self, calls: Mapping[str, Call], answerer: Answerer) -> InProcess:
        _say("in process")
        return InProcess(
            bodies={size: Body(call.resources, len(call.text) / 1_000) for size, call in calls.items()},
            calls={size: self._calls(call, answerer) for size, call in calls.items()},
            worst=worst_to_median(ours(calls[M].text, answerer)[CARDS], self.effort.worst_of),
            peaks=self._peaks(calls),
            authentication=authentication(self.folder, self.effort.rounds, self.effort.tokens),
            instructions=self._instructions(calls[M]) if self._counts else {},
        )

    def _calls(self, call: Call, answerer: Answerer) -> dict[str, Spent]:
        works = floors(call.text) | ours(call.text, answerer)
        return in_turn(works, self.effort.rounds, max(1, self.effort.resources // call.resources))

    def _peaks(self, calls: Mapping[str, Call]) -> dict[str, float]:
        usual = self._written(M, calls[M])
        largest = {size: calls[size] for size in ("XL", REAL) if size in calls}
        return {size: peak_growth(self._written(size, call), usual, self.day) for size, call in largest.items()}

    def _instructions(self, call: Call) -> dict[str, float]:
        _say("instructions")
        body = self._written(M, call)
        return {work: instructions(work, body, self.day) for work in (ORJSON, CARDS)}

    def _over_http(self, calls: Mapping[str, Call], answer_bytes: int) -> OverHttp:
        effort = self.effort
        served = services(self.folder, answer_bytes, self.peer)
        texts = {size: calls[size].for_patients() for size in effort.served}
        _say("cold starts")
        cold = cold_starts(served, calls["S"], effort.served_rounds)
        _say("over HTTP")
        with running(served):
            held = {name: memory(service, texts[M], effort.served[M]) for name, service in served.items()}
            loaded = loads(served, texts, effort.served, effort.served_rounds)
        return OverHttp(loaded, held, cold)

    def _written(self, size: str, call: Call) -> Path:
        """The body in a file, for a process of its own."""
        path = self.folder / f"{size}.json"
        path.write_bytes(call.text)
        return path

    @property
    def _counts(self) -> bool:
        return self.effort.counts_instructions and is_countable()

    def _machine(self, has_real: bool) -> dict[str, str]:
        """What figures depend on, and what was not there."""
        return {
            "on": datetime.now(UTC).strftime("%Y-%m-%d"),
            "Python": platform.python_version(),
            "processor": f"{platform.machine()}, {os.cpu_count()} cores, shared by clients and servers",
            "load before": f"{os.getloadavg()[0]:.1f}",
            **({} if has_real else {REAL: NO_BIG_PATIENT}),
        }

    def _lacking(self) -> dict[str, str]:
        """Why a figure is not there, by the row of its goal."""
        why = LEFT_OUT if not self.effort.counts_instructions else NO_VALGRIND
        return ({} if self._counts else {goals.INSTRUCTIONS: why}) | ({} if self.peer else {goals.PEER: NO_PEER})


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: what is measured here is not required here."""
    told = _parser().parse_args(arguments)
    # So that the servers end with it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(2))
    with TemporaryDirectory(prefix="bench-") as folder:
        results = _run(told, Path(folder)).results()
    print(written(results, told.markdown), end="")
    return 0


def written(results: Results, path: Path) -> str:
    """The page, written there, with all figures as JSON beside it."""
    page = report(results)
    path.write_text(page, encoding="utf-8")
    everything = {"figures": figures(results), "measured": results}
    path.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(everything)) + b"\n")
    return page


def _run(told: Namespace, folder: Path) -> Run:
    peer = told.peer if told.peer.exists() else None
    return Run(QUICK if told.quick else FULL, datetime.now(UTC).date(), folder, peer)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(description="How fast the service is.", formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short try, whose figures mean nothing")
    parser.add_argument("--markdown", type=Path, default=Path("bench.md"), help="where the page goes; JSON beside it")
    parser.add_argument("--peer", type=Path, default=PEER, help="the Python that HealthChain is installed for")
    return parser


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
