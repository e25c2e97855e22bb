"""Customers' vectors are counted in the bins that the model brought, over real gRPC."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ofone.embedding.v1 import embedding_service_pb2 as pb
from ofone.embedding.v1 import embedding_service_pb2_grpc as pb_grpc
from prometheus_client import REGISTRY

from ml.model.bundle import Bundle
from services.embedding.__main__ import application
from services.embedding.servicer.service import NAME
from services.embedding.settings import EmbeddingSettings
from services.serving.bootstrap import ServingSettings, running
from services.serving.channel import ChannelSettings, connect
from tests.drift_references import counted, watched_bundle
from tests.models import publish, small_bundle


@pytest.fixture
def bundle() -> Bundle:
    return watched_bundle()


@pytest.fixture
def models(tmp_path: Path, bundle: Bundle) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    publish(folder, bundle)
    return folder


@pytest.fixture
def stub(models: Path) -> Iterator[pb_grpc.EmbeddingServiceStub]:
    chosen = EmbeddingSettings(
        f"sqlite:///{models.parent / 'embedding.sqlite'}",
        models,
        migrate_on_start=True,
        poll_seconds=0.02,
    )
    serving = ServingSettings(grpc_port=0, metrics_port=0, access_log=False, readiness_poll_ms=20)
    with running(application(chosen), serving) as server:
        assert server.wait_ready(30)
        with connect(f"ipv4:{server.address}", ChannelSettings(NAME, "tests")) as channel:
            yield pb_grpc.EmbeddingServiceStub(channel)


def test_a_history_is_counted_by_length_and_direction_of_its_vector(
    stub: pb_grpc.EmbeddingServiceStub, bundle: Bundle
) -> None:
    stub.Retrieve(pb.RetrieveRequest(item_ids=["tea-0", "tea-4"], basket_counts=[5, 5]))
    assert sum(each or 0 for each in counted("vector_length", bundle)) == 1
    assert counted("vector_axis_1", bundle) == [0, 0, 1]  # tea lies along the first axis
    assert counted("vector_axis_2", bundle) == [0, 1, 0]
    assert counted("history_length", bundle) == [
        None,
        None,
        None,
    ]  # not this service


def test_somebody_new_and_somebody_with_unknown_items_have_no_vector_to_count(
    stub: pb_grpc.EmbeddingServiceStub, bundle: Bundle
) -> None:
    stub.Retrieve(pb.RetrieveRequest())
    stub.Retrieve(pb.RetrieveRequest(item_ids=["new-1"], basket_counts=[1]))
    assert counted("vector_length", bundle) == [0, 0, 0]


def test_a_swap_ends_the_counts_of_the_model_before(
    stub: pb_grpc.EmbeddingServiceStub, models: Path, bundle: Bundle
) -> None:
    publish(models, small_bundle(seed=3))
    tries = 0
    while stub.GetModel(pb.GetModelRequest()).model.version == bundle.facts.version:
        tries += 1
        assert tries < 5_000
    assert counted("vector_length", bundle) == [None, None, None]
    version = small_bundle(seed=3).facts.version
    watched = REGISTRY.get_sample_value("ofone_serving_drift_statistics", {"version": version})
    assert watched == 0
