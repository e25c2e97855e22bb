"""A night of retraining against services that speak gRPC, on a real MLflow."""

import dataclasses
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from ofone.profile.v1 import privacy_pb2
from ofone.profile.v1 import profile_service_pb2 as messages

from ml.dataset.pending_erasures import ErasureAwayError
from ml.dataset.violations import DatasetError, Violation
from ml.model.bundle_folder import read_bundle
from ml.training.commands.retrain import Night, retrain
from ml.training.commands.trail import Outcome
from ml.training.learning import LearningConfig, TrainingError
from ml.training.source import EngineError, Source, this_machine
from ml.training.training_config import TrainingConfig
from ml.training.versions.registry import CHAMPION, Registry
from tests.ml.training.bread_shop import SMALL, bread_shop
from tests.ml.training.conftest import MLFLOW_WARNS, NAME

pytestmark = [
    MLFLOW_WARNS,
    pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache"),
]


def export(
    request: messages.ExportInteractionsRequest, context: grpc.ServicerContext
) -> Iterator[messages.ExportInteractionsResponse]:
    """Export the shop where everybody buys bread, in one chunk."""
    lines = []
    bought = bread_shop().interactions
    names = bought[["customer_id", "basket_id", "item_id"]].itertuples(index=False, name=None)
    for (customer, basket, item), moment in zip(names, bought["occurred_at"], strict=True):
        line = messages.Interaction(
            customer_id=customer, basket_id=basket, item_id=item, quantity=1
        )
        line.occurred_at.FromDatetime(moment.to_pydatetime())
        lines.append(line)
    yield messages.ExportInteractionsResponse(interactions=lines, resume_token="end")


def list_erasures(
    request: messages.ListErasuresRequest, context: grpc.ServicerContext
) -> messages.ListErasuresResponse:
    """Ask to forget one customer, who is not in the export any more."""
    gone = privacy_pb2.Erasure(name="erasures/e1", customer_ids=["gone"])
    return messages.ListErasuresResponse(erasures=[gone])


@pytest.fixture
def confirmed() -> list[messages.ConfirmErasureRequest]:
    """Give what a night has confirmed."""
    return []


@pytest.fixture
def profile(confirmed: list[messages.ConfirmErasureRequest]) -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(1))
    handler = grpc.unary_stream_rpc_method_handler(
        export,
        request_deserializer=messages.ExportInteractionsRequest.FromString,
        response_serializer=partial(messages.ExportInteractionsResponse.SerializeToString),
    )

    def confirm(
        request: messages.ConfirmErasureRequest, context: grpc.ServicerContext
    ) -> messages.ConfirmErasureResponse:
        confirmed.append(request)
        return messages.ConfirmErasureResponse()

    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "ExportInteractions": handler,
        "ListErasures": grpc.unary_unary_rpc_method_handler(
            list_erasures,
            request_deserializer=messages.ListErasuresRequest.FromString,
            response_serializer=messages.ListErasuresResponse.SerializeToString,
        ),
        "ConfirmErasure": grpc.unary_unary_rpc_method_handler(
            confirm,
            request_deserializer=messages.ConfirmErasureRequest.FromString,
            response_serializer=messages.ConfirmErasureResponse.SerializeToString,
        ),
    }
    server.add_registered_method_handlers("ofone.profile.v1.ProfileService", handlers)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


def night(profile: str, folder: Path, tracking_uri: str) -> Night:
    config = TrainingConfig(learning=SMALL, name=NAME)
    return Night(profile, None, folder / "night", tracking_uri, config, folder / "models")


@contextmanager
def broken(path: Path, config: LearningConfig) -> Iterator[Source]:
    """Fail before anything is read."""
    raise EngineError("the cluster is away")
    yield


@contextmanager
def dated_ahead(path: Path, config: LearningConfig) -> Iterator[Source]:
    """Refuse a data set, naming the first who broke a rule."""
    rule = "must not lie in the future"
    raise DatasetError([Violation("interactions.parquet", "occurred_at", rule, 3, "customer_id=c")])
    yield


def trail_of(folder: Path) -> dict[str, str]:
    """Return what became of every step."""
    document = json.loads((folder / "night" / "trail.json").read_text())
    return {each["name"]: each["outcome"] for each in document["steps"]}


