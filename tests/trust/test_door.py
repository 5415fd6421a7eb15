"""The door as clients meet it: which address a token is for, how often it counts, and what comes before what."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from cds_service.answer import Answerer
from cds_service.errors import ReplaysUnavailable
from tests.hooks.calls import CALL, FEEDBACK, ORIGIN, check_outcome, condition, request, with_conditions
from tests.trust.mint import (
    AUD,
    PINNED,
    PUBLIC,
    RSA,
    STRANGER,
    bearing,
    good,
    guarded,
    row,
    settings_of,
    token,
)


async def test_the_scheme_may_be_in_small_letters(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        headers = {"Authorization": f"bearer  {token()}"}
        assert (await service.client.post(CALL, json=request(), headers=headers)).status_code == 200


async def test_claims_that_are_not_configured_are_not_looked_at(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        assert (await service.call(token(tenant={"x": 1}, sub=7))).status_code == 200
        assert "tenant" not in service.lines.last
        assert (await service.call(token(tenant="two\nlines"))).status_code == 200
        assert "tenant" not in service.lines.last


@pytest.mark.parametrize(
    ("path", "audience", "status"),
    [
        (FEEDBACK, f"{AUD}/feedback", 200),
        (FEEDBACK, AUD, 200),
        (FEEDBACK, f"{PUBLIC}/cds-services//miss-patient-view/feedback", 200),
        (f"{FEEDBACK}/", f"{AUD}/feedback", 200),
        ("/cds-services//miss-patient-view/feedback", f"{AUD}/feedback", 200),
        (FEEDBACK, f"{PUBLIC}/cds-services", 401),
        (FEEDBACK, f"{PUBLIC}/cds-services/miss-order-sign/feedback", 401),
    ],
)
async def test_feedback_may_name_its_own_address_or_the_services(
    tmp_path: Path, stages: Answerer, path: str, audience: str, status: int
) -> None:
    body = {"card": "edge-critical-uuid", "outcome": "accepted"}
    async with guarded(stages, settings_of(tmp_path)) as service:
        answer = await service.client.post(path, json=body, headers=bearing(token(aud=audience)))
    assert answer.status_code == status


async def test_the_address_is_ours_whatever_the_host_header_says(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        for path in (CALL, f"{CALL}/", "/cds-services//miss-patient-view"):
            headers = {**bearing(token()), "Host": "evil.example"}
            assert (await service.client.post(path, json=request(), headers=headers)).status_code == 200
        headers = {**bearing(token(aud=f"https://evil.example{CALL}")), "Host": "evil.example"}
        assert (await service.client.post(CALL, json=request(), headers=headers)).status_code == 401


async def test_a_token_counts_once_until_it_has_expired(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        text = token(jti="one")
        assert (await service.call(text)).status_code == 200
        assert (await service.call(text)).status_code == 401
        assert service.lines.last["refused"] == "replay"
        assert (await service.call(token(RSA, "RS384", jti="one"))).status_code == 401
        service.clock.seconds += 359
        assert (await service.call(text)).status_code == 401
        service.clock.seconds += 1 + 10  # KEPT_AFTER_SECONDS
        again = token(jti="one", iat=service.clock.seconds, exp=service.clock.seconds + 300)
        assert (await service.call(again)).status_code == 200


async def test_a_token_that_is_refused_uses_up_no_jti(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path, PINNED)) as service:
        for bad in (good(STRANGER, jti="one"), good(jti="one", tenant="south"), good(jti="one", aud="x")):
            assert (await service.call(bad)).status_code == 401
        assert (await service.call(good(jti="one"))).status_code == 200


async def test_a_jti_is_its_issuers_own(tmp_path: Path, stages: Answerer) -> None:
    other = "https://other.example"
    two = settings_of(tmp_path, row() + row(id="other", issuer=other))
    async with guarded(stages, two) as service:
        assert (await service.call(token(jti="one"))).status_code == 200
        assert (await service.call(token(jti="one", iss=other))).status_code == 200
        assert service.lines.last["client"] == "other"


async def test_of_64_at_once_one_is_admitted(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        text = token()
        answers = await asyncio.gather(*(service.call(text) for _ in range(64)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 63


async def test_a_replay_may_be_observed(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path, row(replay="observe"))) as service:
        text = token()
        assert (await service.call(text)).status_code == 200
        assert "replayed" not in service.lines.last
        assert (await service.call(text)).status_code == 200
        assert service.lines.last["replayed"] is True
        assert 'cds_replays_total{client="acme"} 1.0' in (await service.client.get("/metrics")).text


class NoMemory:
    """A memory of tokens that is out of reach."""

    async def is_first(self, issuer: str, jti: str, until: float) -> bool:
        """Never said."""
        raise ReplaysUnavailable


async def test_without_a_memory_of_tokens_it_is_503(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path), NoMemory()) as service:
        check_outcome(await service.call(token()), 503)
        assert (await service.call(token(STRANGER))).status_code == 401


async def test_without_a_memory_of_tokens_who_is_only_observed_is_answered(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path, row(replay="observe")), NoMemory()) as service:
        text = token()
        assert [(await service.call(text)).status_code for _ in range(2)] == [200, 200]
        assert "replayed" not in service.lines.last
        assert (await service.call(token(STRANGER))).status_code == 401


async def test_who_is_trusted_is_settled_first(tmp_path: Path, stages: Answerer) -> None:
    one = settings_of(tmp_path, row(services=["miss-patient-view"]), allowed_origins=(ORIGIN,), max_body_bytes=10)
    at = f"{PUBLIC}/cds-services"
    async with guarded(stages, one) as service:
        http = service.client

        async def status(method: str, path: str, text: str = "", **options: Any) -> int:
            headers = {"Origin": ORIGIN, **(bearing(text) if text else {}), **options.pop("headers", {})}
            answer = await http.request(method, path, headers=headers, **options)
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            if answer.status_code not in (200, 204, 401):
                check_outcome(answer, answer.status_code)
            return answer.status_code

        sign = "/cds-services/miss-order-sign"
        assert await status("OPTIONS", CALL) == 204
        assert [await status("POST", path) for path in (CALL, sign, "/cds-services/x", "/cds-services", FEEDBACK)] == [
            401
        ] * 5
        assert [await status("GET", path) for path in (CALL, "/cds-services/a/b/c")] == [401] * 2
        assert await status("POST", "/cds-services/x", token(aud=f"{at}/x")) == 404
        assert await status("GET", sign, token(aud=f"{at}/miss-order-sign")) == 404
        assert await status("POST", f"{sign}/feedback", token(aud=f"{at}/miss-order-sign")) == 404
        assert await status("POST", "/cds-services/a/b/c", token(aud=f"{at}/a/b/c")) == 404
        assert await status("POST", "/cds-services", token(aud=at)) == 405
        assert await status("GET", CALL, token()) == 405
        assert await status("POST", CALL, token(), content=b"x", headers={"Content-Type": "text/plain"}) == 415
        assert await status("POST", CALL, token(), content=b"x" * 11) == 413
        assert await status("POST", CALL, token(), content=b"x") == 400


async def test_what_needs_no_token(tmp_path: Path, stages: Answerer) -> None:
    paths = ("/livez", "/readyz", "/rules", "/rules/consider", "/about/dsi", "/patient-guide", "/fhir/ValueSet")
    async with guarded(stages, settings_of(tmp_path)) as service:
        for path in (*paths, "/cds-services", "/cds-services/", "http://x.example//cds-services"):
            assert (await service.client.get(path)).status_code == 200, path
        check_outcome(await service.client.get("/nothing"), 404)
        assert (await service.client.head("/cds-services")).status_code == 200


async def test_discovery_looks_at_no_token_unless_it_is_set(tmp_path: Path, stages: Answerer) -> None:
    at = f"{PUBLIC}/cds-services"
    rows = row(services=["miss-patient-view"]) + row(id="b", issuer="b", services=["miss-order-sign"])
    async with guarded(stages, settings_of(tmp_path, rows)) as service:
        open_to_all = await service.client.get("/cds-services", headers=bearing("nonsense"))
        text = token(aud=[at, AUD])
        await service.client.get("/cds-services", headers=bearing(text))
        assert (await service.call(text)).status_code == 200
    async with guarded(stages, settings_of(tmp_path, rows, discovery_auth=True)) as service:
        refused = await service.client.get("/cds-services", headers=bearing(token()))
        listed = await service.client.get("/cds-services/", headers=bearing(token(aud=f"{at}/")))
        bare = await service.client.get("/cds-services")
    ids = [[it["id"] for it in answer.json()["services"]] for answer in (open_to_all, listed)]
    assert ids == [["miss-patient-view", "miss-order-sign"], ["miss-patient-view"]]
    assert (refused.status_code, bare.status_code) == (401, 401)


async def test_neither_token_stands_in_for_the_other(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        lent: dict[str, Any] = {
            "fhirServer": "https://ehr.example/fhir",
            "fhirAuthorization": {"access_token": token()},
        }
        assert (await service.client.post(CALL, json=request(**lent))).status_code == 401
        assert (await service.call("Zzsecret.of-this~call", **lent)).status_code == 401


async def test_no_part_of_a_token_is_told(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path)) as service:
        marked = [
            token(jti="Zzmarked", sub="Zzmarked", aud=[AUD, "Zzmarked"]),
            token(jti="Zzmarked", header={"kid": "Zzmarked"}),
            token(STRANGER, jti="Zzmarked"),
            token(iss="Zzmarked"),
            "Zzmarked.Zzmarked.Zzmarked",
        ]
        answers = [await service.call(text) for text in marked]
        told = b"".join(service.lines.raw) + (await service.client.get("/metrics")).content
        told += b"".join(answer.content + str(answer.headers).encode() for answer in answers)
    assert [answer.status_code for answer in answers] == [200, 401, 401, 401, 401]
    assert b"Zzmarked" not in told
    for text in marked:
        for part in text.split("."):
            assert part.encode() not in told
            assert base64.b64encode(part.encode()) not in told


async def test_the_report_counts_by_the_tenant_of_the_token(tmp_path: Path, stages: Answerer) -> None:
    admin, chart = "an admin token of a test", with_conditions(condition())
    async with guarded(stages, settings_of(tmp_path, admin_token=admin)) as service:
        for tenant in ("north", "two\nlines"):
            answer = await service.client.post(CALL, json=chart, headers=bearing(token(tenant=tenant)))
            assert answer.json()["cards"]
        rows = (await service.client.get("/report", headers=bearing(admin))).json()["rows"]
    told = sorted((one["client"], one.get("tenant", ""), one["shown"]) for one in rows)
    assert told == [("acme", "", 1), ("acme", "north", 1)]
