"""Which part of the spine: code, row, bodySite, words, in this order; two at one step are none."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.knowledge.systems import ICD_9_CM
from cds_service.record.regions import code_region
from tests.record.charts import ICD_10, ICD_10_CM, SNOMED, chart, code, condition


@pytest.mark.parametrize(
    ("system", "digits", "region"),
    [
        (ICD_10_CM, "M5020", "cervical"),
        (ICD_10_CM, "M542", "cervical"),
        (ICD_10_CM, "M530", "cervical"),
        (ICD_10_CM, "M531", "cervical"),
        (ICD_10_CM, "M5124", "thoracic"),
        (ICD_10_CM, "M5135", "thoracic"),
        (ICD_10_CM, "M5126", "lumbar"),
        (ICD_10_CM, "M51360", "lumbar"),
        (ICD_10_CM, "M519", "lumbar"),
        (ICD_10_CM, "M5431", "lumbar"),
        (ICD_10_CM, "M5441", "lumbar"),
        (ICD_10_CM, "M5450", "lumbar"),
        (ICD_10_CM, "M5411", "cervical"),
        (ICD_10_CM, "M5413", "cervical"),
        (ICD_10_CM, "M5414", "thoracic"),
        (ICD_10_CM, "M5415", "thoracic"),
        (ICD_10_CM, "M5416", "lumbar"),
        (ICD_10_CM, "M5418", "lumbar"),
        (ICD_10_CM, "M5410", None),
        (ICD_10_CM, "M541", None),
        (ICD_10_CM, "M48062", "lumbar"),
        (ICD_10_CM, "M4802", "cervical"),
        (ICD_10_CM, "M4126", "lumbar"),
        (ICD_10_CM, "M41124", "thoracic"),
        (ICD_10_CM, "M40204", "thoracic"),
        (ICD_10_CM, "M4036", "lumbar"),
        (ICD_10_CM, "M4316", "lumbar"),
        (ICD_10_CM, "M435X2", "cervical"),
        (ICD_10_CM, "M47812", "cervical"),
        (ICD_10_CM, "M47896", "lumbar"),
        (ICD_10_CM, "M4781", None),
        (ICD_10_CM, "M4712", "cervical"),
        (ICD_10_CM, "M532X7", "lumbar"),
        (ICD_10, "M4782", "cervical"),
        (ICD_10, "M4806", "lumbar"),
        (ICD_10, "M5416", "lumbar"),
        (ICD_10_CM, "M545", "lumbar"),
        (ICD_10_CM, "M549", None),
        (ICD_10_CM, "G959", None),
        (ICD_9_CM, "M542", None),
    ],
)
def test_the_site_in_a_code(system: str, digits: str, region: str | None) -> None:
    assert code_region(system, digits) == region


@pytest.mark.parametrize(
    ("made", "more", "region"),
    [
        (code((ICD_10_CM, "M54.16"), text="cervical radiculopathy"), {}, "lumbar"),
        (code((ICD_10_CM, "M54.16"), (ICD_10_CM, "M54.12")), {}, "unknown"),
        (code((SNOMED, "18347007"), text="neck"), {"bodySite": [code(text="neck")]}, "lumbar"),
        (code((ICD_10_CM, "M54.10")), {"bodySite": [code((SNOMED, "122494005", "lumbar"))]}, "cervical"),
        (code((ICD_10_CM, "M54.10")), {"bodySite": [code((SNOMED, "1", "Thoracic spine"))]}, "thoracic"),
        (code((ICD_10_CM, "M54.10"), text="neck"), {"bodySite": [code(text="arm")]}, "cervical"),
        (code((ICD_10_CM, "M54.10")), {"bodySite": [code(text="neck"), code(text="lumbar")]}, "unknown"),
        (code((ICD_10_CM, "M54.10")), {"bodySite": [code(("http://x", "122494005"))]}, "unknown"),
        (code(text="low back pain"), {}, "lumbar"),
        (code(text="neck pain and low back pain"), {}, "unknown"),
        (code(text="dorsal spine pain"), {}, "thoracic"),
        (code(text="back pain"), {}, "unknown"),
        (code(text="sciatica"), {}, "lumbar"),
        (code(text="cervicothoracic spine pain"), {}, "cervical"),
    ],
)
def test_the_first_that_names_a_region_decides(made: dict[str, Any], more: dict[str, Any], region: str) -> None:
    assert chart(condition(made, **more)).conditions[0].region == region
