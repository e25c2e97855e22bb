"""What the commands do that look into a model: features, curves, new items, beginners."""

from collections.abc import Callable
from pathlib import Path

from ml.dataset.split import SplitError
from ml.dataset.violations import DatasetError
from ml.evaluation.new_items import NoNewItemsError
from ml.simulation.town import TownError
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import purchases_of
from ml.training.insight.ablation import ablate as ablate_model
from ml.training.insight.ablation_report import write_ablation
from ml.training.insight.coffee_and_tea import StudyConfig, coffee_and_tea
from ml.training.insight.coffee_and_tea_report import write_timing
from ml.training.insight.cold_start import Draw
from ml.training.insight.cold_start import cold_start as measure_cold_start
from ml.training.insight.cold_start_report import write_cold_start
from ml.training.insight.homes import HomesConfig, homes_worth
from ml.training.insight.homes_report import write_homes
from ml.training.insight.inquiry.report import write_inquiry
from ml.training.insight.inquiry.study import InquiryConfig, inquire
from ml.training.insight.newcomers import newcomers as measure_newcomers
from ml.training.insight.newcomers_report import write_newcomers
from ml.training.insight.personas import persona_worth
from ml.training.insight.personas_report import write_learned, write_personas, write_question
from ml.training.judging.findings import Findings, ResultsError
from ml.training.learning import TrainingError
from ml.training.personas.beginnings import Beginnings
from ml.training.personas.declaring import CHOICES
from ml.training.personas.learned import learn_personas
from ml.training.personas.trust import trust_in
from ml.training.source import this_machine
from ml.training.training_config import TrainingConfig

KNOWN_ERRORS = (
    DatasetError, NoNewItemsError, OSError, ResultsError, SplitError, TownError, TrainingError,
)  # fmt: skip
"""What is told as a sentence."""

Say = Callable[[str], None]


def ablate(folder: Path, config: TrainingConfig, *, seeds: int, out: Path, say: Say) -> None:
    """Measure what sets of features are worth, and write it down.

    Args:
        folder: a dataset folder.
        config: of the model and the protocol.
        seeds: rankers of each kind.
        out: the folder of all results.
        say: tells the person.
    """
    with this_machine(folder, config.learning) as source:
        ablation = ablate_model(
            source.dataset, config.learning, protocol=config.protocol, seeds=seeds
        )
    files = write_ablation(ablation, source.dataset, out, name=folder.resolve().name)
    _tell(files, say, digest=source.digest)


def timing(config: StudyConfig, *, out: Path, say: Say) -> None:
    """Follow the people of the coffee and the tea, and write down what the model says of them.

    Args:
        config: the town, and who of it is followed.
        out: the folder of picture, page and document.
        say: tells the person.
    """
    _tell(write_timing(coffee_and_tea(config), out), say)


def questions(config: InquiryConfig, *, out: Path, say: Say) -> None:
    """Ask people of a simulated town, and write down what their answers gained.

    Args:
        config: the town, and who of it is asked.
        out: the folder of picture, page and document.
        say: tells the person.
    """
    _tell(write_inquiry(inquire(config), out), say)


def households(config: HomesConfig, *, out: Path, say: Say) -> None:
    """Ask about people who live together, and write down what it is worth to know that.

    Args:
        config: the town.
        out: the folder of page and document.
        say: tells the person.
    """
    _tell(write_homes(homes_worth(config), config, out), say)


def cold_start(folder: Path, config: TrainingConfig, draw: Draw, *, out: Path, say: Say) -> None:
    """Make items new, measure what the model is worth on them, and write it down.

    Args:
        folder: a dataset folder with ``items.parquet``.
        config: of the model and the protocol.
        draw: which items.
        out: the folder of all results.
        say: tells the person.
    """
    with this_machine(folder, config.learning) as source:
        found = measure_cold_start(source.dataset, config.learning, draw, protocol=config.protocol)
    files = write_cold_start(found, source.dataset, out, name=folder.resolve().name)
    _tell(files, say, digest=source.digest)


def newcomers(folder: Path, config: TrainingConfig, *, out: Path, say: Say) -> None:
    """Ask about customers as if nothing were known of them, and write down how it went.

    Args:
        folder: a dataset folder.
        config: of the model and the protocol.
        out: the folder of all results.
        say: tells the person.
    """
    with this_machine(folder, config.learning) as source:
        found = measure_newcomers(source.dataset, config.learning, protocol=config.protocol)
    files = write_newcomers(found, source.dataset, out, name=folder.resolve().name)
    _tell(files, say, digest=source.digest)


def personas(folder: Path, config: TrainingConfig, *, out: Path, say: Say) -> None:
    """Learn personas, measure what they are worth as a beginning, and write both down.

    Args:
        folder: a dataset folder.
        config: of the model and the protocol.
        out: the folder of all results.
        say: tells the person.
    """
    with this_machine(folder, config.learning) as source:
        found = persona_worth(source.dataset, config.learning, protocol=config.protocol)
    files = write_personas(found, source.dataset, out, name=folder.resolve().name)
    _tell(files, say, digest=source.digest)


def learn_only(folder: Path, config: TrainingConfig, *, out: Path, say: Say) -> None:
    """Learn personas from all there is, measure nothing but how firm they stand, and write both.

    Args:
        folder: a dataset folder.
        config: its seed is that of the personas.
        out: the folder of all results.
        say: tells the person.
    """
    seed = config.learning.seed
    with this_machine(folder, config.learning) as source:
        purchases = purchases_of(source.dataset)
        attributes = item_attributes(source.dataset.items)
        learned = learn_personas(purchases, attributes, seed=seed)
        trust = trust_in(learned, purchases, seed=seed)
        choices = Beginnings.of(purchases, attributes, seed=seed, count=CHOICES)
    name = folder.resolve().name
    files = write_learned(learned, trust, source.dataset, out, name=name)
    write_question(choices, out, name=name)
    _tell(files, say, digest=source.digest)


def _tell(files: Findings, say: Say, *, digest: str = "") -> None:
    """Tell the page, which data it is about where they are a data set, and what was written."""
    say(files.page.read_text(encoding="utf-8"))
    if digest:
        say(f"data set digest {digest}")
    say(files.told)
