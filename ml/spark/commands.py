"""The command of ``python -m ml`` that can have its counting done by Spark."""

from functools import partial

from ml.spark.engine import spark_engine
from ml.spark.session import SparkError
from ml.training import learning_commands
from services.serving.settings import SettingsError

KNOWN_ERRORS = (*learning_commands.KNOWN_ERRORS, SettingsError, SparkError)
"""What is told as a sentence."""

training_config = learning_commands.training_config
train = partial(learning_commands.train, engine=spark_engine)
