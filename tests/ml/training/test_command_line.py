"""The whole way through ``python -m ml``: a small town to a published model, and bad input."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ml.__main__ import app
from ml.model.bundle_folder import read_bundle
from ml.model.ranker import Ranker
from ml.training.versions.registry import CHALLENGER, Registry
from tests.ml.training.conftest import MLFLOW_WARNS

pytestmark = [
    MLFLOW_WARNS,
    pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache"),
]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("towns") / "town"
    made = run("simulate", "--customers", "100", "--out", folder, "--end", "2026-06-30")
    assert made.exit_code == 0, made.output
    return folder


def test_a_town_becomes_a_published_model(town: Path, tracking_uri: str, tmp_path: Path) -> None:
    where = ("--tracking-uri", tracking_uri)

    trained = run("train", town, "--fast", *where)
    assert trained.exit_code == 0, trained.output
    assert "lead over personal-then-popular" in trained.output
    assert "ofone version 1" in trained.output

    registry = Registry(tracking_uri)
    version = registry.version("ofone", CHALLENGER)
    assert version is not None
    artifacts = registry.download(version.run_id, "", tmp_path)
    written = {each.name for each in artifacts.iterdir()}
    assert written >= {
        "bundle", "environment.txt", "lists.md", "recall.png", "recall_by_history_length.png",
        "report.md", "scores.parquet",
    }  # fmt: skip
    bundle = read_bundle(artifacts / "bundle")
    Ranker(bundle.ranker)
    assert bundle.facts.version == version.bundle_version
    assert 0 < bundle.facts.metrics["recall_at_10"] < 1
    tags = registry.tags(version.run_id)
    assert tags["dataset_digest"] == bundle.facts.dataset_digest
    description = tags["mlflow.note.content"]
    assert "100 customers" in description
    assert "lead over personal-then-popular" in description

    promoted = run("promote", *where)
    if promoted.exit_code == 0:
        published = run("publish", "--model-dir", tmp_path / "models", *where)
    else:  # a hundred customers may be too few to be sure of a lead; the gate then says so
        assert "REFUSED" in promoted.output
        folder = ("--model-dir", tmp_path / "models")
        published = run("publish", *folder, "--alias", "challenger", *where)
    assert published.exit_code == 0, published.output
    assert read_bundle(tmp_path / "models" / "current").facts.version == version.bundle_version


def test_evaluate_writes_a_page_and_a_document_and_registers_nothing(
    town: Path, tmp_path: Path
) -> None:
    config = tmp_path / "quick.toml"
    config.write_text("[learning]\nwindows = 1\n[learning.factors]\nfactors = 8\n")
    out = tmp_path / "results"

    done = run("evaluate", town, "--config", config, "--out", out, "--protocol", "last-basket")

    assert done.exit_code == 0, done.output
    page = (out / "town.md").read_text()
    assert "| personal-then-popular |" in page
    assert "Protocol last-basket" in page
    pictures = re.findall(r"\]\((.*?\.png)\)", page)
    assert len(pictures) == 6
    assert all((out / each).is_file() for each in pictures)
    told = json.loads((out / "town.json").read_text())
    assert told == json.loads((out / "town-last-basket" / "evaluation.json").read_text())
    assert (told["dataset"], told["protocol"]) == ("town", "last-basket")
    assert set(told["folds"][0]) >= {
        "ofone", "popular", "personal", "personal_popular", "als", "tifuknn",
    }  # fmt: skip
    assert set(told["folds"][0]["ofone"]) >= {
        "recall@10", "ndcg@10", "phr@10", "recall@20", "ndcg@20",
    }  # fmt: skip
    low, high = told["difference"]["tifuknn"]["recall@10"][1:]
    assert low <= told["difference"]["tifuknn"]["recall@10"][0] <= high
    assert 0 < told["latency_ms"]["p50"] <= told["latency_ms"]["p95"] <= told["latency_ms"]["p99"]


def test_ablate_tells_what_each_set_of_features_is_worth(town: Path, tmp_path: Path) -> None:
    config = tmp_path / "quick.toml"
    config.write_text("[learning]\nwindows = 1\n[learning.ranker]\ntrees = 10\n")

    done = run("ablate", town, "--config", config, "--seeds", "1", "--out", tmp_path / "results")

    assert done.exit_code == 0, done.output
    folder = tmp_path / "results" / "town-calendar"
    assert (folder / "ablation.md").read_text().strip() in done.output
    assert json.loads((folder / "ablation.json").read_text())["seeds"] == 1
    assert (folder / "ablation.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("train", "{tmp}/nowhere", "--tracking-uri", "{uri}"), 3, "dataset.json: is missing"),
        (("evaluate", "{tmp}/nowhere"), 3, "dataset.json: is missing"),
        (("ablate", "{tmp}/nowhere"), 3, "dataset.json: is missing"),
        (("evaluate", "{tmp}", "--config", "{tmp}/none.toml"), 3, "cannot be read"),
        (("promote", "--tracking-uri", "{uri}"), 3, "no model is registered as 'ofone'"),
        (("rollback", "--tracking-uri", "{uri}"), 3, "no model is registered"),
        (("publish", "--model-dir", "{tmp}/m", "--tracking-uri", "{uri}"), 3, "no model"),
        (("promote", "--tracking-uri", "http://127.0.0.1:9"), 3, "127.0.0.1:9 cannot be reached"),
        (("publish", "--model-dir", "{tmp}/m", "--metrics", "h:1"), 2, "goes with --watch"),
        (("publish", "--model-dir", "m", "--watch", "--metrics", "h:65536"), 2, "0 to 65535"),
        (("drift", "{tmp}", "--days", "1000000"), 2, "less than or equal to 3650"),
        (("timing", "--people", "1000", "--out", "{tmp}/t"), 3, "characters must be 1 to"),
        (("timing", "--customers", "10", "--people", "4", "--out", "{tmp}/t"), 3, "a larger one"),
        (("simulate", "--customers", "1", "--out", "{tmp}/t"), 3, "customers must be"),
        (("import", "{tmp}/none.csv", "--out", "{tmp}/t"), 3, "none.csv"),
        (("import", "--out", "{tmp}/t"), 2, "either a file or --profile"),
        (("import", "a.csv", "--embedding", "h:1", "--out", "{tmp}/t"), 2, "goes with --profile"),
        (("evaluate",), 2, "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: tuple[str, ...],
    code: int,
    sentence: str,
    tracking_uri: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    filled = [each.format(tmp=tmp_path, uri=tracking_uri) for each in arguments]

    done = run(*filled)

    assert done.exit_code == code, done.output
    told = " ".join(done.output.replace("│", " ").split())
    assert sentence in told
    assert "Traceback" not in done.output


def test_a_raw_export_is_imported_with_its_refused_lines(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_text(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        "1,10001,TEA,2,2011-01-03 10:00:00,2.5,17,UK\n"
        "2,10001,TEA,1,2011-01-05 10:00:00,2.5,,UK\n",
        encoding="utf-8",
    )

    done = run("import", raw, "--out", tmp_path / "data")

    assert done.exit_code == 0, done.output
    assert "1 refused" in done.output
    assert f"refused lines are in {tmp_path / 'data' / 'refused.parquet'}" in done.output
    assert json.loads((tmp_path / "data" / "dataset.json").read_text())["interactions"] == 1


def test_what_was_refused_is_told_and_written_even_where_nothing_is_left(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_text(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        '1,10001,TEA,2,2011-01-03 10:00:00,"2,50",17,UK\n',
        encoding="utf-8",
    )

    done = run("import", raw, "--out", tmp_path / "data")

    assert done.exit_code == 3, done.output
    assert "unparsable_price: 1, such as '2,50'" in done.output
    assert str(tmp_path / "data.refused.parquet") in done.output
    assert (tmp_path / "data.refused.parquet").is_file()


def test_spark_is_asked_for_where_it_is_not(
    town: Path, tracking_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    night = ("retrain", "--profile", "127.0.0.1:1", "--out", town)
    for command in (("train", town), ("evaluate", town), night):
        answer = run(*command, "--engine", "spark", "--tracking-uri", tracking_uri)
        assert answer.exit_code == 3
        assert answer.output.startswith("Spark is not in this environment: `make setup-spark`")


def test_a_search_over_data_that_are_not_at_hand_is_refused(town: Path) -> None:
    answer = run("evaluate", town, "--engine", "spark", "--tune", "1")
    assert answer.exit_code == 2
    assert "--tune reads a data set whole" in answer.output
