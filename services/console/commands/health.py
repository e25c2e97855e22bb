"""How are the services?"""

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from ofone.embedding.v1.embedding_service_pb2 import GetModelRequest, Model
from rich.console import Console
from rich.live import Live
from rich.table import Table

from services.console import session as services
from services.console.health_probe import HealthProbe
from services.console.option_groups import Output
from services.console.rendering.health_tables import ServiceHealth, health_table
from services.console.session import Session
from services.serving.failures import Failure

_MAX_TIMEOUT_SECONDS = 2.0
"""A service that takes longer to say how it is, is not well."""


@dataclass(frozen=True, slots=True)
class HealthOptions:
    """Once, or again and again."""

    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Between two looks.")
    ] = 2.0


def show_health(session: Session, options: HealthOptions, output: Output) -> int:
    """Show the health of all services and the model that answers; 1 when one is not serving."""
    if options.watch and output.json:
        raise typer.BadParameter("--watch shows tables: leave out --json, or ask again and again")
    settings = session.settings
    targets = {
        services.PROFILE_SERVICE: settings.profile,
        services.EMBEDDING_SERVICE: settings.embedding,
        services.RECOMMENDATION_SERVICE: settings.recommendation,
        services.OFFER_SERVICE: settings.recommendation,
    }
    timeout_seconds = min(settings.deadline_seconds, _MAX_TIMEOUT_SECONDS)
    with HealthProbe(targets, timeout_seconds=timeout_seconds) as probe:
        if options.watch:
            with contextlib.suppress(KeyboardInterrupt):
                follow(session.console, _looks(session, probe, options.interval))
            return 0
        answers = probe.ask()
        if output.json:
            session.console.print_json(json.dumps([asdict(answer) for answer in answers]))
        else:
            session.console.print(_table(session, answers))
    return int(not all(answer.serving for answer in answers))


def follow(console: Console, looks: Iterable[Table]) -> None:
    """Show one table in place of the other, until there are no more."""
    with Live(console=console, auto_refresh=False) as live:
        for look in looks:
            live.update(look, refresh=True)


def _looks(session: Session, probe: HealthProbe, interval_seconds: float) -> Iterator[Table]:
    """Yield the table of each look, for ever."""
    while True:
        yield _table(session, probe.ask())
        time.sleep(interval_seconds)


def _table(session: Session, answers: Iterable[ServiceHealth]) -> Table:
    return health_table(answers, _model(session), now=session.now())


def _model(session: Session) -> Model | None:
    try:
        return session.embedding.GetModel(
            GetModelRequest(), timeout=min(session.settings.deadline_seconds, _MAX_TIMEOUT_SECONDS)
        ).model
    except Failure:
        return None
