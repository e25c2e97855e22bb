"""Erasures, their receipts and the log of accesses, in SQLite or PostgreSQL."""

import hashlib
from collections.abc import Sequence

import msgpack
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from services.profile.adapters.rows.access_rows import (
    accesses_of,
    add_accesses,
)
from services.profile.adapters.rows.customer_rows import (
    current_name,
    name_held,
    still_customers,
)
from services.profile.adapters.rows.household_rows import held_memberships
from services.profile.adapters.rows.told_rows import stored_events, stored_statements
from services.profile.adapters.tables import erasures, pending_erasures
from services.profile.adapters.writing.erasing import Tombstone, erase
from services.profile.domain.history.events import CustomerId
from services.profile.domain.people.identifier_rules import LINK_RULES, LinkRules
from services.profile.domain.privacy.erasure import (
    Access,
    Erasure,
    Removal,
    Waiting,
    begun,
    confirmed,
)
from services.profile.ports.privacy import Held
from services.storage.emptied_log import empty_log
from services.storage.outages import Conflict
from services.storage.statements import insert_if_absent
from services.storage.transactions import reading, transaction

_ID_CHARACTERS = 26
FORMAT = 1


class SqlPrivacyStore:
    """A ``PrivacyStore`` in a migrated database."""

    def __init__(
        self,
        engine: Engine,
        tombstone_of: Tombstone,
        *,
        holders: Sequence[str],
        rules: LinkRules = LINK_RULES,
    ) -> None:
        """Use ``engine``; ``holders`` are who else may hold something of a customer."""
        self._engine = engine
        self._tombstone_of = tombstone_of
        self._holders = holders
        self._rules = rules

    def erase(
        self, customer_id: CustomerId, request_id: str, *, is_rehearsal: bool, now_micros: int
    ) -> Erasure | None:
        """Remove everything about a customer; return the receipt, ``None`` without customer."""
        erasure_id = hashlib.sha256(f"erasure {request_id}".encode()).hexdigest()[:_ID_CHARACTERS]

        def work(connection: Connection) -> Erasure | None:
            done_before = _erasure(connection, erasure_id)
            if done_before is not None:
                return done_before
            name = current_name(connection, customer_id)
            if name is None:
                return None
            names, counts = erase(
                connection,
                name,
                self._rules,
                tombstone_of=self._tombstone_of,
                now_micros=now_micros,
            )
            erasure = begun(
                erasure_id,
                [CustomerId(each) for each in names],
                counts,
                holders=self._holders,
                now_micros=now_micros,
            )
            if is_rehearsal:
                raise _Rehearsed(erasure)
            _insert(connection, erasure)
            return erasure

        try:
            found = transaction(self._engine, work)
        except _Rehearsed as rehearsed:
            return rehearsed.erasure
        empty_log(self._engine)  # or the next erasure, confirmation or checkpoint does
        return found

    def erasure(self, erasure_id: str) -> Erasure | None:
        """Return the receipt of an erasure, ``None`` for an unknown one."""
        with reading(self._engine) as connection:
            return _erasure(connection, erasure_id)

    def erasures(
        self, *, pending_holder: str, after: tuple[int, str] | None, most: int
    ) -> list[Erasure]:
        """Return the next erasures, oldest first; of one holder those it has not confirmed."""
        query = select(erasures.c.content).order_by(
            erasures.c.created_micros, erasures.c.erasure_id
        )
        if after is not None:
            later = erasures.c.created_micros > after[0]
            same = (erasures.c.created_micros == after[0]) & (erasures.c.erasure_id > after[1])
            query = query.where(later | same)
        if pending_holder:
            pending = select(pending_erasures.c.erasure_id).where(
                pending_erasures.c.holder == pending_holder
            )
            query = query.where(erasures.c.erasure_id.in_(pending))
        with reading(self._engine) as connection:
            found = connection.execute(query.limit(most)).scalars()
            return [_unpacked(bytes(content)) for content in found]

    def waiting(self) -> dict[str, Waiting]:
        """Return by holder what it has not confirmed; a holder that has confirmed all is absent."""
        query = (
            select(pending_erasures.c.holder, func.count(), func.min(erasures.c.created_micros))
            .join(erasures, erasures.c.erasure_id == pending_erasures.c.erasure_id)
            .group_by(pending_erasures.c.holder)
        )
        with reading(self._engine) as connection:
            return {
                holder: Waiting(count, oldest)
                for holder, count, oldest in connection.execute(query)
            }

    def confirm(
        self,
        erasure_id: str,
        holder: str,
        removals: Sequence[Removal],
        *,
        model_version: str,
        now_micros: int,
    ) -> Erasure | None:
        """Keep that a holder has removed what it held; ``None`` for an unknown erasure."""

        def work(connection: Connection) -> Erasure | None:
            query = select(erasures).where(erasures.c.erasure_id == erasure_id)
            row = connection.execute(query.with_for_update()).one_or_none()
            if row is None:
                return None
            erasure = confirmed(
                _unpacked(bytes(row.content)),
                holder,
                removals,
                model_version=model_version,
                now_micros=now_micros,
            )
            this = erasures.c.erasure_id == erasure_id
            connection.execute(update(erasures).where(this).values(_values(erasure)))
            connection.execute(
                delete(pending_erasures).where(
                    pending_erasures.c.holder == holder,
                    pending_erasures.c.erasure_id == erasure_id,
                )
            )
            return erasure

        found = transaction(self._engine, work)
        empty_log(self._engine)  # or the next erasure, confirmation or checkpoint does
        return found

    def note_access(self, customer_id: CustomerId, access: Access, access_id: str) -> None:
        """Keep that somebody looked at a customer, if there is one of that name."""

        def work(connection: Connection) -> None:
            name = name_held(connection, customer_id)
            if name is not None:
                add_accesses(connection, [name], access, access_id)

        transaction(self._engine, work)

    def note_accesses(
        self, customer_ids: Sequence[CustomerId], access: Access, access_id: str
    ) -> list[CustomerId]:
        """Keep that somebody looked at those of these who still are customers; return them."""

        def work(connection: Connection) -> list[CustomerId]:
            names = still_customers(connection, customer_ids)
            add_accesses(connection, names, access, access_id)
            return names

        return transaction(self._engine, work)

    def accesses(self, customer_id: CustomerId, *, skipped: int, most: int) -> list[Access] | None:
        """Return who looked at a customer, latest first, ``None`` without customer."""
        with reading(self._engine) as connection:
            name = current_name(connection, customer_id)
            if name is None:
                return None
            return accesses_of(connection, name, skipped=skipped, most=most)

    def held(self, customer_id: CustomerId) -> Held | None:
        """Return what was told of a customer as stored, ``None`` without customer."""
        with reading(self._engine) as connection:
            name = current_name(connection, customer_id)
            if name is None:
                return None
            return Held(
                stored_events(connection, name),
                stored_statements(connection, name),
                held_memberships(connection, name),
            )


