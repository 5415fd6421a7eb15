"""A body is JSON where the decoder does not look, too: UTF-8 in skipped members, and no nesting without end.

The decoder skips what no Struct names, and neither decodes the text there nor counts the levels. Reading
every byte a second time in Python would cost more than the whole decode, so each check begins with a cheap
question that nearly every body answers with "nothing to look at".
"""

from __future__ import annotations

import codecs
import re
from itertools import accumulate

MAX_DEPTH = 100
CHUNK = 1 << 16
# Of 90 closing brackets, or 90 blanks of indentation, in a row, five are eighteenth bytes. Some of 101
# closing brackets stand apart: those of the envelope around the deep value.
STRIDE = 18
IN_A_ROW = 5
CLOSING = b"]}"
BLANK = b" \t\r\n"
CLASSES = bytes(1 if byte in CLOSING else 2 if byte in BLANK else 0 for byte in range(256))
# What is left of a body to count its levels: quotes, and brackets of one kind.
NO_MARK = bytes(byte for byte in range(256) if byte not in b'[]{}"')
ONE_KIND = bytes.maketrans(b"{}", b"[]")
OPENING = ord("[")
STRING = re.compile(rb'"[^"]*"')


class Undecodable(ValueError):
    """The body is no CDS Hooks request; the message says why in our own words, never with the body's."""


def check_utf8(body: bytes | bytearray) -> None:
    """Every byte belongs to UTF-8 text. Read in pieces: a body of 32 MiB is not copied into one string."""
    if body.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(body)
    try:
        for start in range(0, len(body), CHUNK):
            decoder.decode(view[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Undecodable("The body is not UTF-8.") from None


def check_depth(body: bytes | bytearray) -> None:
    """No value lies deeper than 100 levels.

    Counted exactly only where closing brackets or blanks stand in a long row, as at the end of deep nesting
    written compactly or indented. Nesting broken up by siblings passes, harmlessly: skipped members are never
    read, and the decoder itself stops where the stack would.
    """
    sample = body[STRIDE - 1 :: STRIDE].translate(CLASSES)
    if b"\1" * IN_A_ROW not in sample and b"\2" * IN_A_ROW not in sample:
        return
    # The innermost level goes unread, because most brackets are of it; so one level less is one too many.
    brackets = _brackets(body).replace(b"[]", b"")
    levels = accumulate(1 if byte == OPENING else -1 for byte in brackets)
    if any(level == MAX_DEPTH for level in levels):
        raise Undecodable(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _brackets(body: bytes | bytearray) -> bytes | bytearray:
    """The brackets outside strings, of a body known to be JSON. A string without a bracket goes as a pair of quotes."""
    marks = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(ONE_KIND, NO_MARK)
    return STRING.sub(b"", marks.replace(b'""', b""))
