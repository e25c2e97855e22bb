"""Who lives together, in words."""

from collections.abc import Sequence

from ofone.profile.v1.household_pb2 import HouseholdMember
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, day


def members_table(household: str, members: Sequence[HouseholdMember]) -> RenderableType:
    """Return who lives in a household, and who of them shares."""
    table = Table(title=Text(household), title_justify="left", title_style="bold", box=None)
    for heading in ("who", "told last", "shares what is for the house"):
        table.add_column(heading)
    for each in members:
        table.add_row(Text(each.customer), day(at(each.told_time)), "yes" if each.shares else "no")
    return table
