"""Which keys a call lacks that a FHIR server could bring (contract, "Data that is not all there" and "Fetch").

What prefetch supplied is never read again: an optional key that came as an error or as another type stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.record.patient import Answer, Key
from cds_service.record.prefetch import answers_of, parts, patient_urls
from cds_service.wire.held import Came, Held, HookCall

NOT_SUPPLIED = (Came.ABSENT, Came.MALFORMED)


def lacking(call: HookCall) -> Mapping[Key, str | None]:
    """Each key to read, with the link to its next page, or None where it is to be read from the beginning.

    Required keys also when they came as an error, as another type or as another patient's.
    """
    held = call.held
    judged = answers_of(held, call.patient_id, patient_urls(held, call.patient_id))
    wanted: dict[Key, str | None] = {}
    for key, part in parts(held):
        if _is_missing(key, part, judged[key], call.patient_id):
            wanted[key] = None
        elif part.more:
            wanted[key] = part.next_url
    return wanted


def _is_missing(key: Key, held: Held[Any], judged: Answer, patient_id: str) -> bool:
    if key == "patient":
        return not held.resources or held.resources[0].id != patient_id
    if key == "conditions":
        return judged is Answer.UNANSWERED
    return held.came in NOT_SUPPLIED
