"""What deciding needs of models: the one in force, and the challenger beside it."""

from typing import Protocol

from ml.model.candidates import Candidates
from ml.model.history import History
from services.recommendation.domain.comparison import Answered, Likeness
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.ranking import Proposal, Ranking


class Model(Protocol):
    """A model in use."""

    @property
    def version(self) -> str:
        """Its version."""
        ...

    def candidates(self, history: History, moment: Moment) -> Candidates:
        """Return items worth ranking from the model alone; stock is not known."""
        ...

    def rank(self, history: History, proposal: Proposal, now_seconds: int) -> Ranking:
        """Return the proposed items with their probabilities."""
        ...


class ModelSource(Protocol):
    """Knows the model of the moment."""

    @property
    def value(self) -> Model | None:
        """The model in force; ``None`` before there is one."""
        ...


class Trial(Protocol):
    """Knows the challenger that stands beside the champion."""

    def challenger_for(self, customer_id: str) -> Model | None:
        """Return the challenger when it shall answer this customer, ``None`` for the champion."""
        ...

    def answered(self, answered: Answered, challenger: Model | None) -> None:
        """Count or compare an answer; never waits.

        Args:
            answered: the answer.
            challenger: what ``challenger_for`` said of its customer.
        """
        ...


class Shadow(Protocol):
    """Compares answers with what the challenger would have said."""

    def consider(self, answered: Answered) -> None:
        """Take an answer of the champion; never waits, and drops it (counted) when many wait."""
        ...


class TrialTelemetry(Protocol):
    """Counts what becomes of a challenger."""

    def answered(self, model: str) -> None:
        """Count an answer to a customer of the challenger's share: by challenger or champion."""
        ...

    def compared(
        self, likeness: Likeness, *, champion_seconds: float, challenger_seconds: float
    ) -> None:
        """Note a comparison, and how long each side took for candidates and ranking."""
        ...

    def not_compared(self, outcome: str) -> None:
        """Count a comparison that was not made: dropped, failed or unmatched."""
        ...
