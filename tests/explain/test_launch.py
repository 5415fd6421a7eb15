"""A SMART launch from end to end over real sockets: what it asks for, what it shows, and all that can go wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.errors import SettingsError
from cds_service.hooks.entrance import Clocks
from cds_service.observe.logs import Log
from cds_service.store.in_memory import InMemory
from cds_service.store.pseudonyms import Pseudonyms
from tests.explain.launches import app_row, explained, launched, returned
from tests.explain.smart_ehr import CODE, JSON, LAUNCH, TOKEN, SmartEhr, smart_ehr
from tests.fetch.ehr import Reply, Seen
from tests.fetch.services import Service, row, server, service, settings_of
from tests.hooks.calls import PATIENT, Lines, bundle, client_of, condition

SECRET = "of the app: ä&=+"  # noqa: S105 - made up
READ_KINDS = (
    *("Patient", "Condition", "MedicationStatement", "MedicationRequest"),
    *("Procedure", "Observation", "DiagnosticReport", "ServiceRequest"),
)


class Clock:
    """The seconds, as a test sets them."""

    seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def timed(answerer: Answerer, folder: Path, clients: str, clock: Clock) -> AsyncIterator[Service]:
    """A service by the test's own clock."""
    lines = Lines()
    settings = settings_of(folder, clients)
    app = create_app(settings, answerer=answerer, log=Log("debug", lines), clocks=Clocks(clock, clock))
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield Service(client, lines)


