"""A page of decisions fits into one message, however much was considered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1 import recommendation_service_pb2 as messages

from services.recommendation.ports.decisions import LoggedDecision
from services.recommendation.servicer.decision_methods import MAX_PAGE_BYTES, DecisionMethods

THIRD = MAX_PAGE_BYTES // 3


@dataclass
class Shelf:
    """A ``DecisionLog`` that holds decisions of one customer, latest first."""

    logged: Sequence[LoggedDecision]

    def add(self, decision_id: str, customer_id: str, content: bytes) -> None:
        raise AssertionError

    def find(self, decision_id: str) -> bytes | None:
        raise AssertionError

    def of_customer(
        self, customer_id: str, *, before: tuple[int, str] | None, count: int
    ) -> Sequence[LoggedDecision]:
        behind = [
            each
            for each in self.logged
            if before is None or (each.create_seconds, each.decision_id) < before
        ]
        return behind[:count]


@dataclass
class Looks:
    """An ``AccessLog`` to look into."""

    noted: list[str] = field(default_factory=list)

    def note(self, customer_id: str, method: str, caller: str) -> None:
        self.noted.append(f"{customer_id} {method}")


def considered(number: int, bytes_each: int) -> LoggedDecision:
    """Return a decision in which an offer was considered with so long a sentence."""
    decision = decision_pb2.Decision(name=f"decisions/{number}", customer="customers/ada")
    offer = decision_pb2.ConsideredOffer(offer="offers/tea", detail="x" * bytes_each)
    content = messages.ExplainDecisionResponse(decision=decision, considered=[offer])
    return LoggedDecision(f"{number}", 100 - number, content.SerializeToString())


def pages(
    methods: DecisionMethods, request: messages.ListDecisionsRequest
) -> Iterator[messages.ListDecisionsResponse]:
    while True:
        page = methods.page(request)
        yield page
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def test_a_page_ends_before_it_is_too_large_for_a_message() -> None:
    sizes = [THIRD, THIRD, THIRD, THIRD, 2 * MAX_PAGE_BYTES, 9]
    looks = Looks()
    methods = DecisionMethods(Shelf([*map(considered, range(6), sizes)]), looks)
    request = messages.ListDecisionsRequest(parent="customers/ada", with_considered=True)
    found = list(pages(methods, request))
    names = [[each.name.removeprefix("decisions/") for each in page.decisions] for page in found]
    assert names == [["0", "1"], ["2", "3"], ["4"], ["5"]]
    lengths = [[len(each.offers[0].detail) for each in page.considered] for page in found]
    assert lengths == [sizes[:2], sizes[2:4], sizes[4:5], sizes[5:]]
    assert looks.noted == ["ada ListDecisions"] * 4


def test_what_is_not_told_takes_no_room() -> None:
    methods = DecisionMethods(Shelf([considered(each, THIRD) for each in range(6)]), Looks())
    request = messages.ListDecisionsRequest(parent="customers/ada", page_size=5)
    first, second = pages(methods, request)
    assert (len(first.decisions), len(second.decisions)) == (5, 1)
    assert not first.considered
