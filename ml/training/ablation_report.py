"""An ablation as a page, a document and a picture, beside the evaluation of the same data set."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.dataset.dataset import Dataset
from ml.evaluation.intervals import Estimate
from ml.evaluation.metrics import MAIN_METRIC
from ml.training import plots
from ml.training.ablation import CHANCE, Ablation
from ml.training.feature_sets import FEATURE_SETS
from ml.training.results import ResultsError

SHOWN = (MAIN_METRIC, "ndcg@10")
TITLE = f"{MAIN_METRIC} that the ranker loses without each set of features"
PICTURE = "ablation.png"


@dataclass(frozen=True, slots=True)
class AblationFiles:
    """What was written."""

    document: Path
    page: Path
    picture: Path


def write_ablation(ablation: Ablation, dataset: Dataset, out: Path, *, name: str) -> AblationFiles:
    """Write an ablation for programs and for people.

    Args:
        ablation: what was measured.
        dataset: on what.
        out: the folder of all results; it goes into ``<name>-<protocol>``, made where missing.
        name: short name of the data set.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    folder = out / f"{name}-{ablation.protocol}"
    files = AblationFiles(folder / "ablation.json", folder / "ablation.md", folder / PICTURE)
    text = json.dumps(document(ablation, dataset, name=name), indent=1) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.document.write_text(text, encoding="utf-8")
        files.page.write_text(page(ablation, dataset), encoding="utf-8")
        _draw(ablation, files.picture)
    except OSError as error:
        reason = error.strerror or error
        raise ResultsError(f"{folder}: the ablation cannot be written: {reason}") from error
    return files


def document(ablation: Ablation, dataset: Dataset, *, name: str) -> dict[str, Any]:
    """Return the ablation as ``json`` takes it; an interval is ``[mean, low, high]``, 95 %."""
    worth = ablation.worth()
    return {
        "dataset": name,
        "title": dataset.description.name,
        "protocol": ablation.protocol,
        "customers": ablation.customer_count,
        "seeds": ablation.seeds,
        "whole": _intervals(ablation.whole.estimates()),
        "without": {
            left_out: {
                "features": list(FEATURE_SETS.get(left_out, ())),
                "figures": _intervals(judgement.estimates()),
                "worth": _intervals(worth[left_out]),
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
    heads = [f"{MAIN_METRIC}", *(f"loss of {metric}" for metric in SHOWN)]
    lines = ["| left out | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    lines.append(f"| nothing | {ablation.whole.estimates()[MAIN_METRIC]} |" + " |" * len(SHOWN))
    for name, lost in ablation.worth().items():
        cells = [str(ablation.without[name].estimates()[MAIN_METRIC])]
        cells += [str(lost[metric]) for metric in SHOWN]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _draw(ablation: Ablation, path: Path) -> None:
    lost = {name: each[MAIN_METRIC] for name, each in ablation.worth().items()}
    plots.differences(lost, title=TITLE, axis=f"{MAIN_METRIC} lost", path=path, muted={CHANCE})


def _intervals(estimates: Mapping[str, Estimate]) -> dict[str, list[float]]:
    return {name: [each.mean, each.low, each.high] for name, each in estimates.items()}
