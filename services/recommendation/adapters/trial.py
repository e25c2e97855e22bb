"""A challenger beside the champion: compared with it, and answering a share of the customers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from ml.model.bundle import BundleError
from ml.model.bundle_watch import BundleWatcher
from services.recommendation.adapters import served_model
from services.recommendation.adapters.served_model import ServedModel
from services.recommendation.adapters.trial_telemetry import PrometheusTrialTelemetry
from services.recommendation.domain.comparison import Answered
from services.recommendation.domain.share import CustomerShare
from services.recommendation.ports.models import Model, ModelSource, Shadow, TrialTelemetry

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ChallengerTrial:
    """The port ``Trial``."""

    champions: ModelSource
    challengers: ModelSource
    share: CustomerShare
    """Who is answered by the challenger."""
    shadow: Shadow
    """Compares what the others are answered."""
    telemetry: TrialTelemetry

    def challenger_for(self, customer_id: str) -> Model | None:
        """See ``ports.models.Trial.challenger_for``."""
        challenger = self._challenger()
        return challenger if challenger and self.share.holds(customer_id) else None

    def answered(self, answered: Answered, challenger: Model | None) -> None:
        """See ``ports.models.Trial.answered``."""
        ranking = answered.ranking
        if challenger is not None:
            itself = ranking.model_version == challenger.version
            self.telemetry.answered("challenger" if itself else "champion")
        elif ranking.model_version and ranking.proposal.model_version and self._challenger():
            self.shadow.consider(answered)  # a whole answer: one that lacks something proves little

    def _challenger(self) -> Model | None:
        """Return the challenger; ``None`` where it is the champion too, as after a promotion."""
        challenger, champion = self.challengers.value, self.champions.value
        if challenger is None or (champion and champion.version == challenger.version):
            return None
        return challenger


def challenger_watcher(
    folder: Path, telemetry: PrometheusTrialTelemetry, clock: Callable[[], datetime]
) -> BundleWatcher[ServedModel]:
    """Return what loads challengers from their folder; they pass the checks of a champion.

    Args:
        folder: with the link ``current``.
        telemetry: told of every model that was tried.
        clock: gives the present moment.
    """

    def on_loaded(model: ServedModel) -> None:
        telemetry.challenger_loaded(model)
        _log.info("challenger held ready", version=model.version)

    def on_refused(refusal: BundleError) -> None:
        telemetry.challenger_refused(refusal)
        _log.error("challenger refused", reason=refusal.reason, detail=str(refusal))

    return BundleWatcher(
        folder, served_model.load, on_loaded=on_loaded, on_refused=on_refused, clock=clock
    )
