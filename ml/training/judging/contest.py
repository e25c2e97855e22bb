"""What a model is compared with, asked the same questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml.dataset.dataset import Dataset
from ml.evaluation.baselines import Personal, PersonalThenPopular, Popular
from ml.evaluation.comparison import Judgement, judge
from ml.evaluation.frequency_neighbours import TifuKnn, TifuParameters
from ml.evaluation.question import Question, of_histories_alone
from ml.evaluation.recency_neighbours import UpCf
from ml.evaluation.recommender import Recommender
from ml.training.artefacts.factors import FactorConfig
from ml.training.judging.models import Collaborative, FactorModel
from ml.training.judging.tuned_neighbours import Tuner
from ml.training.tuning.search import Keeping

ALS_ALONE = FactorConfig(factors=128, regularization=1.0, alpha=5.0)
"""The factors that the published figure of ALS alone was measured with."""


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """The questions of one evaluation.

    Attributes:
        dataset: what the questions were made of.
        asked: questions at one moment, or one for each fold in the order of the folds.
        fingerprint: names data, protocol and horizon.
        horizon_days: of the questions.
    """

    dataset: Dataset
    asked: Sequence[Question]
    fingerprint: str
    horizon_days: int

    def baselines(
        self, keeping: Keeping | None
    ) -> tuple[dict[str, Judgement], list[TifuParameters]]:
        """Return how each baseline did, and what was chosen for TIFU-KNN.

        Args:
            keeping: of the trials by which TIFU-KNN is tuned; ``None`` takes its authors' choice.
        """
        plain: Sequence[Recommender] = (
            Popular(),
            Personal(),
            PersonalThenPopular(),
            UpCf(),
            Collaborative(FactorModel(ALS_ALONE)),
        )
        ideal = self.dataset.description.ndcg_ideal
        alone = of_histories_alone(self.asked)
        found = {each.name: judge(each, alone, ideal=ideal) for each in plain}
        if keeping is None:
            found[TifuKnn.name] = judge(TifuKnn(), alone, ideal=ideal)
            return found, [TifuParameters()] * len(self.asked)
        tuner = Tuner(self.dataset, self.fingerprint, self.horizon_days, keeping)
        tuned, chosen = tuner.judge(self.asked)
        found[TifuKnn.name] = tuned
        return found, chosen
