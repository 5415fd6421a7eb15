"""One made-up chart as FHIR resources, and the two ways it reaches the service: a hook call, or a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec

from cds_service.wire.keys import RESOURCE_OF

Resource = dict[str, Any]

PATIENT_ID = "p1"
KEY_OF = {name: key for key, name in RESOURCE_OF.items()}
KEYS = frozenset(RESOURCE_OF)
MEDICATION_KEYS = ("medicationStatements", "medicationRequests")
OPTIONAL_KEYS = tuple(key for key in RESOURCE_OF if key not in ("patient", "conditions"))


@dataclass(frozen=True, slots=True)
class Chart:
    """A patient's resources as of a day, in the order in which they come, and the keys that are answered.

    `medications` are the Medications that orders refer to; each goes where its orders go. `paged`: keys whose Bundle
    has a next page that did not come.
    """

    day: date
    patient: Resource
    entries: tuple[Resource, ...] = ()
    medications: tuple[Resource, ...] = ()
    answered: frozenset[str] = KEYS
    paged: frozenset[str] = frozenset()

    def adding(self, *entries: Resource) -> Chart:
        """The chart with more entries."""
        return replace(self, entries=(*self.entries, *entries))

    def without_keys(self, *keys: str) -> Chart:
        """The chart as a client sends it that leaves these keys out."""
        return replace(self, answered=self.answered.difference(keys))

    def of(self, *types: str) -> tuple[Resource, ...]:
        """The entries of these FHIR types."""
        return tuple(entry for entry in self.entries if entry["resourceType"] in types)

    @property
    def cut(self) -> tuple[Resource, ...]:
        """What the answered keys hold."""
        return tuple(entry for entry in self.entries if KEY_OF[entry["resourceType"]] in self.answered)


def call(chart: Chart) -> bytes:
    """The body of a patient-view call that answers the chart's keys."""
    prefetch: dict[str, Any] = {key: [] for key in sorted(chart.answered)}
    for entry in chart.cut:
        prefetch[KEY_OF[entry["resourceType"]]].append(entry)
    for key in MEDICATION_KEYS:
        if key in prefetch:
            prefetch[key] += chart.medications
    bundles = {key: searchset(found, more=key in chart.paged) for key, found in prefetch.items()}
    bundles["patient"] = chart.patient
    body = {
        "hook": "patient-view",
        "hookInstance": "0f6e5a0e-3f6b-4a52-9a5c-2f6f3f5d0b11",
        "context": {"patientId": PATIENT_ID, "userId": "Practitioner/1"},
        "prefetch": bundles,
    }
    return msgspec.json.encode(body)


def searchset(resources: list[Resource], *, more: bool) -> Resource:
    """What a search found; `more`: on its first page."""
    next_page = {"link": [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]} if more else {}
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", **next_page, "entry": entries}


def file(chart: Chart) -> bytes:
    """The same record as one Bundle, cut to the chart's keys."""
    entries = [{"resource": one} for one in (chart.patient, *chart.cut, *chart.medications)]
    return msgspec.json.encode({"resourceType": "Bundle", "type": "collection", "entry": entries})
