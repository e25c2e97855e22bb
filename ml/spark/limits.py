"""What the Spark engine cannot do of what one machine can."""

from ml.spark.session import SparkError
from ml.training.learning import LearningConfig


def check_config(config: LearningConfig) -> None:
    """Refuse a configuration that asks for what Spark has not.

    Raises:
        SparkError: naming every setting that must be another.
    """
    factors = config.factors
    problems = []
    if factors.method != "als":
        problems.append(f"learning.factors.method must be als, is {factors.method}")
    if factors.alpha <= 1:
        problems.append(f"learning.factors.alpha must be above 1, is {factors.alpha}")
    if config.weighting != "cosine":
        problems.append(f"learning.weighting must be cosine, is {config.weighting}")
    if problems:
        raise SparkError("with Spark, " + "; ".join(problems))
