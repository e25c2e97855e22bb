"""What the commands about life stages do: learn signs, and tell what they are worth."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from ml.dataset.folder import read_dataset
from ml.dataset.violations import DatasetError
from ml.model.life_stages.sign_file import SHIPPED, SignTableError, read_sign_table, sign_text
from ml.simulation.simulate import TRUTH_FILE
from ml.simulation.town import TownError
from ml.training.judging.findings import ResultsError, writing
from ml.training.life.fitting import fit_signs
from ml.training.life.judging import JudgingConfig, judge
from ml.training.life.labelled import LABEL_COLUMNS, LabelError, labelled_lives
from ml.training.life.report import write_life_stages

__all__ = ["KNOWN_ERRORS", "JudgingConfig", "learn_signs", "life_stages"]

KNOWN_ERRORS = (
    DatasetError, LabelError, OSError, ResultsError, SignTableError, TownError,
)  # fmt: skip
"""What is told as a sentence."""

Say = Callable[[str], None]


def learn_signs(
    folder: Path,
    *,
    labels: Path | None,
    template: Path | None,
    time_zone: str,
    out: Path,
    say: Say,
) -> None:
    """Learn the signs of life stages from customers whose lives are known, and write them.

    Args:
        folder: a dataset folder.
        labels: Parquet with the columns ``LABEL_COLUMNS``; ``None`` takes the truth that a
            simulated town writes beside its purchases.
        template: which stages there are, as a table of signs; ``None`` takes the shipped one.
        time_zone: on whose clocks parts of the week are told; as the profile service is set.
        out: the file to write.
        say: tells the person.
    """
    zone = _zone(time_zone)
    dataset = read_dataset(folder)
    known = labels or folder / TRUTH_FILE
    frame = pd.read_parquet(known) if known.is_file() else None
    if frame is None:
        raise LabelError(f"{known} is missing: it says in {', '.join(LABEL_COLUMNS)} who changed")
    lives = labelled_lives(dataset, frame, zone=zone)
    table = fit_signs(lives, read_sign_table(template or SHIPPED))
    with writing(out.parent):
        out.write_text(
            sign_text(table, note=f"Learned from {len(lives):,} customers of {folder.name}."),
            encoding="utf-8",
        )
    for stage in table.stages:
        signs = ", ".join(f"{sign.name} x {sign.ratio:g}" for sign in stage.signs)
        say(f"{stage.display_name}: {signs}")
    say(f"written to {out}")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise LabelError(f"{name!r} is not a time zone known here") from None


def life_stages(config: JudgingConfig, *, out: Path, say: Say) -> None:
    """Judge on simulated towns how surely and how soon life stages are seen; write it down.

    Args:
        config: the towns.
        out: the folder of picture, page, document and learned signs.
        say: tells the person.
    """
    found = judge(config, read_sign_table(SHIPPED))
    files = write_life_stages(found, config, out)
    signs = out / "life-signs.toml"
    with writing(out):
        note = f"Learned from {config.learned_from:,} customers of a simulated town."
        signs.write_text(sign_text(found.table, note=note), encoding="utf-8")
    say(files.page.read_text(encoding="utf-8"))
    say(f"{files.told}; the signs to {signs}")
