"""An evaluation as JSON, for programs that compare runs.

``folds``, ``mean``, ``difference`` and ``latency_ms`` keep their names and shape; what is added
comes beside them. An interval is ``[mean, low, high]``, 95 %, bootstrapped by customer.
"""

from collections.abc import Mapping
from dataclasses import asdict

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import Judgement
from ml.evaluation.metrics import MAIN_METRIC
from ml.training.judging.evaluate import Evaluation
from ml.training.judging.findings import Document, intervals

KEYS = {
    "personal-then-popular": "personal_popular",
    "tifu-knn": "tifuknn",
    "up-cf": "upcf",
}
"""How a recommender is called in the document where that is not its own name."""


def document(evaluation: Evaluation, dataset: Dataset, *, name: str) -> Document:
    """Return the evaluation as ``json`` takes it; ``name`` is the data set's short name."""
    observation, strata = evaluation.observation, evaluation.strata
    judgements = {KEYS.get(key, key): each for key, each in evaluation.judgements.items()}
    recalls, counts = observation.candidate_recalls, observation.candidate_counts
    return {
        "dataset": name,
        "title": dataset.description.name,
        "protocol": evaluation.protocol,
        "fingerprint": evaluation.fingerprint,
        "questions": [each.question.name for each in evaluation.model.answered],
        "customers": [len(each.scores) for each in evaluation.model.answered],
        "folds": _folds(judgements),
        "mean": {key: _means(each) for key, each in judgements.items()},
        "interval": {key: intervals(each.estimates()) for key, each in judgements.items()},
        "difference": {
            KEYS.get(key, key): intervals(lead) for key, lead in evaluation.leads().items()
        },
        "bought_before": _part({k: strata.bought_before(e) for k, e in judgements.items()}),
        "new_to_customer": _part({k: strata.new_to_customer(e) for k, e in judgements.items()}),
        "by_known_baskets": _bands(
            {KEYS.get(key, key): each for key, each in evaluation.by_known_baskets().items()}
        ),
        "by_known_purchases": _bands(
            {k: strata.by_known_purchases(e) for k, e in judgements.items()}
        ),
        "coverage": {key: each.coverage for key, each in judgements.items()},
        "tuned": {"tifuknn": [asdict(each) for each in evaluation.tuned]},
        "candidates": {"recall": _folded(recalls), "count": _folded(counts)},
        "calibration": _calibration(evaluation),
        "feature_gain": evaluation.feature_gain,
        "latency_ms": evaluation.cost.latency_ms,
        "learning_seconds": evaluation.cost.learning_seconds,
        "peak_memory_mb": evaluation.cost.peak_memory_mb,
    }


def _folds(judgements: Mapping[str, Judgement]) -> list[Document]:
    count = len(next(iter(judgements.values())).answered)
    return [
        {
            key: {
                str(metric): float(value)
                for metric, value in each.answered[number].scores.mean().items()
            }
            for key, each in judgements.items()
        }
        for number in range(count)
    ]


def _means(judgement: Judgement) -> Document:
    return {name: each.mean for name, each in judgement.estimates().items()}


def _part(judgements: Mapping[str, Judgement | None]) -> Document:
    known = {key: each for key, each in judgements.items() if each}
    if not known:
        return {"folds": [], "mean": {}}
    return {"folds": _folds(known), "mean": {key: _means(each) for key, each in known.items()}}


def _bands(judgements: Mapping[str, Mapping[str, Judgement]]) -> Document:
    bands = next(iter(judgements.values()))
    return {
        band: {
            "answers": len(bands[band].scores),
            MAIN_METRIC: {
                key: intervals(each[band].estimates())[MAIN_METRIC]
                for key, each in judgements.items()
            },
        }
        for band in bands
    }


def _folded(figures: list[float]) -> Document:
    return {"folds": figures, "mean": sum(figures) / len(figures)}


def _calibration(evaluation: Evaluation) -> Document:
    calibration = evaluation.observation.calibration
    return {
        "expected_error": calibration.expected_error,
        "bins": [
            {
                "low": each.low,
                "high": each.high,
                "count": each.count,
                "said": each.said,
                "happened": each.happened,
            }
            for each in calibration.bins()
        ],
    }
