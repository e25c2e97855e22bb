"""How a training run is done: what is learned and how, under which name, and what it is asked."""

from dataclasses import dataclass, field

from ml.evaluation.question import Protocol
from ml.training.learning import LearningConfig


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A training run."""

    learning: LearningConfig = field(default_factory=LearningConfig)
    name: str = "ofone"
    """Of the registered model and of the experiment."""
    protocol: Protocol | None = None
    """``None`` takes ``calendar`` for dated data."""
