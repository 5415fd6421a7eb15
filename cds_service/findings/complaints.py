"""The patient's spine complaints: what, where, since when, and whether they are current (clinical-logic A)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from cds_service.findings.current import TRACE_KEYS
from cds_service.findings.finding import Fact
from cds_service.findings.on_record import in_order, refs
from cds_service.findings.spine import SYMPTOMS, Kind, compatible
from cds_service.findings.symptom_duration import Confidence
from cds_service.findings.truth import Truth, any_of
from cds_service.record.dates import DayCount
from cds_service.record.patient import Condition, Key, Region
