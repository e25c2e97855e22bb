"""Brings the published model into force, whole, while requests are answered.

The published model is the folder behind the link ``current``. When the link moves, or what it
points at changes, the new model is loaded beside the old one; one reference is then replaced.
A model that cannot be used is refused once, with its reason, and the old one stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from ml.model.bundle import BundleError

CURRENT = "current"
"""The link in the model folder that names the model in force."""

_UNREADABLE = (
    *(OSError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError),
    MemoryError,
)
"""What numpy, FAISS and LightGBM raise over content that no check of ours foresaw, or over a model
that does not fit beside the old one."""

Loadable = TypeVar("Loadable")

_Fingerprint = tuple[Path, tuple[tuple[str, int, int, int], ...]]


@dataclass(frozen=True, slots=True)
class InForce(Generic[Loadable]):
    """A model in force, and since when it is in this process."""

    value: Loadable
    load_time: datetime


class BundleWatcher(Generic[Loadable]):
    """Keeps the newest usable model.

    ``value``, ``in_force`` and ``has_looked`` may be read from any thread at any time; ``poll``
    belongs to one thread, which calls it again and again.
    """

    def __init__(
        self,
        folder: Path,
        load: Callable[[Path], Loadable],
        *,
        on_loaded: Callable[[Loadable], None],
        on_refused: Callable[[BundleError], None],
        clock: Callable[[], datetime],
    ) -> None:
        """Watch nothing yet.

        Args:
            folder: the model folder; it need not exist yet.
            load: makes of a bundle's folder what requests need; all checks happen in it.
            on_loaded: told of a model right after it came into force.
            on_refused: told why a model was refused.
            clock: gives the present moment.
        """
        self.in_force: InForce[Loadable] | None = None
        self.has_looked = False
        """Whether a first look is over, whatever it found: who answers before it does so without
        a model that may lie there ready."""
        self._link = folder / CURRENT
        self._load = load
        self._on_loaded = on_loaded
        self._on_refused = on_refused
        self._clock = clock
        self._tried: _Fingerprint | None = None

    @property
    def value(self) -> Loadable | None:
        """The model in force; ``None`` before the first one."""
        in_force = self.in_force
        return None if in_force is None else in_force.value

    def poll(self) -> bool:
        """Look once; return whether another model came into force.

        What was tried before is not tried again until the link or the files behind it change.
        """
        try:
            return self._look()
        finally:
            self.has_looked = True

    def _look(self) -> bool:
        published = _published(self._link)
        if published is None or published == self._tried:
            return False
        self._tried = published
        try:
            value = self._load(published[0])
        except BundleError as refusal:
            self._on_refused(refusal)
            return False
        except _UNREADABLE as error:
            self._on_refused(BundleError("UNREADABLE", f"{type(error).__name__}: {error}"))
            return False
        self.in_force = InForce(value, self._clock())
        self._on_loaded(value)
        return True


def _published(link: Path) -> _Fingerprint | None:
    """Return what is published now; ``None`` where nothing is."""
    try:
        if not link.is_symlink() and not link.is_dir():
            return None
        folder = link.resolve()
    except (OSError, RuntimeError):  # forbidden, away, or a link to itself: loading it says why
        return link, ()
    return folder, _files(folder)


def _files(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Return name, size, change time and inode of every file, by name; empty for no folder.

    Unlike the time of modification, that of change cannot be copied along or set back.
    """
    try:
        found = [(path.name, path.stat()) for path in folder.iterdir()]
    except OSError:  # the folder is not there, or is being deleted
        return ()
    return tuple(
        sorted((name, facts.st_size, facts.st_ctime_ns, facts.st_ino) for name, facts in found)
    )
