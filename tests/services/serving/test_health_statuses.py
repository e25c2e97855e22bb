"""Telling watchers never waits for one of them that is leaving."""

import threading
from collections.abc import Callable

from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]

from services.serving.health_statuses import HealthStatuses, Send

SERVING = int(health_pb2.HealthCheckResponse.SERVING)
NOT_SERVING = int(health_pb2.HealthCheckResponse.NOT_SERVING)


class Call:
    """A watcher's call; ``leave`` is what gRPC does when the caller goes away."""

    def __init__(self) -> None:
        self.leave: Callable[[], None] = lambda: None

    def add_callback(self, callback: Callable[[], None]) -> bool:
        self.leave = callback
        return True


def watch(statuses: HealthStatuses, send: Send) -> Call:
    call = Call()
    statuses.watch(health_pb2.HealthCheckRequest(service="shop"), call, send)
    return call


def test_a_watcher_is_told_the_status_now_and_every_change_of_its_service() -> None:
    statuses = HealthStatuses({"shop": NOT_SERVING, "live": SERVING})
    told: list[int | None] = []
    call = watch(statuses, lambda answer: told.append(answer and answer.status))

    statuses.set(["shop"], SERVING)
    statuses.set(["live"], NOT_SERVING)
    statuses.set(["shop"], NOT_SERVING)
    call.leave()
    statuses.set(["shop"], SERVING)

    assert told == [NOT_SERVING, SERVING, NOT_SERVING, None]


def test_nothing_is_kept_of_a_watcher_who_left() -> None:
    statuses = HealthStatuses({})
    for call in [watch(statuses, lambda _: None), watch(statuses, lambda _: None)]:
        call.leave()
    assert statuses._watchers == {}


def test_a_watcher_may_leave_while_others_are_being_told() -> None:
    # gRPC's thread, which sending waits for, is at this moment telling us that a watcher left
    statuses = HealthStatuses({"shop": NOT_SERVING, "live": SERVING})
    leaving = watch(statuses, lambda _: None)
    left = threading.Event()

    def leave() -> None:
        leaving.leave()
        left.set()

    def send(answer: health_pb2.HealthCheckResponse | None) -> None:
        if answer is not None and answer.status == SERVING:
            threading.Thread(target=leave).start()
            assert left.wait(5), "telling holds what leaving needs"

    watch(statuses, send)
    statuses.set(["shop"], SERVING)
    assert left.is_set()
