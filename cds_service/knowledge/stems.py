"""Which letters a text must hold for a pattern to match at all: asked first, because almost no text holds any.

The letters are read off the pattern itself, so a site that rewords a pattern needs nothing else. A pattern whose
letters cannot be told is tried on every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

TELLING = 3
FLAGS = re.compile(r"\(\?[aiLmsux]+\)")
# One piece of a pattern: a class, an escape, a quantifier, or a single character.
PIECE = re.compile(r"\[\^?\]?[^\]]*\]|\\.|\{[^}]*\}|.", re.DOTALL)
MAY_BE_NONE = ("?", "*", "{")
BREAKS = frozenset(".^$(")


@lru_cache(maxsize=128)
def stems_of(regexes: tuple[str, ...]) -> tuple[str, ...]:
    """Lower-case strings of which one stands in every lower-cased text that any of the patterns matches.

    ("",) stands in every text: some pattern's letters cannot be told.
    """
    found: set[str] = set()
    for regex in regexes:
        stems = _of_alternatives(PIECE.findall(FLAGS.sub("", regex)))
        if stems is None:
            return ("",)
        found |= stems
    return tuple(sorted(_shortest(found)))


def _shortest(stems: Iterable[str]) -> set[str]:
    """Without those that contain another."""
    kept: set[str] = set()
    for stem in sorted(stems, key=len):
        if not any(other in stem for other in kept):
            kept.add(stem)
    return kept


def _of_alternatives(pieces: list[str]) -> set[str] | None:
    """One stem of each alternative; None where an alternative has none."""
    found: set[str] = set()
    for alternative in _split(pieces):
        stems = _of_sequence(alternative)
        if stems is None:
            return None
        found |= stems
    return found


def _split(pieces: list[str]) -> list[list[str]]:
    alternatives: list[list[str]] = [[]]
    depth = 0
    for piece in pieces:
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and depth == 0:
            alternatives.append([])
        else:
            alternatives[-1].append(piece)
    return alternatives


def _of_sequence(pieces: list[str]) -> set[str] | None:
    """The longest run of plain letters, else the stems of a group that must match."""
    runs, groups = [""], []
    at = 0
    while at < len(pieces):
        piece, after = pieces[at], at + 1
        if piece == "(":
            after = _end_of_group(pieces, at)
        follows = pieces[after] if after < len(pieces) else ""
        optional = follows[:1] in MAY_BE_NONE and follows != ""
        letter = _letter(piece)
        if not letter or optional or follows == "+":
            runs.append("")
            if piece == "(" and not optional:
                groups.append(pieces[at + 1 : after - 1])
        else:
            runs[-1] += letter
        at = after + (optional or follows == "+")
    longest = max(runs, key=len)
    if len(longest) >= TELLING:
        return {longest}
    return _of_groups(groups) or ({longest} if longest else None)


def _letter(piece: str) -> str:
    """The character the piece stands for; empty where it stands for a class, a place or a group."""
    if len(piece) == 2 and piece[0] == "\\" and not piece[1].isalnum():
        return piece[1]
    return piece.lower() if len(piece) == 1 and piece not in BREAKS else ""


def _of_groups(groups: list[list[str]]) -> set[str] | None:
    """The stems of the group that tells most: the one whose shortest stem is longest, the first of equals."""
    found: set[str] | None = None
    for group in groups:
        stems = _of_group(group)
        if stems is not None and (found is None or len(min(stems, key=len)) > len(min(found, key=len))):
            found = stems
    return found


def _of_group(group: list[str]) -> set[str] | None:
    """None for a look-around, which matches nothing itself."""
    if group[:1] == ["?"]:
        return _of_alternatives(group[2:]) if group[1] == ":" else None
    return _of_alternatives(group)


def _end_of_group(pieces: list[str], at: int) -> int:
    """The place after the bracket that closes the group opened at `at`; a pattern that compiles has one."""
    depth, place = 1, at + 1
    while depth:
        depth += (pieces[place] == "(") - (pieces[place] == ")")
        place += 1
    return place
