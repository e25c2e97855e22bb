"""Offers in SQL."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, exc, insert, select, update

from services.recommendation.adapters.offer_json import from_json, to_json
from services.recommendation.adapters.tables import OFFER_REVISION, OFFERS
from services.recommendation.domain.offer import Offer, OfferId, OfferState, StoredOffer
from services.serving.failures import Failure, Kind, not_found
from services.storage.transactions import reading, transaction


class SqlOfferStore:
    """The port ``OfferStore`` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        """Take a migrated database and what tells the time of a change."""
        self._engine = engine
        self._clock = clock

    def create(self, offer: Offer) -> StoredOffer:
        """See ``ports.offers.OfferStore.create``."""

        def work(connection: Connection) -> StoredOffer:
            now = self._clock()
            stored = StoredOffer(offer, _next_revision(connection), now, now)
            connection.execute(insert(OFFERS).values(_row(stored)))
            return stored

        try:
            return transaction(self._engine, work)
        except exc.IntegrityError:
            raise already_exists(offer.offer_id) from None

    def get(self, offer_id: OfferId) -> StoredOffer:
        """See ``ports.offers.OfferStore.get``."""
        with reading(self._engine) as connection:
            return _get(connection, offer_id)

    def replace(self, offer: Offer, *, revision: int) -> StoredOffer:
        """See ``ports.offers.OfferStore.replace``."""

        def work(connection: Connection) -> StoredOffer:
            next_revision = _next_revision(connection)  # from here on, the only writer
            before = _get(connection, offer.offer_id)
            if before.revision != revision:
                raise stale(offer.offer_id)
            stored = StoredOffer(offer, next_revision, before.create_time, self._clock())
            where = OFFERS.c.offer_id == offer.offer_id
            connection.execute(update(OFFERS).where(where).values(_row(stored)))
            return stored

        return transaction(self._engine, work)

    def page(self, *, after: str, count: int, archived: bool) -> list[StoredOffer]:
        """See ``ports.offers.OfferStore.page``."""
        query = select(OFFERS).where(OFFERS.c.offer_id > after)
        if not archived:
            query = query.where(OFFERS.c.state == OfferState.ACTIVE.value)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(OFFERS.c.offer_id).limit(count))
            return [_stored(row) for row in rows]

    def changed_since(self, revision: int) -> list[StoredOffer]:
        """See ``ports.offers.OfferStore.changed_since``."""
        query = select(OFFERS).where(OFFERS.c.revision > revision).order_by(OFFERS.c.revision)
        with reading(self._engine) as connection:
            return [_stored(row) for row in connection.execute(query)]


def already_exists(offer_id: OfferId) -> Failure:
    """Return the failure for an id that is taken."""
    name = f"offers/{offer_id}"
    return Failure(
        Kind.ALREADY_EXISTS, "OFFER_EXISTS", f"{name} exists already", metadata={"name": name}
    )


def stale(offer_id: OfferId) -> Failure:
    """Return the failure for an offer that somebody else changed first."""
    name = f"offers/{offer_id}"
    message = f"{name} was changed in the meantime: read it again"
    return Failure(Kind.STALE, "STALE_ETAG", message, metadata={"name": name})


def _next_revision(connection: Connection) -> int:
    """Return the next revision; its row is locked until the transaction ends."""
    column = OFFER_REVISION.c.revision
    count = update(OFFER_REVISION).values(revision=column + 1).returning(column)
    return int(connection.execute(count).scalar_one())


def _get(connection: Connection, offer_id: OfferId) -> StoredOffer:
    row = connection.execute(select(OFFERS).where(OFFERS.c.offer_id == offer_id)).first()
    if row is None:
        raise not_found("offer", f"offers/{offer_id}")
    return _stored(row)


def _row(stored: StoredOffer) -> dict[str, object]:
    return {
        "offer_id": stored.offer.offer_id,
        "state": stored.offer.state.value,
        "content": to_json(stored.offer),
        "revision": stored.revision,
        "create_time": stored.create_time.isoformat(),
        "update_time": stored.update_time.isoformat(),
    }


def _stored(row: Row[Any]) -> StoredOffer:
    return StoredOffer(
        offer=from_json(row.offer_id, row.state, row.content),
        revision=row.revision,
        create_time=datetime.fromisoformat(row.create_time),
        update_time=datetime.fromisoformat(row.update_time),
    )
