"""The log of who looked at a customer, as ``profile`` keeps it."""

import grpc
from ofone.profile.v1 import profile_service_pb2 as messages
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

SAFE_METHODS = ("RecordAccess",)
TIMEOUT_SECONDS = 2.0
"""People wait, and for one row."""


class AccessClient:
    """The port ``AccessLog`` over gRPC."""

    def __init__(self, channel: grpc.Channel) -> None:
        """Take a channel to ``profile``."""
        self._stub = ProfileServiceStub(channel)

    def note(self, customer_id: str, method: str, caller: str) -> None:
        """See ``ports.decisions.AccessLog.note``."""
        request = messages.RecordAccessRequest(
            parent=f"customers/{customer_id}", method=method, caller=caller
        )
        self._stub.RecordAccess(request, timeout=TIMEOUT_SECONDS)
