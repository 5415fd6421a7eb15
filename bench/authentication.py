"""What it takes to know a caller by its ES384 token, beside the one verification nobody can do without."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, process_time, time

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from joserfc.jwk import ECKey

from bench.ehr import CALL
from bench.in_process import ADDRESS
from bench.spread import Spread, spread_of
from bench.tokens import Tokens
from cds_service.hooks.entrance import Clocks
from cds_service.hooks.gate import addressed
from cds_service.trust.clients_file import read_clients
from cds_service.trust.replays import InMemoryReplays
from cds_service.trust.tokens import Tokens as Judge
from cds_service.trust.verifying import tokens_of

RAW = "raw verification"
AUTHENTICATION = "authentication"
COOLDOWN_SECONDS = 60.0


def authentication(folder: Path, rounds: int, calls: int) -> dict[str, Spread]:
    """µs of CPU a token, in turn; each token is a new one."""
    minted = Tokens(f"{ADDRESS}{CALL}")
    clients = read_clients(minted.write_row(folder, "reject"), "production")
    judge = tokens_of(
        clients.registered, None, InMemoryReplays(time), COOLDOWN_SECONDS, Clocks(now=time, passing=monotonic)
    )
    key = _public_key(folder)
    spent: dict[str, list[float]] = {RAW: [], AUTHENTICATION: []}
    for _ in range(rounds):
        tokens = [minted.next().encode() for _ in range(calls)]
        spent[RAW].append(_raw(key, tokens) / calls * 1e6)
        spent[AUTHENTICATION].append(asyncio.run(_judged(judge, tokens)) / calls * 1e6)
    return {name: spread_of(times) for name, times in spent.items()}


def _public_key(folder: Path) -> EllipticCurvePublicKey:
    written = json.loads((folder / "load.jwks.json").read_text(encoding="utf-8"))["keys"][0]
    return ECKey.import_key(written).public_key


def _raw(key: EllipticCurvePublicKey, tokens: Sequence[bytes]) -> float:
    """Seconds of CPU; the tokens are taken apart before."""
    parts = [token.rpartition(b".") for token in tokens]
    signed = [(_der(signature), message) for message, _, signature in parts]
    algorithm = ECDSA(SHA384())
    began = process_time()
    for signature, message in signed:
        key.verify(signature, message, algorithm)
    return process_time() - began


def _der(signature: bytes) -> bytes:
    """As cryptography reads it: in a token the two numbers just follow each other."""
    numbers = urlsafe_b64decode(signature + b"=" * (-len(signature) % 4))
    half = len(numbers) // 2
    return encode_dss_signature(int.from_bytes(numbers[:half]), int.from_bytes(numbers[half:]))


async def _judged(judge: Judge, tokens: Sequence[bytes]) -> float:
    """Seconds of CPU."""
    is_called = addressed(ADDRESS, CALL)
    headers = [[b"Bearer " + token] for token in tokens]
    began = process_time()
    for header in headers:
        await judge.verified(header, is_called)
    return process_time() - began
