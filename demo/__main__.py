"""Makes a town (or takes a retailer's export), learns, serves, and shows three customers."""

import argparse
import secrets
import signal
import sys
from collections.abc import Sequence
from hashlib import file_digest, sha256
from pathlib import Path

import grpc
from rich.console import Console

from demo.layout import Layout
from demo.learning import Source
from demo.play import play
from demo.processes import DemoError, Processes
from ml.dataset.rpc_reason import rpc_reason

PLAIN_WIDTH = 110
"""Columns of the output where it goes to a file."""


def main() -> int:
    """Run the demo; return the exit code."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the stories")
    parser.add_argument("--data", type=Path, help="a retailer's raw export")
    parser.add_argument("--mapping", type=Path, help="TOML: which of its columns is which")
    parser.add_argument("--customers", type=int, default=2_000, help="size of the town")
    parser.add_argument("--folder", type=Path, help="where to keep everything")
    parser.add_argument("--port-offset", type=int, default=0, help="added to every port")
    arguments = parser.parse_args()
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    console = Console(highlight=False, width=width)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's `&` leaves it ignored
    for each in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) is not signal.SIG_IGN:  # as `nohup` leaves it
            signal.signal(each, lambda number, _: sys.exit(128 + number))
    try:
        layout = _layout(arguments)
        with Processes(layout.logs) as processes:
            source = Source(arguments.customers, arguments.data, arguments.mapping)
            ending = play(console, layout, processes, source)
            if arguments.once:
                console.print(f"\nEverything is stopped again; it lies in {layout.folder}.")
                console.print("`make run` instead of `make demo` keeps it up.")
            else:
                ending.where_to_look(console)
                console.print("\nEverything is up. Ctrl-C ends it all.")
                processes.watch(lambda words: console.print(f"[bold red]{words}[/bold red]"))
    except KeyboardInterrupt:
        console.print("\nStopped.")
        return 128 + signal.SIGINT if arguments.once else 0
    except DemoError as error:
        console.print(f"[bold red]The demo cannot go on:[/bold red] {error}", soft_wrap=True)
        return 1
    except grpc.RpcError as error:
        console.print(f"[bold red]A call failed:[/bold red] {rpc_reason(error)}")
        return 1
    return 0


def _layout(arguments: argparse.Namespace) -> Layout:
    given = [each for each in (arguments.data, arguments.mapping) if each is not None]
    for each in given:
        if not each.is_file():
            raise DemoError(f"{each} is {'no file' if each.exists() else 'not there'}")
    if arguments.mapping and not arguments.data:
        raise DemoError("a mapping is for an export: give DATA too")
    name = f"{arguments.data.stem}-{_digest(given)[:8]}" if given else "town"
    folder = arguments.folder or Path("build") / "demo" / name
    layout = Layout(folder.resolve(), arguments.port_offset)
    (layout.folder / "done").mkdir(parents=True, exist_ok=True)
    layout.artifacts.mkdir(parents=True, exist_ok=True)
    if not layout.identifier_key.exists():
        layout.identifier_key.write_text(secrets.token_hex(32))
        layout.identifier_key.chmod(0o600)
    return layout


def _digest(files: Sequence[Path]) -> str:
    """Return a digest of all that the files hold, one after the other."""
    digest = sha256()
    for each in files:
        with each.open("rb") as content:
            file_digest(content, lambda: digest)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
