"""Personas in SQL."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, exc, insert, select, update

from ml.model.persona import Personas
from services.profile.adapters.tables import persona_catalogue, personas
from services.profile.domain.personas.persona import (
    LEARNED_PREFIX,
    Persona,
    PersonaCatalogue,
    PersonaId,
    Season,
    StoredPersona,
)
from services.serving.failures import Failure, Kind, not_found
from services.storage.transactions import reading, transaction


class SqlPersonaStore:
    """The port ``PersonaStore`` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        """Take a migrated database."""
        self._engine = engine

    def create(self, persona: Persona, *, now_micros: int) -> StoredPersona:
        """See ``ports.PersonaStore.create``."""

        def work(connection: Connection) -> StoredPersona:
            stored = StoredPersona(persona, _next_revision(connection), now_micros, now_micros)
            connection.execute(insert(personas).values(_row(stored)))
            return stored

        try:
            return transaction(self._engine, work)
        except exc.IntegrityError:
            raise already_exists(persona.persona_id) from None

    def get(self, persona_id: PersonaId) -> StoredPersona:
        """See ``ports.PersonaStore.get``."""
        with reading(self._engine) as connection:
            return _get(connection, persona_id)

    def page(self, *, after: str, count: int) -> list[StoredPersona]:
        """See ``ports.PersonaStore.page``."""
        query = select(personas).where(personas.c.persona_id > after)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(personas.c.persona_id).limit(count))
            return [_stored(row) for row in rows]

    def replace(self, persona: Persona, *, revision: int, now_micros: int) -> StoredPersona:
        """See ``ports.PersonaStore.replace``."""

        def work(connection: Connection) -> StoredPersona:
            next_revision = _next_revision(connection)  # from here on, the only writer
            before = _current(connection, persona.persona_id, revision)
            stored = StoredPersona(persona, next_revision, before.created_micros, now_micros)
            where = personas.c.persona_id == persona.persona_id
            connection.execute(update(personas).where(where).values(_row(stored)))
            return stored

        return transaction(self._engine, work)

    def delete(self, persona_id: PersonaId, *, revision: int) -> None:
        """See ``ports.PersonaStore.delete``."""

        def work(connection: Connection) -> None:
            _next_revision(connection)
            _current(connection, persona_id, revision)
            connection.execute(delete(personas).where(personas.c.persona_id == persona_id))

        transaction(self._engine, work)

    def replace_learned(
        self, found: Sequence[Persona], learned: Personas, *, now_micros: int
    ) -> list[StoredPersona]:
        """See ``ports.PersonaStore.replace_learned``."""

        def work(connection: Connection) -> list[StoredPersona]:
            stored = [
                StoredPersona(each, _next_revision(connection), now_micros, now_micros)
                for each in sorted(found, key=lambda each: each.persona_id)
            ]
            connection.execute(
                delete(personas).where(
                    personas.c.persona_id.startswith(LEARNED_PREFIX, autoescape=True)
                )
            )
            connection.execute(insert(personas), [_row(each) for each in stored])
            connection.execute(update(persona_catalogue).values(learned=learned.to_json()))
            return stored

        return transaction(self._engine, work)

    def catalogue(self, known: PersonaCatalogue | None = None) -> PersonaCatalogue:
        """See ``ports.PersonaStore.catalogue``."""
        with reading(self._engine) as connection:
            revision = int(connection.execute(select(persona_catalogue.c.revision)).scalar_one())
            if known is not None and known.revision == revision:
                return known
            row = connection.execute(select(persona_catalogue)).one()
            rows = connection.execute(select(personas).order_by(personas.c.persona_id))
            return PersonaCatalogue(
                row.revision,
                tuple(_stored(each).persona for each in rows),
                Personas.from_json(row.learned) if row.learned else None,
            )


def already_exists(persona_id: PersonaId) -> Failure:
    """Return the failure for an id that is taken."""
    name = f"personas/{persona_id}"
    return Failure(
        Kind.ALREADY_EXISTS, "PERSONA_EXISTS", f"{name} exists already", metadata={"name": name}
    )


def stale(persona_id: PersonaId) -> Failure:
    """Return the failure for a persona that somebody else changed first."""
    name = f"personas/{persona_id}"
    message = f"{name} was changed in the meantime: read it again"
    return Failure(Kind.STALE, "STALE_ETAG", message, metadata={"name": name})


def _next_revision(connection: Connection) -> int:
    """Return the next revision; its row is locked until the transaction ends."""
    column = persona_catalogue.c.revision
    count = update(persona_catalogue).values(revision=column + 1).returning(column)
    return int(connection.execute(count).scalar_one())


def _get(connection: Connection, persona_id: PersonaId) -> StoredPersona:
    row = connection.execute(select(personas).where(personas.c.persona_id == persona_id)).first()
    if row is None:
        raise not_found("persona", f"personas/{persona_id}")
    return _stored(row)


def _current(connection: Connection, persona_id: PersonaId, revision: int) -> StoredPersona:
    stored = _get(connection, persona_id)
    if stored.revision != revision:
        raise stale(persona_id)
    return stored


def _row(stored: StoredPersona) -> dict[str, object]:
    fields = dataclasses.asdict(stored.persona)
    persona_id = fields.pop("persona_id")
    return {
        "persona_id": persona_id,
        "content": json.dumps(fields, ensure_ascii=False),
        "revision": stored.revision,
        "created_micros": stored.created_micros,
        "updated_micros": stored.updated_micros,
    }


def _stored(row: Row[Any]) -> StoredPersona:
    fields: dict[str, Any] = json.loads(row.content)  # JSON
    season = fields.pop("season", None)
    lifts = tuple((str(word), float(lift)) for word, lift in fields.pop("lifts", ()))
    persona = Persona(
        PersonaId(row.persona_id),
        season=Season(tuple(season["months"]), season["weight_outside"]) if season else None,
        lifts=lifts,
        **fields,
    )
    return StoredPersona(persona, row.revision, row.created_micros, row.updated_micros)
