"""Where a run's data come from, and what counts them: this machine, or a cluster.

A cluster hands over the histories of some customers, enough to teach a ranker and to ask
questions, and makes the arrays of a bundle from those of all.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset
from ml.dataset.learnable import check_learnable
from ml.training.learning import Artefacts, LearningConfig


class EngineError(Exception):
    """An engine cannot do its part; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A data set, ready to be learned from."""

    engine: str
    """What counts; a run of another engine is another run."""
    dataset: Dataset
    """All customers or those drawn of them, each with every basket; all attributes of items."""
    digest: str
    """Of all customers."""
    artefacts: Artefacts | None = None
    """As in ``learn``."""


Engine = Callable[[Path, LearningConfig], AbstractContextManager[Source]]
"""Opens a dataset folder; refuses data that break rules, and configurations it cannot follow."""


@contextmanager
def this_machine(path: Path, config: LearningConfig) -> Iterator[Source]:  # noqa: ARG001
    """Give a dataset folder, read whole.

    Raises:
        DatasetError: when the folder breaks rules, or nothing can be learned from it.
    """
    dataset = read_dataset(path)
    check_learnable(dataset, now=datetime.now(UTC))
    yield Source("machine", dataset, digest(dataset))
