"""After an erasure, export and training give what they give where the subject never was."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ofone.profile.v1 import event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb
from typer.testing import CliRunner

from ml.__main__ import app
from ml.dataset.dataset import Dataset
from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset
from ml.model.bundle_folder import write_bundle
from ml.training.commands.erasure import KNOWN_ERRORS, confirm, forget
from ml.training.commands.learning import import_profile
from ml.training.learning import learn
from ml.training.lessons.windows import end_of
from ml.training.sealing import sealed
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import MIGRATIONS
from services.storage.engine import open_engine
from services.storage.migrations import migrate
from tests.ml.shopping import START, checkered
from tests.ml.training.bread_shop import SMALL
from tests.services.profile.desk import Desk, card, serving
from tests.services.profile.told import IDENTITY

SUBJECT = "customer-007"
NOW_SECONDS = int(START.timestamp()) + 201 * 86_400


@contextmanager
def town(folder: Path, *, without: str = "") -> Iterator[Desk]:
    """Serve a profile that was told of everybody in the town but one."""
    folder.mkdir()
    engine = open_engine(f"sqlite:///{folder}/profile.sqlite")
    migrate(engine, MIGRATIONS)
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=("training",))
    store, identities = SqlProfileStore(engine), SqlIdentityStore(engine)
    with serving(store, identities=identities, privacy=privacy, now_seconds=NOW_SECONDS) as desk:
        events = [each for each in purchases() if each.identifiers[0].value != without]
        for start in range(0, len(events), 500):
            desk.ingest(*events[start : start + 500])
        yield desk
    engine.dispose()


def purchases() -> list[event_pb2.Event]:
    """Return every basket of a small town as an event."""
    events = []
    bought = checkered(customers=30).interactions
    for (customer, basket), rows in bought.groupby(["customer_id", "basket_id"]):
        lines = [event_pb2.EventLine(item=f"items/{item}", quantity=1) for item in rows["item_id"]]
        event = event_pb2.Event(
            source="till",
            event_id=str(basket),
            type=event_pb2.EVENT_TYPE_PURCHASE,
            identifiers=[card(str(customer))],
            lines=lines,
        )
        event.occurred_at.FromDatetime(rows["occurred_at"].iloc[0].to_pydatetime())
        events.append(event)
    return events


def exported(desk: Desk, folder: Path) -> Dataset:
    import_profile(desk.address, folder, embedding=None, show_progress=False, say=lambda _: None)
    return read_dataset(folder)


def bundle_of(dataset: Dataset, folder: Path) -> dict[str, bytes]:
    """Return the files of the bundle that is learned from a data set."""
    learned = learn(dataset, end_of(dataset), SMALL)
    write_bundle(folder, sealed(learned, dataset_digest=digest(dataset), metrics={}))
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def erase(desk: Desk) -> str:
    """Erase the subject; return the erasure's name."""
    request = pb.LookupCustomerRequest(identifier=card(SUBJECT))
    name = desk.stub.LookupCustomer(request).customer
    asked = pb.EraseCustomerRequest(name=name, request_id=str(uuid.UUID(int=7)))
    return str(desk.stub.EraseCustomer(asked).erasure.name)


def test_the_bundle_is_byte_equal_to_one_of_a_world_without_the_subject(tmp_path: Path) -> None:
    with town(tmp_path / "with") as desk:
        before = exported(desk, tmp_path / "data")
        name = erase(desk)
        said: list[str] = []
        forgotten = forget(desk.address, [tmp_path / "data"], say=said.append)
        kept = read_dataset(tmp_path / "data")
        after = exported(desk, tmp_path / "after")
        confirm(desk.address, forgotten, model_version="20260401-2", say=said.append)
        erasure = desk.stub.GetErasure(pb.GetErasureRequest(name=name)).erasure
        assert forget(desk.address, [], say=said.append).erasures == ()  # done is done
    with town(tmp_path / "without", without=SUBJECT) as desk:
        never = exported(desk, tmp_path / "never")
    (gone,) = set(before.interactions["customer_id"]) - set(never.interactions["customer_id"])
    assert digest(kept) == digest(after) == digest(never) != digest(before)
    with_subject, without = bundle_of(before, tmp_path / "b"), bundle_of(never, tmp_path / "n")
    assert bundle_of(after, tmp_path / "a") == without != with_subject
    assert erasure.model_version == "20260401-2"
    assert list(erasure.pending_holders) == list(erasure.customer_ids) == []
    (removal,) = [each for each in erasure.removals if each.holder == "training"]
    lines = (before.interactions["customer_id"] == gone).sum()
    assert (removal.place, removal.count) == ("dataset lines", lines)
    assert not any(gone in sentence for sentence in said)


def test_the_command_removes_and_confirms_only_where_a_version_is_named(tmp_path: Path) -> None:
    with town(tmp_path / "with") as desk:
        exported(desk, tmp_path / "data")
        name = erase(desk)
        command = ["erase", "--profile", desk.address, str(tmp_path / "data")]
        first = CliRunner().invoke(app, command)
        assert first.exit_code == 0
        assert "customers to be forgotten: 1;" in first.output
        request = pb.GetErasureRequest(name=name)
        assert desk.stub.GetErasure(request).erasure.pending_holders == ["training"]
        second = CliRunner().invoke(app, [*command, "--model-version", "20260401-2"])
        assert second.exit_code == 0
        assert list(desk.stub.GetErasure(request).erasure.pending_holders) == []


def test_a_profile_that_is_away_is_told_in_a_sentence() -> None:
    with pytest.raises(KNOWN_ERRORS, match="nobody says whom to forget"):
        forget("127.0.0.1:1", [], say=lambda _: None)
    result = CliRunner().invoke(app, ["erase", "--profile", "127.0.0.1:1"])
    assert result.exit_code == 3
