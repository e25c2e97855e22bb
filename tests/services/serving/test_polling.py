"""Work beside the calls."""

import threading

from services.serving.polling import PollingThread


def test_work_is_done_at_once_and_again_until_it_is_stopped() -> None:
    done = threading.Semaphore(0)
    polling = PollingThread("test", done.release)
    polling.start(0.001)
    for _ in range(3):
        assert done.acquire(timeout=10)
    polling.stop()
    while done.acquire(blocking=False):
        pass
    assert not done.acquire(timeout=0.05)


def test_a_long_pause_does_not_delay_the_end() -> None:
    done = threading.Event()
    polling = PollingThread("test", done.set)
    polling.start(3_600)
    assert done.wait(10)
    polling.stop()
    assert "test" not in {thread.name for thread in threading.enumerate()}


def test_what_was_never_started_may_be_stopped() -> None:
    PollingThread("test", lambda: None).stop()
