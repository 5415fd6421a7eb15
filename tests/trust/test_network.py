"""Which addresses are called, and that the one looked at is the one called."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpcore
import pytest
import trustme

from cds_service.errors import ReadFailed
from cds_service.trust.addresses import Address, Asked
from cds_service.trust.budget import Budget
from cds_service.trust.clients import FhirServer
from cds_service.trust.network import AddressRefused, CheckedNetwork, permitted, resolved
from cds_service.trust.outbound import Outbound
from cds_service.trust.streams import connected
from tests import streams
from tests.fetch.ehr import Ehr, ehr, listening, replying

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34")
PRIVATE = (
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "::ffff:127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "fd00::1",
    "::ffff:10.0.0.1",
)
NEVER = (
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fe80::1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3",
    "::",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.1",
    "2001:db8::1",
    "64:ff9b::7f00:1",
    "64:ff9b::5db8:d822",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
)


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("private", [False, True])
def test_public_addresses_are_called(address: str, private: bool) -> None:
    assert permitted(address, private=private)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_only_where_registered(address: str) -> None:
    assert permitted(address, private=True)
    assert not permitted(address, private=False)


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("private", [False, True])
def test_others_never(address: str, private: bool) -> None:
    assert not permitted(address, private=private)


class Names:
    """DNS that answers in turn, and counts how often it is asked; the last answer stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A port that notes the first bytes of whoever comes, and hangs up."""
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65_536))
        writer.close()
        await writer.wait_closed()

    async with streams.listening(hear) as port:
        yield port, heard


def network(names: Names, port: int, *, private: bool) -> CheckedNetwork:
    return CheckedNetwork({("ehr.example", port): private}, names)


async def test_a_name_that_turns_private_is_not_called() -> None:
    """DNS that changes its answer: each connection is checked anew."""
    async with listener() as (port, heard):
        names = Names(["127.0.0.1"])
        with pytest.raises(AddressRefused):
            await network(names, port, private=False).connect_tcp("ehr.example", port)
    assert names.asked == 1
    assert heard == []


async def test_a_name_is_resolved_once_and_that_address_is_called() -> None:
    async with listener() as (port, heard):
        names = Names(["127.0.0.1"], ["169.254.169.254"])
        stream = await network(names, port, private=True).connect_tcp("ehr.example", port)
        await stream.write(b"here")
        await stream.read(1)
        await stream.aclose()
    assert names.asked == 1
    assert heard == [b"here"]


@pytest.mark.parametrize("answer", [["93.184.216.34", "169.254.169.254"], ["127.0.0.1", "0.0.0.0"], []])  # noqa: S104
async def test_one_address_that_is_not_permitted_spoils_them_all(answer: list[str]) -> None:
    with pytest.raises(AddressRefused):
        await network(Names(answer), 443, private=True).connect_tcp("ehr.example", 443)


@pytest.mark.parametrize(("host", "port"), [("evil.example", 443), ("ehr.example", 444), ("127.0.0.1", 443)])
async def test_a_host_nobody_registered_is_not_even_resolved(host: str, port: int) -> None:
    names = Names(["93.184.216.34"])
    with pytest.raises(AddressRefused):
        await network(names, 443, private=True).connect_tcp(host, port)
    assert names.asked == 0


async def test_an_address_that_refuses_gives_way_to_the_next() -> None:
    async with listener() as (port, heard):
        names = Names(["127.0.0.2", "127.0.0.1"])
        stream = await network(names, port, private=True).connect_tcp("ehr.example", port)
        await stream.write(b"here")
        await stream.read(1)
        await stream.aclose()
    assert heard == [b"here"]


async def test_a_name_that_does_not_resolve() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror

    with pytest.raises(httpcore.ConnectError):
        await CheckedNetwork({("ehr.example", 443): False}, nowhere).connect_tcp("ehr.example", 443)


async def test_the_system_resolves_this_machine() -> None:
    assert "127.0.0.1" in await resolved("127.0.0.1", 80)
    await CheckedNetwork({}).sleep(0)


async def test_the_name_stays_in_the_host_header() -> None:
    async with ehr() as there:
        at = FhirServer(Address("http", "ehr.localhost", there.port, "/fhir"), private=True)
        outbound = Outbound([at], resolve=Names(["127.0.0.1"]))
        await outbound.read(at, Asked("/fhir/Condition", "patient=1"), None, Budget(1000))
        await outbound.aclose()
    assert there.seen[0].headers["host"] == f"ehr.localhost:{there.port}"


async def test_the_name_stays_in_tls_and_the_certificate_is_asked_for() -> None:
    """What is heard first is a ClientHello that names the host; without a certificate of its own nothing follows."""
    async with listener() as (port, heard):
        at = FhirServer(Address("https", "ehr.example", port, "/fhir"), private=True)
        outbound = Outbound([at], resolve=Names(["127.0.0.1"]))
        with pytest.raises(ReadFailed, match="could not be reached"):
            await outbound.read(at, Asked("/fhir/Condition"), None, Budget(1000))
        await outbound.aclose()
    assert heard[0][0] == 22
    assert b"ehr.example" in heard[0]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs the certificate of ehr.example."""
    return trustme.CA()


