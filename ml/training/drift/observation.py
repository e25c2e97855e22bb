"""What a model would have answered at past visits, as the values that are watched."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle
from ml.model.candidates import Moment
from ml.model.drift_values import Yardstick, vector_values
from ml.training.drift.visits import Visit
from ml.training.lessons.asking import Asking


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Values of one statistic over some answers.

    Attributes:
        values: float64 [n].
        days: int64 [n], the day of each visit, counted from 1970.
        customers: int64 [n], whose visit it was, as rows.
    """

    values: NDArray[np.float64]
    days: NDArray[np.int64]
    customers: NDArray[np.int64]


def observed_at(visits: Sequence[Visit], values: Sequence[float]) -> Observed:
    """Return a value for each visit."""
    return Observed(
        np.array(values, np.float64),
        np.array([visit.day for visit in visits], np.int64),
        np.array([visit.customer for visit in visits], np.int64),
    )


class Observer:
    """Answers past visits with a bundle, as the services would."""

    def __init__(self, bundle: Bundle, axes: NDArray[np.float32]) -> None:
        """Take the model, and float32 [axes, factors] that vectors are projected on."""
        self._asking = Asking.of(bundle)
        self._axes = axes
        self._yardstick = Yardstick.of(bundle)

    def observe(self, visits: Iterable[Visit]) -> dict[str, Observed]:
        """Return the values of all visits by statistic; one that nobody has is not there."""
        values: dict[str, list[float]] = defaultdict(list)
        whose: dict[str, list[Visit]] = defaultdict(list)
        for visit in visits:
            for name, value in self._values(visit).items():
                values[name].append(value)
                whose[name].append(visit)
        return {name: observed_at(whose[name], each) for name, each in values.items()}

    def _values(self, visit: Visit) -> dict[str, float]:
        answer = self._asking.about(visit.history, Moment(store=visit.store), visit.seconds)
        found = answer.candidates
        values = self._yardstick.answer_values(visit.history, found.item_ids, answer.probabilities)
        if found.vector is not None:
            values |= vector_values(found.vector, self._axes)
        return values
