"""A marked patient and marked feedback go into a database: the mark is nowhere in a dump of it, or in its files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cds_service.answer import Answerer
from cds_service.observe.logs import Log
from cds_service.store.in_database import InDatabase
from tests.hooks.calls import CALL, FEEDBACK, Lines, app_of, check_cards, client_of
from tests.privacy.test_marked_feedback import FED_BACK, entry
from tests.privacy.test_marked_patient import MARK, WHOLE, call


async def test_no_mark_in_the_database(answerer: Answerer, lines: Lines, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store = InDatabase(f"sqlite:///{file}", 30, log=Log("debug", lines))
    store.open()
    async with client_of(app_of(answerer, lines, store=store)) as client:
        (card,) = check_cards(await client.post(CALL, json=call(WHOLE)))
        assert (await client.post(FEEDBACK, json=entry(card["uuid"]))).json() == {"recorded": 1}
        assert check_cards(await client.post(CALL, json=call(WHOLE))) == []
        for body, _ in FED_BACK.values():
            await client.post(f"{FEEDBACK}?card={MARK}", json=body, headers={"X-Mark": MARK})
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()
    connection = sqlite3.connect(file)
    dump = "\n".join(connection.iterdump())
    connection.close()
    assert card["uuid"] in dump
    assert "not-ours:" in dump
    assert MARK.lower() not in dump.lower()
    assert MARK.encode().hex() not in dump.lower()
    assert MARK.lower().encode() not in files.lower()
    assert not [line for line in lines.raw if MARK.encode() in line]


async def test_no_mark_where_the_database_is_lost(answerer: Answerer, lines: Lines, tmp_path: Path) -> None:
    """Neither in what is refused nor in what is logged."""
    store = InDatabase(f"sqlite:///{tmp_path}/nowhere/store.db", 30, log=Log("debug", lines))
    store.open()
    async with client_of(app_of(answerer, lines, store=store)) as client:
        (card,) = check_cards(await client.post(CALL, json=call(WHOLE)))
        answer = await client.post(FEEDBACK, json=entry(card["uuid"]))
        ready = await client.get("/readyz")
    store.close()
    assert (answer.status_code, ready.status_code) == (503, 503)
    assert MARK not in answer.text
    assert not [line for line in lines.raw if MARK.encode() in line]


@pytest.mark.parametrize("settings", [{"CDS_DATABASE_URL": "mysql://u:marked@x/y"}, {"CDS_ADMIN_TOKEN": "marked"}])
def test_no_secret_is_told_when_it_is_wrong(settings: dict[str, str]) -> None:
    from cds_service.errors import SettingsError
    from cds_service.settings import load_settings

    with pytest.raises(SettingsError) as told:
        load_settings({"CDS_REQUIRE_AUTH": "false", **settings})
    assert "marked" not in str(told.value)
