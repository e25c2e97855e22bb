"""What a set of features is worth is what the ranker loses without it, and nothing else changes."""

import json
from dataclasses import replace
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import judge
from ml.evaluation.question import questions
from ml.model.features import FEATURES, GROUPS
from ml.training.artefacts.factors import FactorConfig
from ml.training.insight.ablation import CHANCE, Ablation, ablate, without
from ml.training.insight.ablation_report import document, page, write_ablation
from ml.training.insight.feature_sets import FEATURE_SETS
from ml.training.judging.feature_gain import gain_by_group
from ml.training.judging.findings import ResultsError
from ml.training.learned import Ofone
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig, train_ranker
from ml.training.lessons.samples import Samples
from tests.ml.shopping import dataset_of

pytestmark = pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache")

SMALL = LearningConfig(
    factors=FactorConfig(factors=4, iterations=3),
    ranker=RankerConfig(trees=30, leaves=7),
    windows=2,
    horizon_days=30,
    show_progress=False,
)


def shop_of_rhythms(customers: int = 60, days: int = 400) -> Dataset:
    """Return a shop where everybody buys thirty items, each when it is due.

    Some are due every fortnight and some every other month, other ones for each customer. So
    neither what was bought lately, nor what is bought often, nor what others buy is next.
    """
    random = np.random.default_rng(0)
    baskets: dict[str, list[tuple[int, list[str]]]] = {}
    for customer in range(customers):
        items = [f"item-{row:02d}" for row in range(30)]
        gaps = dict(zip(items, random.choice([15, 30, 60], 30).tolist(), strict=True))
        due = {item: int(random.integers(0, gap)) for item, gap in gaps.items()}
        visits = []
        day = int(random.integers(0, 5))
        while day < days:
            held = [item for item in items if due[item] <= day]
            due |= {item: day + gaps[item] for item in held}
            if held:
                visits.append((day, held))
            day += int(random.choice([1, 2, 6]))
        baskets[f"customer-{customer:03d}"] = visits
    return dataset_of(baskets)


@pytest.fixture(scope="module")
def shop() -> Dataset:
    return shop_of_rhythms()


@pytest.fixture(scope="module")
def ablation(shop: Dataset) -> Ablation:
    return ablate(shop, SMALL, seeds=2)


def samples(count: int = 400) -> Samples:
    random = np.random.default_rng(1)
    values = random.random((count, len(FEATURES))).astype(np.float32)
    labels = (values[:, FEATURES.index("due_z")] > 0.5).astype(np.float32)
    return Samples(values, labels, np.ones(count, np.float32))


def test_every_feature_belongs_to_a_set_and_every_set_names_features_once() -> None:
    named = [name for names in FEATURE_SETS.values() for name in names]

    assert set(named) == set(FEATURES)
    assert all(len(set(names)) == len(names) for names in FEATURE_SETS.values())
    assert set(FEATURE_SETS["due-ness"]) > set(GROUPS["timing"])


def test_the_ranker_cannot_use_what_is_blank() -> None:
    whole = train_ranker(samples(), SMALL.ranker, seed=0)
    blank = train_ranker(without(samples(), FEATURE_SETS["due-ness"]), SMALL.ranker, seed=0)

    assert gain_by_group(whole)["timing"] > 0.9
    assert gain_by_group(blank)["timing"] == 0


def test_blank_columns_are_as_good_as_none() -> None:
    """The trees say what those say that never had the columns."""
    left_out = FEATURE_SETS["due-ness"]
    kept = [place for place, name in enumerate(FEATURES) if name not in left_out]
    given = samples()
    rate = SMALL.ranker.learning_rate
    config = replace(SMALL.ranker, trees=10, first_learning_rate=rate)

    blank = lightgbm.Booster(model_str=train_ranker(without(given, left_out), config, seed=0))
    data = lightgbm.Dataset(given.values[:, kept], given.labels, weight=given.weights)
    options = {
        "objective": "binary", "num_leaves": config.leaves, "learning_rate": config.learning_rate,
        "lambda_l2": config.l2, "feature_fraction": config.feature_fraction, "deterministic": True,
        "force_row_wise": True, "seed": 0, "num_threads": 1, "verbosity": -1,
    }  # fmt: skip
    removed = lightgbm.train(options, data, config.trees)

    np.testing.assert_array_equal(
        blank.predict(given.values), removed.predict(given.values[:, kept])
    )


