"""The headers of pages that show a patient: kept nowhere, framed by nobody unasked, loading nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def explain_headers(frames: Sequence[str]) -> Mapping[str, str]:
    """`frames` are the origins whose pages may show this one inside them."""
    ancestors = " ".join(frames) or "'none'"
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {ancestors}"
        ),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
