"""How likely a life changed in each month: Bayesian change-points with gamma-Poisson rates.

A customer buys a category at a rate theta of their own per line, drawn from a gamma distribution:
that of customers in general where nothing changes, and one of another mean where a change comes,
for not everybody comes to it. From the change on the rate is theta times a ratio that fades with a
half-life. With theta integrated out, both hypotheses have a closed form, and so has their quotient,
the Bayes factor of a change in that month. A sign that need not show in everybody is a mixture of
showing and not showing; the signs of a stage multiply. Stages that would explain the same shift
share one mixture: at most one of them came.

Source: Fearnhead, "Exact and efficient Bayesian inference for multiple changepoint problems",
Statistics and Computing 16, 2006, section 2 (prior by a hazard, segments integrated out); Gelman et
al., "Bayesian Data Analysis", 3rd edition, section 2.6 (Poisson with exposure, gamma prior). The
power below 1 that tempers the factors: Grünwald, "The Safe Bayesian", ALT 2012.
"""

from collections.abc import Sequence
from math import exp, inf, log, log1p

from ml.model.life_stages.history import MonthlyHistory, Window
from ml.model.life_stages.signs import Sign, Stage

_HUGE = 700.0
"""Log odds against which a number is 0; its exponential is hardly finite."""


def log_factors(
    counts: Sequence[int], exposures: Sequence[float], sign: Sign, *, half_life_months: float
) -> list[float]:
    """Return the log Bayes factor of a change in each month against none.

    With ``c`` the counts, ``n`` their sum, ``e`` the exposures, ``a`` the shape, ``b`` the shape by
    the usual rate, ``b'`` the shape by the rate before a change, and
    ``r_m = 1 + (ratio - 1) 2^{-(m - t) / half-life}`` from ``t`` on, 1 before it:

    ``log B(t) = sum_{m>=t} c_m log r_m + a log(b'/b) - (a + n) log((b' + sum e r) / (b + sum e))``

    is the factor where the sign shows; where it does not, all ``r`` are 1.

    Args:
        counts: [M]: how often in each month.
        exposures: [M]: of how many lines, times the season's factor.
        sign: what to expect of it.
        half_life_months: of the ratio; infinite where it stays.

    Returns:
        [M] by the month of the change; month 0 has none before it to compare with.
    """
    length = len(counts)
    kept, excess = 0.5 ** (1.0 / half_life_months), sign.ratio - 1.0
    shape = sign.usual.shape
    prior, weight = shape / sign.usual.rate, shape + sum(counts)
    total, own_prior = prior + sum(exposures), prior / sign.before
    by_lag = [log1p(excess * kept**lag) for lag in range(length)]
    gains = [0.0] * length
    for bought_in, count in enumerate(counts):
        if count:
            for month in range(bought_in + 1):
                gains[month] += count * by_lag[bought_in - month]
    own_total = own_prior + total - prior
    unshown = -shape * log(sign.before) - weight * log(own_total / total)
    faded = 0.0
    shown = [unshown] * (length + sign.after_months)
    for month in reversed(range(length)):
        faded = exposures[month] + kept * faded
        factor = gains[month] - weight * log1p(excess * faded / own_total)
        shown[month] = unshown + _mixed(factor, sign.seen_in)
    return shown[sign.after_months :]


def _mixed(factor: float, seen_in: float) -> float:
    """Return the log of a factor that holds in some and is 1 in the others."""
    if factor > 0.0:
        return factor + log(seen_in + (1.0 - seen_in) * exp(-factor))
    return log(1.0 - seen_in + seen_in * exp(factor))


def sign_factors(
    history: MonthlyHistory, window: Window, sign: Sign, *, half_life_months: float
) -> list[float]:
    """Return the log Bayes factors of one sign in a customer's history, [M]."""
    counts = window.row(history.of(sign.kind).get(sign.name, {}))
    exposures = exposures_of(window, sign)
    return log_factors(counts, exposures, sign, half_life_months=half_life_months)


def exposures_of(window: Window, sign: Sign) -> list[float]:
    """Return what a sign is a share of: lines or baskets, times the season's factor, [M]."""
    seasons = sign.usual.seasons
    months = window.calendar_months()
    totals = window.totals[sign.kind]
    return [total * seasons[month] for total, month in zip(totals, months, strict=True)]


def change_odds(evidence: Sequence[Sequence[float]], stage: Stage) -> list[float]:
    """Return the log odds of a change in each month against none at all.

    The prior is the hazard ``h`` of a month: ``h (1 - h)^(t - 1)`` for month ``t``, and
    ``(1 - h)^(M - 1)`` for none. In month 0 nothing can change: who begins in a stage is not told
    from one who always bought so.

    Args:
        evidence: [signs][M], log factors of each sign.
        stage: its hazard and how far its signs are trusted.

    Returns:
        [M], minus infinity for month 0.
    """
    hazard = 1.0 - (1.0 - stage.per_year) ** (1.0 / 12.0)
    stays = log1p(-hazard)
    length = len(evidence[0]) if evidence else 0
    odds = [-inf] * length
    for month in range(1, length):
        factor = stage.trust * sum(each[month] for each in evidence)
        odds[month] = log(hazard) + (month - length) * stays + factor
    return odds


def change_probabilities(
    odds: Sequence[float], rivals: Sequence[Sequence[float]] = ()
) -> list[float]:
    """Return how likely the change came in each month.

    One of several stages, at most, is what the same shift of a sign comes from; so the hypotheses
    are that nothing changed, or one of them in one month, and what speaks for a rival speaks
    against this one.

    Args:
        odds: [M], as of ``change_odds``.
        rivals: the same of each rival, [rivals][M].

    Returns:
        [M], adding up to less than 1: what is missing is that it did not come.
    """
    others = [each for rival in rivals for each in rival]
    highest = max(0.0, *odds, *others)
    whole = exp(-highest) + sum(exp(each - highest) for each in (*odds, *others))
    return [exp(each - highest) / whole for each in odds]


def told_probability(chance: float, stage: Stage) -> float:
    """Return a probability as it turned out with customers whose lives are known.

    Source: Platt, "Probabilistic Outputs for Support Vector Machines and Comparisons to
    Regularized Likelihood Methods", 1999: the odds are ``factor * odds ^ power``.
    """
    if not 0.0 < chance < 1.0:
        return chance
    odds = log(stage.odds_factor) + stage.odds_power * (log(chance) - log1p(-chance))
    return 1.0 / (1.0 + exp(-odds)) if odds > -_HUGE else 0.0