@pytest.mark.parametrize(
    ("host", "believes", "is_read"),
    [("ehr.example", True, True), ("other.example", True, False), ("ehr.example", False, False)],
)
async def test_a_server_shows_a_certificate_of_its_name(
    authority: trustme.CA, host: str, believes: bool, is_read: bool
) -> None:
    showing = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("ehr.example").configure_cert(showing)
    believing = ssl.create_default_context()
    authority.configure_trust(believing)
    async with listening(Ehr(replying({})), showing) as there:
        at = FhirServer(Address("https", host, there.port, "/fhir"), private=True)
        outbound = Outbound([at], resolve=Names(["127.0.0.1"]), tls=believing if believes else None)
        if is_read:
            for _ in range(2):
                assert b"Bundle" in await outbound.read(at, Asked("/fhir/Condition"), None, Budget(1000))
        else:
            with pytest.raises(ReadFailed, match="could not be reached"):
                await outbound.read(at, Asked("/fhir/Condition"), None, Budget(1000))
        await outbound.aclose()
    assert [seen.headers["host"] for seen in there.seen] == [f"{host}:{there.port}"] * 2 * is_read
    assert there.connections == is_read


async def test_a_connection_that_breaks_fails_its_read() -> None:
    async with listener() as (port, _):
        stream = await connected("127.0.0.1", port, 5.0)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        assert stream.get_extra_info("is_readable") is False
        await stream.aclose()
        assert stream.get_extra_info("is_readable") is True
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"x")
        assert await stream.read(1) == b""


async def test_a_reset_is_a_read_that_failed() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with streams.listening(reset) as port:
        stream = await connected("127.0.0.1", port, None)
        with pytest.raises(httpcore.ReadError):
            await stream.read(1)
        await stream.aclose()


async def test_an_address_that_does_not_answer_gives_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        port = silent.getsockname()[1]
        full = [socket.socket() for _ in range(4)]
        for one in full:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        with pytest.raises(httpcore.ConnectTimeout):
            await connected("127.0.0.1", port, 0.05)
        for one in full:
            one.close()


async def test_a_private_address_that_is_not_registered_as_one_fails_the_read() -> None:
    async with listener() as (port, heard):
        at = FhirServer(Address("http", "127.0.0.1", port, "/fhir"))
        outbound = Outbound([at])
        with pytest.raises(ReadFailed, match="not registered as private"):
            await outbound.read(at, Asked("/fhir/Condition"), None, Budget(1000))
        await outbound.aclose()
    assert heard == []


async def test_two_rows_of_one_host_must_both_say_private() -> None:
    async with listener() as (port, heard):
        ours = FhirServer(Address("http", "127.0.0.1", port, "/a"), private=True)
        other = FhirServer(Address("http", "127.0.0.1", port, "/b"))
        outbound = Outbound([ours, other])
        with pytest.raises(ReadFailed, match="not registered as private"):
            await outbound.read(ours, Asked("/a/Condition"), None, Budget(1000))
        await outbound.aclose()
    assert heard == []
