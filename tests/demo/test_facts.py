"""The demo's customers have facts about them, and one of them shows both sides of a conflict."""

from datetime import UTC, datetime

from ofone.profile.v1.profile_service_pb2 import GetCustomerRequest

from demo.facts import tell_facts
from services.console.rendering.fact_tables import fact_sentence
from tests.services.profile.desk import NOW_SECONDS, purchase, serving
from tests.services.profile.memory_store import MemoryProfileStore

NOW = datetime.fromtimestamp(NOW_SECONDS, UTC)


def test_one_customer_shows_both_sides_and_the_other_only_what_is_ours() -> None:
    with serving(MemoryProfileStore()) as desk:
        stored = desk.ingest(purchase("1", "tea", who="1"), purchase("2", "tea", who="2"))
        for _ in range(2):  # a second run is harmless
            tell_facts(desk.stub, ["1", "2"], NOW)
        first, second = (
            desk.stub.GetCustomer(GetCustomerRequest(name=each.customer)).customer
            for each in stored
        )
    sentences = [fact_sentence(each) for each in first.facts]
    assert sentences == [
        (
            "Household of 3, said on 9 October 2025 in the app; the bought-in register says 2"
            " (what is said comes first, then what is seen, then what is bought in)"
        ),
        "Postcode 10115, said on 9 October 2025 in the loyalty programme and the customer file",
    ]
    assert [len(each.others) for each in second.facts] == [0, 0]
