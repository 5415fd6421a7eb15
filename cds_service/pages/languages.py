"""In which language a page is read, and its dates and numbers: `?lang=` decides, else what the browser prefers.

English stands in the templates and in the code; every other language in a catalogue, `messages/{language}.po`, which is
read when the first page in that language is asked for. Babel is imported no earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from starlette.requests import Request

from cds_service.knowledge.guide import LANGUAGES, Language
from cds_service.pages.preferences import preferred

SOURCE: Language = "en"
NAMES: Mapping[Language, str] = {"en": "English", "es": "Español"}
# Dates as the cards write them: the day before the month.
LOCALES: Mapping[Language, str] = {"en": "en_GB", "es": "es"}
Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's language; where a link has `chosen` it, the links of the page go on in it."""

    language: Language = SOURCE
    chosen: bool = False

    @property
    def query(self) -> str:
        """What links to other pages end in."""
        return f"?lang={self.language}" if self.chosen else ""


def reading(request: Request) -> Reading:
    """What the address names, else what the browser prefers, else English."""
    asked = request.query_params.get("lang", "").lower()
    for language in LANGUAGES:
        if language == asked:
            return Reading(language, chosen=True)
    return Reading(preferred(request.headers.get("Accept-Language", ""), LANGUAGES, SOURCE))


def marked(message: str) -> str:
    """The message as it is, for the catalogue to find; it is translated where it is shown."""
    return message


def catalogue(language: Language) -> NullTranslations:
    """The messages in a language. Those that are missing stay English; a test says that none is."""
    if language == SOURCE:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = (files("cds_service.pages") / "messages" / f"{language}.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(written), locale=language, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)


def day_in(language: Language, day: date) -> str:
    """22 November 2026; 22 de noviembre de 2026."""
    from babel.dates import format_date

    return format_date(day, "long", LOCALES[language])


def month_in(language: Language, month: date) -> str:
    """November 2026; noviembre de 2026."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", month, locale=LOCALES[language])


def number_in(language: Language, number: float) -> str:
    """0.25; 0,25. Every decimal that is there, and no others."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale=LOCALES[language], decimal_quantization=False)
