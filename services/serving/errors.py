"""Failures on the wire: one table of kinds and status codes, read in both directions.

A failure travels as ``google.rpc.Status`` in the trailing metadata, with ``ErrorInfo`` (domain
``ofone``) and the detail that fits its kind, and comes back as an equal failure.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

import grpc
from google.protobuf import any_pb2, duration_pb2, message
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from services.serving.failures import Failure, FieldViolation, Kind

DOMAIN = "ofone"
DETAILS_KEY = "grpc-status-details-bin"
MAX_STATUS_BYTES = 4_096
"""Metadata beyond 8 KiB is refused by peers; base64 makes 5.4 KiB of this, the message the rest."""
MAX_MESSAGE_BYTES = 1_024
"""Limit of the sentence in its percent-encoded form on the wire."""

MAX_DETAIL_CHARACTERS = 256
"""Limit of one violation's sentence and of one metadata value, so that many fit."""

STATUS_CODES = {
    Kind.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Kind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Kind.ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    Kind.STALE: grpc.StatusCode.ABORTED,
    Kind.PRECONDITION: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Kind.DENIED: grpc.StatusCode.PERMISSION_DENIED,
    Kind.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Kind.LATE: grpc.StatusCode.DEADLINE_EXCEEDED,
    Kind.CANCELLED: grpc.StatusCode.CANCELLED,
    Kind.INTERNAL: grpc.StatusCode.INTERNAL,
}
_KINDS = {code: kind for kind, code in STATUS_CODES.items()} | {
    # Codes that only other people's servers and proxies send.
    grpc.StatusCode.UNAUTHENTICATED: Kind.DENIED,
    grpc.StatusCode.OUT_OF_RANGE: Kind.INVALID,
}


class WireStatus(NamedTuple):
    """What a server answers instead of a response."""

    code: grpc.StatusCode
    details: str
    metadata: tuple[str, bytes]


def to_wire(failure: Failure) -> WireStatus:
    """Return code, sentence and trailing metadata of ``failure``, cut to what peers accept."""
    code = STATUS_CODES[failure.kind]
    sentence = _cut(failure.message)
    status = status_pb2.Status(code=code.value[0], message=sentence)
    budget = MAX_STATUS_BYTES
    for detail in _details(failure, sentence):
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
        if status.ByteSize() > budget:
            del status.details[-1]
    return WireStatus(code, sentence, (DETAILS_KEY, status.SerializeToString()))


def from_rpc_error(error: Any) -> Failure:
    """Return the failure that a call ended with, also when no server of ours answered.

    Args:
        error: The ``grpc.RpcError`` that a call raised, which is a ``grpc.Call`` as well.
    """
    code = error.code()
    failure = Failure(_KINDS.get(code, Kind.INTERNAL), code.name, error.details() or code.name)
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY:
            return _with_details(failure, value)
    return failure


def _details(failure: Failure, sentence: str) -> Iterable[message.Message]:
    """Yield the details, the most important first."""
    metadata = {
        _clean(key): _clean(value[:MAX_DETAIL_CHARACTERS])
        for key, value in failure.metadata.items()
    }
    yield error_details_pb2.ErrorInfo(domain=DOMAIN, reason=failure.reason, metadata=metadata)
    if failure.retry_after_seconds is not None:
        delay = duration_pb2.Duration()
        delay.FromNanoseconds(round(failure.retry_after_seconds * 1e9))
        yield error_details_pb2.RetryInfo(retry_delay=delay)
    subject = metadata.get("name", "")
    if failure.kind is Kind.PRECONDITION:
        broken = error_details_pb2.PreconditionFailure.Violation(
            type=failure.reason, subject=subject, description=sentence
        )
        yield error_details_pb2.PreconditionFailure(violations=[broken])
    if failure.kind is Kind.EXHAUSTED:
        quota = error_details_pb2.QuotaFailure.Violation(subject=subject, description=sentence)
        yield error_details_pb2.QuotaFailure(violations=[quota])
    if failure.violations:
        yield _bad_request(failure.violations)


def _bad_request(violations: tuple[FieldViolation, ...]) -> error_details_pb2.BadRequest:
    """Return as many violations as fit into half of the budget."""
    request = error_details_pb2.BadRequest()
    for each in violations:
        request.field_violations.add(
            field=_clean(each.field),
            reason=each.rule,
            description=_clean(each.message[:MAX_DETAIL_CHARACTERS]),
        )
        if request.ByteSize() > MAX_STATUS_BYTES // 2:
            del request.field_violations[-1]
            break
    return request


def _with_details(failure: Failure, serialized: bytes) -> Failure:
    try:
        status = status_pb2.Status.FromString(serialized)
    except message.DecodeError:
        return failure  # some proxy's; code and sentence are still right
    failure.message = status.message
    info = error_details_pb2.ErrorInfo()
    bad_request = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    for detail in status.details:
        if detail.Unpack(info):
            failure.reason = info.reason
            failure.metadata = dict(info.metadata)
        elif detail.Unpack(bad_request):
            failure.violations = tuple(
                FieldViolation(each.field, each.reason, each.description)
                for each in bad_request.field_violations
            )
        elif detail.Unpack(retry):
            failure.retry_after_seconds = retry.retry_delay.ToNanoseconds() / 1e9
    return failure


def _clean(text: str) -> str:
    """Replace what UTF-8 cannot carry (lone surrogates)."""
    return text.encode("utf-8", "replace").decode()


def _cut(sentence: str) -> str:
    """Return ``sentence`` short enough for a header."""
    sentence = _clean(sentence[:MAX_MESSAGE_BYTES])
    while len(quote(sentence)) > MAX_MESSAGE_BYTES:
        sentence = sentence[: len(sentence) * 3 // 4] + "…"
    return sentence
