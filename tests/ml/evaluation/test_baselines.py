"""Baselines on a shop that fits on a page, and on the tables that others published."""

from pathlib import Path

import pytest

from ml.dataset.dataset import Dataset
from ml.dataset.folder import read_dataset
from ml.evaluation.baselines import Personal, PersonalThenPopular, Popular, Ties
from ml.evaluation.comparison import judge
from ml.evaluation.frequency_neighbours import TifuKnn
from ml.evaluation.question import questions
from ml.evaluation.recency_neighbours import PUBLISHED, UpCf
from ml.evaluation.recommender import Recommender
from tests.ml.shopping import dataset_of

DATA = Path(__file__).parents[4] / "shared" / "data"

SHOP = dataset_of(
    {
        "ann": [(0, ["bread", "soap"]), (1, ["soap", "tea"])],
        "bob": [(0, ["tea"]), (1, ["tea"]), (2, ["milk", "tea"])],
    }
)


def asked(recommender: Recommender, customer: str, count: int = 4) -> list[str]:
    recommender.fit(SHOP, None)
    return recommender.recommend([customer], count)[0]


def test_the_popular_list_is_everybodys() -> None:
    assert (
        asked(Popular(), "ann") == asked(Popular(), "stranger") == ["tea", "soap", "bread", "milk"]
    )


def test_the_personal_list_ends_where_the_history_ends() -> None:
    assert asked(Personal(), "bob") == ["tea", "milk"]
    assert asked(Personal(), "stranger") == []


@pytest.mark.parametrize(
    ("ties", "expected"),
    [("popular", ["soap", "tea", "bread"]), ("earliest", ["soap", "bread", "tea"])],
)
def test_ties_go_to_the_popular_or_to_the_earliest(ties: Ties, expected: list[str]) -> None:
    assert asked(Personal(ties), "ann") == expected


def test_what_is_popular_fills_the_personal_list_without_repetition() -> None:
    assert asked(PersonalThenPopular(), "bob") == ["tea", "milk", "soap", "bread"]
    assert asked(PersonalThenPopular(), "bob", 3) == ["tea", "milk", "soap"]


def public(name: str) -> Dataset:
    if not (DATA / name).is_dir():
        pytest.skip(f"the public data set {name} is not at {DATA / name}")
    return read_dataset(DATA / name)


def test_ta_feng_gives_the_published_table() -> None:
    # within a basket the published code breaks ties by the order of its own file, which the data
    # set does not keep: .004 of PHR, under .002 of the others; that of UP-CF leaves them to a sort
    dataset = public("tafeng")
    asked_of = questions(dataset, "last-basket")
    published: dict[Recommender, tuple[float, ...]] = {
        Popular(): (0.0834, 0.0866, 0.2511, 0.1115, 0.0963),
        Personal("earliest"): (0.1072, 0.0959, 0.3487, 0.1403, 0.1103),
        PersonalThenPopular("earliest"): (0.1215, 0.1019, 0.3706, 0.1703, 0.1215),
        UpCf(PUBLISHED): (0.1174, 0.1004, 0.3819, 0.1578, 0.1169),
        TifuKnn(): (0.1254, 0.1018, 0.3870, 0.1829, 0.1237),
    }
    for recommender, figures in published.items():
        means = judge(recommender, asked_of).scores.mean()
        names = ("recall@10", "ndcg@10", "phr@10", "recall@20", "ndcg@20")
        for name, figure in zip(names, figures, strict=True):
            within = 0.005 if name == "phr@10" else 0.003
            assert means[name] == pytest.approx(figure, abs=within), (recommender.name, name)


def test_online_retail_gives_the_published_figure() -> None:
    asked_of = questions(public("online-retail-2011"), "last-basket")

    recall = judge(PersonalThenPopular(), asked_of).scores["recall@10"].mean()

    assert recall == pytest.approx(0.2077, abs=0.0005)
