"""A card whose words are wrong stops the start, naming file, key and mend."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from cds_service.errors import KnowledgeError
from cds_service.rendering.checks import ALL_UNCHECKED, LEAST_ROOM, SUMMARY_LIMIT, load_cards
from cds_service.rendering.override_reasons import OVERRIDE_DISPLAYS
from cds_service.rendering.words import SITUATIONS
from tests.rendering.charts import knowledge, words


def site(folder: Path, **cards: str) -> Path:
    """A CDS_CARDS_DIR with these files; an underscore in a name is a hyphen."""
    for name, text in cards.items():
        (folder / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return folder


def refusal(cards_dir: Path) -> str:
    with pytest.raises(KnowledgeError) as refused:
        load_cards(knowledge().evidence, cards_dir)
    return str(refused.value)


def test_every_rule_that_speaks_has_its_card() -> None:
    assert set(words().cards) == set(SITUATIONS)
    assert all(card.rule == rule for rule, card in words().cards.items())


def test_indicators_are_those_of_the_decision_table() -> None:
    assert {rule: card.indicator for rule, card in words().cards.items()} == {
        "urgent-emergency": "critical",
        "urgent-prompt": "warning",
        "not-advised": "warning",
        "optimise-first": "warning",
        "recommend": "info",
        "consider": "info",
    }


def test_summaries_leave_room_for_reasons_beside_every_unchecked_key() -> None:
    for card in words().cards.values():
        form = (card.short_summary or card.summary).removesuffix(".").format(reasons="")
        assert len(form + ALL_UNCHECKED) + LEAST_ROOM <= SUMMARY_LIMIT


def test_no_card_promises_or_names_a_success_figure() -> None:
    shared = words().shared
    said = [*shared.actions.values(), *shared.candidates.values(), shared.footer, shared.not_checked]
    for card in words().cards.values():
        said += [card.summary, card.short_summary, *card.next.values(), *card.options]
    for text in said:
        assert "%" not in text
        assert "success" not in text.lower()


def test_figures_of_the_source_document_are_attributed() -> None:
    for text in words().shared.candidates.values():
        assert "source document" in text


def test_a_site_may_reword_one_key_and_keep_the_rest(tmp_path: Path) -> None:
    laid = site(tmp_path, recommend='summary = "Consider MISS: {reasons}."\n[next]\nusual = "Refer."\n')
    card = load_cards(knowledge().evidence, laid).cards["recommend"]
    assert card.summary == "Consider MISS: {reasons}."
    assert card.next == {**words().cards["recommend"].next, "usual": "Refer."}
    assert card.title == words().cards["recommend"].title


def test_a_site_may_reword_what_cards_share(tmp_path: Path) -> None:
    laid = site(tmp_path, shared='[actions]\nobesity = "ask the dietician"\n')
    shared = load_cards(knowledge().evidence, laid).shared
    assert shared.actions["obesity"] == "ask the dietician"
    assert shared.actions["current-smoking"] == words().shared.actions["current-smoking"]


LONG = "x" * 200
ORDER = '[suggestions.{kind}]\nlabel = "OL"\norder = "x"\nnote = "x"\n'


@pytest.mark.parametrize(
    ("card", "text", "told"),
    [
        ("recommend", 'rule = "consider"', ("rule: is consider", "recommend")),
        ("recommend", "summary = 3", ("recommend.summary: Input should be a valid string", "mend it there")),
        ("recommend", 'indicator = "hard-stop"', ("recommend.indicator", "'info', 'warning' or 'critical'")),
        ("recommend", 'colour = "red"', ("recommend.colour", "mend it there")),
        ("recommend", 'summary = "Refer: {name}, {reasons}"', ("summary: {name} is no place here; use reasons",)),
        ("recommend", 'summary = "Refer."', ("summary: has no place for the reasons", "write {reasons} once")),
        ("recommend", 'summary = "{reasons}{reasons}"', ("summary: has no place for the reasons, or several",)),
        ("recommend", 'summary = "{reasons} {"', ("summary: ", "a brace as {{ or }}")),
        ("recommend", 'summary = "{reasons} {reasons.x}"', ("{reasons.x} does more than name a place",)),
        ("recommend", 'summary = "{reasons} {0:>99}"', ("does more than name a place",)),
        ("recommend", 'summary = "{reasons} {actions!r}"', ("does more than name a place",)),
        ("recommend", f'summary = "{LONG} {{reasons}}"', ("summary: has 201 characters; write one line of 1 to 115",)),
        ("recommend", f'summary = "{"x" * 42} {{reasons}}"', ("summary: leaves no room", "short_summary at most 41")),
        (
            "not_advised",
            f'short_summary = "{"x" * 42} {{reasons}}"',
            ("short_summary: leaves no room", "besides {reasons}"),
        ),
        ("recommend", 'title = ""', ("title: has 0 characters",)),
        ("recommend", 'options = ["two\\nlines"]', ("options: has 9 characters; write one line",)),
        ("recommend", 'options = ["{reasons}"]', ("options: {reasons} is no place here; use none",)),
        ("recommend", 'override_reasons = ["because"]', ("override_reasons: because is no reason", "action-completed")),
        ("recommend", 'override_reasons = ["patient-refuses"]', ("override_reasons: are 1; give five to seven",)),
        ("recommend", f"override_reasons = {sorted(OVERRIDE_DISPLAYS)[:8]}", ("override_reasons: are 8",)),
        ("recommend", f"override_reasons = {['patient-refuses'] * 5}", ("each once",)),
        ("recommend", 'basis = ["E99"]', ("basis: E99 is no source; use an id of evidence.toml",)),
        ("recommend", 'candidates = ["hip"]', ("recommend.candidates.0",)),
        ("recommend", '[next]\nusual = "{names}"', ("next.usual: {names} is no place here; use reasons, actions",)),
        ("recommend", f'[next]\nusual = "{LONG * 2}xx"', ("next.usual: may come to", "560 is the most", "shorten it")),
        ("recommend", '[next]\nnever = "x"', ("recommend.next.never",)),
        ("shared", 'footer = "{patient}"', ("footer: {patient} is no place here; use version, day",)),
        ("shared", f'not_checked = "{LONG}"', ("not_checked: has 200 characters",)),
        ("shared", '[actions]\nhope = "x"', ("shared.actions.hope",)),
        ("shared", '[basis]\nobesity = ["E99"]', ("basis.obesity: E99 is no source",)),
        ("recommend", '[suggestions.surgery]\nlabel = "x"', ("recommend.suggestions.surgery",)),
        ("consider", '[suggestions.mri]\nlabel = "x"', ("consider.suggestions.mri.order: Field required",)),
        ("recommend", ORDER.format(kind="cardiology"), ("suggestions.cardiology: is not offered on this card",)),
        ("recommend", ORDER.format(kind="mri").replace("OL", "{patient}"), ("{patient} is no place here; use place",)),
        ("recommend", ORDER.format(kind="mri").replace("OL", LONG), ("suggestions.mri.label: has 200 characters",)),
        ("shared", '[members]\nnote = ""', ("members.note: has 0 characters",)),
        ("maybe", 'rule = "maybe"', ("no card has this name", "recommend.toml")),
        ("recommend", "summary", ("recommend.toml", "mend the TOML there")),
    ],
)
def test_a_wrong_card_stops_the_start(tmp_path: Path, card: str, text: str, told: tuple[str, ...]) -> None:
    laid = site(tmp_path, **{card: text})
    message = refusal(laid)
    assert message.startswith(str(laid / f"{card.replace('_', '-')}.toml"))
    for words_in_it in told:
        assert words_in_it in message


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A copy of our cards, to take something away from."""
    copy = tmp_path / "cards"
    copy.mkdir()
    for entry in files("cards").iterdir():
        if entry.name.endswith(".toml"):
            (copy / entry.name).write_bytes(entry.read_bytes())
    return copy


