"""Between the answer and the response: what a clinician set aside stays away, what goes out is remembered.

Quieting comes after the assessment and takes a card away, never puts one in its place (contract, "Quiet period").
"""

from __future__ import annotations

from cds_service.answer import Answered
from cds_service.assessment.miss import Assessment, Outcome
from cds_service.hooks.services import Service
from cds_service.store.interface import Store
from cds_service.store.pseudonyms import Names, Pseudonyms
from cds_service.store.shown import Matter, Shown
from cds_service.wire.cds_hooks import Card
from cds_service.wire.held import HookCall

# Where no tokens are asked for, nobody can be told from anybody else.
ANYONE = ""
QUIETED_HOOK = "patient-view"
# Named by outcome: a site may cap every indicator at info, and an urgent card still is one.
QUIETED: frozenset[Outcome] = frozenset({"optimise-first", "recommend", "consider"})


class ShownCards:
    """The cards of one service, as they go out. `version` is the knowledge they rest on."""

    def __init__(self, service: Service, version: str, store: Store, pseudonyms: Pseudonyms) -> None:
        self._service = service
        self._version = version
        self._store = store
        self._pseudonyms = pseudonyms
        self._may_quiet = service.hook == QUIETED_HOOK

    def leaving(self, call: HookCall, answered: Answered, client: str = ANYONE, tenant: str = "") -> tuple[Card, ...]:
        """The cards that are sent, each remembered; none where their matter was set aside.

        `tenant` is what the report counts by, and no part of the matter.
        """
        if not answered.cards:
            return ()
        assessment = answered.assessment
        matter, *formerly = (self._matter(call, assessment, client, names) for names in self._pseudonyms.each)
        if self._may_quiet and assessment.outcome in QUIETED and any(map(self._store.is_quiet, (matter, *formerly))):
            return ()
        for card in answered.cards:
            self._store.remember(Shown(card.uuid, assessment.rule, self._version, matter, tenant))
        return answered.cards

    def _matter(self, call: HookCall, assessment: Assessment, client: str, names: Names) -> Matter:
        """What is unknown today and absent tomorrow, or the reverse, makes no other matter."""
        has = assessment.findings
        signs = [sign.id for sign in has.signs if sign.state == "present"]
        risks = [risk.id for risk in has.risks if risk.state == "present"]
        return Matter(
            service=self._service.id,
            client=client,
            patient=names.patient(call.patient_id),
            outcome=assessment.outcome,
            findings=names.findings([*signs, *risks]),
        )
