"""Who watches is told what became of a command, and its limit holds for children too."""

import json
import sys
import time
from pathlib import Path

import psutil

from tests.benchmarks.watched_process import steps_told, watch

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(str(child.pid))
child.wait()
"""
LONG_ENOUGH_SECONDS = 0.5


def test_a_command_that_passes_its_limit_is_stopped_with_its_children(tmp_path: Path) -> None:
    told = tmp_path / "pid"

    found = watch([sys.executable, "-c", PARENT, str(told)], limit_seconds=5)

    assert found.exit_code is None
    assert found.peak_memory_mb > 1
    assert not psutil.pid_exists(int(told.read_text()))


def test_a_command_that_ends_is_told_with_its_exit_code() -> None:
    found = watch([sys.executable, "-c", "raise SystemExit(3)"], limit_seconds=60)
    assert found.exit_code == 3


def outer() -> None:
    inner()


def inner() -> None:
    time.sleep(LONG_ENOUGH_SECONDS)


def test_a_step_is_what_one_of_the_callers_has_called(tmp_path: Path) -> None:
    file = tmp_path / "steps.json"

    with steps_told(frozenset({"outer"}), file):
        outer()

    assert "inner" in json.loads(file.read_text())
