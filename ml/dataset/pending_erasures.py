"""Whom training is to forget, as the profile service tells, and the word that it has."""

from collections.abc import Sequence
from dataclasses import dataclass

import grpc
from ofone.profile.v1 import privacy_pb2
from ofone.profile.v1 import profile_service_pb2 as messages
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from ml.dataset.rpc_reason import rpc_reason

HOLDER = "training"
"""What training is called as one that keeps something about customers."""
PAGE_SIZE = 1_000


class ErasureAwayError(Exception):
    """The profile service could not be asked, or told; nothing is lost, the next try does it."""


@dataclass(frozen=True, slots=True)
class PendingErasures:
    """Whom to forget."""

    names: tuple[str, ...] = ()
    """``erasures/{erasure}`` of each."""
    customer_ids: frozenset[str] = frozenset()
    """Every name that any of them bore."""


def pending_erasures(channel: grpc.Channel) -> PendingErasures:
    """Return the erasures that training has not confirmed.

    Args:
        channel: To the profile service.

    Returns:
        All of them; none from a service of before there were erasures.

    Raises:
        ErasureAwayError: when it cannot be asked.
    """
    stub = ProfileServiceStub(channel)
    request = messages.ListErasuresRequest(pending_holder=HOLDER, page_size=PAGE_SIZE)
    found: list[privacy_pb2.Erasure] = []
    try:
        while True:
            page = stub.ListErasures(request)
            found += page.erasures
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.UNIMPLEMENTED:
            return PendingErasures()
        raise ErasureAwayError(f"nobody says whom to forget: {rpc_reason(error)}") from error
    return PendingErasures(
        tuple(each.name for each in found),
        frozenset(customer for each in found for customer in each.customer_ids),
    )


def confirm_erasures(
    channel: grpc.Channel, names: Sequence[str], *, line_count: int, model_version: str
) -> None:
    """Say that customers are forgotten here.

    Args:
        channel: To the profile service.
        names: Of the erasures.
        line_count: Lines that were removed from data sets for all of them together.
        model_version: The first published model that learned nothing from them.

    Raises:
        ErasureAwayError: when it cannot be told.
    """
    stub = ProfileServiceStub(channel)
    removal = privacy_pb2.Removal(holder=HOLDER, place=_place(names), count=line_count)
    try:
        for name in names:
            stub.ConfirmErasure(
                messages.ConfirmErasureRequest(
                    name=name, holder=HOLDER, removals=[removal], model_version=model_version
                )
            )
    except grpc.RpcError as error:
        raise ErasureAwayError(f"an erasure cannot be confirmed: {rpc_reason(error)}") from error


def _place(names: Sequence[str]) -> str:
    """Return where lines were removed; those of several customers are not told apart."""
    return "dataset lines" if len(names) == 1 else f"dataset lines, of {len(names)} customers"
