"""TIFU-KNN as strong as it gets: tuned on what may be known, and shown the last baskets it may see.

Source: Li, Jullien, Ariannezhad, de Rijke, "A Next Basket Recommendation Reality Check", ACM TOIS
2023, section 4.4 (tuned on validation customers); the starts are the choices that the authors of
TIFU-KNN made for their four data sets.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from ml.dataset.dataset import Dataset
from ml.dataset.rules import Fold
from ml.evaluation.comparison import Answered, Judgement, answer, judge
from ml.evaluation.frequency_neighbours import TifuKnn, TifuParameters
from ml.evaluation.metrics import MAIN_METRIC
from ml.evaluation.question import Question, targets_as_baskets
from ml.evaluation.validation import validation_question
from ml.training.tuning.search import Keeping, Number, Plan, Space, Values, Whole, search

TRIALS = 30
"""Trials of each fold; after twenty the best on Ta-Feng moves by less than .001."""

SPACE: Space = {
    "neighbours": Whole(50, 1_500, is_log=True),
    "groups": Whole(1, 20, is_log=True),
    "within": Number(0.2, 1.0),
    "between": Number(0.2, 1.0),
    "own_share": Number(0.005, 0.98, is_log=True),
}

STARTS: Sequence[Values] = (
    asdict(TifuParameters()),
    asdict(TifuParameters(neighbours=900, groups=3, within=0.9, between=0.6, own_share=0.9)),
    asdict(TifuParameters(neighbours=900, groups=3, within=0.6, between=0.8, own_share=0.2)),
    asdict(TifuParameters(neighbours=300, groups=7, within=1.0, between=0.6, own_share=0.7)),
)
"""Ta-Feng, Instacart, Dunnhumby and ValuedShopper."""


@dataclass(frozen=True, slots=True, eq=False)
class Tuner:
    """Tunes for the questions of one evaluation.

    Attributes:
        dataset: what the questions were made of.
        study: names data set and protocol.
        horizon_days: as of the questions.
        keeping: of the trials.
    """

    dataset: Dataset
    study: str
    horizon_days: int
    keeping: Keeping

    def judge(self, asked: Sequence[Question]) -> tuple[Judgement, list[TifuParameters]]:
        """Tune for each question and answer it.

        Args:
            asked: questions at one moment, or one for each fold in the order of the folds.

        Returns:
            How it did, and the parameters of each question; the authors' where the histories are
            too short to choose by.
        """
        is_folded = asked[0].cut is None and self.dataset.folds
        folds = self.dataset.folds if is_folded else [None] * len(asked)
        ideal = self.dataset.description.ndcg_ideal
        found: list[Answered] = []
        chosen: list[TifuParameters] = []
        knn, learned = TifuKnn(), None
        for question, fold in zip(asked, folds, strict=True):
            if question.history is not learned:
                knn = self._fitted(question, fold)
                learned = question.history
            found.append(answer(knn, question, ideal=ideal))
            chosen.append(knn.parameters)
        return Judgement(TifuKnn.name, tuple(found)), chosen

    def _fitted(self, question: Question, fold: Fold | None) -> TifuKnn:
        """Return one that was tuned for a question and knows all that may be known."""
        before = validation_question(question, fold, horizon_days=self.horizon_days)
        parameters = TifuParameters()
        if before is not None:
            name = f"tifu-knn {self.study} {question.name}"
            shown = replace(before, history=targets_as_baskets(before.history))
            parameters = _best(shown, Plan(name, TRIALS, STARTS), self.keeping)
        knn = TifuKnn(parameters)
        knn.fit(targets_as_baskets(question.history), question.now)
        return knn


def _best(question: Question, plan: Plan, keeping: Keeping) -> TifuParameters:
    def worth(values: Values) -> float:
        judged = judge(TifuKnn(_parameters(values)), [question])
        return float(judged.scores[MAIN_METRIC].mean())

    return _parameters(search(SPACE, worth, plan, keeping).values)


def _parameters(values: Values) -> TifuParameters:
    return TifuParameters(
        neighbours=int(values["neighbours"]),
        groups=int(values["groups"]),
        within=float(values["within"]),
        between=float(values["between"]),
        own_share=float(values["own_share"]),
    )
