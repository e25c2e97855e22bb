"""``kill -9`` of ``profile`` while events pour in: none acknowledged is lost, none counts twice.

``EVENTS`` in the environment sets how many events: 5,000 unless told otherwise, 100,000 to show.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Timer

import grpc
import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]
from ofone.profile.v1 import event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb
from sqlalchemy import make_url

from services.serving.errors import from_rpc_error
from services.serving.failures import Kind
from tests.faults.profile_process import Serving, environment, run, serving

EVENT_COUNT = int(os.environ.get("EVENTS", "5000"))
CUSTOMER_COUNT = max(10, EVENT_COUNT // 50)
BATCH = 250
KILLS = 2
START_SECONDS = 1_700_000_000


def history() -> list[event_pb2.Event]:
    """Return purchases of one of each of two items, by customers taken at random."""
    chance = random.Random(3)
    return [
        event_pb2.Event(
            source="till",
            event_id=f"receipt-{number}",
            type=event_pb2.EVENT_TYPE_PURCHASE,
            occurred_at=Timestamp(seconds=START_SECONDS + number * 60),
            identifiers=[identifier(chance.randrange(CUSTOMER_COUNT))],
            lines=[
                event_pb2.EventLine(item="items/tea", quantity=1, unit_price=2),
                event_pb2.EventLine(item=f"items/{number % 40}", quantity=1, unit_price=3),
            ],
        )
        for number in range(EVENT_COUNT)
    ]


def identifier(number: int) -> event_pb2.Identifier:
    return event_pb2.Identifier(kind=event_pb2.IDENTIFIER_KIND_LOYALTY_CARD, value=f"card-{number}")


def send(
    service: Serving, events: Sequence[event_pb2.Event], on_answer: Callable[[int], None]
) -> dict[str, int]:
    """Send events until all are answered or the service is gone; return outcomes by event id."""
    answered: dict[str, int] = {}
    for start in range(0, len(events), BATCH):
        batch = events[start : start + BATCH]
        try:
            response = service.stub.IngestEvents(
                pb.IngestEventsRequest(events=batch), timeout=60, wait_for_ready=False
            )
        except grpc.RpcError:
            return answered
        for event, result in zip(batch, response.results, strict=True):
            answered[event.event_id] = result.outcome
        on_answer(len(answered))
    return answered


def test_nothing_acknowledged_is_lost_and_nothing_counts_twice(
    tmp_path: Path, database_url: str
) -> None:
    variables = environment(tmp_path, database_url)
    assert run(variables, "migrate").returncode == 0
    events = history()
    acknowledged: set[str] = set()
    for round_number in range(KILLS):
        with serving(variables) as service:
            fuse = len(events) * (round_number + 1) // (KILLS + 1)

            def light(answered: int, service: Serving = service, fuse: int = fuse) -> None:
                if answered >= fuse and answered - BATCH < fuse:
                    Timer(0.02, service.kill).start()  # in the middle of the next batch

            outcomes = send(service, events, light)
            service.process.wait()
        assert len(outcomes) < len(events)
        again = {pb.EVENT_OUTCOME_STORED, pb.EVENT_OUTCOME_DUPLICATE}
        assert set(outcomes.values()) <= again
        assert all(outcomes[each] == pb.EVENT_OUTCOME_DUPLICATE for each in acknowledged)
        acknowledged |= outcomes.keys()
    with serving(variables) as service:
        outcomes = send(service, events, lambda _: None)
        lost = [each for each in acknowledged if outcomes[each] != pb.EVENT_OUTCOME_DUPLICATE]
        kept = [read(service, number) for number in range(CUSTOMER_COUNT)]
        exported = {
            row.basket_id
            for chunk in service.stub.ExportInteractions(pb.ExportInteractionsRequest())
            for row in chunk.interactions
        }
    by_card = Counter(event.identifiers[0].value for event in events)
    told = [by_card[identifier(number).value] for number in range(CUSTOMER_COUNT)]
    doubled = sum(max(0, have - want) for have, want in zip(kept, told, strict=True))
    missing = sum(max(0, want - have) for have, want in zip(kept, told, strict=True))
    print(
        f"{len(events)} events, {KILLS} kills, {len(acknowledged)} acknowledged before the last:"
        f" acknowledged lost {len(lost)}, doubled effects {doubled}, missing {missing}"
    )
    assert (lost, doubled, missing) == ([], 0, 0)
    assert exported == {f"till/{event.event_id}" for event in events}


def read(service: Serving, number: int) -> int:
    """Return how many purchases count for a customer, told the same by all figures."""
    try:
        snapshot = service.stub.GetSnapshot(
            pb.GetSnapshotRequest(identifier=identifier(number))
        ).snapshot
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            return 0
        raise
    tea = list(snapshot.item_ids).index("tea")
    counts = {
        snapshot.version,
        snapshot.traits.basket_count,
        snapshot.basket_counts[tea],
        int(snapshot.quantities[tea]),
        int(snapshot.traits.total_spend / 5),
    }
    (count,) = counts
    return count


@pytest.mark.parametrize("arguments", [(), ("migrate",)])
def test_a_database_that_is_not_there_is_named_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    url = f"postgresql://ofone:geheim@/profile?host={tmp_path}"
    ended = run(environment(tmp_path, url), *arguments)
    assert ended.returncode == 3
    assert str(tmp_path) in ended.stderr
    assert "geheim" not in ended.stderr + ended.stdout
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_database_that_was_not_migrated_is_refused_with_the_remedy(
    tmp_path: Path, sqlite_url: str
) -> None:
    ended = run(environment(tmp_path, sqlite_url))
    assert ended.returncode == 3
    assert "migrate" in ended.stderr


def test_migrating_needs_the_database_alone(tmp_path: Path, sqlite_url: str) -> None:
    variables = environment(tmp_path, sqlite_url, OFONE_PROFILE_IDENTIFIER_KEY_FILE="")
    assert run(variables, "migrate").returncode == 0
    ended = run(variables | {"OFONE_PROFILE_DATABASE_URL": ""}, "migrate")
    assert ended.stderr.splitlines() == ["OFONE_PROFILE_DATABASE_URL is missing"]


def test_every_missing_or_wrong_variable_is_named(tmp_path: Path, sqlite_url: str) -> None:
    variables = environment(tmp_path, sqlite_url, OFONE_PROFILE_DEFAULT_CONSENT="maybe")
    for name in ("DATABASE_URL", "IDENTIFIER_KEY_FILE"):
        missing = variables | {f"OFONE_PROFILE_{name}": ""}
        ended = run(missing)
        assert (ended.returncode, f"OFONE_PROFILE_{name}" in ended.stderr) == (2, True)
    ended = run(variables)
    assert (ended.returncode, "OFONE_PROFILE_DEFAULT_CONSENT" in ended.stderr) == (2, True)
    short = tmp_path / "short.key"
    short.write_bytes(b"short")
    key = {"OFONE_PROFILE_IDENTIFIER_KEY_FILE": str(short)}
    ended = run(environment(tmp_path, sqlite_url) | key)
    assert (ended.returncode, "at least 16 bytes" in ended.stderr) == (2, True)


def test_a_database_that_goes_away_and_comes_back_is_noticed(
    tmp_path: Path, postgres_url: str, postgres_server: str
) -> None:
    variables = environment(tmp_path, postgres_url, OFONE_PROFILE_MIGRATE_ON_START="true")
    request = pb.IngestEventsRequest(events=history()[:1])
    with serving(variables) as service, psycopg.connect(postgres_server, autocommit=True) as admin:
        service.stub.IngestEvents(request)
        shut_out(admin, postgres_url)
        service.wait_until(health_pb2.HealthCheckResponse.NOT_SERVING)
        with pytest.raises(grpc.RpcError) as refusal:
            service.stub.IngestEvents(request)
        failure = from_rpc_error(refusal.value)
        assert (failure.kind, failure.reason) == (Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE")
        assert failure.retry_after_seconds
        name = make_url(postgres_url).database
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        service.wait_until(health_pb2.HealthCheckResponse.SERVING)
        (result,) = service.stub.IngestEvents(request).results
        assert result.outcome == pb.EVENT_OUTCOME_DUPLICATE


def shut_out(admin: psycopg.Connection, url: str) -> None:
    """Cut every connection to a database and let nobody in again."""
    name = make_url(url).database
    admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
    )
