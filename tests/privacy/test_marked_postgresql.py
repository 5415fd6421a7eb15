"""A marked patient, token and comment meet a real PostgreSQL that logs all it is told: the mark is nowhere in it.

Not in any row of any table, its own catalogue and statistics included, nor in its files: data, log, write-ahead log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from cds_service.answer import Answerer
from cds_service.app import create_app
from cds_service.hooks.entrance import Clocks
from cds_service.observe.logs import Log
from cds_service.store.in_database import InDatabase
from tests.hooks.calls import CALL, FEEDBACK, Lines, app_of, check_cards, check_outcome, client_of
from tests.privacy.test_marked_feedback import FED_BACK, entry
from tests.privacy.test_marked_patient import MARK, WHOLE, call
from tests.store.postgresql import new_postgresql
from tests.trust.mint import AUD, STRANGER, Clock, bearing, settings_of, token

__all__ = ["new_postgresql"]
NewDatabase = Callable[[], str]
# What a server may be told to write: each statement, with its parameters.
LOGGED = ("log_statement = 'all'", "log_min_duration_statement = 0", "log_parameter_max_length_on_error = -1")
TOKENS = {
    "no token": f"{MARK}",
    "a stranger's": token(STRANGER, jti=MARK, sub=MARK, tenant=MARK),
    "another issuer's": token(iss=f"https://{MARK}.example"),
    "another audience": token(aud=f"{AUD}/{MARK}"),
    "too old": token(exp=1, iat=0, jti=MARK),
}


def address_of(url: str) -> str:
    """The URL as psycopg reads it."""
    return url.replace("postgresql+psycopg:", "postgresql:")


@pytest.fixture
def url(new_postgresql: NewDatabase) -> str:
    """An empty database that logs everything."""
    made = new_postgresql()
    with psycopg.connect(address_of(made), autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        for setting in LOGGED:
            connection.execute(sql.SQL("ALTER DATABASE {} SET ").format(name) + sql.SQL(setting))
    return made


@contextmanager
def opened(url: str, lines: Lines) -> Iterator[InDatabase]:
    store = InDatabase(url, 30, log=Log("debug", lines))
    store.open()
    yield store
    store.close()


def dump(connection: psycopg.Connection[tuple[str, ...]]) -> str:
    """Every row of every table, binary columns in hexadecimal."""
    asked = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
    tables = [sql.Identifier(schema, name) for schema, name in connection.execute(asked).fetchall()]
    rows = [connection.execute(sql.SQL("SELECT t::text FROM {} t").format(table)).fetchall() for table in tables]
    return "\n".join(text for found in rows for (text,) in found)


def files(connection: psycopg.Connection[tuple[str, ...]]) -> Iterator[tuple[Path, bytes]]:
    """Every file of the server, its log and its write-ahead log among them."""
    connection.execute("CHECKPOINT")
    ((folder,),) = connection.execute("SHOW data_directory").fetchall()
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def holds_mark(text: bytes) -> bool:
    low = text.lower()
    return MARK.lower().encode() in low or MARK.encode().hex().encode() in low


def check_nowhere(url: str, card: str) -> None:
    """The walks find the card, and no mark."""
    with psycopg.connect(address_of(url), autocommit=True) as connection:
        connection.execute("ANALYZE")
        text = dump(connection)
        assert card in text
        assert not holds_mark(text.encode())
        found = dict(files(connection))
    with_card = {
        path.parent.name if path.name != "log" else "log" for path, held in found.items() if card.encode() in held
    }
    assert {"log", "pg_wal"} < with_card
    assert [path for path, held in found.items() if holds_mark(held)] == []


async def test_no_mark_in_postgresql(answerer: Answerer, taken_over: Lines, url: str) -> None:
    with opened(url, taken_over) as store:
        async with client_of(app_of(answerer, taken_over, store=store)) as client:
            (card,) = check_cards(await client.post(CALL, json=call(WHOLE)))
            assert (await client.post(FEEDBACK, json=entry(card["uuid"]))).json() == {"recorded": 1}
            assert check_cards(await client.post(CALL, json=call(WHOLE))) == []
            for body, status in FED_BACK.values():
                answer = await client.post(f"{FEEDBACK}?card={MARK}", json=body, headers={"X-Mark": MARK})
                assert (answer.status_code, MARK in answer.text) == (status, False)
            assert MARK not in (await client.get("/metrics")).text
    check_nowhere(url, card["uuid"])
    assert not [line for line in taken_over.raw if holds_mark(line)]


async def test_no_mark_of_a_token(answerer: Answerer, taken_over: Lines, url: str, tmp_path: Path) -> None:
    """Good ones with the mark where nothing is asked of it, and wrong ones."""
    clock = Clock()
    with opened(url, taken_over) as store:
        settings = settings_of(tmp_path)
        log = Log("debug", taken_over)
        app = create_app(settings, answerer=answerer, log=log, store=store, clocks=Clocks(clock, clock))
        async with client_of(app) as client:

            async def asked(path: str, body: object, text: str) -> httpx.Response:
                return await client.post(path, json=body, headers=bearing(text))

            good = token(jti=MARK, sub=MARK)
            (card,) = check_cards(await asked(CALL, call(WHOLE), good))
            assert (await asked(FEEDBACK, entry(card["uuid"]), token(jti=f"2{MARK}"))).json() == {"recorded": 1}
            for text in (*TOKENS.values(), good):
                for path, body in ((CALL, call(WHOLE)), (FEEDBACK, entry(MARK))):
                    answer = await asked(path, body, text)
                    assert (answer.status_code, answer.content) == (401, b"")
            assert MARK not in (await client.get("/metrics")).text
    check_nowhere(url, card["uuid"])
    assert not [line for line in taken_over.raw if holds_mark(line)]


def forbid_in_sqlite(url: str) -> None:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        for table in ("feedback", "decisions"):
            told = f"BEGIN SELECT RAISE(ABORT, '{MARK}'); END"
            connection.execute(f"CREATE TRIGGER {MARK}_{table} BEFORE INSERT ON {table} {told}")
    connection.close()


def forbid_in_postgresql(url: str) -> None:
    with psycopg.connect(address_of(url)) as connection:
        for table in ("feedback", "decisions"):
            told = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} CHECK (false)")
            connection.execute(told.format(sql.Identifier(table), sql.Identifier(MARK)))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_statement_that_fails_is_told_without_its_words(
    answerer: Answerer, taken_over: Lines, request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """Databases quote the row, the parameters and names in an error: here each error names the mark."""
    sqlite = f"sqlite:///{tmp_path}/store.db"
    url = sqlite if kind == "sqlite" else str(request.getfixturevalue("new_postgresql")())
    with opened(url, taken_over) as store:
        (forbid_in_sqlite if kind == "sqlite" else forbid_in_postgresql)(url)
        async with client_of(app_of(answerer, taken_over, store=store)) as client:
            answer = await client.post(FEEDBACK, json=entry(MARK))
            check_outcome(answer, 503)
            check_cards(await client.post(CALL, json=call(WHOLE)))
            assert MARK not in answer.text + (await client.get("/metrics")).text
            assert MARK not in (await client.get("/readyz")).text
    lost = [line for line in taken_over.raw if b"store-lost" in line]
    assert lost and (b"IntegrityError" in lost[0] or b"OperationalError" in lost[0])
    assert any(b"cards-not-kept" in line for line in taken_over.raw)
    assert not [line for line in taken_over.raw if holds_mark(line)]


def test_the_walk_finds_what_is_there(url: str) -> None:
    with psycopg.connect(address_of(url), autocommit=True) as connection:
        connection.execute("CREATE TABLE marked (a text, b bytea)")
        connection.execute("INSERT INTO marked VALUES ('x', %s)", [MARK.encode()])
        assert holds_mark(dump(connection).encode())
        assert {"log", "pg_wal"} <= {
            path.parent.name if path.name != "log" else "log" for path, held in files(connection) if holds_mark(held)
        }
