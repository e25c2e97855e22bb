"""The whole service: ``python -m services.profile``.

With ``migrate`` it only migrates; with ``retain`` it only removes what is past its time.
"""

import functools
import os
import sys
import time
import tomllib
from datetime import datetime
from pathlib import Path

from ofone.profile.v1 import linkage_service_pb2_grpc as linkage_grpc
from ofone.profile.v1 import persona_service_pb2_grpc as persona_grpc
from ofone.profile.v1 import profile_service_pb2_grpc as pb_grpc
from ofone.profile.v1 import segment_service_pb2_grpc as segment_grpc
from sqlalchemy import Engine

from ml.model.life_stages.sign_file import SHIPPED, SignTableError, read_sign_table
from ml.model.life_stages.signs import SignTable
from services.conditions.cel_conditions import CelConditions
from services.profile.adapters.erasure_watch import LOOK_SECONDS, ErasureWatch
from services.profile.adapters.files.catalogue_file import CatalogueError, load_catalogue
from services.profile.adapters.files.priors_file import PriorsError, read_priors
from services.profile.adapters.metrics import PrometheusProfileMeter
from services.profile.adapters.sql_households import SqlHouseholdStore
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_linkage import SqlLinkageStore
from services.profile.adapters.sql_personas import SqlPersonaStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_segments import SqlSegmentStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import MIGRATIONS
from services.profile.adapters.writing.retaining import retain
from services.profile.domain.defaults import Defaults
from services.profile.domain.facts.catalogue import Catalogue
from services.profile.domain.history.events import MICROS
from services.profile.domain.people.blocked_values import NOBODY, BlockedValues, with_usual
from services.profile.domain.people.identity import IdentityKey
from services.profile.domain.personas.membership import VOCABULARY
from services.profile.domain.privacy.consent import ConsentPolicy
from services.profile.domain.privacy.retention import USUAL, Retention, with_bounds
from services.profile.domain.traits import DEFAULT_PRIORS, Priors
from services.profile.servicer import ProfileServicer, Sources
from services.profile.servicer.linkage_service import NAME as LINKAGE_SERVICE
from services.profile.servicer.linkage_service import LinkageServicer
from services.profile.servicer.persona_reader import PersonaReader
from services.profile.servicer.persona_service import NAME as PERSONA_SERVICE
from services.profile.servicer.persona_service import PersonaServicer
from services.profile.servicer.segment_service import NAME as SEGMENT_SERVICE
from services.profile.servicer.segment_service import SegmentServicer
from services.profile.servicer.service import NAME
from services.profile.settings import PREFIX, TIME_ZONE, ProfileSettings, RetentionSettings
from services.serving.bootstrap import Application, Service, ServingSettings, run, serve
from services.serving.polling import PollingThread
from services.serving.settings import SettingsError, load_both, load_settings
from services.serving.time_zone import zone_of
from services.storage.engine import DatabaseLimits
from services.storage.startup import is_ready, migrate_database, open_database

_BLOCKED = f"{PREFIX}_BLOCKED_IDENTIFIERS_FILE"


def main() -> int:
    """Serve, or migrate and end; return the exit code."""
    if sys.argv[1:] == ["migrate"]:
        return migrate_database(PREFIX, MIGRATIONS, os.environ)
    if sys.argv[1:] == ["retain"]:
        return remove_past(load_settings(RetentionSettings, PREFIX, os.environ))
    settings, serving = load_both(
        (ProfileSettings, PREFIX), (ServingSettings, "OFONE_SERVING"), os.environ
    )
    blocked = read_blocked(settings.blocked_identifiers_file)
    identity = read_key(settings.identifier_key_file, blocked)
    defaults = Defaults(
        ConsentPolicy(personalisation_default=settings.default_consent == "granted"),
        read_catalogue(settings.catalogue_file),
        priors_of(settings),
        signs_of(settings),
    )
    make = functools.partial(application, settings, identity, defaults)
    return serve(make, serving, name="profile")


def remove_past(settings: RetentionSettings) -> int:
    """Remove what is past its time, and say what was removed; return the exit code.

    Raises:
        SettingsError: when the bounds cannot be used.
        StartupError: when the database is not there or not migrated.
    """
    retention = read_retention(settings.retention_file)
    engine = open_database(settings.database_url, MIGRATIONS)
    removed = retain(engine, retention, now_micros=round(time.time() * MICROS))
    counts = ", ".join(f"{name}: {count}" for name, count in sorted(removed.items()))
    print(f"removed what is past its time: {counts or 'nothing'}")  # noqa: T201  # the job's answer
    engine.dispose()
    return 0


