"""The whole service: ``python -m services.recommendation``; with ``migrate`` it only migrates."""

import functools
import os
import sys
import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

import grpc
from ofone.recommendation.v1.offer_service_pb2_grpc import add_OfferServiceServicer_to_server
from ofone.recommendation.v1.question_service_pb2_grpc import (
    add_QuestionServiceServicer_to_server,
)
from ofone.recommendation.v1.recommendation_service_pb2_grpc import (
    add_RecommendationServiceServicer_to_server,
)
from sqlalchemy import Engine

from services.recommendation.adapters import (
    access_client,
    embedding_client,
    erasure_client,
    fact_conditions,
    profile_client,
)
from services.recommendation.adapters.condition_needs import ConditionNeeds
from services.recommendation.adapters.decision_log import BufferedDecisionLog
from services.recommendation.adapters.erasing import Eraser
from services.recommendation.adapters.erasure_client import ErasureClient
from services.recommendation.adapters.erasure_telemetry import PrometheusErasureTelemetry
from services.recommendation.adapters.offer_book import CachedOfferBook
from services.recommendation.adapters.question_book import CachedQuestionBook
from services.recommendation.adapters.sql_decisions import SqlDecisionStore
from services.recommendation.adapters.sql_erasures import SqlErasureStore
from services.recommendation.adapters.sql_offers import SqlOfferStore
from services.recommendation.adapters.sql_questions import SqlQuestionStore
from services.recommendation.adapters.tables import MIGRATIONS
from services.recommendation.adapters.telemetry import PrometheusTelemetry
from services.recommendation.assembly import terms
from services.recommendation.assembly.models import challenger_side, champion_watcher
from services.recommendation.servicer.decision_methods import DecisionMethods
from services.recommendation.servicer.offer_service import OfferServicer
from services.recommendation.servicer.question_service import QuestionServicer
from services.recommendation.servicer.recommendation_service import RecommendationServicer
from services.recommendation.servicer.situation import SituationReader
from services.recommendation.settings import PREFIX, RecommendationSettings
from services.serving.bootstrap import Application, Service, ServingSettings, run, serve
from services.serving.channel import ChannelSettings, connect
from services.serving.polling import PollingThread
from services.serving.settings import load_both
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
    telemetry = PrometheusTelemetry()
    store = SqlOfferStore(engine, _now)
    book = CachedOfferBook(store)
    question_store = SqlQuestionStore(engine, _now)
    questions = CachedQuestionBook(question_store)
    log = _decision_log(settings, engine, telemetry)
    models = champion_watcher(settings, telemetry, _now)
    profile = _connect(
        settings.profile_target,
        profile_client.SERVICE,
        (
            *(*profile_client.SAFE_METHODS, *fact_conditions.SAFE_METHODS),
            *(*erasure_client.SAFE_METHODS, *access_client.SAFE_METHODS),
        ),
    )
    conditions = terms.conditions(settings, profile)
    embedding = _connect(
        settings.embedding_target, embedding_client.SERVICE, embedding_client.SAFE_METHODS
    )
    nearness = _nearness(settings, embedding)
    challenger = challenger_side(settings, models, nearness, _now)
    situations = SituationReader(
        customers=profile_client.ProfileClient(profile, ConditionNeeds(book, questions)),
        proposer=nearness,
        models=models,
        telemetry=telemetry,
        limits=terms.limits(settings),
        profile_breaker=terms.breaker(settings),
        embedding_breaker=terms.breaker(settings),
        challenger_breaker=terms.breaker(settings),
        clock=time.perf_counter,
        questions=questions,
        trial=challenger.trial,
    )
    offering = OfferServicer(store, book, conditions, nearness, _now)
    inquiring = QuestionServicer(question_store, questions, conditions, nearness, _now)
    recommending = RecommendationServicer(
        situations,
        book,
        questions,
        conditions,
        log,
        DecisionMethods(log, access_client.AccessClient(profile)),
        telemetry,
        terms.policy(settings),
        _now,
        _new_id,
    )
    threads = (
        PollingThread("offer-book", book.refresh),
        PollingThread("question-book", questions.refresh),
        PollingThread("bundle-watch", models.poll),
        *challenger.threads,
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
    stops = (*(each.stop for each in (*threads, erasing)), *challenger.on_stop, log.stop)
    return Application(
        name=NAME,
        services=_services(recommending, offering, inquiring),
        readiness=looked | challenger.readiness,
        on_stop=(*stops, profile.close, embedding.close, engine.dispose),
    )


def _database(settings: RecommendationSettings) -> Engine:
    return open_database(
        settings.database_url,
        MIGRATIONS,
        limits=DatabaseLimits(pool_size=settings.pool_size),
        migrate_first=settings.migrate_on_start,
    )


def _decision_log(
    settings: RecommendationSettings, engine: Engine, telemetry: PrometheusTelemetry
) -> BufferedDecisionLog:
    return BufferedDecisionLog(
        SqlDecisionStore(engine), telemetry, _now, capacity=settings.log_capacity_rows
    )


def _eraser(engine: Engine, profile: grpc.Channel, log: BufferedDecisionLog) -> Eraser:
    store = SqlErasureStore(engine, _now)
    return Eraser(ErasureClient(profile), store, log.forget, PrometheusErasureTelemetry())


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


def _connect(target: str, service: str, safe_methods: Iterable[str]) -> grpc.Channel:
    return connect(target, ChannelSettings(service, NAME), safe_methods=safe_methods)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return str(uuid.uuid4())


if __name__ == "__main__":
    run(main)
