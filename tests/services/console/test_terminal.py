from ofone.profile.v1 import event_pb2
from ofone.profile.v1.customer_pb2 import Customer
from ofone.profile.v1.event_pb2 import Event
from rich.table import Table

from services.console.terminal import Terminal
from tests.services.console.conftest import Town


def printed(terminal: Terminal, *things: object) -> str:
    with terminal.capture() as captured:
        terminal.print(*things)
    return captured.get()


def test_words_of_a_customer_cannot_steer_the_terminal_of_whoever_reads_them(town: Town) -> None:
    town.profile.customer = Customer(name="customers/anna")
    town.profile.timeline = [
        Event(
            type=event_pb2.EVENT_TYPE_MENTION, channel="we\x1b[2Jb", text="\x1b]0;owned\x07 \x9bH"
        )
    ]
    shown = town.ofone("customer", "anna").stdout
    assert "spoke of the company “]0;owned H”" in shown
    assert set(shown) & {"\x1b", "\x07", "\x9b"} == set()


def test_colours_of_our_own_and_ends_of_lines_stay() -> None:
    coloured = Terminal(force_terminal=True, color_system="standard", width=40)
    assert "\x1b[32mtea\x1b[0m" in printed(coloured, "[green]tea[/]")
    table = Table("item", box=None)
    table.add_row("tea\x1b[2J\ncup")
    lines = printed(Terminal(width=40), table).splitlines()
    assert [line.strip() for line in lines] == ["item", "tea[2J", "cup"]
