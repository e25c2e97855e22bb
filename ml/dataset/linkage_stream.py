"""What may be compared of customers, from the profile service; and probable links, back to it.

Nothing of it is kept on disk: the records are in memory until the run ends.
"""

import time
import uuid
from collections.abc import Callable, Sequence

import grpc
from ofone.profile.v1 import event_pb2, linkage_pb2
from ofone.profile.v1 import linkage_service_pb2 as messages
from ofone.profile.v1.linkage_service_pb2_grpc import LinkageServiceStub

from ml.dataset.linkage_records import LinkageRecord
from ml.dataset.rpc_reason import rpc_reason

LINKS_A_CALL = 1_000
PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""Before a stream that broke off is taken up again behind what came, each time that nothing came
in between: a service that is deployed anew is back by then."""
_DEVICES = frozenset(
    {
        event_pb2.IDENTIFIER_KIND_DEVICE,
        event_pb2.IDENTIFIER_KIND_BROWSER,
        event_pb2.IDENTIFIER_KIND_APP_INSTALL,
    }
)
_PREFIX = "customers/"


class LinkageAwayError(Exception):
    """The profile service could not be asked, or told; the next run does it."""


def read_records(
    channel: grpc.Channel, *, wait: Callable[[float], object] = time.sleep
) -> list[LinkageRecord]:
    """Return what may be compared of every customer who allows it.

    Args:
        channel: to the profile service.
        wait: lets so many seconds pass.

    Raises:
        LinkageAwayError: when the stream broke off and could not be taken up again.
    """
    stub = LinkageServiceStub(channel)
    records: list[LinkageRecord] = []
    token, pauses = "", iter(PAUSES_SECONDS)
    while True:
        try:
            request = messages.ExportLinkageRecordsRequest(resume_token=token)
            for part in stub.ExportLinkageRecords(request):
                records += map(_record, part.records)
                token, pauses = part.resume_token, iter(PAUSES_SECONDS)
        except grpc.RpcError as error:
            pause = next(pauses, None)
            if pause is None or error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise LinkageAwayError(f"customers cannot be read: {rpc_reason(error)}") from error
            wait(pause)
        else:
            return records


def send_links(
    channel: grpc.Channel, links: Sequence[messages.ProbableLink], *, model_version: str
) -> tuple[int, int]:
    """Tell the profile service which links are probable, in the place of what it was told before.

    Args:
        channel: to the profile service.
        links: all that a run found.
        model_version: what found them.

    Returns:
        How many were kept, and how many of earlier runs were removed.

    Raises:
        LinkageAwayError: when it cannot be told; what was told before stays then.
    """
    stub, run_id = LinkageServiceStub(channel), str(uuid.uuid4())
    starts = range(0, max(len(links), 1), LINKS_A_CALL)
    kept = removed = 0
    try:
        for start in starts:
            request = messages.RecordProbableLinksRequest(
                run_id=run_id,
                model_version=model_version,
                links=links[start : start + LINKS_A_CALL],
                is_last=start == starts[-1],
            )
            answer = stub.RecordProbableLinks(request)
            kept, removed = kept + answer.kept_count, removed + answer.removed_count
    except grpc.RpcError as error:
        raise LinkageAwayError(f"links cannot be told: {rpc_reason(error)}") from error
    return kept, removed


def _record(message: linkage_pb2.LinkageRecord) -> LinkageRecord:
    facts = {each.key: each for each in message.facts}
    return LinkageRecord(
        message.customer.removeprefix(_PREFIX),
        tuple(each.code for each in message.shared_traces if each.kind in _DEVICES),
        tuple(each.code for each in message.shared_traces if each.kind not in _DEVICES),
        {key: fact.code for key, fact in facts.items() if fact.HasField("code")},
        {key: fact.number for key, fact in facts.items() if fact.HasField("number")},
        message.store_code,
        message.daypart,
        tuple(message.item_codes),
        message.basket_count,
    )
