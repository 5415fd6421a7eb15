"""An address is a registered one by its parts, and by nothing that could be read in two ways."""

from __future__ import annotations

import pytest

from cds_service.trust.addresses import Address, Asked, read_address
from cds_service.trust.clients import Client, FhirServer

BASE = Address("https", "ehr.example", 443, "/fhir")
CLIENT = Client(fhir_servers=(FhirServer(BASE), FhirServer(Address("http", "127.0.0.1", 8000, "/demo/fhir"))))
SAME = [
    "https://ehr.example/fhir",
    "https://ehr.example/fhir/",
    "https://ehr.example:443/fhir",
    "https://EHR.Example/fhir",
    "HTTPS://ehr.example/fhir",
    "http://127.0.0.1:8000/demo/fhir",
]
OTHER = [
    # another scheme, host, port or path, look-alikes among them
    "http://ehr.example/fhir",
    "ftp://ehr.example/fhir",
    "file:///etc/passwd",
    "gopher://ehr.example/fhir",
    "javascript:alert(1)",
    "//ehr.example/fhir",
    "ehr.example/fhir",
    "https:ehr.example/fhir",
    "https:/ehr.example/fhir",
    "https:///ehr.example/fhir",
    "https://ehr.example",
    "https://ehr.example/",
    "https://ehr.example/FHIR",
    "https://ehr.example/fhir2",
    "https://ehr.example/fhir/tenant",
    "https://ehr.example/fhirx/../fhir",
    "https://ehr.example:8443/fhir",
    "https://ehr.example:0443x/fhir",
    "https://ehr.example:/fhir",
    "https://ehr.example.evil.example/fhir",
    "https://evil-ehr.example/fhir",
    "https://ehr.example./fhir",
    "https://ehr。example/fhir",
    "https://еhr.example/fhir",  # noqa: RUF001 - a Cyrillic letter, as an attacker would use it
    # user-info, queries, fragments
    "https://ehr.example@evil.example/fhir",
    "https://ehr.example:443@evil.example/fhir",
    "https://user:word@ehr.example/fhir",
    "https://@ehr.example/fhir",
    "https://ehr.example/fhir?x=1",
    "https://ehr.example/fhir#x",
    "https://evil.example/?https://ehr.example/fhir",
    "https://evil.example#@ehr.example/fhir",
    # what is encoded, doubled or dotted
    "https://ehr.example//fhir",
    "https://ehr.example/fhir//",
    "https://ehr.example/./fhir",
    "https://ehr.example/x/../fhir",
    "https://ehr.example/%2e%2e/fhir",
    "https://ehr.example/%66hir",
    "https://ehr%2eexample/fhir",
    "https:\\\\ehr.example\\fhir",
    "https://ehr.example\\@evil.example/fhir",
    # control characters and blanks, which some readers drop
    "https://ehr.example/fhir\n",
    "https://ehr.example/fh\tir",
    " https://ehr.example/fhir",
    "https://ehr.example /fhir",
    "https://ehr.example\x00/fhir",
    # 127.0.0.1 as numbers, in other bases, short, mapped
    "http://2130706433:8000/demo/fhir",
    "http://0x7f000001:8000/demo/fhir",
    "http://0x7f.0.0.1:8000/demo/fhir",
    "http://0177.0.0.1:8000/demo/fhir",
    "http://127.1:8000/demo/fhir",
    "http://127.0.0.1.:8000/demo/fhir",
    "http://127.000.000.001:8000/demo/fhir",
    "http://[::1]:8000/demo/fhir",
    "http://[::ffff:127.0.0.1]:8000/demo/fhir",
    "http://[::1%25eth0]:8000/demo/fhir",
    "http://localhost:8000/demo/fhir",
    "http://127.0.0.1:08001/demo/fhir",
    "http://127.0.0.1:8001/demo/fhir",
    "http://127.0.0.1:0/demo/fhir",
    "http://127.0.0.1:99999/demo/fhir",
    # where clouds keep their secrets
    "http://169.254.169.254/latest/meta-data",
    "http://[fd00:ec2::254]/latest/meta-data",
    "",
    "https://",
    "https://[",
    "https://[]/fhir",
    "https://[zz]/fhir",
    "https://[1:2]/fhir",
    "https://-ehr.example/fhir",
    "https://ehr..example/fhir",
]


