"""A page's words outside the catalogue: a page is rendered in a language in which every message stands in brackets."""

from __future__ import annotations

import re
from gettext import NullTranslations
from html.parser import HTMLParser

SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-label")
VOID = ("meta", "link", "img", "br", "input", "hr")


class Brackets(NullTranslations):
    """A language that shows which words are messages."""

    def gettext(self, message: str) -> str:
        """The message in brackets."""
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Its plural in brackets."""
        return f"⟦{msgid2}⟧"


class _Words(HTMLParser):
    """What is read or spoken of a page; not what stands in an element of another language, nor in `code`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._aside: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        aside = self._is_aside or ("lang" in told and tag != "html") or tag == "code"
        if not aside:
            self.words += [told[name] or "" for name in SPOKEN if name in told]
        if tag not in VOID:
            self._aside.append(aside)

    def handle_endtag(self, tag: str) -> None:
        self._aside.pop()

    def handle_data(self, data: str) -> None:
        if not self._is_aside:
            self.words.append(data)

    @property
    def _is_aside(self) -> bool:
        return bool(self._aside) and self._aside[-1]


def unmarked_words(html: str, *allowed: str) -> list[str]:
    """The words of a page that no catalogue gave, but those `allowed`: names and ids that are the same everywhere."""
    text = " · ".join(_Words(html).words)
    # Inmost first: a message may stand in another. A label that was too long ends in "…" before its message does.
    while (rest := re.sub(r"⟦[^⟦⟧]*[⟧…]", " ", text)) != text:
        text = rest
    for name in sorted(allowed, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    return re.findall(r"[^\W\d_]{2,}", text)
