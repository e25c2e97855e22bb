"""Any order, any duplication, any cut into batches: the same profile, to the byte."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.domain.defaults import Defaults
from services.profile.domain.history.events import MICROS, Event, EventType, Handle, Report
from services.profile.domain.privacy.consent import ConsentPolicy, Purpose, Statement
from services.profile.domain.snapshot import Snapshot
from services.profile.ports.customers import ProfileStore
from services.profile.servicer.messages.customer_messages import snapshot_message
from tests.services.profile.memory_store import MemoryProfileStore
from tests.services.profile.told import (
    NOW,
    about_offer,
    answered,
    bought,
    card,
    email,
    returned,
    told,
)

HANDLES = [card("1"), card("2"), email("a@example.org"), email("b@example.org")]
LATER = datetime.fromtimestamp(NOW // MICROS, UTC)
POLICY = ConsentPolicy(personalisation_default=True)
TABLES = (
    *("customers", "events", "consent_statements", "traces"),
    *("links", "decided_pairs", "identity_changes", "seen_events"),
)
Said = tuple[Handle, Purpose, Statement]


def event(number: int, kind: int, day: int) -> Event:
    name = f"{number:03}"
    return [
        lambda: bought(name, "tea", "milk", day=day),
        lambda: bought(name, "tea", "rice", day=day),
        lambda: returned(name, "milk", 0.1 + kind / 3, day=day),
        lambda: about_offer(name, EventType.OFFER_IMPRESSION, "coffee", day=day),
        lambda: answered(name, "hot-drinks", "tea" if number % 2 else "coffee", day=day),
        lambda: answered(name, "hot-drinks", day=day),
    ][kind]()


@st.composite
def histories(draw: st.DrawFn) -> list[Report]:
    parts = st.tuples(
        st.integers(0, 5),
        st.integers(0, 9),
        st.sets(st.sampled_from(HANDLES), min_size=1, max_size=2),
    )
    return [
        told(event(number, kind, day), *handles)
        for number, (kind, day, handles) in enumerate(
            draw(st.lists(parts, min_size=1, max_size=30))
        )
    ]


said = st.lists(
    st.tuples(
        st.sampled_from(HANDLES),
        st.sampled_from([Purpose.PERSONALISATION, Purpose.MARKETING_SMS]),
        st.builds(Statement, st.integers(1, 2), st.booleans(), st.just("app")),
    ),
    max_size=12,
)


def state(store: ProfileStore, statements: Sequence[Said]) -> list[Said]:
    """State what customers said; return the statements of those who are not known yet."""
    early = []
    for handle, purpose, statement in statements:
        name = store.customer_behind(handle)
        if name is None:
            early.append((handle, purpose, statement))
        else:
            store.state_consent(name, purpose, statement, now_micros=NOW)
    return early


def retold(reports: Sequence[Report], chance: random.Random) -> list[list[Report]]:
    """Return the reports shuffled, some of them told again, cut into batches at random."""
    again = [*reports, *chance.sample(reports, chance.randint(0, len(reports)))]
    chance.shuffle(again)
    batches: list[list[Report]] = [[]]
    for report in again:
        if chance.random() < 0.2:
            batches.append([])
        batches[-1].append(report)
    return [batch for batch in batches if batch]


def snapshots(store: ProfileStore, handles: Sequence[Handle] = HANDLES) -> list[bytes]:
    return [message(store.snapshot_behind(handle)) for handle in handles]


def message(found: Snapshot | None) -> bytes:
    if found is None:
        return b""
    told = snapshot_message(found, Defaults(POLICY, load_catalogue()), now=LATER)
    return told.SerializeToString(deterministic=True)


@given(histories(), st.randoms(use_true_random=False))
def test_a_history_in_any_order_gives_the_same_snapshots(
    history: list[Report], chance: random.Random
) -> None:
    plain, mixed = MemoryProfileStore(), MemoryProfileStore()
    plain.ingest(history, now_micros=NOW)
    for batch in retold(history, chance):
        mixed.ingest(batch, now_micros=NOW)
    assert snapshots(mixed) == snapshots(plain)


def test_the_database_says_the_same_as_the_plainest_store(
    migrated: Callable[[str], Engine], tmp_path: Path
) -> None:
    engine = migrated(f"sqlite:///{tmp_path}/any-order.sqlite")

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories(), said, st.randoms(use_true_random=False))
    def check(history: list[Report], statements: list[Said], chance: random.Random) -> None:
        with engine.begin() as connection:
            for name in TABLES:
                connection.execute(text(f"DELETE FROM {name}"))
        plain, store = MemoryProfileStore(), SqlProfileStore(engine)
        plain.ingest(history, now_micros=NOW)
        state(plain, statements)
        waiting = chance.sample(statements, len(statements))
        for batch in retold(history, chance):  # customers speak before, between and after merges
            store.ingest(batch, now_micros=NOW)
            cut = chance.randint(0, len(waiting))
            waiting = [*state(store, waiting[:cut]), *waiting[cut:]]
        state(store, waiting)
        assert snapshots(store) == snapshots(plain)

    check()