def test_samples_keep_what_is_not_left_out_and_are_not_changed_themselves() -> None:
    given = samples(5)

    blank = without(given, ("own",))

    assert np.isnan(blank.values[:, FEATURES.index("own")]).all()
    assert not np.isnan(given.values).any()
    np.testing.assert_array_equal(
        np.delete(blank.values, FEATURES.index("own"), 1),
        np.delete(given.values, FEATURES.index("own"), 1),
    )


def test_every_ranker_is_asked_about_the_same_customers_once_a_seed(ablation: Ablation) -> None:
    assert set(ablation.without) == {CHANCE, *FEATURE_SETS}
    assert ablation.seeds == 2
    assert len(ablation.whole.scores) == 2 * ablation.customer_count
    for each in ablation.without.values():
        assert each.scores.index.equals(ablation.whole.scores.index)


def test_with_every_feature_the_lists_are_those_of_the_model(
    ablation: Ablation, shop: Dataset
) -> None:
    (question,) = questions(shop, "calendar", horizon_days=SMALL.horizon_days)

    model = judge(Ofone(SMALL), [question])

    assert ablation.whole.answered[0].lists == model.lists
    assert ablation.whole.answered[1].lists != model.lists  # another seed
    for chance in ablation.without[CHANCE].answered:
        assert all(chance.lists != each.lists for each in ablation.whole.answered)


def test_where_rhythms_decide_dueness_is_worth_most_and_popularity_nothing(
    ablation: Ablation,
) -> None:
    worth = {name: each["recall@10"] for name, each in ablation.worth().items()}

    assert worth["due-ness"].is_above_zero
    assert worth["due-ness"].mean > 5 * abs(worth["popularity as of now"].mean)
    assert worth[CHANCE].low <= 0 <= worth[CHANCE].high


def test_worth_is_the_difference_of_the_figures(ablation: Ablation, shop: Dataset) -> None:
    told = json.loads(json.dumps(document(ablation, shop, name="rhythms")))

    assert (told["dataset"], told["protocol"]) == ("rhythms", "calendar")
    assert (told["customers"], told["seeds"]) == (ablation.customer_count, 2)
    for name, each in told["without"].items():
        assert each["features"] == list(FEATURE_SETS.get(name, ()))
        mean, low, high = each["worth"]["recall@10"]
        figures = told["whole"]["recall@10"][0], each["figures"]["recall@10"][0]
        assert mean == pytest.approx(figures[0] - figures[1])
        assert low <= mean <= high


def test_page_document_and_picture_lie_beside_the_evaluation(
    ablation: Ablation, shop: Dataset, tmp_path: Path
) -> None:
    files = write_ablation(ablation, shop, tmp_path, name="rhythms")
    (picture,) = files.pictures

    assert {each.parent for each in (files.document, files.page, picture)} == {
        tmp_path / "rhythms-calendar"
    }
    assert files.page.read_text() == page(ablation, shop)
    assert "| due-ness |" in files.page.read_text()
    assert f"]({picture.name})" in files.page.read_text()
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert json.loads(files.document.read_text()) == document(ablation, shop, name="rhythms")


def test_a_folder_that_cannot_be_written_is_told(
    ablation: Ablation, shop: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "rhythms-calendar").write_text("in the way")

    with pytest.raises(ResultsError, match=r"rhythms-calendar: the results cannot be written: "):
        write_ablation(ablation, shop, tmp_path, name="rhythms")
