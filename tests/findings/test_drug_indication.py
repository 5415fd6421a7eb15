"""What a drug is taken for: the spine, or chronic pain without another site (clinical-logic B, "Indication")."""

from __future__ import annotations

import pytest

from cds_service.findings.drug_indication import for_spine, only_for_mood
from cds_service.record.patient import Drug, Reason
from tests.findings.spine_charts import sets


@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        (Reason(spine=True), True),
        (Reason(concepts=sets("chronic_pain_generic")), True),
        (Reason(words=("Chronic pain",)), True),
        (Reason(words=("chronic non-cancer pain syndrome ",)), True),
        (Reason(words=("Chronic intractable pain",)), True),
        (Reason(words=("Chronic nonmalignant pain",)), True),
        (Reason(words=("Chronic non-malignant pain syndrome",)), True),
        (Reason(words=("Chronic severe pain",)), True),
        (Reason(words=("Chronic knee pain",)), False),
        (Reason(words=("Chronic pain of the knee",)), False),
        (Reason(words=("no chronic pain",)), False),
        (Reason(words=("pain",)), False),
        (Reason(words=("Acute pain",)), False),
        (Reason(), False),
    ],
)
def test_a_stated_reason_counts_for_the_spine(reason: Reason, counts: bool) -> None:
    assert for_spine(reason) is counts


@pytest.mark.parametrize(
    ("words", "mood"),
    [
        ("Major depression", True),
        ("Insomnia", True),
        ("Knee pain", False),
        ("Pain", False),
        ("Backache", False),
        ("Trigeminal neuralgia", False),
        ("Diabetic neuropathy", False),
        ("Radiculitis", False),
        ("Sciatica", False),
        ("Fibromyalgia", False),
    ],
)
def test_a_drug_is_for_mood_alone_where_no_reason_is_of_pain(words: str, mood: bool) -> None:
    assert only_for_mood(Drug(reasons=(Reason(words=(words,)),))) is mood
    assert not only_for_mood(Drug(reasons=(Reason(words=(words,)), Reason(spine=True))))
    assert not only_for_mood(Drug())
