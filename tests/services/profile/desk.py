"""The service on a real channel, with the plainest store behind it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import event_pb2
from ofone.profile.v1 import persona_service_pb2_grpc as persona_grpc
from ofone.profile.v1 import profile_service_pb2 as pb
from ofone.profile.v1 import profile_service_pb2_grpc as pb_grpc

from ml.model.life_stages.signs import SignTable
from services.conditions.cel_conditions import CelConditions
from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.domain.defaults import Defaults
from services.profile.domain.history.events import MICROS, CustomerId, Event, Party
from services.profile.domain.ingestion import Outcome
from services.profile.domain.people.decisions import Decision
from services.profile.domain.people.households import HouseholdId, Member
from services.profile.domain.personas.membership import VOCABULARY
from services.profile.domain.privacy.consent import ConsentPolicy, Consents
from services.profile.ports.customers import ProfileStore
from services.profile.ports.identities import HouseholdStore, IdentityStore, LinkageStore
from services.profile.ports.privacy import PrivacyStore
from services.profile.servicer import ProfileServicer, Sources
from services.profile.servicer.persona_reader import PersonaReader
from services.profile.servicer.persona_service import NAME as PERSONA_SERVICE
from services.profile.servicer.persona_service import PersonaServicer
from services.profile.servicer.service import NAME
from services.serving.bootstrap import Application, Service, running
from services.serving.channel import ChannelSettings, connect
from tests.services.profile.memory_personas import MemoryPersonaStore
from tests.services.profile.memory_store import MemoryProfileStore
from tests.services.profile.nobody_alike import NobodyAlike
from tests.services.profile.told import IDENTITY, NOW

NOW_SECONDS = NOW // MICROS


@dataclass(slots=True)
class CountingMeter:
    """A ``ProfileMeter`` to look into."""

    outcomes: Counter[tuple[Outcome, str]] = field(default_factory=Counter)
    fact_outcomes: Counter[Outcome] = field(default_factory=Counter)
    unknown: Counter[tuple[str, Party]] = field(default_factory=Counter)
    merge_count: int = 0
    snapshots: list[int] = field(default_factory=list)

    def count_batch(self, outcomes: Sequence[tuple[Outcome, str]]) -> None:
        self.outcomes.update(outcomes)

    def count_facts(self, outcomes: Sequence[Outcome]) -> None:
        self.fact_outcomes.update(outcomes)

    def count_unknown_sources(self, what: str, parties: Sequence[Party]) -> None:
        self.unknown.update((what, party) for party in parties)

    def count_merges(self, merge_count: int) -> None:
        self.merge_count += merge_count

    def count_snapshot(self, item_count: int) -> None:
        self.snapshots.append(item_count)


class AllAlone:
    """A ``HouseholdStore`` of people who live alone."""

    def home(self, customer_id: CustomerId) -> None:
        return None

    def members(self, household_id: HouseholdId) -> list[tuple[Member, Consents]]:
        return []

    def baskets(
        self, customer_ids: Sequence[CustomerId], *, since_micros: int, most: int
    ) -> list[Event]:
        return []

    def leave(self, customer_id: CustomerId, decision: Decision, *, now_micros: int) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Desk:
    """A running service and what its tests say to it."""

    stub: pb_grpc.ProfileServiceStub
    meter: CountingMeter
    address: str
    personas: persona_grpc.PersonaServiceStub

    def ingest(self, *events: event_pb2.Event) -> list[pb.EventResult]:
        return list(self.stub.IngestEvents(pb.IngestEventsRequest(events=events)).results)


NO_SIGNS = SignTable()


@contextmanager
def serving(
    store: ProfileStore,
    *,
    personalisation_default: bool = True,
    identities: IdentityStore | None = None,
    households: HouseholdStore | None = None,
    signs: SignTable = NO_SIGNS,
    privacy: PrivacyStore | None = None,
    linkage: LinkageStore | None = None,
    now_seconds: int = NOW_SECONDS,
) -> Iterator[Desk]:
    """Serve ``store`` for the length of a ``with`` block."""
    meter = CountingMeter()

    def now() -> datetime:
        return datetime.fromtimestamp(now_seconds, UTC)

    kept, rules = MemoryPersonaStore(), CelConditions(VOCABULARY)
    servicer = ProfileServicer(
        Sources(
            store,
            identities or MemoryProfileStore(),
            privacy or MemoryProfileStore(),
            PersonaReader(kept, rules, now),
            households or AllAlone(),
            linkage or NobodyAlike(),
        ),
        IDENTITY,
        defaults=Defaults(
            ConsentPolicy(personalisation_default=personalisation_default),
            load_catalogue(),
            signs=signs,
        ),
        meter=meter,
        clock=now,
    )
    of_personas = PersonaServicer(kept, rules, now)
    add_personas = partial(persona_grpc.add_PersonaServiceServicer_to_server, of_personas)
    add = partial(pb_grpc.add_ProfileServiceServicer_to_server, servicer)
    application = Application(
        name="profile", services=(Service(NAME, add), Service(PERSONA_SERVICE, add_personas))
    )
    with running(application) as server:
        assert server.wait_ready()
        with connect(server.address, ChannelSettings(service=NAME, caller="test")) as channel:
            yield Desk(
                pb_grpc.ProfileServiceStub(channel),
                meter,
                server.address,
                persona_grpc.PersonaServiceStub(channel),
            )


def card(number: str) -> event_pb2.Identifier:
    """Return a loyalty card."""
    return event_pb2.Identifier(kind=event_pb2.IDENTIFIER_KIND_LOYALTY_CARD, value=number)


def purchase(event_id: str, *items: str, who: str = "1", day: int = 0) -> event_pb2.Event:
    """Return a purchase of these items, at 2 a piece, so many days before now."""
    return event_pb2.Event(
        source="till",
        event_id=event_id,
        type=event_pb2.EVENT_TYPE_PURCHASE,
        occurred_at=Timestamp(seconds=NOW_SECONDS - day * 86_400),
        identifiers=[card(who)],
        lines=[
            event_pb2.EventLine(item=f"items/{item}", quantity=1, unit_price=2) for item in items
        ],
    )
