"""What was deleted is gone from the files as well, as far as the engine lets us see to it.

SQLite's write-ahead log keeps old pages until it is emptied. PostgreSQL overwrites what is deleted
when it vacuums, and its log as it recycles it: there nothing is to be done here.
"""

from sqlalchemy import Engine


def empty_log(engine: Engine) -> bool:
    """Write everything over into the database's file and empty the log beside it.

    Returns:
        Whether that was done; not while somebody reads an old state, and then it is worth another
        try.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        driver = raw.driver_connection
        assert driver is not None
        is_busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        raw.close()
    return not is_busy
