"""Sign 2, sentence by sentence (clinical-logic F)."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.findings.complaints import Complaint
from cds_service.findings.neurological_signs import nerve_compression
from cds_service.record.patient import Condition
from tests.findings.comorbid_charts import condition, on
from tests.findings.grounds import CARE_FACT, felt, grounds

LIMBS = "limb_neuro_symptoms"
NUMB = condition(LIMBS, code="R200", onset=on(900), ref="Condition/numb", label="Numbness")
WEAK = condition(LIMBS, code="713514005", onset=on(180), ref="Condition/weak", label="Limb weakness")
OLD_WEAK = condition(LIMBS, code="713514005", onset=on(181), ref="Condition/weak", label="Limb weakness")
FOOT_DROP = condition("redflag_foot_drop", onset=on(100), ref="Condition/drop", label="Foot drop")
NEUROPATHY = condition("polyneuropathy", ref="Condition/neuro")
DOCUMENTED: dict[str, Any] = {"care": "documented"}


@pytest.mark.parametrize(
    ("root", "entries", "care", "strength"),
    [
        (felt("radicular", 85), [], {}, "full"),
        (felt("radicular", 84), [], {}, None),
        (felt("radicular", (84, 85)), [], {}, "partial"),
        (felt("radicular"), [], {}, "partial"),
        (felt("radicular", 43), [], DOCUMENTED, "full"),
        (felt("radicular", 42), [], DOCUMENTED, None),
        (felt("radicular", (42, 43)), [], DOCUMENTED, "partial"),
        (felt("radicular", 43), [], {"care": "partial", "failed": True}, None),
        (felt("radicular", 3), [WEAK], {}, "full"),
        (felt("radicular"), [WEAK], {}, "full"),
        (felt("radicular", 3), [FOOT_DROP], {}, "full"),
        (felt("radicular", 3), [OLD_WEAK], {}, None),
        (felt("radicular", 85, weak=True), [], {}, "partial"),
        (felt("radicular", 3, weak=True), [WEAK], {}, "partial"),
        (felt("herniation", 85), [], {}, None),
        (felt("herniation", 85), [NUMB], {}, "full"),
        (felt("herniation", 84), [NUMB], {}, None),
        (felt("herniation", 85), [FOOT_DROP], {}, "full"),
        (felt("herniation", 85), [NUMB, NEUROPATHY], {}, None),
        (felt("herniation", 3), [WEAK, NEUROPATHY], {}, "full"),
        (felt("herniation", 85), [OLD_WEAK, NEUROPATHY], {}, None),
        (felt("herniation", 85, weak=True), [NUMB], {}, "partial"),
        (felt("axial", 85), [NUMB], {}, None),
        (felt("radicular", 85), [NEUROPATHY], {}, "full"),
    ],
)
def test_strength(root: Complaint, entries: list[Condition], care: dict[str, Any], strength: str | None) -> None:
    sign = nerve_compression(grounds(root, entries=entries, **care))
    assert sign.strength == strength
    assert sign.state == ("present" if strength else "absent")


@pytest.mark.parametrize(
    ("root", "entries", "critical"),
    [
        (felt("radicular", 3), [WEAK], True),
        (felt("radicular", 85), [FOOT_DROP], True),
        (felt("radicular", 85), [OLD_WEAK], False),
        (felt("radicular", 85), [NUMB], False),
        (felt("radicular", 85, weak=True), [WEAK], False),
    ],
)
def test_focal_weakness_is_time_critical(root: Complaint, entries: list[Condition], critical: bool) -> None:
    assert nerve_compression(grounds(root, entries=entries)).time_critical is critical


@pytest.mark.parametrize(
    ("root", "more", "state"),
    [
        (felt("radicular", 43), {"care": "unknown"}, "unknown"),
        (felt("radicular", 43), {"care": "partial"}, "unknown"),
        (felt("radicular", 84), {"care": "none-documented"}, "unknown"),
        (felt("radicular", 42), {"care": "unknown"}, "absent"),
        (felt("radicular", (42, 43)), {"care": "unknown"}, "unknown"),
        (felt("radicular", 43), {"care": "documented"}, "present"),
        (felt("radicular", 85), {"care": "unknown"}, "present"),
        (felt("axial", 43), {"care": "unknown"}, "absent"),
    ],
)
def test_unknown_where_care_that_was_not_checked_would_tell(root: Complaint, more: dict[str, Any], state: str) -> None:
    """Of 43 to 84 days everything depends on care: what nobody looked for is not "none"."""
    assert nerve_compression(grounds(root, unchecked=True, **more)).state == state


def test_the_care_it_rests_on_is_among_its_facts() -> None:
    by_care = nerve_compression(grounds(felt("radicular", 43), **DOCUMENTED))
    assert by_care.because == "nerve root symptoms that have lasted despite conservative care"
    assert CARE_FACT in by_care.facts
    assert CARE_FACT not in nerve_compression(grounds(felt("radicular", 85), **DOCUMENTED)).facts
    assert CARE_FACT not in nerve_compression(grounds(felt("radicular", 43), entries=[WEAK], **DOCUMENTED)).facts


def test_in_words() -> None:
    root = felt("radicular", 140, label="Lumbar radiculopathy")
    lasting = nerve_compression(grounds(root, entries=[OLD_WEAK]))
    assert lasting.because == "nerve root symptoms that have lasted"
    assert (lasting.brief, lasting.missing) == ("lumbar radiculopathy, 20 weeks", ())
    assert lasting.facts[-1].text == "limb weakness since 25 May 2026"
    weak = nerve_compression(grounds(root, entries=[WEAK]))
    assert weak.because == "nerve root symptoms with focal weakness"
    assert weak.brief == "lumbar radiculopathy, 20 weeks, focal weakness"
    assert (weak.sources, weak.missing) == (("Condition/weak",), ())
    assert nerve_compression(grounds(felt("radicular", 3), entries=[WEAK])).missing == ()
    unsure = nerve_compression(grounds(felt("radicular", label="Radiculopathy")))
    assert unsure.because == "nerve root symptoms of uncertain duration"
    assert unsure.missing == ("how long it has lasted",)


def test_a_root_of_weak_rows_with_focal_weakness_is_told_with_it() -> None:
    sign = nerve_compression(grounds(felt("radicular", 3, weak=True, label="Radiculopathy"), entries=[WEAK]))
    assert (sign.because, sign.strength) == ("nerve root symptoms with focal weakness", "partial")
    assert sign.brief == "radiculopathy, 3 days, focal weakness"


def test_of_several_roots_those_that_make_the_sign_are_told() -> None:
    sign = nerve_compression(grounds(felt("radicular", 140, label="long"), felt("radicular", 10, label="short")))
    assert sign.brief == "long, 20 weeks"
    assert [fact.text.strip() for fact in sign.facts] == ["long"]


def test_unknown_where_conditions_came_in_part() -> None:
    assert nerve_compression(grounds(unanswered=("conditions",))).state == "unknown"
