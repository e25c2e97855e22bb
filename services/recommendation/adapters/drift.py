"""Holds what answers look like against what the model's maker saw."""

from ml.model.drift import ANSWER_STATISTICS
from ml.model.drift_values import Yardstick
from ml.model.history import History
from services.recommendation.adapters.served_model import ServedModel
from services.recommendation.domain.ranking import Ranking
from services.serving.drift import BinCounter


class AnswerWatch:
    """Counts the values of answers in the bins of the model in use; keeps nothing else of them."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._counter = BinCounter()
        self._watched: tuple[str, Yardstick] | None = None

    def use(self, model: ServedModel) -> None:
        """Watch the answers of this model from now on."""
        reference = model.bundle.drift
        statistics = () if reference is None else reference.statistics
        watched = [each for each in statistics if each.name in ANSWER_STATISTICS]
        self._counter.use(model.version, watched)
        self._watched = (model.version, Yardstick.of(model.bundle)) if watched else None

    def answered(self, history: History, ranking: Ranking) -> None:
        """Count an answer; that of a challenger counts for nothing.

        Args:
            history: of its customer, not empty.
            ranking: what it was chosen from.
        """
        if self._watched is None or not ranking.item_ids:
            return
        version, yardstick = self._watched
        if ranking.model_version == version:
            values = yardstick.answer_values(history, ranking.item_ids, ranking.probabilities)
            self._counter.count(version, values)
