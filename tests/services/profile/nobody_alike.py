"""A store of probable links in which nobody is like anybody."""

from collections.abc import Sequence

from services.profile.domain.history.events import CustomerId
from services.profile.domain.linkage.linkage_record import LinkageSource
from services.profile.domain.linkage.probable_links import FoundLink, HeldLink, LinkageRun
from services.profile.ports.identities import Recorded


class NobodyAlike:
    """A ``LinkageStore`` for tests that are about something else."""

    def sources(self, *, after: CustomerId, most: int) -> list[LinkageSource]:
        return []

    def keep(self, run: LinkageRun, links: Sequence[FoundLink], *, is_last: bool) -> Recorded:
        raise AssertionError("nobody is compared here")

    def probable(self, customer_id: CustomerId) -> list[HeldLink] | None:
        return []
