"""What may be compared is read from the profile service, and what came of it is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from ofone.profile.v1 import event_pb2, linkage_pb2
from ofone.profile.v1 import linkage_service_pb2 as messages
from ofone.profile.v1.linkage_service_pb2_grpc import (
    LinkageServiceServicer,
    add_LinkageServiceServicer_to_server,
)

from ml.dataset.linkage_records import LinkageRecord, record_table
from ml.dataset.linkage_stream import (
    LINKS_A_CALL,
    LinkageAwayError,
    read_records,
    send_links,
)

TOLD = [linkage_pb2.LinkageRecord(customer=f"customers/{name}") for name in ("anna", "bert")]


class FakeLinkage(LinkageServiceServicer):
    """Tells of ``TOLD``, one at a time, and goes away as often as it is told to.

    That is behind each record, or before it.
    """

    def __init__(self) -> None:
        self.cuts = 0
        self.is_cut_before = False
        self.code = grpc.StatusCode.UNAVAILABLE
        self.recorded: list[messages.RecordProbableLinksRequest] = []

    def ExportLinkageRecords(  # noqa: N802  # gRPC's name
        self, request: messages.ExportLinkageRecordsRequest, context: grpc.ServicerContext
    ) -> Iterator[messages.ExportLinkageRecordsResponse]:
        for number in range(int(request.resume_token or 0), len(TOLD)):
            if self.is_cut_before:
                self._cut(context)
            yield messages.ExportLinkageRecordsResponse(
                records=[TOLD[number]], resume_token=str(number + 1)
            )
            self._cut(context)

    def _cut(self, context: grpc.ServicerContext) -> None:
        if self.cuts:
            self.cuts -= 1
            context.abort(self.code, "going away")

    def RecordProbableLinks(  # noqa: N802  # gRPC's name
        self, request: messages.RecordProbableLinksRequest, context: grpc.ServicerContext
    ) -> messages.RecordProbableLinksResponse:
        if self.cuts:
            context.abort(self.code, "going away")
        self.recorded.append(request)
        return messages.RecordProbableLinksResponse(
            kept_count=len(request.links), removed_count=3 * request.is_last
        )


@pytest.fixture
def fake() -> FakeLinkage:
    return FakeLinkage()


@pytest.fixture
def channel(fake: FakeLinkage) -> Iterator[grpc.Channel]:
    server = grpc.server(ThreadPoolExecutor(1))
    add_LinkageServiceServicer_to_server(fake, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    server.stop(None)


def test_a_record_is_read_as_it_was_told(
    channel: grpc.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = linkage_pb2.SharedTrace
    told = linkage_pb2.LinkageRecord(
        customer="customers/anna",
        shared_traces=[
            trace(kind=event_pb2.IDENTIFIER_KIND_DEVICE, code="tablet"),
            trace(kind=event_pb2.IDENTIFIER_KIND_WIFI_LOGIN, code="login"),
        ],
        facts=[
            linkage_pb2.LinkageFact(key="postcode", code="abc"),
            linkage_pb2.LinkageFact(key="birth_year", number=1980),
        ],
        store_code="s",
        daypart="weekday evening",
        item_codes=["tea", "rye"],
        basket_count=7,
    )
    monkeypatch.setitem(globals(), "TOLD", [told])
    (record,) = read_records(channel)
    assert record == LinkageRecord(
        "anna",
        ("tablet",),
        ("login",),
        {"postcode": "abc"},
        {"birth_year": 1980.0},
        "s",
        "weekday evening",
        ("tea", "rye"),
        7,
    )
    (row,) = record_table([record]).to_dict("records")
    assert row["equal_postcode"] == "abc"
    assert row["near_birth_year"] == 1980.0
    assert row["items"] == ["tea", "rye"]


def test_the_order_in_which_records_come_never_shows() -> None:
    one, other = LinkageRecord("anna", store="s"), LinkageRecord("bert", codes={"postcode": "a"})
    assert record_table([other, one]).equals(record_table([one, other]))


def test_a_stream_that_broke_off_goes_on_behind_what_came(
    channel: grpc.Channel, fake: FakeLinkage
) -> None:
    fake.cuts = 1
    pauses: list[float] = []
    found = read_records(channel, wait=pauses.append)
    assert [each.customer_id for each in found] == ["anna", "bert"]
    assert pauses == [1]


def test_a_long_stream_may_break_off_any_number_of_times_as_long_as_something_comes(
    channel: grpc.Channel, fake: FakeLinkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "TOLD", TOLD * 5)
    fake.cuts = 9
    pauses: list[float] = []
    assert len(read_records(channel, wait=pauses.append)) == 10
    assert pauses == [1] * 9


def test_a_service_that_comes_back_is_waited_for(channel: grpc.Channel, fake: FakeLinkage) -> None:
    fake.cuts, fake.is_cut_before = 4, True
    pauses: list[float] = []
    assert len(read_records(channel, wait=pauses.append)) == 2
    assert pauses == [1, 2, 4, 8]


def test_a_service_that_stays_away_is_told_in_a_sentence(
    channel: grpc.Channel, fake: FakeLinkage
) -> None:
    fake.cuts, fake.is_cut_before = 9, True
    pauses: list[float] = []
    with pytest.raises(LinkageAwayError, match="UNAVAILABLE: going away"):
        read_records(channel, wait=pauses.append)
    assert pauses == [1, 2, 4, 8]
    assert fake.cuts == 4
    with pytest.raises(LinkageAwayError, match="links cannot be told"):
        send_links(channel, [], model_version="linkage-1")


def test_what_is_refused_is_not_tried_again(channel: grpc.Channel, fake: FakeLinkage) -> None:
    fake.cuts, fake.code = 2, grpc.StatusCode.PERMISSION_DENIED
    pauses: list[float] = []
    with pytest.raises(LinkageAwayError, match="PERMISSION_DENIED"):
        read_records(channel, wait=pauses.append)
    assert fake.cuts == 1
    assert not pauses


def test_many_links_are_told_in_calls_of_one_run(channel: grpc.Channel, fake: FakeLinkage) -> None:
    links = [
        messages.ProbableLink(customer=f"customers/{row}") for row in range(LINKS_A_CALL * 2 + 1)
    ]
    kept, removed = send_links(channel, links, model_version="linkage-1")
    assert (kept, removed) == (len(links), 3)
    assert [len(each.links) for each in fake.recorded] == [LINKS_A_CALL, LINKS_A_CALL, 1]
    assert [each.is_last for each in fake.recorded] == [False, False, True]
    assert len({each.run_id for each in fake.recorded}) == 1
    assert fake.recorded[0].model_version == "linkage-1"


def test_a_run_that_found_nobody_says_so_too(channel: grpc.Channel, fake: FakeLinkage) -> None:
    assert send_links(channel, [], model_version="linkage-1") == (0, 3)
    assert [each.is_last for each in fake.recorded] == [True]
