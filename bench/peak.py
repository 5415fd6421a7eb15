"""How much more memory a process takes while it answers one call; run for it alone, with the call in a file.

The body is in memory before. What the process took at its start is forgotten first (`clear_refs`), and what its
parent took never counts, as it would in `ru_maxrss`, which a program inherits from the one that started it.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

from bench.in_process import answer_to, answerer_on, freeze

STATUS = Path("/proc/self/status")
FORGET_PEAK = "5"


def peak_growth(body: Path, usual: Path, day: date) -> float:
    """MiB, in a fresh process that has answered the usual call before."""
    command = [sys.executable, "-m", "bench.peak", str(body), str(usual), day.isoformat()]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Prints MiB."""
    body, usual = (Path(name).read_bytes() for name in sys.argv[1:3])
    answerer = answerer_on(date.fromisoformat(sys.argv[3]))
    freeze()
    answer_to(usual, answerer)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text(FORGET_PEAK, encoding="ascii")
    before = _peak_kib()
    answer_to(body, answerer)
    print((_peak_kib() - before) / 1024)


def _peak_kib() -> int:
    """The most resident memory that the process had."""
    lines = STATUS.read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])


if __name__ == "__main__":
    main()
