"""The watcher swaps in what can be used and keeps what it has when something cannot."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ml.model.bundle import BundleError
from ml.model.bundle_watch import BundleWatcher
from tests.models import point_current_at

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class Notes:
    """Loads the word in a version's only file, and notes what it was told."""

    tries: int = 0
    loaded: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def load(self, folder: Path) -> str:
        self.tries += 1
        word = (folder / "word").read_text()
        if word == "broken":
            raise BundleError("BAD_VALUE", "the word is broken")
        if word == "odd":
            raise IndexError("a list without an end")
        if word == "huge":
            raise MemoryError
        return word

    def on_loaded(self, word: str) -> None:
        self.loaded.append(word)

    def on_refused(self, refusal: BundleError) -> None:
        self.refused.append(refusal.reason)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def watcher(tmp_path: Path, notes: Notes) -> BundleWatcher[str]:
    return BundleWatcher(
        tmp_path,
        notes.load,
        on_loaded=notes.on_loaded,
        on_refused=notes.on_refused,
        clock=lambda: NOON,
    )


def publish_word(folder: Path, version: str, word: str) -> None:
    path = folder / "versions" / version
    path.mkdir(parents=True, exist_ok=True)
    (path / "word").write_text(word)
    point_current_at(folder, path)


def test_a_folder_that_is_not_there_yet_is_waited_for(
    watcher: BundleWatcher[str], notes: Notes
) -> None:
    assert not watcher.poll()
    assert watcher.value is None
    assert notes.refused == []


def test_a_flip_of_the_link_swaps(
    watcher: BundleWatcher[str], notes: Notes, tmp_path: Path
) -> None:
    publish_word(tmp_path, "v1", "one")
    assert watcher.poll()
    assert not watcher.poll()
    publish_word(tmp_path, "v2", "two")
    assert watcher.poll()
    assert watcher.value == "two"
    assert watcher.in_force is not None
    assert watcher.in_force.load_time == NOON
    assert notes.loaded == ["one", "two"]


@pytest.mark.parametrize(
    ("word", "reason"), [("broken", "BAD_VALUE"), ("odd", "UNREADABLE"), ("huge", "UNREADABLE")]
)
def test_a_refused_version_leaves_the_old_one_and_is_not_tried_twice(
    watcher: BundleWatcher[str], notes: Notes, tmp_path: Path, word: str, reason: str
) -> None:
    publish_word(tmp_path, "v1", "one")
    watcher.poll()
    publish_word(tmp_path, "v2", word)
    for _ in range(3):
        assert not watcher.poll()
    assert watcher.value == "one"
    assert notes.refused == [reason]
    assert notes.tries == 2


def test_a_refused_version_is_tried_again_when_its_content_changes(
    watcher: BundleWatcher[str], notes: Notes, tmp_path: Path
) -> None:
    publish_word(tmp_path, "v1", "broken")
    watcher.poll()
    publish_word(tmp_path, "v1", "sound")  # of another length: the clock may not have ticked
    assert watcher.poll()
    assert watcher.value == "sound"


def test_content_that_changed_under_its_old_size_and_time_is_noticed(
    watcher: BundleWatcher[str], notes: Notes, tmp_path: Path
) -> None:
    publish_word(tmp_path, "v1", "one")
    watcher.poll()
    word = tmp_path / "versions" / "v1" / "word"
    facts = word.stat()
    while word.stat().st_ctime_ns == facts.st_ctime_ns:  # until the file system's clock ticks
        word.write_text("two")
        os.utime(word, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert watcher.poll()
    assert notes.loaded == ["one", "two"]


def test_the_same_version_published_anew_is_loaded_anew_and_only_then(
    watcher: BundleWatcher[str], notes: Notes, tmp_path: Path
) -> None:
    publish_word(tmp_path, "v1", "one")
    watcher.poll()
    point_current_at(tmp_path, tmp_path / "versions" / "v1")
    assert not watcher.poll()
    (tmp_path / "versions" / "v1").rename(tmp_path / "old")
    publish_word(tmp_path, "v1", "one")
    assert watcher.poll()
    assert notes.loaded == ["one", "one"]


def test_a_link_that_flips_while_a_model_is_loaded_is_followed_at_the_next_look(
    tmp_path: Path, notes: Notes
) -> None:
    def load(folder: Path) -> str:
        if notes.tries == 0:  # while the first model is read, two others are published
            publish_word(tmp_path, "v2", "two")
            publish_word(tmp_path, "v3", "three")
        return notes.load(folder)

    watcher = BundleWatcher(
        tmp_path,
        load,
        on_loaded=notes.on_loaded,
        on_refused=notes.on_refused,
        clock=lambda: NOON,
    )
    publish_word(tmp_path, "v1", "one")
    assert [watcher.poll() for _ in range(3)] == [True, True, False]
    assert notes.loaded == ["one", "three"]


def test_a_link_to_itself_is_refused_once_and_the_next_model_is_found(
    watcher: BundleWatcher[str], notes: Notes, tmp_path: Path
) -> None:
    (tmp_path / "current").symlink_to("current")
    for _ in range(3):
        assert not watcher.poll()
    assert notes.refused == ["UNREADABLE"]
    publish_word(tmp_path, "v1", "one")
    assert watcher.poll()


def test_a_link_to_nowhere_is_refused_and_a_lost_link_is_waited_for(
    watcher: BundleWatcher[str], notes: Notes, tmp_path: Path
) -> None:
    publish_word(tmp_path, "v1", "one")
    watcher.poll()
    point_current_at(tmp_path, tmp_path / "versions" / "v9")
    assert not watcher.poll()
    (tmp_path / "current").unlink()
    assert not watcher.poll()
    assert watcher.value == "one"
    assert notes.refused == ["UNREADABLE"]


@pytest.mark.parametrize(
    ("word", "value", "refused"),
    [("", None, []), ("one", "one", []), ("broken", None, ["BAD_VALUE"])],
)
def test_a_look_is_over_whatever_it_found(
    watcher: BundleWatcher[str],
    notes: Notes,
    tmp_path: Path,
    word: str,
    value: str | None,
    refused: list[str],
) -> None:
    if word:
        publish_word(tmp_path, "v1", word)
    assert not watcher.has_looked
    watcher.poll()
    assert watcher.has_looked
    assert (watcher.value, notes.refused) == (value, refused)
