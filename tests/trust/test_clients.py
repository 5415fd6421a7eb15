"""The clients file: what it may say, and that any mistake stops the start with one line (contract, "Clients file")."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cds_service.answer import Answerer, answerer_of
from cds_service.app import create_app
from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.trust.clients import Client
from cds_service.trust.clients_file import clients_of
from cds_service.wire.decoding import decode_call
from tests.fetch.services import row, server, service, settings_of
from tests.hooks.calls import CALL, check_cards, check_outcome, condition, with_conditions
from tests.trust.mint import ABSENT, write_keys
from tests.trust.mint import row as bearer

WHOLE = row(
    server("https://ehr.example/fhir/", open=True, private=False),
    server("http://localhost:8080/fhir"),
    time_zone="America/Chicago",
    services=["miss-patient-view"],
    silent=True,
    silent_rules=["consider"],
    max_indicator="warning",
    extension="ids",
    fhir_server="must-match",
    search="post",
)


def client(folder: Path, clients: str, **settings: object) -> Client:
    return clients_of(settings_of(folder, clients, **settings), "http://127.0.0.1:8000").anonymous


def test_every_key_that_has_an_effect(tmp_path: Path) -> None:
    made = client(tmp_path, WHOLE)
    assert (made.id, made.time_zone) == ("anonymous", ZoneInfo("America/Chicago"))
    assert (made.services, made.silent, made.silent_rules) == (("miss-patient-view",), True, ("consider",))
    assert (made.max_indicator, made.extension, made.must_match, made.search_by_post) == ("warning", "ids", True, True)
    assert [(it.base.origin + it.base.path, it.open, it.private) for it in made.fhir_servers] == [
        ("https://ehr.example/fhir", True, False),
        ("http://localhost:8080/fhir", False, True),
    ]


def test_a_row_that_makes_this_service_a_smart_app(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("Zzsecret\n")
    made = client(
        tmp_path,
        row(
            server("https://ehr.example/fhir", private=False),
            smart_client_id="miss",
            smart_client_secret_file="secret.txt",  # noqa: S106
            smart_scopes="v1",
            smart_origins=["https://auth.example", "https://ehr.example:8443/"],
            smart_frames=["https://EHR.example"],
        ),
    )
    assert made.smart and not made.smart_links
    assert (made.smart.client_id, made.smart.secret, made.smart.scopes) == ("miss", "Zzsecret", "v1")
    assert [it.base.origin for it in made.smart.origins] == ["https://auth.example", "https://ehr.example:8443"]
    assert made.smart.frames == ("https://ehr.example",)
    assert "Zzsecret" not in repr(made)


@pytest.mark.parametrize("clients", ["", row()])
def test_what_a_row_does_not_say(tmp_path: Path, clients: str) -> None:
    assert client(tmp_path, clients) == Client()


def test_without_a_file_nobody_may_use_a_server() -> None:
    assert clients_of(Settings(), "http://127.0.0.1:8000").anonymous == Client()


WRONG: dict[str, tuple[str, str]] = {
    "another id without an issuer": ('[[clients]]\nid = "acme"\n', "clients[1].issuer: name the issuer of its tokens"),
    "no id": ("[[clients]]\nsilent = true\n", "clients[1].id: Field required"),
    "an id that is no label": (bearer(id="a b"), "clients[1].id: Value error, write it with letters"),
    "an id that is taken": (bearer() + bearer(issuer="x"), "clients[2].id: another row has this id"),
    "two rows for everybody": (row() + row(), "clients[2].id: another row has this id"),
    "an issuer that is taken": (bearer() + bearer(id="b"), "clients[2].issuer: another row has this issuer"),
    "an empty issuer": (bearer(issuer=""), "clients[1].issuer: String should have at least 1 character"),
    "an issuer for everybody": (bearer(id="anonymous"), "clients[1].id: this id is for the row without an issuer"),
    "no keys": (bearer(jwks_file=ABSENT), "clients[1].issuer: say where the keys of this issuer are"),
    "keys without an issuer": (row(tenants=["x"]), "clients[1].tenants: it is about tokens, which only a row with an"),
    "no algorithm": (bearer(algorithms=[]), "clients[1].algorithms: Tuple should have at least 1 item"),
    "alg none": (bearer(algorithms=["none"]), "clients[1].algorithms[1]: Input should be 'ES256'"),
    "a shared secret": (bearer(algorithms=["HS256"]), "clients[1].algorithms[1]: Input should be 'ES256'"),
    "a key file that is not there": (bearer(jwks_file="x.json"), "clients[1].jwks_file: x.json: No such file"),
    "a key file that is no JSON": (bearer(jwks_file="clients.toml"), "clients[1].jwks_file: clients.toml: it is not J"),
    "a key file that is no set": (bearer(jwks_file="one.json"), "clients[1].jwks_file: one.json: write a JWK Set"),
    "a key file without keys": (bearer(jwks_file="none.json"), "clients[1].jwks_file: none.json: write a JWK Set"),
    "keys that are none": (bearer(jwks_file="numbers.json"), "clients[1].jwks_file: numbers.json: write a JWK Set"),
    "a jku that is no list": (bearer(jku="https://x.example"), "clients[1].jku: Input should be a valid tuple"),
    "a jku that is none": (bearer(jku=["ehr.example"]), "clients[1].jku[1]: Value error, write it as https://"),
    "a jku with a fragment": (bearer(jku=["https://x.example/a?b#c"]), "clients[1].jku[1]: Value error, write it as"),
    "a jku in plain http": (bearer(jku=["https://x.example", "http://x.example"]), "clients[1].jku[2]: plain http is"),
    "a rate that is none": (row(rate_per_minute=-1), "clients[1].rate_per_minute: Input should be greater than"),
    "a number as text": (row(concurrent="5"), "clients[1].concurrent: Input should be a valid integer"),
    "a secret without a SMART client": (
        row(smart_client_secret_file="s"),  # noqa: S106
        "clients[1].smart_client_secret_file: it is about SMART launches; name the id",
    ),
    "scopes without a SMART client": (row(smart_scopes="v1"), "clients[1].smart_scopes: it is about SMART launches"),
    "an app that no server launches": (row(smart_client_id="x"), "clients[1].smart_client_id: name the FHIR server"),
    "no form of scopes": (row(smart_client_id="x", smart_scopes="v3"), "clients[1].smart_scopes: Input should be 'v1'"),
    "a secret that is not there": (
        row(server("https://x.example"), smart_client_id="x", smart_client_secret_file="none.txt"),  # noqa: S106
        "clients[1].smart_client_secret_file: none.txt: it cannot be read",
    ),
    "a secret that is empty": (
        row(server("https://x.example"), smart_client_id="x", smart_client_secret_file="empty.txt"),  # noqa: S106
        "clients[1].smart_client_secret_file: empty.txt: it is empty",
    ),
    "a server that launches two apps": (
        row(server("https://x.example"), smart_client_id="x")
        + bearer(smart_client_id="y")
        + server("https://X.example/"),
        "clients[2].smart_client_id: another row launches from the same FHIR server",
    ),
    "an origin with a path": (
        row(server("https://x.example"), smart_client_id="x", smart_origins=["https://y.example/auth"]),
        "clients[1].smart_origins[1]: Value error, write it as https://host",
    ),
    "an origin in plain http": (
        row(server("https://x.example"), smart_client_id="x", smart_origins=["http://y.example"]),
        "clients[1].smart_origins[1]: plain http is",
    ),
    "a frame in plain http": (
        row(server("https://x.example"), smart_client_id="x", smart_frames=["http://y.example"]),
        "clients[1].smart_frames[1]: plain http is",
    ),
    "a word for replay": (bearer(replay="allow"), "clients[1].replay: Input should be 'reject' or 'observe'"),
    "an unknown key": (row(rate_per_hour=5), "clients[1].rate_per_hour: nothing reads this key"),
    "an unknown key of a server": (
        row(server("https://x.example") + "secret = 1\n"),
        "clients[1].fhir_servers[1].secret: nothing reads this key",
    ),
    "an unknown table": ("[[clientele]]\n", "clientele: nothing reads this key"),
    "no list": ('clients = "x"\n', "clients: "),
    "no rows": ("clients = [1]\n", "clients[1]: "),
    "no time zone": (row(time_zone="Mars/Olympus"), "clients[1].time_zone: Value error, there is no such time zone"),
    "a folder of time zones": (row(time_zone="America"), "clients[1].time_zone: Value error, there is no such"),
    "a path as time zone": (row(time_zone="../etc/passwd"), "clients[1].time_zone: Value error, there is no such"),
    "an indicator": (row(max_indicator="fatal"), "clients[1].max_indicator: "),
    "a word for true": (row(silent="yes"), "clients[1].silent: "),
    "no UTF-8": ("\udcff", "it is not TOML in UTF-8"),
    "no TOML": ("[[clients", "it is not TOML in UTF-8"),
    "a base that is none": (row(server("ehr.example")), "clients[1].fhir_servers[1].base: Value error, write it as"),
    "a base with user-info": (row(server("https://a:b@x.example")), "fhir_servers[1].base: Value error, write it as"),
    "plain http": (
        row(server("https://x.example"), server("http://x.example")),
        "clients[1].fhir_servers[2].base: plain http is for loopback addresses in the development profile",
    ),
}


@pytest.mark.parametrize(("clients", "why"), WRONG.values(), ids=WRONG)
def test_a_mistake_names_file_and_key(tmp_path: Path, clients: str, why: str) -> None:
    write_keys(tmp_path)
    (tmp_path / "empty.txt").write_text(" \n")
    with pytest.raises(SettingsError) as refused:
        client(tmp_path, clients)
    assert str(refused.value).startswith(f"CDS_CLIENTS_FILE: {tmp_path / 'clients.toml'}: ")
    assert why in str(refused.value)


def test_production_refuses_plain_http_on_loopback_too(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"base: plain http is for loopback"):
        client(tmp_path, row(server("http://127.0.0.1:8080/fhir")), profile="production")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"CDS_CLIENTS_FILE: .*No such file"):
        clients_of(Settings(clients_file=tmp_path / "x.toml"), "http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("keys", "named"), [({"silent_rules": ["x"]}, "silent_rules: there is no 'x'"), ({"services": ["x"]}, "services: ")]
)
def test_names_that_are_none_stop_the_start(
    tmp_path: Path, answerer: Answerer, keys: dict[str, list[str]], named: str
) -> None:
    with pytest.raises(SettingsError, match=f"CDS_CLIENTS_FILE: {named}"):
        create_app(settings_of(tmp_path, row(**keys)), answerer=answerer)


def bases(settings: Settings, address: str) -> list[str]:
    return [it.base.origin + it.base.path for it in clients_of(settings, address).anonymous.fhir_servers if it.open]


SANDBOX = "https://launch.smarthealthit.org/v/r4/fhir"


def test_the_demo_registers_its_own_server_and_the_sandboxes(tmp_path: Path) -> None:
    demo = Settings(demo=True)
    own = ["http://127.0.0.1:8000/demo/fhir", "http://localhost:8000/demo/fhir", SANDBOX]
    assert bases(demo, "http://127.0.0.1:8000") == own
    assert bases(demo, "https://miss.example/x") == ["https://miss.example/x/demo/fhir", SANDBOX]
    assert bases(demo, "https://a_b..c") == [SANDBOX]
    whole = settings_of(tmp_path, WHOLE, demo=True)
    assert bases(whole, "http://127.0.0.1:8000") == ["https://ehr.example/fhir", *own]


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    """The stages on a real clock, which a test may set."""
    return answerer_of(Settings(require_auth=False), "https://miss.example")


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (None, date(2026, 11, 22)),
        ("America/Chicago", date(2026, 11, 21)),
        ("Pacific/Auckland", date(2026, 11, 22)),
        ("UTC", date(2026, 11, 22)),
    ],
)
def test_the_day_is_the_clients(answerer: Answerer, zone: str | None, day: date) -> None:
    at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    here = replace(answerer, clock=lambda: at, today=lambda: at.date())
    assert here.for_client(Client(time_zone=ZoneInfo(zone) if zone else None)).today() == day


def test_a_day_that_was_set_is_the_day_everywhere() -> None:
    made = answerer_of(Settings(require_auth=False, today=date(2026, 1, 1)), "https://miss.example")
    assert made.for_client(Client(time_zone=ZoneInfo("Pacific/Auckland"))).today() == date(2026, 1, 1)


def test_the_settings_are_the_default_of_the_row(answerer: Answerer) -> None:
    site = replace(answerer, silent=True, silent_rules=frozenset({"consider"}), max_indicator="info")
    assert site.for_client(Client()) == site
    own = site.for_client(Client(silent=False, silent_rules=(), max_indicator="critical"))
    assert (own.silent, own.silent_rules, own.max_indicator) == (False, frozenset(), "critical")


@pytest.mark.parametrize(
    ("keys", "cards"),
    [({}, 1), ({"silent": True}, 0), ({"silent_rules": ["consider"]}, 0), ({"silent_rules": ["recommend"]}, 1)],
)
async def test_a_silent_client_gets_no_card(
    tmp_path: Path, answerer: Answerer, keys: dict[str, object], cards: int
) -> None:
    day = replace(answerer, clock=None, today=lambda: date(2026, 11, 22))
    async with service(day, settings_of(tmp_path, row(**keys))) as service_:
        assert len(check_cards(await service_.call(with_conditions(condition())))) == cards
        assert service_.lines.last["outcome"] == "consider"


async def test_a_client_may_have_fewer_services(tmp_path: Path, answerer: Answerer) -> None:
    async with service(answerer, settings_of(tmp_path, row(services=[]))) as service_:
        check_outcome(await service_.client.post(CALL, json=with_conditions()), 404)
        assert (await service_.client.get("/cds-services")).json() == {"services": []}


@pytest.mark.parametrize("form", ["full", "ids", "none"])
async def test_how_much_of_the_extension_a_client_wants(tmp_path: Path, answerer: Answerer, form: str) -> None:
    day = replace(answerer, clock=None, today=lambda: date(2026, 11, 22))
    async with service(day, settings_of(tmp_path, row(extension=form))) as service_:
        (card,) = check_cards(await service_.call(with_conditions(condition())))
    if form == "none":
        assert "extension" not in card
        return
    told = card["extension"]["org.miss-cds.assessment"]
    assert len(told["signs"]) == len(told["risks"]) == 7
    assert ("symptomDurationDays" in told) is (form == "full")
    assert ("gaps" in told) is (form == "full")


def test_the_token_shows_itself_nowhere() -> None:
    body = b"""{"hook": "patient-view", "hookInstance": "x", "context": {"patientId": "p"},
        "fhirServer": "https://ehr.example/fhir", "fhirAuthorization": {"access_token": "Zzsecret"}}"""
    call = decode_call(body)
    token = call.access.token()
    assert token is not None
    assert token.authorization() == "Bearer Zzsecret"
    assert "Zzsecret" not in f"{call!r} {call.access!r} {token!r} {token} {[token]}"
    assert "ehr.example" not in repr(call)


def test_without_a_day_that_was_set_it_is_today() -> None:
    made = answerer_of(Settings(require_auth=False), "https://miss.example")
    before = datetime.now(UTC).date()
    days = [made.today(), made.for_client(Client(time_zone=ZoneInfo("UTC"))).today()]
    assert all(before <= day <= datetime.now(UTC).date() for day in days)
