"""An ablation as a page, a document and a picture, beside the evaluation of the same data set."""

from functools import partial
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.evaluation.metrics import MAIN_METRIC
from ml.training.insight.ablation import CHANCE, Ablation
from ml.training.insight.feature_sets import FEATURE_SETS
from ml.training.judging import plots
from ml.training.judging.findings import Document, Findings, intervals, table, write_findings

SHOWN = (MAIN_METRIC, "ndcg@10")
TITLE = f"{MAIN_METRIC} that the ranker loses without each set of features"
PICTURE = "ablation.png"


def write_ablation(ablation: Ablation, dataset: Dataset, out: Path, *, name: str) -> Findings:
    """Write an ablation for programs and for people.

    Args:
        ablation: what was measured.
        dataset: on what.
        out: the folder of all results; it goes into ``<name>-<protocol>``, made where missing.
        name: short name of the data set.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    return write_findings(
        out / f"{name}-{ablation.protocol}",
        "ablation",
        document=document(ablation, dataset, name=name),
        page=page(ablation, dataset),
        draw=partial(_draw, ablation),
    )


def document(ablation: Ablation, dataset: Dataset, *, name: str) -> Document:
    """Return the ablation as ``json`` takes it; an interval is ``[mean, low, high]``, 95 %."""
    worth = ablation.worth()
    return {
        "dataset": name,
        "title": dataset.description.name,
        "protocol": ablation.protocol,
        "customers": ablation.customer_count,
        "seeds": ablation.seeds,
        "whole": intervals(ablation.whole.estimates()),
        "without": {
            left_out: {
                "features": list(FEATURE_SETS.get(left_out, ())),
                "figures": intervals(judgement.estimates()),
                "worth": intervals(worth[left_out]),
            }
            for left_out, judgement in ablation.without.items()
        },
    }


def page(ablation: Ablation, dataset: Dataset) -> str:
    """Return the ablation as a page of Markdown; the picture lies beside it."""
    about = (
        f"Protocol {ablation.protocol}, {ablation.customer_count:,} customers. The ranker is "
        "taught again without each set, on the same lessons; sources and candidates stay. Means "
        f"over {ablation.seeds} seeds; differences paired, with 95 % intervals, bootstrapped by "
        f"customer. What {CHANCE!r} gives is chance."
    )
    parts = [
        f"# {dataset.description.name}: what sets of features are worth",
        about,
        _table(ablation),
        f"![{TITLE}]({PICTURE})",
        "## The sets",
        "\n".join(f"- {name}: {', '.join(names)}" for name, names in FEATURE_SETS.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _table(ablation: Ablation) -> str:
    heads = ["left out", MAIN_METRIC, *(f"loss of {metric}" for metric in SHOWN)]
    rows = [["nothing", str(ablation.whole.estimates()[MAIN_METRIC]), *[""] * len(SHOWN)]]
    for name, lost in ablation.worth().items():
        left = str(ablation.without[name].estimates()[MAIN_METRIC])
        rows.append([name, left, *(str(lost[metric]) for metric in SHOWN)])
    return table(heads, rows)


def _draw(ablation: Ablation, path: Path) -> None:
    lost = {name: each[MAIN_METRIC] for name, each in ablation.worth().items()}
    plots.differences(lost, title=TITLE, axis=f"{MAIN_METRIC} lost", path=path, muted={CHANCE})
