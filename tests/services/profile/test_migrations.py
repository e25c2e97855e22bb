"""A database of the first revision becomes one of the newest: nobody is lost or mixed up."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, text

from services.profile.adapters.rows.packing import pack_consents, pack_event, pack_state
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import MIGRATIONS
from services.profile.domain.history.events import EventKey
from services.profile.domain.history.state import fold
from services.profile.domain.ingestion import Outcome
from services.profile.domain.privacy.consent import Purpose, Statement
from services.profile.ports.customers import Period
from services.storage.engine import DatabaseLimits, open_engine
from services.storage.migrations import _config, migrate
from services.storage.transactions import transaction
from tests.services.profile.told import NOW, bought, card, email, told

ANNA, HERS, BERT = card("1"), email("a@a.org"), card("2")
NAME, FORMER = sorted((ANNA.customer_id, HERS.customer_id))
FIRST, SECOND, HIS = bought("1", "tea", day=2), bought("2", "milk", day=1), bought("3", "rice")
SAID = Statement(NOW, denied=True, source="app")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give a database of the first revision: Anna, joined with her address, and Bert."""
    engine = open_engine(database_url, DatabaseLimits(pool_size=2))

    def begin(connection: object) -> None:
        config = _config(MIGRATIONS)
        config.attributes["connection"] = connection
        config.attributes["version_table"] = MIGRATIONS.version_table
        command.upgrade(config, "profile_0001")

    transaction(engine, begin)
    with engine.begin() as connection:
        for table, row in _rows():
            names = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
    yield engine
    engine.dispose()


def _rows() -> Iterator[tuple[str, dict[str, object]]]:
    for name, events, said in ((NAME, (FIRST, SECOND), 1), (BERT.customer_id, (HIS,), 0)):
        yield (
            "customers",
            {
                "customer_id": name,
                "version": len(events) + said,
                "personalisation": 2 * said,
                "created_micros": NOW,
                "updated_micros": NOW + 1,
                "consents": pack_consents({Purpose.PERSONALISATION: SAID} if said else {}),
                "columns": b"\x91\x01",
                "state": pack_state(fold(events)),
            },
        )
        for event in events:
            key = {"source": event.source, "event_id": event.event_id}
            yield (
                "events",
                {
                    "customer_id": name,
                    "occurred_micros": event.occurred_micros,
                    **key,
                    "type": int(event.type),
                    "content": pack_event(event),
                },
            )
            digest = told(event, ANNA if event is FIRST else HERS).content_digest()
            ledger = {"digest": digest, "customer_id": FORMER if event is SECOND else name}
            yield "seen_events", {**key, **ledger}
    yield (
        "consent_statements",
        {
            "customer_id": NAME,
            "purpose": 1,
            "stated_micros": NOW,
            "denied": True,
            "source": "app",
        },
    )
    yield "former_names", {"former_id": FORMER, "customer_id": NAME}
    yield (
        "merges",
        {
            "former_id": FORMER,
            "merged_micros": NOW,
            "customer_id": NAME,
            "source": "till",
            "event_id": "2",
        },
    )
    for handle, name in ((ANNA, NAME), (HERS, NAME), (BERT, BERT.customer_id)):
        yield (
            "identifiers",
            {
                "digest": handle.digest,
                "kind": handle.kind,
                "customer_id": name,
                "first_seen_micros": NOW,
            },
        )


@pytest.fixture
def store(engine: Engine) -> SqlProfileStore:
    migrate(engine, MIGRATIONS)
    return SqlProfileStore(engine)


def test_everybody_is_found_under_every_name_and_identifier(store: SqlProfileStore) -> None:
    for handle in (ANNA, HERS):
        assert store.customer_behind(handle) == NAME
    assert store.customer_behind(BERT) == BERT.customer_id
    for name in (NAME, FORMER):
        view = store.view(name)
        assert view is not None
        assert view.record.customer_id == NAME
        assert view.former_ids == (FORMER,)
        assert {each.digest for each in view.identifiers} == {ANNA.digest, HERS.digest}
        assert view.record.consents == {Purpose.PERSONALISATION: SAID}


def test_what_happens_next_goes_to_the_same_person(store: SqlProfileStore) -> None:
    results = store.ingest(
        [
            told(SECOND, HERS),
            told(bought("4", "oil"), HERS),
            told(bought("5", "salt"), ANNA, card("new")),
        ],
        now_micros=NOW + 5,
    ).results
    assert [each.outcome for each in results] == [
        Outcome.DUPLICATE,
        Outcome.STORED,
        Outcome.STORED,
    ]
    assert len({each.customer_id for each in results}) == 1
    name = results[0].customer_id
    events = store.timeline(name, types=[], period=Period(), before=None, most=9)
    assert events is not None
    assert {each.event.key for each in events} == {
        EventKey("till", number) for number in ("1", "2", "4", "5")
    }
    snapshot = store.snapshot_behind(card("new"))
    assert snapshot is not None
    assert sorted(snapshot.columns.item_ids) == ["milk", "oil", "salt", "tea"]
    assert snapshot.version == 5


def test_a_migration_leaves_nobody_to_be_mixed_up(store: SqlProfileStore) -> None:
    store.ingest([told(bought("6", "tea"), BERT)], now_micros=NOW + 5)
    assert store.customer_behind(BERT) == BERT.customer_id
    assert store.customer_behind(ANNA) == NAME
