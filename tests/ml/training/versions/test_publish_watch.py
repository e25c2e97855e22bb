"""Watching an alias: patient when MLflow is away, and it tells what it sees, once."""

import re
import threading
import urllib.request
from pathlib import Path

from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.publish import Published, PublishError, watch
from ml.training.versions.publish_metrics import MetricsPage, show_astray, shown
from ml.training.versions.registry import RegisteredVersion
from tests.ml.training.conftest import NAME

FOLDER = Path("/models/versions/v1")
VERSION = RegisteredVersion(NAME, "1", "run", "v1")
GOOD = Published(VERSION, FOLDER, changed=True)


class Publishing:
    """Gives what it was told to, one after the other, and ends the watch with the last."""

    def __init__(self, *answers: Published | RegistryError | PublishError) -> None:
        self._answers = list(answers)
        self.stop = threading.Event()

    def publish_once(self) -> Published:
        answer = self._answers.pop(0)
        if not self._answers:
            self.stop.set()
        if isinstance(answer, Published):
            return answer
        raise answer


def test_watching_tells_each_state_once_and_tries_again() -> None:
    away = RegistryError("MLflow is away")
    publishing = Publishing(away, away, GOOD, GOOD)
    said: list[str] = []

    watch(publishing.publish_once, say=said.append, stop=publishing.stop, period_seconds=0)

    assert said == [
        "MLflow is away; what was current still is; trying again",
        "v1 is current",
    ]


def test_the_metrics_page_shows_an_alias_that_is_astray() -> None:
    publishing = Publishing(
        Published(VERSION, FOLDER, changed=True, astray="somebody moved it"),
        GOOD,
        PublishError("nothing was promoted", is_astray=True),
    )
    seen: list[str] = []

    with shown(MetricsPage("127.0.0.1", 0)) as port:

        def show(is_astray: bool) -> None:
            show_astray(is_astray)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                page = answer.read().decode()
            seen.extend(re.findall(r"^ofone_publish_champion_astray (\S+)$", page, re.MULTILINE))

        watch(
            publishing.publish_once,
            say=lambda _: None,
            stop=publishing.stop,
            period_seconds=0,
            show_astray=show,
        )

    assert seen == ["1.0", "0.0", "1.0"]
