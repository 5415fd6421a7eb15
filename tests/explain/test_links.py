"""Cards link the page for the EHRs that are configured so, and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.answer import Answerer
from tests.fetch.services import row, service, settings_of
from tests.hooks.calls import check_no_empties, condition, with_conditions


@pytest.mark.parametrize("linked", [True, False])
async def test_a_card_links_the_page_for_the_ehr_to_launch(answerer: Answerer, tmp_path: Path, linked: bool) -> None:
    async with service(answerer, settings_of(tmp_path, row(smart_links=linked))) as running:
        answer = await running.call(with_conditions(condition()))
    (card,) = answer.json()["cards"]
    check_no_empties(answer.json())
    *smart, about = card["links"]
    assert (about["type"], about["url"]) == ("absolute", "https://miss.example/rules/consider")
    assert [(link["type"], link["url"]) for link in smart] == [("smart", "https://miss.example/launch")] * linked
    assert not any("appContext" in link for link in card["links"])
