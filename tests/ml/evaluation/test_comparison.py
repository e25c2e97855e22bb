"""Several recommenders, the same questions."""

from collections.abc import Sequence

import pytest

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import judge, table
from ml.evaluation.question import Now, Question
from tests.ml.shopping import dataset_of

HISTORY = dataset_of({"ann": [(0, ["tea", "milk"])], "bob": [(0, ["coffee", "soap"])]})
QUESTION = Question(
    "one", HISTORY, {"ann": frozenset({"tea"}), "bob": frozenset({"coffee"})}, cut=None
)


class Always:
    """Gives everybody the same list."""

    def __init__(self, *items: str) -> None:
        self.items = items
        self.fitted = 0

    @property
    def name(self) -> str:
        return "always " + self.items[0]

    def fit(self, history: Dataset, now: Now) -> None:
        self.fitted += 1

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        return [list(self.items[:count]) for _ in customer_ids]


def test_a_judgement_holds_scores_coverage_and_lists() -> None:
    judged = judge(Always("tea"), [QUESTION])

    assert judged.estimates()["recall@10"].mean == 0.5
    assert judged.coverage == {"coverage@10": 0.25, "coverage@20": 0.25}
    assert judged.lists == {"ann": ["tea"], "bob": ["tea"]}


def test_the_lead_is_taken_customer_by_customer() -> None:
    both, one = judge(Always("tea", "coffee"), [QUESTION]), judge(Always("tea"), [QUESTION])

    lead = both.lead_over(one)["recall@20"]

    assert lead.mean == pytest.approx(0.5)
    assert (lead.low, lead.high) == (0, 1)


def test_questions_that_share_a_history_are_learned_once() -> None:
    recommender = Always("tea")

    judged = judge(recommender, [QUESTION, QUESTION])

    assert recommender.fitted == 1
    assert len(judged.scores) == 4


def test_the_table_has_a_line_each_with_intervals() -> None:
    text = table({"tea": judge(Always("tea"), [QUESTION])})

    assert text.splitlines()[0].startswith("| model | recall@10 |")
    assert "| tea | 0.5000 [0.0000, 1.0000] |" in text
