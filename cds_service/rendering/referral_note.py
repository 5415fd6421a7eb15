"""The note of a referral: what the chart has that a receiving clinic asks for, and by name what it has not.

Everything is in our own words, from the findings; nothing of the chart's text passes here. It keeps to what bears on
the spine and on an operation: addiction, pregnancy and mood stay with whoever may see the chart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cds_service.findings import Findings
from cds_service.findings.dose_caution import dose_in_words
from cds_service.findings.drug_cautions import taken
from cds_service.findings.finding import Absent, Fact, Present, Unknown
from cds_service.findings.gait import GAIT, gait_entries
from cds_service.findings.latest import latest
from cds_service.findings.limbs import limb_deficits, limb_fact
from cds_service.findings.on_record import entry_fact, open_entries
from cds_service.findings.risk import RiskId
from cds_service.findings.words import as_in_a_sentence
from cds_service.knowledge.thresholds import Thresholds
from cds_service.rendering.order_reasons import each_source

BLOOD_THINNERS = "anticoagulant_antiplatelet"
OTHER_RISKS: tuple[RiskId, ...] = (
    "severe-instability",
    "epidural-scarring",
    "cardiovascular-disease",
    "active-infection",
)
# Cautions that a surgeon and an anaesthetist plan by, and that no topic of their own tells.
FOR_THE_SURGEON = frozenset(
    {
        *("cancer-on-record", "ungraded-instability", "suspected-slip", "epidural-fibrosis"),
        *("reduced-ejection-fraction", "deformity-with-lung-disease", "lung-disease", "kidney-disease"),
        *("cirrhosis", "immunosuppression", "long-steroids", "malnutrition"),
    }
)
DOSE_MISSING = "how much a day is not on record"
INFORMATION = ("Observation", "Procedure", "DiagnosticReport")
MOST_INFORMATION = 30


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing a clinic asks for: what is said of it, what was looked for in vain, and what nobody answered."""

    heading: str
    facts: tuple[Fact, ...] = ()
    lacking: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    def line(self, before: str = "") -> str:
        """ "Imaging: MRI of the lumbar spine, 5 May 2026."; empty where there is nothing that `before` does not say."""
        said = "; ".join(dict.fromkeys(fact.text for fact in self.facts if fact.text not in before))
        return f"{self.heading}: {said}." if said else ""


Asked = Callable[[Findings, Thresholds], Topic]


def topics_in_lines(topics: Iterable[Topic], before: str = "") -> list[str]:
    """A line for each topic with something to say, then what was not found, then what was not checked.

    What stands in `before` already is not said again.
    """
    given = tuple(topics)
    lacking = dict.fromkeys(word for topic in given for word in topic.lacking)
    unchecked = dict.fromkeys(word for topic in given for word in topic.unchecked)
    lines = [line for topic in given if (line := topic.line(before))]
    if lacking:
        lines.append(f"Not found in the chart: {'; '.join(lacking)}.")
    if unchecked:
        lines.append(f"Not checked: {'; '.join(unchecked)}.")
    return lines


def information(topics: Iterable[Topic]) -> tuple[str, ...]:
    """For `supportingInfo`: the Observations, Procedures and reports that the topics rest on."""
    return each_source((fact for topic in topics for fact in topic.facts), *INFORMATION)[:MOST_INFORMATION]


def symptoms(has: Findings, given: Thresholds) -> Topic:
    """Every red flag and every current complaint, and since when."""
    flags = (flag.fact for flag in (*has.red_flags.emergencies, *has.red_flags.prompts))
    felt = (one.fact for one in (*has.complaints.symptoms(), *has.complaints.current()))
    told = tuple(dict.fromkeys((*flags, *felt)))
    return _topic("Symptoms and diagnoses", told, "current spine complaint", "conditions" in has.unchecked)


def neurology(has: Findings, given: Thresholds) -> Topic:
    """Weakness, numbness and gait, as far as they stand among the diagnoses."""
    limbs = (limb_fact(entry) for entry in limb_deficits(has.record))
    gait = (entry_fact(entry, GAIT) for entry in gait_entries(has.record))
    told = tuple(dict.fromkeys((*limbs, *gait)))
    lacking = "weakness, numbness or gait difficulty among the diagnoses"
    return _topic("Neurological findings", told, lacking, "conditions" in has.unchecked)


def pain_and_function(has: Findings, given: Thresholds) -> Topic:
    """The newest scores, high or low."""
    heading, found = "Pain and function", has.impact
    if isinstance(found, Present):
        return Topic(heading, found.facts)
    if isinstance(found, Unknown):
        return Topic(heading, unchecked=("pain and function scores",))
    return _absent(heading, found)


def conservative_care(has: Findings, given: Thresholds) -> Topic:
    """What was tried and for how long; a kind that was not found by its name."""
    said = "; ".join(fact.text for fact in has.care.facts)
    gaps = [gap.rpartition(" not ") for gap in has.care.gaps]
    lacking = tuple(what for what, _, how in gaps if how == "found" and what not in said)
    unchecked = tuple(what for what, _, how in gaps if how == "checked")
    return Topic("Conservative care", has.care.facts, lacking, unchecked)


