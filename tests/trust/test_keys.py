"""Where keys come from: pinned, or from an address that the row lists, over a real socket; and how often."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.trust import keys
from cds_service.trust.keys import imported
from tests.fetch.ehr import Ehr, Reply, Seen, listening
from tests.trust.mint import ABSENT, EC, RSA, Guarded, guarded, public_set, row, settings_of, token

NEW = ECKey.generate_key("P-384", {"kid": "new"})


class Publisher:
    """A client's address of keys: what it answers next, and how often it was asked."""

    def __init__(self) -> None:
        self.reply = Reply(public_set(EC))
        self.server = Ehr(self.answer)

    def answer(self, seen: Seen) -> Reply:
        """What is published now."""
        return self.reply

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.server.port}/keys.json?of=acme"

    @property
    def asked(self) -> int:
        """How often keys were read."""
        return len(self.server.seen)


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    async with listening(publisher.server):
        yield publisher


def published(folder: Path, *urls: str, **keys: object) -> Settings:
    """A service whose client publishes its keys at these addresses."""
    given = {"jwks_file": ABSENT, "jku": list(urls), "algorithms": ["ES384"], **keys}
    return settings_of(folder, row(**given), profile="development")


async def statuses(service: Guarded, *keys: ECKey, **header: object) -> list[int]:
    return [(await service.call(token(key, header=header))).status_code for key in keys]


