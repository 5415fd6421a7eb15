"""How many charts each law is tried on, by `LAWS_PROFILE`.

laws: 1,000, always the same, with every run of the tests; laws-quick: 60, for a desk; laws-long: 50,000, new ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A chart takes thirty draws and more, and none of them is slow by itself.
PATIENT = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "laws", max_examples=1_000, derandomize=True, database=None, deadline=None, suppress_health_check=PATIENT
)
settings.register_profile("laws-quick", settings.get_profile("laws"), max_examples=60)
settings.register_profile(
    "laws-long", max_examples=50_000, deadline=None, print_blob=True, suppress_health_check=PATIENT
)

CASES = settings.get_profile(os.environ.get("LAWS_PROFILE", "laws"))


def law(test: Callable[..., None]) -> Callable[..., Any]:
    """Marks a law: tried on as many charts as the profile says. Other properties keep their own number.

    No law is there to reach a line: measuring coverage would take half of the time and tell nothing.
    """
    marked: Callable[..., Any] = pytest.mark.no_cover(CASES(test))
    return marked
