"""What the settings say, in the words of the parts that need it."""

import time
from datetime import timedelta

import grpc

from ml.model.life_stages.sign_file import SHIPPED, SignTableError, read_sign_table
from services.recommendation.adapters.fact_conditions import FactCatalogueClient, FactConditions
from services.recommendation.domain.breaker import Breaker
from services.recommendation.servicer.recommendation_service import Policy
from services.recommendation.servicer.situation import Limits
from services.recommendation.settings import PREFIX, TIME_ZONE, RecommendationSettings
from services.serving.settings import SettingsError
from services.serving.time_zone import zone_of


def limits(settings: RecommendationSettings) -> Limits:
    """Return how long an answer waits for what it rests on."""
    return Limits(
        profile_timeout_seconds=settings.profile_timeout_ms / 1_000,
        embedding_timeout_seconds=settings.embedding_timeout_ms / 1_000,
        margin_ms=settings.answer_margin_ms,
        own_item_count=settings.own_item_count,
    )


def breaker(settings: RecommendationSettings) -> Breaker:
    """Return what leaves one dependency alone after failures; each has its own."""
    return Breaker(
        time.monotonic,
        failure_count=settings.breaker_failures,
        retry_seconds=settings.breaker_retry_ms / 1_000,
    )


def policy(settings: RecommendationSettings) -> Policy:
    """Return what the business has settled."""
    return Policy(
        min_score=settings.min_score,
        min_question_hits=settings.min_question_hits,
        validity=timedelta(hours=settings.validity_hours),
        time_zone=zone_of(settings.time_zone, variable=TIME_ZONE),
    )


def conditions(settings: RecommendationSettings, profile: grpc.Channel) -> FactConditions:
    """Return the language of conditions.

    Raises:
        SettingsError: when the table of signs, whose stages conditions speak of, cannot be used.
    """
    try:
        signs = read_sign_table(settings.life_signs_file or SHIPPED)
    except SignTableError as error:
        raise SettingsError(f"{PREFIX}_LIFE_SIGNS_FILE: {error}") from None
    stages = (stage.name for stage in signs.stages)
    return FactConditions(stages, FactCatalogueClient(profile).kinds)