def imaging(has: Findings, given: Thresholds) -> Topic:
    """The newest MRI or CT of the spine."""
    if isinstance(has.imaging, Present):
        return Topic("Imaging", has.imaging.facts)
    if isinstance(has.imaging, Unknown):
        return Topic("Imaging", unchecked=("imaging",))
    return _absent("Imaging", has.imaging)


def opioids(has: Findings, given: Thresholds) -> Topic:
    """Which, since when, and how much a day."""
    dose = dose_in_words(has.mme) or (DOSE_MISSING if has.mme.drugs else "")
    told = (*has.opioids.facts, *((Fact(dose),) if dose else ()))
    return _topic("Opioids", told, "opioids", has.opioids.status == "unknown")


def bleeding(has: Findings, given: Thresholds) -> Topic:
    """Anticoagulants and antiplatelets that are taken, and a disorder of clotting."""
    drugs = {as_in_a_sentence(drug.concepts[BLOOD_THINNERS].label) for drug in taken(has.record, BLOOD_THINNERS, given)}
    disorders = (entry_fact(entry, "bleeding_disorder") for entry in open_entries(has.record, "bleeding_disorder"))
    told = (*map(Fact, sorted(drugs)), *disorders)
    return _topic("Blood thinners and bleeding", told, "blood thinners", not has.record.medications_answered)


def weight_sugar_smoking(has: Findings, given: Thresholds) -> Topic:
    """BMI, HbA1c and smoking, whatever they are."""
    parts = tuple(_measured(has, risk) for risk in ("obesity", "uncontrolled-diabetes", "current-smoking"))
    return Topic(
        "BMI, HbA1c, smoking",
        tuple(fact for part in parts for fact in part.facts),
        tuple(word for part in parts for word in part.lacking),
        tuple(word for part in parts for word in part.unchecked),
    )


def bone_health(has: Findings, given: Thresholds) -> Topic:
    """Osteoporosis, and the newest T-score."""
    listed = tuple(entry_fact(entry, "osteoporosis") for entry in open_entries(has.record, "osteoporosis"))
    score = latest(has.record, "T-score", "lower")
    told = (*listed, *((score.fact("T-score", ""),) if score else ()))
    return _topic("Bone health", told, "osteoporosis or a bone density", "observations" in has.unchecked)


def earlier_operations(has: Findings, given: Thresholds) -> Topic:
    """Every operation on the spine, newest first."""
    told, missing = has.operations.facts, "procedures" in has.unchecked
    return _topic("Earlier spine surgery", told, "earlier spine surgery", missing)


def other_risks(has: Findings, given: Thresholds) -> Topic:
    """What else an operation is planned by."""
    present = (fact for risk in has.risks if risk.present and risk.id in OTHER_RISKS for fact in risk.facts)
    minded = (Fact(caution.text, caution.sources) for caution in has.cautions if caution.id in FOR_THE_SURGEON)
    return Topic("Also on record", (*has.red_flags.history, *present, *minded))


WHOLE: tuple[Asked, ...] = (
    symptoms,
    neurology,
    pain_and_function,
    conservative_care,
    imaging,
    opioids,
    bleeding,
    weight_sugar_smoking,
    bone_health,
    earlier_operations,
    other_risks,
)
FOR_URGENT: tuple[Asked, ...] = (symptoms, neurology, imaging, opioids, bleeding, earlier_operations, other_risks)
FOR_IMAGING: tuple[Asked, ...] = (symptoms, neurology, earlier_operations, other_risks)
FOR_THERAPY: tuple[Asked, ...] = (symptoms, neurology, pain_and_function, conservative_care, earlier_operations)


def _topic(heading: str, told: tuple[Fact, ...], lacking: str, unanswered: bool) -> Topic:
    """Nothing on record is "not found" where it was asked for, else "not checked"."""
    if told:
        return Topic(heading, told)
    return Topic(heading, unchecked=(lacking,)) if unanswered else Topic(heading, lacking=(lacking,))


def _absent(heading: str, found: Absent) -> Topic:
    """ "no pain score within 180 days" is lacking; "pain 2 of 10 on 3 May 2026" is an answer."""
    if found.because.startswith("no "):
        return Topic(heading, lacking=(found.because.removeprefix("no ").removesuffix(" on record"),))
    return Topic(heading, (Fact(found.because),) if found.because else ())


def _measured(has: Findings, risk_id: RiskId) -> Topic:
    """The value of a risk, be it low, or why there is none."""
    risk = next(risk for risk in has.risks if risk.id == risk_id)
    if risk.state != "unknown" and risk.facts:
        return Topic("", risk.facts)
    what, _, how = risk.because.rpartition(" ")
    if how in ("checked", "recorded"):
        words = (what.removesuffix(" was not").removesuffix(" is not"),)
        return Topic("", unchecked=words) if how == "checked" else Topic("", lacking=words)
    return _absent("", Absent(risk.because))
