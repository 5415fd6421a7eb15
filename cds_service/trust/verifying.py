"""The judge of tokens, put together from the rows of the clients file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from cds_service.trust.clients import Client
from cds_service.trust.keys import RemoteKeys, pinned_keys, read_set
from cds_service.trust.outbound import KEY_HEADERS, Outbound
from cds_service.trust.replays import Replays
from cds_service.trust.tokens import IssuerKeys, Tokens


class Clocks(Protocol):
    """Seconds of the epoch, by which tokens are judged, and seconds that only pass."""

    @property
    def now(self) -> Callable[[], float]:
        """Seconds of the epoch."""

    @property
    def passing(self) -> Callable[[], float]:
        """Seconds that only pass."""


def key_reader(clients: Iterable[Client]) -> Outbound | None:
    """The connections over which keys are read; None where all are pinned."""
    addresses = [at for client in clients if client.issuer for at in client.issuer.jku]
    return Outbound((at.server for at in addresses), headers=KEY_HEADERS) if addresses else None


def tokens_of(
    clients: Sequence[Client], reader: Outbound | None, replays: Replays, cooldown: float, clocks: Clocks
) -> Tokens:
    """The judge. Raises SettingsError for a pinned key that nothing could be verified with."""
    keys: dict[str, IssuerKeys] = {}
    for client in clients:
        issuer = client.issuer
        remote: dict[str, RemoteKeys] = {}
        if issuer and reader:
            for at in issuer.jku:
                read = partial(read_set, reader, at)
                remote[at.url] = RemoteKeys(read, issuer.algorithms, cooldown, clocks.passing)
        keys[client.id] = IssuerKeys(pinned_keys(client), remote)
    return Tokens(clients, keys, replays, clocks.now)
