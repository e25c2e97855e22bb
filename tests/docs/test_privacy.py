"""The page on privacy names every table about a customer, and what it shows is so."""

import re
from pathlib import Path

from tests.consent.matrix import COLUMNS
from tests.deploy.manifests import ROOT
from tests.deploy.monitoring import alerts
from tests.services.console.conftest import Town, town, words
from tests.services.console.test_privacy import hold

__all__ = ["town"]

PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
SERVICES = ROOT / "services"
ABOUT_NOBODY = {
    *("recommendation_offers", "recommendation_offer_revision"),
    *("recommendation_questions", "recommendation_question_revision"),
    *("personas", "persona_catalogue"),
}


def rows() -> set[str]:
    """Return the tables that the page's table names."""
    cells = re.findall(r"^\| (?:profile|recommendation): (.+?) \|", PAGE, flags=re.MULTILINE)
    return set(re.findall(r"`(\w+)`", " ".join(cells)))


def test_every_table_about_somebody_is_on_the_page_and_no_other() -> None:
    assert rows() == set(COLUMNS) - ABOUT_NOBODY


def test_every_method_that_notes_who_looked_is_on_the_page_and_no_other() -> None:
    sources = "\n".join(path.read_text() for path in SERVICES.glob("*/servicer/*.py"))
    noting = re.findall(r"\b(?:_?looked_at\w*|note|Access)\((?:[^\"\n]*, )?\"(\w+)\"", sources)
    named = PAGE.partition("These note who looked")[2].partition("The customer may read")[0]
    assert sorted(set(noting)) == sorted(re.findall(r"`(\w+)`", named))


def test_the_page_says_when_somebody_is_told_of_what_stays_too_long() -> None:
    hours = re.search(r"> (\d+) \* 3600$", alerts()["OfoneRetentionOverdue"]["expr"])
    assert hours is not None
    assert f"{hours[1]} hours after the last success" in words(PAGE)


def test_the_examples_print_what_the_page_shows(town: Town, tmp_path: Path) -> None:
    hold(town)
    shown = words(PAGE)
    exported = town.ofone("export", "anna", "--out", str(tmp_path / "anna-export")).output
    assert words(exported).replace(str(tmp_path) + "/", "") in shown
    town.profile.looked = [each.access for each in town.profile.held if each.HasField("access")]
    assert words(town.ofone("accesses", "anna").output) in shown
    town.profile.erasure.create_time.CopyFrom(town.profile.looked[0].access_time)
    assert words(town.ofone("erasure", "e1").output) in shown
    rehearsed = words(town.ofone("erase", "anna").output).partition(" Forget")[0]
    assert rehearsed in shown
