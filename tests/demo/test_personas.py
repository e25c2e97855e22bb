"""The demo's personas are written once, and its customers allow to be told by them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from ofone.profile.v1.persona_service_pb2 import ListPersonasRequest
from ofone.profile.v1.profile_service_pb2 import GetCustomerRequest

from demo.personas import WRITTEN, allow_profiling, fill_personas
from tests.services.profile.desk import NOW_SECONDS, Desk, purchase, serving
from tests.services.profile.domain.personas.test_membership import LEARNED
from tests.services.profile.memory_store import MemoryProfileStore


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore()) as found:
        yield found


def names(desk: Desk) -> list[str]:
    found = desk.personas.ListPersonas(ListPersonasRequest()).personas
    return [each.name.removeprefix("personas/") for each in found]


def test_a_second_run_finds_its_personas_and_writes_none(desk: Desk) -> None:
    count = fill_personas(desk.personas, LEARNED.to_json())
    assert names(desk) == sorted([*WRITTEN, "learned-coffee", "learned-tea"])
    assert fill_personas(desk.personas, LEARNED.to_json()) == count == len(names(desk))


def test_whoever_the_demo_shows_is_told_by_personas(desk: Desk) -> None:
    fill_personas(desk.personas, LEARNED.to_json())
    name = desk.ingest(purchase("e1", "tea", who="1"))[0].customer
    before = desk.stub.GetCustomer(GetCustomerRequest(name=name)).customer
    allow_profiling(desk.stub, ["1"], datetime.fromtimestamp(NOW_SECONDS, UTC))
    after = desk.stub.GetCustomer(GetCustomerRequest(name=name)).customer
    assert not before.personas
    assert len(after.personas) == len(names(desk))
