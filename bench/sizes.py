"""Calls of four sizes from our own generator, and one with the largest chart of those lying beside the checkout."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from bench.bodies import PATIENT, padded
from cds_service.vignettes.reading import load_vignettes
from cds_service.vignettes.requests import HOOK_INSTANCE
from cds_service.wire.keys import RESOURCE_OF

# Persistent pain after conservative care: answered by a `recommend` card, and with few resources of its own.
VIGNETTE = "V07"
RESOURCES: Mapping[str, int] = {"S": 20, "M": 200, "L": 2_000, "XL": 10_000}
REAL = "XL, a real chart"
BIG_PATIENTS = Path(__file__).parents[2] / "shared" / "data" / "bigpatient"
NO_BIG_PATIENT = "there is no ../shared/data/bigpatient beside the checkout"
# Each chart as often as this, for another patient, so that what is kept of one is not all of what is kept.
PATIENTS = 8


@dataclass(frozen=True, slots=True)
class Call:
    """A patient-view call, and how many resources it brings."""

    text: bytes
    resources: int

    def for_patients(self, number: int = PATIENTS) -> tuple[bytes, ...]:
        """The same call for so many patients, whose ids are as long."""
        patients = (f"{PATIENT[:-3]}{at:03}".encode() for at in range(1, number + 1))
        return tuple(self.text.replace(PATIENT.encode(), patient) for patient in patients)


def generated(day: date) -> dict[str, Call]:
    """A call of each size, as of a day."""
    return {name: _filled(day, resources) for name, resources in RESOURCES.items()}


def _filled(day: date, resources: int) -> Call:
    """The generator makes nine Observations for each Condition, in whole numbers: one may be missing at the end."""
    vignette = next(one for one in load_vignettes() if one.id == VIGNETTE)
    own = counted(padded(vignette, day, 0))
    call = padded(vignette, day, resources - own)
    return Call(msgspec.json.encode(call), counted(call))


def counted(call: Mapping[str, Any]) -> int:
    """The resources of a call's prefetch."""
    return sum(len(value["entry"]) if "entry" in value else 1 for value in call["prefetch"].values())


def big_patient(folder: Path = BIG_PATIENTS) -> Call | None:
    """The chart with the most resources that our keys ask for; None where the folder is not there."""
    charts = [_of_bundle(gzip.decompress(path.read_bytes())) for path in sorted(folder.glob("*.json.gz"))]
    return max(charts, key=lambda call: call.resources, default=None)


def _of_bundle(text: bytes) -> Call:
    """A Bundle with one Patient, as the call of an EHR that answers every key."""
    resources = [entry["resource"] for entry in msgspec.json.decode(text)["entry"]]
    patient = next(one for one in resources if one["resourceType"] == "Patient")
    prefetch = {key: _searchset(resources, name) for key, name in RESOURCE_OF.items() if name != "Patient"}
    call = {
        "hook": "patient-view",
        "hookInstance": HOOK_INSTANCE,
        "context": {"userId": "Practitioner/7", "patientId": patient["id"]},
        "prefetch": {"patient": patient, **prefetch},
    }
    return Call(msgspec.json.encode(call), counted(call))


def _searchset(resources: Iterable[Mapping[str, Any]], name: str) -> dict[str, Any]:
    entries = [
        {"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources if one["resourceType"] == name
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
