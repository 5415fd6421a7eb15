"""What goes out: nothing null, nothing empty, except where the specification wants it."""

from __future__ import annotations

import msgspec

from cds_service.wire import cds_hooks as wire


def encoded(value: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_an_answer_without_cards_still_has_cards() -> None:
    assert encoded(wire.Response()) == {"cards": []}


def test_discovery_without_services_still_has_services() -> None:
    assert encoded(wire.Discovery()) == {"services": []}


def test_a_card_leaves_out_what_it_has_not() -> None:
    card = wire.Card(uuid="u", summary="s", indicator="info", source=wire.Source("l"))
    assert encoded(card) == {"uuid": "u", "summary": "s", "indicator": "info", "source": {"label": "l"}}


def test_an_extension_leaves_out_what_it_has_not() -> None:
    told = wire.AssessmentExtension(
        outcome="none",
        knowledgeVersion="v",
        assessedOn="2026-11-22",
        signs=(wire.SignState("deformity", "absent"),),
        risks=(wire.RiskState("obesity", "unknown"),),
        opioids=wire.Opioids("none"),
        conservativeCare="unknown",
        symptomDurationDays=wire.DayBounds(7),
        priorSurgery=(wire.Operation("other", "unknown"),),
    )
    assert encoded(wire.Extension(told)) == {
        "org.miss-cds.assessment": {
            "outcome": "none",
            "knowledgeVersion": "v",
            "assessedOn": "2026-11-22",
            "signs": [{"id": "deformity", "state": "absent"}],
            "risks": [{"id": "obesity", "state": "unknown"}],
            "symptomDurationDays": {"min": 7},
            "opioids": {"status": "none"},
            "conservativeCare": "unknown",
            "priorSurgery": [{"kind": "other", "region": "unknown"}],
        }
    }


def test_a_zero_is_a_value_and_is_written() -> None:
    assert encoded(wire.DoseBounds(0, 0, True)) == {"min": 0, "max": 0, "complete": True}
    assert encoded(wire.Opioids("none", wire.DoseBounds(0, 0, True), 0)) == {
        "status": "none",
        "mmePerDay": {"min": 0, "max": 0, "complete": True},
        "coveredDays": 0,
    }


def test_texts_and_lists_made_empty_on_the_way_are_left_out_too() -> None:
    made = "".join(part for part in ("a", "b") if part == "c")
    listed = tuple(part for part in ("a", "b") if part == "c")
    assert encoded(wire.SignState("deformity", "absent", "", made, listed)) == {
        "id": "deformity",
        "state": "absent",
    }
    assert encoded(wire.Coding("s", "c", made)) == {"system": "s", "code": "c"}
