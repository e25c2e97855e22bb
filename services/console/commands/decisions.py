"""What should be said to this customer now, and why was it said?"""

from dataclasses import dataclass
from typing import Annotated

import typer
from ofone.recommendation.v1.recommendation_service_pb2 import (
    ExplainDecisionRequest,
    RecommendItemsRequest,
    SelectOffersRequest,
)

from services.console.display_names import item_display_names, offer_display_names
from services.console.option_groups import Handle, Moment, Named, Output, set_decision_subject
from services.console.reading.plain_messages import resource_name
from services.console.rendering.decision_tables import (
    considered_table,
    decision_view,
    items_in_decision,
    items_in_recommendation,
    recommendation_view,
)
from services.console.session import Session


@dataclass(frozen=True, slots=True)
class OffersOutput(Output):
    """How many offers, and how they are printed."""

    maximum: Annotated[
        int, typer.Option("--max", metavar="N", min=0, help="At most so many; 0 for the usual 3.")
    ] = 0
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide, but do not log the decision.")
    ] = False


def select_offers(
    session: Session, named: Named, handle: Handle, moment: Moment, output: OffersOutput
) -> None:
    """Ask what to offer a customer now, with the reasons."""
    request = SelectOffersRequest(
        context=moment.context(),
        max_offers=output.maximum,
        validate_only=output.dry_run,
    )
    set_decision_subject(request, named.name, handle)
    response = session.recommendation.SelectOffers(request)
    decision = response.decision
    if output.json:
        session.print_json(response)
        return
    item_names = item_display_names(session.embedding, items_in_decision(decision))
    session.console.print(decision_view(decision, item_names))


@dataclass(frozen=True, slots=True)
class ItemsOutput(Output):
    """Which items, how many, and how they are printed."""

    maximum: Annotated[
        int, typer.Option("--max", metavar="N", min=0, help="At most so many; 0 for the usual 10.")
    ] = 0
    not_just_bought: Annotated[
        bool,
        typer.Option("--not-just-bought", help="Leave out what was bought a moment ago."),
    ] = False
    parts: Annotated[bool, typer.Option("--parts", help="Show what each score is made of.")] = False


def recommend_items(
    session: Session, named: Named, handle: Handle, moment: Moment, output: ItemsOutput
) -> None:
    """Rank items for a customer, with the reasons."""
    request = RecommendItemsRequest(
        context=moment.context(),
        max_items=output.maximum,
        exclude_just_bought=output.not_just_bought,
    )
    set_decision_subject(request, named.name, handle)
    response = session.recommendation.RecommendItems(request)
    if output.json:
        session.print_json(response)
        return
    item_names = item_display_names(session.embedding, items_in_recommendation(response))
    session.console.print(recommendation_view(response, item_names, parts=output.parts))


@dataclass(frozen=True, slots=True)
class DecisionNamed:
    """A decision, by name."""

    name: Annotated[str, typer.Argument(help="The decision: decisions/… or the bare id.")]


def explain_decision(session: Session, named: DecisionNamed, output: Output) -> None:
    """Say why a decision was made, and for each offer not chosen why not."""
    request = ExplainDecisionRequest(name=resource_name("decisions", named.name))
    response = session.recommendation.ExplainDecision(request)
    if output.json:
        session.print_json(response)
        return
    considered = response.considered
    item_names = item_display_names(
        session.embedding, items_in_decision(response.decision) + [each.item for each in considered]
    )
    offer_names = offer_display_names(session.offers, [each.offer for each in considered])
    session.console.print(decision_view(response.decision, item_names, parts=True))
    session.console.print(considered_table(considered, item_names, offer_names))
