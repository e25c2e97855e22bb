"""Holds the vectors of customers against those that the model's maker saw."""

from ml.model.drift import VECTOR_STATISTICS, DriftReference
from ml.model.drift_values import vector_values
from services.embedding.domain.model import Model
from services.embedding.domain.retrieval import Retrieved
from services.serving.drift import BinCounter


class VectorWatch:
    """Counts the values of vectors in the bins of the model in force; keeps no vector."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._counter = BinCounter()
        self._watched: tuple[str, DriftReference] | None = None

    def use(self, model: Model) -> None:
        """Watch the vectors of this model from now on."""
        reference = model.bundle.drift
        statistics = () if reference is None else reference.statistics
        watched = [each for each in statistics if each.name in VECTOR_STATISTICS]
        self._counter.use(model.version, watched)
        self._watched = (model.version, reference) if reference and watched else None

    def retrieved(self, found: Retrieved) -> None:
        """Count the vector of an answer; that of a challenger counts for nothing."""
        if self._watched is None or found.vector is None:
            return
        version, reference = self._watched
        if found.model_version == version:
            self._counter.count(version, vector_values(found.vector, reference.axes))