def application(
    settings: ProfileSettings, identity: IdentityKey, defaults: Defaults
) -> Application:
    """Return the service, its watch begun.

    Raises:
        StartupError: when the database is not there or not migrated.
    """
    engine = open_database(
        settings.database_url,
        MIGRATIONS,
        limits=DatabaseLimits(pool_size=settings.pool_size),
        migrate_first=settings.migrate_on_start,
    )
    privacy = SqlPrivacyStore(engine, identity.tombstone, holders=settings.erasure_holders)
    watch = ErasureWatch(privacy.waiting, settings.erasure_holders, time.time)
    watching = PollingThread("erasures", watch.look)
    watching.start(LOOK_SECONDS)
    return Application(
        name="profile",
        services=services_over(settings, engine, privacy, identity=identity, defaults=defaults),
        readiness={"database": lambda: is_ready(engine, MIGRATIONS)},
        on_stop=(watching.stop, engine.dispose),
    )


def services_over(
    settings: ProfileSettings,
    engine: Engine,
    privacy: SqlPrivacyStore,
    *,
    identity: IdentityKey,
    defaults: Defaults,
) -> tuple[Service, ...]:
    """Return what this process answers."""
    now = functools.partial(datetime.now, zone_of(settings.time_zone, variable=TIME_ZONE))
    personas, rules = SqlPersonaStore(engine), CelConditions(VOCABULARY)
    linkage = SqlLinkageStore(engine)
    profile = ProfileServicer(
        Sources(
            SqlProfileStore(engine),
            SqlIdentityStore(engine),
            privacy,
            PersonaReader(personas, rules, now),
            SqlHouseholdStore(engine),
            linkage,
        ),
        identity,
        defaults=defaults,
        meter=PrometheusProfileMeter(),
        clock=now,
    )
    add = functools.partial(pb_grpc.add_ProfileServiceServicer_to_server, profile)
    add_personas = functools.partial(
        persona_grpc.add_PersonaServiceServicer_to_server, PersonaServicer(personas, rules, now)
    )
    segments = SegmentServicer(
        SqlSegmentStore(engine),
        privacy,
        rules,
        defaults.consent,
        now,
        settings.segment_least_customers,
    )
    add_segments = functools.partial(segment_grpc.add_SegmentServiceServicer_to_server, segments)
    add_linkage = functools.partial(
        linkage_grpc.add_LinkageServiceServicer_to_server,
        LinkageServicer(linkage, identity, defaults, now),
    )
    return (
        Service(NAME, add),
        Service(PERSONA_SERVICE, add_personas),
        Service(SEGMENT_SERVICE, add_segments),
        Service(LINKAGE_SERVICE, add_linkage),
    )


def priors_of(settings: ProfileSettings) -> Priors:
    """Return what is typical of the shop's customers.

    Raises:
        SettingsError: when the file cannot be used.
    """
    if settings.priors_file is None:
        return DEFAULT_PRIORS
    try:
        return read_priors(settings.priors_file)
    except PriorsError as error:
        raise SettingsError(f"{PREFIX}_PRIORS_FILE: {error}") from None


def read_catalogue(path: Path | None) -> Catalogue:
    """Return the catalogue of sources and keys, the shipped one for ``None``.

    Raises:
        SettingsError: when the file cannot be read or holds mistakes.
    """
    try:
        return load_catalogue(path)
    except CatalogueError as error:
        raise SettingsError(f"{PREFIX}_CATALOGUE_FILE: {error}") from None


def signs_of(settings: ProfileSettings) -> SignTable:
    """Return by what a stage of life is seen.

    Raises:
        SettingsError: when the file cannot be used.
    """
    try:
        return read_sign_table(settings.life_signs_file or SHIPPED)
    except SignTableError as error:
        raise SettingsError(f"{PREFIX}_LIFE_SIGNS_FILE: {error}") from None


def read_retention(path: Path | None) -> Retention:
    """Return how long what happened is kept.

    Raises:
        SettingsError: when the file cannot be read or sets bounds that cannot be meant.
    """
    variable = f"{PREFIX}_RETENTION_FILE"
    if path is None:
        return USUAL
    try:
        return with_bounds(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"{variable}: {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{variable}: {path}: {error}") from None


def read_key(path: Path, blocked: BlockedValues) -> IdentityKey:
    """Return the key for identifiers.

    Raises:
        SettingsError: when the file cannot be read or holds too little.
    """
    variable = f"{PREFIX}_IDENTIFIER_KEY_FILE"
    try:
        return IdentityKey(path.read_bytes().strip(), blocked.holds)
    except OSError as error:
        raise SettingsError(f"{variable}: {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{variable}: {path}: {error}") from None


def read_blocked(path: Path | None) -> BlockedValues:
    """Return the values that name nobody: the usual ones and those of a file.

    Raises:
        SettingsError: when the file cannot be read or is not lists of patterns by kind.
    """
    if path is None:
        return BlockedValues(NOBODY)
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))
        return BlockedValues(with_usual(listed))
    except OSError as error:
        raise SettingsError(f"{_BLOCKED}: {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{_BLOCKED}: {path}: {error}") from None


if __name__ == "__main__":
    run(main)
