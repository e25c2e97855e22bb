"""The whole service: ``python -m services.embedding``; with ``migrate`` it only migrates."""

import functools
import os
import sys
from datetime import UTC, datetime

from ofone.embedding.v1 import embedding_service_pb2_grpc as pb_grpc

from ml.model.bundle_watch import BundleWatcher
from services.embedding.adapters import metrics
from services.embedding.adapters.catalogue_poll import CataloguePoll
from services.embedding.adapters.drift import VectorWatch
from services.embedding.adapters.model_watch import challenger_watcher, model_watcher
from services.embedding.adapters.sql_item_store import MIGRATIONS, SqlItemStore
from services.embedding.domain.keeper import Keeper
from services.embedding.domain.model import Model
from services.embedding.domain.retrieval import Retrieved
from services.embedding.servicer import EmbeddingServicer
from services.embedding.servicer.service import NAME
from services.embedding.settings import PREFIX, EmbeddingSettings
from services.serving.bootstrap import Application, Service, ServingSettings, run, serve
from services.serving.health import ReadinessCheck
from services.serving.polling import PollingThread
from services.serving.settings import load_both
from services.storage.engine import DatabaseLimits
from services.storage.startup import migrate_database, open_database


def main() -> int:
    """Serve, or migrate and end; return the exit code."""
    if sys.argv[1:] == ["migrate"]:
        return migrate_database(PREFIX, MIGRATIONS, os.environ)
    settings, serving = load_both(
        (EmbeddingSettings, PREFIX), (ServingSettings, "OFONE_SERVING"), os.environ
    )
    return serve(functools.partial(application, settings), serving, name="embedding")


def application(settings: EmbeddingSettings) -> Application:
    """Return the service, its threads started.

    Raises:
        StartupError: when the database is not there or not migrated.
    """
    engine = open_database(
        settings.database_url,
        MIGRATIONS,
        limits=DatabaseLimits(pool_size=settings.pool_size),
        migrate_first=settings.migrate_on_start,
    )
    keeper, store = Keeper(), SqlItemStore(engine)
    poll = CataloguePoll(store, keeper)
    vectors = VectorWatch()
    watcher = model_watcher(
        settings.model_dir,
        keeper,
        least_recall=settings.min_index_recall,
        clock=_now,
        on_model=vectors.use,
    )

    def on_retrieved(found: Retrieved) -> None:
        metrics.CANDIDATES.observe(len(found.item_ids))
        vectors.retrieved(found)

    servicer = EmbeddingServicer(keeper, store, clock=_now, on_retrieved=on_retrieved)
    threads = [
        PollingThread("catalogue-poll", poll.poll),
        PollingThread("bundle-watch", watcher.poll),
    ]
    readiness: dict[str, ReadinessCheck] = {
        "model": lambda: keeper.assortment.placement is not None,
        "catalogue": poll.is_loaded,
    }
    challengers = _challengers(settings, keeper)
    if challengers is not None:
        threads.append(PollingThread("challenger-watch", challengers.poll))
        readiness["challenger"] = lambda: challengers.has_looked
    for each in threads:
        each.start(settings.poll_seconds)
    add = functools.partial(pb_grpc.add_EmbeddingServiceServicer_to_server, servicer)
    return Application(
        name="embedding",
        services=(Service(NAME, add),),
        readiness=readiness,
        on_stop=(*(each.stop for each in threads), engine.dispose),
    )


def _challengers(settings: EmbeddingSettings, keeper: Keeper) -> BundleWatcher[Model] | None:
    if settings.challenger_dir is None:
        return None
    return challenger_watcher(
        settings.challenger_dir, keeper, least_recall=settings.min_index_recall, clock=_now
    )


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    run(main)
