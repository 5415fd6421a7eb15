"""Orders that are being written, and what each is: a spine referral, an operation, imaging, an injection, an opioid.

Read as the chart's entries are, but for their status and date: a draft counts whatever it says of itself, unless it
was given up or says what is not to be done. Where no coding is in any value set the text is tried, also for what
only a Procedure is tried for on a chart: an order names what will be done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Raw

from cds_service.knowledge.load import Knowledge
from cds_service.record.concepts import PRIOR_SURGERY, read_text
from cds_service.record.drug_names import name_drug
from cds_service.record.medications import is_inpatient
from cds_service.record.named_drug import named_in
from cds_service.record.only_if import SPINE_SETS
from cds_service.record.patient import Match, Reason
from cds_service.record.services import ByReference, Service, read_service
from cds_service.record.standpoint import Coded, Standpoint
from cds_service.record.whose import is_the_patients
from cds_service.record.words import says, strings_of
from cds_service.wire import fhir
from cds_service.wire.drafts import Draft, empty_members, loosely

OrderKind = Literal[
    "referral", "other-referral", "operation", "procedure", "injection", "imaging", "appointment", "opioid"
]
Waiting = Literal["", "spine-condition", "reason"]

SERVICE, DRUG = "ServiceRequest", "MedicationRequest"
REFERRAL = "referral_spine_specialist"
THERAPY = "care_physical_therapy"
# Referrals to a surgeon of more than spines: ours only with a spine reason, site, text or note, or a spine condition.
GENERAL = frozenset({"308482002", "308481009", "306181000000106", "183545006"})
KIND_OF_SET: Mapping[str, OrderKind] = {
    "proc_discectomy": "operation",
    "proc_decompression": "operation",
    "proc_fusion": "operation",
    "proc_corpectomy": "operation",
    "proc_disc_replacement_other": "operation",
    "proc_vertebral_augmentation": "procedure",
    "proc_radiosurgery_spine": "procedure",
    "proc_neuromodulation": "procedure",
    "care_spinal_injection": "injection",
    "imaging_spine_mri_ct": "imaging",
    "imaging_spine_loinc": "imaging",
}
# What is a spine problem as the reason of an order: the spine sets, and what only a spine can have.
SPINE_REASONS = SPINE_SETS | {
    "spondylolisthesis",
    "severe_instability",
    "epidural_scarring",
    "redflag_cauda_equina",
    "redflag_cord_compression",
    "redflag_spinal_infection",
    "redflag_spinal_neoplasm",
    "redflag_benign_spinal_tumour",
    "redflag_unstable_fracture",
    "redflag_vertebral_fracture",
}
# A pain of arm or leg may come from the spine; these are why others are sent to the same surgeons.
OTHER_PART = re.compile(
    r"\b(?:knees?|hips?|shoulders?|elbows?|wrists?|hands?|fingers?|thumbs?|ankles?|foot(?! drop)|feet|toes?"
    r"|carpal tunnel|menisc\w*|rotator cuff|acl|head|brain|skull|(?:intra)?cranial|cerebral|pituitary"
    r"|hydrocephal\w*)\b",
    re.IGNORECASE,
)
# An operation named after these is why something else is ordered, or when: "TLSO brace after lumbar fusion".
BESIDE_AN_OPERATION = re.compile(
    r"\b(?:after|following|before|prior to|h/o|s/p|history of|status[- ]post|post[- ]?op\w*|pre[- ]?op\w*)\b[^.;,:]*",
    re.IGNORECASE,
)
GIVEN_UP = frozenset({"revoked", "entered-in-error", "cancelled", "stopped"})
COMPLETED_BY_US = ("reasonCode", "reasonReference", "supportingInfo", "note", "bodySite")


@dataclass(frozen=True, slots=True)
class Order:
    """An order or appointment that concerns the service, or may.

    `raw` is the draft with every member the clinician wrote, `empty` those of COMPLETED_BY_US that say nothing; both
    are empty where the order did not come with the call. `waits_for`: it concerns us only if the patient has a
    current spine condition, or if the Condition that is its reason turns out to be one. An other referral names
    another part of the body as its reason or site.
    """

    kind: OrderKind
    ref: str = ""
    raw: Raw = field(default_factory=Raw)
    empty: tuple[str, ...] = ()
    waits_for: Waiting = ""

    @property
    def surgical(self) -> bool:
        """A spine referral, an operation, or the booking of one."""
        return self.kind in ("referral", "operation", "appointment")


@dataclass(frozen=True, slots=True)
class OrderReading:
    """What orders are read with: whose they must be, and what of the call they may refer to."""

    patient_id: str
    patient_urls: frozenset[str]
    conditions: ByReference
    medications: Mapping[str, fhir.Medication]
    at: Standpoint
    knowledge: Knowledge

    def is_ours(self, subject: fhir.Reference | None) -> bool:
        """It is for this patient, or does not say for whom."""
        return is_the_patients(subject, self.patient_id, self.patient_urls)


def drafted_order(draft: Draft, by: OrderReading) -> Order | None:
    """A draft of the context, where it may concern us."""
    if draft.kind == SERVICE:
        service = loosely(draft.raw, fhir.ServiceRequest)
        empty = empty_members(draft.raw, COMPLETED_BY_US)
        return service_order(service, by, draft.raw, empty) if service else None
    drug = loosely(draft.raw, fhir.MedicationRequest) if draft.kind == DRUG else None
    return _opioid_order(drug, draft, by) if drug else None


def service_order(
    resource: fhir.ServiceRequest, by: OrderReading, raw: Raw | None = None, empty: tuple[str, ...] = ()
) -> Order | None:
    """A referral, operation, injection or imaging of the spine; None for anything else, and for what is not meant."""
    if resource.status in GIVEN_UP or resource.doNotPerform or not by.is_ours(resource.subject):
        return None
    coded = by.at.rows(SERVICE, resource.code)
    service = read_service(resource, SERVICE, coded, by.conditions, by.at)
    kind, waits_for = _kind(resource, service, coded, by) if service else (None, "")
    ref = f"{SERVICE}/{resource.id}" if resource.id else ""
    return Order(kind, ref, raw or Raw(), empty, waits_for) if kind else None


Judged = tuple[OrderKind | None, Waiting]


def _kind(resource: fhir.ServiceRequest, service: Service, coded: Coded, by: OrderReading) -> Judged:
    kinds = _kinds(service, coded, by)
    done = next((kind for kind in KIND_OF_SET.values() if kind in kinds), None)
    if done or "referral" not in kinds:
        return done, ""
    if service.spine_words or any(is_spine(reason) for reason in service.reasons) or is_special(coded):
        return "referral", ""
    if not coded or any(code in GENERAL for _, code in service.codes):
        stated = (*strings_of(resource.bodySite or ()), *(text for reason in service.reasons for text in reason.words))
        elsewhere = any(OTHER_PART.search(text) for text in stated)
        return "other-referral" if elsewhere else "referral", "spine-condition"
    return ("referral", "reason") if resource.reasonReference else (None, "")


def _kinds(service: Service, coded: Coded, by: OrderReading) -> frozenset[OrderKind]:
    """What its codes say, whatever they ask besides; without any that is known, what its words say."""
    if coded:
        found = {KIND_OF_SET[name] for name in service.concepts if name in KIND_OF_SET}
        named = any(row.concept == REFERRAL and row.use != "ignore" for row, _ in coded)
        return frozenset({*found, "referral"} if named else found)
    return frozenset(kind for text in service.words if (kind := _kind_by_words(text, by.at)))


def _kind_by_words(text: str, at: Standpoint) -> OrderKind | None:
    matches: dict[str, Match] = {}
    read_text(at.patterns.where_uncoded["Procedure"], text, at, matches)
    if THERAPY in matches:
        return None
    if "care_spinal_injection" in matches:
        return "injection"
    if at.names_spine((text,)) and says(at.guards.word_imaging, (text,), at.guards):
        return "imaging"
    if says(at.guards.word_specialist, (text,), at.guards):
        return "referral"
    return "operation" if PRIOR_SURGERY in matches and _is_itself_operated(text, at) else None


def _is_itself_operated(text: str, at: Standpoint) -> bool:
    """The operation is what is ordered, and not only what the order follows or prepares."""
    matches: dict[str, Match] = {}
    read_text(at.patterns.where_uncoded["Procedure"], BESIDE_AN_OPERATION.sub(" ", text), at, matches)
    return PRIOR_SURGERY in matches


def is_spine(reason: Reason) -> bool:
    """The reason is a problem of the spine."""
    return reason.spine or not SPINE_REASONS.isdisjoint(reason.concepts)


def is_special(coded: Coded) -> bool:
    """A coding is of a spine or neurosurgical service itself, not of surgeons in general."""
    rows = (row for row, code in coded if row.concept == REFERRAL and code not in GENERAL)
    return any(not row.only_if for row in rows if row.use != "ignore")


def _opioid_order(drug: fhir.MedicationRequest, draft: Draft, by: OrderReading) -> Order | None:
    if drug.status in GIVEN_UP or drug.doNotPerform or not by.is_ours(drug.subject) or is_inpatient(drug):
        return None
    concepts = named_in(drug, by.medications)
    named = name_drug(concepts, by.knowledge) if concepts else None
    return Order("opioid", draft.ref, draft.raw) if named and named.opioid else None
