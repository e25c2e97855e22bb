"""Customers, as ``profile`` knows them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import grpc
import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2, fact_pb2, profile_service_pb2
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from ml.model.history import History
from ml.model.household import at_home
from services.conditions.condition import Value
from services.recommendation.domain.condition import Needs
from services.recommendation.domain.customer import (
    AskedQuestion,
    Customer,
    Exposure,
    Identifier,
    Subject,
    Traits,
    newcomer,
)
from services.serving.failures import Failure, Kind, not_found

SERVICE = "ofone.profile.v1.ProfileService"
SAFE_METHODS = ("GetSnapshot",)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_CHANNELS = {
    customer_pb2.CONSENT_PURPOSE_MARKETING_EMAIL: "email",
    customer_pb2.CONSENT_PURPOSE_MARKETING_SMS: "sms",
    customer_pb2.CONSENT_PURPOSE_MARKETING_PUSH: "push",
    customer_pb2.CONSENT_PURPOSE_MARKETING_PHONE: "phone",
    customer_pb2.CONSENT_PURPOSE_MARKETING_POST: "post",
}


class ProfileClient:
    """The port ``CustomerReader`` over gRPC."""

    def __init__(self, channel: grpc.Channel, needs: Callable[[], Needs]) -> None:
        """Take a channel to ``profile``, and what says what conditions ask for now."""
        self._stub = ProfileServiceStub(channel)
        self._needs = needs

    def read(self, subject: Subject, timeout_seconds: float) -> Customer:
        """See ``ports.neighbours.CustomerReader.read``."""
        request = _request(subject)
        needs = self._needs()
        request.with_personas, request.with_life_stages = needs.personas, needs.life_stages
        request.with_facts = needs.facts
        request.with_household = True
        try:
            response = self._stub.GetSnapshot(request, timeout=timeout_seconds)
        except Failure as failure:
            if failure.kind is not Kind.NOT_FOUND:
                raise
            if isinstance(subject, Identifier):
                return newcomer()
            raise not_found("customer", f"customers/{subject}") from failure
        return replace(
            customer_of(response.snapshot),
            personas=_personas(response.snapshot) if needs.personas else None,
            life_stages=_life_stages(response.snapshot) if needs.life_stages else None,
            facts=_facts(response.snapshot) if needs.facts else None,
        )


def customer_of(told: customer_pb2.Snapshot) -> Customer:
    """Return what a decision needs of a snapshot and may use; ``profile`` sends no more either."""
    snapshot = told if told.personalisation_allowed else _without_history(told)
    traits = snapshot.traits
    return Customer(
        customer_id=snapshot.customer.removeprefix("customers/"),
        version=snapshot.version,
        update_time=_moment(snapshot.update_time) if snapshot.HasField("update_time") else None,
        personalisation_allowed=snapshot.personalisation_allowed,
        marketing_allowed=frozenset(
            _CHANNELS[purpose] for purpose in snapshot.marketing_allowed if purpose in _CHANNELS
        ),
        history=at_home(_history(snapshot), _brought(snapshot)),
        exposures={each.offer_id: _exposure(each) for each in snapshot.exposures},
        traits=Traits(
            basket_count=traits.basket_count,
            item_count=traits.item_count,
            total_spend=traits.total_spend,
            mean_gap_days=traits.mean_gap_days,
            mean_basket_size=traits.mean_basket_size,
            discounted_basket_share=traits.discounted_basket_share,
            home_store=traits.home_store,
            main_channel=traits.main_channel,
            first_purchase_seconds=_seconds(traits, "first_purchase_time"),
            last_purchase_seconds=_seconds(traits, "last_purchase_time"),
            tendencies={field.name: value for field, value in snapshot.tendencies.ListFields()},
        ),
        asked={each.question_id: _asked(each) for each in snapshot.asked_questions},
    )


def _without_history(told: customer_pb2.Snapshot) -> customer_pb2.Snapshot:
    return customer_pb2.Snapshot(
        customer=told.customer,
        version=told.version,
        update_time=told.update_time if told.HasField("update_time") else None,
        marketing_allowed=told.marketing_allowed,
        exposures=told.exposures,
        asked_questions=told.asked_questions,
    )


def _request(subject: Subject) -> profile_service_pb2.GetSnapshotRequest:
    if isinstance(subject, str):
        return profile_service_pb2.GetSnapshotRequest(customer=f"customers/{subject}")
    kind = event_pb2.IdentifierKind.Value(f"IDENTIFIER_KIND_{subject.kind}")
    identifier = event_pb2.Identifier(kind=kind, value=subject.value)
    return profile_service_pb2.GetSnapshotRequest(identifier=identifier)


def _personas(snapshot: customer_pb2.Snapshot) -> dict[str, float]:
    """Return what is told; of who does not allow it nothing is, and then all is 0."""
    return {each.persona.removeprefix("personas/"): each.probability for each in snapshot.personas}


def _life_stages(snapshot: customer_pb2.Snapshot) -> dict[str, float]:
    """Return what is told; what a customer does not allow to be known is not there."""
    return {each.name: each.probability for each in snapshot.life_stages}


def _facts(snapshot: customer_pb2.Snapshot) -> dict[str, Value]:
    """Return what is told; texts casefolded, for ``profile`` regards no case either."""
    return {
        each.key: _value(each.value) for each in snapshot.facts if each.value.WhichOneof("kind")
    }


def _value(value: fact_pb2.FactValue) -> Value:
    if value.HasField("text"):
        return value.text.casefold()
    return value.flag if value.HasField("flag") else value.number


def _history(snapshot: customer_pb2.Snapshot) -> History:
    traits = snapshot.traits
    return History(
        item_ids=list(snapshot.item_ids),
        # numpy takes a packed field whole, a tenth of the time that a list of its numbers takes.
        basket_counts=np.array(snapshot.basket_counts, np.float32),
        first_seconds=np.array(snapshot.first_bought_seconds, np.int64),
        last_seconds=np.array(snapshot.last_bought_seconds, np.int64),
        recent_basket_seconds=np.array(snapshot.recent_basket_seconds, np.int64),
        recent_basket_sizes=np.array(snapshot.recent_basket_sizes, np.int64),
        recent_basket_items=np.array(snapshot.recent_basket_items, np.int64),
        basket_count=traits.basket_count,
        first_basket_seconds=_seconds(traits, "first_purchase_time") or 0,
    )


def _brought(snapshot: customer_pb2.Snapshot) -> dict[str, int]:
    """Return when others last brought an item home."""
    told = snapshot.household_purchases
    return dict(zip(told.item_ids, told.last_bought_seconds, strict=True))


def _exposure(exposure: customer_pb2.Exposure) -> Exposure:
    return Exposure(
        tuple(exposure.impression_seconds),
        exposure.last_redemption_seconds,
        exposure.last_dismissal_seconds,
    )


def _asked(asked: customer_pb2.AskedQuestion) -> AskedQuestion:
    return AskedQuestion(
        asked.answer_id, asked.answered_seconds, asked.unanswered_count, asked.last_asked_seconds
    )


def _moment(time: Timestamp) -> datetime:
    """Return a point in time, in a fifth of the time that ``ToDatetime`` takes."""
    return _EPOCH + timedelta(seconds=time.seconds, microseconds=time.nanos // 1_000)


def _seconds(traits: customer_pb2.Traits, name: str) -> int | None:
    moment: Timestamp = getattr(traits, name)
    return moment.seconds if traits.HasField(name) else None  # type: ignore[arg-type]  # its names
