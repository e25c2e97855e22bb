"""MLflow as Ofone uses it: runs, registered versions and the aliases that name these.

Aliases are ``champion`` (served), ``challenger`` (trained last) and ``previous`` (served before).
"""

from dataclasses import dataclass
from typing import Any

from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.run_contents import BUNDLE_ARTIFACT, VERSION_TAG
from ml.training.versions.run_records import RunRecords

CHAMPION = "champion"
CHALLENGER = "challenger"
PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """One version of a registered model."""

    name: str
    number: str
    """MLflow's number of the version."""
    run_id: str
    bundle_version: str
    """The version its bundle states."""


class Registry(RunRecords):
    """The registered versions of one MLflow, beside its runs."""

    def unfinished_run(self, experiment: str, tag: str, value: str) -> str | None:
        """Return the latest run that bears the tag, never finished and registered nothing.

        Somebody may be at work on it: a run that was killed stands there as running, too.

        Returns:
            Its id; ``None`` without one.
        """
        rows = self._rows(
            experiment,
            filter_string=f"tags.{tag} = '{value}' and attributes.status != 'FINISHED'",
            order_by=["start_time DESC"],
        )
        found = (str(row.info.run_id) for row in rows)
        with self._sentences():
            return next((each for each in found if not self._versions_of(each)), None)

    def register(self, name: str, run_id: str, bundle_version: str) -> RegisteredVersion:
        """Register the run's bundle as the next version of ``name``, unless it is one already."""
        with self._sentences():
            if self._model(name) is None:
                self.client.create_registered_model(name)
            for each in self._versions_of(run_id):
                if each.name == name:
                    return RegisteredVersion(name, str(each.version), run_id, bundle_version)
            artifacts = self.client.get_run(run_id).info.artifact_uri
            made = self.client.create_model_version(
                name,
                source=f"{artifacts}/{BUNDLE_ARTIFACT}",
                run_id=run_id,
                tags={VERSION_TAG: bundle_version},
            )
        return RegisteredVersion(name, str(made.version), run_id, bundle_version)

    def version(self, name: str, alias: str) -> RegisteredVersion | None:
        """Return the version that ``alias`` names; ``None`` where nothing bears it.

        Raises:
            RegistryError: when there is no model of that name, or MLflow is away.
        """
        with self._sentences():
            found = self._model(name)
            if found is None:
                raise RegistryError(f"no model is registered as {name!r} in {self._uri}")
            number = found.aliases.get(alias)
        return None if number is None else self.numbered_version(name, str(number))

    def numbered_version(self, name: str, number: str) -> RegisteredVersion:
        """Return the version of that number.

        Raises:
            RegistryError: when there is none, or MLflow is away.
        """
        with self._sentences():
            version = self.client.get_model_version(name, number)
        return RegisteredVersion(
            name, number, str(version.run_id), version.tags.get(VERSION_TAG, "")
        )

    def is_registered(self, name: str) -> bool:
        """Return whether there is a model of that name."""
        with self._sentences():
            return self._model(name) is not None

    def set_alias(self, name: str, alias: str, number: str) -> None:
        """Let ``alias`` name the version ``number``."""
        with self._sentences():
            self.client.set_registered_model_alias(name, alias, number)

    def advance_alias(self, name: str, alias: str, number: str) -> None:
        """Let ``alias`` name the version ``number``, unless it names a later one."""
        held = self.version(name, alias)
        if held is None or int(held.number) < int(number):
            self.set_alias(name, alias, number)

    def remove_alias(self, name: str, alias: str) -> None:
        """Let nothing bear ``alias``."""
        with self._sentences():
            self.client.delete_registered_model_alias(name, alias)

    def _versions_of(self, run_id: str) -> Any:  # MLflow's versions
        """Return the versions of any model that a run registered."""
        return self.client.search_model_versions(f"run_id = '{run_id}'")

    def _model(self, name: str) -> Any:  # MLflow's registered model, or None
        from mlflow.exceptions import MlflowException  # noqa: PLC0415  # slow to import

        try:
            return self.client.get_registered_model(name)
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise
