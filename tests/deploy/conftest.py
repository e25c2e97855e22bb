"""The rendered overlays, for tests that may break a copy of them."""

import copy
import shutil

import pytest

from tests.deploy.manifests import Documents, render


@pytest.fixture(scope="session")
def rendered() -> dict[str, Documents]:
    """Give both overlays as they render, by name."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    return {overlay: render(overlay) for overlay in ("local", "production")}


@pytest.fixture
def local(rendered: dict[str, Documents]) -> Documents:
    """Give a copy of the local overlay."""
    return copy.deepcopy(rendered["local"])


@pytest.fixture
def production(rendered: dict[str, Documents]) -> Documents:
    """Give a copy of the production overlay."""
    return copy.deepcopy(rendered["production"])


@pytest.fixture(params=["local", "production"])
def documents(request: pytest.FixtureRequest, rendered: dict[str, Documents]) -> Documents:
    """Give a copy of each overlay, one after the other."""
    return copy.deepcopy(rendered[request.param])


@pytest.fixture(scope="session")
def promtool() -> str:
    """Give the path of promtool."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed")
    return found
