"""The process itself: what it says when it cannot start, and that it migrates."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.recommendation.adapters.tables import MIGRATIONS
from services.recommendation.settings import PREFIX, RecommendationSettings
from services.serving.settings import SettingsError, load_settings
from services.storage.engine import open_engine
from services.storage.startup import is_ready

WHOLE = {
    f"{PREFIX}_DATABASE_URL": "sqlite:///x",
    f"{PREFIX}_MODEL_DIR": "models",
    f"{PREFIX}_PROFILE_TARGET": "dns:///profile:7401",
    f"{PREFIX}_EMBEDDING_TARGET": "dns:///embedding:7402",
}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "services.recommendation", *arguments],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_missing_variable_is_named() -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(RecommendationSettings, PREFIX, {})
    assert str(refusal.value).splitlines() == [f"{name} is missing" for name in WHOLE]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROFILE_TIMEOUT_MS", "0"),
        ("MIN_SCORE", "nan"),
        ("TIME_ZONE", "Atlantis"),
        ("TIME_ZONE", "/etc/localtime"),
        ("TIME_ZONE", "Europe"),
        ("POLL_SECONDS", "soon"),
        ("OWN_ITEM_COUNT", "1001"),
        ("CHALLENGER_SHARE", "1.1"),
        ("CHALLENGER_SHARE", "0.1"),  # of no challenger
        ("SHADOW_SHARE", "-0.1"),
    ],
)
def test_a_malformed_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{PREFIX}_{name}"):
        load_settings(RecommendationSettings, PREFIX, WHOLE | {f"{PREFIX}_{name}": value})


def test_a_process_without_settings_ends_with_code_2() -> None:
    result = run()
    assert result.returncode == 2
    assert f"{PREFIX}_DATABASE_URL is missing" in result.stderr
    assert "Traceback" not in result.stderr


def test_migrating_needs_the_database_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'recommendation.sqlite'}"
    result = run("migrate", **{f"{PREFIX}_DATABASE_URL": url})
    assert (result.returncode, result.stderr) == (0, "")
    engine = open_engine(url)
    assert is_ready(engine, MIGRATIONS)
    engine.dispose()


def test_a_database_that_is_not_there_ends_the_process_with_code_3(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/nowhere/recommendation.sqlite"
    result = run("migrate", **{f"{PREFIX}_DATABASE_URL": url})
    assert result.returncode == 3
    assert "does not answer" in result.stderr
    assert "Traceback" not in result.stderr
