"""A real MLflow on SQLite: made once, copied for every test that needs one."""

import dataclasses
import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ml.model.bundle import Bundle
from ml.model.bundle_folder import write_bundle
from ml.training.gate.evidence import Comparison, Measured, scores_of, write_measured, write_scores
from ml.training.gate.reliability import Reliability
from ml.training.gate.subgroups import KINDS, KNOWN_BASKETS
from ml.training.versions.registry import CHALLENGER, CHAMPION, RegisteredVersion, Registry
from ml.training.versions.run_contents import BUNDLE_ARTIFACT, QUESTION_TAG

NAME = "ofone"

MLFLOW_WARNS = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
"""MLflow uses what its own dependencies have announced to remove."""

Register = Callable[..., RegisteredVersion]

GOOD, FAIR, BAD = [0.3, 0.5] * 20, [0.28, 0.48] * 20, [0.1, 0.2] * 20
"""Scores of forty customers; each row surely better than the next."""

SOUND = Measured(
    comparison=Comparison(champion="", answered=False, note=""),
    fold_in_difference=1e-6,
    answer_ms_p95=2.0,
    champion_answer_ms_p95=None,
    reliability=Reliability((0.1, 0.5), (0.1, 0.4), error=0.05, by_chance=0.02),
)
"""Figures that no line of the gate refuses."""

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    Registry(f"sqlite:///{path}")
    return path


@pytest.fixture
def tracking_uri(empty_database: Path, tmp_path: Path) -> str:
    path = tmp_path / "mlflow" / "mlflow.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    return f"sqlite:///{path}"


@pytest.fixture
def registry(tracking_uri: str) -> Registry:
    return Registry(tracking_uri)


@pytest.fixture
def register(registry: Registry, tmp_path: Path) -> Register:
    """Give a function that registers a bundle as challenger, with what a run leaves for the gate.

    ``champion`` are the champion's scores of the same customers, where it was asked; ``baskets``
    are the numbers of known baskets of all of them by turns.
    """

    def challenger(
        bundle: Bundle,
        *,
        recall: list[float],
        baseline: list[float],
        champion: list[float] | None = None,
        question: str = "the same",
        baskets: tuple[str, ...] = ("3-10",),
        **figures: Any,  # fields of `Measured`
    ) -> RegisteredVersion:
        folder = tmp_path / "run" / f"{bundle.facts.version}-{next(_NUMBERS)}"
        write_bundle(folder / BUNDLE_ARTIFACT, bundle)
        scores = {"ofone": recall, "personal-then-popular": baseline}
        if champion is not None:
            scores["champion"] = champion
        write_scores({name: [_scores(each, baskets)] for name, each in scores.items()}, folder)
        holder = registry.version(NAME, CHAMPION) if registry.is_registered(NAME) else None
        comparison = Comparison(
            champion=holder.number if holder else "",
            answered=champion is not None,
            note="it learned from the baskets that are asked for",
        )
        write_measured(dataclasses.replace(SOUND, comparison=comparison, **figures), folder)
        with registry.run(NAME, run_name="made up", tags={QUESTION_TAG: question}) as run_id:
            registry.log(run_id, folder=folder)
        version = registry.register(NAME, run_id, bundle.facts.version)
        registry.set_alias(NAME, CHALLENGER, version.number)
        return version

    return challenger


def number_of(registry: Registry, alias: str) -> str | None:
    """Return the number of the version that bears an alias."""
    version = registry.version(NAME, alias)
    return version.number if version else None


def _scores(recall: list[float], baskets: tuple[str, ...]) -> pd.DataFrame:
    customers = [f"customer-{place:04d}" for place in range(len(recall))]
    groups = pd.DataFrame(dict.fromkeys(KINDS), index=customers, dtype="object")
    groups[KNOWN_BASKETS] = [baskets[place % len(baskets)] for place in range(len(recall))]
    scores = pd.DataFrame({"recall@10": recall}, index=customers)
    codes = {customer: customer for customer in customers}
    return scores_of(scores, groups, codes=codes, is_newcomer=False)
