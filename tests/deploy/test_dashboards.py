"""The dashboards open in any Grafana: complete panels, side by side, one variable to choose."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from tests.deploy.monitoring import DASHBOARDS, Entry, panels


def overlap(one: Entry, other: Entry) -> bool:
    """Return whether two places on the grid share a cell."""
    return bool(
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def test_there_is_one_for_the_services_and_one_for_the_model() -> None:
    assert [path.stem for path in DASHBOARDS] == ["model", "services"]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_panel_says_what_it_shows_and_in_which_unit(path: Path) -> None:
    assert len(panels(path)) >= 10
    for panel in panels(path):
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert all(target["expr"] and target["legendFormat"] for target in panel["targets"])


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_no_two_panels_share_an_id_or_a_place(path: Path) -> None:
    every = json.loads(path.read_text())["panels"]
    assert len({each["id"] for each in every}) == len(every)
    places = [each["gridPos"] for each in every]
    assert not any(overlap(one, other) for one, other in combinations(places, 2))
    assert all(place["x"] + place["w"] <= 24 for place in places)


def test_panels_on_one_place_overlap_and_neighbours_do_not() -> None:
    here = {"x": 0, "y": 0, "w": 8, "h": 7}
    assert overlap(here, {"x": 7, "y": 6, "w": 8, "h": 7})
    assert not overlap(here, {"x": 8, "y": 0, "w": 8, "h": 7})
    assert not overlap(here, {"x": 0, "y": 7, "w": 8, "h": 7})
