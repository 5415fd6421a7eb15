"""A run as a page for readers: its goals, its other figures, what each service did, and bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bench.goals import GOALS, UNMEASURED, Goal
from bench.results import InProcess, OverHttp, Results, figures

NOT_MEASURED = "not measured"
BAR_WIDTH = 40
CALL_HEAD = ("body", "resources", "KB", "work", "CPU µs", "median", "wall µs", "median")


def report(results: Results) -> str:
    """Markdown."""
    made = figures(results)
    parts = (
        "# Benchmark",
        "\n".join(f"- {name}: {value}" for name, value in results.machine.items()),
        "## Goals",
        table(("goal", "figure", "must", "stretch", "measured", "met"), _goal_rows(results, made)),
        "## Other figures",
        table(("figure", "measured"), ((name, number(made[name])) for name in _others(made))),
        "## In process",
        table(
            ("body", "resources", "KB", "work", "CPU µs", "median", "wall µs", "median"), _call_rows(results.in_process)
        ),
        "## Over HTTP",
        _over_http(results.over_http),
        "## CPU of an M call, µs",
        f"```\n{bars(_of_m_calls(results))}\n```",
    )
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def number(value: float) -> str:
    """Three digits that count, and no more than are before the point."""
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:#.3g}"


def bars(values: Mapping[str, float]) -> str:
    """A line each; the greatest has the full width."""
    names = max(map(len, values), default=0)
    most = max(values.values(), default=0.0) or 1.0
    return "\n".join(
        f"{name:{names}} {'█' * max(1, round(BAR_WIDTH * value / most))} {number(value)}"
        for name, value in values.items()
    )


def _goal_rows(results: Results, made: Mapping[str, float]) -> Iterator[Sequence[str]]:
    for goal in GOALS:
        must, stretch = (f"{goal.sense} {bound:g} {goal.unit}".strip() for bound in (goal.must, goal.stretch))
        yield (goal.row, goal.figure, must, stretch, *_measured(goal, results, made))
    for left in UNMEASURED:
        yield left.row, "", left.must, left.stretch, f"{NOT_MEASURED}: {left.why}", ""


def _measured(goal: Goal, results: Results, made: Mapping[str, float]) -> tuple[str, str]:
    """The figure, and whether the goal is met; or why it is not there."""
    if goal.figure not in made:
        return f"{NOT_MEASURED}: {results.lacking[goal.row]}", ""
    value = made[goal.figure]
    return f"{number(value)} {goal.unit}".strip(), goal.met(value)


def _others(made: Mapping[str, float]) -> list[str]:
    with_goal = {goal.figure for goal in GOALS}
    return [name for name in made if name not in with_goal]


def _call_rows(inside: InProcess) -> Iterator[Sequence[str]]:
    for size, works in inside.calls.items():
        body = inside.bodies[size]
        for work, spent in works.items():
            times = (spent.cpu.best, spent.cpu.median, spent.wall.best, spent.wall.median)
            yield (size, f"{body.resources:,}", number(body.kilobytes), work, *map(number, times))


def _over_http(served: OverHttp) -> str:
    """What one service did, a row for each size; and its processes."""
    head = ("service", "body", "CPU µs", "median", "calls a second", "p50 ms", "p99 ms", "alone: p50 ms", "p99 ms")
    processes = ("service", "idle RSS MiB", "after M load", "cold start CPU ms", "median")
    return f"{table(head, _load_rows(served))}\n\n{table(processes, _process_rows(served))}"


def _load_rows(served: OverHttp) -> Iterator[Sequence[str]]:
    for service, sizes in served.loads.items():
        for size, load in sizes.items():
            told = (load.cpu.best, load.cpu.median, load.per_second.best)
            waited = (load.p50, load.p99, load.alone_p50, load.alone_p99)
            yield (service, size, *(number(value) for value in (*told, *waited)))


def _process_rows(served: OverHttp) -> Iterator[Sequence[str]]:
    for service, held in served.memory.items():
        cold = served.cold_starts[service]
        yield (service, *(number(value) for value in (held.idle, held.after, cold.best, cold.median)))


def _of_m_calls(results: Results) -> dict[str, float]:
    works = {f"in process: {work}": spent.cpu.best for work, spent in results.in_process.calls["M"].items()}
    return works | {service: sizes["M"].cpu.best for service, sizes in results.over_http.loads.items()}
