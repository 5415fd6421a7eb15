"""docs/rules.md and docs/coverage.md, made from the rules; `python -m cds_service.commands.documents` writes them.

With `--check` it only says which is out of date. No version stands in them: they change when what they say changes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cds_service.answer import Answerer, answerer_of
from cds_service.app import DEFAULT_URL
from cds_service.commands.coverage import coverage, run_vignettes
from cds_service.commands.rule_text import evidence_line
from cds_service.knowledge.thresholds import ThresholdNote
from cds_service.pages.rule_words import LIMITS, RulePage, rule_pages
from cds_service.settings import Settings
from cds_service.vignettes.moving import TOLD_ON
from cds_service.vignettes.reading import load_vignettes

FOLDER = Path(__file__).parents[2] / "docs"
RULES_HEAD = """# The rules

Made from the decision table, the cards and the knowledge by `python -m cds_service.commands.documents`; a test fails
when it is out of date. The running service shows the same, rule by rule, under `/rules`.

The first rule that holds decides. A rule that is unknown does not hold, and the card says what was missing. A referral
under way stops only the last two. Of every rule:

"""


def documents(answerer: Answerer) -> Mapping[str, str]:
    """Each document by its file name. Raises Uncovered."""
    shown = run_vignettes(answerer, load_vignettes())
    return {
        "coverage.md": coverage(answerer.knowledge, shown),
        "rules.md": "\n".join(_rules(answerer)) + "\n",
    }


def _rules(answerer: Answerer) -> Iterator[str]:
    knowledge = answerer.knowledge
    yield RULES_HEAD + "\n".join(f"- {limit}" for limit in LIMITS)
    for at, rule in enumerate(rule_pages(knowledge, answerer.rendering.words).values(), 1):
        yield from _rule(at, rule)
    yield from _head("The findings", "finding", "what it says", "value sets", "numbers")
    for words in knowledge.rule_pages.findings.values():
        titles = ", ".join(knowledge.value_sets[concept].title for concept in words.value_sets)
        numbers = ", ".join(f"`{number}`" for number in words.numbers)
        yield f"| {words.title} | {words.says} | {titles or '–'} | {numbers or '–'} |"
    yield from _head("The numbers", "number", "value", "what it says", "evidence", "review")
    yield from map(_number, knowledge.threshold_notes.values())
    yield from ("", "# The evidence", "")
    yield from (f"- {evidence_line(source)}" for source in knowledge.evidence.values())


def _head(title: str, *columns: str) -> Iterator[str]:
    yield from ("", f"# {title}", "", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}")


def _rule(at: int, rule: RulePage) -> Iterator[str]:
    card = f"{rule.indicator}: {rule.summary}" if rule.speaks else "none; the service stays silent"
    yield from ("", f"## {at}. {rule.id}", "", " ".join((rule.says, *rule.more)), "", f"- **Card:** {card}")
    for when, sentence in rule.next:
        yield f"- **{when}:** {sentence}"
    yield f"- **Reads:** {'; '.join(read.words.title for read in rule.reads if read.named)}"
    if resting := [read.words.title for read in rule.reads if not read.named]:
        yield f"- **These rest on:** {'; '.join(resting)}"
    for silence in rule.silences:
        yield f"- **Silent:** {silence.says}"
    if rule.evidence:
        yield f"- **Evidence:** {', '.join(source.id for source in rule.evidence)}"
    for limit in rule.limits:
        if limit not in LIMITS:
            yield f"- **Limit:** {limit}"


def _number(note: ThresholdNote) -> str:
    evidence = ", ".join(note.evidence)
    review = f"{note.reviewed}; in force from {note.in_force_from.isoformat()}"
    return f"| `{note.name}` | {note.value} {note.unit} | {note.says} | {evidence} | {review} |"


def out_of_date(made: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """The names of the documents that are missing in the folder, or say something else there."""
    return tuple(name for name, text in made.items() if not _is_current(folder / name, text))


def _is_current(file: Path, text: str) -> bool:
    return file.exists() and file.read_text(encoding="utf-8") == text


def made_today() -> Mapping[str, str]:
    """The documents of our own knowledge and cards, on the day the vignettes are told."""
    return documents(answerer_of(Settings(), DEFAULT_URL, lambda: TOLD_ON))


def main(arguments: Sequence[str], folder: Path, made: Mapping[str, str]) -> int:
    """Write the documents into the folder, or check them there; the exit status."""
    old = out_of_date(made, folder)
    if "--check" in arguments:
        for name in old:
            print(f"{name} is out of date; run `python -m cds_service.commands.documents`", file=sys.stderr)
        return 1 if old else 0
    folder.mkdir(exist_ok=True)
    for name in old:
        (folder / name).write_text(made[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], FOLDER, made_today()))
