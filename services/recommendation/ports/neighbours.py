"""What deciding needs of the other services: customers, candidates and the catalogue."""

from collections.abc import Sequence
from typing import Protocol

from ml.model.history import History
from services.recommendation.domain.customer import Customer, Subject
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.ranking import ItemAttributes, Proposal


class CustomerReader(Protocol):
    """Knows customers."""

    def read(self, subject: Subject, timeout_seconds: float) -> Customer:
        """Return the state of a customer; a newcomer for an identifier never seen before.

        Raises:
            Failure: of kind ``NOT_FOUND`` for an unknown id; of another kind when it is away or
                late.
        """
        ...


class Proposer(Protocol):
    """Knows what lies close to what."""

    def propose(
        self,
        history: History,
        moment: Moment,
        timeout_seconds: float,
        *,
        model_version: str = "",
        source_size: int | None = None,
    ) -> Proposal:
        """Return items worth ranking, only such as are in stock, own ones at the head.

        Args:
            history: the customer's.
            moment: of the decision.
            timeout_seconds: how long to wait.
            model_version: the model that shall propose; where it is not loaded, and when this is
                empty, the champion does. The proposal says which did.
            source_size: how many items each source proposes; ``None`` for as many as usual.

        Raises:
            Failure: when it is away or late.
        """
        ...

    def last_known(self, item_ids: Sequence[str]) -> ItemAttributes:
        """Return what earlier answers said of these items; nothing is asked for."""
        ...


class Catalogue(Protocol):
    """Knows which items there are."""

    def unknown(self, item_ids: Sequence[str]) -> str | None:
        """Return the first of ``item_ids`` that it found not to exist, ``None`` when all do.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when it is away.
        """
        ...

    def has_items(self, *, category: str = "", brand: str = "") -> bool:
        """Return whether any item is of that category, or of that brand.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when it is away.
        """
        ...
