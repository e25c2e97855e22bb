"""Who lives together, and where somebody lived, in words."""

from collections.abc import Sequence

from ofone.profile.v1.household_pb2 import HouseholdMember
from ofone.profile.v1.privacy_pb2 import HeldHousehold
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, day, minute


def members_table(household: str, members: Sequence[HouseholdMember]) -> RenderableType:
    """Return who lives in a household, and who of them shares."""
    table = Table(title=Text(household), title_justify="left", title_style="bold", box=None)
    for heading in ("who", "told last", "shares what is for the house"):
        table.add_column(heading)
    for each in members:
        table.add_row(Text(each.customer), day(at(each.told_time)), "yes" if each.shares else "no")
    return table


def homes_table(homes: Sequence[HeldHousehold]) -> RenderableType:
    """Return with which households somebody was told, and which of them people said they left."""
    if not homes:
        return Text("No event told of a household.")
    table = Table(box=None)
    for heading in ("household", "told last (UTC)", "left (UTC)", "why"):
        table.add_column(heading)
    for each in homes:
        is_left = each.HasField("left_time")
        table.add_row(
            Text(each.household),
            minute(at(each.told_time)),
            minute(at(each.left_time)) if is_left else "",
            Text(f"{each.actor}: {each.reason}" if is_left else ""),
        )
    return table
