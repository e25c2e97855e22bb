"""What the learning containers are told is what the command line of ``ml`` understands."""

import pytest
import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from ml.__main__ import app
from tests.deploy.manifests import (
    Document,
    Documents,
    container,
    containers,
    environment,
    named,
    workloads,
)

COMMANDS = typer.main.get_command(app)


def learning(documents: Documents) -> list[tuple[str, Document]]:
    """Return the containers that run ``python -m ml``, with their workloads' names."""
    return [
        (workload["metadata"]["name"], one)
        for workload in workloads(documents)
        for one in containers(workload)
        if one["image"].startswith("ofone-training") and one["name"] != "mlflow"
    ]


def words(one: Document) -> list[str]:
    """Return the words behind ``python -m ml``, which is the image's entry point."""
    assert "command" not in one
    return list(one["args"])


def understand(arguments: list[str]) -> None:
    """Parse a command line without running it; wrong words raise."""
    assert isinstance(COMMANDS, TyperGroup)
    command = COMMANDS.commands[arguments[0]]
    command.make_context(arguments[0], arguments[1:])


def test_the_night_imports_learns_and_asks_the_gate(documents: Documents) -> None:
    steps = [words(one)[0] for name, one in learning(documents) if name == "training"]
    assert steps == ["retrain"]


def test_every_command_is_understood(documents: Documents) -> None:
    found = learning(documents)
    assert {name for name, _ in found} == {"training", "linkage", "embedding", "recommendation"}
    for _, one in found:
        understand(words(one))


@pytest.mark.parametrize(
    "arguments",
    [["publish", "--watch", "--folders=/models"], ["train"], ["import", "--profil=profile:7401"]],
)
def test_words_that_mean_nothing_are_refused(arguments: list[str]) -> None:
    with pytest.raises(TyperException):
        understand(arguments)


def test_whoever_asks_mlflow_knows_its_service(documents: Documents) -> None:
    (port,) = named(documents, "Service", "mlflow")["spec"]["ports"]
    for name, one in learning(documents):
        if name == "linkage":  # it keeps no run: what it read is gone when it ends
            continue
        address = environment(one, documents)["MLFLOW_TRACKING_URI"]
        assert address == f"http://mlflow:{port['port']}"


def test_the_catalogue_is_learned_from_before_any_replica_has_a_model(documents: Documents) -> None:
    words_of_night = container(named(documents, "CronJob", "training"), "retrain")["args"]
    (target,) = [each for each in words_of_night if each.startswith("--embedding=")]
    name, port = target.removeprefix("--embedding=").split(":")
    service = named(documents, "Service", name)["spec"]
    assert service["publishNotReadyAddresses"]
    assert service["selector"] == named(documents, "Service", "embedding")["spec"]["selector"]
    assert [each["port"] for each in service["ports"]] == [int(port)]


def test_mlflow_serves_on_the_port_of_its_service(documents: Documents) -> None:
    one = container(named(documents, "Deployment", "mlflow"), "mlflow")
    (port,) = named(documents, "Service", "mlflow")["spec"]["ports"]
    assert f"--port={port['port']}" in one["args"]
    assert one["ports"] == [{"name": port["targetPort"], "containerPort": port["port"]}]
    # a request for another host name is refused, so the service's own must be let in
    assert any(f"mlflow:{port['port']}" in word for word in one["args"])
