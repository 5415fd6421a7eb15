"""Charts written by strangers, read from `../shared/data` as the requests an EHR would send of them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cds_service.wire.keys import RESOURCE_OF

FOLDER = Path(__file__).parents[3] / "shared" / "data"
WHERE = "../shared/data"
KEY_OF = {name: key for key, name in RESOURCE_OF.items()}
WRITTEN_DATE = re.compile(r'"(\d{4}-\d{2}-\d{2})(?:T[^"]*)?"')
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stranger:
    """One chart: where it came from, and its resources."""

    name: str
    source: str
    patient: Resource
    entries: tuple[Resource, ...]

    def request(self) -> bytes:
        """The patient-view call an EHR would send that answers every prefetch key."""
        prefetch: dict[str, Any] = {key: {"resourceType": "Bundle", "type": "searchset", "entry": []} for key in KEYS}
        for entry in self.entries:
            key = KEY_OF.get(entry["resource"]["resourceType"], "medicationRequests")
            if key != "patient":
                prefetch[key]["entry"].append(entry)
        prefetch["patient"] = self.patient
        patient_id = self.patient["id"]
        return json.dumps(
            {
                "hook": "patient-view",
                "hookInstance": "7d9c3f0e-6f1b-4a52-9a5c-2f6f3f5d0b11",
                "context": {"patientId": patient_id, "userId": "Practitioner/p"},
                "prefetch": prefetch,
            }
        ).encode()

    def counted(self, resource_type: str) -> int:
        """How many entries of a type the chart has."""
        return sum(entry["resource"]["resourceType"] == resource_type for entry in self.entries)

    def day_after(self, today: date) -> date:
        """The day after the newest date written in the chart, today at the latest."""
        written = [_a_day(text) for text in WRITTEN_DATE.findall(json.dumps([e["resource"] for e in self.entries]))]
        past = [day for day in written if day is not None and day < today]
        return max(past, default=today - timedelta(days=1)) + timedelta(days=1)


KEYS = tuple(key for key in RESOURCE_OF if key != "patient")
READ = (*RESOURCE_OF.values(), "Medication")


def _a_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def corpus() -> Iterator[Stranger]:
    """The patients of the corpus, one Bundle a line."""
    for path in sorted((FOLDER / "corpus").glob("*.ndjson.gz")):
        for number, line in enumerate(gzip.open(path, "rt", encoding="utf-8"), 1):
            yield from _of_bundle(f"{path.stem}:{number}", path.name.split(".")[0], json.loads(line))


def demo() -> Iterator[Stranger]:
    """The patients picked for a demonstration."""
    for path in sorted((FOLDER / "demo").glob("*.json")):
        yield from _of_bundle(path.name, "demo", json.loads(path.read_text("utf-8")))


def big() -> Iterator[Stranger]:
    """The patients with a thousand to eight thousand resources."""
    for path in sorted((FOLDER / "bigpatient").glob("*.json.gz")):
        yield from _of_bundle(path.name, "bigpatient", json.loads(gzip.open(path, "rt", encoding="utf-8").read()))


def edge() -> Iterator[Stranger]:
    """Each odd file as the chart of the patient it speaks of: a Bundle's patients, or one made for a lone resource."""
    for path in sorted((FOLDER / "edge").glob("*/*.json")):
        content = json.loads(path.read_text("utf-8"))
        name = f"{path.parent.name}/{path.name}"
        if content.get("resourceType") == "Bundle":
            yield from _of_bundle(name, f"edge/{path.parent.name}", content)
        else:
            yield _of_one(name, f"edge/{path.parent.name}", content)


def _of_bundle(name: str, source: str, bundle: Mapping[str, Any]) -> Iterator[Stranger]:
    """One chart for each Patient of the Bundle; every entry goes to each, as a careless client would send it."""
    entries = tuple(entry for entry in bundle.get("entry", []) if "resource" in entry)
    patients = [entry for entry in entries if entry["resource"]["resourceType"] == "Patient"]
    if not patients:
        yield _without_patient(name, source, entries)
    for index, entry in enumerate(patients):
        patient = {"id": _id_from(entry), **entry["resource"]}
        kept = tuple(one for one in entries if one["resource"]["resourceType"] in READ)
        yield Stranger(f"{name}#{index}" if index else name, source, patient, kept)


def _id_from(entry: Mapping[str, Any]) -> str:
    """A Patient without id is known by its fullUrl."""
    return str(entry.get("fullUrl", "p")).rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def _of_one(name: str, source: str, resource: Resource) -> Stranger:
    if resource.get("resourceType") == "Patient":
        return Stranger(name, source, {"id": "p", **resource}, ())
    return _without_patient(name, source, ({"resource": resource},))


def _without_patient(name: str, source: str, entries: tuple[Resource, ...]) -> Stranger:
    """A patient is made for entries that came without one."""
    patient: Resource = {"resourceType": "Patient", "id": _subject(entries), "birthDate": "1960-01-01"}
    kept = tuple(entry for entry in entries if entry["resource"].get("resourceType") in READ)
    return Stranger(name, source, patient, kept)


def _subject(entries: tuple[Resource, ...]) -> str:
    for entry in entries:
        reference = (entry["resource"].get("subject") or {}).get("reference", "")
        if "Patient/" in reference:
            return str(reference).rsplit("Patient/", 1)[-1].split("/")[0]
    return "p"
