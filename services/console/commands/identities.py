"""Who is one person: what people decide, what was decided, and why."""

import uuid
from dataclasses import dataclass
from typing import Annotated

import typer
from ofone.profile.v1.event_pb2 import Identifier
from ofone.profile.v1.profile_service_pb2 import (
    BlockIdentifierRequest,
    ListIdentityChangesRequest,
    ListIdentitySuggestionsRequest,
    MergeCustomersRequest,
    UnblockIdentifierRequest,
    UnmergeCustomersRequest,
)

from services.console.option_groups import Handle, Named, Output, customer_name
from services.console.reading.plain_messages import resource_name
from services.console.rendering.identity_tables import changes_table, suggestions_table
from services.console.session import Session

MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class Two:
    """Two customers, and why."""

    customer: Annotated[str, typer.Argument(help="The customer: customers/… or the bare id.")]
    other: Annotated[str, typer.Argument(help="The other one.")]
    why: Annotated[str, typer.Option(help="A sentence for the log.")]
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would become of them.")
    ] = False


def merge(session: Session, two: Two) -> None:
    """Make two customers one, because they are one person.

    For example: ofone merge anna anna-at-work --why "showed both cards"
    """
    request = MergeCustomersRequest(
        customer=resource_name("customers", two.customer),
        other=resource_name("customers", two.other),
        reason=two.why,
        request_id=str(uuid.uuid4()),
        validate_only=two.dry_run,
    )
    name = session.profile.MergeCustomers(request).customer
    verb = "would be" if two.dry_run else "are"
    session.console.print(f"Both {verb} {name}", highlight=False, soft_wrap=True)


def unmerge(session: Session, two: Two) -> None:
    """Take a customer (the second name) out of the one that they became part of (the first).

    Both are as if they had never been one, with what each was told since.
    """
    request = UnmergeCustomersRequest(
        customer=resource_name("customers", two.customer),
        former=resource_name("customers", two.other),
        reason=two.why,
        request_id=str(uuid.uuid4()),
        validate_only=two.dry_run,
    )
    names = session.profile.UnmergeCustomers(request).customers
    verb = "would be" if two.dry_run else "are"
    session.console.print(f"They {verb} {' and '.join(names)}", highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Why:
    """Why, for the log."""

    why: Annotated[str, typer.Option(help="A sentence for the log.")]


def block(session: Session, handle: Handle, reason: Why) -> None:
    """Say that an identifier is nobody's own, such as a card at the till: it links nobody.

    For example: ofone block --card 0000 --why "the card of the till"
    """
    request = BlockIdentifierRequest(
        identifier=_identifier(handle), reason=reason.why, request_id=str(uuid.uuid4())
    )
    names = session.profile.BlockIdentifier(request).customers
    whom = f"; it had linked {', '.join(names)}" if names else ""
    session.console.print(f"It links nobody any more{whom}", highlight=False, soft_wrap=True)


def unblock(session: Session, handle: Handle, reason: Why) -> None:
    """Say that a blocked identifier is somebody's own after all."""
    request = UnblockIdentifierRequest(
        identifier=_identifier(handle), reason=reason.why, request_id=str(uuid.uuid4())
    )
    names = session.profile.UnblockIdentifier(request).customers
    whom = f": {', '.join(names)}" if names else ""
    session.console.print(f"It may link people again{whom}", highlight=False, soft_wrap=True)


def show_identity(session: Session, named: Named, handle: Handle, output: Output) -> None:
    """Tell who became part of a customer and who was taken out, and who else may be this person.

    The latest thousand of each are shown.
    """
    name = customer_name(session, named.name, handle)
    changes = session.profile.ListIdentityChanges(
        ListIdentityChangesRequest(parent=name, page_size=MOST_SHOWN)
    )
    suggestions = session.profile.ListIdentitySuggestions(
        ListIdentitySuggestionsRequest(parent=name, page_size=MOST_SHOWN)
    )
    if output.json:
        session.print_json_list([*changes.changes, *suggestions.suggestions])
        return
    session.console.print(changes_table(changes.changes))
    session.console.print(suggestions_table(suggestions.suggestions))


def _identifier(handle: Handle) -> Identifier:
    identifier = handle.identifier()
    if identifier is None:
        raise typer.BadParameter("say which: --card, --email or --phone")
    return identifier
