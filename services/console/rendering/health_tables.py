"""How the services are, at a glance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ofone.embedding.v1.embedding_service_pb2 import Model
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import ago_in_words, at, count_in_words, days_between


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How one service is."""

    service: str
    """Full name of the gRPC service."""
    target: str
    """Where it was asked."""
    serving: bool
    """Whether it answers calls."""
    detail: str
    """The status it told, or why it told none."""


def health_table(services: Iterable[ServiceHealth], model: Model | None, *, now: datetime) -> Table:
    """Return a row for each service, and the model that answers below them.

    Args:
        services: What each service told.
        model: ``None`` when it could not be asked for.
        now: For the age of the model, aware.
    """
    table = Table(caption=model_sentence(model, now=now), caption_justify="left")
    table.add_column("service", style="bold")
    table.add_column("at", no_wrap=True)
    table.add_column("health")
    for each in services:
        style = "green" if each.serving else "bold red"
        name = each.service.rpartition(".")[2]
        table.add_row(name, each.target, Text(each.detail, style=style))
    return table


def model_sentence(model: Model | None, *, now: datetime) -> str:
    """Return which model answers, and how old it is."""
    if model is None:
        return "The model is not known."
    made = ago_in_words(days_between(at(model.create_time), now))
    return f"Model {model.version}, made {made}, knows {count_in_words(model.item_count, 'item')}."
