"""What a person looks at to judge a run in a minute: tables, plots, lists by item name."""

from collections.abc import Mapping
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import Judgement, table
from ml.evaluation.metrics import MAIN_METRIC
from ml.training.judging import findings, plots
from ml.training.judging.evaluate import BASELINE, Evaluation
from ml.training.judging.examples import examples

PLOTS = {
    "recall": f"{MAIN_METRIC} beside the baselines",
    "recall_by_history_length": f"{MAIN_METRIC} by known baskets of the customer",
    "recall_by_known_purchases": f"{MAIN_METRIC} by known purchases of the item",
    "calibration": "what was said and what was bought",
    "feature_gain": "what each group of features is worth to the trees",
    "latency": "milliseconds of candidates, features and ranking",
}
"""The pictures by file name, each with its title."""


def write_report(evaluation: Evaluation, dataset: Dataset, folder: Path) -> None:
    """Write ``report.md``, ``lists.md`` and the plots into an existing folder."""
    (folder / "report.md").write_text(report(evaluation, dataset), encoding="utf-8")
    (folder / "lists.md").write_text(examples(evaluation.bundle, dataset), encoding="utf-8")
    write_plots(evaluation, folder)


def write_plots(evaluation: Evaluation, folder: Path) -> None:
    """Write a PNG file for each of ``PLOTS`` into an existing folder."""
    to = {name: folder / f"{name}.png" for name in PLOTS}
    judgements = evaluation.judgements
    plots.groups(
        {name: {MAIN_METRIC: each.estimates()[MAIN_METRIC]} for name, each in judgements.items()},
        title=PLOTS["recall"],
        axis=MAIN_METRIC,
        path=to["recall"],
    )
    for name, bands in (
        ("recall_by_history_length", _by_known_baskets(evaluation)),
        ("recall_by_known_purchases", _by_known_purchases(evaluation)),
    ):
        found = {
            band: {key: each.estimates()[MAIN_METRIC] for key, each in judged.items()}
            for band, judged in bands.items()
        }
        plots.groups(found, title=PLOTS[name], axis=MAIN_METRIC, path=to[name])
    observation = evaluation.observation
    bins = observation.calibration.bins()
    plots.reliability(bins, title=PLOTS["calibration"], path=to["calibration"])
    plots.shares(evaluation.feature_gain, title=PLOTS["feature_gain"], path=to["feature_gain"])
    plots.histogram(
        observation.milliseconds, title=PLOTS["latency"], axis="milliseconds", path=to["latency"]
    )


def report(evaluation: Evaluation, dataset: Dataset, *, pictures: str = "") -> str:
    """Return the figures as Markdown; ``pictures`` is what their addresses begin with."""
    parts = [
        f"# {dataset.description.name}",
        _about(evaluation),
        table(evaluation.judgements),
        _leads(evaluation),
        f"## {MAIN_METRIC} of parts",
        _part_table("", evaluation.judgements, _before_and_new(evaluation)),
        "By known baskets of the customer (fewer than the protocol asks for: here alone):",
        _part_table("baskets", evaluation.judgements, _by_known_baskets(evaluation)),
        "By known purchases of the item, by anybody:",
        _part_table("purchases", evaluation.judgements, _by_known_purchases(evaluation)),
        "## Calibration",
        _calibration(evaluation),
        "## What the features are worth",
        _gains(evaluation),
        "## Pictures",
        *(f"![{title}]({pictures}{name}.png)" for name, title in PLOTS.items()),
    ]
    return "\n\n".join(each.strip() for each in parts) + "\n"