@pytest.mark.parametrize(
    ("card", "line", "told"),
    [
        ("recommend", "summary", "recommend.summary: Field required"),
        ("recommend", "override_reasons", "recommend.override_reasons: Field required"),
        ("not-advised", "time-critical", "next.time-critical: is missing; say what comes next then"),
        ("shared", "footer", "shared.footer: Field required"),
        ("shared", "corpectomy", "candidates.corpectomy: is missing; say what the procedure is"),
        ("shared", "bodySite", "members.bodySite: is missing; say what it is called"),
    ],
)
def test_a_missing_key_stops_the_start(ours: Path, card: str, line: str, told: str) -> None:
    file = ours / f"{card}.toml"
    kept = [text for text in file.read_text(encoding="utf-8").splitlines() if not text.startswith(f"{line} =")]
    file.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=told) as refused:
        load_cards(knowledge().evidence, ours=ours)
    assert str(refused.value).startswith(str(file))


def test_a_card_without_words_for_an_order_stops_the_start(ours: Path) -> None:
    file = ours / "recommend.toml"
    file.write_text(file.read_text(encoding="utf-8").partition("[suggestions.mri]")[0], encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"suggestions\.mri: is missing; give its label, order and note"):
        load_cards(knowledge().evidence, ours=ours)


def test_a_missing_card_stops_the_start(ours: Path) -> None:
    (ours / "consider.toml").unlink()
    with pytest.raises(KnowledgeError, match=r"consider\.toml: is missing"):
        load_cards(knowledge().evidence, ours=ours)


def test_cards_of_a_folder_that_is_none_stop_the_start(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    assert "is not a folder" in refusal(tmp_path)
