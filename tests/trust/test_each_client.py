"""What a row says counts for its client and for nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cds_service.answer import Answerer, answerer_of
from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.trust.tokens import read_token
from tests.fetch.ehr import ehr, pain
from tests.fetch.services import naming, server
from tests.hooks.calls import CALL, FEEDBACK, check_cards, check_outcome, condition, with_conditions
from tests.trust.mint import AUD, Guarded, bearing, guarded, row, settings_of, token

OTHER = "https://other.example"


def two(first: str = "", **of_second: object) -> str:
    """Two rows, and what stands under the first."""
    return row() + first + row(id="other", issuer=OTHER, **of_second)


async def cards(service: Guarded, issuer: str) -> list[dict[str, object]]:
    answer = await service.client.post(CALL, json=with_conditions(condition()), headers=bearing(token(iss=issuer)))
    return check_cards(answer)


@pytest.mark.parametrize(
    ("keys", "count"),
    [({}, 1), ({"silent": True}, 0), ({"silent_rules": ["consider"]}, 0), ({"extension": "none"}, 1)],
)
async def test_how_a_client_is_answered(tmp_path: Path, stages: Answerer, keys: dict[str, object], count: int) -> None:
    async with guarded(stages, settings_of(tmp_path, two("", **keys))) as service:
        (card,) = await cards(service, "https://ehr.example")
        assert "extension" in card
        others = await cards(service, OTHER)
        assert service.lines.last["client"] == "other"
    assert len(others) == count
    assert all(("extension" in card) is (keys == {}) for card in others)


async def test_the_strongest_indicator_is_the_clients(tmp_path: Path, stages: Answerer) -> None:
    call = with_conditions(condition("192970008", onsetDateTime="2026-11-20"))
    async with guarded(stages, settings_of(tmp_path, two(max_indicator="info"))) as service:
        told = []
        for issuer in ("https://ehr.example", OTHER):
            answer = await service.client.post(CALL, json=call, headers=bearing(token(iss=issuer)))
            told += [card["indicator"] for card in check_cards(answer)]
    assert told == ["critical", "info"]


async def test_the_day_is_the_clients(tmp_path: Path) -> None:
    answerer = answerer_of(Settings(require_auth=False), "https://miss.example")
    at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    answerer = replace(answerer, clock=lambda: at, today=lambda: at.date())
    async with guarded(answerer, settings_of(tmp_path, two(time_zone="America/Chicago"))) as service:
        days = []
        for issuer in ("https://ehr.example", OTHER):
            (card,) = await cards(service, issuer)
            days.append(card["extension"]["org.miss-cds.assessment"]["assessedOn"])  # type: ignore[index]
    assert days == ["2026-11-22", "2026-11-21"]


async def test_a_server_is_read_for_the_client_that_registered_it(tmp_path: Path, stages: Answerer) -> None:
    async with ehr(Condition=pain()) as at:
        rows = two(server(at.base), fhir_server="must-match")
        async with guarded(stages, settings_of(tmp_path, rows, profile="development")) as service:
            answer = await service.client.post(CALL, json=naming(at.base), headers=bearing(token()))
            assert len(check_cards(answer)) == 1
            seen = len(at.seen)
            refused = await service.client.post(CALL, json=naming(at.base), headers=bearing(token(iss=OTHER)))
            check_outcome(refused, 403)
            assert len(at.seen) == seen > 0
            counted = (await service.client.get("/metrics")).text
    assert 'cds_fetch_total{client="acme",key="conditions",result="read"} 1.0' in counted
    assert all("token" not in line.decode().lower() for line in service.lines.raw)


async def test_nothing_is_read_where_the_site_reads_nothing(tmp_path: Path, stages: Answerer) -> None:
    async with ehr(Condition=pain()) as at:
        rows = settings_of(tmp_path, two(server(at.base)), profile="development", prefetch_only=True)
        async with guarded(stages, rows) as service:
            refused = await service.client.post(CALL, json=naming(at.base), headers=bearing(token()))
            check_outcome(refused, 412)
        assert at.seen == []


async def test_calls_outcomes_and_feedback_are_counted_by_client(tmp_path: Path, stages: Answerer) -> None:
    async with guarded(stages, settings_of(tmp_path, two())) as service:
        (card,) = await cards(service, OTHER)
        body = {"feedback": [{"card": card["uuid"], "outcome": "overridden"}]}
        foreign = await service.client.post(FEEDBACK, json=body, headers=bearing(token(aud=AUD)))
        own = await service.client.post(FEEDBACK, json=body, headers=bearing(token(iss=OTHER, aud=AUD)))
        assert (foreign.json(), own.json()) == ({"recorded": 0}, {"recorded": 1})
        assert await cards(service, OTHER) == []
        assert len(await cards(service, "https://ehr.example")) == 1
        await service.call("x.x.x")
        counted = (await service.client.get("/metrics")).text
    at = 'service="miss-patient-view"'
    assert f'cds_calls_total{{client="other",{at},status="200"}} 2.0' in counted
    assert f'cds_calls_total{{client="",{at},status="401"}} 1.0' in counted
    assert f'cds_outcomes_total{{client="acme",outcome="consider",{at}}} 1.0' in counted
    assert f'cds_feedback_total{{client="other",outcome="overridden",{at}}} 1.0' in counted


async def test_names_that_are_none_stop_the_start(tmp_path: Path, stages: Answerer) -> None:
    for keys in ({"services": ["x"]}, {"silent_rules": ["x"]}):
        with pytest.raises(SettingsError, match=f"CDS_CLIENTS_FILE: {next(iter(keys))}: there is no 'x'"):
            async with guarded(stages, settings_of(tmp_path, two("", **keys))):
                pass


def test_a_token_taken_apart_shows_itself_nowhere() -> None:
    read = read_token(token(jti="Zzmarked"))
    assert repr(read) == "Read(hidden)"
