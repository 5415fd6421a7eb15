"""What a vignette may say of a patient, line by line: one model for each kind of line in the TOML files.

Dates are written as of 22 November 2026; a month or a year alone stays one. A code is written `system:code`, with the
short names of systems in `codes.py`. An empty list is an answered question with nothing on record.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cds_service.record.asked import ORDER_HOOKS
from cds_service.record.patient import Key
from cds_service.record.prefetch import KEYS
from cds_service.vignettes.codes import system_and_code
from cds_service.vignettes.moving import midpoint


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _known(codes: tuple[str, ...]) -> tuple[str, ...]:
    for code in codes:
        system_and_code(code)
    return codes


def _dated(written: str) -> str:
    if written:
        midpoint(written)
    return written


# A date as written: a day, a month or a year.
When = Annotated[str, AfterValidator(_dated)]
# One code, or several of which each says the same.
Codes = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_known)]


class Line(BaseModel):
    """One line of a vignette: frozen, and nothing in it that the model does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)


class Problem(Line):
    """A problem, diagnosis or symptom: a problem-list item, unless listed otherwise ("" for no category)."""

    problem: str
    code: Codes = ()
    text: str = ""
    onset: When = ""
    onset_words: str = ""
    onset_age: int | None = None
    recorded: When = ""
    ended: When = ""
    status: Literal["active", "recurrence", "relapse", "inactive", "remission", "resolved", ""] = "active"
    certainty: Literal["confirmed", "provisional", "differential", "unconfirmed", "refuted", "entered-in-error", ""] = (
        "confirmed"
    )
    listed: Literal["problem-list", "encounter", ""] = "problem-list"
    site: str = ""


class Drug(Line):
    """A drug that the patient `takes` (a statement) or that was `ordered` (a request).

    A statement runs from `since` to `until`, and one that goes on was last `asserted` ASSERTED_DAYS_AGO unless
    written. A request was written `on` a day, and again `every_days` until it was written so many `times`;
    `tablets` at `a_day` (at most, when `as_needed`) make its supply, or `supply_days` says it.
    """

    takes: str = ""
    ordered: str = ""
    code: Codes = ()
    since: When = ""
    until: When = ""
    asserted: When | None = None
    on: When = ""
    every_days: int = 0
    times: int = 1
    tablets: float | None = None
    a_day: int | None = None
    as_needed: bool = False
    supply_days: int | None = None
    refills: int = 0
    status: str = ""
    reason: str = ""
    reason_code: Codes = ()

    @model_validator(mode="after")
    def _taken_or_ordered(self) -> Drug:
        if bool(self.takes) == bool(self.ordered):
            raise ValueError("say either takes = … or ordered = …")
        return self


class Done(Line):
    """Something done to the patient, once `on` a day, or so many `times` spread evenly `from` a day `to` another."""

    done: str
    code: Codes = ()
    on: When = ""
    first: When = Field(default="", alias="from")
    last: When = Field(default="", alias="to")
    times: int = 1
    status: str = "completed"
    reason: str = ""
    reason_code: Codes = ()
    site: str = ""


class Measured(Line):
    """One measurement or answer, on a day: exactly one of the named ones, or any `lab` by code, value and unit."""

    on: When = ""
    bmi: float | None = None
    weight_kg: float | None = None
    height_cm: float | None = None
    hba1c: float | None = None
    hba1c_mmol_mol: float | None = None
    ef: float | None = None
    pain: float | None = None
    t_score: float | None = None
    albumin: float | None = None
    phq9: float | None = None
    egfr: float | None = None
    smoker: Literal["daily", "former", "never", "unknown"] | None = None
    pregnant: bool | None = None
    lab: str = ""
    code: Codes = ()
    value: float | None = None
    unit: str = ""
    status: str = "final"

    @model_validator(mode="after")
    def _one_thing(self) -> Measured:
        if len(self.named()) + bool(self.lab) != 1:
            raise ValueError("measure exactly one thing a line")
        return self

    def named(self) -> dict[str, Any]:
        """The named measurement of this line with its value; empty for a `lab`."""
        others = {"on", "lab", "code", "value", "unit", "status"}
        return self.model_dump(exclude=others, exclude_none=True)


class Report(Line):
    """A report of imaging and what it `says`."""

    report: str
    code: Codes = ()
    on: When = ""
    says: str = ""
    status: str = "final"


class Referral(Line):
    """A referral or an order for a service, `asked` for `on` a day."""

    asked: str
    code: Codes = ()
    on: When = ""
    status: str = "active"
    intent: str = "order"
    reason: str = ""
    reason_code: Codes = ()
    site: str = ""
    note: str = ""


class Draft(Line):
    """What the hook of a vignette is about: a service, a drug or an appointment that is being ordered.

    `supporting` is a reference to another resource. In order-select those that are `selected` are named; in
    order-dispatch an order that is not `supplied` is not among the prefetch.
    """

    service: str = ""
    drug: str = ""
    appointment: str = ""
    code: Codes = ()
    status: str = ""
    intent: str = "order"
    reason: str = ""
    reason_code: Codes = ()
    site: str = ""
    note: str = ""
    supporting: str = ""
    specialty: Codes = ()
    selected: bool = False
    supplied: bool = True

    @model_validator(mode="after")
    def _one_thing(self) -> Draft:
        if bool(self.service) + bool(self.drug) + bool(self.appointment) != 1:
            raise ValueError("say one of service = …, drug = … or appointment = …")
        return self


class Expected(Line):
    """The card the vignette should bring; `why` says why there is none. The rule is the outcome, but for `urgent`."""

    outcome: Literal["urgent", "not-advised", "optimise-first", "recommend", "consider", "none"]
    rule: str = ""
    indicator: Literal["info", "warning", "critical", "none"]
    why: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Expected:
        if (self.outcome == "none") != bool(self.why):
            raise ValueError("an outcome of none, and no other, has a why")
        if (self.outcome == "none") != (self.indicator == "none"):
            raise ValueError("an outcome of none, and no other, has the indicator none")
        if (self.outcome == "urgent") != bool(self.rule):
            raise ValueError("an outcome of urgent, and no other, names its rule")
        return self

    @property
    def firing_rule(self) -> str:
        """The rule whose card it is; empty where there is none."""
        return self.rule or (self.outcome if self.outcome != "none" else "")


class Vignette(Line):
    """One patient in clinical words.

    A vignette with a `name` is also a patient of the demo. `shows` says what the rule of its file says of the
    patient; `edge` names the threshold at one side of which the patient stands. Without `age` there is no birth
    date; the birthday is half a year off unless it is `today` or `tomorrow`. In the file of an order hook `drafts`
    are what that hook is about, asked by the `user`, and `shows` says whether a card comes of it.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,50}$")
    about: str
    name: str = ""
    story: str
    shows: Literal["yes", "no", "unknown"]
    edge: str = ""
    age: int | None = None
    birthday: Literal["", "today", "tomorrow"] = ""
    sex: Literal["F", "M", ""] = ""
    died: When | bool = False
    conditions: tuple[Problem, ...] = ()
    medications: tuple[Drug, ...] = ()
    procedures: tuple[Done, ...] = ()
    observations: tuple[Measured, ...] = ()
    reports: tuple[Report, ...] = ()
    referrals: tuple[Referral, ...] = ()
    answered: tuple[Key, ...] = KEYS
    drafts: tuple[Draft, ...] = ()
    user: str = "Practitioner/demo"
    expect: Expected

    @property
    def hook(self) -> str:
        """The hook its file is about, else the opening of a chart."""
        return self.about if self.about in ORDER_HOOKS else "patient-view"
