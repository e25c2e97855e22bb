"""The methods of ``ofone.profile.v1.SegmentService``."""
# ruff: noqa: ARG002, N802  # gRPC's signatures and names

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import grpc
from ofone.profile.v1 import segment_service_pb2 as pb
from ofone.profile.v1 import segment_service_pb2_grpc as pb_grpc

from services.conditions.condition import ConditionMistake
from services.profile.domain.history.events import MICROS, NOBODY, CustomerId
from services.profile.domain.personas.segment import LEAST_CUSTOMERS, Segment, belongs, rounded
from services.profile.domain.privacy.consent import MARKETING, ConsentPolicy, Purpose
from services.profile.domain.privacy.erasure import Access
from services.profile.ports.personas import PersonaRules, SegmentStore
from services.profile.ports.privacy import PrivacyStore
from services.serving import caller
from services.serving.failures import Failure, Kind
from services.serving.validation import Check

NAME = pb.DESCRIPTOR.services_by_name["SegmentService"].full_name
CUSTOMERS_A_PAGE = 500
NAMES_A_MESSAGE = 1_000
MAX_RULE_CHARACTERS = 4_096

Asking = pb.CountSegmentRequest | pb.ExportSegmentRequest


@dataclass(frozen=True, slots=True)
class SegmentServicer(pb_grpc.SegmentServiceServicer):
    """Counts and names groups of customers."""

    store: SegmentStore
    privacy: PrivacyStore
    rules: PersonaRules
    policy: ConsentPolicy
    clock: Callable[[], datetime]
    least_customers: int = LEAST_CUSTOMERS
    """Smaller groups are refused."""

    def CountSegment(
        self, request: pb.CountSegmentRequest, context: grpc.ServicerContext
    ) -> pb.CountSegmentResponse:
        """Return how many customers a rule holds of."""
        return pb.CountSegmentResponse(rounded_count=rounded(len(self._names(request))))

    def ExportSegment(
        self, request: pb.ExportSegmentRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ExportSegmentResponse]:
        """Stream the names of the customers that a rule holds of.

        It takes as long as the caller reads, and who is erased meanwhile is named no more.
        """
        names = self._names(request)
        now_micros = round(self.clock().timestamp() * MICROS)
        access, access_id = Access("ExportSegment", caller.current(), now_micros), uuid.uuid4().hex
        for start in range(0, len(names), NAMES_A_MESSAGE):
            part = names[start : start + NAMES_A_MESSAGE]
            left = self.privacy.note_accesses(part, access, access_id)
            yield pb.ExportSegmentResponse(customers=[f"customers/{name}" for name in left])

    def _names(self, request: Asking) -> list[CustomerId]:
        """Return who is in a group, by name.

        Raises:
            Failure: of kind ``INVALID``, when the rule cannot be used; of kind ``PRECONDITION``,
                when the group is too small to be told.
        """
        segment = self._segment(request)
        now_seconds = int(self.clock().timestamp())
        names: list[CustomerId] = []
        after = NOBODY
        while page := self.store.records(after=after, most=CUSTOMERS_A_PAGE):
            names += [
                record.customer_id
                for record in page
                if belongs(
                    record,
                    segment,
                    policy=self.policy,
                    reading=self.rules.about,
                    now_seconds=now_seconds,
                )
            ]
            after = page[-1].customer_id
        if len(names) < self.least_customers:
            raise Failure(
                Kind.PRECONDITION,
                "GROUP_TOO_SMALL",
                f"a group of fewer than {self.least_customers} customers is not told",
            )
        return names

    def _segment(self, request: Asking) -> Segment:
        check, asked = Check(), request.segment
        rule = check.text("segment.rule", asked.rule, most=MAX_RULE_CHARACTERS, required=True)
        try:
            if rule:
                self.rules.check(rule)
        except ConditionMistake as mistake:
            check.fail("segment.rule", mistake.rule, str(mistake))
        marketing = None
        if asked.marketing:
            if asked.marketing not in set(map(int, MARKETING)):
                check.fail("segment.marketing", "NO_MARKETING", "must be a purpose of marketing")
            else:
                marketing = Purpose(asked.marketing)
        check.done()
        return Segment(rule, marketing)
