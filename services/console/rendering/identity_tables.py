"""Who is one person, and why: changes and suggestions in words."""

from collections.abc import Sequence

from ofone.profile.v1 import identity_pb2
from ofone.profile.v1.event_pb2 import IdentifierKind
from ofone.profile.v1.identity_pb2 import IdentityChange, IdentitySuggestion
from ofone.profile.v1.privacy_pb2 import HeldProbableLink
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, minute, share_in_percent

_STANDINGS = {
    identity_pb2.SUGGESTION_STANDING_TAKEN_APART: "people said that they are two",
    identity_pb2.SUGGESTION_STANDING_SHARED: "one of them is shared or blocked",
    identity_pb2.SUGGESTION_STANDING_OVER_LIMIT: "together they would hold too many of a kind",
}


def changes_table(changes: Sequence[IdentityChange]) -> RenderableType:
    """Return what became part of a customer or was taken out, latest first."""
    if not changes:
        return Text("Never joined and never parted.")
    table = Table(title="Joined and parted", title_justify="left", title_style="bold", box=None)
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("what")
    table.add_column("why")
    for each in changes:
        table.add_row(minute(at(each.change_time)), Text(_what(each)), Text(why_in_words(each)))
    return table


def suggestions_table(suggestions: Sequence[IdentitySuggestion]) -> RenderableType:
    """Return who else may be this person, and why nothing follows from it."""
    if not suggestions:
        return Text("Nobody else may be this person.")
    table = Table(title="May be the same", title_justify="left", title_style="bold", box=None)
    for heading in ("who", "evidence", "but"):
        table.add_column(heading)
    for each in suggestions:
        if each.standing == identity_pb2.SUGGESTION_STANDING_PROBABLE:
            likely = f"{share_in_percent(each.match_probability)} likely; only people decide that"
            table.add_row(Text(each.other), Text(each.why), Text(likely))
            continue
        evidence = (
            f"their {kind_in_words(each.other_kind)} and this customer's "
            f"{kind_in_words(each.kind)} were told together by {each.first_event} "
            f"on {minute(at(each.first_seen_time))}"
        )
        standing = _STANDINGS.get(each.standing, "for a reason this command does not know")
        table.add_row(Text(each.other), Text(evidence), Text(standing))
    return table


def likenesses_table(links: Sequence[HeldProbableLink]) -> RenderableType:
    """Return that others may be this person, and why; who they are is not told."""
    if not links:
        return Text("Nobody is so alike that it might be the same person.")
    table = Table(box=None)
    for heading in ("how likely", "why", "found (UTC)", "by"):
        table.add_column(heading)
    for each in links:
        likely, found = share_in_percent(each.match_probability), minute(at(each.store_time))
        table.add_row(likely, Text(each.why), found, Text(each.model_version))
    return table


def why_in_words(change: IdentityChange) -> str:
    """Return why a change was made: people's words, or the event that told of a link."""
    if change.actor:
        return f"{change.actor}: {change.reason}"
    return f"told together by {change.because_of_event}"


def kind_in_words(kind: IdentifierKind.ValueType) -> str:
    """Return a kind of identifier, such as ``loyalty card``."""
    return IdentifierKind.Name(kind).removeprefix("IDENTIFIER_KIND_").replace("_", " ").lower()


def _what(change: IdentityChange) -> str:
    if change.kind == identity_pb2.IDENTITY_CHANGE_KIND_JOINED:
        return f"{change.former} became part of {change.customer}"
    return f"some of {change.former} became {change.customer}"
