"""The stages of a call that are timed, in the order in which they happen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal, get_args

StageName = Literal["trust", "body", "decode", "fetch", "assess", "render"]
STAGES: tuple[StageName, ...] = get_args(StageName)
Stage = Callable[[StageName], AbstractContextManager[object]]
