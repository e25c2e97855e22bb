"""A snapshot leaves the shelf alone, whatever it is asked for besides, but for personas."""

from collections.abc import Callable, Iterator

import pytest
from ofone.profile.v1 import profile_service_pb2 as pb
from sqlalchemy import Engine, event

from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import shelved_items
from services.profile.domain.history import shelf
from tests.services.profile.desk import Desk, card, purchase, serving


@pytest.fixture
def engine(migrated: Callable[[str], Engine], database_url: str) -> Engine:
    return migrated(database_url)


@pytest.fixture
def desk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A service that knows somebody with two items near and two on the shelf."""
    monkeypatch.setattr(shelf, "NEAR_ITEMS", 2)
    with serving(SqlProfileStore(engine)) as desk:
        results = desk.ingest(purchase("1", "tea", "milk", "rice", "salt"))
        assert [each.outcome for each in results] == [pb.EVENT_OUTCOME_STORED]
        yield desk


@pytest.fixture
def shelf_reads(engine: Engine, desk: Desk) -> list[str]:
    """Statements on the shelf since the purchase; they grow while a test runs."""
    found: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if shelved_items.name in statement:
            found.append(statement)

    return found


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (pb.GetSnapshotRequest(), 0),
        (pb.GetSnapshotRequest(with_life_stages=True), 0),
        (pb.GetSnapshotRequest(with_facts=True), 0),
        (pb.GetSnapshotRequest(with_personas=True), 1),
        (pb.GetSnapshotRequest(with_personas=True, with_life_stages=True, with_facts=True), 1),
    ],
)
def test_only_personas_need_what_lies_apart(
    desk: Desk, shelf_reads: list[str], asked: pb.GetSnapshotRequest, count: int
) -> None:
    request = pb.GetSnapshotRequest(identifier=card("1"))
    request.MergeFrom(asked)
    assert len(desk.stub.GetSnapshot(request).snapshot.item_ids) == 2
    assert len(shelf_reads) == count


def test_a_listing_of_facts_leaves_the_shelf_alone_and_a_portrait_does_not(
    desk: Desk, shelf_reads: list[str]
) -> None:
    name = desk.stub.LookupCustomer(pb.LookupCustomerRequest(identifier=card("1"))).customer
    desk.stub.ListFacts(pb.ListFactsRequest(parent=name))
    assert shelf_reads == []
    desk.stub.GetCustomer(pb.GetCustomerRequest(name=name))
    assert len(shelf_reads) == 1
