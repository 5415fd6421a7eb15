"""A stranger's chart is answered alike, whether prefetch brought it, an EHR was read, or both (law 10)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest

from cds_service.answer import answerer_of
from cds_service.settings import Settings
from cds_service.wire.keys import RESOURCE_OF
from tests.fetch.ehr import Ehr, Reply, Seen, listening
from tests.fetch.services import PATIENCE, Service, row, server, service, settings_of
from tests.hooks.calls import without_moment
from tests.strangers.charts import FOLDER, WHERE, Stranger, corpus
from tests.strangers.test_strangers import HOW_MANY, Day

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the strangers' charts are not at {WHERE}")
# A sample, taken evenly; `FETCHED_STRANGERS=300` takes more.
SAMPLE = int(os.environ.get("FETCHED_STRANGERS", "40"))
# Fewer than are asked for, so that many charts come in pages.
PAGE = 100
KEY_OF = {kind: key for key, kind in RESOURCE_OF.items()}


class Charts:
    """An EHR that holds one chart at a time, and pages it."""

    def __init__(self) -> None:
        self.prefetch: Mapping[str, Any] = {}
        self.base = ""

    def __call__(self, seen: Seen) -> Reply:
        chart = self.prefetch
        if seen.kind == "Patient":
            is_known = unquote(seen.target).endswith(f"/Patient/{chart['patient']['id']}")
            return Reply(chart["patient"]) if is_known else Reply(status=404)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(seen.target).query).items()}
        if asked["patient"] != chart["patient"]["id"]:
            return Reply(status=403)
        entries, start = chart[KEY_OF[seen.kind]]["entry"], int(asked.get("_offset", "0"))
        page: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "entry": entries[start : start + PAGE]}
        if start + PAGE < len(entries):
            url = f"{self.base}/{seen.kind}?patient={asked['patient']}&_offset={start + PAGE}"
            page["link"] = [{"relation": "next", "url": url}]
        return Reply(page)


def sample() -> list[Stranger]:
    """Every so many of the corpus."""
    step = max(1, HOW_MANY["corpus"] // SAMPLE)
    return list(corpus())[::step][:SAMPLE]


async def said(service_: Service, call: dict[str, Any]) -> object:
    """The answer without what differs from one answer to the next; of a refusal only which it is."""
    answer = await service_.client.post("/cds-services/miss-patient-view", json=call, timeout=PATIENCE * 6)
    return _plain(answer) if answer.status_code == 200 else answer.status_code


def _plain(answer: httpx.Response) -> object:
    return [without_moment(card) for card in answer.json()["cards"]]


async def test_a_chart_is_answered_alike_however_it_came(tmp_path: Path) -> None:
    day, charts, seen = Day(), Charts(), 0
    answerer = answerer_of(Settings(require_auth=False), "https://miss.example", day)
    async with listening(Ehr(charts)) as there:
        charts.base = there.base
        settings = settings_of(tmp_path, row(server(there.base, open=True)), fetch_deadline_seconds=PATIENCE * 5)
        async with service(answerer, settings) as service_:
            for stranger in sample():
                call = json.loads(stranger.request())
                charts.prefetch, day.now = call["prefetch"], stranger.day_after(datetime.now(UTC).date())
                whole = await said(service_, call)
                for left_out in (tuple(RESOURCE_OF), *((key,) for key in RESOURCE_OF)):
                    brought = {key: value for key, value in call["prefetch"].items() if key not in left_out}
                    partly = {**call, "prefetch": brought, "fhirServer": there.base}
                    assert await said(service_, partly) == whole, f"{stranger.name} without {left_out}"
                seen += 1
    assert seen == min(SAMPLE, HOW_MANY["corpus"])
    assert len(there.seen) >= seen * 16
