"""Conditions that may speak of facts; where one is written, ``profile`` tells which there are."""

import functools
from collections.abc import Callable, Iterable, Mapping

import grpc
from ofone.profile.v1 import fact_pb2
from ofone.profile.v1 import profile_service_pb2 as messages
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

from services.conditions.cel_conditions import CelConditions
from services.conditions.condition import Facts, Holds
from services.recommendation.domain.condition import needs_of, vocabulary

SAFE_METHODS = ("GetFactCatalogue",)

TYPES: Mapping[int, type] = {
    fact_pb2.FACT_KIND_TEXT: str,
    fact_pb2.FACT_KIND_NUMBER: float,
    fact_pb2.FACT_KIND_WHOLE: float,
    fact_pb2.FACT_KIND_FLAG: bool,
}
"""What a condition holds a fact of each kind against."""


class FactConditions:
    """The port ``ChangingConditions``; for one that speaks of no fact nobody is asked."""

    def __init__(
        self, life_stages: Iterable[str], fact_kinds: Callable[[], Mapping[str, type]]
    ) -> None:
        """Take what conditions may speak of.

        Args:
            life_stages: those that are looked for.
            fact_kinds: tells by key the types of the facts that may be known; may fail.
        """
        self._life_stages = tuple(life_stages)
        self._fact_kinds = fact_kinds
        self._factless = CelConditions(vocabulary(self._life_stages))

    def as_of_now(self) -> "FactConditions":
        """See ``ports.conditions.ChangingConditions.as_of_now``."""
        return FactConditions(self._life_stages, functools.cache(self._fact_kinds))

    def check(self, source: str) -> None:
        """See ``ports.conditions.Conditions.check``.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when it is not known which facts there are.
        """
        if needs_of([source]).facts:
            CelConditions(vocabulary(self._life_stages, self._fact_kinds())).check(source)
        else:
            self._factless.check(source)

    def about(self, facts: Facts) -> Holds:
        """See ``ports.conditions.Conditions.about``."""
        return self._factless.about(facts)


class FactCatalogueClient:
    """Tells which facts there are, over gRPC."""

    def __init__(self, channel: grpc.Channel) -> None:
        """Take a channel to ``profile``."""
        self._stub = ProfileServiceStub(channel)

    def kinds(self) -> dict[str, type]:
        """Return the type of each key; one of a kind that nobody here knows is left out.

        Raises:
            Failure: when ``profile`` is away.
        """
        keys = self._stub.GetFactCatalogue(messages.GetFactCatalogueRequest()).keys
        return {each.key: TYPES[each.kind] for each in keys if each.kind in TYPES}
