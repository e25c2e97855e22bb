"""The way back: ``champion`` becomes what it was before, in one call, and the log says so."""

from dataclasses import dataclass

from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.promotion_log import move_champion, standing
from ml.training.versions.registry import PREVIOUS, RegisteredVersion, Registry


@dataclass(frozen=True, slots=True)
class Rollback:
    """What was undone."""

    source: RegisteredVersion | None
    """The champion until now."""
    target: RegisteredVersion
    """The champion from now on."""


def rollback(registry: Registry, name: str, *, why: str = "rolled back by hand") -> Rollback:
    """Let ``champion`` name what ``previous`` names; nothing is ``previous`` afterwards.

    So a second call cannot bring the version back that was rolled back from. Where somebody moved
    the alias directly, that move is what is taken back, and ``previous`` stays.

    Raises:
        RegistryError: when nothing is ``previous``, or the champion itself is, as a promotion or a
            rollback leaves it that was cut off between its two moves; or MLflow is away.
    """
    found = standing(registry, name)
    if found.is_astray and found.champion is not None:
        move_champion(registry, found.champion, source=found.alias, why=why)
        return Rollback(found.alias, found.champion)
    target = registry.version(name, PREVIOUS)
    if target is None:
        raise RegistryError(f"no version of {name!r} is previous: there is nothing to go back to")
    if found.champion == target:
        raise RegistryError(
            f"version {target.number} of {name!r} is both champion and previous, for the last move "
            "was cut off: promote again, or see the report for what was champion before"
        )
    move_champion(registry, target, source=found.champion, why=why)
    registry.remove_alias(name, PREVIOUS)
    return Rollback(found.champion, target)
