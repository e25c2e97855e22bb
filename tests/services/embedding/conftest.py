"""Shops that are closed when the test ends."""

import contextlib
from collections.abc import Callable, Iterator

import pytest

from services.embedding.domain.keeper import Keeper
from services.embedding.domain.model import prepared
from tests.models import small_bundle
from tests.services.embedding.memory_item_store import MemoryItemStore
from tests.services.embedding.shop import NOON, Shop, fill, serving

OpenShop = Callable[..., Shop]


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    """Give a function that starts the service; its shelves are full unless told otherwise."""
    with contextlib.ExitStack() as stack:

        def start(*, with_model: bool = True, with_items: bool = True) -> Shop:
            keeper, store = Keeper(), MemoryItemStore()
            if with_items:
                fill(keeper, store)
            if with_model:
                keeper.use_model(prepared(small_bundle(), least_recall=0.95, load_time=NOON))
            return Shop(keeper, store, stack.enter_context(serving(keeper, store)))

        yield start


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """Give a shop with a model and every item of it on the shelf."""
    return open_shop()
