"""A HealthChain service that looks each condition's codes up in a dictionary, and does nothing else. PORT."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from healthchain.gateway import CDSHooksService, HealthChainAPI  # type: ignore[import-not-found]
from healthchain.models import Card, CDSResponse  # type: ignore[import-not-found]

HOST = "127.0.0.1"
SERVICE = "miss-patient-view"
CONDITIONS = {
    ("http://snomed.info/sct", "279039007"): "low back pain",
    ("http://snomed.info/sct", "23056005"): "sciatica",
    ("http://snomed.info/sct", "128196005"): "lumbar radiculopathy",
    ("http://snomed.info/sct", "76107001"): "spinal stenosis",
    ("http://hl7.org/fhir/sid/icd-10-cm", "M54.16"): "lumbar radiculopathy",
    ("http://hl7.org/fhir/sid/icd-10-cm", "M54.50"): "low back pain",
    ("http://hl7.org/fhir/sid/icd-10-cm", "M48.061"): "spinal stenosis",
}


def answer(request: Any) -> Any:
    """One card, which names what was found."""
    found = sorted({name for coding in _codings(request.prefetch or {}) if (name := _known(coding))})
    summary = f"Consider an evaluation: {', '.join(found) or 'nothing found'}"[:140]
    return CDSResponse(cards=[Card(summary=summary, indicator="info", source={"label": "a dictionary"})])


def _codings(prefetch: dict[str, Any]) -> list[dict[str, Any]]:
    entries = prefetch.get("conditions", {}).get("entry", [])
    return [coding for entry in entries for coding in entry["resource"].get("code", {}).get("coding", [])]


def _known(coding: dict[str, Any]) -> str | None:
    return CONDITIONS.get((coding.get("system", ""), coding.get("code", "")))


def main() -> None:
    """Serves until it is told to stop."""
    service = CDSHooksService()
    service.hook("patient-view", id=SERVICE)(answer)
    app = HealthChainAPI()
    app.register_service(service)
    uvicorn.run(app, host=HOST, port=int(sys.argv[1]), log_config=None, access_log=False, ws="none")


if __name__ == "__main__":
    main()
