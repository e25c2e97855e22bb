"""From an alias to the folder that the services watch: downloaded, verified, flipped in one step.

``<model folder>/current`` is a link to ``<model folder>/versions/<bundle version>``. Nothing is
ever half there: a version is moved into place whole, and the link is replaced by another.
"""

import dataclasses
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ml.model.bundle import BundleError
from ml.model.bundle_folder import read_bundle
from ml.model.bundle_watch import CURRENT
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.promotion_log import standing
from ml.training.versions.registry import CHALLENGER, CHAMPION, RegisteredVersion, Registry
from ml.training.versions.run_contents import BUNDLE_ARTIFACT

VERSIONS = "versions"

KEPT_VERSIONS = 3
"""The champion and two to look back at."""

_DRAFT_PREFIX = ".publish-"

_MADE_BY = {CHAMPION: "promote", CHALLENGER: "train"}
"""What a person does to have a version of that alias."""

STALE_DRAFT_SECONDS = 3_600.0
"""A draft that nothing was added to for so long was left behind by a publisher that was killed."""


class PublishError(Exception):
    """A model cannot be published; the message says why. What was current still is.

    Attributes:
        is_astray: whether the alias was moved directly besides.
    """

    def __init__(self, message: str, *, is_astray: bool = False) -> None:
        """Keep what is known of the alias beside the sentence."""
        super().__init__(message)
        self.is_astray = is_astray


@dataclass(frozen=True, slots=True)
class Published:
    """What the folder now offers."""

    version: RegisteredVersion
    folder: Path
    changed: bool
    """Whether ``current`` moved."""
    astray: str = ""
    """What the alias names instead, as a sentence, where somebody moved it directly."""


class Publisher:
    """Brings what an alias names into a folder; once, or again and again."""

    def __init__(
        self, open_registry: Callable[[], Registry], *, name: str, alias: str, model_folder: Path
    ) -> None:
        """Publish nothing yet.

        Args:
            open_registry: opens MLflow, each time anew, for it may be away now and back later.
            name: the registered model.
            alias: resolved once each time. For ``champion`` the promotion log decides: an alias
                that was moved directly has not passed the gate and is not followed.
            model_folder: what the services watch; made where it is not there.
        """
        self._open_registry = open_registry
        self._name = name
        self._alias = alias
        self._model_folder = model_folder
        self._settled: Published | None = None

    def publish(self) -> Published:
        """Bring the version into the folder; verified, unless this call found it there before.

        Raises:
            PublishError: when nothing bears the alias or the bundle is refused.
            RegistryError: when MLflow is away.
            OSError: when the folder cannot be written.
        """
        registry = self._open_registry()
        version, astray = self._wanted(registry)
        if version is None:
            told, way = f"{astray}; " if astray else "", _MADE_BY.get(self._alias, "name")
            raise PublishError(
                f"{told}no version of {self._name!r} is {self._alias}; {way} one first",
                is_astray=bool(astray),
            )
        settled = self._settled
        if settled and settled.version == version and _is_current(self._model_folder, settled):
            return dataclasses.replace(settled, changed=False, astray=astray)
        self._settled = _bring(registry, version, self._model_folder)
        return dataclasses.replace(self._settled, astray=astray)

    def _wanted(self, registry: Registry) -> tuple[RegisteredVersion | None, str]:
        """Return the version to publish, and a sentence where the alias names another one."""
        if self._alias != CHAMPION:
            return registry.version(self._name, self._alias), ""
        found = standing(registry, self._name)
        if not found.is_astray:
            return found.champion, ""
        named = f"version {found.alias.number}" if found.alias else "nothing"
        return found.champion, (
            f"the alias {CHAMPION} names {named}, which no promotion or rollback of "
            f"{self._name!r} has done, and is not followed"
        )


