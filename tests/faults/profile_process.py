"""The profile service as a process of its own, to be killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from ofone.profile.v1 import profile_service_pb2_grpc as pb_grpc

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, database_url: str, **more: str) -> dict[str, str]:
    """Return the variables of a service that keeps its profiles at ``database_url``."""
    key = folder / "identifier.key"
    key.write_bytes(b"only the tests know this key")
    return os.environ | {
        "OFONE_PROFILE_DATABASE_URL": database_url,
        "OFONE_PROFILE_IDENTIFIER_KEY_FILE": str(key),
        "OFONE_PROFILE_DEFAULT_CONSENT": "granted",
        "OFONE_SERVING_GRPC_PORT": "0",
        "OFONE_SERVING_METRICS_PORT": "0",
        "OFONE_SERVING_ACCESS_LOG": "false",
        **more,
    }


def run(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the service until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "services.profile", *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


@dataclass(frozen=True, slots=True)
class Serving:
    """A service that answered, and its process."""

    process: subprocess.Popen[bytes]
    stub: pb_grpc.ProfileServiceStub
    health: health_pb2_grpc.HealthStub

    def kill(self) -> None:
        """End the process without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait_until(self, status: int) -> None:
        """Return once the health check says so."""
        watch = self.health.Watch(health_pb2.HealthCheckRequest(), timeout=START_SECONDS)
        assert any(answer.status == status for answer in watch)


@contextmanager
def serving(variables: dict[str, str]) -> Iterator[Serving]:
    """Start the service, wait until it is ready, and end it when the block ends."""
    port = free_port()
    variables = variables | {"OFONE_SERVING_GRPC_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.profile"],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
    )
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            grpc.channel_ready_future(channel).result(START_SECONDS)
            service = Serving(
                process, pb_grpc.ProfileServiceStub(channel), health_pb2_grpc.HealthStub(channel)
            )
            service.wait_until(health_pb2.HealthCheckResponse.SERVING)
            yield service
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()
