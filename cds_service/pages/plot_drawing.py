"""Where the values of a plot stand on paper, over the same days as the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cds_service.findings.words import day_in_words
from cds_service.pages.drawing import LEFT, WIDTH, Scale
from cds_service.pages.plots import Dose, Point, Smoked

TOP, BOTTOM = 12.0, 24.0
STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class Heights:
    """Values from `least` to `most`, from the bottom of a plot to its top."""

    least: float
    most: float
    height: float

    def y(self, value: float) -> float:
        """Where the value stands; what lies outside stands at the edge."""
        inside = min(max(value, self.least), self.most)
        room = self.height - TOP - BOTTOM
        return round(TOP + (self.most - inside) / (self.most - self.least) * room, 1)


@dataclass(frozen=True, slots=True)
class Area:
    """What is taken from one day to another: a band from the least to the most, its top a line."""

    x: float
    y: float
    width: float
    height: float
    complete: bool
    says: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value of one day."""

    x: float
    y: float
    says: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: its lines to compare with, and what is drawn over them."""

    width: float
    height: float
    left: float
    ticks: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, str], ...]
    limits: tuple[tuple[float, str], ...]
    areas: tuple[Area, ...] = ()
    dots: tuple[Dot, ...] = ()

    @property
    def line(self) -> str:
        """The dots joined."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def dose_plot(steps: Sequence[Dose], limits: Sequence[float], scale: Scale, height: float = 190.0) -> Plot | None:
    """Morphine equivalents a day; the lines are in the picture however low the doses. None where there are none."""
    steps = [step for step in steps if step.last >= scale.first]
    if not steps:
        return None
    heights, levels = _heights(0.0, max((*limits, *(step.most for step in steps))) * 1.1, height)
    areas = tuple(_area(step, heights, scale) for step in steps)
    return Plot(WIDTH, height, LEFT, scale.ticks(), levels, _limits(limits, heights), areas=areas)


def value_plot(
    points: Sequence[Point], limits: Sequence[float], unit: str, scale: Scale, height: float = 130.0
) -> Plot | None:
    """Measurements as dots that a line joins; the lines to compare with are in the picture. None without any dot."""
    points = [point for point in points if point.day >= scale.first]
    if not points:
        return None
    values = (*limits, *(point.value for point in points))
    heights, levels = _heights(min(values) * 0.95, max(values) * 1.05, height)
    dots = tuple(
        Dot(scale.x(point.day), heights.y(point.value), f"{point.value:.4g} {unit}, {day_in_words(point.day)}".strip())
        for point in points
    )
    return Plot(WIDTH, height, LEFT, scale.ticks(), levels, _limits(limits, heights), dots=dots)


@dataclass(frozen=True, slots=True)
class Strip:
    """From one statement on smoking to the next."""

    x: float
    width: float
    smoked: Smoked
    says: str


def smoking_strips(stated: Iterable[Smoked], scale: Scale) -> tuple[Strip, ...]:
    """What was last stated on each day."""
    return tuple(
        Strip(
            scale.x(one.first),
            round(max(scale.x(one.last) - scale.x(one.first), 3.0), 1),
            one,
            f"{day_in_words(one.first)} – {day_in_words(one.last)}",
        )
        for one in stated
        if one.last >= scale.first
    )


def _area(step: Dose, heights: Heights, scale: Scale) -> Area:
    x, top, bottom = scale.x(step.first), heights.y(step.most), heights.y(step.least)
    amount = f"{step.most:.4g}" if step.least == step.most else f"{step.least:.4g}–{step.most:.4g}"
    more = "" if step.complete else "≥ "
    says = f"{more}{amount} mg, {day_in_words(step.first)} – {day_in_words(step.last)}"
    return Area(x, top, round(max(scale.x(step.last) - x, 1.0), 1), round(bottom - top, 1), step.complete, says)


def _heights(least: float, most: float, height: float) -> tuple[Heights, tuple[tuple[float, str], ...]]:
    """Room from the least to the most, and its levels at round numbers."""
    heights = Heights(least, most, height)
    step = next((step for step in STEPS if (most - least) / step <= MOST_LINES), STEPS[-1])
    level = -(-least // step) * step
    found: list[tuple[float, str]] = []
    while level <= most and len(found) <= MOST_LINES:
        found.append((heights.y(level), f"{level:.4g}"))
        level += step
    return heights, tuple(found)


def _limits(limits: Sequence[float], heights: Heights) -> tuple[tuple[float, str], ...]:
    return tuple((heights.y(limit), f"{limit:.4g}") for limit in limits)
