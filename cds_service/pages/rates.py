"""How often cards were accepted or overridden, as a share of those shown, with its interval."""

from __future__ import annotations

from math import sqrt

from msgspec import Struct

# The 97.5th percentile of the normal distribution: 95 % lie between it and its negative.
Z = 1.959964
DIGITS = 4


class Rate(Struct, frozen=True):
    """A share and its 95 % interval, each from 0 to 1."""

    rate: float
    low: float
    high: float


class Rates(Struct, frozen=True):
    """Shares of the cards that were shown."""

    accepted: Rate
    overridden: Rate


def interval(count: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share, from 0 to 1; `of` is at least 1.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, J Am Stat Assoc 1927;22:209–212.
    It never leaves 0 to 1 and holds for small numbers, where the usual p ± z·SE does not.
    """
    share, z2 = count / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def rate_of(count: int, of: int) -> Rate:
    """A share with its interval. A count that was read a moment later than `of`, and is larger, is all of it."""
    count = min(count, of)
    low, high = interval(count, of)
    return Rate(round(count / of, DIGITS), round(low, DIGITS), round(high, DIGITS))


def rates_of(shown: int, accepted: int, overridden: int) -> Rates | None:
    """Both shares; None where nothing was shown: then there is no rate."""
    return Rates(rate_of(accepted, shown), rate_of(overridden, shown)) if shown else None
