"""Where the demo keeps its things, which ports it takes, and what each process is told."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
SERVICES = ("profile", "embedding", "recommendation")
_GRPC_PORTS = {"profile": 7401, "embedding": 7402, "recommendation": 7403}
_METRICS_PORTS = {"profile": 9410, "embedding": 9420, "recommendation": 9430}
_MLFLOW_PORT = 5050


@dataclass(frozen=True, slots=True)
class Layout:
    """The folder of one demo."""

    folder: Path
    """Everything below it belongs to the demo and may be deleted."""
    port_offset: int = 0
    """Added to every port, so that two can stand side by side."""

    def grpc_port(self, service: str) -> int:
        """Return where a service answers."""
        return _GRPC_PORTS[service] + self.port_offset

    def metrics_port(self, service: str) -> int:
        """Return where a service shows its metrics."""
        return _METRICS_PORTS[service] + self.port_offset

    @property
    def mlflow_port(self) -> int:
        """Where MLflow's page answers."""
        return _MLFLOW_PORT + self.port_offset

    def target(self, service: str) -> str:
        """Return host and port of a service."""
        return f"{HOST}:{self.grpc_port(service)}"

    @property
    def dataset(self) -> Path:
        """The data set in the import format."""
        return self.folder / "dataset"

    @property
    def model(self) -> Path:
        """Where bundles are published and watched."""
        return self.folder / "model"

    @property
    def logs(self) -> Path:
        """What the processes print."""
        return self.folder / "logs"

    @property
    def tracking_uri(self) -> str:
        """Where MLflow keeps runs and registry."""
        return f"sqlite:///{self.folder / 'mlflow' / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """Where MLflow keeps files."""
        return self.folder / "mlflow" / "artifacts"

    @property
    def identifier_key(self) -> Path:
        """The key of the hashes of identifiers."""
        return self.folder / "identifier.key"

    @property
    def priors(self) -> Path:
        """What is typical of the customers."""
        return self.folder / "priors.json"

    def done(self, step: str) -> Path:
        """The mark of a finished step."""
        return self.folder / "done" / step

    def service_environment(self, service: str) -> dict[str, str]:
        """Return what the process of a service is told."""
        prefix = f"OFONE_{service.upper()}"
        common = {
            "OFONE_SERVING_HOST": HOST,
            "OFONE_SERVING_GRPC_PORT": str(self.grpc_port(service)),
            "OFONE_SERVING_METRICS_PORT": str(self.metrics_port(service)),
            "OFONE_SERVING_REFLECTION": "true",
            "OFONE_SERVING_DRAIN_SECONDS": "0.2",
            "OFONE_SERVING_LOG_LEVEL": "info",
            f"{prefix}_DATABASE_URL": f"sqlite:///{self.folder / service}.db",
            f"{prefix}_MIGRATE_ON_START": "true",
        }
        own = {
            "profile": {
                "OFONE_PROFILE_IDENTIFIER_KEY_FILE": str(self.identifier_key),
                "OFONE_PROFILE_DEFAULT_CONSENT": "granted",
                **self._typical(),
            },
            "embedding": {"OFONE_EMBEDDING_MODEL_DIR": str(self.model)},
            "recommendation": {
                "OFONE_RECOMMENDATION_MODEL_DIR": str(self.model),
                "OFONE_RECOMMENDATION_PROFILE_TARGET": self.target("profile"),
                "OFONE_RECOMMENDATION_EMBEDDING_TARGET": self.target("embedding"),
            },
        }
        return process_environment() | common | own[service]

    def _typical(self) -> dict[str, str]:
        """Return where the service reads what is typical of the customers, once that is known."""
        return {"OFONE_PROFILE_PRIORS_FILE": str(self.priors)} if self.priors.exists() else {}

    def learning_environment(self) -> dict[str, str]:
        """Return what ``python -m ml`` is told."""
        return process_environment() | {"MLFLOW_TRACKING_URI": self.tracking_uri}


def process_environment() -> dict[str, str]:
    """Return this process's environment, one thread per numerical call, MLflow kept to itself."""
    return dict(os.environ) | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PYTHONUNBUFFERED": "1",
    }


def python(*arguments: str) -> list[str]:
    """Return the command that runs this Python with ``arguments``."""
    return [sys.executable, *arguments]
