"""The program that puts the service under load works: seconds of it, no rate asked for, an outage that is soon over."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bench.bodies import LISTED, MEASURED, PATIENT, bodies
from cds_service.answer import Answerer
from cds_service.knowledge.load import load_knowledge
from tests.hooks.calls import CALL, Lines, app_of, check_cards, client_of
from tests.hooks.conftest import answerer, anyio_backend, lines

__all__ = ["answerer", "anyio_backend", "lines"]
SHORT = "--minutes 0.15 --outage 2 --saturate 1 --share 0.2 --entries 20 --flat 2".split()
KEPT = ("no lost feedback, none twice", "every card is counted", "memory flat", "every stop ended with 0")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="memory and workers are read from /proc")
@pytest.mark.parametrize(("database", "auth"), [("sqlite", "none"), ("postgresql", "observe")])
def test_a_short_load(tmp_path: Path, database: str, auth: str) -> None:
    told = tmp_path / "load.json"
    command = [sys.executable, "-m", "bench.load", "--database", database, "--auth", auth, "--json", str(told), *SHORT]
    ended = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert ended.returncode in (0, 1), ended.stderr.decode()
    figures = json.loads(told.read_text("utf-8"))
    broken = {name: one["said"] for name, one in figures["requirements"].items() if not one["holds"]}
    assert not set(broken) & set(KEPT), broken
    # Whoever connected in the very moment of a stop may be cut off; nothing else fails.
    others = [
        error
        for error in figures["errors"]
        if not (error.startswith("call cut") and error.endswith("stopped and started)"))
    ]
    assert others == []
    assert figures["calls answered with a card"] > 0
    assert len(figures["events"]) == 4


async def test_every_body_is_answered_by_the_card_of_its_rule(answerer: Answerer, lines: Lines) -> None:
    made = bodies(date(2026, 11, 22), 40)
    assert len({body.rule for body in made}) == 6
    async with client_of(app_of(answerer, lines)) as client:
        for number, body in enumerate(made):
            text = body.of(number)
            assert PATIENT.encode() not in text or number == 0
            (card,) = check_cards(await client.post(CALL, content=text))
            assert card["source"]["topic"]["code"] == body.rule


def test_a_body_has_the_size_that_is_said() -> None:
    assert all(180_000 < len(body.text) < 260_000 for body in bodies(date(2026, 11, 22)))


def test_what_fills_the_charts_is_read_by_no_rule() -> None:
    knowledge = load_knowledge()
    assert not [code for code, *_ in MEASURED if code in knowledge.observations]
    assert not [
        code for code, _ in LISTED if knowledge.codes.rows("Condition", "http://hl7.org/fhir/sid/icd-10-cm", code)
    ]
