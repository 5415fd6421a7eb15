"""Law 6: what a client leaves out never brings a recommendation, nor takes a warning or caution, unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import DataMissing
from tests.laws.answers import WARNINGS, Said, said
from tests.laws.charts import KEY_OF, MEDICATION_KEYS, Chart, Resource
from tests.laws.conftest import law
from tests.laws.drawing import once_in, pick
from tests.laws.patients import charts

OPTIONAL: tuple[tuple[str, ...], ...] = (
    ("procedures",),
    ("observations",),
    ("diagnosticReports",),
    ("serviceRequests",),
    MEDICATION_KEYS,
    ("medicationRequests",),
    ("medicationStatements",),
)
# The words with which a summary names a key (clinical-logic G).
NOUNS = {
    "conditions": "conditions",
    "procedures": "operations",
    "observations": "labs",
    "diagnosticReports": "imaging",
    "serviceRequests": "referrals",
    "medicationRequests": "medications",
    "medicationStatements": "medications",
}
PREGNANCY_STATUS = "82810-3"
UNCHECKED = re.compile(r"; unchecked: ([a-z, ]+)$")


@st.composite
def with_less_answered(draw: st.DrawFn) -> tuple[Chart, tuple[str, ...]]:
    """A chart, and the keys that a client might leave out.

    Every entry has an id: by its sources we know on what a card rested.
    """
    chart = draw(charts())
    named = tuple({"id": f"e{at}", **entry} for at, entry in enumerate(chart.entries))
    return replace(chart, entries=named), pick(draw, OPTIONAL)


@law
@given(with_less_answered())
def test_removing_an_answered_key_adds_no_unsaid_recommendation_and_takes_no_warning(
    pair: tuple[Chart, tuple[str, ...]],
) -> None:
    """The three parts of the law; one medication key is as good as both (contract, "Data that is not all there")."""
    chart, keys = pair
    check_nothing_unsaid(chart, chart.without_keys(*keys), keys)


@st.composite
def with_a_page_missing(draw: st.DrawFn) -> tuple[Chart, tuple[str, ...], Chart]:
    """A chart, and the same with the Bundles of some keys cut after their first entries, more to follow."""
    chart, keys = draw(with_less_answered())
    keys = ("conditions",) if once_in(draw, 4) else keys
    kept = tuple(e for e in chart.entries if KEY_OF[e["resourceType"]] not in keys or once_in(draw, 2))
    return chart, keys, replace(chart, entries=kept, paged=frozenset(keys))


@law
@given(with_a_page_missing())
def test_a_page_that_is_missing_is_as_a_key_that_is(case: tuple[Chart, tuple[str, ...], Chart]) -> None:
    """An incomplete Bundle counts as unanswered, its entries as present facts; conditions without a card: a 412."""
    chart, keys, less = case
    try:
        check_nothing_unsaid(chart, less, keys)
    except DataMissing as missing:
        assert keys == ("conditions",)
        assert "conditions" in str(missing)


def check_nothing_unsaid(chart: Chart, cut: Chart, keys: tuple[str, ...]) -> None:
    """No recommendation is added, no warning and no caution taken, whose card does not name the key."""
    whole, less = said(chart), said(cut)
    named = NOUNS[keys[0]] in names_in(less.summary)
    if less.outcome == "recommend" and whole.outcome != "recommend":
        assert named, f"{whole.outcome} became {less.summary!r} without {keys}"
    if less.findings.record.medications_answered and NOUNS[keys[0]] == "medications":
        return
    if whole.outcome in WARNINGS and less.severity < whole.severity:
        assert named or _held_the_evidence(chart, keys, whole, less), f"{whole.summary!r} became {less.summary!r}"
    lost = {caution.id for caution in whole.findings.cautions} - {caution.id for caution in less.findings.cautions}
    if lost and whole.told["cards"]:
        assert named or _held_the_evidence(chart, keys, whole, less), f"{lost} lost in {less.summary!r}"


def names_in(summary: str) -> tuple[str, ...]:
    """The nouns a summary says were not checked."""
    found = UNCHECKED.search(summary)
    return tuple(found[1].split(", ")) if found else ()


def _held_the_evidence(chart: Chart, keys: tuple[str, ...], whole: Said, less: Said) -> bool:
    """There is no card any more, and what the first card rested on came from the missing key.

    The card of somebody who once was pregnant rests on the observation that she is so no more.
    """
    if less.outcome != "none":
        return False
    if "observations" in keys and less.pregnant and not whole.pregnant:
        return any(_tells_of_pregnancy(entry) for entry in chart.entries)
    return any(KEY_OF[source.partition("/")[0]] in keys for source in sources_in(whole))


def _tells_of_pregnancy(entry: Resource) -> bool:
    codings = entry.get("code", {}).get("coding", ()) if entry["resourceType"] == "Observation" else ()
    return any(coding.get("code") == PREGNANCY_STATUS for coding in codings)


def sources_in(whole: Said) -> Iterator[str]:
    """Every entry that a sign, a risk, a red flag or an operation rests on."""
    yield from _sources(whole.told)
    flags = whole.findings.red_flags
    yield from (source for flag in (*flags.emergencies, *flags.prompts) for source in flag.fact.sources)
    yield from (source for fact in whole.findings.operations.facts for source in fact.sources)


def _sources(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        yield from told.get("sources", ())
    if isinstance(told, dict | list):
        for member in told.values() if isinstance(told, dict) else told:
            yield from _sources(member)
