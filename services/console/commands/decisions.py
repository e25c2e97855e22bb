"""What should be said to this customer now, and why was it said?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from ofone.recommendation.v1.decision_pb2 import ConsideredOffer, Decision
from ofone.recommendation.v1.recommendation_service_pb2 import (
    ExplainDecisionRequest,
    RecommendItemsRequest,
    SelectOffersRequest,
)
from rich.console import RenderableType
from rich.text import Text

from services.console.display_names import item_display_names, offer_display_names
from services.console.option_groups import Handle, Moment, Named, Output, set_decision_subject
from services.console.reading.plain_messages import resource_name
from services.console.rendering.decision_tables import (
    considered_table,
    decision_sentence,
    decision_view,
    items_in_decision,
    items_in_recommendation,
    recommendation_view,
)
from services.console.session import Session
from services.serving.failures import Failure


@dataclass(frozen=True, slots=True)
class OffersOutput(Output):
    """How many offers, and how they are printed."""

    maximum: Annotated[
        int,
        typer.Option(
            "--max", metavar="N", min=0, max=20, help="At most so many; 0 for the usual 3."
        ),
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
    considered = None if decision.offers else _considered(session, decision)
    _print_decision(session, decision, decision_view(decision, item_names, considered=considered))


@dataclass(frozen=True, slots=True)
class ItemsOutput(Output):
    """Which items, how many, and how they are printed."""

    maximum: Annotated[
        int,
        typer.Option(
            "--max", metavar="N", min=0, max=100, help="At most so many; 0 for the usual 10."
        ),
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
    view = decision_view(response.decision, item_names, considered=considered, parts=True)
    _print_decision(session, response.decision, view)
    session.console.print(considered_table(considered, item_names, offer_names))


def _considered(session: Session, decision: Decision) -> Sequence[ConsideredOffer] | None:
    """Return what became of every offer, ``None`` when it cannot be known.

    An answer stands without it, so that a decision not logged, or not yet, is no mistake here.
    """
    if not decision.name:
        return None
    try:
        request = ExplainDecisionRequest(name=decision.name)
        return session.recommendation.ExplainDecision(request).considered
    except Failure:
        return None


def _print_decision(session: Session, decision: Decision, view: RenderableType) -> None:
    """Print a decision, and unbroken, so that it can be pasted, how to explain it."""
    session.console.print(view)
    session.console.print(Text(decision_sentence(decision), style="dim"), soft_wrap=True)
