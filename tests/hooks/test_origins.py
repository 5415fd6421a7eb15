"""What is answered to a browser's origin, without an app around it."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.hooks.cors import Cors, Origins
from cds_service.hooks.request_lines import RequestLines, plain_path
from cds_service.observe.logs import Log
from cds_service.observe.metrics import Metrics


def scope(path: str, origin: str = "") -> dict[str, Any]:
    headers = [(b"origin", origin.encode())] if origin else []
    return {"type": "http", "method": "OPTIONS", "path": path, "headers": headers}


@pytest.mark.parametrize(("demo", "said"), [(True, "true"), (False, None)])
def test_the_demo_lets_a_public_page_reach_a_private_address(demo: bool, said: str | None) -> None:
    answer = Origins(("*",), demo=demo).preflight(scope("/cds-services"))
    assert answer.headers.get("access-control-allow-private-network") == said


def test_the_demo_ehr_is_for_browsers_too_where_there_is_one() -> None:
    demo_ehr = scope("/demo/fhir/Patient")
    assert Origins(("*",), demo=True).headers(demo_ehr) == {"Access-Control-Allow-Origin": "*"}
    assert Origins(("*",)).headers(demo_ehr) == {}
    assert not Origins(("*",)).concern(demo_ehr)


async def nothing(*_: object) -> None:
    """Receives or sends nothing."""


async def test_what_is_no_request_passes_through() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    lifespan = {"type": "lifespan"}
    await RequestLines(Cors(app, Origins(())), Log(), Metrics(), ())(lifespan, nothing, nothing)  # type: ignore[arg-type]
    await Cors(app, Origins(()))(lifespan, nothing, nothing)  # type: ignore[arg-type]
    assert seen == ["lifespan", "lifespan"]


PATHS = {
    "/cds-services": "/cds-services",
    "//cds-services": "/cds-services",
    "/cds-services/": "/cds-services",
    "/cds-services//": "/cds-services",
    "//cds-services//a//feedback//": "/cds-services/a/feedback",
    "/cds-services/a/feedback/": "/cds-services/a/feedback",
    "/cds-services///a": "/cds-services///a",
    "/cds-services/a/b": "/cds-services/a/b",
    "/cds-services/a/feedback/b": "/cds-services/a/feedback/b",
    "/rules/": "/rules/",
    "//rules": "//rules",
    "/": "/",
}


@pytest.mark.parametrize(("path", "plain"), PATHS.items())
def test_slashes_of_service_paths(path: str, plain: str) -> None:
    assert plain_path(path) == plain
