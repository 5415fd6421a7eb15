"""docs/rules.md and docs/coverage.md say what the rules say today."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.answer import Answerer, answerer_of
from cds_service.assessment.miss import DECISION_TABLE
from cds_service.commands.coverage import Shown, Uncovered, coverage, plain, run_vignettes
from cds_service.commands.documents import FOLDER, made_today, main, out_of_date
from cds_service.settings import Settings
from cds_service.vignettes.moving import TOLD_ON
from cds_service.vignettes.reading import load_vignettes


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    """The stages, on the day the vignettes are told."""
    return answerer_of(Settings(), "https://miss.example", lambda: TOLD_ON)


@pytest.fixture(scope="module")
def made() -> Mapping[str, str]:
    """The documents as they should be."""
    return made_today()


@pytest.fixture(scope="module")
def shown(answerer: Answerer) -> tuple[Shown, ...]:
    """Every vignette with its answer."""
    return run_vignettes(answerer, load_vignettes())


def test_the_documents_are_current() -> None:
    command = [sys.executable, "-m", "cds_service.commands.documents", "--check"]
    checked = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")


def test_no_version_stands_in_them(made: Mapping[str, str], answerer: Answerer) -> None:
    assert not any(answerer.knowledge.version in text for text in made.values())


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_every_statement_has_a_row_without_an_empty_cell(made: Mapping[str, str], answerer: Answerer) -> None:
    head, *stated = rows(made["coverage.md"])

    assert len(head) == 6
    assert len(stated) == len(answerer.knowledge.source_document)
    assert all(len(row) == 6 and all(row) for row in stated)


def test_the_vignettes_of_a_row_bring_a_card_with_its_words(
    made: Mapping[str, str], answerer: Answerer, shown: tuple[Shown, ...]
) -> None:
    cards = {one.vignette.id: " ".join(one.lines).lower() for one in shown}
    for fact, (_, _, _, _, text, vignettes) in zip(
        answerer.knowledge.source_document, rows(made["coverage.md"])[1:], strict=True
    ):
        if fact.card:
            assert fact.card.lower() in text.lower()
            assert all(fact.card.lower() in cards[name] for name in vignettes.split(", "))
        else:
            assert text.startswith("on no card; handout, ")


def test_a_statement_that_no_vignette_shows_is_named(answerer: Answerer, shown: tuple[Shown, ...]) -> None:
    first, *others = answerer.knowledge.source_document
    unseen = replace(first, finding="imaging", card="words of no card")
    spoiled = replace(answerer.knowledge, source_document=(unseen, *others))

    with pytest.raises(Uncovered, match=r"technique.*: no vignette's card says it"):
        coverage(spoiled, shown)


def test_every_rule_number_and_source_is_in_the_rules(made: Mapping[str, str], answerer: Answerer) -> None:
    text = made["rules.md"]

    assert re.findall(r"^## \d+\. (\S+)$", text, re.MULTILINE) == [row.id for row in DECISION_TABLE]
    assert all(f"| `{name}` | " in text for name in answerer.knowledge.threshold_notes)
    assert all(f"\n- {source}: " in text for source in answerer.knowledge.evidence)


def test_they_are_written_and_then_current(
    tmp_path: Path, made: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "docs"
    assert main(["--check"], folder, made) == 1
    assert "coverage.md is out of date; run `python -m cds_service.commands.documents`" in capsys.readouterr().err
    assert main([], folder, made) == 0
    assert {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()} == dict(made)
    (folder / "rules.md").write_text("old")
    assert out_of_date(made, folder) == ("rules.md",)
    assert main([], folder, made) == 0
    assert main(["--check"], folder, made) == 0


@pytest.mark.parametrize(
    ("line", "text"),
    [("- HbA1c 9\\.4 %", "HbA1c 9.4 %"), ("**Next:** EF &lt; 40 %", "Next: EF < 40 %"), ("plain", "plain")],
)
def test_a_line_of_markdown_is_read_as_text(line: str, text: str) -> None:
    assert plain(line) == text
