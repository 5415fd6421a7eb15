"""Every order as far as it is the same for all patients, checked against FHIR R4B once, when the service starts.

A call fills a copy; to check each order anew would cost more than the whole answer does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
from pydantic import ValidationError

from cds_service.rendering.order_codes import (
    CATEGORIES,
    COMMON,
    NO_CODINGS,
    CodesOf,
    Codings,
    OrderKind,
    wrong_code,
)
from cds_service.wire.orders import Concept, DraftOrder, Intent, Note, Reference

Templates = Mapping[CodesOf, DraftOrder]
NOT_YET = Reference("Patient/not-yet")
# A value in every element that a call fills, so that the check sees the whole resource.
FILLED: Mapping[str, Any] = {
    "id": "00000000-0000-4000-8000-000000000000",
    "encounter": Reference("Encounter/1"),
    "requester": Reference("Practitioner/1"),
    "authoredOn": "2026-11-22T08:00:00Z",
    "reasonCode": (Concept(text="low back pain"),),
    "reasonReference": (Reference("Condition/1"),),
    "supportingInfo": (Reference("Observation/1"),),
    "bodySite": (Concept(text="lumbar spine"),),
    "note": (Note("…", "one line\nand another"),),
}


def order_templates(intent: Intent, site: Codings = NO_CODINGS) -> Templates:
    """A template for each order, a site's codes before ours. Raises SettingsError for codes that FHIR refuses."""
    templates = {name: _template(name, intent, site) for name in get_args(CodesOf)}
    for name, template in templates.items():
        _check(name, msgspec.structs.replace(template, **FILLED))
    return templates


def _template(name: CodesOf, intent: Intent, site: Codings) -> DraftOrder:
    kind: OrderKind = "mri" if name.startswith("mri") else name  # type: ignore[assignment]
    general = site.get("mri", ()) if kind == "mri" else ()
    return DraftOrder(
        intent=intent,
        category=(Concept((CATEGORIES[kind],)),),
        code=Concept(tuple(dict.fromkeys((*(site.get(name) or general), *COMMON[name]))), "order"),
        id="",
        status="draft",
        priority="routine",
        subject=NOT_YET,
    )


def _check(name: CodesOf, order: DraftOrder) -> None:
    """Only this one model is imported, and only here: it costs about 70 ms, the whole package two seconds."""
    from fhir.resources.R4B.servicerequest import ServiceRequest

    try:
        ServiceRequest.model_validate(msgspec.to_builtins(order))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise wrong_code(name, f"FHIR R4 refuses {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
