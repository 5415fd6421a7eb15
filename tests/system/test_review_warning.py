"""A start says how many numbers no clinician has reviewed within a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cds_service.knowledge.load import load_knowledge
from cds_service.observe.logs import Log
from cds_service.serving import warn_of_reviews
from tests.hooks.calls import Lines

DAY = date(2026, 11, 22)


def test_a_line_counts_the_numbers_that_wait_for_a_review() -> None:
    knowledge, lines = load_knowledge(), Lines()
    warn_of_reviews(knowledge, DAY, Log("info", lines))

    waiting = len(knowledge.threshold_notes)
    assert (lines.last["level"], lines.last["event"]) == ("warning", "not-reviewed")
    assert lines.last["setting"] == "CDS_KNOWLEDGE_DIR"
    assert lines.last["message"].startswith(f"{waiting} of {waiting} numbers have had no clinician's review")


def test_no_line_where_all_are_reviewed() -> None:
    ours, lines = load_knowledge(), Lines()
    notes = {name: replace(note, reviewed="A. Surgeon, 2026-11-01") for name, note in ours.threshold_notes.items()}
    warn_of_reviews(replace(ours, threshold_notes=notes), DAY, Log("info", lines))

    assert lines.raw == []
