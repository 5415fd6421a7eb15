"""`/report`: how often each rule's card was shown and what became of it, by client, tenant and month.

For administrators, as JSON, CSV, or a page for who prefers HTML.
"""

from __future__ import annotations

import csv
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import StringIO
from urllib.parse import urlsplit

import msgspec
from fastapi.routing import APIRoute
from msgspec import Struct
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from cds_service.pages.languages import reading
from cds_service.pages.preferences import preferred
from cds_service.pages.public import Templates, page, route
from cds_service.rendering.override_reasons import OVERRIDE_DISPLAYS, OVERRIDE_SYSTEM
from cds_service.store.counted import Counted
from cds_service.store.interface import Store

JSON, CSV, HTML = "application/json", "text/csv", "text/html"
NOT_STORED = {"Cache-Control": "no-store"}
COLUMNS = ("rule", "client", "tenant", "month", "shown", "accepted", "overridden", "reasons")


class Reason(Struct, frozen=True, omit_defaults=True):
    """How many gave one reason; "other" for reasons that our cards do not offer, which have no system here."""

    code: str
    count: int
    system: str = ""


class Row(Struct, frozen=True, omit_defaults=True):
    """One rule, client, tenant and month; what is absent is left out."""

    rule: str
    month: str
    shown: int
    accepted: int
    overridden: int
    client: str = ""
    tenant: str = ""
    reasons: tuple[Reason, ...] = ()


class Report(Struct, frozen=True):
    """All rows, by rule, client, tenant and month."""

    rows: tuple[Row, ...]


@dataclass(slots=True)
class Sums:
    """What is counted for one row."""

    totals: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, counted: Counted) -> None:
        """More cards, or more of what became of them."""
        self.totals[counted.what] = self.totals.get(counted.what, 0) + counted.count
        if counted.reason:
            self.reasons[counted.reason] = self.reasons.get(counted.reason, 0) + counted.count


def rows_of(counts: Iterable[Counted]) -> tuple[Row, ...]:
    """The rows that these counts make."""
    sums: dict[tuple[str, str, str, str], Sums] = {}
    for one in counts:
        sums.setdefault((one.rule, one.client, one.tenant, one.month), Sums()).add(one)
    return tuple(_row(*place, sums[place]) for place in sorted(sums))


def _row(rule: str, client: str, tenant: str, month: str, sums: Sums) -> Row:
    shown, accepted, overridden = (sums.totals.get(what, 0) for what in ("shown", "accepted", "overridden"))
    reasons = tuple(_reason(code, sums.reasons[code]) for code in sorted(sums.reasons))
    return Row(rule, month, shown, accepted, overridden, client, tenant, reasons)


def _reason(code: str, count: int) -> Reason:
    return Reason(code, count, OVERRIDE_SYSTEM if code in OVERRIDE_DISPLAYS else "")


def as_csv(rows: Sequence[Row]) -> str:
    """A line a row; the reasons as `code=count`, a blank between two."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow([_cell(getattr(row, name)) for name in COLUMNS[:-1]] + [_in_words(row.reasons)])
    return text.getvalue()


def _cell(value: object) -> object:
    """A name that a spreadsheet would take for a formula is written as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _in_words(reasons: Sequence[Reason]) -> str:
    return " ".join(f"{reason.code}={reason.count}" for reason in reasons)


class ReportPage:
    """Answers whoever has the administrator's token; all others learn nothing."""

    def __init__(self, token: SecretStr, store: Store, made: Templates) -> None:
        self._token = token.get_secret_value().encode()
        self._store = store
        self._made = made

    async def __call__(self, request: Request) -> Response:
        """The report in the form that the caller prefers."""
        if not self._is_allowed(request.headers.get("authorization", "")):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer", **NOT_STORED})
        rows = rows_of(await self._store.counts())
        form = preferred(request.headers.get("accept", ""), (JSON, CSV, HTML), JSON)
        headers = {**NOT_STORED, "Vary": "Accept"}
        if form == HTML:
            shown = [(row, _in_words(row.reasons)) for row in rows]
            read = reading(request)
            html = self._made.render("report.html", read, here="/report", columns=COLUMNS, rows=shown)
            return page(html, read, headers)
        if form == CSV:
            return Response(as_csv(rows), headers=headers, media_type=CSV)
        return Response(msgspec.json.encode(Report(rows)), headers=headers, media_type=JSON)

    def _is_allowed(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        given = token.strip().encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self._token) and scheme.lower() == "bearer"


def report_routes(token: SecretStr | None, store: Store, address: str, version: str) -> list[APIRoute]:
    """None where no token is set: then there is no report."""
    if token is None:
        return []
    made = Templates(urlsplit(address).path, version)
    return [route("/report", ReportPage(token, store, made).__call__)]
