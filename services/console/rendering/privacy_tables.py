"""Erasures and accesses, for people."""

from collections.abc import Sequence

from ofone.profile.v1 import privacy_pb2
from ofone.profile.v1.privacy_pb2 import Access, ConsentStatement, Erasure
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, listed, minute
from services.console.rendering.portraits import consents_text

MOST_HOLDERS = 10


def erasure_view(erasure: Erasure, *, is_rehearsal: bool = False) -> RenderableType:
    """Return how far an erasure is, and what was removed where.

    Args:
        erasure: The receipt.
        is_rehearsal: Whether nothing has been removed yet.
    """
    table = Table(box=None)
    table.add_column("held by")
    table.add_column("what")
    table.add_column("would go" if is_rehearsal else "removed", justify="right")
    for each in erasure.removals:
        table.add_row(Text(each.holder), Text(each.place), f"{each.count:,}")
    sentence = _rehearsed(erasure) if is_rehearsal else _standing(erasure)
    return Group(table, Text(sentence))


def statements_table(statements: Sequence[ConsentStatement]) -> RenderableType:
    """Return what was said about consent, in the order given."""
    if not statements:
        return Text("Nothing was said; the defaults hold.")
    table = Table(box=None)
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("what")
    table.add_column("where", style="dim")
    for each in statements:
        said = each.consent
        table.add_row(minute(at(said.stated_at)), consents_text([said]), Text(said.source))
    return table


def accesses_table(accesses: Sequence[Access]) -> RenderableType:
    """Return who looked, latest first."""
    if not accesses:
        return Text("Nobody has looked.")
    table = Table(title="Who looked", title_justify="left", title_style="bold", box=None)
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("who")
    table.add_column("by", style="dim")
    for each in accesses:
        table.add_row(minute(at(each.access_time)), Text(each.caller), Text(each.method))
    return table


def _rehearsed(erasure: Erasure) -> str:
    others = listed(erasure.pending_holders, most=MOST_HOLDERS)
    also = f" What {others} hold goes as well; how much they say afterwards." if others else ""
    return f"Nothing is removed yet.{also}"


def _standing(erasure: Erasure) -> str:
    begun = f"{erasure.name}, asked for on {minute(at(erasure.create_time))} UTC"
    if erasure.state != privacy_pb2.ERASURE_STATE_DONE:
        waiting = listed(erasure.pending_holders, most=MOST_HOLDERS)
        return f"{begun}: waits for {waiting}."
    learned = (
        f" Models from version {erasure.model_version} on learned nothing from them."
        if erasure.model_version
        else ""
    )
    return f"{begun}, done everywhere on {minute(at(erasure.done_time))} UTC.{learned}"
