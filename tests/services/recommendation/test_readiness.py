"""A process says that it can answer once it has looked for a model."""

import threading
from pathlib import Path

import pytest

from ml.model.bundle import BundleError
from services.recommendation.__main__ import application
from services.recommendation.adapters import served_model
from services.serving.bootstrap import running
from tests.models import publish, small_bundle
from tests.services.recommendation.conftest import settings_in

NOBODY = {"profile_target": "ipv4:127.0.0.1:1", "embedding_target": "ipv4:127.0.0.1:1"}


@pytest.mark.parametrize("usable", [True, False])
def test_a_process_is_ready_only_when_the_published_model_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usable: bool
) -> None:
    loading, go_on = threading.Event(), threading.Event()
    load = served_model.load

    def slowly(folder: Path) -> served_model.ServedModel:
        loading.set()
        assert go_on.wait(10)
        if not usable:
            raise BundleError("UNREADABLE", "for the test")
        return load(folder)

    monkeypatch.setattr(served_model, "load", slowly)
    publish(tmp_path / "models", small_bundle())
    service = application(settings_in(tmp_path, NOBODY))
    with running(service) as server:
        assert loading.wait(10)
        assert not service.readiness["model"]()
        go_on.set()
        assert server.wait_ready()


def test_a_process_that_finds_no_model_is_ready_without(tmp_path: Path) -> None:
    with running(application(settings_in(tmp_path, NOBODY))) as server:
        assert server.wait_ready()
