"""TIFU-KNN is tuned for each question by itself, and sees the last baskets it may see."""

import pandas as pd

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.rules import Fold
from ml.evaluation.comparison import judge
from ml.evaluation.frequency_neighbours import TifuKnn, TifuParameters
from ml.evaluation.question import questions
from ml.training.judging.tuned_neighbours import STARTS, TRIALS, Tuner
from ml.training.tuning.search import Keeping, Trial
from tests.ml.shopping import checkered, dataset_of

Shop = dict[str, list[tuple[int, list[str]]]]


def followers() -> Dataset:
    """Return a shop where who bought tea twice buys jam next; only last baskets show it."""
    names = [f"customer-{number:02d}" for number in range(30)]
    shop: Shop = {name: [(0, ["tea"]), (1, ["tea"])] for name in names}
    targets = pd.DataFrame({"customer_id": names, "item_id": "jam"})
    fold = Fold(tuple(names[:10]), tuple(names[10:20]), tuple(names[20:]))
    return make_dataset(
        Description("followers", dated=False),
        dataset_of(shop, dated=False).interactions,
        targets=targets,
        folds=(fold,),
    )


def test_what_train_customers_bought_last_is_found_by_their_neighbours() -> None:
    dataset = followers()
    asked = questions(dataset, "last-basket")

    judged, chosen = Tuner(dataset, "followers", 45, Keeping()).judge(asked)

    assert judged.scores["recall@10"].mean() == 1
    assert len(chosen) == 1
    assert judged.name == TifuKnn.name


def test_tuning_is_no_worse_than_the_authors_choice_on_what_it_was_tuned_by() -> None:
    dataset = checkered()
    asked = questions(dataset, "calendar", horizon_days=30)
    told: list[Trial] = []

    _, (chosen,) = Tuner(dataset, "town", 30, Keeping(note=told.append)).judge(asked)

    assert len(told) == TRIALS
    best = max(told, key=lambda trial: trial.score)
    assert best.score >= told[0].score
    assert told[0].values == STARTS[0]
    assert chosen.neighbours == best.values["neighbours"]


def test_a_history_too_short_to_choose_by_leaves_the_authors_choice() -> None:
    dataset = dataset_of({"ann": [(0, ["tea"]), (1, ["tea"]), (20, ["tea"])]})
    asked = questions(dataset, "calendar", horizon_days=10)

    judged, chosen = Tuner(dataset, "short", 10, Keeping()).judge(asked)

    assert chosen == [TifuParameters()]
    pd.testing.assert_frame_equal(judged.scores, judge(TifuKnn(), asked).scores)
