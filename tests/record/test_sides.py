"""Which side of the body: code, bodySite, modifier, words, in this order; two different ones are both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.record.charts import CPT, ICD_10, ICD_10_CM, SNOMED, chart, code, condition, resource

SCIATICA = (ICD_10_CM, "M54.30")
DISCECTOMY = (CPT, "63030")


@pytest.mark.parametrize(
    ("made", "more", "side"),
    [
        (code((ICD_10_CM, "M54.31")), {}, "right"),
        (code((ICD_10_CM, "M54.32")), {}, "left"),
        (code((ICD_10_CM, "M54.30")), {}, "unknown"),
        (code((ICD_10_CM, "M54.41")), {}, "right"),
        (code((ICD_10_CM, "M54.42")), {}, "left"),
        (code((ICD_10_CM, "M54.3")), {}, "unknown"),
        (code((ICD_10, "M54.31")), {}, "unknown"),
        (code((ICD_10_CM, "M54.31"), (ICD_10_CM, "M54.32")), {}, "both"),
        (code((ICD_10_CM, "M54.31"), text="Left sciatica"), {"bodySite": [code(text="left leg")]}, "right"),
        (code(SCIATICA, text="left"), {"bodySite": [code((SNOMED, "24028007"))]}, "right"),
        (code(SCIATICA), {"bodySite": [code((SNOMED, "7771000"))]}, "left"),
        (code(SCIATICA), {"bodySite": [code((SNOMED, "51440002"))]}, "both"),
        (code(SCIATICA), {"bodySite": [code(("http://x", "7771000"))]}, "unknown"),
        (code(SCIATICA, text="right"), {"bodySite": [code(text="Left lower limb")]}, "left"),
        (code(SCIATICA, text="Right sciatica"), {"bodySite": [code(text="leg")]}, "right"),
        (code(text="Left-sided sciatica"), {}, "left"),
        (code(text="Sciatica, left more than right"), {}, "both"),
        (code(text="Bilateral sciatica"), {}, "both"),
        (code(text="Sciatica of both legs"), {}, "both"),
        (code(text="Sciatica"), {}, "unknown"),
        (code(text="Sciatica, bright spot on MRI, cleft"), {}, "unknown"),
    ],
)
def test_the_first_that_names_a_side_decides(made: dict[str, Any], more: dict[str, Any], side: str) -> None:
    assert chart(condition(made, **more)).conditions[0].side == side


@pytest.mark.parametrize(
    ("made", "more", "side"),
    [
        (code(DISCECTOMY), {}, "unknown"),
        (code(DISCECTOMY), {"bodySite": [code(text="left side")]}, "left"),
        (code((CPT, "63030-LT")), {}, "left"),
        (code((CPT, "63030 RT")), {}, "right"),
        (code((CPT, "63030-50-22")), {}, "both"),
        (code((CPT, "63030-22")), {}, "unknown"),
        (code(DISCECTOMY, (CPT, "RT")), {}, "right"),
        (code(DISCECTOMY, ("http://x", "RT")), {}, "unknown"),
        (code((CPT, "63030-LT"), text="right"), {"bodySite": [code(text="right")]}, "right"),
        (code((CPT, "63030-LT"), text="right"), {}, "left"),
        (code(DISCECTOMY, text="Right L5/S1 microdiscectomy"), {}, "right"),
    ],
)
def test_the_side_of_an_operation(made: dict[str, Any], more: dict[str, Any], side: str) -> None:
    (done,) = chart(resource("Procedure", made, status="completed", **more)).procedures
    assert done.side == side
    assert done.counts_for("proc_discectomy")
