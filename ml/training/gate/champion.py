"""The champion, asked what the challenger is asked: by a bundle that cannot know the answers.

What the champion serves mostly learned from the very baskets that are asked for, for it was trained
yesterday and the questions hide the last weeks. Then the bundle answers that its run was evaluated
with: the same recipe, of the same night, learned before the run's own cut.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.evaluation.question import Now
from ml.model.bundle import Bundle, BundleError
from ml.model.bundle_folder import read_bundle
from ml.model.ranker import Ranker
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import purchases_of, tells_no_date
from ml.training.learned import BundleRecommender, Observe, overlook
from ml.training.versions.promotion_log import standing
from ml.training.versions.registry import RegisteredVersion, Registry
from ml.training.versions.run_contents import BUNDLE_ARTIFACT, EVALUATION_BUNDLE_ARTIFACT


@dataclass(frozen=True, slots=True, eq=False)
class Champion:
    """The registered champion as a training run meets it."""

    version: RegisteredVersion
    served: Bundle | None
    """What the services load; ``None`` where a run cannot have it."""
    evaluated: Bundle | None
    """What its own run was evaluated with; ``None`` where a run cannot have it."""
    missing: str = ""
    """Why a bundle that its run kept cannot be had; empty where each can."""

    def answering(self, cut: datetime | None) -> tuple[Bundle | None, str]:
        """Return which bundle may answer, or none, and a sentence which it is or why none may.

        Args:
            cut: the moment from which on nothing may be known; ``None`` for undated data, where no
                bundle tells what it has seen.
        """
        if self.served is None:
            return None, self.missing
        if cut is None:
            return None, "undated data do not tell what it has seen"
        fault = _fault(self.served, cut)
        if not fault:
            return self.served, "its bundle in service saw nothing from the cut on"
        if self.evaluated is None:
            return None, self.missing or f"it {fault}"
        fault = _fault(self.evaluated, cut)
        if fault:
            return None, f"even its evaluation bundle {fault}"
        return self.evaluated, "the bundle its own run was evaluated with answered"


def find_champion(registry: Registry, name: str) -> Champion | None:
    """Return the champion with all of it that can be had; ``None`` where there is no champion.

    Args:
        registry: where it is registered.
        name: of the model.

    Raises:
        RegistryError: when the champion's version was deleted, or MLflow is away.
    """
    version = standing(registry, name).champion if registry.is_registered(name) else None
    if version is None:
        return None
    if not registry.has_artifact(version.run_id, BUNDLE_ARTIFACT):
        return Champion(version, None, None, "its run keeps no bundle any more")
    try:
        served = _bundle(registry, version, BUNDLE_ARTIFACT)
    except BundleError as error:
        return Champion(version, None, None, f"its bundle cannot be read: {error}")
    if not registry.has_artifact(version.run_id, EVALUATION_BUNDLE_ARTIFACT):
        return Champion(version, served, None)
    try:
        evaluated = _bundle(registry, version, EVALUATION_BUNDLE_ARTIFACT)
    except BundleError as error:
        return Champion(version, served, None, f"its evaluation bundle cannot be read: {error}")
    return Champion(version, served, evaluated)


class FixedModel:
    """A finished bundle as a recommender: it takes histories and learns nothing."""

    def __init__(self, name: str, bundle: Bundle, *, observe: Observe = overlook) -> None:
        """Take a name for tables and the bundle; ``observe`` is told of every ranking."""
        self.name = name
        self._bundle = bundle
        self._observe = observe
        self._answering: BundleRecommender | None = None

    def fit(self, history: Dataset, now: Now) -> None:
        """Take the histories that are known at ``now``."""
        self._answering = BundleRecommender(
            self._bundle,
            purchases_of(history),
            now,
            catalogue=item_attributes(history.items),
            observe=self._observe,
        )

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        """See ``Recommender.recommend``; a call before ``fit`` knows nobody and nothing."""
        answering = self._answering
        if answering is None:
            return [[] for _ in customer_ids]
        return [answering.rank(customer, count) for customer in customer_ids]


def _fault(bundle: Bundle, cut: datetime) -> str:
    """Return why a bundle may not answer, as the rest of a sentence; empty where it may."""
    if tells_no_date(bundle.facts.as_of_seconds):
        return "learned from undated data, which do not tell what it has seen"
    if bundle.facts.as_of_seconds >= cut.timestamp():
        return "learned from the baskets that are asked for"
    return ""


def _bundle(registry: Registry, version: RegisteredVersion, artifact: str) -> Bundle:
    """Download and read a bundle whose ranker this code can use.

    Raises:
        BundleError: when it cannot be used.
    """
    with tempfile.TemporaryDirectory() as temporary:
        bundle = read_bundle(registry.download(version.run_id, artifact, Path(temporary)))
    Ranker(bundle.ranker)
    return bundle
