"""The words of the cards, read and checked once, when the service starts; a site's `CDS_CARDS_DIR` lies over ours.

A word in braces is a place to be filled: `{reasons}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter

from cds_service.assessment.orders import Missing, Occasion
from cds_service.errors import KnowledgeError
from cds_service.findings.risk import RiskId
from cds_service.knowledge.layers import Layer, checked, read_layer
from cds_service.rendering.order_codes import OrderKind
from cds_service.wire.cds_hooks import Indicator

CardId = Literal["urgent-emergency", "urgent-prompt", "not-advised", "optimise-first", "recommend", "consider"]
Situation = Literal["usual", "time-critical", "in-parallel", "unexamined"]
Candidate = Literal["herniation", "stenosis", "fusion", "corpectomy", "radiosurgery"]

NOWHERE_ELSE: Mapping[Occasion, OccasionWords] = MappingProxyType({})
SHARED_FILE = "shared.toml"
# The cards that speak of an order or an appointment; a red flag says the same whatever is ordered.
OCCASIONS: Mapping[CardId, tuple[Occasion, ...]] = {
    "not-advised": ("order", "appointment"),
    "optimise-first": ("order", "appointment"),
    "recommend": ("order", "signing", "appointment"),
    "consider": ("order", "appointment"),
}
# Each card, and the situations it must have a sentence for under [next].
SITUATIONS: Mapping[CardId, tuple[Situation, ...]] = {
    "urgent-emergency": ("usual",),
    "urgent-prompt": ("usual",),
    "not-advised": ("usual", "time-critical"),
    "optimise-first": ("usual",),
    "recommend": ("usual", "time-critical", "in-parallel"),
    "consider": ("usual", "time-critical", "unexamined"),
}
# The orders that a card may offer, in the order in which it offers them (clinical-logic H).
OFFERED: Mapping[str, tuple[OrderKind, ...]] = {
    "urgent-emergency": (),
    "urgent-prompt": ("spine-referral",),
    "not-advised": ("spine-referral",),
    "optimise-first": ("hba1c", "smoking-cessation", "weight-management", "cardiology"),
    "recommend": ("spine-referral", "mri"),
    "consider": ("physical-therapy",),
}


@dataclass(frozen=True, slots=True)
class OrderWords:
    """What a suggestion offers: `label` on its button, `order` as the order's text, `note` as its first line."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    label: str
    order: str
    note: str


@dataclass(frozen=True, slots=True)
class OccasionWords:
    """What a card says otherwise of an order or an appointment; what is left empty it says as ever."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    summary: str
    next: Mapping[Situation, str]
    short_summary: str = ""
    prompt_summary: str = ""


@dataclass(frozen=True, slots=True)
class CardWords:
    """One card's words. `short_summary` is for when the reasons do not fit beside what is unchecked,
    `prompt_summary` for a time-critical sign.

    `next` holds a sentence a situation; `candidates` are the procedures this card may name; `options` what else
    there is; `basis` the sources this card rests on whatever the findings; `suggestions` the orders it may offer.
    `at` rewords it for an order that is chosen or sent out, for one about to be signed that lacks something, and for
    an appointment.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    rule: CardId
    title: str
    indicator: Indicator
    summary: str
    next: Mapping[Situation, str]
    override_reasons: tuple[str, ...]
    short_summary: str = ""
    prompt_summary: str = ""
    candidates: tuple[Candidate, ...] = ()
    options: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    suggestions: Mapping[OrderKind, OrderWords] = field(default_factory=dict)
    at: Mapping[Occasion, OccasionWords] = field(default_factory=lambda: NOWHERE_ELSE)

    def on(self, occasion: Occasion | None) -> CardWords:
        """The card in the words of an occasion; in its own where it has none for it."""
        said = self.at.get(occasion) if occasion else None
        if said is None:
            return self
        return replace(
            self,
            summary=said.summary,
            short_summary=said.short_summary,
            prompt_summary=said.prompt_summary or self.prompt_summary,
            next={**self.next, **said.next},
        )


@dataclass(frozen=True, slots=True)
class SharedWords:
    """What several cards say. `basis` names the sources that a sign, a risk or a red flag rests on.

    `missing` names what an order or a booking may lack.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    source_label: str
    link_label: str
    launch_label: str
    not_checked: str
    footer: str
    still_open: str
    alongside: str
    imaging_missing: str
    before_revision: str
    create_action: str
    time_critical: str
    not_read: str
    note_ending: str
    complete_label: str
    complete_action: str
    members: Mapping[str, str]
    actions: Mapping[RiskId, str]
    candidates: Mapping[Candidate, str]
    missing: Mapping[Missing, str]
    basis: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Words:
    """All cards by rule id, and what they share; `at` says which file had the last word on each."""

    cards: Mapping[str, CardWords]
    shared: SharedWords
    at: Mapping[str, str]


_CARD = TypeAdapter(CardWords)
_SHARED = TypeAdapter(SharedWords)


def read_words(cards_dir: Path | None = None, *, ours: Traversable | None = None) -> Words:
    """Every card with a site's words laid over ours, of the right shape. Raises KnowledgeError."""
    packaged = read_layer(ours or files("cards"))
    site = read_layer(cards_dir) if cards_dir else Layer("", {})
    names = [SHARED_FILE, *map(_file, SITUATIONS)]
    for layer in (packaged, site):
        for name in sorted(layer.files.keys() - set(names)):
            raise KnowledgeError(f"{layer.at(name)}: no card has this name; use one of {', '.join(names)}")
    found = {name: _laid_over(packaged, site, name) for name in names}
    return Words(
        cards={rule: checked(_CARD, found[_file(rule)][0], rule, found[_file(rule)][1]) for rule in SITUATIONS},
        shared=checked(_SHARED, found[SHARED_FILE][0], "shared", found[SHARED_FILE][1]),
        at={name.removesuffix(".toml"): at for name, (at, _) in found.items()},
    )


def _file(rule: str) -> str:
    return f"{rule}.toml"


def _laid_over(ours: Layer, site: Layer, name: str) -> tuple[str, dict[str, object]]:
    """The file that has the last word, and both as one."""
    table: dict[str, object] = ours.toml(name)
    if name not in site.files:
        return ours.at(name), table
    return site.at(name), _merged(table, site.toml(name))


def _merged(ours: Mapping[str, object], site: Mapping[str, object]) -> dict[str, object]:
    """A site's key replaces ours, within a table too, however deep."""
    whole = dict(ours)
    for key, value in site.items():
        beneath = whole.get(key)
        if isinstance(beneath, dict) and isinstance(value, dict):
            whole[key] = _merged(beneath, value)
        else:
            whole[key] = value
    return whole
