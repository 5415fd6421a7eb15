"""The OpenAPI document, held against a real server: thousands of calls made from it, right ones and wrong ones.

What a call asks for does not matter here, so 400 and 412 are good answers; an answer that the document does not
know, of another content type or shape, or a failure inside is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cds_service.cli import OPENAPI_FILE
from tests.system.test_server import SETTINGS, Running, serving

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
document = schemathesis.openapi.from_path(OPENAPI_FILE)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A server that logs failures only: nobody reads its lines here, and a full pipe would stop it."""
    with serving(settings={**SETTINGS, "CDS_LOG_LEVEL": "error"}) as running:
        yield running


@document.parametrize()
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_the_document_knows(server: Running, case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(base_url=server.url, checks=CHECKS)
