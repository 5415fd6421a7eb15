"""The few draws that charts are made of. Strategies are built once: building them anew for each draw takes the time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@cache
def _up_to(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


def number(draw: st.DrawFn, least: int, most: int) -> int:
    """A whole number; the least is the simplest."""
    return least + draw(_up_to(most - least))


def pick(draw: st.DrawFn, options: Sequence[T]) -> T:
    """One of the options, each as likely; the first is the simplest."""
    return options[draw(_up_to(len(options) - 1))]


def once_in(draw: st.DrawFn, times: int) -> bool:
    """True once in so many times."""
    return draw(_up_to(times - 1)) == times - 1
