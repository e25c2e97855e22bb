"""Lists that the services give page by page, read whole."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar


class Paged(Protocol):
    """The request of a method that lists."""

    page_token: str


class Part(Protocol):
    """Its response."""

    next_page_token: str


Asked = TypeVar("Asked", bound=Paged)
Page = TypeVar("Page", bound=Part)


def pages(method: Callable[[Asked], Page], request: Asked) -> Iterator[Page]:
    """Yield every page of a list; ``request`` is made to ask for one after the other.

    Raises:
        Failure: what the service fails with.
    """
    while True:
        page = method(request)
        yield page
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token
