"""Codes to make charts of: every row of our value sets, those met every day more often, and some that mean nothing."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.knowledge.load import load_knowledge
from cds_service.knowledge.rows import Row
from cds_service.knowledge.systems import CPT, ICD_10_CM, LOINC, RXNORM, SNOMED
from tests.laws.charts import Resource

KNOWLEDGE = load_knowledge()
Coded = tuple[str, str, str]


def concept(coded: Coded, text: str = "") -> Resource:
    """A CodeableConcept of one coding, or of words alone where the code is empty."""
    system, code, display = coded
    words = {"text": text} if text else {}
    if not code:
        return words
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}], **words}


def rows(*names: str) -> tuple[Row, ...]:
    """The rows of these value sets."""
    return tuple(row for name in names for row in KNOWLEDGE.value_sets[name].rows)


def codes(*names: str) -> tuple[Coded, ...]:
    """Their codes, with our display."""
    return tuple(_coded(row) for row in rows(*names))


def by_set(*names: str) -> tuple[tuple[Coded, ...], ...]:
    """The codes of each set for itself, so that a large set does not hide a small one."""
    return tuple(codes(name) for name in names)


def _coded(row: Row) -> Coded:
    return row.system, row.code.rstrip("."), row.display


def _of(system: str, pairs: Iterable[tuple[str, str]]) -> tuple[Coded, ...]:
    return tuple((system, code, display) for code, display in pairs)


WORDS_ONLY: Coded = ("", "", "")

# Conditions

EVERYDAY_COMPLAINTS = (
    *_of(SNOMED, (("279039007", "Low back pain"), ("128196005", "Lumbar radiculopathy"), ("81680005", "Neck pain"))),
    *_of(ICD_10_CM, (("M54.50", "Low back pain"), ("M54.16", "Radiculopathy, lumbar region"))),
    *_of(ICD_10_CM, (("M48.062", "Spinal stenosis, lumbar, with neurogenic claudication"),)),
    *_of(SNOMED, (("278860009", "Chronic low back pain"), ("161891005", "Back pain"), ("23056005", "Sciatica"))),
    *_of(ICD_10_CM, (("M54.12", "Radiculopathy, cervical region"), ("M54.2", "Cervicalgia"))),
    *_of(SNOMED, (("303081002", "Neurogenic claudication"), ("134407002", "Chronic back pain"))),
)
COMPLAINTS = by_set("spine_pain_back_neck", "radiculopathy", "spinal_stenosis", "chronic_pain_generic")
STRUCTURAL = by_set(
    "degenerative_disc_spondylosis",
    "disc_herniation",
    "spinal_deformity",
    "spondylolisthesis",
    "failed_back_surgery",
    "prior_spine_surgery_status",
    "epidural_scarring",
    "severe_instability",
)
DEFICITS = by_set("limb_neuro_symptoms", "gait_balance_difficulty", "myelopathy", "redflag_foot_drop")
FLAGS = by_set(
    "redflag_cauda_equina",
    "redflag_cord_compression",
    "redflag_spinal_infection",
    "redflag_spinal_neoplasm",
    "redflag_benign_spinal_tumour",
    "redflag_unstable_fracture",
    "redflag_vertebral_fracture",
    "redflag_paralysis",
    "redflag_bladder_bowel",
    "redflag_other_cause",
    "myeloma",
    "active_cancer",
    "postop_wound_complication",
)
COMORBID = by_set(
    "diabetes",
    "diabetes_uncontrolled",
    "diabetes_exclusions",
    "obesity",
    "cardio_major",
    "cardio_chronic",
    "active_infection",
    "tobacco_current",
    "tobacco_former",
    "respiratory_chronic",
    "bleeding_disorder",
    "osteoporosis",
    "kidney_advanced",
    "liver_cirrhosis",
    "immunosuppression",
    "malnutrition",
    "severe_depression",
    "opioid_use_disorder",
    "substance_overdose",
    "long_term_opioid_status",
    "nonspine_opioid_indication",
    "polyneuropathy",
    "gabapentinoid_other_indication",
    "gait_other_cause",
)
GATES = by_set("pregnancy", "palliative_hospice", "exclude_family_or_history")
SPINE_WORDS = (
    "Low back pain with sciatica, no bladder symptoms",
    "Lumbar stenosis with neurogenic claudication",
    "Chronic neck pain",
    "lumbar radiculopathy, left leg",
    "Low back pain, no numbness, weakness or pain in the legs",
    "Grade 3 spondylolisthesis L5/S1",
    "Progressive scoliosis",
    "Degenerative scoliosis, not progressive",
    "Gross lumbar instability",
    "Spinal instability, flexion-extension films pending",
    "Extensive epidural fibrosis",
    "minimal epidural fibrosis",
    "Failed back surgery syndrome",
    "History of lumbar laminectomy",
    "s/p L4/5 microdiscectomy",
    "r/o cauda equina",
    "? myelopathy",
    "Saddle anaesthesia",
    "Ruled out: lumbar stenosis",
    "Patient denies low back pain",
    "Decompensated heart failure",
    "Severe aortic stenosis",
    "weakness of the left leg",
    "Screening for scoliosis",
)
UNRELATED = (
    *_of(ICD_10_CM, (("I10", "Essential hypertension"), ("E78.5", "Hyperlipidaemia"), ("K21.9", "Reflux"))),
    *_of(ICD_10_CM, (("E03.9", "Hypothyroidism"), ("H40.9", "Glaucoma"), ("J45.909", "Asthma"), ("Z23", "Vaccine"))),
    *_of(ICD_10_CM, (("L20.9", "Atopic dermatitis"), ("D50.9", "Iron deficiency"), ("J30.9", "Allergic rhinitis"))),
    *_of(SNOMED, (("59621000", "Essential hypertension"), ("55822004", "Hyperlipidaemia"), ("195967001", "Asthma"))),
    *_of(SNOMED, (("10509002", "Acute bronchitis"), ("444814009", "Viral sinusitis"), ("73595000", "Stress"))),
)

# Procedures and services

THERAPY = codes("care_physical_therapy")
OTHER_CARE = codes("care_other_nonpharm")
INJECTIONS = codes("care_spinal_injection")
OPERATIONS = by_set(
    "proc_discectomy", "proc_decompression", "proc_fusion", "proc_corpectomy", "proc_disc_replacement_other"
)
EVERYDAY_OPERATIONS = _of(CPT, (("63030", "Lumbar discectomy"), ("63047", "Laminectomy"), ("22612", "Lumbar fusion")))
OTHER_SPINE_WORK = by_set("proc_vertebral_augmentation", "proc_radiosurgery_spine", "proc_neuromodulation")
IMAGING = codes("imaging_spine_mri_ct", "imaging_spine_loinc")
OTHER_DONE = by_set("redflag_other_cause", "palliative_hospice", "oud_treatment_drugs")
REFERRALS = codes("referral_spine_specialist")
UNRELATED_DONE = (
    *_of(
        SNOMED, (("73761001", "Colonoscopy"), ("430193006", "Medication reconciliation"), ("399208008", "Chest film"))
    ),
    *_of(CPT, (("45378", "Colonoscopy"), ("93000", "Electrocardiogram"))),
)
UNRELATED_ASKED = (
    *_of(SNOMED, (("183524004", "Referral to psychiatry service"), ("103704003", "Referral to dermatologist"))),
    *_of(SNOMED, (("308471005", "Referral to cardiologist"), ("73761001", "Colonoscopy"))),
)
UNRELATED_REPORTS = (
    *_of(LOINC, (("36643-5", "XR Chest 2 Views"), ("58410-2", "CBC panel"), ("24356-8", "Urinalysis panel"))),
)

# Drugs

OPIOID_INGREDIENTS = (*codes("opioid_rxnorm_ingredients"), *codes("opioid_atc"))
OPIOID_PRODUCTS = codes("opioid_products")[::16]
SYNTHEA_OPIOIDS = codes("synthea_opioid_drugs")
ANALGESICS = by_set(
    "analgesic_nsaid",
    "analgesic_acetaminophen",
    "analgesic_gabapentinoid",
    "analgesic_neuropathic_antidepressant",
    "muscle_relaxant",
)
OTHER_DRUGS = by_set(
    "systemic_steroid",
    "anticoagulant_antiplatelet",
    "immunosuppressant_drugs",
    "tobacco_cessation_drugs",
    "oud_treatment_drugs",
)
DRUG_WORDS = (
    "Oxycodone 5 mg tablets",
    "ibuprofen 400 mg",
    "Gabapentin 300 MG Oral Capsule",
    "codeine with guaifenesin",
)
UNRELATED_DRUGS = _of(
    RXNORM,
    (
        ("29046", "Lisinopril"),
        ("314076", "lisinopril 10 MG Oral Tablet"),
        ("6809", "Metformin"),
        ("723", "Amoxicillin"),
    ),
)
