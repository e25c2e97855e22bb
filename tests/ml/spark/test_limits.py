"""What Spark has not is refused before any work begins."""

import pytest

pytest.importorskip("pyspark", reason="pyspark is in the environment of make setup-spark alone")

from ml.spark.limits import check_config
from ml.spark.session import SparkError
from ml.training.artefacts.factors import FactorConfig
from ml.training.learning import LearningConfig


def test_the_defaults_pass() -> None:
    check_config(LearningConfig())


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (LearningConfig(weighting="bm25"), "learning.weighting must be cosine, is bm25"),
        (LearningConfig(factors=FactorConfig(method="bpr")), "factors.method must be als, is bpr"),
        (LearningConfig(factors=FactorConfig(alpha=1.0)), "factors.alpha must be above 1, is 1.0"),
    ],
)
def test_a_setting_that_spark_has_not_is_named(config: LearningConfig, told: str) -> None:
    with pytest.raises(SparkError, match=told):
        check_config(config)
