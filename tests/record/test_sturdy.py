"""No chart, however odd, stops the reading, and the order of its entries means nothing."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.record.charts import ICD_10_CM, LOINC, SNOMED, chart, code

WORDS = st.text(max_size=40) | st.sampled_from(
    ["Low back pain", "no fever, low back pain", "history of laminectomy", "ruled out", ": ruled out", "but", ",,,;"]
)
DATES = st.sampled_from(["2026-05-10", "2026-05", "2026", "0001-01-01", "9999-12-31", "2026-13-45", ""]) | WORDS
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5000)
CODES = st.sampled_from(
    [(ICD_10_CM, "M54.16"), (ICD_10_CM, "G89.28"), (SNOMED, "279039007"), (LOINC, "4548-4"), ("urn:x", "1")]
)
CONCEPTS = st.builds(lambda coding, text: code(coding, text=text), CODES, WORDS)
QUANTITIES = st.fixed_dictionaries({"value": NUMBERS, "code": st.sampled_from(["a", "mo", "h", "%", "kg", ""])})
PERIODS = st.fixed_dictionaries({}, optional={"start": DATES, "end": DATES})
IDS = st.sampled_from(["a", "b", "c", None])


def resources(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"resourceType": st.just(kind), "id": IDS, "code": CONCEPTS},
        optional={"meta": st.fixed_dictionaries({}, optional={"lastUpdated": DATES, "versionId": WORDS})} | fields,
    )


ENTRIES = st.lists(
    resources(
        "Condition",
        onsetDateTime=DATES,
        onsetAge=QUANTITIES,
        onsetString=WORDS,
        onsetPeriod=PERIODS,
        recordedDate=DATES,
        abatementDateTime=DATES,
        abatementString=WORDS,
        abatementAge=QUANTITIES,
        clinicalStatus=CONCEPTS,
        bodySite=st.lists(CONCEPTS, max_size=2),
    )
    | resources("Observation", effectiveDateTime=DATES, valueQuantity=QUANTITIES, status=WORDS)
    | resources("Procedure", performedPeriod=PERIODS, reasonCode=st.lists(CONCEPTS, max_size=2), status=WORDS)
    | resources("ServiceRequest", authoredOn=DATES, status=WORDS, intent=WORDS)
    | resources("DiagnosticReport", conclusion=WORDS, issued=DATES),
    max_size=6,
)
PATIENTS = st.fixed_dictionaries(
    {"resourceType": st.just("Patient"), "id": st.just("p")}, optional={"birthDate": DATES, "deceasedDateTime": DATES}
)


@settings(max_examples=150, deadline=None)
@given(PATIENTS, ENTRIES, st.randoms(use_true_random=False))
def test_any_chart_is_read_and_in_any_order_the_same(
    patient: dict[str, Any], entries: list[dict[str, Any]], shuffler: random.Random
) -> None:
    shuffled = entries[:]
    shuffler.shuffle(shuffled)
    assert chart(patient, *entries) == chart(patient, *shuffled)
    assert chart(patient, *entries) == chart(patient, *entries, *entries)
