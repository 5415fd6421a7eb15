"""What the public CDS Hooks sandbox really sends, recorded from the browser application."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.hooks.calls import CALL, FEEDBACK, check_cards, check_outcome

RECORDED = Path(__file__).parents[3] / "shared" / "examples" / "sandbox"
pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason=f"there is no folder {RECORDED.relative_to(RECORDED.parents[2])}"
)


def recorded(name: str) -> dict[str, object]:
    read = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


async def test_an_opened_chart(client: httpx.AsyncClient) -> None:
    assert check_cards(await client.post(CALL, json=recorded("patient-view"))) == []


async def test_an_opened_chart_without_prefetch_names_what_is_missing(client: httpx.AsyncClient) -> None:
    issues = check_outcome(await client.post(CALL, json=recorded("patient-view-no-prefetch")), 412)
    assert [issue["expression"] for issue in issues] == [["prefetch.patient"], ["prefetch.conditions"]]


@pytest.mark.parametrize("path", sorted(RECORDED.glob("order-*.json")), ids=lambda path: path.stem)
async def test_an_order_goes_to_the_service_of_its_hook(client: httpx.AsyncClient, path: Path) -> None:
    """A heart scan, two drugs, a draft without one, no drafts at all: none concerns us, whatever was prefetched."""
    order = recorded(path.stem)
    check_outcome(await client.post(CALL, json=order), 400)
    assert check_cards(await client.post(f"/cds-services/miss-{order['hook']}", json=order)) == []


@pytest.mark.parametrize("path", sorted(RECORDED.glob("feedback-*.json")), ids=lambda path: path.stem)
async def test_feedback_on_cards_of_whomever(client: httpx.AsyncClient, path: Path) -> None:
    headers = {"Origin": "https://sandbox.example"}
    answer = await client.post(FEEDBACK, json=recorded(path.stem), headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"recorded": 1})
    assert answer.headers["access-control-allow-origin"] == "https://sandbox.example"
