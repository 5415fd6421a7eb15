"""The verdicts as a tree: each rule true, false or unknown, what it was combined from, and the facts under it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from cds_service.assessment.miss import DECISION_TABLE, Assessment, assess
from cds_service.findings.finding import Fact
from cds_service.findings.sign import Sign
from cds_service.rendering.extension import full_extension
from cds_service.rendering.tree import Node, rule_lines, verdict_trees
from tests.rendering.charts import DIABETES, PARTIAL_PAIN, SCARRING, WEAKNESS, findings, knowledge

SCARRED: Assessment = assess(findings(PARTIAL_PAIN, risks=(SCARRING, DIABETES)), knowledge().given)


def tree_of(rule: str, assessment: Assessment = SCARRED) -> Node:
    [tree] = [tree for tree in verdict_trees(assessment) if tree["id"] == rule]
    return tree


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for part in node["parts"]:
        yield from nodes(part)


def test_every_rule_in_reading_order_says_the_same_as_its_line() -> None:
    told = full_extension(SCARRED, "2026.11.0+3f9c2a1b")

    assert [tree["id"] for tree in told["tree"]] == [row.id for row in DECISION_TABLE]
    assert [tree["verdict"] for tree in told["tree"]] == [row["verdict"] for row in told["rules"]]
    assert all(set(row) == {"id", "verdict", "because"} for row in told["rules"])
    json.dumps(told)


def test_the_facts_stand_under_the_statement_that_rests_on_them() -> None:
    not_advised = tree_of("not-advised")
    found = {node["says"]: node["facts"] for node in nodes(not_advised)}

    assert not_advised["verdict"] == "true"
    assert not_advised["facts"] == []
    assert found["persistent-pain"] == [
        {"text": "low back pain since 10 May 2026 (28 weeks)", "sources": ["Condition/pain"]}
    ]
    assert found["epidural-scarring"][0]["quote"] == "extensive epidural fibrosis L4-S1"


def test_a_sign_and_a_risk_say_why() -> None:
    why = {node["says"]: node.get("because", "") for node in nodes(tree_of("optimise-first"))}

    assert why["persistent-pain in full"] == (
        "pain for more than 12 weeks without conservative care on record; conservative care for it"
    )
    assert why["uncontrolled-diabetes"] == "HbA1c 9.4 % on 2 October 2026"
    assert why["a full sign"] == why["deformity in full"] == ""


def test_what_is_unknown_stays_unknown() -> None:
    unanswered = tuple(replace(sign, state="unknown") for sign in (Sign("deformity", "absent"),))
    consider = tree_of("consider", assess(findings(*unanswered), knowledge().given))

    assert consider["verdict"] == "unknown"
    assert [part["verdict"] for part in consider["parts"]].count("unknown") == 1


def test_none_of_is_told_as_it_was_combined() -> None:
    waits = [node for node in nodes(tree_of("optimise-first", assess(findings(WEAKNESS), knowledge().given)))]

    assert ("no time-critical sign", "false") in {(node["says"], node["verdict"]) for node in waits}


def test_at_a_terminal_each_rule_has_its_line_and_its_tree() -> None:
    told = full_extension(SCARRED, "2026.11.0+3f9c2a1b")
    lines = list(rule_lines(told))

    assert lines[0] == "  false   deceased: not: deceased"
    at = lines.index("  true    not-advised: persistent-pain; epidural-scarring")
    assert lines[at + 1 : at + 4] == [
        "        true    a sign, full or partial",
        "            true    persistent-pain: pain for more than 12 weeks without conservative care on record; "
        "conservative care for it",
        "                  - low back pain since 10 May 2026 (28 weeks) [Condition/pain]",
    ]
    assert any("“extensive epidural fibrosis L4-S1” [DiagnosticReport/d]" in line for line in lines)


def test_chart_text_can_do_nothing_to_a_terminal() -> None:
    hostile = replace(SCARRING, facts=(Fact("scarring", (), "\x1b[2Jdense\n\u202escar " + "x" * 200),))
    lines = rule_lines(full_extension(assess(findings(PARTIAL_PAIN, risks=(hostile,)), knowledge().given), "v"))
    [*_, line] = [line for line in lines if "dense" in line]

    assert line.isprintable()
    assert len(line) < 140
