"""Spark as the engine of a run: opens a dataset folder, and counts what is known of everybody."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.dataset.folder import read_description, read_folds
from ml.dataset.learnable import check_learnable
from ml.model.bundle import Bundle
from ml.spark.artefacts import fit_artefacts
from ml.spark.digest import digest
from ml.spark.folder import read_purchases
from ml.spark.histories import histories_of
from ml.spark.known import Everybody
from ml.spark.limits import check_config
from ml.spark.rules import check
from ml.spark.sampling import drawn_customers
from ml.spark.session import SparkError, spark_session
from ml.spark.settings import PREFIX, SparkSettings
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import Purchases
from ml.training.learning import LearningConfig
from ml.training.source import Source
from services.serving.settings import SettingsError, load_settings


@contextmanager
def spark_engine(path: Path, config: LearningConfig) -> Iterator[Source]:
    """Give a dataset folder of any size; settings are read from the environment.

    Args:
        path: the folder, which driver and executors see under the same name.
        config: how bundles are learned.

    Raises:
        DatasetError: when the folder breaks rules, or nothing can be learned from it.
        SplitError: when targets of dated data have no dates.
        SparkError: when a setting is malformed, the configuration asks for what Spark has not, or a
            job fails.
    """
    check_config(config)
    settings = _settings()
    description = read_description(path)
    with spark_session(settings, show_progress=config.show_progress) as session:
        purchases = read_purchases(session, path, dated=description.dated)
        now = datetime.now(UTC)
        check(purchases, dated=description.dated, now=now)
        at_hand = drawn_customers(purchases, path, count=settings.customer_count)
        check_learnable(at_hand, now=now)
        histories = histories_of(purchases, partition_count=settings.partition_count)
        everybody = Everybody.of(histories, at_hand, read_folds(path))
        attributes = item_attributes(at_hand.items)

        def make(known: Dataset, purchases: Purchases, now_seconds: int) -> Bundle:  # noqa: ARG001
            return fit_artefacts(everybody.known(known, now_seconds), attributes, config, settings)

        yield Source("spark", at_hand, digest(purchases, at_hand), make)


def _settings() -> SparkSettings:
    try:
        return load_settings(SparkSettings, PREFIX, os.environ)
    except SettingsError as error:
        raise SparkError(str(error)) from error
