"""What a person looks at to judge a run in a minute: tables, plots, lists by item name."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import table
from ml.evaluation.intervals import Estimate
from ml.training.evaluate import BASELINE, Evaluation

EXAMPLES = 5
SHOWN_ITEMS = 10


def write_report(evaluation: Evaluation, dataset: Dataset, folder: Path) -> None:
    """Write ``report.md``, ``lists.md`` and the plots into an existing folder."""
    (folder / "report.md").write_text(report(evaluation, dataset), encoding="utf-8")
    (folder / "lists.md").write_text(lists(evaluation, dataset), encoding="utf-8")
    metric = f"recall@{SHOWN_ITEMS}"
    _bars(
        {name: each.estimates()[metric] for name, each in evaluation.judgements.items()},
        title=f"{metric}, 95 % intervals",
        path=folder / "recall.png",
    )
    _groups(
        evaluation.by_history_length(metric),
        title=f"{metric} by known baskets, 95 % intervals",
        path=folder / "recall_by_history_length.png",
    )


def report(evaluation: Evaluation, dataset: Dataset) -> str:
    """Return the figures as Markdown."""
    about = (
        f"Protocol {evaluation.protocol}, {len(evaluation.model.scores):,} answers, candidate "
        f"recall {evaluation.candidate_recall:.4f}; learned and asked in {evaluation.seconds:.0f} "
        "s. Means with 95 % intervals, bootstrapped by customer."
    )
    lines = [
        f"# {dataset.description.name}",
        "",
        about,
        "",
        table(evaluation.judgements),
        "Paired lead of the model:",
        "",
        *(
            f"- over {name}: " + ", ".join(f"{metric} {each}" for metric, each in lead.items())
            for name, lead in evaluation.leads().items()
        ),
    ]
    return "\n".join(lines) + "\n"


def note(evaluation: Evaluation, dataset: Dataset) -> str:
    """Return what a run's page says above its figures: what was learned, on what, how good."""
    counts = dataset.counts
    times = dataset.interactions["occurred_at"].dropna()
    span = "" if times.empty else f", {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}"
    metric = f"recall@{SHOWN_ITEMS}"
    ours = evaluation.model.estimates()[metric]
    lead = evaluation.leads()[BASELINE][metric]
    return (
        f"Next-basket model of Ofone, learned on **{dataset.description.name}** "
        f"({counts['customers']:,} customers, {counts['items']:,} items, "
        f"{counts['baskets']:,} baskets{span}).\n\n"
        f"Protocol {evaluation.protocol}, {len(evaluation.model.scores):,} answers: {metric} "
        f"{ours}, lead over {BASELINE} {lead}.\n\n"
        "Details: `report.md`, `lists.md` and the plots among the artifacts.\n"
    )


def lists(evaluation: Evaluation, dataset: Dataset) -> str:
    """Return what five customers would be shown, by item name; the hits are marked."""
    names = _names(dataset)
    customers = evaluation.question.customer_ids
    places = np.linspace(0, len(customers) - 1, min(EXAMPLES, len(customers))).astype(int)
    bought = evaluation.question.history.interactions
    lines = [f"# {EXAMPLES} customers", "", "Marked: what the next basket held.", ""]
    for number, place in enumerate(dict.fromkeys(places.tolist()), 1):
        customer = customers[place]
        own = bought[bought["customer_id"] == customer]
        last = own[own["sequence"] == own["sequence"].max()]["item_id"]
        basket = evaluation.question.truth[customer]
        lines += [
            f"## Customer {number}: {own['sequence'].nunique()} baskets known",
            "",
            "Last basket: " + ", ".join(names.get(item, item) for item in last[:SHOWN_ITEMS]),
            "",
        ]
        lines += [
            f"{rank}. {names.get(item, item)}{' **(bought)**' if item in basket else ''}"
            for rank, item in enumerate(evaluation.model.lists[customer][:SHOWN_ITEMS], 1)
        ]
        lines.append("")
    return "\n".join(lines)


def _names(dataset: Dataset) -> dict[str, str]:
    known = dataset.items.dropna(subset=["name"])
    return dict(zip(known["item_id"], known["name"], strict=True))


def _bars(estimates: Mapping[str, Estimate], *, title: str, path: Path) -> None:
    _groups({name: {"": each} for name, each in estimates.items()}, title=title, path=path)


def _groups(groups: Mapping[str, Mapping[str, Estimate]], *, title: str, path: Path) -> None:
    """Draw a bar for each estimate, side by side within its group."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # slow
    from matplotlib.figure import Figure  # noqa: PLC0415  # slow

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    series = list(next(iter(groups.values()), {}))
    width = 0.8 / max(len(series), 1)
    for place, name in enumerate(series):
        estimates = [each[name] for each in groups.values()]
        middles = np.array([each.mean for each in estimates])
        ends = np.array([[each.mean - each.low, each.high - each.mean] for each in estimates]).T
        at = np.arange(len(estimates)) + (place - (len(series) - 1) / 2) * width
        axes.bar(at, middles, width, yerr=np.maximum(ends, 0), capsize=3, label=name)
    axes.set_xticks(np.arange(len(groups)), list(groups))
    axes.set_title(title)
    if any(series):
        axes.legend()
    figure.savefig(path, format="png")
