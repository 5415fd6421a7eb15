"""The prefetch templates: exactly those of the contract, within what every client can fill."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from cds_service.record.prefetch import KEYS
from cds_service.record.templates import templates

FOUND = templates({"8302-2", "4548-4", "39156-5"})


def test_the_templates() -> None:
    assert FOUND == {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}&_count=200",
        "medicationStatements": "MedicationStatement?patient={{context.patientId}}&_count=200",
        "medicationRequests": (
            "MedicationRequest?patient={{context.patientId}}&status=active,on-hold,completed,stopped&_count=200"
        ),
        "procedures": "Procedure?patient={{context.patientId}}&_count=200",
        "observations": ("Observation?patient={{context.patientId}}&code=39156-5,4548-4,8302-2&_sort=-date&_count=200"),
        "diagnosticReports": (
            "DiagnosticReport?patient={{context.patientId}}&category=LP29684-5,RAD&_sort=-date&_count=50"
        ),
        "serviceRequests": (
            "ServiceRequest?patient={{context.patientId}}"
            "&status=draft,active,on-hold,completed&_sort=-authored&_count=100"
        ),
    }


def test_every_key_has_one() -> None:
    assert tuple(FOUND) == KEYS


def test_the_only_token_is_a_root_level_field_of_the_context() -> None:
    for template in FOUND.values():
        assert re.findall(r"\{\{(.*?)\}\}", template) == ["context.patientId"]


def test_no_parameter_is_repeated_chained_modified_or_included() -> None:
    for key, template in FOUND.items():
        if key == "patient":
            continue
        names = [name for name, _ in parse_qsl(template.partition("?")[2])]
        assert len(names) == len(set(names))
        assert not any(mark in name for name in names for mark in (".", ":", "_include", "_has"))
