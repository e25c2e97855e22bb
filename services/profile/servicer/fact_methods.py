"""The methods by which sources say what a person is like, and others read what holds."""

from collections.abc import Callable, Mapping
from datetime import datetime

from ofone.profile.v1 import customer_pb2, fact_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.defaults import Defaults
from services.profile.domain.facts.keys import ValueKind
from services.profile.domain.facts.resolution import readable, resolve
from services.profile.domain.history.events import MICROS
from services.profile.domain.people.identity import IdentityKey
from services.profile.domain.privacy.consent import Purpose
from services.profile.ports.customers import CustomerView, ProfileMeter, ProfileStore
from services.profile.servicer.messages.fact_messages import held_fact_message, told_fact_of
from services.profile.servicer.messages.result_messages import fact_result, refusal
from services.serving.failures import Failure
from services.serving.validation import Check

MAX_BATCH = 1_000

_KINDS = {
    ValueKind.TEXT: fact_pb2.FACT_KIND_TEXT,
    ValueKind.NUMBER: fact_pb2.FACT_KIND_NUMBER,
    ValueKind.WHOLE: fact_pb2.FACT_KIND_WHOLE,
    ValueKind.FLAG: fact_pb2.FACT_KIND_FLAG,
}


class FactMethods:
    """What sources say of a person besides what happened."""

    def __init__(
        self,
        store: ProfileStore,
        identity: IdentityKey,
        defaults: Defaults,
        *,
        meter: ProfileMeter,
        clock: Callable[[], datetime],
    ) -> None:
        """Keep facts in ``store``; everything else is how."""
        self._store = store
        self._identity = identity
        self._defaults = defaults
        self._meter = meter
        self._clock = clock

    def record(self, request: pb.RecordFactsRequest) -> pb.RecordFactsResponse:
        """Store facts; what is answered STORED is durable."""
        check, now_micros = Check(), self._now_micros()
        check.count("facts", request.facts, least=1, most=MAX_BATCH)
        check.done()
        told, refused = [], {}
        for position, message in enumerate(request.facts):
            try:
                told.append(
                    told_fact_of(
                        message, self._identity, self._defaults.catalogue, now_micros=now_micros
                    )
                )
            except Failure as failure:
                refused[position] = refusal(failure)
        stored = iter(self._store.record_facts(told, now_micros=now_micros) if told else ())
        results = [refused.get(each) or next(stored) for each in range(len(request.facts))]
        self._meter.count_facts([each.outcome for each in results])
        sources = self._defaults.catalogue.sources
        self._meter.count_unknown_sources(
            "fact", sources.unknown_parties((each.fact.source, each.fact.party) for each in told)
        )
        return pb.RecordFactsResponse(results=[fact_result(each) for each in results])

    def listing(self, view: CustomerView) -> pb.ListFactsResponse:
        """Return what holds of a customer, and how much may not be read."""
        facts, withheld = self._resolved(view)
        return pb.ListFactsResponse(
            facts=facts,
            withheld=[
                pb.WithheldFacts(
                    purpose=customer_pb2.ConsentPurpose.ValueType(purpose), fact_count=count
                )
                for purpose, count in sorted(withheld.items())
            ],
        )

    def held(self, view: CustomerView) -> list[fact_pb2.HeldFact]:
        """Return what holds of a customer, as far as consent allows."""
        facts, _ = self._resolved(view)
        return facts

    def snapshot_facts(self, view: CustomerView) -> list[customer_pb2.SnapshotFact]:
        """Return what a decision may lean on; nothing where the customer is to be like anybody."""
        if not self._defaults.consent.allows(Purpose.PERSONALISATION, view.record.consents):
            return []
        return [
            customer_pb2.SnapshotFact(key=each.key, value=each.winner.value)
            for each in self.held(view)
        ]

    def catalogue(self) -> pb.GetFactCatalogueResponse:
        """Return what may be known of people."""
        keys = sorted(self._defaults.catalogue.keys.values(), key=lambda each: each.name)
        return pb.GetFactCatalogueResponse(
            keys=[fact_pb2.FactKey(key=each.name, kind=_KINDS[each.kind]) for each in keys]
        )

    def _resolved(
        self, view: CustomerView
    ) -> tuple[list[fact_pb2.HeldFact], Mapping[Purpose, int]]:
        found = readable(
            (each.fact for each in view.facts),
            self._defaults.catalogue,
            self._defaults.consent,
            view.record.consents,
        )
        held = resolve(found.facts, self._defaults.catalogue, now_micros=self._now_micros())
        return [held_fact_message(each) for each in held], found.withheld

    def _now_micros(self) -> int:
        return round(self._clock().timestamp() * MICROS)
