"""What every store does with facts: the plain one in memory, SQLite, PostgreSQL."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.domain.facts.fact import Fact, ToldFact
from services.profile.domain.history.events import CustomerId, Handle
from services.profile.domain.ingestion import Outcome, Result
from services.profile.domain.people.decisions import Decision
from services.profile.domain.privacy.consent import Purpose, Statement
from services.profile.ports.customers import CustomerView, ProfileStore
from tests.services.profile.told import NOW, bought, card, email, told

ANNA, HERS, BERT = card("1"), email("anna@example.org"), card("2")


def size(
    fact_id: str, value: float = 3.0, *, of: Handle | None = ANNA, name: CustomerId | None = None
) -> ToldFact:
    return ToldFact(Fact("crm", fact_id, "household_size", value, NOW), of, name)


def record(store: ProfileStore, *facts: ToldFact, now: int = NOW) -> list[Result]:
    return list(store.record_facts(facts, now_micros=now))


def view(store: ProfileStore, customer_id: CustomerId) -> CustomerView:
    found = store.view(customer_id)
    assert found is not None
    return found


def test_a_fact_makes_a_customer_known_who_has_done_nothing_yet(store: ProfileStore) -> None:
    (result,) = record(store, size("1"))
    assert result == Result(Outcome.STORED, ANNA.customer_id)
    found = view(store, ANNA.customer_id)
    assert [each.fact for each in found.facts] == [size("1").fact]
    assert (found.record.version, found.record.created_micros) == (1, NOW)
    assert [each.digest for each in found.identifiers] == [ANNA.digest]
    assert store.customer_behind(ANNA) == ANNA.customer_id


def test_a_fact_counts_once_for_ever(store: ProfileStore) -> None:
    first, again, other = size("1"), size("1"), size("1", 2.0)
    outcomes = [each.outcome for each in record(store, first, again, other)]
    assert outcomes == [Outcome.STORED, Outcome.DUPLICATE, Outcome.REFUSED]
    duplicate, refused = record(store, again, other)
    assert duplicate == Result(Outcome.DUPLICATE, ANNA.customer_id)
    assert (refused.reason, refused.field) == ("FACT_ID_REUSED", "fact_id")
    assert view(store, ANNA.customer_id).record.version == 1


def test_a_fact_and_an_event_may_bear_the_same_id(store: ProfileStore) -> None:
    store.ingest([told(bought("1", "tea", source="crm"), ANNA)], now_micros=NOW)
    assert record(store, size("1"))[0].outcome is Outcome.STORED
    assert view(store, ANNA.customer_id).record.version == 2


def test_a_name_must_be_known_and_an_identifier_somebodys(store: ProfileStore) -> None:
    nobodys = ANNA._replace(is_nobodys=True)
    unknown, blocked, good = record(
        store,
        size("1", of=None, name=CustomerId("nobody")),
        size("2", of=nobodys),
        size("3", of=BERT),
    )
    assert (unknown.reason, unknown.field) == ("CUSTOMER_NOT_FOUND", "customer")
    assert (blocked.reason, blocked.field) == ("BLOCKED_IDENTIFIER", "identifier")
    assert good.outcome is Outcome.STORED
    (by_name,) = record(store, size("1", of=None, name=BERT.customer_id))
    assert by_name == Result(Outcome.STORED, BERT.customer_id)


def test_facts_stay_with_their_person_through_joins(store: ProfileStore) -> None:
    record(store, size("1"), size("2", 2.0, of=HERS), now=NOW - 5)
    (result,) = store.ingest([told(bought("1", "tea"), ANNA, HERS)], now_micros=NOW).results
    joined = view(store, result.customer_id)
    assert [each.fact.fact_id for each in joined.facts] == ["1", "2"]
    assert (joined.record.version, joined.record.created_micros) == (3, NOW - 5)
    (later,) = record(store, size("3", of=HERS))
    assert later.customer_id == result.customer_id
    assert view(store, result.customer_id).record.version == 4


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
def test_a_decision_that_joined_is_undone_and_each_fact_is_where_it_was(
    engine_name: str,
    request: pytest.FixtureRequest,
    migrated: Callable[[str], Engine],
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/profile.sqlite"
    if engine_name == "postgresql":
        url = request.getfixturevalue("new_postgres_url")()
    engine = migrated(url)
    store, people = SqlProfileStore(engine), SqlIdentityStore(engine)
    record(store, size("1"), size("2", 2.0, of=BERT))
    said = Statement(NOW, denied=False, source="app")
    store.state_consent(ANNA.customer_id, Purpose.THIRD_PARTY_DATA, said, now_micros=NOW)
    before = [view(store, each.customer_id) for each in (ANNA, BERT)]
    low, high = sorted([ANNA.customer_id, BERT.customer_id])
    people.merge((low, high), Decision("a", "one person", str(uuid4())), now_micros=NOW)
    joined = view(store, low)
    assert (len(joined.facts), joined.record.version) == (2, 3)
    people.unmerge((low, high), Decision("a", "two after all", str(uuid4())), now_micros=NOW)
    after = [view(store, each.customer_id) for each in (ANNA, BERT)]
    assert after == before
