"""What is kept of a running service of two workers: another key, a purge, and the file of AuditEvents."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest

from cds_service import cli
from tests.audit.profiles import check
from tests.hooks.calls import CALL, FEEDBACK, check_cards
from tests.system.test_quiet import CHART
from tests.system.test_server import SETTINGS, serving


def test_a_service_that_runs_learns_another_key_and_what_was_purged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And tells each card it showed, whichever worker it came from, in whole lines."""
    url, audit = f"sqlite:///{tmp_path}/kept.db", tmp_path / "audit.ndjson"
    monkeypatch.setenv("CDS_DATABASE_URL", url)
    settings = {**SETTINGS, "CDS_DATABASE_URL": url, "CDS_AUDIT_FILE": str(audit)}
    with serving("serve", "--workers", "2", settings=settings) as running:
        cards = [check_cards(httpx.post(f"{running.url}{CALL}", json=CHART))[0]["uuid"] for _ in range(20)]
        assert httpx.post(f"{running.url}{FEEDBACK}", json={"card": cards[0], "outcome": "overridden"}).is_success
        assert cli.main(["store", "rotate-key"]) == 0
        time.sleep(2)
        for _ in range(20):
            assert check_cards(httpx.post(f"{running.url}{CALL}", json=CHART)) == []
        assert cli.main(["store", "purge", "--client", "", "--yes"]) == 0
        again = httpx.post(f"{running.url}{FEEDBACK}", json={"card": cards[1], "outcome": "accepted"})
        assert again.json() == {"recorded": 1}
        status, _, err = running.stop()
    assert (status, err) == (0, b"")
    assert audit.stat().st_mode & 0o777 == 0o600
    events = [json.loads(line) for line in audit.read_text(encoding="utf-8").splitlines()]
    assert {check(event) for event in events} == {"PrivacyDisclosure.Source"}
    told = {event["entity"][1]["what"]["identifier"]["value"].removeprefix("urn:uuid:") for event in events}
    assert (told, len(events)) == (set(cards), 20)
