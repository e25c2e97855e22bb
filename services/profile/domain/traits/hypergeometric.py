"""Gauss' hypergeometric function by its series."""

MAX_TERMS = 100_000
"""For z = .999 some 35,000 terms are summed; nearer to 1 the series is given up."""
_NEGLIGIBLE = 1e-17


def hypergeometric(a: float, b: float, c: float, z: float) -> float:
    """Return 2F1(a, b; c; z), to a relative error below 1e-10 where it is of the order of 1.

    ``1 + sum over k of prod over j < k of (a + j)(b + j) / ((c + j)(1 + j)) z``. It is summed until
    a term no longer changes the sum.

    Args:
        a: Any number.
        b: Any number.
        c: Any number but 0, -1, -2 and so on.
        z: From 0 to .999.

    Raises:
        ArithmeticError: when the series does not settle.

    Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 15.1.1.
    """
    term = total = 1.0
    for k in range(MAX_TERMS):
        term *= (a + k) * (b + k) / ((c + k) * (1 + k)) * z
        total += term
        if abs(term) <= _NEGLIGIBLE * abs(total):
            return total
    raise ArithmeticError(f"2F1({a}, {b}; {c}; {z}) does not settle in {MAX_TERMS} terms")
