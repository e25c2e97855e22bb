"""Three customers: who each is, what they are offered and why, what one purchase changes."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1.embedding_service_pb2 import BatchGetItemsRequest
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.profile.v1.event_pb2 import IDENTIFIER_KIND_LOYALTY_CARD, Identifier
from ofone.profile.v1.profile_service_pb2 import GetCustomerRequest, LookupCustomerRequest
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from ofone.recommendation.v1.decision_pb2 import Context, Decision
from ofone.recommendation.v1.recommendation_service_pb2 import (
    ExplainDecisionRequest,
    RankedItem,
    RecommendItemsRequest,
    SelectOffersRequest,
)
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub
from rich.console import Console
from rich.table import Table
from rich.text import Text

from demo.cast import Role
from demo.filling import buy
from services.console.rendering.decision_tables import (
    decision_sentence,
    decision_view,
    items_in_decision,
)
from services.console.rendering.portraits import customer_portrait, items_in_portrait
from services.console.rendering.sentences import verdict_in_words

RANKED_ITEMS = 100
DEADLINE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Doors:
    """The services, as any caller sees them."""

    profile: ProfileServiceStub
    embedding: EmbeddingServiceStub
    recommendation: RecommendationServiceStub

    def item_names(self, items: Sequence[str]) -> dict[str, str]:
        """Return what people call the items."""
        wanted = sorted(set(items))
        if not wanted:
            return {}
        answer = self.embedding.BatchGetItems(BatchGetItemsRequest(names=wanted))
        return {item.name: item.display_name for item in answer.items}


@dataclass(frozen=True, slots=True)
class Ask:
    """One customer at one moment."""

    doors: Doors
    customer: str
    now: datetime
    store: str

    def offers(self) -> Decision:
        """Return what to offer."""
        request = SelectOffersRequest(customer=self.customer, context=self._context())
        answer = self.doors.recommendation.SelectOffers(request, timeout=DEADLINE_SECONDS)
        return answer.decision

    def ranking(self, *, exclude_just_bought: bool = True) -> Sequence[RankedItem]:
        """Return what the next basket will hold, most likely first."""
        request = RecommendItemsRequest(
            customer=self.customer,
            context=self._context(),
            max_items=RANKED_ITEMS,
            exclude_just_bought=exclude_just_bought,
        )
        answer = self.doors.recommendation.RecommendItems(request, timeout=DEADLINE_SECONDS)
        return answer.items

    def place(self, item: str) -> str:
        """Return in words where an item stands in the ranking, or why it does not."""
        for place, ranked in enumerate(self.ranking(), start=1):
            if ranked.item == item:
                return f"{place} ({ranked.score:.3f})"
        if any(each.item == item for each in self.ranking(exclude_just_bought=False)):
            return "silent: bought a moment ago"
        return f"not among the first {RANKED_ITEMS}"

    def _context(self) -> Context:
        time = Timestamp()
        time.FromDatetime(self.now)
        return Context(time=time, channel="store", store=self.store)


def tell(console: Console, doors: Doors, cast: Sequence[Role], now: datetime) -> None:
    """Show the customers of a cast.

    Args:
        console: where to print.
        doors: the services.
        cast: whose stories to tell.
        now: the moment to decide for, aware.
    """
    console.print(f"\nThe stories are told as of [bold]{now:%d %B %Y, %H:%M} UTC[/bold].")
    for role in cast:
        console.rule(f"[bold]{role.words}[/bold] (card {role.card})")
        _tell_one(console, doors, role, now)


def _tell_one(console: Console, doors: Doors, role: Role, now: datetime) -> None:
    identifier = Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=role.card)
    name = doors.profile.LookupCustomer(LookupCustomerRequest(identifier=identifier)).customer
    customer = doors.profile.GetCustomer(GetCustomerRequest(name=name)).customer
    names = doors.item_names(items_in_portrait(customer, now))
    console.print(customer_portrait(customer, names, now=now))

    ask = Ask(doors, name, now, customer.traits.home_store)
    before, ranking = ask.offers(), ask.ranking()
    names |= doors.item_names([*items_in_decision(before), *(each.item for each in ranking)])
    console.print("\n[bold]Offered now[/bold]")
    console.print(decision_view(before, names))
    console.print(Text(decision_sentence(before), style="dim"), soft_wrap=True)
    if role.offer:
        console.print(_verdict(doors, before, role.offer))

    bought = next((offer.item for offer in before.offers if offer.item), ranking[0].item)
    place_before = ask.place(bought)
    buy(doors.profile, name, bought, at=now, event_id=str(uuid.uuid4()))
    later = Ask(doors, name, now + timedelta(minutes=1), customer.traits.home_store)
    after = later.offers()
    names |= doors.item_names([*items_in_decision(after), bought])
    console.print(f"\n[bold]One purchase later[/bold]: {names[bought]} was bought a minute ago.")
    places = (place_before, later.place(bought))
    console.print(_change(names, names[bought], places, (before, after)))
    console.print(decision_view(after, names))
    console.print(Text(decision_sentence(after), style="dim"), soft_wrap=True)


def _verdict(doors: Doors, decision: Decision, offer: str) -> str:
    """Return in words what became of one offer of a decision, and why."""
    request = ExplainDecisionRequest(name=decision.name)
    answer = doors.recommendation.ExplainDecision(request, timeout=DEADLINE_SECONDS)
    for each in answer.considered:
        if each.offer == offer:
            detail = f" ({each.detail})" if each.detail else ""
            return f"{offer.removeprefix('offers/')}: {verdict_in_words(each.verdict)}{detail}"
    return f"{offer.removeprefix('offers/')}: not looked at"


def _change(
    names: dict[str, str],
    bought: str,
    places: tuple[str, str],
    decisions: tuple[Decision, Decision],
) -> Table:
    """Return a table of what was so before a purchase and is so after it."""
    table = Table("", "before", "after")
    table.add_row(f"place of {bought} in the ranking", *places)
    table.add_row("offers", *("\n".join(_told(each, names)) for each in decisions))
    table.add_row("customer's version", *(str(each.snapshot_version) for each in decisions))
    return table


def _told(decision: Decision, names: dict[str, str]) -> list[str]:
    if not decision.offers:
        return ["nothing"]
    return [
        f"{offer.display_name} ({names.get(offer.item, 'the whole shop')})"
        for offer in decision.offers
    ]
