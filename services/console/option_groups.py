"""Options that several commands share, each group written once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer
from ofone.profile.v1 import event_pb2
from ofone.profile.v1.event_pb2 import Identifier, IdentifierKind
from ofone.profile.v1.profile_service_pb2 import LookupCustomerRequest
from ofone.recommendation.v1.decision_pb2 import Context
from ofone.recommendation.v1.recommendation_service_pb2 import (
    RecommendItemsRequest,
    SelectOffersRequest,
    SelectQuestionRequest,
)

from services.console.reading.moments import FORM, read_moment
from services.console.reading.plain_messages import resource_name
from services.console.session import Session


@dataclass(frozen=True, slots=True)
class Handle:
    """A customer, by a handle instead of the name."""

    card: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The customer with this loyalty card.")
    ] = None
    email: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The customer with this e-mail address.")
    ] = None
    phone: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The customer with this telephone.")
    ] = None

    def identifier(self) -> Identifier | None:
        """Return the handle as a message, ``None`` when there is none.

        Raises:
            typer.BadParameter: when there are several.
        """
        given = [
            Identifier(kind=kind, value=value)
            for kind, value in (
                (event_pb2.IDENTIFIER_KIND_LOYALTY_CARD, self.card),
                (event_pb2.IDENTIFIER_KIND_EMAIL, self.email),
                (event_pb2.IDENTIFIER_KIND_PHONE, self.phone),
            )
            if value is not None
        ]
        if len(given) > 1:
            raise typer.BadParameter("say who in one way only: --card, --email or --phone")
        return given[0] if given else None


@dataclass(frozen=True, slots=True)
class Named:
    """A customer, by name."""

    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The customer: customers/… or the bare id."),
    ] = None


def customer_name(session: Session, name: str | None, handle: Handle) -> str:
    """Return the customer's name, looked up when a handle was given.

    Raises:
        typer.BadParameter: when nobody, or more than one, was named.
        Failure: when nobody has that handle.
    """
    subject = one_subject(name, handle)
    if isinstance(subject, str):
        return subject
    return session.profile.LookupCustomer(LookupCustomerRequest(identifier=subject)).customer


def one_subject(name: str | None, handle: Handle) -> str | Identifier:
    """Return the customer's name, or the handle: exactly one must be given.

    Raises:
        typer.BadParameter: when it is not exactly one.
    """
    identifier = handle.identifier()
    if (name is None) == (identifier is None):
        raise typer.BadParameter("say who: a NAME, or one of --card, --email and --phone")
    return identifier if identifier is not None else resource_name("customers", name or "")


def set_decision_subject(
    request: SelectOffersRequest | RecommendItemsRequest | SelectQuestionRequest,
    name: str | None,
    handle: Handle,
) -> None:
    """Say in a request to the recommendation service who it is about.

    Raises:
        typer.BadParameter: when nobody, or more than one, was named.
    """
    subject = one_subject(name, handle)
    if isinstance(subject, str):
        request.customer = subject
        return
    request.identifier.kind = IdentifierKind.Name(subject.kind).removeprefix("IDENTIFIER_KIND_")
    request.identifier.value = subject.value


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment a decision is for."""

    channel: Annotated[
        str, typer.Option(help="Such as store, web, app, email, sms or push.", show_default=False)
    ] = ""
    store: Annotated[str, typer.Option(help="The store's id.", show_default=False)] = ""
    basket: Annotated[
        list[str] | None,
        typer.Option(metavar="ITEM", help="An item in the basket at hand; may be repeated."),
    ] = None
    time: Annotated[str | None, typer.Option(metavar="TIME", help=f"When, {FORM}; else now.")] = (
        None
    )

    def context(self) -> Context:
        """Return the moment as a message."""
        context = Context(
            channel=self.channel,
            store=self.store,
            basket_items=item_names(self.basket or ()),
        )
        if self.time is not None:
            try:
                context.time.CopyFrom(read_moment(self.time))
            except ValueError as error:
                raise typer.BadParameter(f"--time {error}") from None
        return context


@dataclass(frozen=True, slots=True)
class Output:
    """How the answer is printed."""

    json: Annotated[
        bool, typer.Option("--json", help="Print the answer as JSON, for programs.")
    ] = False


def item_names(items: Iterable[str]) -> list[str]:
    """Return resource names for names or bare ids of items."""
    return [resource_name("items", item) for item in items]
