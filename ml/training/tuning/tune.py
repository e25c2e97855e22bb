"""Choosing the model's hyperparameters by the data set's own validation part.

What is tried is scored as a model is judged in the end, but on customers or at a moment that no
test question asks about: see ``ml.evaluation.validation``.
"""

import dataclasses
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from ml.dataset.dataset import Dataset
from ml.dataset.digest import digest
from ml.dataset.rules import Fold
from ml.evaluation.comparison import judge
from ml.evaluation.metrics import MAIN_METRIC
from ml.evaluation.question import Question, default_protocol, questions
from ml.evaluation.validation import validation_question
from ml.model.bundle import BundleError
from ml.training.learned import Ofone
from ml.training.learning import LearningConfig, TrainingError
from ml.training.training_config import TrainingConfig
from ml.training.tuning.search import (
    Choice,
    Keeping,
    Number,
    Plan,
    SearchError,
    Space,
    Trial,
    Value,
    Values,
    Whole,
    search,
)
from ml.training.versions.provenance import code_digest, flat_parameters

SPACE: Space = {
    "weighting": Choice(("cosine", "tfidf", "bm25")),
    "factors.factors": Whole(32, 128, is_log=True),
    "factors.regularization": Number(0.05, 20.0, is_log=True),
    "factors.alpha": Number(0.5, 40.0, is_log=True),
    "ranker.trees": Whole(60, 300, is_log=True),
    "ranker.leaves": Whole(7, 63, is_log=True),
    "ranker.learning_rate": Number(0.03, 0.2, is_log=True),
    "ranker.l2": Number(0.5, 50.0, is_log=True),
    "ranker.feature_fraction": Number(0.3, 0.9),
}
"""Fields of ``LearningConfig``, nested ones as ``outer.inner``, and what may be tried for each."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a search chose."""

    config: TrainingConfig
    """With the best values."""
    best: Trial
    asked: str
    """Name of the question that was used."""
    customers: int
    """How many it asked about."""


def tune(dataset: Dataset, config: TrainingConfig, *, trials: int, keeping: Keeping) -> Tuned:
    """Return the configuration that does best on the validation part.

    Args:
        dataset: its test customers' truth is not used.
        config: where the search begins, and what is not searched.
        trials: how many in all, those that are kept included; the first is ``config`` itself.
        keeping: of the trials.

    Raises:
        SearchError: when the histories are too short to choose by, or nothing could be learned.
        SplitError: when nobody could be asked in the end.
    """
    asked = _asked(dataset, config)
    if asked is None:
        raise SearchError(
            "interactions.parquet: the histories are too short to choose by: no earlier basket of "
            f"{dataset.interactions['customer_id'].nunique():,} customers can be asked about"
        )
    start = values_of(config.learning)

    def worth(values: Values) -> float:
        ofone = Ofone(with_values(config.learning, values))
        try:
            return float(judge(ofone, [asked]).scores[MAIN_METRIC].mean())
        except (TrainingError, BundleError):
            return math.nan

    space = _reaching(start)
    study = _study(dataset, config, asked, space)
    plan = Plan(study, trials, [start], seed=config.learning.seed)
    best = search(space, worth, plan, keeping)
    learning = with_values(config.learning, best.values)
    chosen = dataclasses.replace(config, learning=learning)
    return Tuned(chosen, best, asked.name, len(asked.truth))


def values_of(learning: LearningConfig) -> dict[str, Value]:
    """Return what a configuration has for the fields of ``SPACE``."""
    found: dict[str, Value] = {}
    for name in SPACE:
        holder: object = learning
        *outer, field = name.split(".")
        for each in outer:
            holder = getattr(holder, each)
        found[name] = getattr(holder, field)
    return found


def with_values(learning: LearningConfig, values: Values) -> LearningConfig:
    """Return the configuration with these values, named as in ``SPACE``."""
    inner: dict[str, dict[str, Value]] = {}
    for name, value in values.items():
        outer, _, field = name.rpartition(".")
        inner.setdefault(outer, {})[field] = value
    own: dict[str, object] = dict(inner.pop("", {}))
    for outer, fields in inner.items():
        own[outer] = dataclasses.replace(getattr(learning, outer), **fields)
    return dataclasses.replace(learning, **own)  # type: ignore[arg-type]  # as SPACE's test proves


def _asked(dataset: Dataset, config: TrainingConfig) -> Question | None:
    """Return the question to choose by; whoever is asked in any fold's test is left out of it."""
    horizon_days = config.learning.horizon_days
    protocol = config.protocol or default_protocol(dataset)
    question = questions(dataset, protocol, horizon_days=horizon_days)[0]
    if not dataset.folds:
        return validation_question(question, None, horizon_days=horizon_days)
    tested = {customer for fold in dataset.folds for customer in fold.test}
    first = dataset.folds[0]
    clean = Fold(
        tuple(each for each in first.train if each not in tested),
        tuple(each for each in first.val if each not in tested),
        first.test,
    )
    return validation_question(question, clean, horizon_days=horizon_days)


def _reaching(start: Mapping[str, Value]) -> Space:
    """Return ``SPACE``, wide enough for where the search begins; from 0 on nothing doubles."""
    found = dict(SPACE)
    for name, value in start.items():
        each = found[name]
        if isinstance(each, Whole):
            low, high = min(each.low, int(value)), max(each.high, int(value))
            found[name] = Whole(low, high, is_log=each.is_log and low > 0)
        elif isinstance(each, Number):
            least, most = min(each.low, float(value)), max(each.high, float(value))
            found[name] = Number(least, most, is_log=each.is_log and least > 0)
    return found


def _study(dataset: Dataset, config: TrainingConfig, asked: Question, space: Space) -> str:
    """Return a name for all that a score depends on: data, question, code, what is not searched.

    And for what is searched by adding and what by doubling, which trials of one study share.
    """
    fixed = {
        name: value
        for name, value in flat_parameters(config.learning).items()
        if name not in SPACE and name != "show_progress"
    }
    doubled = [name for name, each in space.items() if not isinstance(each, Choice) and each.is_log]
    parts = (digest(dataset), asked.name, sorted(fixed.items()), code_digest(), doubled)
    identity = "|".join(map(str, parts))
    return f"ofone {hashlib.sha256(identity.encode()).hexdigest()[:16]} {asked.name}"
