"""The demo's patients: every vignette that has a name, rendered for today and again when the day changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from cds_service.vignettes.lines import Vignette
from cds_service.vignettes.rendering import Chart, Resource, render


class DemoCharts:
    """The charts of the demo, by patient id, as of the day that `today` tells."""

    def __init__(self, vignettes: tuple[Vignette, ...], today: Callable[[], date]) -> None:
        self._vignettes = tuple(vignette for vignette in vignettes if vignette.name)
        self._today = today
        self._rendered: tuple[date, Mapping[str, Chart]] | None = None

    def day(self) -> date:
        """The day for which the charts are rendered."""
        return self._today()

    def charts(self) -> Mapping[str, Chart]:
        """All of them for today; rendered once a day."""
        day = self.day()
        if self._rendered is None or self._rendered[0] != day:
            self._rendered = day, {vignette.id: render(vignette, day) for vignette in self._vignettes}
        return self._rendered[1]

    def of_type(self, kind: str) -> Iterator[tuple[str, Resource]]:
        """Each resource of a type with its patient's id."""
        for patient, chart in self.charts().items():
            resources = (chart.patient,) if kind == "Patient" else chart.resources.get(kind, ())
            for resource in resources:
                yield patient, resource