def test_a_night_ends_with_a_champion_where_the_services_find_it_or_says_why_not(
    profile: str,
    registry: Registry,
    tracking_uri: str,
    tmp_path: Path,
    confirmed: list[messages.ConfirmErasureRequest],
) -> None:
    said: list[str] = []

    outcome = retrain(night(profile, tmp_path, tracking_uri), say=said.append)

    trail = trail_of(tmp_path)
    assert list(trail)[:4] == ["forget", "import", "train", "gate"]
    assert trail["import"] == trail["train"] == "done"
    version = registry.version(NAME, "challenger")
    assert version is not None
    gate = registry.tags(version.run_id)["gate"]
    if outcome is Outcome.DONE:
        assert (trail["gate"], trail["publish"], gate) == ("done", "done", "passed")
        current = read_bundle(tmp_path / "models" / "current")
        assert current.facts.version == version.bundle_version
        (told,) = confirmed
        assert (told.name, told.holder) == ("erasures/e1", "training")
        assert told.model_version == version.bundle_version
    else:
        assert (trail["gate"], gate) == ("refused", "refused")
        assert not (tmp_path / "models").exists()
        assert confirmed == []  # who serves has learned from them
    (kept,) = registry.runs(f"{NAME}-retraining")
    assert kept.tags["outcome"] == outcome
    assert "## train: done" in kept.tags["mlflow.note.content"]
    assert said[-1].endswith("trail.md")


def test_a_night_without_a_profile_leaves_a_trail_that_says_so(
    registry: Registry, tracking_uri: str, tmp_path: Path
) -> None:
    with pytest.raises(ErasureAwayError):
        retrain(night("127.0.0.1:1", tmp_path, tracking_uri), say=lambda _: None)

    assert trail_of(tmp_path) == {"forget": "failed"}
    assert "nobody says whom to forget" in (tmp_path / "night" / "trail.md").read_text()
    (kept,) = registry.runs(f"{NAME}-retraining")
    assert (kept.tags["outcome"], kept.tags["step"]) == ("failed", "forget")
    assert registry.runs(NAME) == []


def test_a_night_counts_where_it_is_told_to(
    profile: str, registry: Registry, tracking_uri: str, tmp_path: Path
) -> None:
    opened: list[Path] = []

    @contextmanager
    def elsewhere(path: Path, config: LearningConfig) -> Iterator[Source]:
        opened.append(path)
        with this_machine(path, config) as source:
            yield dataclasses.replace(source, engine="elsewhere")

    asked = dataclasses.replace(night(profile, tmp_path, tracking_uri), engine=elsewhere)

    retrain(asked, say=lambda _: None)

    assert opened == [asked.folder / "dataset"]
    assert registry.version(NAME, "challenger") is not None


def test_a_night_whose_engine_fails_says_so(
    profile: str, registry: Registry, tracking_uri: str, tmp_path: Path
) -> None:
    asked = dataclasses.replace(night(profile, tmp_path, tracking_uri), engine=broken)

    with pytest.raises(EngineError):
        retrain(asked, say=lambda _: None)

    assert trail_of(tmp_path) == {"forget": "done", "import": "done", "train": "failed"}
    assert "the cluster is away" in (tmp_path / "night" / "trail.md").read_text()
    assert registry.runs(NAME) == []


def test_a_night_whose_data_break_a_rule_names_nobody_who_broke_it(
    profile: str, registry: Registry, tracking_uri: str, tmp_path: Path
) -> None:
    asked = dataclasses.replace(night(profile, tmp_path, tracking_uri), engine=dated_ahead)

    with pytest.raises(DatasetError, match=r"must not lie in the future \(3 rows\)$"):
        retrain(asked, say=lambda _: None)

    told = "interactions.parquet: occurred_at: must not lie in the future (3 rows)"
    (kept,) = registry.runs(f"{NAME}-retraining")
    for trail in ((tmp_path / "night" / "trail.md").read_text(), kept.tags["mlflow.note.content"]):
        assert told in trail
        assert "customer_id" not in trail


def test_a_night_that_cannot_learn_says_what_is_missing(
    profile: str, registry: Registry, tracking_uri: str, tmp_path: Path
) -> None:
    short_of_history = dataclasses.replace(SMALL, horizon_days=150)
    config = TrainingConfig(learning=short_of_history, name=NAME)
    asked = dataclasses.replace(night(profile, tmp_path, tracking_uri), config=config)

    with pytest.raises(TrainingError, match="the ranker has nothing to learn from"):
        retrain(asked, say=lambda _: None)

    assert trail_of(tmp_path) == {"forget": "done", "import": "done", "train": "failed"}
    assert not registry.is_registered(NAME)
    assert CHAMPION not in (tmp_path / "night" / "trail.md").read_text()
