"""The letters a pattern needs: never so many that a match is missed."""

from __future__ import annotations

import pytest

from cds_service.knowledge.stems import stems_of
from tests.record.charts import knowledge


@pytest.mark.parametrize(
    ("regex", "stems"),
    [
        ("sciatica", ("sciatica",)),
        ("(?i)Sciatica|Lumbago", ("lumbago", "sciatica")),
        (r"\blow(er)? back\b", (" back",)),
        ("pseud(o)?arthrosis", ("arthrosis",)),
        ("flat ?back", ("flat",)),
        ("dis[ck]ectomy", ("ectomy",)),
        (r"(one|two) (fusion|surgery)", ("fusion", "surgery")),
        (r"(?:lumbar|neck)+x", ("lumbar", "neck")),
        (r"(?<!not )(?=abc)\w+\?", ("?",)),
        (r"(a|\w) (lumbar|neck)", ("lumbar", "neck")),
        ("a+b", ("b",)),
        ("a{2,3}bc", ("bc",)),
        ("spine|lumbar spine", ("spine",)),
        (r"\w+", ("",)),
        (r"(\w+)", ("",)),
        (r"(?!x)\d", ("",)),
        ("abc|\\d", ("",)),
        (r"(\w|x)", ("",)),
        ("[]x]yz", ("yz",)),
    ],
)
def test_the_stems_of_a_pattern(regex: str, stems: tuple[str, ...]) -> None:
    assert stems_of((regex,)) == stems


MATCHING = [
    "Low back pain",
    "pain in the neck",
    "Lumbago",
    "Radiculitis",
    "nerve root impingement",
    "Foraminal stenosis",
    "Cord compression",
    "kyphoscoliosis",
    "flatback",
    "Spondylolisthesis, high-grade",
    "Meyerding IV",
    "unstable fracture",
    "segmental instability",
    "Peridural scar",
    "post laminectomy",
    "Pseudarthrosis after fusion",
    "lumbar pseudoarthrosis",
    "CLBP",
    "FBSS",
    "PSPS type 2",
    "radicular leg pain",
    "HNP L4-5",
    "slipped disc",
    "disk herniation",
    "DDD",
    "facet arthropathy",
    "anterolisthesis",
    "perineal numbness",
    "pseudoclaudication",
    "lumbar radiofrequency ablation",
    "TFESI",
    "nerve root block",
    "extensive scar about the L5 nerve root",
    "stenosis of the lumbar spine",
    "adjacent segment disease",
    "microdiskectomy",
    "vertebral arthrodesis",
    "TLIF",
    "disc arthroplasty",
    "Saddle anaesthesia",
    "saddle anesthesia",
    "PT eval",
    "Physiotherapy",
    "ESI",
    "facet block",
    "Neurogenic claudication",
]


@pytest.mark.parametrize("text", MATCHING)
def test_no_shipped_pattern_matches_a_text_without_its_stems(text: str) -> None:
    matching = [p for p in knowledge().patterns.named.values() if p.regex.search(text)]
    assert matching
    for pattern in matching:
        assert any(stem in text.lower() for stem in stems_of((pattern.regex.pattern,)))


def test_each_shipped_pattern_can_be_told_by_its_letters() -> None:
    for pattern in knowledge().patterns.named.values():
        assert "" not in stems_of((pattern.regex.pattern,)), pattern.name
