"""What a dosage instruction says in English words, read only where nothing in them is left over.

"1-2 tabs by mouth every six hours as needed for pain" is a dose, a rate and a permission. Words outside the few
that are known here ("then", "as directed", "may repeat", a second dose or rate) leave the whole unread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cds_service.record.opioid_dose import Bounds

LONGEST = 200
COUNTS = "one two three four five six seven eight nine ten eleven twelve".split()
NUMBER_WORDS: Mapping[str, float] = {
    **{word: float(number) for number, word in enumerate(COUNTS, 1)},
    **dict.fromkeys(("a", "an"), 1.0),
    **dict.fromkeys(("half", "half a", "one-half", "one half", "1/2"), 0.5),
}
# Under the names that quantities go by (`dosage.COUNTABLE`).
UNIT_NAMES: tuple[tuple[str, str], ...] = (
    ("tab", "tablet"),
    ("cap", "capsule"),
    ("pill", "unit"),
    ("patch", "patch"),
    ("supp", "suppository"),
    ("spray", "spray"),
    ("milligram", "mg"),
    ("millilit", "ml"),
    ("mcg", "mcg/h"),
    ("ug", "mcg/h"),
    ("mg", "mg"),
    ("ml", "ml"),
)
# "Twice daily" and its like: administrations a day.
NAMED_RATES: Mapping[str, float] = {
    **dict.fromkeys(("bid", "twice"), 2.0),
    **dict.fromkeys(("tid", "thrice"), 3.0),
    "qid": 4.0,
    **dict.fromkeys(("qod", "every other day"), 0.5),
    **dict.fromkeys(("weekly", "once weekly", "once a week", "every week"), 1 / 7),
}

NUM = (
    r"(?:(?:\d{1,4} 1/2|1/2|\d{1,5}(?:\.\d{1,4})?|\.\d{1,4})(?![\d./])"
    rf"|(?:half a|half|one[ -]half|{'|'.join(COUNTS)}|an?)\b)"
)
UNIT = (
    r"(?:tab(?:let)?s?|cap(?:sule)?s?|pills?|patch(?:es)?|suppositor(?:y|ies)|sprays?|(?:mcg|ug)/(?:hour|hr|h)"
    r"(?: patch(?:es)?)?|milligrams?|mg|millilit(?:er|re)s?|mls?)\b"
)
SPAN = rf"(?:{NUM})(?:(?: ?- ?| to | or )(?:{NUM}))?"
HOURS = r"(?:hours?|hrs?|h)\b"
A_DAY = r"(?:a day|per day|each day|every day|daily|/ ?day)\b"
TOTAL = r"\((?P<total>\d{1,5}(?:\.\d{1,4})?) ?mg(?: total)?\)"
DOSE = rf"(?P<upto>up to )?(?P<dose>{SPAN})(?! ?(?:-|to |or |times?\b|x))(?: ?(?P<unit>{UNIT}))?(?: ?{TOTAL})?"
ROUTE = r"(?:by mouth|orally|oral|per os|po|on(?:to)? (?:the )?skin|to (?:the )?skin|transdermally)\b"
MOMENT = r"(?:at bedtime|at night|in the morning|in the evening|every morning|every evening|every night)\b"
RATE = (
    rf"(?:(?:every|q) ?(?P<hours>{SPAN}) ?{HOURS}"
    rf"|(?:every|q) ?(?P<days>{SPAN}) ?d(?:ays?)?\b"
    rf"|(?P<seldom>up to )?(?P<times>{SPAN}) ?(?:times?|x) ?{A_DAY}"
    r"|(?P<named>(?:bid|tid|qid|qod|every other day|weekly|once weekly|once a week|every week)\b"
    rf"|(?:twice|thrice) {A_DAY})"
    rf"|(?P<once>(?:once )?{A_DAY}(?: {MOMENT})?|(?:qd|qhs|qam|qpm|nightly)\b|{MOMENT}))"
)
HEAD = re.compile(
    r"(?:sig:? )?(?:(?:take|give|chew|swallow|drink|use|apply|place|wear)\b)?"
    rf" ?(?:{DOSE})? ?(?:{ROUTE})? ?(?:{RATE})? ?(?:{ROUTE})?",
    re.ASCII,
)
PURPOSE = (
    r"(?:(?:your|the|and|or|to|of|control|relief|relieve|mild|moderate|severe|breakthrough|acute|chronic|low|lower"
    r"|back|neck|leg|arm|spine|joint|muscle|bone|nerve|cancer|surgical|pain|headache|discomfort)\b ?){1,8}"
)
MOST = (
    r"(?:max(?:imum)?|not to exceed|do not exceed|no more than)(?: daily)?(?: (?:dose|amount))?(?: of)?:?"
    rf" ?(?P<most>{NUM})(?: ?(?P<unit>{UNIT}))?"
)
EXTRA = re.compile(
    rf" ?(?:(?P<needed>(?:(?:as|if|when) (?:needed|required|necessary)|prn)\b)(?: (?:for )?{PURPOSE})?"
    rf"|for {PURPOSE}|(?:for (?:up to )?|x ?)\d{{1,3}} (?:days?|weeks?|months?)\b"
    r"|with (?:food|meals|water|a full glass of water)\b"
    rf"|(?P<cap>{MOST}(?: ?(?:{A_DAY}|(?:in|per|every|/) ?(?:a )?24 ?{HOURS}))?)) ?",
    re.ASCII,
)
A_DAY_SAID = re.compile(rf"daily|{A_DAY}|24")
AS_NEEDED = re.compile(r"\b(?:prn|p\.r\.n\.?|(?:as|if|when) (?:needed|required|necessary))(?!\w)", re.I)


@dataclass(frozen=True, slots=True)
class Instruction:
    """What the words say: a single dose in `unit`, its mg where those are told beside it, administrations a day.

    `most`: the most that may be taken in a day, in `most_unit`.
    """

    dose: Bounds | None = None
    unit: str = "unit"
    total_mg: float | None = None
    rate: Bounds | None = None
    as_needed: bool = False
    most: float | None = None
    most_unit: str = "unit"


def read_instruction(text: str | None) -> Instruction | None:
    """The instruction in the words; None unless every word is understood and a dose or a rate was said."""
    if not text or len(text) > LONGEST:
        return None
    plain = _plain(text)
    head = HEAD.match(plain)
    if head is None or not (head["dose"] or _says_rate(head)):
        return None
    said = _head(head)
    extras = _extras(plain, head.end())
    return _with_extras(said, extras) if said and extras is not None else None


def says_as_needed(text: str | None) -> bool:
    """The words leave it to the patient whether to take it."""
    return text is not None and AS_NEEDED.search(text) is not None


def _plain(text: str) -> str:
    """In lower case, one space between words; "six" in "6 (six) hours", "(s)", dots and commas left out."""
    text = re.sub("[\u2010-\u2015]", "-", text.lower().replace("½", "1/2").replace("µ", "u"))
    text = re.sub(rf"\((?:{'|'.join(NUMBER_WORDS)})\)", "", text).replace("(s)", "s")
    text = re.sub(r"\b([a-z])\.([a-z])\.(?:([a-z])\.)?", r"\1\2\3", text)
    return " ".join(re.sub(r"[,;.](?!\d)", " ", text).split())


def _says_rate(head: re.Match[str]) -> bool:
    return any(head[name] for name in ("hours", "days", "times", "named", "once"))


def _head(head: re.Match[str]) -> Instruction | None:
    """The dose and the rate. "1/2 tabs" may be half of one, or one or two; nothing is taken every 0 hours."""
    if head["dose"] == "1/2" and (head["unit"] or "s").endswith("s"):
        return None
    rate = _rate(head)
    if rate is None and _says_rate(head):
        return None
    return Instruction(
        dose=_span(head["dose"], up_to=bool(head["upto"])) if head["dose"] else None,
        unit=_unit(head["unit"], "unit"),
        total_mg=float(head["total"]) if head["total"] else None,
        rate=rate,
    )


def _extras(plain: str, at: int) -> list[re.Match[str]] | None:
    """What follows the dose and the rate; None where a word is not understood."""
    found: list[re.Match[str]] = []
    while at < len(plain):
        extra = EXTRA.match(plain, at)
        if extra is None:
            return None
        found.append(extra)
        at = extra.end()
    return found


def _with_extras(said: Instruction, extras: list[re.Match[str]]) -> Instruction | None:
    """With what may be left out and the most of a day; two limits, or one of no day, leave it unread."""
    needed = any(extra["needed"] for extra in extras)
    caps = [extra for extra in extras if extra["cap"]]
    if len(caps) > 1 or any(A_DAY_SAID.search(cap["cap"]) is None for cap in caps):
        return None
    if said.rate is None and said.unit == "unit" and said.dose and not needed:
        return None  # a number alone
    said = replace(said, as_needed=needed, most_unit=said.unit)
    return replace(said, most=_number(caps[0]["most"]), most_unit=_unit(caps[0]["unit"], said.unit)) if caps else said


def _unit(written: str | None, otherwise: str) -> str:
    return next((name for begins, name in UNIT_NAMES if written and written.startswith(begins)), otherwise)


def _rate(head: re.Match[str]) -> Bounds | None:
    """Administrations a day: "every 4-6 hours" is 4 to 6."""
    for name, hours in (("hours", 24.0), ("days", 1.0)):
        if head[name]:
            apart = _span(head[name])
            return Bounds(hours / apart.most, hours / apart.least) if apart.least > 0 else None
    if head["times"]:
        return _span(head["times"], up_to=bool(head["seldom"]))
    if head["named"]:
        often = next(times for name, times in NAMED_RATES.items() if head["named"].startswith(name))
        return Bounds(often, often)
    return Bounds(1.0, 1.0) if head["once"] else None


def _span(written: str, *, up_to: bool = False) -> Bounds:
    """ "1-2", "one or two": from the lower to the higher; "up to" begins with nothing."""
    numbers = [_number(part) for part in re.split(r"(?<!one) ?- ?(?!half)| to | or ", written)]
    return Bounds(0.0 if up_to else min(numbers), max(numbers))


def _number(written: str) -> float:
    if written.endswith(" 1/2"):
        return float(written[:-4]) + 0.5
    return NUMBER_WORDS[written] if written in NUMBER_WORDS else float(written)
