"""One launch after another, as a browser walks it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.explain.smart_ehr import CLIENT_ID, LAUNCH, SmartEhr
from tests.fetch.services import Service, row, server


def app_row(ehr: SmartEhr, *, private: bool = True, **keys: Any) -> str:
    """The row of an EHR that launches us."""
    return row(server(f"{ehr.origin}/fhir", private=private), smart_client_id=CLIENT_ID, **keys)


async def launched(service: Service, ehr: SmartEhr, **params: str) -> httpx.Response:
    """What `/launch` answers to this EHR."""
    given = {"iss": f"{ehr.origin}/fhir", "launch": LAUNCH, **params}
    return await service.client.get("/launch", params=given)


async def returned(answer: httpx.Response) -> dict[str, str]:
    """What the authorization server sends the browser back with."""
    assert answer.status_code == 302, answer.text
    async with httpx.AsyncClient(trust_env=False) as browser:
        back = await browser.get(answer.headers["location"])
    assert back.status_code == 302, back.text
    return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}


async def explained(service: Service, ehr: SmartEhr, **others: str) -> httpx.Response:
    """The page at the end of the way."""
    back = await returned(await launched(service, ehr))
    return await service.client.get("/explain", params={**back, **others})
