"""Code, rules and dashboards speak of the same metrics and the same labels."""

import pytest

from tests.deploy.declared import ELSEWHERE, FROM_SCRAPING, declared
from tests.deploy.monitoring import expressions, recordings
from tests.deploy.promql import read

EXPRESSIONS = expressions()


def unknown(expression: str, known: dict[str, set[str]]) -> list[str]:
    """Return what an expression asks for and nobody declares: series, or series and label."""
    question = read(expression)
    found = [name for name in question.series if name not in known]
    labels: set[str] = set(FROM_SCRAPING)
    for name, selected in question.series.items():
        there = known.get(name, set()) | FROM_SCRAPING
        labels |= there
        found += [f"{name}{{{label}}}" for label in sorted(selected - there) if name in known]
    return found + [f"by {label}" for label in sorted(question.grouping - labels)]


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    """Give all series that exist: declared in the code, recorded by a rule, or not ours."""
    series = declared() | ELSEWHERE
    for name, expression in recordings().items():
        series[name] = read(expression).grouping
    return series


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_what_is_asked_for_is_declared(place: str, known: dict[str, set[str]]) -> None:
    assert unknown(EXPRESSIONS[place], known) == []


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("rate(ofone_serving_sheds_total[5m])", "ofone_serving_sheds_total"),
        ("ofone_serving_shed", "ofone_serving_shed"),  # a counter's series ends in _total
        ('ofone_serving_shed_total{cause="late"}', "ofone_serving_shed_total{cause}"),
        ("sum by (method) (ofone_serving_ready)", "by method"),
        ("job:nothing:ratio_rate5m > 1", "job:nothing:ratio_rate5m"),
    ],
)
def test_what_is_not_declared_is_seen(
    expression: str, complaint: str, known: dict[str, set[str]]
) -> None:
    assert unknown(expression, known) == [complaint]


def test_our_own_metrics_name_no_customer_item_or_offer() -> None:
    labels = {label for names in declared().values() for label in names}
    assert labels.isdisjoint({"customer", "customer_id", "item", "item_id", "offer", "offer_id"})


def test_every_metric_of_ours_is_watched_by_somebody() -> None:
    # a metric that no rule and no panel reads costs money and tells nobody anything
    asked = {name for expression in EXPRESSIONS.values() for name in read(expression).series}
    ours = {name for name in declared() if name.startswith("ofone_")}
    families = {name.rsplit("_", 1)[0] if name.endswith(SUFFIXES) else name for name in asked}
    unread = {
        name
        for name in ours
        if name not in asked
        and (name.rsplit("_", 1)[0] if name.endswith(SUFFIXES) else name) not in families
    }
    assert unread == set()


SUFFIXES = ("_total", "_created", "_bucket", "_sum", "_count")
