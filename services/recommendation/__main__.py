"""The whole service: ``python -m services.recommendation``; with ``migrate`` it only migrates."""

import functools
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import grpc
from ofone.recommendation.v1.offer_service_pb2_grpc import add_OfferServiceServicer_to_server
from ofone.recommendation.v1.question_service_pb2_grpc import (
    add_QuestionServiceServicer_to_server,
)
from ofone.recommendation.v1.recommendation_service_pb2_grpc import (
    add_RecommendationServiceServicer_to_server,
)
from sqlalchemy import Engine

from ml.model.bundle_watch import BundleWatcher
from ml.model.life_stages.sign_file import SHIPPED, SignTableError, read_sign_table
from services.conditions.cel_conditions import CelConditions
from services.recommendation.adapters import (
    embedding_client,
    erasure_client,
    profile_client,
    served_model,
)
from services.recommendation.adapters.condition_needs import ConditionNeeds
from services.recommendation.adapters.decision_log import BufferedDecisionLog
from services.recommendation.adapters.erasing import Eraser
from services.recommendation.adapters.erasure_client import ErasureClient
from services.recommendation.adapters.erasure_telemetry import PrometheusErasureTelemetry
from services.recommendation.adapters.offer_book import CachedOfferBook
from services.recommendation.adapters.question_book import CachedQuestionBook
from services.recommendation.adapters.shadow import QueuedShadow
from services.recommendation.adapters.sql_decisions import SqlDecisionStore
from services.recommendation.adapters.sql_erasures import SqlErasureStore
from services.recommendation.adapters.sql_offers import SqlOfferStore
from services.recommendation.adapters.sql_questions import SqlQuestionStore
from services.recommendation.adapters.tables import MIGRATIONS
from services.recommendation.adapters.telemetry import PrometheusTelemetry
from services.recommendation.adapters.trial import ChallengerTrial, challenger_watcher
from services.recommendation.adapters.trial_telemetry import PrometheusTrialTelemetry
from services.recommendation.domain.breaker import Breaker
from services.recommendation.domain.condition import vocabulary
from services.recommendation.domain.share import CustomerShare
from services.recommendation.ports import ModelSource, Proposer
from services.recommendation.servicer.offer_service import OfferServicer
from services.recommendation.servicer.question_service import QuestionServicer
from services.recommendation.servicer.recommendation_service import Policy, RecommendationServicer
from services.recommendation.servicer.situation import Limits, SituationReader
from services.recommendation.settings import PREFIX, TIME_ZONE, RecommendationSettings
from services.serving.bootstrap import Application, Service, ServingSettings, run, serve
from services.serving.channel import ChannelSettings, connect
from services.serving.health import ReadinessCheck
from services.serving.polling import PollingThread
from services.serving.settings import SettingsError, load_both
from services.serving.time_zone import zone_of
from services.storage.engine import DatabaseLimits
from services.storage.startup import migrate_database, open_database

NAME = "recommendation"


def main() -> int:
    """Serve, or migrate and end; return the exit code."""
    if sys.argv[1:] == ["migrate"]:
        return migrate_database(PREFIX, MIGRATIONS, os.environ)
    settings, serving = load_both(
        (RecommendationSettings, PREFIX), (ServingSettings, "OFONE_SERVING"), os.environ
    )
    return serve(functools.partial(application, settings), serving, name=NAME)


def application(settings: RecommendationSettings) -> Application:
    """Return the service, its threads started.

    Raises:
        StartupError: when the database is not there or not migrated.
    """
    engine = _database(settings)
    telemetry, conditions = PrometheusTelemetry(), _conditions(settings)
    store = SqlOfferStore(engine, _now)
    book = CachedOfferBook(store)
    question_store = SqlQuestionStore(engine, _now)
    questions = CachedQuestionBook(question_store)
    log = _decision_log(settings, engine, telemetry)
    models = _model_watcher(settings, telemetry)
    profile = _connect(
        settings.profile_target,
        profile_client.SERVICE,
        (*profile_client.SAFE_METHODS, *erasure_client.SAFE_METHODS),
    )
    embedding = _connect(
        settings.embedding_target, embedding_client.SERVICE, embedding_client.SAFE_METHODS
    )
    nearness = _nearness(settings, embedding)
    beside = _beside(settings, models, nearness)
    situations = SituationReader(
        customers=profile_client.ProfileClient(profile, ConditionNeeds(book, questions)),
        proposer=nearness,
        models=models,
        telemetry=telemetry,
        limits=_limits(settings),
        profile_breaker=_breaker(settings),
        embedding_breaker=_breaker(settings),
        challenger_breaker=_breaker(settings),
        clock=time.perf_counter,
        questions=questions,
        trial=beside.trial,
    )
    offering = OfferServicer(store, book, conditions, nearness, _now)
    inquiring = QuestionServicer(question_store, questions, conditions, nearness, _now)
    recommending = RecommendationServicer(
        situations, book, questions, conditions, log, telemetry, _policy(settings), _now, _new_id
    )
    threads = (
        PollingThread("offer-book", book.refresh),
        PollingThread("question-book", questions.refresh),
        PollingThread("bundle-watch", models.poll),
        *beside.threads,
    )
    for each in threads:
        each.start(settings.poll_seconds)
    erasing = PollingThread("erasures", _eraser(engine, profile, log).look)
    erasing.start(settings.erasure_poll_seconds)
    log.start()
    looked = {
        "offers": lambda: book.loaded,
        "questions": lambda: questions.loaded,
        "model": lambda: models.has_looked,
    }
    stops = (*(each.stop for each in (*threads, erasing)), *beside.on_stop, log.stop)
    return Application(
        name=NAME,
        services=_services(recommending, offering, inquiring),
        readiness=looked | beside.readiness,
        on_stop=(*stops, profile.close, embedding.close, engine.dispose),
    )


