"""Sign 4, sentence by sentence (clinical-logic F)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cds_service.findings.complaints import Complaint
from cds_service.findings.deformity import deformity
from cds_service.record.patient import Condition
from tests.findings.comorbid_charts import condition, on
from tests.findings.grounds import felt, grounds

CURVE = felt("deformity", 900, label="Scoliosis")
WORSE = replace(CURVE, conditions=(replace(condition("spinal_deformity"), progressive=True),))
GAIT = condition("gait_balance_difficulty", onset=on(10))
DOCUMENTED = {"care": "documented"}


@pytest.mark.parametrize(
    ("complaints", "entries", "care", "strength"),
    [
        ([CURVE], [], {}, None),
        ([CURVE, felt("radicular", 3)], [], {}, "full"),
        ([CURVE, felt("claudication", 3)], [], {}, "full"),
        ([CURVE, felt("radicular", 3, weak=True)], [], {}, "partial"),
        ([CURVE, felt("radicular", 3, region="cervical")], [], {}, None),
        ([CURVE, felt("radicular", 3, region="unknown")], [], {}, "full"),
        ([CURVE], [GAIT], {}, "full"),
        ([CURVE], [GAIT, condition("gait_other_cause")], {}, None),
        ([CURVE, felt("axial", 85)], [], DOCUMENTED, "full"),
        ([CURVE, felt("axial", 85)], [], {"care": "partial", "failed": True}, "full"),
        ([CURVE, felt("axial", 85)], [], {"care": "partial"}, "partial"),
        ([CURVE, felt("axial", 84)], [], DOCUMENTED, "partial"),
        ([CURVE, felt("axial")], [], DOCUMENTED, "partial"),
        ([CURVE, felt("axial", 85, weak=True)], [], DOCUMENTED, "partial"),
        ([CURVE, felt("axial", 85, region="cervical")], [], DOCUMENTED, None),
        ([WORSE], [], {}, None),
        ([WORSE, felt("axial", 3)], [], {}, "full"),
        ([WORSE, felt("axial", 3, weak=True)], [], {}, "partial"),
        ([CURVE, felt("failed-back", 3)], [], {}, "partial"),
        ([replace(CURVE, weak=True), felt("radicular", 3)], [], {}, "partial"),
        ([felt("axial", 85)], [], DOCUMENTED, None),
    ],
)
def test_strength(
    complaints: list[Complaint], entries: list[Condition], care: dict[str, Any], strength: str | None
) -> None:
    sign = deformity(grounds(*complaints, entries=entries, **care))
    assert sign.strength == strength
    assert sign.state == ("present" if strength else "absent")


def test_in_words() -> None:
    full = deformity(grounds(CURVE, felt("radicular", 3)))
    assert full.because == "spinal deformity with nerve signs, lasting pain or progression"
    assert full.brief == "symptomatic scoliosis" and len(full.facts) == 2 and full.missing == ()
    partial = deformity(grounds(CURVE, felt("axial", 3)))
    assert partial.because == "spinal deformity with symptoms"
    assert partial.missing == ("conservative care, nerve signs, lasting pain or progression",)


def test_unknown_where_conditions_came_in_part() -> None:
    assert deformity(grounds(unanswered=("conditions",))).state == "unknown"
