"""Who is this customer, and what do they allow?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer
from ofone.profile.v1.customer_pb2 import Consent, ConsentPurpose, ConsentState
from ofone.profile.v1.profile_service_pb2 import (
    GetCustomerRequest,
    ListEventsRequest,
    ListEventsResponse,
    SetConsentRequest,
)

from services.console.display_names import (
    item_display_names,
    offer_display_names,
    questions_by_name,
)
from services.console.option_groups import Handle, Named, Output, customer_name
from services.console.rendering.portraits import (
    consents_text,
    customer_portrait,
    items_in_portrait,
    offers_in_portrait,
)
from services.console.rendering.question_tables import answers_table
from services.console.rendering.timelines import items_in_timeline, offers_in_timeline, timeline
from services.console.session import Session


@dataclass(frozen=True, slots=True)
class TimelineLength:
    """How much of the past to show."""

    timeline: Annotated[
        int,
        typer.Option(metavar="N", min=0, max=1_000, help="Show the latest N events; 0 for none."),
    ] = 10


def show_customer(
    session: Session, named: Named, handle: Handle, length: TimelineLength, output: Output
) -> None:
    """Show a customer: rhythm, spend, favourites, what is due, consents, offers seen, timeline.

    Name the customer (customers/… or the bare id), or give a card, an e-mail or a telephone.
    """
    name = customer_name(session, named.name, handle)
    customer = session.profile.GetCustomer(GetCustomerRequest(name=name)).customer
    if output.json:
        session.print_json(customer)
        return
    timeline_page = ListEventsResponse()
    if length.timeline:
        request = ListEventsRequest(parent=customer.name, page_size=length.timeline)
        timeline_page = session.profile.ListEvents(request)
    events = timeline_page.events
    now = session.now()
    item_names = item_display_names(
        session.embedding, items_in_portrait(customer, now) + items_in_timeline(events)
    )
    offer_names = offer_display_names(
        session.offers, offers_in_portrait(customer) + offers_in_timeline(events)
    )
    session.console.print(customer_portrait(customer, item_names, now=now, offer_names=offer_names))
    if customer.answers:
        asked = questions_by_name(session.questions)
        session.console.print(answers_table(customer.answers, asked))
    if events:
        points = timeline_page.touch_points
        session.console.print(
            timeline(events, item_names, offer_names=offer_names, touch_points=points)
        )


class Purpose(StrEnum):
    """What a customer may allow."""

    PERSONALISATION = "personalisation"
    MARKETING_EMAIL = "marketing-email"
    MARKETING_SMS = "marketing-sms"
    MARKETING_PUSH = "marketing-push"
    MARKETING_PHONE = "marketing-phone"
    MARKETING_POST = "marketing-post"
    PROFILING = "profiling"
    SENSITIVE_INFERENCE = "sensitive-inference"
    THIRD_PARTY_DATA = "third-party-data"
    HOUSEHOLD_SHARING = "household-sharing"


class Statement(StrEnum):
    """What a customer said."""

    GRANTED = "granted"
    DENIED = "denied"


def _listed(choices: type[StrEnum]) -> str:
    return " or ".join(choices)


@dataclass(frozen=True, slots=True)
class ConsentOptions:
    """One consent, given or withheld."""

    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME] PURPOSE STATE",
            help=f"The customer, unless an option says who; {_listed(Purpose)}; "
            f"{_listed(Statement)}.",
        ),
    ]
    source: Annotated[str, typer.Option(help="Where it was said.")] = "console"


def set_consent(session: Session, options: ConsentOptions, handle: Handle, output: Output) -> None:
    """Record what a customer allows or forbids, as said now.

    Of two statements the later one holds. Without personalisation the customer's history is
    neither used nor learned from. For example: ofone consent --card 4711 marketing-email granted
    """
    words = list(options.words)
    name = None if handle.identifier() else words.pop(0)
    purpose, state = _statement(words)
    customer = customer_name(session, name, handle)
    consent = Consent(
        purpose=ConsentPurpose.Value(f"CONSENT_PURPOSE_{purpose.name}"),
        state=ConsentState.Value(f"CONSENT_STATE_{state.name}"),
        source=options.source,
    )
    consent.stated_at.FromDatetime(session.now())
    request = SetConsentRequest(customer=customer, consent=consent)
    stored = session.profile.SetConsent(request).consent
    if output.json:
        session.print_json(stored)
    else:
        session.console.print(consents_text([stored]))


def _statement(words: Sequence[str]) -> tuple[Purpose, Statement]:
    """Return what a statement of two words says.

    Raises:
        typer.BadParameter: when it is not a purpose and a state.
    """
    try:
        purpose, state = words
        return Purpose(purpose), Statement(state)
    except ValueError:
        form = f"a PURPOSE ({_listed(Purpose)}) and a STATE ({_listed(Statement)})"
        raise typer.BadParameter(f"say who, and then {form}") from None
