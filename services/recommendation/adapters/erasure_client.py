"""Erasures, as ``profile`` tells of them."""

from collections.abc import Mapping

import grpc
from ofone.profile.v1 import privacy_pb2
from ofone.profile.v1 import profile_service_pb2 as messages
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.recommendation.domain.erasure import Erasure

SAFE_METHODS = ("ListErasures", "ConfirmErasure")
HOLDER = "recommendation"
"""What this service is called as one that keeps something about customers."""
MOST_AT_ONCE = 20
"""Erasures of one look; the next look finds the others."""
TIMEOUT_SECONDS = 5.0


class ErasureClient:
    """The role ``ErasureSource`` over gRPC."""

    def __init__(self, channel: grpc.Channel) -> None:
        """Take a channel to ``profile``."""
        self._stub = ProfileServiceStub(channel)

    def pending(self) -> list[Erasure]:
        """See ``ErasureSource.pending``."""
        request = messages.ListErasuresRequest(pending_holder=HOLDER, page_size=MOST_AT_ONCE)
        found = self._stub.ListErasures(request, timeout=TIMEOUT_SECONDS).erasures
        return [_erasure(each) for each in found]

    def confirm(self, erasure_id: str, counts: Mapping[str, int]) -> None:
        """See ``ErasureSource.confirm``."""
        request = messages.ConfirmErasureRequest(
            name=f"erasures/{erasure_id}",
            holder=HOLDER,
            removals=[
                privacy_pb2.Removal(holder=HOLDER, place=table, count=count)
                for table, count in counts.items()
            ],
        )
        self._stub.ConfirmErasure(request, timeout=TIMEOUT_SECONDS)


def _erasure(message: privacy_pb2.Erasure) -> Erasure:
    return Erasure(
        message.name.removeprefix("erasures/"),
        message.create_time.ToMicroseconds() / 1e6,
        tuple(message.customer_ids),
    )