@pytest.mark.parametrize("text", SAME)
def test_the_same_address_is_the_registered_one(text: str) -> None:
    assert CLIENT.server_named(text) is not None


@pytest.mark.parametrize("text", OTHER)
def test_any_other_is_not(text: str) -> None:
    assert CLIENT.server_named(text) is None


def test_without_servers_nothing_is_registered() -> None:
    assert Client().server_named("https://ehr.example/fhir") is None


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://ehr.example/fhir", "https://ehr.example"),
        ("https://ehr.example:8443/fhir", "https://ehr.example:8443"),
        ("http://[0:0:0:0:0:0:0:1]:8000/fhir", "http://[::1]:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
    ],
)
def test_an_origin_is_written_in_one_way(text: str, origin: str) -> None:
    address = read_address(text)
    assert address is not None
    assert address.origin == origin


@pytest.mark.parametrize(
    ("text", "is_loopback"),
    [
        ("http://127.0.0.1/fhir", True),
        ("http://127.9.9.9/fhir", True),
        ("http://[::1]/fhir", True),
        ("http://localhost/fhir", True),
        ("http://ehr.localhost/fhir", True),
        ("http://10.0.0.1/fhir", False),
        ("http://hapi1/fhir", False),
        ("http://localhost.example/fhir", False),
    ],
)
def test_which_hosts_are_this_machine(text: str, is_loopback: bool) -> None:
    address = read_address(text)
    assert address is not None
    assert address.loopback is is_loopback


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("https://ehr.example/fhir?page=2", Asked("/fhir", "page=2")),
        ("https://ehr.example/fhir/?page=2", Asked("/fhir/", "page=2")),
        ("https://ehr.example:443/fhir/Condition?page=2", Asked("/fhir/Condition", "page=2")),
        ("https://ehr.example/fhir/_page/a%3Db", Asked("/fhir/_page/a%3Db")),
        ("https://ehr.example/fhir/x?q=a|b,c/../d", Asked("/fhir/x", "q=a|b,c/../d")),
        ("/fhir/Condition?page=2", Asked("/fhir/Condition", "page=2")),
        ("Condition?page=2", Asked("/fhir/Condition", "page=2")),
        ("?page=2", Asked("/fhir/Condition", "page=2")),
        ("http://ehr.example/fhir/Condition?page=2", None),
        ("https://ehr.example/fhir2?page=2", None),
        ("https://ehr.example/other", None),
        ("https://ehr.example:8443/fhir", None),
        ("//evil.example/fhir", None),
        ("../x", None),
        ("https://ehr.example/fhir/../x", None),
        ("https://ehr.example/fhir/%2E%2e/x", None),
        ("https://ehr.example/fhir/%252e/x", None),
        ("https://ehr.example/fhir/a%2fb", None),
        ("https://ehr.example/fhir/a%5cb", None),
        ("https://ehr.example/fhir/a%0d%0ab", None),
        ("https://ehr.example/fhir//x", None),
        ("https://ehr.example/fhir/x#y", None),
        ("http://[::1", None),
        ("https://ehr.example/fhir?x=\u00a0", None),
        ("x" * 8001, None),
        ("", None),
    ],
)
def test_where_a_link_leads(link: str, asked: Asked | None) -> None:
    assert BASE.linked(link, "Condition") == asked


def test_a_template_is_asked_under_the_base() -> None:
    assert BASE.query("Patient/1", form=True) == Asked("/fhir/Patient/1")
    assert BASE.query("Condition?patient=1", form=True) == Asked("/fhir/Condition", "patient=1", form=True)
