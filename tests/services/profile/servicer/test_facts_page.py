"""The page about facts: its example runs and prints what the page says."""

import re
import subprocess
import sys
from pathlib import Path

from tests.services.profile.desk import serving
from tests.services.profile.memory_store import MemoryProfileStore

PAGE = (Path(__file__).parents[4] / "docs" / "facts.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_example_prints_what_the_page_says() -> None:
    with serving(MemoryProfileStore()) as desk:
        code = block("python").replace("127.0.0.1:7401", desk.address)
        command = [sys.executable, "-W", "error", "-c", code]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (run.stdout, run.stderr) == (block("text"), "")