class _Rehearsed(Exception):
    """What an erasure would remove; nothing is kept of it."""

    def __init__(self, erasure: Erasure) -> None:
        """Keep what would be removed."""
        super().__init__()
        self.erasure = erasure


def _erasure(connection: Connection, erasure_id: str) -> Erasure | None:
    query = select(erasures.c.content).where(erasures.c.erasure_id == erasure_id)
    content = connection.execute(query).scalar_one_or_none()
    return None if content is None else _unpacked(bytes(content))


def _insert(connection: Connection, erasure: Erasure) -> None:
    row = {"erasure_id": erasure.erasure_id, **_values(erasure)}
    if not connection.execute(insert_if_absent(connection, erasures), [row]).rowcount:
        raise Conflict
    pending = [
        {"holder": holder, "erasure_id": erasure.erasure_id} for holder in erasure.pending_holders
    ]
    if pending:
        connection.execute(insert(pending_erasures), pending)


def _values(erasure: Erasure) -> dict[str, object]:
    content = msgpack.packb(
        (
            *(FORMAT, erasure.erasure_id, erasure.created_micros, erasure.done_micros),
            *(erasure.removals, erasure.pending_holders, erasure.model_version),
            erasure.customer_ids,
        )
    )
    return {
        "created_micros": erasure.created_micros,
        "done_micros": erasure.done_micros,
        "content": content,
    }


def _unpacked(content: bytes) -> Erasure:
    _, erasure_id, created, done, removals, *rest = msgpack.unpackb(content, use_list=False)
    return Erasure(erasure_id, created, done, tuple(map(Removal._make, removals)), *rest)
