"""An evaluation in a few lines, for whoever sits at the command line."""

from ml.evaluation.metrics import MAIN_METRIC
from ml.training.judging.evaluate import BASELINE, Evaluation
from ml.training.runs.measuring import Compared

METRICS = (MAIN_METRIC, "ndcg@10", "recall@20")


def summary(evaluation: Evaluation, found: Compared) -> str:
    """Return model and baselines, the lead over the main baseline, and whom the gate will ask."""
    lines = [f"{len(evaluation.model.scores):,} answers, protocol {evaluation.protocol}:"]
    for name, each in evaluation.judgements.items():
        estimates = each.estimates()
        figures = ", ".join(f"{metric} {estimates[metric]}" for metric in METRICS)
        lines.append(f"  {name:<22} {figures}")
    lead = evaluation.leads()[BASELINE][MAIN_METRIC]
    lines.append(f"  lead over {BASELINE}, {MAIN_METRIC}: {lead}")
    if found.comparison.champion:
        which = "was asked the same" if found.comparison.answered else "could not be asked"
        told = f"the champion, version {found.comparison.champion}, {which}"
        lines.append(f"  {told}: {found.comparison.note}")
    ahead = found.lead()
    if ahead is not None:
        lines.append(f"  lead over the champion, {MAIN_METRIC}: {ahead}")
    return "\n".join(lines)