def _database(settings: RecommendationSettings) -> Engine:
    return open_database(
        settings.database_url,
        MIGRATIONS,
        limits=DatabaseLimits(pool_size=settings.pool_size),
        migrate_first=settings.migrate_on_start,
    )


def _conditions(settings: RecommendationSettings) -> CelConditions:
    """Return the language of conditions.

    Raises:
        SettingsError: when the table of signs, whose stages conditions speak of, cannot be used.
    """
    try:
        signs = read_sign_table(settings.life_signs_file or SHIPPED)
    except SignTableError as error:
        raise SettingsError(f"{PREFIX}_LIFE_SIGNS_FILE: {error}") from None
    return CelConditions(vocabulary(stage.name for stage in signs.stages))


def _decision_log(
    settings: RecommendationSettings, engine: Engine, telemetry: PrometheusTelemetry
) -> BufferedDecisionLog:
    return BufferedDecisionLog(
        SqlDecisionStore(engine), telemetry, _now, capacity=settings.log_capacity_rows
    )


def _eraser(engine: Engine, profile: grpc.Channel, log: BufferedDecisionLog) -> Eraser:
    return Eraser(
        ErasureClient(profile),
        SqlErasureStore(engine, _now),
        log.forget,
        PrometheusErasureTelemetry(_now),
    )


def _nearness(
    settings: RecommendationSettings, channel: grpc.Channel
) -> embedding_client.EmbeddingClient:
    return embedding_client.EmbeddingClient(
        channel, own_item_count=settings.own_item_count, source_size=settings.source_size
    )


def _services(
    recommending: RecommendationServicer, offering: OfferServicer, inquiring: QuestionServicer
) -> tuple[Service, Service, Service]:
    return (
        Service(
            "ofone.recommendation.v1.RecommendationService",
            functools.partial(add_RecommendationServiceServicer_to_server, recommending),
        ),
        Service(
            "ofone.recommendation.v1.OfferService",
            functools.partial(add_OfferServiceServicer_to_server, offering),
        ),
        Service(
            "ofone.recommendation.v1.QuestionService",
            functools.partial(add_QuestionServiceServicer_to_server, inquiring),
        ),
    )


def _model_watcher(
    settings: RecommendationSettings, telemetry: PrometheusTelemetry
) -> BundleWatcher[served_model.ServedModel]:
    watcher = BundleWatcher(
        settings.model_dir,
        served_model.load,
        on_loaded=telemetry.bundle_loaded,
        on_refused=telemetry.bundle_refused,
        clock=_now,
    )
    telemetry.show_model_age(lambda: watcher.value, _now)
    return watcher


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the champion; nothing where there is no challenger's folder."""

    trial: ChallengerTrial | None = None
    threads: tuple[PollingThread, ...] = ()
    readiness: dict[str, ReadinessCheck] = field(default_factory=dict)
    on_stop: tuple[Callable[[], None], ...] = ()


def _beside(
    settings: RecommendationSettings, champions: ModelSource, proposer: Proposer
) -> _Beside:
    if settings.challenger_dir is None:
        return _Beside()
    telemetry = PrometheusTrialTelemetry()
    challengers = challenger_watcher(settings.challenger_dir, telemetry, _now)
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
    return _Beside(
        ChallengerTrial(champions, challengers, share, shadow, telemetry),
        (PollingThread("challenger-watch", challengers.poll),),
        {"challenger": lambda: challengers.has_looked},
        (shadow.stop,),
    )


def _connect(target: str, service: str, safe_methods: Iterable[str]) -> grpc.Channel:
    return connect(target, ChannelSettings(service, NAME), safe_methods=safe_methods)


def _limits(settings: RecommendationSettings) -> Limits:
    return Limits(
        profile_timeout_seconds=settings.profile_timeout_ms / 1_000,
        embedding_timeout_seconds=settings.embedding_timeout_ms / 1_000,
        margin_ms=settings.answer_margin_ms,
        own_item_count=settings.own_item_count,
    )


def _breaker(settings: RecommendationSettings) -> Breaker:
    return Breaker(
        time.monotonic,
        failure_count=settings.breaker_failures,
        retry_seconds=settings.breaker_retry_ms / 1_000,
    )


def _policy(settings: RecommendationSettings) -> Policy:
    return Policy(
        min_score=settings.min_score,
        min_question_hits=settings.min_question_hits,
        validity=timedelta(hours=settings.validity_hours),
        time_zone=zone_of(settings.time_zone, variable=TIME_ZONE),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


if __name__ == "__main__":
    run(main)
