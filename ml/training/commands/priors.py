"""What the command that fits what is typical does."""

from collections.abc import Callable
from pathlib import Path

from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset
from ml.dataset.violations import DatasetError
from ml.training.priors.document import sentences, write_priors
from ml.training.priors.purchase_days import UndatedError
from ml.training.priors.typical import typical

KNOWN_ERRORS = (DatasetError, OSError, UndatedError)
"""What is told as a sentence."""


def priors(folder: Path, *, out: Path, say: Callable[[str], None]) -> None:
    """Fit what is typical of the customers of a data set, and write it for ``profile``.

    Args:
        folder: a dated dataset folder.
        out: the file to write.
        say: tells the person.
    """
    dataset = read_dataset(folder)
    found = typical(dataset)
    write_priors(found, out, digest=digest(dataset))
    for sentence in sentences(found):
        say(sentence)
    say(f"{out} written; OFONE_PROFILE_PRIORS_FILE names it to the profile service")
