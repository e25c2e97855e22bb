"""What a call that failed said, in one line."""

import grpc


def rpc_reason(error: grpc.RpcError) -> str:
    """Return code and details, such as ``UNAVAILABLE: the database is away``."""
    return f"{error.code().name}: {error.details()}" if isinstance(error, grpc.Call) else str(error)
