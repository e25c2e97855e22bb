"""Failures cross the wire and come back the same."""

import dataclasses
from typing import Any
from urllib.parse import quote

import grpc
import pytest
from google.rpc import status_pb2  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from services.serving import errors
from services.serving.channel import ChannelSettings, connect
from services.serving.failures import Failure, FieldViolation, Kind, invalid, not_found
from tests.services.serving import echo
from tests.services.serving.conftest import Serve

REASONS = st.from_regex(r"[A-Z][A-Z_]{2,20}", fullmatch=True)
SENTENCES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
FAILURES = st.builds(
    Failure,
    kind=st.sampled_from(Kind),
    reason=REASONS,
    message=SENTENCES,
    violations=st.lists(
        st.builds(FieldViolation, field=SENTENCES, rule=REASONS, message=SENTENCES), max_size=4
    ).map(tuple),
    metadata=st.dictionaries(SENTENCES, SENTENCES, max_size=4),
    retry_after_seconds=st.none() | st.integers(0, 10_000_000).map(lambda ms: ms / 1_000),
)


class Ended(grpc.RpcError):
    """A call that ended with what a server said."""

    def __init__(self, wire: errors.WireStatus) -> None:
        self.wire = wire

    def code(self) -> grpc.StatusCode:
        return self.wire.code

    def details(self) -> str:
        return self.wire.details

    def trailing_metadata(self) -> Any:
        return (("x-request-id", "1"), self.wire.metadata)


def fields(failure: Failure) -> dict[str, Any]:
    return {each.name: getattr(failure, each.name) for each in dataclasses.fields(failure)}


@given(FAILURES)
def test_any_failure_comes_back_the_same(failure: Failure) -> None:
    assert fields(errors.from_rpc_error(Ended(errors.to_wire(failure)))) == fields(failure)


def test_every_kind_has_a_status_code_of_its_own() -> None:
    assert set(errors.STATUS_CODES) == set(Kind)
    assert len(set(errors.STATUS_CODES.values())) == len(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_failure_of_each_kind_crosses_a_real_connection(kind: Kind, serving: Serve) -> None:
    sent = Failure(
        kind,
        "SOME_REASON",
        "überall: “so”",
        violations=(FieldViolation("a.b[0]", "RULE", "must be ✓"),),
        metadata={"name": "offers/1"},
        retry_after_seconds=1.5,
    )

    def fail(request: Any, context: Any) -> Any:
        raise sent

    server = serving(echo.application(fail))
    settings = ChannelSettings(echo.NAME, "test")
    with connect(f"ipv4:{server.address}", settings) as channel:
        call = channel.unary_unary(echo.ECHO, **echo.CODEC)
        with pytest.raises(Failure) as caught:
            call(echo.text("x"), wait_for_ready=True)

    assert fields(caught.value) == fields(sent)


@pytest.mark.parametrize("letter", ["a", "ü", "🙂", "\ud800"])
def test_what_is_sent_fits_into_the_metadata_that_peers_accept(letter: str) -> None:
    huge = letter * 1_000_000
    violations = [FieldViolation(f"events[{row}]", "RULE", huge) for row in range(20)]
    wire = errors.to_wire(invalid(violations))

    status_bytes = len(wire.metadata[1]) * 4 / 3  # as base64
    assert status_bytes + len(quote(wire.details)) < 7_500
    back = errors.from_rpc_error(Ended(wire))
    assert back.kind is Kind.INVALID
    assert back.reason == "RULE"
    assert back.violations[0].field == "events[0]"
    assert errors.from_rpc_error(Ended(errors.to_wire(not_found("item", huge)))).reason == (
        "ITEM_NOT_FOUND"
    )


def test_details_say_what_fits_the_kind() -> None:
    def names(failure: Failure) -> list[str]:
        status = status_pb2.Status.FromString(errors.to_wire(failure).metadata[1])
        return [each.TypeName().removeprefix("google.rpc.") for each in status.details]

    exhausted = Failure(Kind.EXHAUSTED, "BUDGET_SPENT", "spent", retry_after_seconds=60)
    assert names(not_found("offer", "offers/1")) == ["ErrorInfo"]
    assert names(invalid([FieldViolation("a", "B", "c")])) == ["ErrorInfo", "BadRequest"]
    assert names(Failure(Kind.PRECONDITION, "NO_CONSENT", "no")) == [
        "ErrorInfo",
        "PreconditionFailure",
    ]
    assert names(exhausted) == ["ErrorInfo", "RetryInfo", "QuotaFailure"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, Kind.UNAVAILABLE),
        (grpc.StatusCode.UNAUTHENTICATED, Kind.DENIED),
        (grpc.StatusCode.OUT_OF_RANGE, Kind.INVALID),
        (grpc.StatusCode.UNIMPLEMENTED, Kind.INTERNAL),
        (grpc.StatusCode.UNKNOWN, Kind.INTERNAL),
    ],
)
def test_a_status_that_no_service_of_ours_sent_is_a_failure_too(
    code: grpc.StatusCode, kind: Kind
) -> None:
    garbage = ("grpc-status-details-bin", b"\xff\xff")
    failure = errors.from_rpc_error(Ended(errors.WireStatus(code, "proxy says no", garbage)))

    assert (failure.kind, failure.reason, failure.message) == (kind, code.name, "proxy says no")
