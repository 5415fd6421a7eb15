"""`/report`: how often each rule's card was shown and what became of it, by client, tenant and month.

For administrators, as JSON, CSV, or a page for who prefers HTML. `/report/view` is how a person with a browser gets
there: it holds no data, asks for the token, and fetches the rest with it.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import msgspec
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from cds_service.pages.languages import Reading
from cds_service.pages.preferences import preferred
from cds_service.pages.public import HEADERS, Templates, page, route
from cds_service.pages.report_figures import figures_of
from cds_service.pages.report_rows import Report, Row, as_csv, in_codes, rows_of
from cds_service.store.interface import Store

# The report has no other language yet; nor do its pages offer one.
ENGLISH = Reading()
JSON, CSV, HTML = "application/json", "text/csv", "text/html"
# For a link, which cannot send Accept.
FORMATS: Mapping[str, str] = {"json": JSON, "csv": CSV, "html": HTML}
NAMES = ("rule", "client", "tenant", "month")
NOT_STORED = {"Cache-Control": "no-store"}
POLICY = HEADERS["Content-Security-Policy"]
# The choice of rows is a form; nothing else on the page asks anything.
REPORT_HEADERS = {
    **NOT_STORED,
    "Vary": "Accept",
    "Content-Security-Policy": POLICY.replace("form-action 'none'", "form-action 'self'"),
}
# One script of ours, which may ask this service alone.
VIEW_HEADERS = {**NOT_STORED, "Content-Security-Policy": f"{POLICY}; script-src 'self'; connect-src 'self'"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows are asked for: those that have each name that is given. What nothing has finds nothing."""

    given: Mapping[str, str]

    def of(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """The rows it takes."""
        return tuple(row for row in rows if all(getattr(row, name) == value for name, value in self.given.items()))

    def query(self, **more: str) -> str:
        """It as a link says it."""
        return urlencode({**self.given, **more})


def choice_of(query: Mapping[str, str]) -> Choice:
    """What a request asks for; anything empty is not asked for."""
    return Choice({name: query[name] for name in NAMES if query.get(name)})


def offers(rows: Sequence[Row]) -> Mapping[str, Sequence[str]]:
    """What can be chosen, by name: what there is."""
    return {name: sorted({getattr(row, name) for row in rows} - {""}) for name in NAMES}


class ReportPage:
    """Answers whoever has the administrator's token; all others learn nothing."""

    def __init__(self, token: SecretStr, store: Store, made: Templates, titles: Mapping[str, str]) -> None:
        self._token = token.get_secret_value().encode()
        self._store = store
        self._made = made
        self._titles = titles

    async def view(self, request: Request) -> Response:
        """Where a person signs in: the same for everybody."""
        return page(self._made.render("report_view.html", ENGLISH, here="/report/view"), ENGLISH, VIEW_HEADERS)

    async def report(self, request: Request) -> Response:
        """The report in the form that the caller prefers."""
        if not self._is_allowed(request.headers.get("authorization", "")):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer", **NOT_STORED})
        rows = rows_of(await self._store.counts())
        choice = choice_of(request.query_params)
        form = FORMATS.get(request.query_params.get("format", "")) or preferred(
            request.headers.get("accept", ""), (JSON, CSV, HTML), JSON
        )
        # Thousands of rows take longer than a hook call may wait.
        return await asyncio.to_thread(self._in_form, form, rows, choice)

    def _in_form(self, form: str, rows: Sequence[Row], choice: Choice) -> Response:
        if form == HTML:
            return page(self._html(rows, choice), ENGLISH, REPORT_HEADERS)
        headers = {**NOT_STORED, "Vary": "Accept"}
        if form == CSV:
            headers["Content-Disposition"] = 'attachment; filename="report.csv"'
            return Response(as_csv(choice.of(rows)), headers=headers, media_type=CSV)
        return Response(msgspec.json.encode(Report(choice.of(rows))), headers=headers, media_type=JSON)

    def _html(self, rows: Sequence[Row], choice: Choice) -> str:
        chosen = choice.of(rows)
        return self._made.render(
            "report.html",
            ENGLISH,
            here="/report",
            titles=self._titles,
            offers=offers(rows),
            given=choice.given,
            csv=choice.query(format="csv"),
            kept=bool(rows),
            rows=[(row, in_codes(row.reasons)) for row in chosen],
            figures=figures_of(chosen, self._titles),
        )

    def _is_allowed(self, authorization: str) -> bool:
        """Headers are bytes, which are handed on as if they were Latin-1."""
        scheme, _, token = authorization.partition(" ")
        return hmac.compare_digest(token.strip(" \t").encode("latin-1"), self._token) and scheme.lower() == "bearer"


def report_routes(
    token: SecretStr | None, store: Store, address: str, version: str, titles: Mapping[str, str]
) -> list[APIRoute]:
    """None where no token is set: then there is no report. `titles` are those of the rules' cards, in reading order."""
    if token is None:
        return []
    made = ReportPage(token, store, Templates(urlsplit(address).path.rstrip("/"), version), titles)
    return [route("/report", made.report), route("/report/view", made.view)]
