"""Writers that meet on the same events, identifiers and customers lose and double nothing."""

import random
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, func, select, text

from services.profile.adapters.sql_households import SqlHouseholdStore
from services.profile.adapters.sql_linkage import SqlLinkageStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import (
    accesses,
    answered_requests,
    events,
    household_members,
    probable_links,
    seen_events,
)
from services.profile.adapters.writing.erasing import erase
from services.profile.adapters.writing.fact_recording import record_facts
from services.profile.adapters.writing.ingestion import ingest
from services.profile.domain.facts.fact import Fact, ToldFact
from services.profile.domain.history.events import Report
from services.profile.domain.ingestion import Outcome
from services.profile.domain.linkage.probable_links import FoundLink, LinkageRun
from services.profile.domain.people.decisions import Decision
from services.profile.domain.people.identifier_rules import LINK_RULES
from services.profile.domain.privacy.consent import Purpose, Statement
from services.profile.domain.privacy.erasure import Access
from tests.services.profile.adapters.test_any_order import snapshots
from tests.services.profile.memory_store import MemoryProfileStore
from tests.services.profile.told import IDENTITY, NOW, bought, card, email, house, told

WRITERS = 4
CARDS = [card(str(n)) for n in range(12)]
EMAILS = [email(f"{n}@example.org") for n in range(12)]


@pytest.fixture
def engine(migrated: Callable[[str], Engine], database_url: str) -> Engine:
    return migrated(database_url)


Write = Callable[[Connection], object]


def met(engine: Engine, write: Write) -> object:
    """Return what a second writer of the same is answered, who waits for the first to commit."""
    with ThreadPoolExecutor(1) as pool, engine.connect() as first, engine.connect() as second:
        write(first)
        process = second.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        waiting = pool.submit(write, second)
        with engine.connect() as watching:
            query = text("SELECT pg_blocking_pids(:process) <> '{}'")
            while not waiting.done():
                if watching.execute(query, {"process": process}).scalar_one():
                    break
        first.commit()
        return waiting.result()


def beside(engine: Engine, write: Write, other: Callable[[], object]) -> object:
    """Return what a writer of something else is answered, who may wait for the first to commit."""
    with ThreadPoolExecutor(1) as pool, engine.connect() as first:
        write(first)
        waiting = pool.submit(other)
        with engine.connect() as watching:
            query = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            while not waiting.done() and not watching.execute(query).scalar_one():
                watching.rollback()
        first.commit()
        return waiting.result()


def history() -> list[Report]:
    """Return purchases by card and by e-mail, and some by both, which link the two."""
    chance = random.Random(7)
    reports = []
    for number in range(400):
        person = chance.randrange(len(CARDS))
        handles = chance.choice(
            [(CARDS[person],), (EMAILS[person],), (CARDS[person], EMAILS[person])]
        )
        reports.append(told(bought(f"{number}", "tea", f"item{number % 9}", day=number), *handles))
    return reports


def together(work: Sequence[Callable[[], object]]) -> list[object]:
    start = Barrier(len(work))

    def begin(each: Callable[[], object]) -> object:
        start.wait()
        return each()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(begin, work))


def test_writers_that_send_the_same_events_count_each_once(engine: Engine) -> None:
    plain = MemoryProfileStore()
    plain.ingest(history(), now_micros=NOW)

    def writer(seed: int) -> Callable[[], int]:
        def write() -> int:
            store = SqlProfileStore(engine)  # a process of its own would not share it
            reports = history()
            random.Random(seed).shuffle(reports)
            stored = 0
            for start in range(0, len(reports), 25):
                ingested = store.ingest(reports[start : start + 25], now_micros=NOW)
                stored += sum(r.outcome is Outcome.STORED for r in ingested.results)
            return stored

        return write

    stored = together([writer(seed) for seed in range(WRITERS)])
    assert sum(stored) == len(history())  # type: ignore[arg-type]
    with engine.connect() as connection:
        for table in (events, seen_events):
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            assert count == len(history())
    assert snapshots(SqlProfileStore(engine), CARDS + EMAILS) == snapshots(plain, CARDS + EMAILS)


