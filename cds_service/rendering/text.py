"""Words that may go on a card: chart text made harmless, and any text cut where a reader would cut it.

GitHub's Markdown makes links of bare addresses, and one of the two ways it does so looks at the text after
backslashes are gone (remark-gfm, which the public sandbox uses). So an address also gets a space.
"""

from __future__ import annotations

import re
from unicodedata import category

QUOTE_LIMIT = 80
ELLIPSIS = "…"
# What is read of a display, however long it is: blanks collapse, so that more than QUOTE_LIMIT may be needed.
READ_LIMIT = 2_000
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
ESCAPES = str.maketrans(ENTITIES | {c: f"\\{c}" for c in r"\`*_{}[]()#+-.!|~:@"})
OWN_ESCAPES = str.maketrans(ENTITIES | {c: f"\\{c}" for c in r"\`*_[]|~"})
OWN_SPECIAL = re.compile(r"[&<>\\`*_\[\]|~]")
ADDRESS = re.compile(r"(?<=www)(?=\.)|(?<=:)(?=//)|(?=@)", re.IGNORECASE)
DANGLING = " ,;:(–"  # a cut leaves none of these at the end


def cleaned(text: str) -> str:
    """One line of printable text: control, bidi and zero-width characters and line breaks become a space."""
    read = text[:READ_LIMIT]
    if not read.isprintable():
        read = "".join(c if c.isprintable() else " " for c in read)
    return " ".join(read.split()) + (ELLIPSIS if len(text) > READ_LIMIT else "")


def shown(text: str) -> str:
    """Chart text as plain text: cleaned, and cut to 80 characters with "…"."""
    return cut(cleaned(text), QUOTE_LIMIT)


def quoted(text: str) -> str:
    """Chart text for Markdown: as `shown`, and escaped, so that it says what it says and does nothing else."""
    return ADDRESS.sub(" ", shown(text)).translate(ESCAPES)


def own(text: str) -> str:
    """Our own words for Markdown: "EF < 40 %" stays what it is, and no star or bracket starts anything."""
    return text.translate(OWN_ESCAPES) if OWN_SPECIAL.search(text) else text


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, "…" included; what a reader sees as one character is never split."""
    if len(text) <= limit:
        return text
    end = limit - len(ELLIPSIS)
    while end > 0 and _one_character(text, end):
        end -= 1
    return text[:end].rstrip(DANGLING) + ELLIPSIS


def cut_at_word(text: str, limit: int) -> str:
    """As `cut`, after a whole word, unless that would lose more than half of what there is room for."""
    if len(text) <= limit:
        return text
    space = text.rfind(" ", 0, limit)
    return text[:space].rstrip(DANGLING) + ELLIPSIS if space > limit // 2 else cut(text, limit)


def _one_character(text: str, at: int) -> bool:
    """The character at `at` belongs to the one before it: an accent, skin tone, vowel jamo or half of a flag."""
    following = text[at]
    if "\u1160" <= following <= "\u11ff" or "\U0001f3fb" <= following <= "\U0001f3ff":
        return True
    return category(following).startswith("M") or _half_of_flag(text, at)


def _half_of_flag(text: str, at: int) -> bool:
    """An odd number of regional indicators stands before the one at `at`: they pair from the left."""
    before = at
    while before > 0 and _regional(text[before - 1]):
        before -= 1
    return _regional(text[at]) and (at - before) % 2 == 1


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
