"""Choosing hyperparameters by trials that go on where they were cut off.

Every trial's draw depends on the trials before it and on its number alone, so a search that was
killed and begun again ends where one that ran through does.

Source: Akiba et al., "Optuna: A Next-generation Hyperparameter Optimization Framework", KDD 2019;
Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011 (tree-structured Parzen
estimator).
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Value = int | float | str
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Whole:
    """Whole numbers from ``low`` to ``high``; ``is_log`` where doubling matters, not adding."""

    low: int
    high: int
    is_log: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """Numbers from ``low`` to ``high``; ``is_log`` as in ``Whole``."""

    low: float
    high: float
    is_log: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    options: tuple[str, ...]


Space = Mapping[str, Whole | Number | Choice]
"""What may be chosen, by name."""

_SEEDS_APART = 1_000_003
"""Between the seeds of two searches; more than any has trials."""

_SEEDS = 2**32
"""How many seeds the sampler knows; behind the last it begins anew."""

Objective = Callable[[Values], float]
"""What a choice is worth; NaN where nothing can be made of it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One choice and what it was worth."""

    study: str
    number: int
    """From 0."""
    values: Values
    score: float
    """NaN where nothing could be made of the values."""
    seconds: float = 0.0


class SearchError(Exception):
    """No trial came to anything, or trials cannot be kept; the message names study or file."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where trials are kept and told."""

    file: Path | None = None
    """An SQLite file, made where it is not there yet; ``None`` keeps nothing."""
    note: Callable[[Trial], None] = lambda _: None
    """Told of every new trial."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to search."""

    study: str
    """Names the trials that belong together: everything that a score depends on."""
    trials: int
    """How many in all, those of earlier calls included; at least 1."""
    starts: Sequence[Values] = ()
    """Tried first."""
    seed: int = 0


def search(space: Space, objective: Objective, plan: Plan, keeping: Keeping) -> Trial:
    """Return the best trial; the earliest of equals.

    Args:
        space: what may be chosen.
        objective: what a choice is worth; higher is better.
        plan: study, number of trials and where to begin.
        keeping: trials of the study that are kept there count, and new ones are added.

    Raises:
        SearchError: when no trial has a score, or the file cannot be used.
    """
    with _study(plan.study, keeping.file) as study:
        while (number := len(_trials(study))) < plan.trials:
            keeping.note(_tried(study, space, objective, plan=plan, number=number))
        found = _trials(study)
    scored = [each for each in found if not math.isnan(each.score)]
    if not scored:
        raise SearchError(f"none of {len(found)} trials of {plan.study} came to anything")
    return max(scored, key=lambda each: (each.score, -each.number))


def _tried(study: Any, space: Space, objective: Objective, *, plan: Plan, number: int) -> Trial:
    """Make the next trial and add it to the study, an ``optuna.Study``."""
    import optuna  # noqa: PLC0415  # slow to import

    distributions = _distributions(space)
    if number < len(plan.starts):
        values = plan.starts[number]
    else:  # drawn in a copy, so that a trial that is cut off leaves nothing in what is kept
        seed = (plan.seed * _SEEDS_APART + number) % _SEEDS
        sampler = optuna.samplers.TPESampler(seed=seed)
        draft = optuna.create_study(sampler=sampler, direction="maximize")
        draft.add_trials(study.get_trials(deepcopy=False))
        values = draft.ask(distributions).params
    start = time.monotonic()
    score = objective(values)
    seconds = time.monotonic() - start
    has_failed = math.isnan(score)
    states = optuna.trial.TrialState
    study.add_trial(
        optuna.trial.create_trial(
            state=states.FAIL if has_failed else states.COMPLETE,
            params=dict(values),
            distributions=distributions,
            value=None if has_failed else score,
            user_attrs={"seconds": seconds},
        )
    )
    return Trial(plan.study, number, values, score, seconds)


def _trials(study: Any) -> list[Trial]:  # optuna.Study
    """Return the trials of a study, earliest first."""
    return [
        Trial(
            study.study_name,
            number,
            each.params,
            score=math.nan if each.value is None else each.value,
            seconds=each.user_attrs.get("seconds", 0.0),
        )
        for number, each in enumerate(study.get_trials(deepcopy=False))
    ]


@contextmanager
def _study(name: str, file: Path | None) -> Iterator[Any]:  # optuna.Study
    import optuna  # noqa: PLC0415  # slow to import

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if file is None:
        yield optuna.create_study(study_name=name, direction="maximize")
        return
    with _storage(file) as storage:
        yield optuna.create_study(
            study_name=name, direction="maximize", storage=storage, load_if_exists=True
        )


@contextmanager
def _storage(file: Path) -> Iterator[Any]:  # optuna's storage
    """Give an SQLite file as Optuna uses it, and its failures as sentences."""
    import optuna  # noqa: PLC0415  # slow to import
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # slow to import

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        storage = optuna.storages.RDBStorage(f"sqlite:///{file}")
        try:
            yield storage
        finally:
            storage.remove_session()
            storage.engine.dispose()
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        cause = error.__cause__ or error
        reason = str(getattr(cause, "orig", None) or cause).splitlines()[0]
        raise SearchError(f"{file}: trials cannot be kept: {reason}") from error


def _distributions(space: Space) -> dict[str, Any]:
    from optuna import distributions  # noqa: PLC0415  # slow to import

    def of(each: Whole | Number | Choice) -> Any:  # a distribution of Optuna's
        if isinstance(each, Choice):
            return distributions.CategoricalDistribution(each.options)
        if isinstance(each, Whole):
            return distributions.IntDistribution(each.low, each.high, log=each.is_log)
        return distributions.FloatDistribution(each.low, each.high, log=each.is_log)

    return {name: of(each) for name, each in space.items()}
