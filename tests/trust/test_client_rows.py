"""The rows about tokens: what they may say, and that the public sandbox never meets production."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.errors import SettingsError
from cds_service.trust.clients_file import clients_of
from tests.fetch.services import row, server, settings_of
from tests.trust.mint import SANDBOX_JKU, write_keys
from tests.trust.mint import row as bearer


def test_every_key_about_tokens(tmp_path: Path) -> None:
    write_keys(tmp_path)
    text = bearer(
        algorithms=["RS384"],
        jku=["https://ehr.example/jwks.json?a=b", "http://127.0.0.1:81", "https://keys.local/x/"],
        audiences=["sand_man"],
        tenants=["north"],
        subjects=["client-1"],
        replay="observe",
        rate_per_minute=600,
        concurrent=20,
        smart_links=False,
    )
    text += server("https://keys.local/fhir", private=True)
    both = clients_of(settings_of(tmp_path, row(silent=True) + text), "http://127.0.0.1:8000")
    assert both.anonymous.silent is True
    (made,) = both.registered
    assert (made.id, made.rate_per_minute, made.concurrent) == ("acme", 600, 20)
    assert made.issuer is not None
    told = (made.issuer.name, made.issuer.algorithms, made.issuer.audiences, made.issuer.tenants, made.issuer.subjects)
    assert told == ("https://ehr.example", ("RS384",), ("sand_man",), ("north",), ("client-1",))
    assert made.issuer.observe_replays
    assert [key["kid"] for key in made.issuer.pinned] == ["ec", "rsa"]
    at = [(it.asked.path, it.asked.query, it.server.private) for it in made.issuer.jku]
    assert at == [("/jwks.json", "a=b", False), ("/", "", True), ("/x/", "", True)]


SANDBOX_ROWS = {
    "issuer": bearer(issuer="https://sandbox.cds-hooks.org"),
    "jku": bearer(jku=[SANDBOX_JKU]),
    "jwks_file": bearer(jwks_file="sandbox.json"),
}
SPELLINGS = ("https://SANDBOX.cds-hooks.org/", "https://sandbox.cds-hooks.org.", "https://sandbox.cds-hooks.org:443")


@pytest.mark.parametrize(
    ("key", "clients"), [*SANDBOX_ROWS.items(), *(("issuer", bearer(issuer=it)) for it in SPELLINGS)]
)
def test_the_public_sandbox_is_for_development_only(tmp_path: Path, key: str, clients: str) -> None:
    write_keys(tmp_path)
    assert clients_of(settings_of(tmp_path, clients), "http://127.0.0.1:8000").registered
    for auth in (True, False):
        with pytest.raises(SettingsError, match=rf"clients\[1\]\.{key}: the public sandbox's private key is public"):
            clients_of(settings_of(tmp_path, clients, profile="production", require_auth=auth), "http://127.0.0.1:8000")


def test_an_issuer_need_not_be_an_address(tmp_path: Path) -> None:
    write_keys(tmp_path)
    settings = settings_of(tmp_path, bearer(issuer="https://[x"), profile="production")
    assert clients_of(settings, "http://127.0.0.1:8000").registered


def test_tokens_are_asked_for_only_where_somebody_can_bring_one(tmp_path: Path, stages: Answerer) -> None:
    for clients in ("", row()):
        with pytest.raises(SettingsError, match=r"^CDS_REQUIRE_AUTH: no client is registered that could bring a token"):
            create_app(settings_of(tmp_path, clients, require_auth=True), answerer=stages)


def test_the_demo_registers_its_servers_for_every_client(tmp_path: Path) -> None:
    write_keys(tmp_path)
    both = clients_of(settings_of(tmp_path, bearer(), demo=True), "http://127.0.0.1:8000")
    assert both.registered[0].fhir_servers == both.anonymous.fhir_servers != ()
