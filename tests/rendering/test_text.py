"""Chart text on a card: what it says stays, what it could do is gone."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cds_service.rendering.text import QUOTE_LIMIT, cleaned, cut, cut_at_word, own, quoted, shown

MARKDOWN = MarkdownIt("js-default")
# What remark-gfm (the public sandbox) makes a link of after escapes are gone.
AUTOLINK = re.compile(r"https?://[-.\w]|www\.[-.\w]|[-.\w+]@[-\w]", re.IGNORECASE)
HOSTILE = (
    "![x](http://evil.example/a.png)",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "see http://evil.example now",
    "see HTTPS://evil.example now",
    "www.evil.example",
    "WWW.evil.example",
    "a@b.c",
    "mailto:a@b.c",
    "<http://evil.example>",
    "**bold** _em_ ~~gone~~ `code`",
    "# heading",
    "- item",
    "1. item",
    "| a | b |\n|---|---|",
    "```\ncode\n```",
    "&lt;script&gt; &am &#60;b&#62;",
    "\\*not em\\*",
    "[ref]: http://evil.example",
    "$x$ @someone #12 :smile:",
    "x\u202egnp.exe\u202c",
)


@pytest.mark.parametrize(
    "character",
    [
        "\n",
        "\r\n",
        "\t",
        "\x00",
        "\x7f",
        "\x85",
        "\u200b",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u2028",
        "\u00ad",
        "\ud800",
        "\u00a0",
    ],
)
def test_what_cannot_be_seen_becomes_a_space(character: str) -> None:
    assert cleaned(f"low{character}back") == "low back"
    assert cleaned(f"{character}low back{character}") == "low back"


def test_printable_text_of_any_script_stays() -> None:
    assert cleaned("Rückenschmerz, 腰痛, ألم الظهر") == "Rückenschmerz, 腰痛, ألم الظهر"


def test_a_display_of_a_megabyte_is_read_in_part_and_cut() -> None:
    assert shown("A" * 1_000_000) == "A" * 79 + "…"
    assert shown("\u200b" * 1_000_000 + "A") == "…"
    assert len(shown("back pain " * 100_000)) <= QUOTE_LIMIT


@pytest.mark.parametrize(("length", "expected"), [(79, "x" * 79), (80, "x" * 80), (81, "x" * 79 + "…")])
def test_chart_text_is_cut_to_eighty_characters(length: int, expected: str) -> None:
    assert shown("x" * length) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text: str) -> None:
    html = MARKDOWN.renderInline(f"“{quoted(text)}”")
    assert not re.search(r"<[a-z]", html)
    plain = unescape(html)
    assert not AUTOLINK.search(plain)
    assert plain.replace(" ", "") == f"“{shown(text)}”".replace(" ", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_no_block_either(text: str) -> None:
    html = MARKDOWN.render(f"- fact: “{quoted(text)}”")
    assert re.fullmatch(r"<ul>\n<li>[^<]*</li>\n</ul>\n", html)


@given(st.text(alphabet=st.sampled_from("\\`*_{}[]()#+-.!|~:@<>&ab \nw/h\u202e\u0301"), max_size=120))
def test_no_chart_text_does_anything(text: str) -> None:
    html = MARKDOWN.renderInline(f"“{quoted(text)}”")
    assert not re.search(r"<[a-z/!]", html)
    assert not AUTOLINK.search(unescape(html))
    assert "<" not in quoted(text)


@given(st.text(max_size=200))
def test_any_text_is_one_printable_line_of_eighty_characters(text: str) -> None:
    line = shown(text)
    assert line.isprintable()
    assert len(line) <= QUOTE_LIMIT


def test_escapes_are_made_after_the_cut() -> None:
    assert quoted("a" * 78 + "\\*b") == "a" * 78 + "\\\\…"
    assert quoted("a" * 78 + "<script>") == "a" * 78 + "&lt;…"


def test_every_special_character_is_escaped() -> None:
    for character in r"\`*_{}[]()#+-.!|~:":
        assert quoted(f"a{character}b") == f"a\\{character}b"
    assert quoted("a@b") == "a \\@b"
    assert quoted("<&>") == "&lt;&amp;&gt;"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HbA1c 9.4 % (2 Oct)", "HbA1c 9.4 % (2 Oct)"),
        ("EF < 40 %", "EF &lt; 40 %"),
        ("a_b *c* [d] `e` | ~f~ \\", "a\\_b \\*c\\* \\[d\\] \\`e\\` \\| \\~f\\~ \\\\"),
        ("Brain & Spine > 2", "Brain &amp; Spine &gt; 2"),
    ],
)
def test_our_own_words_mean_what_they_say(text: str, expected: str) -> None:
    assert own(text) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd  efg", 6, "abcd…"),
        ("abcde\u0301fgh", 6, "abcd…"),  # an accent stays with its letter
        ("abcd👍🏽efg", 6, "abcd…"),  # a skin tone with its hand
        ("abcd\u1100\u1161efg", 6, "abcd…"),  # a vowel with its consonant
        ("abc🇩🇪🇫🇷x", 6, "abc🇩🇪…"),  # flags are pairs of letters, counted from the left
        ("abcd🇩🇪🇫🇷x", 6, "abcd…"),
        ("\u0301" * 9, 6, "…"),
    ],
)
def test_what_a_reader_sees_as_one_character_is_not_split(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("extensive epidural scarring", 27, "extensive epidural scarring"),
        ("extensive epidural scarring", 26, "extensive epidural…"),
        ("extensive, epidural scarring", 12, "extensive…"),
        ("in pneumonoultramicroscopic", 12, "in pneumono…"),
    ],
)
def test_our_words_are_cut_after_a_word(text: str, limit: int, expected: str) -> None:
    assert cut_at_word(text, limit) == expected
