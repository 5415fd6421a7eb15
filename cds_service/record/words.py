"""Words of a chart, cleaned and bounded, and when they do not mean what they name.

A match does not count where its clause denies it. A clause ends at . ; , : or "but" and its like, and the word that
denies ("no", "denies", "without", "negative for") stands at most 40 characters before the match, or closes it
("sciatica: none", "back pain resolved"). "No relief" and "no change" deny nothing. One list is denied as a whole: short
items without a verb, closed by "or" or "nor" ("no numbness, weakness or pain"). Without such a closing the comma ends
it, so "no fever, low back pain" keeps its pain; "and" closes no list, because "no fever, back pain and sciatica" may
mean either, and a complaint that is said is better read than lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from cds_service.knowledge.patterns import Guards
from cds_service.knowledge.stems import stems_of
from cds_service.wire.fhir import Annotation, CodeableConcept

LONGEST_TEXT = 1_000
LONGEST_CONCLUSION = 4_000
LONGEST_ITEM = 40
CLAUSE_END = re.compile(r"[.;,:]|\b(?:but|however|although|though|except)\b", re.IGNORECASE)
LIST_END = re.compile(r"[.;:]|\b(?:but|however|although|though|except)\b", re.IGNORECASE)
CLOSING = re.compile(r"\b(?:or|nor)\b", re.IGNORECASE)
VERB = re.compile(
    r"\b(?:ha[sd]|have|having|is|are|was|were|with|since|now|positive|found|known|shows?|reports?|reported|reporting"
    r"|presents?|presented|presenting|states?|stated|notes?|noted|feels?|complain\w*|describe\w*|endorse\w*|admit\w*"
    r"|develop\w*|experienc\w*|suffer\w*|continu\w*|persist\w*|remain\w*)\b",
    re.IGNORECASE,
)
RULED_OUT = "ruled out"
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
# Necks and backs that are no spine.
NO_SPINE = re.compile(
    r"\b(?:(?:femoral|humeral|radial|talar|surgical|anatomical|bladder|uterine) neck"
    r"|neck of (?:the )?(?:left |right )?(?:femur|humerus|radius|talus|mandible|bladder|pancreas|gall ?bladder|uterus)"
    r"|back of (?:the )?(?:left |right )?(?:hands?|heads?|knees?|legs?|thighs?|calf|calves|foot|feet"
    r"|heels?|ankles?|arms?|elbows?|shoulders?|tongue|throat|nose|eyes?|ears?))\b",
    re.IGNORECASE,
)


def cleaned(text: str | None, longest: int | None = LONGEST_TEXT) -> str:
    """The text with control, bidi and zero-width characters and line breaks as spaces, cut to `longest`.

    Full-width letters become plain ones, and a letter and its accent one character, because both are written both ways.
    """
    if not text:
        return ""
    text = text[:longest]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(DASHES)[:longest]
    if text.isprintable() and "  " not in text:
        return text
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def strings_of(concepts: Iterable[CodeableConcept | None]) -> tuple[str, ...]:
    """code.text and each display, as separate strings, each once."""
    found: list[str] = []
    for concept in concepts:
        if concept is not None:
            written = [concept.text]
            if concept.coding:
                written += [coding.display for coding in concept.coding]
            for text in written:
                if text and (clean := cleaned(text)) not in found:
                    found.append(clean)
    return tuple(found)


def with_sites(words: tuple[str, ...], sites: list[CodeableConcept] | None) -> tuple[str, ...]:
    """The words, and those of bodySite that are not among them."""
    return (*words, *(site for site in strings_of(sites or ()) if site not in words))


def notes_of(notes: list[Annotation] | None) -> tuple[str, ...]:
    """The remarks that say something."""
    return tuple(filter(None, (cleaned(note.text) for note in notes or ())))


def might_hold(text: str, regexes: tuple[str, ...]) -> bool:
    """Some pattern could match the text: a few letters of it are there. Cheap, and never wrongly false."""
    return holds_one(text.lower(), stems_of(regexes))


def holds_one(lower: str, stems: tuple[str, ...]) -> bool:
    """One of the stems stands in the lower-cased text."""
    for stem in stems:  # a loop, because this is asked of every text and a generator costs twice as much
        if stem in lower:
            return True
    return False


def last_clause(before: str) -> str:
    """What stands after the last end of a clause."""
    return CLAUSE_END.split(before)[-1]


def denied(text: str, match: re.Match[str], guards: Guards) -> bool:
    """The match is denied by its clause, as part of a list denied as a whole, or by what closes it."""
    return _denied_before(text, match.start(), guards) or guards.denied_after.search(text[match.end() :]) is not None


def _denied_before(text: str, start: int, guards: Guards) -> bool:
    before = LIST_END.split(text[:start])[-1]
    if guards.negation_guard.search(before):
        return True
    return "," in before and _in_denied_list(before, text[start:], guards)


def _in_denied_list(before: str, after: str, guards: Guards) -> bool:
    items = before.split(",")
    denying = [place for place, item in enumerate(items[:-1]) if guards.negation_guard.search(item)]
    if not denying:
        return False
    listed = ",".join(items[denying[-1] + 1 :])
    whole = LIST_END.split(listed + after, maxsplit=1)[0]
    closing = CLOSING.search(whole)
    if closing is None or _closes_early(items[denying[-1]], guards) or "," in whole[closing.end() : len(listed)]:
        return False
    inside = whole[: max(closing.start(), len(listed))]
    return VERB.search(inside) is None and all(len(item.strip()) <= LONGEST_ITEM for item in inside.split(","))


def _closes_early(item: str, guards: Guards) -> bool:
    """The item that denies holds its own "or": "no fever or chills, ..." is a whole list."""
    said = guards.negation_guard.search(item)
    return said is not None and CLOSING.search(said.group()) is not None


def said_in(regex: re.Pattern[str], text: str, guards: Guards) -> Iterator[re.Match[str]]:
    """The matches that are not denied."""
    for match in regex.finditer(text):
        if not denied(text, match, guards):
            yield match


def says(regex: re.Pattern[str], strings: Iterable[str], guards: Guards) -> bool:
    """One of the strings says it and does not deny it."""
    return any(True for text in strings for _ in said_in(regex, text, guards))


def clause_around(text: str, match: re.Match[str]) -> str:
    """The clause a match stands in, and the next where that is a single word ("epidural fibrosis, severe")."""
    after = CLAUSE_END.split(text[match.end() :])
    own = last_clause(text[: match.start()]) + match.group() + after[0]
    return f"{own} {after[1]}" if len(after) > 1 and len(after[1].split()) == 1 else own


def names_spine(text: str, guards: Guards) -> bool:
    """A spine word, not denied; the neck of a femur and the back of a hand are none."""
    if not might_hold(text, (guards.word_spine.pattern,)):
        return False
    return says(guards.word_spine, (NO_SPINE.sub(" ", text),), guards)


def is_unconfirmed(strings: Iterable[str], guards: Guards) -> bool:
    """ "Rule out", "r/o", "suspected", or a question mark at either end."""
    regex = guards.unconfirmed
    return any(might_hold(text, (regex.pattern,)) and regex.search(text) for text in strings)


def without_ruled_out(
    strings: tuple[str, ...], guards: Guards, names_something: Callable[[str], bool]
) -> tuple[str, ...] | None:
    """The strings less the clauses that were ruled out; None where the entry is not to be used.

    Family history, a relative or screening: not used. "Ruled out": not used, unless another clause of the same string
    names a concept; the display of a code is no clause of the text beside it.
    """
    regex = guards.dropped
    if not any(might_hold(text, (regex.pattern,)) for text in strings):
        return strings
    kept: list[str] = []
    for text in strings:
        said = {match.group().lower() for match in regex.finditer(text)}
        if said - {RULED_OUT}:
            return None
        rest = _other_clauses(text, regex) if said else text
        if said and not names_something(rest):
            return None
        kept.append(rest)
    return tuple(kept)


def _other_clauses(text: str, ruled_out: re.Pattern[str]) -> str:
    """The text less each clause that says "ruled out"; said by itself, that is of its neighbour."""
    clauses = [clause.strip() for clause in CLAUSE_END.split(text)]
    gone: set[int] = set()
    for place, clause in enumerate(clauses):
        if ruled_out.search(clause):
            gone.add(place)
            if not ruled_out.sub("", clause).strip():
                gone.add(place + 1 if place == 0 else place - 1)
    return ", ".join(clause for place, clause in enumerate(clauses) if place not in gone and clause)
