"""The figures on personas, for programs and for people; and the personas, for ``profile``."""

import dataclasses
import json
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.evaluation.intervals import Estimate
from ml.evaluation.metrics import MAIN_METRIC
from ml.training.insight.declared import OWN, SAID, Declared
from ml.training.insight.personas import ANSWERS, PAIRS, PersonaWorth
from ml.training.judging.findings import (
    Document,
    Findings,
    intervals,
    table,
    write_findings,
    writing,
)
from ml.training.personas.beginnings import Beginnings
from ml.training.personas.declaring import CHOICES, question_document
from ml.training.personas.learned import Learned
from ml.training.personas.trust import Trust

PERSONAS_FILE = "{name}-learned-personas.json"
"""What ``ofone persona learned`` takes."""
QUESTION_FILE = "{name}-persona-question.yaml"
"""What ``ofone question write`` takes; JSON, which is YAML too."""


def document(found: PersonaWorth, *, name: str) -> Document:
    """Return the figures as ``json`` takes them; an interval is ``[mean, low, high]``."""
    return learned_document(found.beginnings.learned, found.trust, name=name) | {
        "protocol": found.protocol,
        "weights": {
            depth: {saying: [each.value, each.error] for saying, each in weights.items()}
            for depth, weights in found.weights.items()
        },
        "customers": {depth: _asked_count(found, depth) for depth in found.judgements},
        "mean": {
            depth: {answer: intervals(each.estimates()) for answer, each in of_depth.items()}
            for depth, of_depth in found.judgements.items()
        },
        "difference": {
            depth: {f"{one} over {other}": _triple(lead) for (one, other), lead in leads.items()}
            for depth, leads in found.leads().items()
        },
        "declared": {
            str(baskets): intervals(found.declared.means(baskets))
            | {"gain": _triple(found.declared.gain(baskets))}
            for baskets in found.declared.recalls
        },
    }


def learned_document(learned: Learned, trust: Trust, *, name: str) -> Document:
    """Return who the personas are and how firm they stand, as ``json`` takes it."""
    return {
        "dataset": name,
        "personas": [
            {"name": each.name, "share": each.share, "lifts": dict(each.lifts)}
            for each in learned.personas.personas
        ],
        "stability": dataclasses.asdict(trust.stability),
        "agreement": [dataclasses.asdict(each) for each in trust.agreements],
        "tried": [
            {"count": each.count, "gain": each.gain, "error": each.gain_error}
            for each in learned.trials
        ],
    }


def learned_page(learned: Learned, trust: Trust, dataset: Dataset) -> str:
    """Return the same as a section in Markdown."""
    stands = (
        f"Learned again from other draws of the same customers: adjusted Rand "
        f"{trust.stability.adjusted_rand:.2f}, matched cosine {trust.stability.cosine:.2f}."
    )
    parts = [f"## Personas of {dataset.description.name}", _personas(learned), stands]
    if trust.agreements:
        parts += ["Told by some of the earlier baskets, and held against the later half:"]
        parts += [_agreements(trust)]
    return "\n\n".join(parts) + "\n"


def page(found: PersonaWorth, dataset: Dataset) -> str:
    """Return the figures as a section in Markdown."""
    told = (
        f"Protocol {found.protocol}. Customers are asked about as if only so many of their latest "
        "baskets were known, and the store they visited last. Means with 95 % intervals, "
        "bootstrapped by customer."
    )
    parts = [
        learned_page(found.beginnings.learned, found.trust, dataset).rstrip(),
        told,
        f"{MAIN_METRIC}:",
        _answers(found),
        "Paired leads:",
        _leads(found),
        "Weight of a persona's likings beside the model, with its standard error:",
        _weights(found),
        f"Somebody who says which of {CHOICES} personas is theirs, heard as the services hear it:",
        _declared(found.declared),
    ]
    return "\n\n".join(parts) + "\n"


def write_personas(found: PersonaWorth, dataset: Dataset, out: Path, *, name: str) -> Findings:
    """Write the figures, and the personas beside them.

    Args:
        found: what was measured.
        dataset: on what.
        out: the folder, made where it is not there yet.
        name: short name of the data set.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    _write_file(found.beginnings.learned, out, name=name)
    write_question(found.choices, out, name=name)
    return write_findings(
        out,
        f"{name}-personas",
        document=document(found, name=name),
        page=page(found, dataset),
    )


def write_learned(
    learned: Learned, trust: Trust, dataset: Dataset, out: Path, *, name: str
) -> Findings:
    """Write who the personas are, and the personas beside it; as ``write_personas`` does."""
    _write_file(learned, out, name=name)
    return write_findings(
        out,
        f"{name}-learned",
        document=learned_document(learned, trust, name=name),
        page=learned_page(learned, trust, dataset),
    )


def write_question(choices: Beginnings, out: Path, *, name: str) -> Path:
    """Write the question which persona is theirs; return the file.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    path = out / QUESTION_FILE.format(name=name)
    question = json.dumps(question_document(choices), indent=1, ensure_ascii=False) + "\n"
    with writing(out):
        path.write_text(question, encoding="utf-8")
    return path


def _write_file(learned: Learned, out: Path, *, name: str) -> None:
    with writing(out):
        text = learned.personas.to_json()
        (out / PERSONAS_FILE.format(name=name)).write_text(text, encoding="utf-8")


def _asked_count(found: PersonaWorth, depth: str) -> int:
    return len(found.judgements[depth][ANSWERS[0]].scores)


def _personas(learned: Learned) -> str:
    rows = [
        [
            f"{each.share:.0%}",
            each.name,
            ", ".join(f"{word} {lift:g} times" for word, lift in each.lifts),
        ]
        for each in learned.personas.personas
    ]
    return table(["share", "persona", "what members have more often than everybody"], rows)


def _agreements(trust: Trust) -> str:
    rows = [
        [
            each.depth,
            f"{each.customer_count:,}",
            f"{each.confidence:.2f}",
            f"{each.agreement:.2f}",
        ]
        for each in trust.agreements
    ]
    heads = ["baskets told", "customers", "probability of the likeliest persona", "in the end"]
    return table(heads, rows)


def _answers(found: PersonaWorth) -> str:
    rows = [
        [
            depth,
            f"{_asked_count(found, depth):,}",
            *(str(of_depth[answer].estimates()[MAIN_METRIC]) for answer in ANSWERS),
        ]
        for depth, of_depth in found.judgements.items()
    ]
    return table(["known baskets", "customers", *ANSWERS], rows)


def _leads(found: PersonaWorth) -> str:
    rows = [
        [depth, *(str(leads[pair]) for pair in PAIRS)] for depth, leads in found.leads().items()
    ]
    return table(["known baskets", *(f"{one} over {other}" for one, other in PAIRS)], rows)


def _weights(found: PersonaWorth) -> str:
    rows = [
        [depth, *(f"{each.value:.3f} ± {each.error:.3f}" for each in weights.values())]
        for depth, weights in found.weights.items()
    ]
    sayings = list(next(iter(found.weights.values()), {}))
    return table(["known baskets", *sayings], rows)


def _declared(found: Declared) -> str:
    rows = [
        [
            str(baskets),
            f"{len(recalls):,}",
            *(str(found.means(baskets)[answer]) for answer in (OWN, SAID)),
            str(found.gain(baskets)),
        ]
        for baskets, recalls in found.recalls.items()
    ]
    return table(["known baskets", "customers", OWN, SAID, "gained"], rows)


def _triple(estimate: Estimate) -> list[float]:
    return [estimate.mean, estimate.low, estimate.high]
