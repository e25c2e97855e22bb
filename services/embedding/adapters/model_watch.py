"""Brings published models into use: read, checked, indexed and tried beside the old one.

The champion comes into force; the challenger, from a folder of its own, is held ready beside it.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from ml.model.bundle import BundleError
from ml.model.bundle_folder import read_bundle
from ml.model.bundle_watch import BundleWatcher
from ml.model.index import build_index
from services.embedding.adapters import metrics
from services.embedding.domain.keeper import Keeper
from services.embedding.domain.model import BuildIndex, Model, prepared

_log = structlog.get_logger()


def model_watcher(
    folder: Path,
    keeper: Keeper,
    *,
    least_recall: float,
    clock: Callable[[], datetime],
    on_model: Callable[[Model], None] = lambda _: None,
    build: BuildIndex = build_index,
) -> BundleWatcher[Model]:
    """Return the watcher that feeds ``keeper``; it does nothing until it is started.

    Args:
        folder: the model folder, with the link ``current``.
        keeper: gets every model that proves usable.
        least_recall: what an index must reach, 0 to 1.
        clock: gives the present moment.
        on_model: told of every model before it comes into force.
        build: makes the index of choice.
    """
    metrics.declare()
    load = _loader(least_recall, clock, build)

    def on_loaded(model: Model) -> None:
        on_model(model)
        keeper.use_model(model)
        metrics.show_model(model, clock)
        for kind, recall in model.passed_over.items():
            _log.warning("index misses too much", kind=kind, recall=recall, least=least_recall)
        facts = {"index": model.index_kind, "index_recall": model.index_recall}
        _log.info("model in force", version=model.version, **facts)

    def on_refused(refusal: BundleError) -> None:
        metrics.show_refusal(refusal)
        in_force = keeper.assortment.placement
        kept = "" if in_force is None else in_force.model.version
        _log.error("model refused", reason=refusal.reason, detail=str(refusal), kept=kept)

    return BundleWatcher(folder, load, on_loaded=on_loaded, on_refused=on_refused, clock=clock)


def challenger_watcher(
    folder: Path, keeper: Keeper, *, least_recall: float, clock: Callable[[], datetime]
) -> BundleWatcher[Model]:
    """Return the watcher that holds challengers ready; they pass the checks of a champion.

    Args:
        folder: the challenger's folder, with the link ``current``.
        keeper: gets every challenger that proves usable.
        least_recall: what an index must reach, 0 to 1.
        clock: gives the present moment.
    """
    metrics.declare_challenger()

    def on_loaded(model: Model) -> None:
        keeper.use_challenger(model)
        metrics.show_challenger(model)
        facts = {"index": model.index_kind, "index_recall": model.index_recall}
        _log.info("challenger held ready", version=model.version, **facts)

    def on_refused(refusal: BundleError) -> None:
        metrics.show_challenger_refusal(refusal)
        _log.error("challenger refused", reason=refusal.reason, detail=str(refusal))

    load = _loader(least_recall, clock, build_index)
    return BundleWatcher(folder, load, on_loaded=on_loaded, on_refused=on_refused, clock=clock)


def _loader(
    least_recall: float, clock: Callable[[], datetime], build: BuildIndex
) -> Callable[[Path], Model]:
    def load(path: Path) -> Model:
        bundle = read_bundle(path)
        return prepared(bundle, least_recall=least_recall, load_time=clock(), build=build)

    return load
