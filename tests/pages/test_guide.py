"""The patient handout: every fact of the source document, attributed, in plain words, in two languages, on paper."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from cds_service.answer import Answerer, answerer_of
from cds_service.commands.coverage import run_vignettes
from cds_service.knowledge.guide import Guide, Language
from cds_service.knowledge.load import Knowledge
from cds_service.settings import Settings
from cds_service.vignettes.moving import TOLD_ON
from cds_service.vignettes.reading import load_vignettes

# What must be said in both languages, by the section that the source document's statement names.
SAID: tuple[tuple[str, str, str], ...] = (
    ("what-it-is", "small cuts.*tubes.*camera.*robot", "cortes pequeños.*tubos.*cámara.*robot"),
    ("what-it-is", "herniated disc.*stenosis.*degenerative disc", "hernia de disco.*estenosis.*degenerativa del disco"),
    ("benefits", "less pain.*loss of blood.*infections.*faster", "menos dolor.*sangre.*infecciones.*rápida"),
    ("benefits", "smaller scars.*same day or within 24 hours", "cicatrices.*mismo día o antes de 24 horas"),
    ("benefits", "as good as those of open surgery", "buenos como los de la cirugía abierta"),
    ("procedures", "1 to 1½ hours.*1 to 3 hours.*2 to 6 hours", "1 a 1½ horas.*1 a 3 horas.*2 a 6 horas"),
    ("procedures", "Discec.*Laminec.*Fusion.*Corpec.*CyberKnife", "Discec.*Laminec.*Fusión.*Corpec.*CyberKnife"),
    ("recovery", "few days to two weeks", "unos días a dos semanas"),
    ("recovery", "lift heavy things, bend or twist", "cosas pesadas, no se doble ni gire"),
    ("recovery", "brace", "corsé"),
    ("recovery", "Physical therapy starts soon after", "fisioterapia empieza pronto"),
    ("recovery", "weeks to be fully well.*months after a fusion", "semanas después.*meses después de una fusión"),
    ("success", "source document states.*80 to 95 out of 100", "documento fuente dice.*80 a 95 de cada 100"),
    ("success", "transforaminal endoscopic.*more than 90", "endoscópica transforaminal.*más de 90"),
    ("success", "who is chosen for surgery and on the surgeon", "a quién se elige para la cirugía y del cirujano"),
    ("who-should-be-careful", "unstable.*scar.*diabetes.*heart", "inestable.*cicatriz.*diabetes.*corazón"),
    ("who-should-be-careful", "obesity.*smoking", "obesidad.*fumar"),
    ("before-deciding", "specialist early.*MRI or a CT.*The choice is yours", "pronto.*MRI.*CT.*La decisión es suya"),
)
GRADE = 8.0
VOWELS = {"en": r"[aeiouy]+", "es": r"[aeiouáéíóúü]+"}


@pytest.fixture(scope="module")
def knowledge(demo_answerer: Answerer) -> Knowledge:
    """What the service knows."""
    return demo_answerer.knowledge


def text_of(guide: Guide, section_id: str) -> str:
    [section] = [section for section in guide.sections if section.id == section_id]
    cells = [cell for row in section.rows for cell in row]
    return " ".join((*section.text, *section.items, *cells, *section.after))


@pytest.mark.parametrize(("section", "english", "spanish"), SAID)
def test_the_facts_of_the_source_document_are_there(
    knowledge: Knowledge, section: str, english: str, spanish: str
) -> None:
    assert re.search(english, text_of(knowledge.guides["en"], section), re.DOTALL | re.IGNORECASE)
    assert re.search(spanish, text_of(knowledge.guides["es"], section), re.DOTALL | re.IGNORECASE)


def test_no_section_that_a_statement_names_is_left_unlooked_at(knowledge: Knowledge) -> None:
    """A statement that is on no card has its words looked for here."""
    alone = {fact.guide for fact in knowledge.source_document if not fact.card}

    assert alone <= {section for section, _, _ in SAID}


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_promises_nothing_and_says_what_it_is_not(knowledge: Knowledge, language: Language) -> None:
    guide = knowledge.guides[language]
    text = " ".join(text_of(guide, section.id) for section in guide.sections)

    assert re.search("not medical advice|no es un consejo médico", guide.page.note, re.IGNORECASE)
    assert not re.search(r"\b(guarantee|cure[sd]?|you will (be|get)|painless|garanti\w*|curar\w*)\b", text, re.I)
    assert text_of(guide, "risks")
    assert text_of(guide, "without-surgery")


def sentences(guide: Guide) -> list[list[str]]:
    """The words of every sentence and list item; medical names in brackets may be skipped, and are."""
    text = [line for s in guide.sections for line in (*s.text, *s.items, *(c for row in s.rows for c in row), *s.after)]
    plain = [re.sub(r"\([^)]*\)", "", line) for line in text]
    found = [re.findall(r"[^\W\d_]+", part) for line in plain for part in re.split(r"[.?!:;]", line)]
    return [words for words in found if words]


def syllables(word: str, language: Language) -> int:
    spoken = re.sub(r"(?<=[^l])e$", "", word.lower()) if language == "en" and len(word) > 3 else word.lower()
    return max(1, len(re.findall(VOWELS[language], spoken)))


def test_english_reads_at_grade_8_or_below(knowledge: Knowledge) -> None:
    """Flesch-Kincaid."""
    told = sentences(knowledge.guides["en"])
    words = [word for sentence in told for word in sentence]
    grade = 0.39 * len(words) / len(told) + 11.8 * sum(syllables(word, "en") for word in words) / len(words) - 15.59

    assert 2.0 < grade <= GRADE


def test_spanish_reads_easily(knowledge: Knowledge) -> None:
    """Fernández Huerta: from 70 on quite easy, the seventh grade and below."""
    told = sentences(knowledge.guides["es"])
    words = [word for sentence in told for word in sentence]
    ease = 206.84 - 60 * sum(syllables(w, "es") for w in words) / len(words) - 1.02 * len(words) / len(told)

    assert ease >= 70


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "", "en"),
        ("", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("", "de, es;q=0.5, en;q=0.4", "es"),
        ("", "en-US,en;q=0.9,es;q=0.8", "en"),
        ("", "fr", "en"),
        ("", "*", "en"),
        ("?lang=es", "en", "es"),
        ("?lang=ES", "", "es"),
        ("?lang=en", "es", "en"),
        ("?lang=fr", "es", "es"),
        ("?lang=", "es", "es"),
    ],
)
async def test_the_language_is_the_readers(demo: httpx.AsyncClient, query: str, accept: str, language: str) -> None:
    answer = await demo.get(f"/patient-guide{query}", headers={"Accept-Language": accept})

    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    assert f'<html lang="{language}">' in answer.text
    assert f'href="?lang={"en" if language == "es" else "es"}"' in answer.text


async def test_it_is_for_paper_too(demo: httpx.AsyncClient) -> None:
    page = unescape((await demo.get("/patient-guide")).text)
    css = (await demo.get("/static/public.css")).text

    assert "My own questions and notes" in page
    assert "@media print" in css
    assert page.index("Do not wait with these") < page.index("What is it?")


def test_no_card_says_a_success_figure() -> None:
    answerer = answerer_of(Settings(), "https://miss.example", lambda: TOLD_ON)
    for shown in run_vignettes(answerer, load_vignettes()):
        for line in shown.lines:
            assert not re.search(r"80.{0,4}95|success|90 %", line), (shown.vignette.id, line)