def watch(
    publish_once: Callable[[], Published],
    *,
    say: Callable[[str], None],
    stop: threading.Event,
    period_seconds: float,
    show_astray: Callable[[bool], None] = lambda _: None,
) -> None:
    """Publish again and again until ``stop`` is set; a failure is told once and tried again.

    Args:
        publish_once: resolves the alias and publishes.
        say: takes a sentence.
        stop: ends the watch, between two tries.
        period_seconds: between two tries.
        show_astray: takes whether the alias was moved directly, at each try that could tell.
    """
    last = ""
    while not stop.is_set():
        try:
            published = publish_once()
            show_astray(bool(published.astray))
            sentence = f"{published.folder.name} is current"
            if published.astray:
                sentence += f"; {published.astray}"
        except (RegistryError, PublishError, OSError) as error:
            if isinstance(error, PublishError):
                show_astray(error.is_astray)
            sentence = f"{error}; what was current still is; trying again"
        if sentence != last:
            say(sentence)
            last = sentence
        stop.wait(period_seconds)


def _is_current(model_folder: Path, published: Published) -> bool:
    """Return whether the link still leads to what was published; somebody may have tidied up."""
    link = model_folder / CURRENT
    return link.is_dir() and link.resolve() == published.folder.resolve()


def _bring(registry: Registry, version: RegisteredVersion, model_folder: Path) -> Published:
    versions = model_folder / VERSIONS
    versions.mkdir(parents=True, exist_ok=True)
    _forget_drafts(model_folder)
    folder = versions / version.bundle_version
    if not (version.bundle_version and _is_sound(folder)):
        folder = _fetch(registry, version, model_folder)
    link = model_folder / CURRENT
    changed = link.resolve() != folder.resolve()
    if changed:
        _point_at(model_folder, folder)
    _forget_old(versions, folder)
    return Published(version, folder, changed=changed)


def _fetch(registry: Registry, version: RegisteredVersion, model_folder: Path) -> Path:
    """Download, verify and move into place."""
    with tempfile.TemporaryDirectory(dir=model_folder, prefix=_DRAFT_PREFIX) as temporary:
        draft = registry.download(version.run_id, BUNDLE_ARTIFACT, Path(temporary))
        try:
            stated = read_bundle(draft).facts.version
        except BundleError as error:
            raise PublishError(
                f"version {version.number} of {version.name!r} is refused: {error}"
            ) from error
        folder = model_folder / VERSIONS / stated
        if folder.exists():  # it is damaged, or it would not be fetched
            folder.rename(Path(temporary) / "damaged")
        draft.rename(folder)
    return folder


def _is_sound(folder: Path) -> bool:
    try:
        read_bundle(folder)
    except BundleError:
        return False
    return True


def _point_at(model_folder: Path, folder: Path) -> None:
    """Replace the link in one step, so that a reader finds the old version or the new one."""
    with tempfile.TemporaryDirectory(dir=model_folder, prefix=_DRAFT_PREFIX) as temporary:
        link = Path(temporary) / CURRENT
        link.symlink_to(folder.relative_to(model_folder))
        os.replace(link, model_folder / CURRENT)  # noqa: PTH105  # replaces a link, not its target


def _forget_old(versions: Path, current: Path) -> None:
    """Delete what is neither current nor among the latest."""
    others = [each for each in versions.iterdir() if each.is_dir() and each.name != current.name]
    others.sort(key=lambda each: each.stat().st_mtime, reverse=True)
    for each in others[KEPT_VERSIONS - 1 :]:
        shutil.rmtree(each)


def _forget_drafts(model_folder: Path) -> None:
    """Delete what killed publishers left behind: each is as large as a bundle."""
    for each in model_folder.glob(f"{_DRAFT_PREFIX}*"):
        if time.time() - _last_written(each) > STALE_DRAFT_SECONDS:
            shutil.rmtree(each, ignore_errors=True)


def _last_written(draft: Path) -> float:
    """Return when anything in a draft was last written, seconds since 1970.

    A download writes into files deep within, and the folder around them shows nothing of it.
    """
    try:
        return max(each.lstat().st_mtime for each in (draft, *draft.rglob("*")))
    except FileNotFoundError:  # its publisher moves it into place just now
        return time.time()
