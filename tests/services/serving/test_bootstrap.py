"""The process as a whole, seen from outside: exit codes, workers, a drain that loses no call."""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from services.serving.application import ServingSettings
from services.serving.channel import ChannelSettings, connect
from services.serving.failures import Failure
from services.serving.settings import SettingsError, load_settings, variables
from tests.services.serving import echo
from tests.services.serving.echo import CODEC, text

Start = Callable[..., "subprocess.Popen[str]"]
COMMAND = [sys.executable, "-m", "tests.services.serving.echo"]
SETTINGS = ChannelSettings(echo.NAME, "test", max_reconnect_backoff_ms=1_000)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the echo program with these settings; whatever still runs is killed in the end."""
    processes: list[subprocess.Popen[str]] = []

    def begin(**settings: Any) -> "subprocess.Popen[str]":
        given = {f"OFONE_SERVING_{name.upper()}": str(value) for name, value in settings.items()}
        kept = {key: text for key, text in os.environ.items() if not key.startswith("OFONE_")}
        process = subprocess.Popen(
            COMMAND,
            env=kept | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(process: "subprocess.Popen[str]", event: str, *, times: int = 1) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        times -= f'"event": "{event}"' in line
        if not times:
            return
    raise AssertionError(f"the process ended before it said {event!r}")


def test_missing_settings_are_all_named_on_stderr_with_exit_code_2(start: Start) -> None:
    process = start()
    _, complaint = process.communicate(timeout=30)

    assert process.returncode == 2
    assert complaint.splitlines() == [
        "OFONE_SERVING_GRPC_PORT is missing",
        "OFONE_SERVING_METRICS_PORT is missing",
    ]


@pytest.mark.parametrize("worker_count", [1, 2])
def test_a_port_in_use_is_one_sentence_with_exit_code_3(worker_count: int, start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(grpc_port=port, metrics_port=0, worker_count=worker_count)
        _, complaint = process.communicate(timeout=30)

    assert process.returncode == 3
    assert complaint == f"port {port} on 127.0.0.1 (OFONE_SERVING_GRPC_PORT) is in use\n"


def test_stopping_one_of_two_replicas_fails_no_call(start: Start) -> None:
    ports = [free_port(), free_port()]
    common = {"metrics_port": 0, "drain_seconds": 0.5, "access_log": "no"}
    replicas = [start(grpc_port=port, **common) for port in ports]
    for replica in replicas:
        wait_for(replica, "listening")
    target = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
    answered: list[str] = []
    failed: list[Failure] = []
    stop = threading.Event()

    with connect(target, SETTINGS) as channel:  # nothing is retried
        call = channel.unary_unary(echo.ECHO, **CODEC)

        def load() -> None:
            while not stop.is_set():
                try:
                    answered.append(call(text(""), 5, wait_for_ready=True).value)
                except Failure as failure:
                    failed.append(failure)

        threads = [threading.Thread(target=load) for _ in range(3)]
        for thread in threads:
            thread.start()
        while len(set(answered)) < 2:  # both take part
            time.sleep(0.01)
        replicas[0].send_signal(signal.SIGTERM)
        assert replicas[0].wait(30) == 0
        count = len(answered)
        while len(answered) < count + 50:  # and the other goes on
            time.sleep(0.01)
        stop.set()
        for thread in threads:
            thread.join()

    assert failed == []
    assert set(answered[count + 5 :]) == {str(replicas[1].pid)}


def test_a_stopping_process_says_so_first_and_goes_on_answering(start: Start) -> None:
    port = free_port()
    process = start(grpc_port=port, metrics_port=0, drain_seconds=60)
    wait_for(process, "listening")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        watched = health_pb2_grpc.HealthStub(channel).Watch(
            health_pb2.HealthCheckRequest(service=echo.NAME)
        )
        while next(watched).status != health_pb2.HealthCheckResponse.SERVING:
            pass
        process.send_signal(signal.SIGTERM)
        heard = next(watched).status
        answer = channel.unary_unary(echo.ECHO, **CODEC)(text(""))
    process.send_signal(signal.SIGTERM)  # a second one cuts the drain short

    assert heard == health_pb2.HealthCheckResponse.NOT_SERVING
    assert answer.value == str(process.pid)
    assert process.wait(30) == 0


def test_a_call_that_hangs_keeps_no_process_from_ending(start: Start) -> None:
    port = free_port()
    process = start(grpc_port=port, metrics_port=0, drain_seconds=0, grace_seconds=0.2)
    wait_for(process, "listening")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(echo.ECHO, **CODEC)
        with pytest.raises(grpc.RpcError, match="DEADLINE_EXCEEDED"):
            call(text(echo.HANG), 1, wait_for_ready=True)
    process.send_signal(signal.SIGTERM)

    wait_for(process, "a thread hangs and is left behind")
    assert process.wait(30) == 0


def test_workers_share_a_port_and_a_dead_one_is_replaced(start: Start) -> None:
    port = free_port()
    supervisor = start(grpc_port=port, metrics_port=0, worker_count=2, drain_seconds=0)
    wait_for(supervisor, "listening", times=2)

    def answering() -> str:
        # Every connection goes to one of the workers; a new channel is a new connection.
        with connect(f"ipv4:127.0.0.1:{port}", SETTINGS, safe_methods=["Echo"]) as channel:
            call = channel.unary_unary(echo.ECHO, **CODEC)
            return str(call(text(""), 5, wait_for_ready=True).value)

    victim = answering()
    os.kill(int(victim), signal.SIGKILL)
    wait_for(supervisor, "worker died")
    wait_for(supervisor, "listening")
    survivors = {answering() for _ in range(10)}
    supervisor.send_signal(signal.SIGTERM)

    assert victim not in survivors
    assert len(survivors) <= 2
    assert supervisor.wait(30) == 0


def test_workers_end_when_their_supervisor_vanishes(start: Start) -> None:
    port = free_port()
    supervisor = start(grpc_port=port, metrics_port=0, worker_count=2, drain_seconds=0)
    wait_for(supervisor, "listening", times=2)
    supervisor.kill()

    wait_for(supervisor, "stopped", times=2)  # their output is the supervisor's


def test_the_supervisor_gives_up_when_workers_cannot_start(start: Start) -> None:
    port, metrics_port = free_port(), free_port()
    supervisor = start(grpc_port=port, metrics_port=metrics_port, worker_count=2, drain_seconds=0)
    wait_for(supervisor, "listening", times=2)
    with connect(f"ipv4:127.0.0.1:{port}", SETTINGS) as channel:
        victim = channel.unary_unary(echo.ECHO, **CODEC)(text(""), 5, wait_for_ready=True).value
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        os.kill(int(victim), signal.SIGKILL)
        steal(thief, metrics_port)

        assert supervisor.wait(30) == 3


def steal(thief: socket.socket, port: int) -> None:
    """Take the metrics port that the killed worker held, whichever of the two it was."""
    until = time.monotonic() + 10
    for candidate in itertools.cycle([port, port + 1]):
        assert time.monotonic() < until, "no port came free"
        with contextlib.suppress(OSError):
            thief.bind(("127.0.0.1", candidate))
            thief.listen()
            return


def test_impossible_settings_are_refused_by_name() -> None:
    ports = {"OFONE_SERVING_GRPC_PORT": "1", "OFONE_SERVING_METRICS_PORT": "2"}
    for wrong, word in [
        ({"OFONE_SERVING_WORKER_COUNT": "0"}, "OFONE_SERVING_WORKER_COUNT"),
        ({"OFONE_SERVING_GRPC_PORT": "70000"}, "OFONE_SERVING_GRPC_PORT"),
        ({"OFONE_SERVING_LOG_LEVEL": "loud"}, "OFONE_SERVING_LOG_LEVEL"),
        ({"OFONE_SERVING_DRAIN_SECONDS": "-1"}, "OFONE_SERVING_DRAIN_SECONDS"),
        ({"OFONE_SERVING_REFLECTION": "maybe"}, "OFONE_SERVING_REFLECTION"),
        ({"OFONE_SERVING_GRPC_PORT": "0", "OFONE_SERVING_WORKER_COUNT": "2"}, "GRPC_PORT"),
    ]:
        with pytest.raises(SettingsError, match=word):
            load_settings(ServingSettings, "OFONE_SERVING", ports | wrong)


def test_only_the_ports_are_required() -> None:
    required = [
        name for name, needed in variables(ServingSettings, "OFONE_SERVING").items() if needed
    ]

    assert required == ["OFONE_SERVING_GRPC_PORT", "OFONE_SERVING_METRICS_PORT"]
