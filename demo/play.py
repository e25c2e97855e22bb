"""The steps of the demo, each done once for a folder: a second run starts in seconds."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich.console import Console

from demo.cast import three_customers, three_townspeople
from demo.facts import tell_facts
from demo.filling import fill_catalogue, fill_history, fill_offers, fill_questions
from demo.households import tell_household
from demo.layout import HOST, SERVICES, Layout, process_environment, python
from demo.learning import (
    MODEL,
    Source,
    fit_priors,
    learn_personas,
    make_dataset,
    promote_and_publish,
    training_command,
)
from demo.offers import dozen_offers
from demo.personas import allow_profiling, fill_personas
from demo.processes import Processes, check_port
from demo.questions import few_questions, question_of
from demo.services import Neighbourhood, page_answers
from demo.story import tell
from ml.dataset.dataset import Dataset
from ml.dataset.folder import read_dataset

START_SECONDS = 90.0
LEARN_SECONDS = 1_500.0
STALE = timedelta(days=3)
"""A history that ends longer ago is asked about as of its end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is left to say when the stories are told."""

    layout: Layout
    card: str
    """A customer to ask about."""
    moment: datetime | None
    """The moment to ask for; ``None`` for now."""

    def where_to_look(self, console: Console) -> None:
        """Say where everything is while it is up."""
        layout = self.layout
        environment = "".join(
            f"OFONE_CONSOLE_{service.upper()}={layout.target(service)} "
            for service in SERVICES
            if layout.port_offset
        )
        when = f" --time {self.moment:%Y-%m-%d}" if self.moment else ""
        ofone = f"{environment}.venv/bin/ofone"
        console.rule("[bold]Where to look[/bold]")
        for name, place in (
            ("MLflow", f"http://{HOST}:{layout.mlflow_port}/#/models/{MODEL}"),
            *(
                (f"metrics, {each}", f"http://{HOST}:{layout.metrics_port(each)}/metrics")
                for each in SERVICES
            ),
            ("a customer", f"{ofone} customer --card {self.card}"),
            ("a question", f"{ofone} ask --card {self.card} --channel app{when}"),
            ("a call", f"{ofone} offers --card {self.card}{when}"),
            ("everything made", str(layout.folder)),
        ):
            console.print(f"  {name:<24} {place}", soft_wrap=True)


def play(console: Console, layout: Layout, processes: Processes, source: Source) -> Ending:
    """Bring everything up, fill it, and tell the three stories.

    Args:
        console: where to print.
        layout: the folder of this demo.
        processes: what to start processes with.
        source: where the purchases come from.

    Returns:
        What is left to say.

    Raises:
        DemoError: when a step fails.
    """
    _check_ports(layout)
    services = Neighbourhood.of(layout)
    _start_page(layout, processes)
    with _step(console, "data set"):
        if not layout.done("dataset").exists():
            make_dataset(layout, source)
            layout.done("dataset").touch()
    if not layout.priors.exists():
        with _step(console, "what is typical of the customers"):
            fit_priors(layout)
    dataset = read_dataset(layout.dataset)
    console.print(_sentence(dataset))
    with _step(console, "services"):
        _start_services(layout, processes, services)
    learning = not layout.done("model").exists()
    if learning:
        with _step(console, "MLflow's page"):  # whoever comes first makes MLflow's tables
            processes.wait("mlflow", lambda _: page_answers(layout), seconds=START_SECONDS)
        processes.start("training", training_command(layout), layout.learning_environment())
    _fill(console, layout, dataset, services)
    if learning:
        with _step(console, f"training (it prints to {layout.logs / 'training.log'})"):
            processes.wait_end("training", seconds=LEARN_SECONDS)
        with _step(console, "promotion and publishing"):
            promote_and_publish(layout)
        layout.done("model").touch()
    with _step(console, "model in the services"):
        for service in SERVICES:
            processes.wait(service, services.serving, seconds=START_SECONDS)
    _write_offers(console, layout, dataset, services)
    _write_questions(console, layout, dataset, services)
    _write_personas(console, layout, services)
    moment = dataset.interactions["occurred_at"].max().to_pydatetime() + timedelta(days=1)
    now = min(moment, datetime.now(UTC))
    cast = three_customers(dataset) if source.raw else three_townspeople(dataset)
    profile = services.doors().profile
    allow_profiling(profile, (each.card for each in cast), now)
    tell_facts(profile, [each.card for each in cast], now)
    tell_household(profile, [each.card for each in three_customers(dataset)[:2]], now)
    tell(console, services.doors(), cast, now)
    return Ending(layout, cast[0].card, now if moment < datetime.now(UTC) - STALE else None)


def _check_ports(layout: Layout) -> None:
    for service in SERVICES:
        check_port(layout.grpc_port(service), service)
        check_port(layout.metrics_port(service), f"the metrics of {service}")
    check_port(layout.mlflow_port, "MLflow's page")


def _start_page(layout: Layout, processes: Processes) -> None:
    page = ("--host", HOST, "--port", str(layout.mlflow_port), "--workers", "1")
    store = ("--backend-store-uri", layout.tracking_uri)
    files = ("--default-artifact-root", str(layout.artifacts))
    command = python("-m", "mlflow", "server", *page, *store, *files)
    processes.start("mlflow", command, process_environment())


def _start_services(layout: Layout, processes: Processes, services: Neighbourhood) -> None:
    for service in SERVICES:
        environment = layout.service_environment(service)
        processes.start(service, python("-m", f"services.{service}"), environment)
    for service in SERVICES:
        processes.wait(service, services.answers, seconds=START_SECONDS)


def _fill(console: Console, layout: Layout, dataset: Dataset, services: Neighbourhood) -> None:
    if layout.done("history").exists():
        return
    doors = services.doors()
    with _step(console, "catalogue"):
        count = fill_catalogue(doors.embedding, dataset)
    with _step(console, f"history through IngestEvents, {count} items"):
        fill_history(doors.profile, dataset)
    layout.done("history").touch()


def _write_offers(
    console: Console, layout: Layout, dataset: Dataset, services: Neighbourhood
) -> None:
    if layout.done("offers").exists():
        return
    with _step(console, "a dozen offers"):
        fill_offers(services.offers(), dozen_offers(dataset))
    layout.done("offers").touch()


def _write_questions(
    console: Console, layout: Layout, dataset: Dataset, services: Neighbourhood
) -> None:
    if layout.done("questions").exists():
        return
    with _step(console, "a few questions"):
        fill_questions(services.questions(), few_questions(dataset))
    layout.done("questions").touch()


def _write_personas(console: Console, layout: Layout, services: Neighbourhood) -> None:
    if layout.done("personas").exists():
        return
    with _step(console, "personas: some learned, some written"):
        personas, question = learn_personas(layout)
        fill_personas(services.personas(), personas)
        fill_questions(services.questions(), question_of(question))
    layout.done("personas").touch()


@contextlib.contextmanager
def _step(console: Console, words: str) -> Iterator[None]:
    console.print(f"[cyan]•[/cyan] {words} …")
    started = time.perf_counter()
    yield
    console.print(f"  [dim]{time.perf_counter() - started:.1f} s[/dim]")


def _sentence(dataset: Dataset) -> str:
    counts = dataset.counts
    last = dataset.interactions["occurred_at"].max()
    return (
        f"  {counts['customers']:,} customers, {counts['items']:,} items, "
        f"{counts['baskets']:,} baskets until {last:%Y-%m-%d}"
    )
