"""One row by one statement, past the layers that a hot path cannot afford.

SQLAlchemy Core takes about 100 µs around a primary-key lookup that SQLite answers in under 10;
the statement is therefore compiled once and handed to the driver. PostgreSQL runs it in
autocommit, so that one round trip is all.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, Select, exc
from sqlalchemy.pool import QueuePool

from services.storage.outages import Trouble, driver_trouble, unavailable


class RowReader:
    """Reads at most one row by a statement whose parameters are all bound by name."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        """Compile ``statement`` for the engine's driver."""
        compiled = statement.compile(engine)
        self._engine = engine
        self._sql = str(compiled)
        self._literals = dict(compiled.params)
        self._positions = compiled.positiontup  # None where the driver takes names
        self._driver_error = engine.dialect.loaded_dbapi.Error
        self._autocommit = engine.dialect.name == "postgresql"
        assert isinstance(engine.pool, QueuePool)  # as open_engine makes it
        self._attempt_count = engine.pool.size() + 1  # all may have died, as when a server restarts

    def fetch(self, parameters: Mapping[str, object]) -> tuple[Any, ...] | None:
        """Return the first row, ``None`` for none.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when the database is away.
        """
        values: Any = {**self._literals, **parameters}
        if self._positions is not None:
            values = tuple(values[name] for name in self._positions)
        try:
            for _ in range(self._attempt_count):
                row, gone = self._attempt(values)
                if not gone:
                    return row
        except exc.TimeoutError as error:  # no connection came free in the pool
            raise unavailable(self._engine) from error
        except self._driver_error as error:
            if driver_trouble(error) is Trouble.DEFECT:
                raise
            raise unavailable(self._engine) from error
        raise unavailable(self._engine)

    def _attempt(self, values: object) -> tuple[tuple[Any, ...] | None, bool]:
        """Return the row, and whether the server had closed the connection before."""
        connection = self._engine.raw_connection()
        driver = connection.dbapi_connection
        try:
            return self._execute(driver, values), False
        except self._driver_error as error:
            gone = self._engine.dialect.is_disconnect(error, driver, None)
            connection.invalidate(error)
            if gone:
                return None, True
            raise
        finally:
            connection.close()

    def _execute(self, driver: Any, values: object) -> tuple[Any, ...] | None:
        if not self._autocommit:
            row: tuple[Any, ...] | None = driver.execute(self._sql, values).fetchone()
            return row
        driver.autocommit = True
        row = driver.execute(self._sql, values).fetchone()
        driver.autocommit = False
        return row
