"""One contract for every store of personas: memory, SQLite, PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ml.model.persona import Persona as LearnedPersona
from ml.model.persona import Personas
from services.profile.adapters.sql_personas import SqlPersonaStore
from services.profile.domain.personas.persona import Persona, PersonaId, Season
from services.profile.ports.personas import PersonaStore
from services.serving.failures import Failure, Kind
from tests.services.profile.conftest import OpenEngine
from tests.services.profile.memory_personas import MemoryPersonaStore

TEA = Persona(
    PersonaId("tea-people"),
    "Tea people, thé",
    description="They drink tea.",
    picture_uri="https://pictures.example/tea.png",
    rule="category_share('Tea') > 0.2",
    season=Season((1, 11, 12), 0.5),
    is_sensitive=True,
)
LEARNED = Persona(
    PersonaId("learned-1"), "Cat", customer_share=1.0, lifts=(("Cat", 6.25), ("Children", 1.2))
)
MODEL = Personas(
    (LearnedPersona("learned-1", "Cat", 1.0, LEARNED.lifts, (-0.5, -1.0)),),
    ("Cat", "Children"),
    (2.0, 5.0),
    (7.0, 30.0),
)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def personas(request: pytest.FixtureRequest, migrated: OpenEngine) -> PersonaStore:
    if request.param == "memory":
        return MemoryPersonaStore()
    if request.param == "postgresql":
        new_url: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        return SqlPersonaStore(migrated(new_url()))
    folder = request.getfixturevalue("tmp_path")
    return SqlPersonaStore(migrated(f"sqlite:///{folder}/personas.sqlite"))


def test_a_persona_comes_back_whole(personas: PersonaStore) -> None:
    stored = personas.create(TEA, now_micros=5)
    assert stored.persona == TEA
    assert (stored.created_micros, stored.updated_micros) == (5, 5)
    assert personas.get(TEA.persona_id) == stored
    assert personas.page(after="", count=10) == [stored]


def test_an_id_is_taken_once(personas: PersonaStore) -> None:
    personas.create(TEA, now_micros=5)
    with pytest.raises(Failure) as refusal:
        personas.create(TEA, now_micros=6)
    assert refusal.value.kind is Kind.ALREADY_EXISTS


def test_a_change_needs_the_revision_that_was_read(personas: PersonaStore) -> None:
    before = personas.create(TEA, now_micros=5)
    changed = replace(TEA, display_name="Tea")
    after = personas.replace(changed, revision=before.revision, now_micros=9)
    assert (after.persona, after.created_micros, after.updated_micros) == (changed, 5, 9)
    assert after.etag != before.etag
    for work in (
        lambda: personas.replace(TEA, revision=before.revision, now_micros=10),
        lambda: personas.delete(TEA.persona_id, revision=before.revision),
    ):
        with pytest.raises(Failure) as refusal:
            work()
        assert refusal.value.kind is Kind.STALE
    assert personas.get(TEA.persona_id) == after


def test_what_was_forgotten_is_not_there(personas: PersonaStore) -> None:
    stored = personas.create(TEA, now_micros=5)
    personas.delete(TEA.persona_id, revision=stored.revision)
    with pytest.raises(Failure) as refusal:
        personas.get(TEA.persona_id)
    assert refusal.value.kind is Kind.NOT_FOUND
    assert personas.catalogue().personas == ()


def test_pages_go_by_id(personas: PersonaStore) -> None:
    for letter in "cab":
        personas.create(replace(TEA, persona_id=PersonaId(letter)), now_micros=5)
    first = personas.page(after="", count=2)
    assert [each.persona.persona_id for each in first] == ["a", "b"]
    assert [each.persona.persona_id for each in personas.page(after="b", count=2)] == ["c"]


def test_learned_personas_take_the_place_of_those_before_and_of_no_other(
    personas: PersonaStore,
) -> None:
    personas.create(TEA, now_micros=5)
    old = replace(LEARNED, persona_id=PersonaId("learned-0"))
    personas.replace_learned([old], MODEL, now_micros=6)
    stored = personas.replace_learned([LEARNED], MODEL, now_micros=7)
    assert [each.persona for each in stored] == [LEARNED]
    found = personas.catalogue()
    assert found.personas == (LEARNED, TEA)
    assert found.learned == MODEL


def test_the_catalogue_is_the_known_one_until_something_changes(personas: PersonaStore) -> None:
    stored = personas.create(TEA, now_micros=5)
    known = personas.catalogue()
    assert known.personas == (TEA,)
    assert personas.catalogue(known) is known
    personas.delete(TEA.persona_id, revision=stored.revision)
    assert personas.catalogue(known).personas == ()
