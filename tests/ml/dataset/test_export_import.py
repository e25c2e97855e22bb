"""What the profile service exports becomes a data set, also when the stream is cut on the way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from ofone.profile.v1 import profile_service_pb2 as messages

from ml.dataset.digest import digest
from ml.dataset.export_import import (
    ExportCutError,
    ExportEmptyError,
    ExportQuery,
    import_export,
)
from ml.dataset.folder import read_dataset
from tests.ml.dataset import corner_shop


def line(
    customer: str, basket: str, item: str, *, day: int, quantity: float = 1.0
) -> messages.Interaction:
    made = messages.Interaction(
        customer_id=customer, basket_id=f"till/{basket}", item_id=item, quantity=quantity
    )
    made.occurred_at.FromDatetime(datetime(2026, 1, day, tzinfo=UTC))
    return made


CHUNKS = (
    [line("ann", "a2", "tea", day=5), line("ann", "a1", "tea", day=1, quantity=2)],
    [line("ann", "a1", "milk", day=1), line("ann", "a1", "milk", day=1, quantity=3)],
    [line("bob", "b1", "coffee", day=3)],
)
CHUNKS[0][0].unit_price = 2.5
CHUNKS[0][0].store = "north"


class FakeProfile:
    """Exports ``CHUNKS``, and goes away before the chunk it is told to."""

    def __init__(self) -> None:
        self.chunks = list(CHUNKS)
        self.cut_before: int | None = None
        self.requests: list[messages.ExportInteractionsRequest] = []

    def export_interactions(
        self, request: messages.ExportInteractionsRequest, context: grpc.ServicerContext
    ) -> Iterator[messages.ExportInteractionsResponse]:
        self.requests.append(request)
        for number in range(int(request.resume_token or 0), len(self.chunks)):
            if number == self.cut_before:
                context.abort(grpc.StatusCode.UNAVAILABLE, "going away")
            yield messages.ExportInteractionsResponse(
                interactions=self.chunks[number], resume_token=str(number + 1)
            )


@pytest.fixture
def profile() -> FakeProfile:
    return FakeProfile()


@pytest.fixture
def channel(profile: FakeProfile) -> Iterator[grpc.Channel]:
    handler = grpc.unary_stream_rpc_method_handler(
        profile.export_interactions,
        request_deserializer=messages.ExportInteractionsRequest.FromString,
        response_serializer=messages.ExportInteractionsResponse.SerializeToString,
    )
    server = grpc.server(ThreadPoolExecutor(1))
    server.add_registered_method_handlers(
        "ofone.profile.v1.ProfileService", {"ExportInteractions": handler}
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as made:
        yield made
    server.stop(None).wait()


def test_the_stream_becomes_a_data_set(channel: grpc.Channel, tmp_path: Path) -> None:
    dataset = import_export(channel, tmp_path / "data", items=corner_shop.items())

    columns = ["customer_id", "basket_id", "sequence", "item_id", "quantity"]
    assert dataset.interactions[columns].values.tolist() == [
        ["ann", "till/a1", 0, "milk", 4.0],
        ["ann", "till/a1", 0, "tea", 2.0],
        ["ann", "till/a2", 1, "tea", 1.0],
        ["bob", "till/b1", 0, "coffee", 1.0],
    ]
    assert dataset.interactions["unit_price"].notna().tolist() == [False, False, True, False]
    assert dataset.interactions["store"].dropna().tolist() == ["north"]
    assert digest(read_dataset(tmp_path / "data")) == digest(dataset)
    assert [each.name for each in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("cut_before", [0, 1, 2])
def test_a_stream_that_was_cut_goes_on_where_it_stopped(
    profile: FakeProfile, channel: grpc.Channel, tmp_path: Path, cut_before: int
) -> None:
    whole = import_export(channel, tmp_path / "whole")
    profile.cut_before = cut_before
    with pytest.raises(
        ExportCutError, match=r"lines \(UNAVAILABLE: going away\); they are kept in"
    ):
        import_export(channel, tmp_path / "data")
    assert not (tmp_path / "data").exists()
    profile.cut_before = None

    resumed = import_export(channel, tmp_path / "data")

    assert profile.requests[-1].resume_token == (str(cut_before) if cut_before else "")
    assert digest(resumed) == digest(whole)
    assert not (tmp_path / "data.partial").exists()


def test_what_was_kept_of_another_query_is_not_gone_on_with(
    profile: FakeProfile, channel: grpc.Channel, tmp_path: Path
) -> None:
    profile.cut_before = 2
    with pytest.raises(ExportCutError):
        import_export(channel, tmp_path / "data")
    profile.cut_before = None
    query = ExportQuery(end_time=datetime(2026, 2, 1, tzinfo=UTC))

    import_export(channel, tmp_path / "data", query=query)

    assert profile.requests[-1].resume_token == ""
    assert profile.requests[-1].end_time.ToDatetime(UTC) == query.end_time
    assert not profile.requests[-1].HasField("start_time")


def test_an_export_of_nothing_is_an_error_and_leaves_nothing(
    profile: FakeProfile, channel: grpc.Channel, tmp_path: Path
) -> None:
    profile.chunks = []

    with pytest.raises(ExportEmptyError):
        import_export(channel, tmp_path / "data")

    assert list(tmp_path.iterdir()) == []
