"""The service as a process: settings, start, readiness, end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ofone.embedding.v1 import embedding_service_pb2 as pb
from ofone.embedding.v1 import embedding_service_pb2_grpc as pb_grpc

from services.embedding.__main__ import application, main
from services.embedding.servicer.service import NAME
from services.embedding.settings import PREFIX, EmbeddingSettings
from services.serving.bootstrap import ServingSettings, StartupError, run, running
from services.serving.channel import ChannelSettings, connect
from services.serving.failures import Failure
from services.serving.settings import SettingsError, load_settings
from tests.models import publish, small_bundle
from tests.services.embedding.shop import item


def settings(database_url: str, model_dir: Path) -> EmbeddingSettings:
    return EmbeddingSettings(
        database_url, model_dir / "models", migrate_on_start=True, poll_seconds=0.02
    )


def test_the_process_is_ready_once_it_has_model_and_catalogue(
    database_url: str, tmp_path: Path
) -> None:
    chosen = settings(database_url, tmp_path)
    serving = ServingSettings(grpc_port=0, metrics_port=0, access_log=False, readiness_poll_ms=20)
    with running(application(chosen), serving) as server:
        # Health is asked by nobody here: without a model the channel would not call at all.
        with connect(f"ipv4:{server.address}", ChannelSettings("", "tests")) as channel:
            stub = pb_grpc.EmbeddingServiceStub(channel)
            with pytest.raises(Failure):
                stub.GetModel(pb.GetModelRequest(), timeout=0.3)
        chosen.model_dir.mkdir()
        publish(chosen.model_dir, small_bundle())
        assert server.wait_ready(30)
        with connect(f"ipv4:{server.address}", ChannelSettings(NAME, "tests")) as channel:
            stub = pb_grpc.EmbeddingServiceStub(channel)
            stub.UpsertItems(pb.UpsertItemsRequest(items=[item("tea-0", category="tea")]))
            answer = stub.Retrieve(pb.RetrieveRequest(item_ids=["tea-4"], basket_counts=[1]))
            assert list(answer.item_ids) == ["tea-0"]


def test_two_processes_share_one_catalogue(database_url: str, tmp_path: Path) -> None:
    chosen = settings(database_url, tmp_path)
    chosen.model_dir.mkdir()
    publish(chosen.model_dir, small_bundle())
    first, second = application(chosen), application(chosen)
    serving = ServingSettings(grpc_port=0, metrics_port=0, access_log=False)
    with running(first, serving) as left, running(second, serving) as right:
        assert left.wait_ready(30)
        assert right.wait_ready(30)
        with (
            connect(f"ipv4:{left.address}", ChannelSettings(NAME, "tests")) as to_left,
            connect(f"ipv4:{right.address}", ChannelSettings(NAME, "tests")) as to_right,
        ):
            request = pb.UpsertItemsRequest(items=[item("new-tea", category="tea")])
            pb_grpc.EmbeddingServiceStub(to_left).UpsertItems(request)
            there = pb_grpc.EmbeddingServiceStub(to_right)
            history = pb.RetrieveRequest(item_ids=["tea-4"], basket_counts=[1])
            tries = 0
            while "new-tea" not in there.Retrieve(history).item_ids:
                tries += 1
                assert tries < 5_000


def test_a_new_item_outlives_the_process_and_a_swap_of_the_model(
    database_url: str, tmp_path: Path
) -> None:
    chosen = settings(database_url, tmp_path)
    chosen.model_dir.mkdir()
    publish(chosen.model_dir, small_bundle())
    serving = ServingSettings(grpc_port=0, metrics_port=0, access_log=False)
    history = pb.RetrieveRequest(item_ids=["tea-4"], basket_counts=[1])
    with running(application(chosen), serving) as server:
        assert server.wait_ready(30)
        with connect(f"ipv4:{server.address}", ChannelSettings(NAME, "tests")) as channel:
            request = pb.UpsertItemsRequest(items=[item("new-tea", category="tea")])
            pb_grpc.EmbeddingServiceStub(channel).UpsertItems(request)
    with running(application(chosen), serving) as server:
        assert server.wait_ready(30)
        with connect(f"ipv4:{server.address}", ChannelSettings(NAME, "tests")) as channel:
            stub = pb_grpc.EmbeddingServiceStub(channel)
            assert list(stub.Retrieve(history).item_ids) == ["new-tea"]
            other = small_bundle(seed=1)
            publish(chosen.model_dir, other)
            tries = 0
            while stub.Retrieve(history).model_version != other.facts.version:
                tries += 1
                assert tries < 5_000
            assert list(stub.Retrieve(history).item_ids) == ["new-tea"]


def test_what_other_replicas_wrote_is_looked_for_well_within_the_second_that_is_promised() -> None:
    environment = {f"{PREFIX}_DATABASE_URL": "sqlite:///x", f"{PREFIX}_MODEL_DIR": "x"}
    assert load_settings(EmbeddingSettings, PREFIX, environment).poll_seconds <= 0.5


def test_a_database_that_is_not_migrated_stops_the_start(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="run the service's command 'migrate'"):
        application(EmbeddingSettings(sqlite_url, tmp_path))


def test_migrating_needs_the_database_alone(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["services.embedding", "migrate"])
    monkeypatch.setenv("OFONE_EMBEDDING_DATABASE_URL", sqlite_url)
    assert main() == 0
    built = application(EmbeddingSettings(sqlite_url, tmp_path))
    for stop in built.on_stop:
        stop()


def test_a_database_that_is_not_there_ends_the_process_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["services.embedding", "migrate"])
    monkeypatch.setenv("OFONE_EMBEDDING_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/x.sqlite")
    with pytest.raises(SystemExit) as ended:
        run(main)
    assert ended.value.code == 3
    sentence = capsys.readouterr().err
    assert sentence.count("\n") == 1
    assert "nowhere/x.sqlite" in sentence


def test_missing_settings_are_named_and_end_the_process() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "services.embedding"],
        env={key: value for key, value in os.environ.items() if "OFONE_" not in key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "OFONE_EMBEDDING_DATABASE_URL is missing",
        "OFONE_EMBEDDING_MODEL_DIR is missing",
        "OFONE_SERVING_GRPC_PORT is missing",
        "OFONE_SERVING_METRICS_PORT is missing",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("POLL_SECONDS", "0"), ("POOL_SIZE", "0"), ("MIN_INDEX_RECALL", "95"), ("POOL_SIZE", "many")],
)
def test_settings_out_of_bounds_are_named(name: str, value: str) -> None:
    variables = {"DATABASE_URL": "sqlite:///x", "MODEL_DIR": "x", name: value}
    environment = {f"{PREFIX}_{each}": text for each, text in variables.items()}
    with pytest.raises(SettingsError, match=f"{PREFIX}_{name}"):
        load_settings(EmbeddingSettings, PREFIX, environment)
