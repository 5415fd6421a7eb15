"""Every rule's verdict as a tree: what it was combined from, what each part says of this patient, the facts under it.

`assess --json` and the pages show it; `assess` prints it. Chart text is cleaned and cut as on a card, so that it can
do nothing to a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.assessment.miss import Assessment
from cds_service.assessment.verdict import Verdict
from cds_service.findings import Findings
from cds_service.findings.finding import Fact, each_told_once
from cds_service.rendering.text import shown

VERDICT_WORDS: Mapping[bool | None, str] = {True: "true", False: "false", None: "unknown"}
INDENT = "    "

Node = dict[str, Any]


def verdict_trees(assessment: Assessment) -> list[Node]:
    """The rules in reading order, each with its `id`; a node has `says`, `verdict`, `facts`, `parts`.

    `because` is there where a sign or a risk says why it is as it is. A node with parts has its facts under them.
    """
    why = _reasons(assessment.findings)
    return [{"id": row.rule, **_node(row.verdict, why)} for row in assessment.rules]


def _node(verdict: Verdict, why: Mapping[str, str]) -> Node:
    facts = () if verdict.parts else each_told_once(verdict.facts)
    node: Node = {"says": verdict.says, "verdict": VERDICT_WORDS[verdict.holds]}
    if because := why.get(verdict.says):
        node["because"] = because
    return node | {"facts": [_fact(fact) for fact in facts], "parts": [_node(part, why) for part in verdict.parts]}


def _fact(fact: Fact) -> Node:
    quote = {"quote": shown(fact.quote)} if fact.quote else {}
    return {"text": fact.text, **quote, "sources": list(fact.sources)}


def _reasons(has: Findings) -> Mapping[str, str]:
    """Why each sign and risk is as it is, by the words under which rules name it."""
    reasons: dict[str, str] = {risk.id: risk.because for risk in has.risks}
    for sign in has.signs:
        because = "; ".join(filter(None, (sign.because, *sign.missing)))
        reasons[sign.id] = reasons[f"{sign.id} in full"] = because
    return reasons


def rule_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The rules of a whole assessment for a reader at a terminal: a line each, and its tree under it."""
    for row, tree in zip(told["rules"], told["tree"], strict=True):
        yield f"  {row['verdict']:8}{row['id']}: {row['because']}"
        yield from _beneath(tree, INDENT * 2)


def _beneath(node: Node, indent: str) -> Iterator[str]:
    for fact in node["facts"]:
        quote = f" “{fact['quote']}”" if "quote" in fact else ""
        sources = f" [{', '.join(fact['sources'])}]" if fact["sources"] else ""
        yield f"{indent}  - {fact['text']}{quote}{sources}"
    for part in node["parts"]:
        because = f": {part['because']}" if "because" in part else ""
        yield f"{indent}{part['verdict']:8}{part['says']}{because}"
        yield from _beneath(part, indent + INDENT)