async def test_keys_are_read_once_and_kept(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as at, guarded(stages, published(tmp_path, at.url)) as service:
        assert at.asked == 0
        assert await statuses(service, EC, EC) == [200, 200]
        assert await statuses(service, EC, jku=at.url) == [200]
        assert (at.asked, at.server.seen[0].target) == (1, "/keys.json?of=acme")
        assert "authorization" not in {name for name, value in at.server.seen[0].headers.items() if value}


async def test_a_new_key_is_read_at_once_and_an_old_one_is_gone(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as at, guarded(stages, published(tmp_path, at.url)) as service:
        assert await statuses(service, EC) == [200]
        at.reply = Reply(public_set(NEW))
        assert await statuses(service, NEW, EC) == [200, 401]
        assert at.asked == 2


async def test_a_flood_of_unknown_keys_is_one_read_a_cooldown(tmp_path: Path, stages: Answerer) -> None:
    strangers = [ECKey.generate_key("P-384", {"kid": f"s{number}"}) for number in range(20)]
    async with publishing() as at, guarded(stages, published(tmp_path, at.url)) as service:
        assert await statuses(service, EC) == [200]
        flood = await asyncio.gather(*(service.call(token(key)) for key in strangers))
        assert {answer.status_code for answer in flood} == {401}
        assert at.asked == 2
        service.clock.seconds += 59
        assert await statuses(service, *strangers) == [401] * 20
        assert at.asked == 2
        service.clock.seconds += 1
        assert await statuses(service, *strangers[:2]) == [401] * 2
        assert at.asked == 3
        assert await statuses(service, EC) == [200]


async def test_a_flood_on_a_cold_service_is_one_read(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as at, guarded(stages, published(tmp_path, at.url)) as service:
        at.reply = Reply(public_set(EC), pause=0.1)
        flood = await asyncio.gather(*(service.call(token(NEW)) for _ in range(20)))
        assert {answer.status_code for answer in flood} == {401}
        assert at.asked == 1
        assert await statuses(service, EC) == [200]


async def test_the_cooldown_is_a_setting(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as at:
        short = published(tmp_path, at.url).model_copy(update={"jwks_cooldown_seconds": 5.0})
        async with guarded(stages, short) as service:
            assert await statuses(service, NEW) == [401]
            service.clock.seconds += 5
            assert await statuses(service, NEW) == [401]
        assert at.asked == 2


@pytest.mark.parametrize(
    "broken",
    [
        Reply(b"", 500),
        Reply(b"", 302, {"Location": "http://127.0.0.1:1/keys.json"}),
        Reply(b"no json"),
        Reply({"keys": 1}),
        Reply([]),
        Reply(b'{"keys": [{"kid": "caf\xe9"}]}'),
        Reply(b"[" * 100_000),
        Reply(b" " * (keys.MOST_BYTES + 1)),
        Reply(public_set(EC), cut=True),
    ],
)
async def test_old_keys_serve_while_new_ones_cannot_be_had(tmp_path: Path, stages: Answerer, broken: Reply) -> None:
    async with publishing() as at, guarded(stages, published(tmp_path, at.url)) as service:
        assert await statuses(service, EC) == [200]
        at.reply = broken
        service.clock.seconds = service.clock.seconds + keys.FRESH_SECONDS
        now = service.clock.seconds
        fresh = [token(EC, iat=now, exp=now + 300) for _ in range(3)]
        assert [(await service.call(text)).status_code for text in fresh] == [200] * 3
        assert at.asked == 2
        at.reply = Reply(public_set(NEW))
        service.clock.seconds += 60
        assert (await service.call(token(EC, iat=now, exp=now + 300))).status_code == 401
        assert at.asked == 3


async def test_keys_that_were_never_had_open_nothing(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as at, guarded(stages, published(tmp_path, at.url)) as service:
        at.reply = Reply(b"", 503)
        assert await statuses(service, EC, EC) == [401, 401]
        assert at.asked == 1
        at.reply = Reply(public_set(EC))
        service.clock.seconds += 60
        assert await statuses(service, EC) == [200]


async def test_keys_that_are_old_serve_those_who_come_while_they_are_read(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as at, guarded(stages, published(tmp_path, at.url)) as service:
        assert await statuses(service, EC) == [200]
        service.clock.seconds += keys.FRESH_SECONDS
        now = service.clock.seconds
        at.reply = Reply(public_set(EC), pause=0.2)
        texts = [token(EC, iat=now, exp=now + 300) for _ in range(5)]
        answers = await asyncio.gather(*(service.call(text) for text in texts))
        assert {answer.status_code for answer in answers} == {200}
        assert at.asked == 2


async def test_nobody_is_asked_whom_the_row_does_not_list(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as ours, publishing() as other:
        other.reply = Reply(public_set(NEW))
        async with guarded(stages, published(tmp_path, ours.url)) as service:
            for url in (other.url, f"{ours.url}&x", ours.url.replace("http", "HTTP", 1), ""):
                assert await statuses(service, EC, NEW, jku=url) == [401, 401]
        assert (ours.asked, other.server.connections, ours.server.connections) == (0, 0, 0)


async def test_of_several_addresses_the_token_names_one(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as first, publishing() as second:
        second.reply = Reply(public_set(NEW))
        async with guarded(stages, published(tmp_path, first.url, second.url)) as service:
            assert await statuses(service, EC, NEW) == [401, 401]
            assert (first.asked, second.asked) == (0, 0)
            assert await statuses(service, NEW, jku=second.url) == [200]
            assert await statuses(service, EC, jku=first.url) == [200]


async def test_pinned_keys_and_an_address_may_stand_together(tmp_path: Path, stages: Answerer) -> None:
    async with publishing() as at:
        at.reply = Reply(public_set(NEW))
        both = published(tmp_path, at.url, jwks_file="acme.jwks.json")
        async with guarded(stages, both) as service:
            assert await statuses(service, EC) == [200]
            assert at.asked == 0
            assert await statuses(service, NEW) == [200]


async def test_an_address_that_does_not_answer_is_waited_for_no_longer_than_this(
    tmp_path: Path, stages: Answerer
) -> None:
    async with publishing() as at, guarded(stages, published(tmp_path, at.url)) as service:
        at.reply = Reply(public_set(EC), pause=keys.READ_SECONDS + 1)
        assert await statuses(service, EC) == [401]


EC_PUBLIC: dict[str, Any] = dict(EC.as_dict(private=False))
RSA_PUBLIC: dict[str, Any] = dict(RSA.as_dict(private=False))
USELESS: dict[str, dict[str, Any]] = {
    "no kid": {name: value for name, value in EC_PUBLIC.items() if name != "kid"},
    "a kid that is a number": {**EC_PUBLIC, "kid": 1},
    "for encryption": {**EC_PUBLIC, "use": "enc"},
    "for another operation": {**EC_PUBLIC, "key_ops": ["encrypt"]},
    "for another algorithm": {**EC_PUBLIC, "alg": "ES256"},
    "another curve": ECKey.generate_key("P-256", {"kid": "x"}).as_dict(private=False),
    "no point": {**EC_PUBLIC, "x": "AAAA"},
    "a curve that there is not": {**EC_PUBLIC, "crv": "P-999"},
    "a coordinate that is a number": {**EC_PUBLIC, "x": 1},
    "no coordinate": {name: value for name, value in EC_PUBLIC.items() if name != "x"},
    "a shared secret": OctKey.generate_key(256, {"kid": "x"}).as_dict(private=True),
    "no kty": {"kid": "x"},
    "a weak RSA key": {**RSA_PUBLIC, "n": RSA_PUBLIC["n"][:340]},
    "an endless RSA key": {**RSA_PUBLIC, "n": RSA_PUBLIC["n"] * 5},
    "an RSA key that is none": {**RSA_PUBLIC, "n": "ä"},
}


@pytest.mark.parametrize("written", USELESS.values(), ids=USELESS)
def test_a_key_that_verifies_nothing_is_left_out(written: dict[str, Any]) -> None:
    found = imported([written, EC_PUBLIC, RSA_PUBLIC], ["ES384", "RS384"])
    assert set(found) == {("ec", "ES384"), ("rsa", "RS384")}


def test_a_key_serves_each_algorithm_of_its_type() -> None:
    found = imported([EC_PUBLIC, RSA_PUBLIC], ["ES256", "ES384", "RS256", "PS384"])
    assert set(found) == {("ec", "ES384"), ("rsa", "RS256"), ("rsa", "PS384")}
    assert not any(
        isinstance(key, ECKey | RSAKey) and key.is_private for key in imported([dict(EC)], ["ES384"]).values()
    )


@contextmanager
def refused(named: str) -> Iterator[None]:
    with pytest.raises(SettingsError) as error:
        yield
    assert str(error.value).startswith(named)


@pytest.mark.parametrize(
    ("pinned", "why"),
    [
        ({"kty": "EC"}, "no key in it has a kid and verifies ES384 or RS384"),
        ({**EC_PUBLIC, "kid": ""}, "no key in it has a kid"),
        ({**EC_PUBLIC, "alg": "ES256"}, "no key in it has a kid"),
        (dict(EC.as_dict(private=True)), "a key in it holds its secret part"),
        ({"kty": "oct", "kid": "x", "k": "AAAA"}, "a key in it holds its secret part"),
    ],
)
def test_a_pinned_key_that_is_of_no_use_stops_the_start(
    tmp_path: Path, stages: Answerer, pinned: dict[str, Any], why: str
) -> None:
    settings = settings_of(tmp_path)
    (tmp_path / "acme.jwks.json").write_text(json.dumps({"keys": [pinned]}), encoding="utf-8")
    with refused(f"CDS_CLIENTS_FILE: jwks_file of 'acme': {why}"):
        create_app(settings, answerer=stages)
