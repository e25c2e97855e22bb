"""The catalogue of sources and keys, as a company writes it."""

from pathlib import Path

import pytest

from services.profile.__main__ import read_catalogue
from services.profile.adapters.files.catalogue_file import DEFAULT, CatalogueError, load_catalogue
from services.profile.domain.facts.sources import Basis
from services.profile.domain.history.events import Party
from services.serving.settings import SettingsError

WHOLE = DEFAULT.read_text()


def test_the_shipped_catalogue_knows_every_kind_of_source() -> None:
    catalogue = load_catalogue()
    names = {"till", "web", "app", "crm", "loyalty", "service", "stock", "returns", "register"}
    assert names <= catalogue.sources.known.keys()
    parties = {each.party for each in catalogue.sources.known.values()}
    assert parties == set(Party)
    assert catalogue.sources.of("register", Party.FIRST).basis is Basis.BOUGHT_IN
    assert {each.name for each in catalogue.keys.values() if each.is_sensitive} == {
        *("children", "diet", "health")
    }


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("event_half_life_days = 90", "", "event_half_life_days: must be a number"),
        ("trust = 0.7 }", "trust = 7 }", "parties.first.trust: must be 0 to 1, is 7"),
        ('"bought-in", trust = 0.3', '"declared", trust = 0.3', "parties.third.basis"),
        ("[parties]", "[partys]", "partys: is no word of a catalogue"),
        ("till = {", "Till = {", "sources.Till: a source is lower-case letters"),
        ('words = "the till"', 'word = "the till"', "sources.till.words: must be a text"),
        ('party = "third"', 'party = "fourth"', "must be one of first, third, real-time"),
        ("Postcode {value}", "Postcode", "keys.postcode.words: must say where"),
        ('diet = { kind = "text"', 'diet = { kind = "words"', "must be one of text, number"),
        ('compared = "near"', 'compared = "far"', "compared: must be one of equal, near"),
        ('compared = "equal"', 'compared = "near"', "compared: only numbers are near each other"),
        (
            "sensitive = true",
            'sensitive = true, compared = "equal"',
            "compared: nobody is recognised by what is sensitive",
        ),
        ("sensitive = true", 'sensitive = "yes"', "sensitive: must be true or false"),
        ("[keys]", "[[keys]]", "keys: must be a table"),
        ("[keys]", "keys =", "is not TOML"),
    ],
)
def test_every_mistake_is_named_by_its_place(
    tmp_path: Path, before: str, after: str, mistake: str
) -> None:
    assert before in WHOLE
    file = tmp_path / "catalogue.toml"
    file.write_text(WHOLE.replace(before, after, 1))
    with pytest.raises(CatalogueError, match=mistake.replace(".", r"\.")):
        load_catalogue(file)


def test_a_catalogue_that_is_not_there_ends_the_start_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"OFONE_PROFILE_CATALOGUE_FILE.*cannot be read"):
        read_catalogue(tmp_path / "missing.toml")
