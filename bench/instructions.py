"""Instructions a call, counted by valgrind's cachegrind without a model of caches: the same on a busy machine.

By difference: what ten calls more take, so that the start of the process does not count.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

NO_VALGRIND = "valgrind is not installed"
CACHEGRIND = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
REFERENCES = re.compile(r"I\s+refs:\s+([\d,]+)")
# The first calls fill caches of ours that every later one finds filled.
FIRST = 4
MORE = 10


def is_countable() -> bool:
    """Whether valgrind is here."""
    return shutil.which("valgrind") is not None


def instructions(work: str, body: Path, day: date) -> float:
    """A call, for a work that `bench.repeated` knows."""
    return (_counted(work, FIRST + MORE, body, day) - _counted(work, FIRST, body, day)) / MORE


def _counted(work: str, number: int, body: Path, day: date) -> int:
    repeated = [sys.executable, "-m", "bench.repeated", work, str(number), str(body), day.isoformat()]
    command = [shutil.which("valgrind") or "valgrind", *CACHEGRIND, *repeated]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    ended = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return references(ended.stderr)


def references(told: str) -> int:
    """The count in what cachegrind prints. Raises ValueError where there is none."""
    match = REFERENCES.search(told)
    if match is None:
        raise ValueError("cachegrind printed no count of instructions")
    return int(match[1].replace(",", ""))
