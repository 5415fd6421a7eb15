"""Who asks, about whom and when: what an order says besides the findings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

# What servers give as ids; some are longer than the 64 characters of FHIR, or hold a low line.
SERVER_ID = r"[A-Za-z0-9._-]+"
PLAIN_ID = re.compile(SERVER_ID)
REQUESTER = re.compile(rf"(?:Practitioner|PractitionerRole)/{SERVER_ID}")
REFERENCE = re.compile(rf"[A-Z][A-Za-z]+/{SERVER_ID}")


@dataclass(frozen=True, slots=True)
class Asker:
    """The caller's patient, user and encounter, as far as a call names them; `now` is in UTC.

    Without a `now`, as on the command line, an order is authored on the day of assessment. `temporary` gives the
    references of what came under a `urn:uuid:` and so is on no server; it is called only where an order is made.
    """

    patient_id: str
    user_id: str = ""
    encounter_id: str = ""
    now: datetime | None = None
    temporary: Callable[[], frozenset[str]] = frozenset

    @property
    def subject(self) -> str:
        """The patient's reference; empty where the id is none that a server gives."""
        return f"Patient/{self.patient_id}" if PLAIN_ID.fullmatch(self.patient_id) else ""

    @property
    def encounter(self) -> str:
        """The encounter's reference; empty without one."""
        bare = self.encounter_id.removeprefix("Encounter/")
        return f"Encounter/{bare}" if PLAIN_ID.fullmatch(bare) else ""

    @property
    def requester(self) -> str:
        """The user, where a clinician; a patient or a relative asks for nothing."""
        return self.user_id if REQUESTER.fullmatch(self.user_id) else ""

    def authored_on(self, day: date) -> str:
        """When the order is drafted: the moment in UTC, else the day."""
        return f"{self.now:%Y-%m-%dT%H:%M:%SZ}" if self.now else day.isoformat()

    def on_server(self, sources: tuple[str, ...]) -> tuple[str, ...]:
        """The references that the caller's server can follow, each once."""
        temporary = self.temporary()
        found = dict.fromkeys(sources)
        return tuple(one for one in found if REFERENCE.fullmatch(one) and one not in temporary)
