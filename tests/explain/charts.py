"""A long history, made up: ten years of back pain, care, opioids, operations and measurements in 8,000 resources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.hooks.calls import DAY, PATIENT

Resource = dict[str, Any]
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
IMAGING: Resource = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "RAD"}]}
YEARS, RESOURCES = 10, 8_000


def coded(system: str, code: str, text: str = "") -> Resource:
    """A concept."""
    return {"coding": [{"system": system, "code": code, **({"display": text} if text else {})}]}


def condition(code: str, onset: str, *, system: str = SNOMED, **members: Any) -> Resource:
    """A problem since then."""
    status = "resolved" if "abatementDateTime" in members else "active"
    clinical = coded("http://terminology.hl7.org/CodeSystem/condition-clinical", status)
    made = {"resourceType": "Condition", "clinicalStatus": clinical, "code": coded(system, code)}
    return {**made, "onsetDateTime": onset, **members}


def visit(code: str, day: date) -> Resource:
    """A diagnosis of one visit."""
    listed = [coded(CATEGORY, "encounter-diagnosis")]
    made = condition(code, "", category=listed, recordedDate=day.isoformat())
    del made["onsetDateTime"]
    return made


def procedure(code: str, when: str, *, system: str = SNOMED, **members: Any) -> Resource:
    """Something done."""
    code_ = coded(system, code)
    return {"resourceType": "Procedure", "status": "completed", "code": code_, "performedDateTime": when, **members}


def observation(code: str, day: date, value: float, unit: str) -> Resource:
    """A measurement."""
    quantity = {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}
    made = {"resourceType": "Observation", "status": "final", "code": coded(LOINC, code)}
    return {**made, "effectiveDateTime": day.isoformat(), "valueQuantity": quantity}


def smoking(code: str, day: date) -> Resource:
    """What was said of smoking."""
    made = {"resourceType": "Observation", "status": "final", "code": coded(LOINC, "72166-2")}
    return {**made, "effectiveDateTime": day.isoformat(), "valueCodeableConcept": coded(SNOMED, code)}


def opioid(day: date, tablets: int, *, days: int = 30, dosed: bool = True) -> Resource:
    """Oxycodone 10 mg, so many tablets a day."""
    dosage: Resource = {
        "timing": {"repeat": {"frequency": tablets, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg", "code": "mg"}}],
    }
    return {
        "resourceType": "MedicationRequest",
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": coded(RXNORM, "7804", "oxycodone"),
        "authoredOn": day.isoformat(),
        "dispenseRequest": {"expectedSupplyDuration": {"value": days, "unit": "days", "code": "d"}},
        **({"dosageInstruction": [dosage]} if dosed else {}),
    }


def report(day: date) -> Resource:
    """A CT of the lumbar spine."""
    made = {"resourceType": "DiagnosticReport", "status": "final", "category": [IMAGING]}
    return {**made, "code": coded(LOINC, "24963-1", "CT Lumbar spine"), "effectiveDateTime": day.isoformat()}


def long_history(day: date = DAY, resources: int = RESOURCES) -> list[Resource]:
    """The whole chart, the Patient first; what is no matter of the spine fills it up."""
    made = list(_telling(day))
    fillers = resources - len(made)
    step = YEARS * 365 / fillers
    codes = ("8867-4", "8310-5", "2345-7", "718-7", "2160-0")
    for at in range(fillers):
        made.append(observation(codes[at % 5], day - timedelta(int(at * step)), 70 + at % 9, "1"))
    subject = {"reference": f"Patient/{PATIENT['id']}"}
    return [PATIENT, *({**one, "id": f"r{at}", "subject": subject} for at, one in enumerate(made, 1))]


def _telling(day: date) -> Iterator[Resource]:
    """What the page tells of."""
    years = [day - timedelta(365 * ago) for ago in range(YEARS, -1, -1)]
    yield condition("279039007", f"{day.year - 10}", abatementDateTime=f"{day.year - 8}-05")
    yield condition("279039007", f"{day.year - 3}-02")
    yield condition("M54.16", (day - timedelta(400)).isoformat(), system="http://hl7.org/fhir/sid/icd-10-cm")
    yield condition("81680005", (day - timedelta(2300)).isoformat(), abatementDateTime=years[5].isoformat())
    for at in range(40):
        yield visit("279039007", day - timedelta(90 * at))
    for at in range(150):
        yield procedure("91251008", (day - timedelta(100 + at * 7)).isoformat())
    for at in range(6):
        yield procedure("62322", (day - timedelta(200 + at * 400)).isoformat(), system="http://www.ama-assn.org/go/cpt")
    yield procedure("63030", (day - timedelta(2900)).isoformat(), system="http://www.ama-assn.org/go/cpt")
    yield procedure("22612", f"{day.year - 5}-06", system="http://www.ama-assn.org/go/cpt")
    for at in range(48):
        yield opioid(day - timedelta(30 * (60 - at)), 2 + at // 8, dosed=at not in range(20, 24))
    for at, year in enumerate(years):
        yield observation("4548-4", year, round(6.1 + at * 0.25, 1), "%")
        yield observation("39156-5", year, round(28 + at * 0.7, 1), "kg/m2")
    yield from (smoking("449868002", years[1]), smoking("449868002", years[4]), smoking("8517006", years[7]))
    for ago in (3000, 1500, 300):
        yield report(day - timedelta(ago))


def bundle_of(resources: list[Resource]) -> Resource:
    """All of them in one Bundle."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
