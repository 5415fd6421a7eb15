"""What a clinician of the demo may be ordering or booking: drafts that concern the services, and some that do not.

They are the patient's whom the page has chosen: it fills in the same token that stands in the prefetch templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds_service.pages.languages import marked
from cds_service.record.templates import PATIENT
from cds_service.vignettes.drafts import draft
from cds_service.vignettes.lines import Draft

REFERRAL = {"service": "Referral to neurosurgeon", "code": "snomed:308482002"}


@dataclass(frozen=True, slots=True)
class DemoDraft:
    """A draft by its id, as the page names it in English; an appointment is for booking, all else for ordering."""

    id: str
    label: str
    line: Draft

    @property
    def kind(self) -> str:
        """Which hooks it is for."""
        return "appointment" if self.line.appointment else "order"


def _draft(of: str, label: str, **line: Any) -> DemoDraft:
    return DemoDraft(of, label, Draft.model_validate(line))


DRAFTS: tuple[DemoDraft, ...] = (
    _draft("referral", marked("Spine referral, nothing filled in"), **REFERRAL),
    _draft(
        "referral-complete",
        marked("Spine referral, complete"),
        **REFERRAL,
        reason="Low back pain",
        note="28 weeks, physical therapy and an NSAID tried",
        supporting="Observation/1",
    ),
    _draft("mri", marked("MRI of the lumbar spine"), service="MRI of the lumbar spine", code="cpt:72148"),
    _draft("epidural", marked("Epidural injection"), service="Transforaminal epidural injection", code="cpt:64483"),
    _draft("fusion", marked("Lumbar fusion"), service="Lumbar arthrodesis", code="cpt:22612"),
    _draft("oxycodone", marked("Oxycodone"), drug="oxycodone hydrochloride 5 MG Oral Tablet", code="rxnorm:1049621"),
    _draft("knee", marked("MRI of the knee (not our concern)"), service="MRI of the knee", code="cpt:73721"),
    _draft("amoxicillin", marked("Amoxicillin (not our concern)"), drug="amoxicillin 500 mg", code="rxnorm:308191"),
    _draft(
        "surgery", marked("Consultation before spine surgery"), appointment="Consultation before lumbar spine surgery"
    ),
    _draft(
        "neurosurgery",
        marked("Neurosurgery visit for stenosis"),
        appointment="First visit",
        specialty="snomed:394610002",
        reason="Lumbar spinal stenosis",
        reason_code="icd10:M48.061",
    ),
    _draft("physiotherapy", marked("Physiotherapy (not our concern)"), appointment="Physiotherapy for back pain"),
)


def draft_resources(day: date) -> Mapping[str, Mapping[str, Any]]:
    """The draft of each id as a screen would hand it over on the day, for the patient whom the token stands for."""
    return {one.id: draft(one.line, PATIENT, at, day) for at, one in enumerate(DRAFTS, 1)}
