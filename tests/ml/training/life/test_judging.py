"""Two small towns are judged whole, and what is found is written for programs and for people."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ml.__main__ import app
from ml.dataset.folder import write_dataset
from ml.model.life_stages.sign_file import SHIPPED, read_sign_table
from ml.model.life_stages.signs import SignTable
from ml.training.life.judging import CURVE_WEEKS, Judgement, JudgingConfig, judge
from ml.training.life.report import write_life_stages
from tests.ml.training.life.corner_town import corner_town

pytestmark = pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache")

CONFIG = JudgingConfig(learned_from=450, levelled_by=80, judged=80, changed_share=1.0)


@pytest.fixture(scope="module")
def found() -> Judgement:
    home = read_sign_table(SHIPPED).stages[1]
    return judge(CONFIG, SignTable((home,)))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_signs_of_a_move_are_learned_and_tell_it_in_the_same_town_and_in_another(
    found: Judgement,
) -> None:
    (stage,) = found.table.stages
    assert {sign.name for sign in stage.signs} & {"Another store", "Home things"}

    assert [name for name, _ in found.groups] == [
        "80 other customers of the same town",
        "80 customers of another town",
    ]
    for _, (worth,) in found.groups:
        assert worth.changed_count + worth.other_count == 80
        assert len(worth.areas) == len(worth.detected) == CURVE_WEEKS + 1
        assert worth.areas[13].mean > 0.6
        shares = [each.mean for each in worth.detected]
        assert shares == sorted(shares)
        assert worth.false_share.mean < 0.2


def test_what_is_found_is_written_as_page_document_and_picture(
    found: Judgement, tmp_path: Path
) -> None:
    files = write_life_stages(found, CONFIG, tmp_path)

    page = files.page.read_text()
    assert "| A new home |" in page
    assert "## 80 customers of another town" in page
    document = json.loads(files.document.read_text())
    worth = document["80 customers of another town"]["new_home"]
    assert len(worth["area_by_week"]) == CURVE_WEEKS + 1
    assert all(low <= mean <= high for mean, low, high in worth["area_by_week"])
    assert files.pictures[0].stat().st_size > 10_000


def test_signs_are_learned_on_the_command_line_from_labels(tmp_path: Path) -> None:
    dataset, labels = corner_town()
    write_dataset(dataset, tmp_path / "town")
    labels.to_parquet(tmp_path / "labels.parquet")
    out = tmp_path / "results" / "signs.toml"

    answer = run(
        *("life-signs", tmp_path / "town", "--labels", tmp_path / "labels.parquet", "--out", out)
    )

    assert answer.exit_code == 0, answer.output
    assert "A new home: Lamps x " in answer.output
    (stage,) = read_sign_table(out).stages
    assert stage.name == "new_home"
    assert not stage.is_sensitive


def test_a_folder_without_labels_is_refused_in_a_sentence(tmp_path: Path) -> None:
    write_dataset(corner_town(customers=4)[0], tmp_path / "town")

    answer = run("life-signs", tmp_path / "town", "--out", tmp_path / "signs.toml")

    assert answer.exit_code == 3
    assert "truth.parquet is missing: it says in customer_id, life_change, changed_at who" in (
        answer.output
    )
    assert not (tmp_path / "signs.toml").exists()


def test_a_time_zone_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    answer = run("life-signs", tmp_path, "--time-zone", "Mars/Olympus")

    assert answer.exit_code == 3
    assert "'Mars/Olympus' is not a time zone known here" in answer.output