def note(evaluation: Evaluation, dataset: Dataset) -> str:
    """Return what a run's page says above its figures: what was learned, on what, how good."""
    counts = dataset.counts
    times = dataset.interactions["occurred_at"].dropna()
    span = "" if times.empty else f", {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}"
    ours = evaluation.model.estimates()[MAIN_METRIC]
    lead = evaluation.leads()[BASELINE][MAIN_METRIC]
    return (
        f"Next-basket model of Ofone, learned on **{dataset.description.name}** "
        f"({counts['customers']:,} customers, {counts['items']:,} items, "
        f"{counts['baskets']:,} baskets{span}).\n\n"
        f"Protocol {evaluation.protocol}, {len(evaluation.model.scores):,} answers: {MAIN_METRIC} "
        f"{ours}, lead over {BASELINE} {lead}.\n\n"
        "Details: `report.md`, `lists.md` and the plots among the artifacts.\n"
    )


Parts = Mapping[str, Mapping[str, Judgement]]
"""Part to recommender to how it did there."""


def _about(evaluation: Evaluation) -> str:
    cost, observation = evaluation.cost, evaluation.observation
    latency = ", ".join(f"{name} {ms:.2f}" for name, ms in cost.latency_ms.items())
    counts = observation.candidate_counts
    return (
        f"Protocol {evaluation.protocol}, {len(evaluation.model.scores):,} answers to "
        f"{len(evaluation.model.answered)} question(s). Candidate recall "
        f"{evaluation.candidate_recall:.4f} of {sum(counts) / len(counts):.0f} candidates. Learned "
        f"in {cost.learning_seconds:.0f} s, learned and asked in {cost.seconds:.0f} s, at most "
        f"{cost.peak_memory_mb:,.0f} MB; milliseconds of compute a customer: {latency}. Means "
        "with 95 % intervals, bootstrapped by customer."
    )


def _leads(evaluation: Evaluation) -> str:
    lines = ["Paired lead of the model:", ""]
    lines += [
        f"- over {name}: " + ", ".join(f"{metric} {each}" for metric, each in lead.items())
        for name, lead in evaluation.leads().items()
    ]
    return "\n".join(lines)


def _by_known_baskets(evaluation: Evaluation) -> Parts:
    return _turned(evaluation.by_known_baskets())


def _by_known_purchases(evaluation: Evaluation) -> Parts:
    of = evaluation.strata.by_known_purchases
    return _turned({name: of(each) for name, each in evaluation.judgements.items()})


def _before_and_new(evaluation: Evaluation) -> Parts:
    strata = evaluation.strata
    found: dict[str, dict[str, Judgement]] = {}
    for name, of in (
        ("bought before", strata.bought_before),
        ("new to the customer", strata.new_to_customer),
    ):
        judged = {key: of(each) for key, each in evaluation.judgements.items()}
        known = {key: each for key, each in judged.items() if each}
        if known:
            found[name] = known
    return found


def _turned(found: Parts) -> Parts:
    """Return recommender to part to judgement as part to recommender to judgement."""
    first = next(iter(found.values()))
    return {part: {name: each[part] for name, each in found.items()} for part in first}


def _part_table(unit: str, judgements: Mapping[str, Judgement], parts: Parts) -> str:
    heads = [
        f"{part} {unit} ({len(next(iter(each.values())).scores):,})".replace("  ", " ")
        for part, each in parts.items()
    ]
    rows = (
        [name, *(str(each[name].estimates()[MAIN_METRIC]) for each in parts.values())]
        for name in judgements
    )
    return findings.table(["model", *heads], rows)


def _calibration(evaluation: Evaluation) -> str:
    calibration = evaluation.observation.calibration
    rows = (
        [
            f"{each.low:.4f} to {each.high:.4f}",
            *(f"{each.count:,}", f"{each.said:.4f}", f"{each.happened:.4f}"),
        ]
        for each in calibration.bins()
    )
    figures = findings.table(["probability", "candidates", "said", "happened"], rows)
    return f"Expected calibration error {calibration.expected_error:.5f}.\n\n{figures}"


def _gains(evaluation: Evaluation) -> str:
    ordered = sorted(evaluation.feature_gain.items(), key=lambda pair: -pair[1])
    return "\n".join(f"- {name}: {share:.1%}" for name, share in ordered)
