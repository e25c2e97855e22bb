"""Three customers: who each is, what they are offered and why, what one purchase changes."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1.embedding_service_pb2 import BatchGetItemsRequest
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.profile.v1.event_pb2 import IDENTIFIER_KIND_LOYALTY_CARD, Identifier
from ofone.profile.v1.profile_service_pb2 import GetCustomerRequest, LookupCustomerRequest
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from ofone.recommendation.v1.decision_pb2 import Context, Decision
from ofone.recommendation.v1.recommendation_service_pb2 import (
    ExplainDecisionRequest,
    RecommendItemsRequest,
    RecommendItemsResponse,
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
    items_in_recommendation,
)
from services.console.rendering.portraits import customer_portrait, items_in_portrait
from services.console.rendering.sentences import verdict_in_words

RANKED_ITEMS = 10
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

    def ranking(self) -> RecommendItemsResponse:
        """Return what the next basket will hold, most likely first."""
        request = RecommendItemsRequest(
            customer=self.customer,
            context=self._context(),
            max_items=100,
            exclude_just_bought=True,
        )
        return self.doors.recommendation.RecommendItems(request, timeout=DEADLINE_SECONDS)

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
    names |= doors.item_names(items_in_decision(before) + items_in_recommendation(ranking))
    console.print("\n[bold]Offered now[/bold]")
    console.print(decision_view(before, names))
    console.print(Text(decision_sentence(before), style="dim"), soft_wrap=True)
    if role.offer:
        console.print(_verdict(doors, before, role.offer))

    bought = next((offer.item for offer in before.offers if offer.item), ranking.items[0].item)
    buy(doors.profile, name, bought, at=now, event_id=str(uuid.uuid4()))
    later = Ask(doors, name, now + timedelta(minutes=1), customer.traits.home_store)
    after, ranking_after = later.offers(), later.ranking()
    names |= doors.item_names([*items_in_decision(after), bought])
    console.print(f"\n[bold]One purchase later[/bold]: {names[bought]} was bought a minute ago.")
    console.print(_change(bought, names, (before, ranking), (after, ranking_after)))
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
    bought: str,
    names: dict[str, str],
    before: tuple[Decision, RecommendItemsResponse],
    after: tuple[Decision, RecommendItemsResponse],
) -> Table:
    table = Table("", "before", "after")
    table.add_row(
        f"place of {names[bought]} in the ranking",
        *(_place(bought, each[1]) for each in (before, after)),
    )
    table.add_row("offers", *("\n".join(_told(each[0], names)) for each in (before, after)))
    table.add_row(
        "customer's version", *(str(each[0].snapshot_version) for each in (before, after))
    )
    return table


def _place(item: str, ranking: RecommendItemsResponse) -> str:
    for place, ranked in enumerate(ranking.items, start=1):
        if ranked.item == item:
            return f"{place} ({ranked.score:.3f})"
    return "silent: bought a moment ago"


def _told(decision: Decision, names: dict[str, str]) -> list[str]:
    if not decision.offers:
        return ["nothing"]
    return [
        f"{offer.display_name} ({names.get(offer.item, 'the whole shop')})"
        for offer in decision.offers
    ]


def failure_in_words(error: grpc.RpcError) -> str:
    """Return what a refused call said."""
    return f"{error.code().name}: {error.details()}" if isinstance(error, grpc.Call) else str(error)
