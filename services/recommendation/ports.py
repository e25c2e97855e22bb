"""What deciding needs of the world."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from ml.model.candidates import Candidates
from ml.model.history import History
from services.conditions.condition import Facts, Holds
from services.recommendation.domain.comparison import Answered, Likeness
from services.recommendation.domain.customer import Customer, Subject
from services.recommendation.domain.degradation import Degradation
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.offer import Offer, OfferId, StoredOffer
from services.recommendation.domain.question import Question, QuestionId, StoredQuestion
from services.recommendation.domain.ranking import ItemAttributes, Proposal, Ranking
from services.recommendation.domain.verdict import Considered


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


class Conditions(Protocol):
    """Understands the language of audiences and variants."""

    def check(self, source: str) -> None:
        """Return when ``source`` can be used.

        Raises:
            ConditionMistake: with the position of the first mistake.
        """
        ...

    def about(self, facts: Facts) -> Holds:
        """Return what says whether a condition holds, each evaluated at most once."""
        ...


class OfferStore(Protocol):
    """Keeps offers."""

    def create(self, offer: Offer) -> StoredOffer:
        """Keep a new offer.

        Raises:
            Failure: of kind ``ALREADY_EXISTS``.
        """
        ...

    def get(self, offer_id: OfferId) -> StoredOffer:
        """Return an offer.

        Raises:
            Failure: of kind ``NOT_FOUND``.
        """
        ...

    def replace(self, offer: Offer, *, revision: int) -> StoredOffer:
        """Keep ``offer`` in the place of the one with that revision.

        Raises:
            Failure: of kind ``NOT_FOUND``; of kind ``STALE``, when another revision is there.
        """
        ...

    def page(self, *, after: str, count: int, archived: bool) -> list[StoredOffer]:
        """Return up to ``count`` offers by id behind ``after``; archived ones only if wanted."""
        ...

    def changed_since(self, revision: int) -> list[StoredOffer]:
        """Return the offers that changed after ``revision``, by revision."""
        ...


class OfferBook(Protocol):
    """The offers in use, at hand without reading the store."""

    def active(self) -> Sequence[Offer]:
        """Return all offers in use, by id."""
        ...

    def refresh(self) -> None:
        """Take in what changed; while the store is away, what was known stays."""
        ...


class QuestionStore(Protocol):
    """Keeps questions."""

    def create(self, question: Question) -> StoredQuestion:
        """Keep a new question.

        Raises:
            Failure: of kind ``ALREADY_EXISTS``, also when one with that id was deleted.
        """
        ...

    def get(self, question_id: QuestionId) -> StoredQuestion:
        """Return a question.

        Raises:
            Failure: of kind ``NOT_FOUND``, also for a deleted one.
        """
        ...

    def replace(
        self, question: Question, *, revision: int, is_deleted: bool = False
    ) -> StoredQuestion:
        """Keep ``question`` in the place of the one with that revision, or as deleted.

        Raises:
            Failure: of kind ``NOT_FOUND``; of kind ``STALE``, when another revision is there.
        """
        ...

    def page(self, *, after: str, count: int) -> list[StoredQuestion]:
        """Return up to ``count`` questions by id behind ``after``."""
        ...

    def changed_since(self, revision: int) -> list[StoredQuestion]:
        """Return the questions that changed after ``revision``, by revision, deleted ones too."""
        ...


class QuestionBook(Protocol):
    """The questions there are, at hand without reading the store."""

    def by_id(self) -> Mapping[str, Question]:
        """Return all questions, also those that are not asked any more."""
        ...

    def refresh(self) -> None:
        """Take in what changed; while the store is away, what was known stays."""
        ...


class LoggedDecision(NamedTuple):
    """A decision as it was logged."""

    decision_id: str
    create_seconds: int
    """When it was taken in, since 1970."""
    content: bytes


class DecisionLog(Protocol):
    """Keeps what was said."""

    def add(self, decision_id: str, customer_id: str, content: bytes) -> None:
        """Take a decision; never waits, and drops it (counted) when too many wait already."""
        ...

    def find(self, decision_id: str) -> bytes | None:
        """Return the content of a decision, ``None`` when there is none.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when the store is away.
        """
        ...

    def of_customer(
        self, customer_id: str, *, before: tuple[int, str] | None, count: int
    ) -> Sequence[LoggedDecision]:
        """Return decisions logged under a name, latest first; those of this moment may lack.

        Args:
            customer_id: the name.
            before: only what comes after this place: second and id of the last one of a page.
            count: at most so many.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when the store is away.
        """
        ...


class Telemetry(Protocol):
    """Counts what happens."""

    def stage(self, name: str, seconds: float) -> None:
        """Note how long a stage took: snapshot, retrieve, rank or select."""
        ...

    def degraded(self, kind: Degradation) -> None:
        """Count an answer that had to do without something."""
        ...

    def answered(self, history: History, ranking: Ranking) -> None:
        """Note what an answer that lacked nothing looks like.

        Args:
            history: of its customer, not empty.
            ranking: what it was chosen from.
        """
        ...

    def decided(self, considered: Sequence[Considered], *, offered: bool) -> None:
        """Count a decision and its verdicts."""
        ...


Clock = Callable[[], float]
"""Seconds since some moment; only grows."""
