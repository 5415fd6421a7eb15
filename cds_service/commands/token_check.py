"""What becomes of a client's keys and of a token of its, told line by line to whoever registers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic, time

from cds_service.errors import TokenRefused
from cds_service.hooks.gate import addressed
from cds_service.hooks.services import SERVICES
from cds_service.trust.clients import Client
from cds_service.trust.keys import KeysUnreadable, imported, pinned_keys, read_set
from cds_service.trust.outbound import Outbound
from cds_service.trust.replays import InMemoryReplays
from cds_service.trust.tokens import Tokens, faults, is_meant, read_token
from cds_service.trust.verifying import Clocks, key_reader, tokens_of

Tell = Callable[[str], object]
COOLDOWN = 60.0


class RealClocks:
    """The machine's own."""

    now = staticmethod(time)
    passing = staticmethod(monotonic)


async def checked(client: Client, token: str | None, public_url: str, tell: Tell, clocks: Clocks | None = None) -> bool:
    """Tells what is found; whether anything is wrong. Raises SettingsError for pinned keys that are of no use."""
    clocks = clocks or RealClocks()
    reader = key_reader([client])
    try:
        wrong = await _keys(client, reader, tell)
        if token is not None:
            tokens = tokens_of([client], reader, InMemoryReplays(clocks.now), COOLDOWN, clocks)
            wrong = await _token(tokens, client, token, public_url, tell, clocks.now()) or wrong
    finally:
        if reader:
            await reader.aclose()
    return wrong


async def _keys(client: Client, reader: Outbound | None, tell: Tell) -> bool:
    """Every key there is, by kid and algorithm."""
    wrong = False
    for kid, algorithm in pinned_keys(client):
        tell(f"key {kid!r} for {algorithm}: pinned")
    if client.issuer is None or reader is None:
        return wrong
    for at in client.issuer.jku:
        try:
            found = imported(await read_set(reader, at), client.issuer.algorithms)
        except KeysUnreadable as error:
            found, wrong = {}, True
            tell(f"{at.url}: {error}")
        for kid, algorithm in found:
            tell(f"key {kid!r} for {algorithm}: {at.url}")
        if not found:
            tell(f"{at.url}: no key of use")
            wrong = True
    return wrong


async def _token(tokens: Tokens, client: Client, token: str, public_url: str, tell: Tell, now: float) -> bool:
    """All that speaks against the token, for each address it could be meant for."""
    try:
        read = read_token(token.removeprefix("Bearer "))
        judged, issuer = tokens.judged_by(read)
        await tokens.check_signature(read, judged, issuer)
    except TokenRefused as error:
        tell(f"token: refused: {error}")
        return True
    paths = [path for path in _paths() if is_meant(read.claims.aud, issuer, addressed(public_url, path))]
    for path in paths:
        tell(f"token: its aud is good for {public_url}{path}")
    found = [sentence for _, sentence in faults(read.claims, issuer, now, lambda audience: bool(paths))]
    for sentence in found:
        tell(f"token: refused: {sentence}")
    if not found:
        tell("token: good, once")
    return bool(found)


def _paths() -> Iterator[str]:
    yield "/cds-services"
    for service in SERVICES:
        yield f"/cds-services/{service.id}"
        yield f"/cds-services/{service.id}/feedback"
