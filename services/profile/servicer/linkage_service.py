"""The methods of ``ofone.profile.v1.LinkageService``."""
# ruff: noqa: ARG002, N802  # gRPC's signatures and names

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import grpc
from ofone.profile.v1 import linkage_service_pb2 as pb
from ofone.profile.v1 import linkage_service_pb2_grpc as pb_grpc

from services.profile.domain.defaults import Defaults
from services.profile.domain.history.events import MICROS, NOBODY, CustomerId
from services.profile.domain.linkage.linkage_record import linkage_record
from services.profile.domain.linkage.probable_links import LinkageRun
from services.profile.domain.people.identity import IdentityKey
from services.profile.ports.identities import LinkageStore
from services.profile.servicer.messages.linkage_messages import found_links, record_message
from services.serving.paging import damaged_token, decode_token, encode_token
from services.serving.validation import Check

NAME = pb.DESCRIPTOR.services_by_name["LinkageService"].full_name
CUSTOMERS_A_PAGE = 500
MAX_VERSION_CHARACTERS = 128
_QUERY = ("ExportLinkageRecords",)


@dataclass(frozen=True, slots=True)
class LinkageServicer(pb_grpc.LinkageServiceServicer):
    """Gives what may be compared of customers, and keeps what came of it."""

    store: LinkageStore
    identity: IdentityKey
    defaults: Defaults
    clock: Callable[[], datetime]

    def ExportLinkageRecords(
        self, request: pb.ExportLinkageRecordsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ExportLinkageRecordsResponse]:
        """Stream what may be compared of each customer."""
        after = _position(request.resume_token)
        now_micros = self._now_micros()
        while page := self.store.sources(after=after, most=CUSTOMERS_A_PAGE):
            after = page[-1].customer.customer_id
            records = (
                linkage_record(each, self.defaults, self.identity.code, now_micros=now_micros)
                for each in page
            )
            yield pb.ExportLinkageRecordsResponse(
                records=[record_message(each) for each in records if each],
                resume_token=encode_token([after], query=_QUERY),
            )

    def RecordProbableLinks(
        self, request: pb.RecordProbableLinksRequest, context: grpc.ServicerContext
    ) -> pb.RecordProbableLinksResponse:
        """Keep links that a run found probable."""
        check = Check()
        try:
            run_id = str(uuid.UUID(request.run_id))
        except ValueError:
            check.fail("run_id", "MALFORMED" if request.run_id else "REQUIRED", "must be a UUID")
        version = check.line(
            "model_version", request.model_version, most=MAX_VERSION_CHARACTERS, required=True
        )
        links = found_links(check, request.links)
        check.done()
        run = LinkageRun(run_id, version, self._now_micros())
        found = self.store.keep(run, links, is_last=request.is_last)
        return pb.RecordProbableLinksResponse(
            kept_count=found.kept_count, removed_count=found.removed_count
        )

    def _now_micros(self) -> int:
        return round(self.clock().timestamp() * MICROS)


def _position(token: str) -> CustomerId:
    """Return behind whom the stream goes on.

    Raises:
        Failure: of kind ``INVALID``, when the token is damaged.
    """
    match decode_token(token, query=_QUERY, field="resume_token"):
        case None:
            return NOBODY
        case [str() as customer_id]:
            return CustomerId(customer_id)
        case _:
            raise damaged_token("resume_token")