def test_who_waited_for_the_same_events_and_facts_lost_no_race(
    migrated: Callable[[str], Engine], postgres_url: str
) -> None:
    engine = migrated(postgres_url)
    store = SqlProfileStore(engine)
    store.ingest([told(bought("1", "tea"), CARDS[0])], now_micros=NOW)
    events_told = [told(bought(name, "tea"), CARDS[0]) for name in ("2", "3")]
    facts_told = [ToldFact(Fact("crm", "1", "postcode", "10115", NOW), CARDS[0])]

    def ingesting(connection: Connection) -> list[Outcome]:
        found = ingest(connection, events_told, LINK_RULES, now_micros=NOW)
        return [each.outcome for each in found.results]

    def recording(connection: Connection) -> list[Outcome]:
        found = record_facts(connection, facts_told, now_micros=NOW)
        return [each.outcome for each in found]

    assert met(engine, ingesting) == [Outcome.DUPLICATE] * 2
    assert met(engine, recording) == [Outcome.DUPLICATE]


@pytest.mark.parametrize("deed", ["a look", "a leave", "a link", "a look at a group"])
def test_what_is_written_beside_an_erasure_leaves_no_row_of_who_is_gone(
    migrated: Callable[[str], Engine], postgres_url: str, deed: str
) -> None:
    engine = migrated(postgres_url)
    home, (gone, other) = house("12 Elm Road"), (each.customer_id for each in CARDS[:2])
    reports = [told(bought(f"{n}", "tea"), CARDS[n], household=home) for n in range(2)]
    SqlProfileStore(engine).ingest(reports, now_micros=NOW)
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=())
    look, request = Access("GetCustomer", "a colleague", NOW), str(uuid.uuid4())
    run = LinkageRun(request, "linkage-1", NOW)
    low, high = sorted((gone, other))
    leaving = Decision("a colleague", "moved out", request)
    deeds: dict[str, Callable[[], object]] = {
        "a look": lambda: privacy.note_access(gone, look, "1"),
        "a leave": lambda: SqlHouseholdStore(engine).leave(gone, leaving, now_micros=NOW),
        "a link": lambda: SqlLinkageStore(engine).keep(
            run, [FoundLink((low, high), 0.9, ())], is_last=False
        ),
        "a look at a group": lambda: privacy.note_accesses([gone], look, "1"),
    }

    def forget(connection: Connection) -> object:
        tombstone = IDENTITY.tombstone
        return erase(connection, gone, LINK_RULES, tombstone_of=tombstone, now_micros=NOW)

    beside(engine, forget, deeds[deed])
    with engine.connect() as connection:
        for table in (accesses, answered_requests, household_members, probable_links):
            told_of = [row for row in connection.execute(select(table)) if gone in repr(row)]
            assert told_of == [], table.name


def test_statements_and_merges_that_meet_are_all_kept(engine: Engine) -> None:
    store = SqlProfileStore(engine)
    store.ingest([told(bought("1", "tea"), CARDS[0])], now_micros=NOW)
    store.ingest([told(bought("2", "milk"), EMAILS[0])], now_micros=NOW)

    def state(moment: int) -> Callable[[], object]:
        def write() -> object:
            return store.state_consent(
                CARDS[0].customer_id,
                Purpose.PERSONALISATION,
                Statement(moment, denied=False, source="app"),
                now_micros=NOW,
            )

        return write

    def link() -> object:
        return store.ingest([told(bought("3", "rice"), CARDS[0], EMAILS[0])], now_micros=NOW)

    together([*(state(moment) for moment in range(1, 7)), link])
    found = store.snapshot_behind(EMAILS[0])
    assert found is not None
    assert found.version == 3 + 6
    assert found.consents[Purpose.PERSONALISATION].stated_micros == 6


def test_facts_that_several_writers_tell_count_each_once_beside_events_that_link(
    engine: Engine,
) -> None:
    told_facts = [
        ToldFact(Fact("crm", f"{number}", "postcode", "10115", NOW), handle)
        for number, handle in enumerate((CARDS[:4] + EMAILS[:4]) * 5)
    ]

    def writer(seed: int) -> Callable[[], int]:
        def write() -> int:
            store, mine = SqlProfileStore(engine), list(told_facts)
            random.Random(seed).shuffle(mine)
            results = [
                result
                for start in range(0, len(mine), 10)
                for result in store.record_facts(mine[start : start + 10], now_micros=NOW)
            ]
            return sum(each.outcome is Outcome.STORED for each in results)

        return write

    def link() -> int:
        store = SqlProfileStore(engine)
        for place in range(4):
            linked = told(bought(f"{place}", "tea"), CARDS[place], EMAILS[place])
            store.ingest([linked], now_micros=NOW)
        return 0

    stored = together([*(writer(seed) for seed in range(3)), link])
    assert sum(stored) == len(told_facts)  # type: ignore[arg-type]
    for place in range(4):
        view = SqlProfileStore(engine).view(CARDS[place].customer_id)
        assert view is not None
        assert len(view.facts) == 10
        assert view.record.version == 11
