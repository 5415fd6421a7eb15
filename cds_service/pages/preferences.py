"""What a client prefers, by its Accept or Accept-Language header: the offer with the highest q, the first of equals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

Offer = TypeVar("Offer", bound=str)
ANY = ("*", "*/*")


def preferred(header: str, offers: Sequence[Offer], otherwise: Offer) -> Offer:
    """The offer the header wants most; `otherwise` where it names none of them, or only all alike ("*")."""
    wanted = dict(_wanted(header))
    weights = {offer: wanted.get(offer, 0.0) for offer in offers}
    best = max(offers, key=lambda offer: weights[offer])
    everything = max((wanted.get(name, 0.0) for name in ANY), default=0.0)
    return best if weights[best] > 0 and weights[best] >= everything else otherwise


def _wanted(header: str) -> Iterator[tuple[str, float]]:
    """Each name with its weight, a language by its first part ("es-MX" is es); the highest weight last."""
    found = [(name, weight) for name, weight in map(_weighed, header.lower().split(",")) if name]
    yield from sorted(found, key=lambda item: item[1])


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip() for word in part.split(";"))
    weight = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            with suppress(ValueError):
                weight = float(parameter[2:])
    return (name if "/" in name else name.partition("-")[0]), weight
