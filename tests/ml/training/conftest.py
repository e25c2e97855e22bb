"""A real MLflow on SQLite: made once, copied for every test that needs one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ml.model.bundle import Bundle
from ml.model.bundle_folder import write_bundle
from ml.training.registry import (
    BUNDLE_ARTIFACT,
    CHALLENGER,
    QUESTION_TAG,
    SCORES_ARTIFACT,
    RegisteredVersion,
    Registry,
)

NAME = "ofone"

MLFLOW_WARNS = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
"""MLflow uses what its own dependencies have announced to remove."""

Register = Callable[..., RegisteredVersion]


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
    """Give a function that registers a bundle as challenger, with scores as a run leaves them."""

    def challenger(
        bundle: Bundle, *, recall: list[float], baseline: list[float], question: str = "the same"
    ) -> RegisteredVersion:
        folder = tmp_path / "run" / bundle.facts.version
        write_bundle(folder / BUNDLE_ARTIFACT, bundle)
        scores = [
            pd.DataFrame(
                {
                    "model": model,
                    "customer": [f"customer-{place:04d}" for place in range(len(values))],
                    "recall@10": values,
                }
            )
            for model, values in (("ofone", recall), ("personal-then-popular", baseline))
        ]
        pd.concat(scores).to_parquet(folder / SCORES_ARTIFACT, index=False)
        with registry.run(NAME, run_name="made up", tags={QUESTION_TAG: question}) as run_id:
            registry.log(run_id, folder=folder)
        version = registry.register(NAME, run_id, bundle.facts.version)
        registry.set_alias(NAME, CHALLENGER, version.number)
        return version

    return challenger
