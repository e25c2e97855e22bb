"""What watches the published models: the champion's folder, and the challenger's beside it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ml.model.bundle_watch import BundleWatcher
from services.recommendation.adapters import served_model
from services.recommendation.adapters.shadow import QueuedShadow
from services.recommendation.adapters.telemetry import PrometheusTelemetry
from services.recommendation.adapters.trial import ChallengerTrial, challenger_watcher
from services.recommendation.adapters.trial_telemetry import PrometheusTrialTelemetry
from services.recommendation.domain.share import CustomerShare
from services.recommendation.ports.models import ModelSource
from services.recommendation.ports.neighbours import Proposer
from services.recommendation.settings import RecommendationSettings
from services.serving.health import ReadinessCheck
from services.serving.polling import PollingThread

Now = Callable[[], datetime]


def champion_watcher(
    settings: RecommendationSettings, telemetry: PrometheusTelemetry, now: Now
) -> BundleWatcher[served_model.ServedModel]:
    """Return what takes a published model into use, its age shown."""
    watcher = BundleWatcher(
        settings.model_dir,
        served_model.load,
        on_loaded=telemetry.bundle_loaded,
        on_refused=telemetry.bundle_refused,
        clock=now,
    )
    telemetry.show_model_age(lambda: watcher.value, now)
    return watcher


@dataclass(frozen=True, slots=True)
class ChallengerSide:
    """What stands beside the champion; nothing where there is no challenger's folder."""

    trial: ChallengerTrial | None = None
    threads: tuple[PollingThread, ...] = ()
    """Not started yet."""
    readiness: dict[str, ReadinessCheck] = field(default_factory=dict)
    on_stop: tuple[Callable[[], None], ...] = ()


def challenger_side(
    settings: RecommendationSettings, champions: ModelSource, proposer: Proposer, now: Now
) -> ChallengerSide:
    """Return what stands beside the champion, its comparing begun."""
    if settings.challenger_dir is None:
        return ChallengerSide()
    telemetry = PrometheusTrialTelemetry()
    challengers = challenger_watcher(settings.challenger_dir, telemetry, now)
    shadow = QueuedShadow(
        challengers,
        proposer,
        telemetry,
        sampled_share=settings.shadow_share,
        timeout_seconds=settings.embedding_timeout_ms / 1_000,
        clock=time.perf_counter,
    )
    shadow.start()
    share = CustomerShare(settings.challenger_share, settings.challenger_salt)
    return ChallengerSide(
        ChallengerTrial(champions, challengers, share, shadow, telemetry),
        (PollingThread("challenger-watch", challengers.poll),),
        {"challenger": lambda: challengers.has_looked},
        (shadow.stop,),
    )
