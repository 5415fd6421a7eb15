"""How many charts each law is tried on, by `LAWS_PROFILE`.

laws: 60, always the same, with every run of the tests; laws-full: 1,000, always the same; laws-long: 50,000, new.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A chart takes thirty draws and more, and none of them is slow by itself.
PATIENT = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "laws", max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=PATIENT
)
settings.register_profile("laws-full", settings.get_profile("laws"), max_examples=1_000)
settings.register_profile(
    "laws-long", max_examples=50_000, deadline=None, print_blob=True, suppress_health_check=PATIENT
)

law = settings(settings.get_profile(os.environ.get("LAWS_PROFILE", "laws")))
"""Marks a law: tried on as many charts as the profile says. Only laws are marked, other properties keep their own."""
