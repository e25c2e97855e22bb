"""The page of settings holds every variable that a process reads, with the default of the code."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from ml.spark.settings import SparkSettings
from services.embedding.settings import EmbeddingSettings
from services.profile.settings import ProfileSettings
from services.recommendation.settings import RecommendationSettings
from services.serving.application import ServingSettings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
KINDS = {
    "OFONE_SERVING": ServingSettings,
    "OFONE_PROFILE": ProfileSettings,
    "OFONE_EMBEDDING": EmbeddingSettings,
    "OFONE_RECOMMENDATION": RecommendationSettings,
    "OFONE_SPARK": SparkSettings,
}
SET_BY_THE_SUPERVISOR = "OFONE_SERVING_WORKER_INDEX"


def stated(prefix: str) -> dict[str, str]:
    """Return the variables of the page that begin so, each with its default."""
    rows = re.findall(rf"^\| `({prefix}_\w+)` \| (.+?) \| .+ \|$", PAGE.read_text(), re.MULTILINE)
    return dict(rows)


def as_written(field: "dataclasses.Field[Any]") -> str:
    """Return a default as the page writes it."""
    if field.default is dataclasses.MISSING:
        return "**required**"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, tuple):
        return f"`{','.join(field.default)}`"
    return f"`{field.default}`"


@pytest.mark.parametrize("prefix", KINDS)
def test_the_page_and_the_code_name_the_same_variables_and_defaults(prefix: str) -> None:
    read = {
        f"{prefix}_{each.name.upper()}": as_written(each)
        for each in dataclasses.fields(KINDS[prefix])
    }
    read.pop(SET_BY_THE_SUPERVISOR, None)
    assert stated(prefix) == read
