"""One work so often, in a process for whoever counts its instructions: WORK NUMBER BODY-FILE DAY."""

from __future__ import annotations

import gc
import sys
from datetime import date
from pathlib import Path

from bench.in_process import answerer_on, floors, ours


def main() -> None:
    """The collector is off: when it comes depends on what was there before."""
    name, number, body, day = sys.argv[1:]
    gc.disable()
    text = Path(body).read_bytes()
    works = floors(text)
    if name not in works:
        works = ours(text, answerer_on(date.fromisoformat(day)))
    work = works[name]
    for _ in range(int(number)):
        work()


if __name__ == "__main__":
    main()
