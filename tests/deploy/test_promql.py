"""The small reader of PromQL sees series and labels, and nothing else."""

import pytest

from tests.deploy.promql import Question, read


@pytest.mark.parametrize(
    ("expression", "question"),
    [
        ("up == 0", Question({"up": set()}, set())),
        ('rate(a_total{code="x", job=~"b|c"}[5m])', Question({"a_total": {"code", "job"}}, set())),
        ("sum by (job, le) (rate(a_bucket[5m]))", Question({"a_bucket": set()}, {"job", "le"})),
        (
            "job:a:ratio > 0.1 and on (job) b_total > 3 * 86400",
            Question({"job:a:ratio": set(), "b_total": set()}, {"job"}),
        ),
        ('a{b="c"} unless a{b="c"} offset 30m', Question({"a": {"b"}}, set())),
        ('count(x{y="sum(z)"} == 1) or time() - k', Question({"x": {"y"}, "k": set()}, set())),
    ],
)
def test_an_expression_is_read(expression: str, question: Question) -> None:
    assert read(expression) == question