def failed(answer: httpx.Response, status: int, heading: str) -> None:
    """A plain page with these words, and nothing of the launch on it."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), answer.text
    assert f"<h1>{heading}</h1>" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert not any(secret in answer.text for secret in (CODE, TOKEN, LAUNCH, "Zz"))


@pytest.mark.parametrize("form", ["v1", "v2"])
@pytest.mark.parametrize("secret", ["", SECRET], ids=["public", "confidential"])
async def test_a_chart_is_explained(answerer: Answerer, tmp_path: Path, form: str, secret: str) -> None:
    (tmp_path / "secret.txt").write_text(f"{secret}\n", encoding="utf-8")
    keys: dict[str, Any] = {"smart_client_secret_file": "secret.txt"} if secret else {}
    async with smart_ehr(secret="of+the+app%3A+%C3%A4%26%3D%2B" if secret else "") as ehr:
        clients = app_row(ehr, smart_scopes=form, **keys)
        async with service(answerer, settings_of(tmp_path, clients)) as running:
            answer = await explained(running, ehr)
    assert answer.status_code == 200, answer.text
    assert "MISS evaluation may be worth discussing" in answer.text
    assert "Condition/c1" in answer.text
    suffix = {"v1": "read", "v2": "rs"}[form]
    assert ehr.told["scope"].split() == ["launch", *(f"patient/{kind}.{suffix}" for kind in READ_KINDS)]
    assert (ehr.told["response_type"], ehr.told["code_challenge_method"]) == ("code", "S256")
    assert (ehr.told["aud"], ehr.told["launch"], ehr.told["tenant"]) == (f"{ehr.origin}/fhir", LAUNCH, "a")
    assert ehr.told["redirect_uri"] == "http://127.0.0.1:8000/explain"
    assert len(ehr.told["state"]) >= 43


async def test_the_page_is_kept_nowhere_and_loads_nothing_from_elsewhere(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        answer = await explained(running, ehr)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert policy.endswith("frame-ancestors 'none'")


async def test_code_state_token_and_launch_are_in_no_log_line(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        answer = await explained(running, ehr)
    assert answer.status_code == 200
    logged = b"".join(running.lines.raw).decode()
    assert not any(secret in logged for secret in (CODE, TOKEN, LAUNCH, ehr.told["state"], "p1", "Zz"))
    line = running.lines.last
    assert (line["path"], line["outcome"], line["rule"], line["status"]) == ("/explain", "consider", "consider", 200)
    assert not any(secret in answer.text for secret in (CODE, TOKEN, LAUNCH))


@pytest.mark.parametrize(
    ("address", "frames", "attributes"),
    [
        ("http://127.0.0.1:8000", [], "Max-Age=300; Path=/; HttpOnly; SameSite=Lax"),
        ("https://miss.example/x", [], "Max-Age=300; Path=/; HttpOnly; Secure; SameSite=Lax"),
        (
            "https://miss.example",
            ["https://ehr.example"],
            "Max-Age=300; Path=/; HttpOnly; Secure; SameSite=None; Partitioned",
        ),
    ],
)
async def test_the_launch_lies_in_a_cookie_that_tells_nothing(
    answerer: Answerer, tmp_path: Path, address: str, frames: list[str], attributes: str
) -> None:
    async with smart_ehr() as ehr:
        settings = settings_of(tmp_path, app_row(ehr, smart_frames=frames), public_url=address)
        async with service(answerer, settings) as running:
            answer = await launched(running, ehr)
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name.removeprefix("__Host-").startswith("miss-launch-")
    assert name.startswith("__Host-") == address.startswith("https")
    assert rest.partition("; ")[2] == attributes
    state = httpx.URL(answer.headers["location"]).params["state"]
    assert state not in answer.headers["set-cookie"]
    assert httpx.URL(answer.headers["location"]).params["redirect_uri"] == f"{address}/explain"


async def test_only_the_origins_of_the_row_may_frame_the_page(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr:
        clients = app_row(ehr, smart_frames=["https://ehr.example", "https://portal.example:8443"])
        async with service(answerer, settings_of(tmp_path, clients)) as running:
            answer = await explained(running, ehr)
            without = await running.client.get("/explain")
    for one in (answer, without):
        policy = one.headers["content-security-policy"]
        assert policy.endswith("frame-ancestors https://ehr.example https://portal.example:8443")


async def test_two_charts_can_be_opened_at_once(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        first = await launched(running, ehr)
        await launched(running, ehr)
        back = await returned(first)
        assert (await running.client.get("/explain", params=back)).status_code == 200


@pytest.mark.parametrize("params", [{}, {"iss": "http://127.0.0.1/fhir"}, {"launch": "x"}])
async def test_opened_by_itself(answerer: Answerer, tmp_path: Path, params: dict[str, str]) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        failed(await running.client.get("/launch", params=params), 400, "Open this page from the EHR")
        assert ehr.ehr.seen == []


@pytest.mark.parametrize(
    "other", ["{}/fhi", "{}/fhir2", "{}/fhir/../x", "{}.example/fhir", "https://evil.example", "x"]
)
async def test_another_issuer_is_never_contacted(answerer: Answerer, tmp_path: Path, other: str) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        answer = await launched(running, ehr, iss=other.format(ehr.origin))
        failed(answer, 403, "This EHR is not registered here")
        assert running.lines.last["why"] == "not-registered"
        assert ehr.ehr.seen == []


async def test_nobody_may_launch_where_nobody_is_registered(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, "")) as running:
        failed(await launched(running, ehr), 403, "This EHR is not registered here")
        failed(await running.client.get("/explain"), 400, "Open it again from the chart")
        assert ehr.ehr.seen == []


async def test_a_service_that_reads_nothing_launches_nothing(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr:
        settings = settings_of(tmp_path, app_row(ehr), prefetch_only=True)
        async with service(answerer, settings) as running:
            failed(await launched(running, ehr), 403, "This service reads from no FHIR server")
        assert ehr.ehr.seen == []


@pytest.mark.parametrize("address", ["token_endpoint", "authorization_endpoint"])
@pytest.mark.parametrize(
    "where", ["https://evil.example/token", "http://localhost:1/token", "file:///x", "/auth/x", ""]
)
async def test_endpoints_lie_on_registered_origins(
    answerer: Answerer, tmp_path: Path, address: str, where: str
) -> None:
    async with smart_ehr(configuration={address: where}) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            failed(await launched(running, ehr), 502, "The EHR did not say how to sign in")


async def test_an_authorization_server_may_be_on_an_origin_that_the_row_lists(
    answerer: Answerer, tmp_path: Path
) -> None:
    async with smart_ehr() as authorizes:
        ends = {"authorization_endpoint": f"{authorizes.origin}/auth/authorize"}
        async with smart_ehr(configuration={**ends, "token_endpoint": f"{authorizes.origin}/auth/token"}) as ehr:
            authorizes.told = ehr.told
            clients = app_row(ehr, smart_origins=[authorizes.origin])
            async with service(answerer, settings_of(tmp_path, clients)) as running:
                back = await returned(await launched(running, ehr))
                ehr.told = authorizes.told
                assert (await running.client.get("/explain", params=back)).status_code == 200
            assert [seen.target for seen in ehr.ehr.seen if "/auth/" in seen.target] == []


CONFIGURATIONS: dict[str, Reply] = {
    "none": Reply({}, 404),
    "no JSON": Reply(b"<html>", headers={"Content-Type": "text/html"}),
    "nothing in it": Reply({}),
    "a redirect": Reply(b"", 302, {"Location": "http://127.0.0.1:1/"}),
    "too much": Reply(b'{"a": "' + b"x" * 300_000 + b'"}'),
    "too deep": Reply(b"[" * 100_000),
    "too late": Reply({}, pause=1.5),
    "no S256": Reply(
        {
            "authorization_endpoint": "http://127.0.0.1:1/a",
            "token_endpoint": "http://127.0.0.1:1/t",
            "code_challenge_methods_supported": ["plain"],
        }
    ),
}


@pytest.mark.parametrize("configuration", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
async def test_a_configuration_that_cannot_be_used(answerer: Answerer, tmp_path: Path, configuration: Reply) -> None:
    async with smart_ehr(instead=lambda seen: configuration) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            failed(await launched(running, ehr), 502, "The EHR did not say how to sign in")


async def test_an_address_that_is_not_registered_as_private_is_not_called(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr, private=False))) as running:
            failed(await launched(running, ehr), 502, "The EHR did not say how to sign in")
        assert ehr.ehr.seen == []


async def test_refused_consent(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr(refuses="access_denied") as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            failed(await explained(running, ehr), 403, "Access was refused")
            assert dict(running.client.cookies) == {}
            assert running.lines.last["why"] == "refused"
        assert [seen for seen in ehr.ehr.seen if "token" in seen.target] == []


async def test_another_error_of_the_authorization_server(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr(refuses="invalid_scope") as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            failed(await explained(running, ehr, error_description="Zz<b>"), 502, "The EHR did not allow it")


async def test_an_expired_state(answerer: Answerer, tmp_path: Path) -> None:
    clock = Clock()
    async with smart_ehr() as ehr, timed(answerer, tmp_path, app_row(ehr), clock) as running:
        back = await returned(await launched(running, ehr))
        clock.seconds += 299
        late = await returned(await launched(running, ehr))
        clock.seconds += 1
        failed(await running.client.get("/explain", params=back), 400, "This launch is over")
        clock.seconds += 298
        assert (await running.client.get("/explain", params=late)).status_code == 200


@pytest.mark.parametrize("changed", [{"state": "other"}, {"iss": "https://evil.example"}])
async def test_a_wrong_state_or_issuer(answerer: Answerer, tmp_path: Path, changed: dict[str, str]) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        failed(await explained(running, ehr, **changed), 400, "This launch is over")
        assert [seen for seen in ehr.ehr.seen if "token" in seen.target] == []


async def test_no_app_of_a_row_is_launched_from_the_servers_of_the_demo(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr), demo=True)) as running:
        for base in ("https://launch.smarthealthit.org/v/r4/fhir", "http://127.0.0.1:8000/demo/fhir"):
            failed(await launched(running, ehr, iss=base), 403, "This EHR is not registered here")


async def test_the_issuer_may_be_named_again(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        assert (await explained(running, ehr, iss=f"{ehr.origin}/fhir")).status_code == 200


NAMED = {"authorization_response_iss_parameter_supported": True}


@pytest.mark.parametrize(
    ("configuration", "named", "status"),
    [
        ({"issuer": ""}, {"iss": "https://any.example"}, 200),
        (NAMED, {}, 400),
        ({"authorization_response_iss_parameter_supported": "true"}, {}, 200),
    ],
)
async def test_the_issuer_is_compared_where_it_is_known_and_asked_for_where_it_was_promised(
    answerer: Answerer, tmp_path: Path, configuration: dict[str, object], named: dict[str, str], status: int
) -> None:
    async with smart_ehr(configuration=configuration) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            assert (await explained(running, ehr, **named)).status_code == status


async def test_a_state_in_another_browser(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        back = await returned(await launched(running, ehr))
        running.client.cookies.clear()
        failed(await running.client.get("/explain", params=back), 400, "This launch is over")


@pytest.mark.parametrize(
    "params", [{}, {"state": "x"}, {"code": "x"}, {"state": "x", "code": "x" * 5_000}, {"state": "", "code": ""}]
)
async def test_a_return_without_code_or_state(answerer: Answerer, tmp_path: Path, params: dict[str, str]) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        failed(await running.client.get("/explain", params=params), 400, "Open it again from the chart")


async def test_a_replayed_code(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        back = await returned(await launched(running, ehr))
        kept = dict(running.client.cookies)
        assert (await running.client.get("/explain", params=back)).status_code == 200
        assert dict(running.client.cookies) == {}
        failed(await running.client.get("/explain", params=back), 400, "This launch is over")
        running.client.cookies.update(kept)
        failed(await running.client.get("/explain", params=back), 502, "The EHR did not give access")


def token_reply(reply: Reply) -> Any:
    """This answer at the token endpoint."""

    def instead(seen: Seen) -> Reply | None:
        return reply if seen.target == "/auth/token" else None

    return instead


TOKENS: dict[str, Reply] = {
    "a redirect": Reply(b"", 307, {"Location": "http://127.0.0.1:1/"}),
    "too much": Reply(b'{"access_token": "' + b"x" * 300_000 + b'"}'),
    "HTML": Reply(b"<html><p>sign in", headers={"Content-Type": "text/html"}),
    "a list": Reply([]),
    "too deep": Reply(b"[" * 100_000),
    "an error": Reply({"error": "invalid_client"}, 401, JSON),
    "another kind of token": Reply({"access_token": "x", "token_type": "mac", "patient": "p1"}),
    "a token that fits no header": Reply({"access_token": "x\r\ny", "token_type": "Bearer", "patient": "p1"}),
    "an empty token": Reply({"access_token": "", "token_type": "Bearer", "patient": "p1"}),
    "a patient that is no text": Reply({"access_token": "x", "token_type": "Bearer", "patient": 5}),
    "nothing in time": Reply({}, pause=1.5),
    "a cut": Reply({"access_token": "x", "token_type": "Bearer"}, cut=True),
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
async def test_a_token_endpoint_that_gives_no_token(answerer: Answerer, tmp_path: Path, token: Reply) -> None:
    async with smart_ehr(instead=token_reply(token)) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            failed(await explained(running, ehr), 502, "The EHR did not give access")


@pytest.mark.parametrize("patient", [None, ""])
async def test_no_patient_is_open(answerer: Answerer, tmp_path: Path, patient: str | None) -> None:
    async with smart_ehr(patient=patient) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            failed(await explained(running, ehr), 400, "No patient is open")


CHARTS: dict[str, dict[str, Reply]] = {
    "another patient": {"Patient": Reply({**PATIENT, "id": "p2"})},
    "no patient": {"Patient": Reply({}, 404)},
    "no conditions": {"Condition": Reply({}, 403)},
    "conditions of another": {"Condition": Reply(bundle(condition(subject={"reference": "Patient/p2"})))},
}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
async def test_a_chart_that_cannot_be_read(answerer: Answerer, tmp_path: Path, chart: dict[str, Reply]) -> None:
    async with smart_ehr(chart=chart) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            failed(await explained(running, ehr), 502, "The chart could not be read")


async def test_what_was_not_granted_is_not_checked(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr(scopes=("patient/Patient.read", "patient/Condition.read")) as ehr:
        async with service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
            answer = await explained(running, ehr)
    assert "Not checked, or not in full:" in answer.text
    assert "medications, procedures, observations, imaging, referrals." in answer.text


async def test_the_token_is_read_for_one_page_only(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        await explained(running, ehr)
        before = len(ehr.ehr.seen)
        failed(await running.client.get("/explain"), 400, "Open it again from the chart")
        assert len(ehr.ehr.seen) == before
        assert sorted({seen.kind for seen in ehr.ehr.seen if seen.headers["authorization"]}) == sorted(READ_KINDS)


async def test_workers_that_share_a_store_share_the_launch(answerer: Answerer, tmp_path: Path) -> None:
    async with smart_ehr() as ehr, AsyncExitStack() as running:
        settings = settings_of(tmp_path, app_row(ehr))
        clients = []
        for key in (b"a" * 32, b"a" * 32, b"b" * 32):
            store = InMemory(0)
            store.pseudonyms = Pseudonyms(key)
            app = create_app(settings, answerer=answerer, log=Log("error", Lines()), store=store)
            await running.enter_async_context(app.router.lifespan_context(app))
            clients.append(await running.enter_async_context(client_of(app)))
        one, two, stranger = clients
        back = await returned(await launched(Service(one, Lines()), ehr))
        for client in (two, stranger):
            client.cookies.update(one.cookies)
        failed(await stranger.get("/explain", params=back), 400, "This launch is over")
        assert (await two.get("/explain", params=back)).status_code == 200


async def test_a_launch_outlasts_another_key(answerer: Answerer, tmp_path: Path) -> None:
    store = InMemory(0)
    store.pseudonyms = Pseudonyms(b"a" * 32)
    async with smart_ehr() as ehr:
        settings = settings_of(tmp_path, app_row(ehr))
        app = create_app(settings, answerer=answerer, log=Log("error", Lines()), store=store)
        async with app.router.lifespan_context(app), client_of(app) as client:
            back = await returned(await launched(Service(client, Lines()), ehr))
            store.pseudonyms.use(b"b" * 32, b"a" * 32)
            assert (await client.get("/explain", params=back)).status_code == 200


async def test_launches_that_never_came_back_do_not_pile_up(answerer: Answerer, tmp_path: Path) -> None:
    others = {"another": "1", "miss-launch-of-others": "1"}
    async with smart_ehr() as ehr, service(answerer, settings_of(tmp_path, app_row(ehr))) as running:
        running.client.cookies.update(others)
        made = [(await launched(running, ehr)).headers["set-cookie"].partition("=")[0] for _ in range(11)]
        assert set(running.client.cookies) == {*others, *made[-8:]}


async def test_what_a_launch_holds_does_not_show_itself(answerer: Answerer, tmp_path: Path) -> None:
    from cds_service.trust.clients import SmartApp
    from cds_service.trust.sealing import Begun
    from cds_service.trust.smart import TokenAnswer

    held = (
        SmartApp("id", secret="Zzsecret"),  # noqa: S106 - made up
        Begun("b", "Zzstate", "Zzverifier", "t", "i", False, 1.0),
        TokenAnswer("Zztoken", "Bearer"),
    )
    assert not any("Zz" in repr(one) for one in held)


async def test_an_ehr_is_what_its_row_says(answerer: Answerer, tmp_path: Path) -> None:
    """Two rows, two EHRs, each with its own app."""
    async with smart_ehr() as first, smart_ehr() as second:
        clients = app_row(first)
        assert isinstance(second, SmartEhr)
        async with service(answerer, settings_of(tmp_path, clients)) as running:
            failed(await launched(running, second), 403, "This EHR is not registered here")


async def test_the_reads_of_a_launch_are_audited_where_a_site_wants_that(answerer: Answerer, tmp_path: Path) -> None:
    trail = tmp_path / "audit.ndjson"
    async with smart_ehr() as ehr:
        settings = settings_of(tmp_path, app_row(ehr), audit_file=trail)
        async with service(answerer, settings) as running:
            assert (await explained(running, ehr)).status_code == 200
    written = trail.read_text(encoding="utf-8")
    assert written.count('"AuditEvent"') >= len(READ_KINDS)
    assert not any(secret in written for secret in (CODE, TOKEN, LAUNCH, ehr.told["state"]))


@pytest.mark.parametrize("address", [None, "http://miss.example"])
def test_in_production_launches_need_https(answerer: Answerer, tmp_path: Path, address: str | None) -> None:
    clients = row(server("https://ehr.example/fhir", private=False), smart_client_id="miss")
    settings = settings_of(tmp_path, clients, profile="production", public_url=address)
    with pytest.raises(SettingsError, match=r"^CDS_PUBLIC_URL: SMART launches need https"):
        create_app(settings, answerer=answerer, log=Log("error", Lines()))
    secure = settings.model_copy(update={"public_url": "https://miss.example"})
    create_app(secure, answerer=answerer, log=Log("error", Lines()))
