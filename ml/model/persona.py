"""Personas as a model knows them: soft clusters of customers, told by what their members buy.

A persona is a beginning. Of somebody unknown only the shares of the personas are known; every
purchase then says more, in closed form: so the services tell memberships without a model's weight,
and a history never has to be learned from again to be understood.

Source: Nigam, McCallum, Thrun, Mitchell, "Text Classification from Labeled and Unlabeled Documents
using EM", Machine Learning 2000, equation 4 (mixture of multinomials).
"""

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SMALL, MIDDLING, LARGE = "small baskets", "middling baskets", "large baskets"
OFTEN, NOW_AND_THEN, SELDOM = "comes often", "comes now and then", "comes seldom"
BASKET_WORDS = (SMALL, MIDDLING, LARGE)
GAP_WORDS = (OFTEN, NOW_AND_THEN, SELDOM)
"""How a customer shops, in words: by thirds of all customers."""

Words = Mapping[str, float]
"""What a history says, by word, positive: topics (the category of an item, or the item itself where
the catalogue names none) and how the customer shops."""


class PersonasError(ValueError):
    """A text that holds no personas; the message says why."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a customer shops, as far as it is known."""

    basket_size: float | None = None
    """Mean number of different items in a basket; ``None`` before the first."""
    gap_days: float | None = None
    """Mean days between baskets; ``None`` before the second."""


@dataclass(frozen=True, slots=True)
class Persona:
    """One persona."""

    persona_id: str
    name: str
    """Of its strongest lifts."""
    share: float
    """Of all customers, 0 to 1, positive; the shares of all personas sum to 1."""
    lifts: tuple[tuple[str, float], ...]
    """Words that its members use more often than everybody, strongest first, by how many times."""
    log_chances: tuple[float, ...]
    """Of every word: natural logarithm of the chance that a member's next word is this one."""


@dataclass(frozen=True, slots=True)
class Personas:
    """All of a model, at least one."""

    personas: tuple[Persona, ...]
    words: tuple[str, ...]
    """The words that are known; others say nothing."""
    basket_sizes: tuple[float, float]
    """Between small and middling, middling and large baskets."""
    gap_days: tuple[float, float]
    """Between often and now and then, now and then and seldom."""

    def memberships(self, words: Words) -> tuple[float, ...]:
        """Return how likely somebody belongs to each persona, in their order; sums to 1.

        Args:
            words: of ``words_of``; empty for somebody unknown, who gets the shares.
        """
        known = [(place, words[word]) for place, word in enumerate(self.words) if word in words]
        logs = [
            math.log(each.share) + sum(each.log_chances[place] * much for place, much in known)
            for each in self.personas
        ]
        best = max(logs)
        odds = [math.exp(each - best) for each in logs]
        whole = sum(odds)
        return tuple(each / whole for each in odds)

    def words_of(self, topic_counts: Mapping[str, float], rhythm: Rhythm) -> dict[str, float]:
        """Return what a history says.

        A topic counts by the logarithm of one more than its purchases: the tenth tea says less
        than the first.

        Args:
            topic_counts: purchases by topic, positive.
            rhythm: how the customer shops.
        """
        said = {topic: math.log1p(count) for topic, count in topic_counts.items()}
        if rhythm.basket_size is not None:
            said[BASKET_WORDS[bisect_right(self.basket_sizes, rhythm.basket_size)]] = 1.0
        if rhythm.gap_days is not None:
            said[GAP_WORDS[bisect_right(self.gap_days, rhythm.gap_days)]] = 1.0
        return said

    def to_json(self) -> str:
        """Return the personas as text."""
        return json.dumps(
            {
                "words": self.words,
                "basket_sizes": self.basket_sizes,
                "gap_days": self.gap_days,
                "personas": [
                    {
                        "persona_id": each.persona_id,
                        "name": each.name,
                        "share": each.share,
                        "lifts": [{"word": word, "lift": lift} for word, lift in each.lifts],
                        "log_chances": each.log_chances,
                    }
                    for each in self.personas
                ],
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "Personas":
        """Return the personas of a text.

        Raises:
            PersonasError: when it is no such text, or its figures do not belong together.
        """
        try:
            read = json.loads(text)
            found = cls(
                tuple(_persona(each) for each in read["personas"]),
                tuple(str(word) for word in read["words"]),
                _pair(read["basket_sizes"]),
                _pair(read["gap_days"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise PersonasError(f"these are no personas: {error!r}") from error
        return found.checked()

    def checked(self) -> "Personas":
        """Return the same.

        Raises:
            PersonasError: when the figures do not belong together.
        """
        _check(self)
        return self


def _persona(read: Mapping[str, Any]) -> Persona:
    return Persona(
        persona_id=str(read["persona_id"]),
        name=str(read["name"]),
        share=float(read["share"]),
        lifts=tuple((str(each["word"]), float(each["lift"])) for each in read["lifts"]),
        log_chances=tuple(float(each) for each in read["log_chances"]),
    )


def _pair(read: Sequence[Any]) -> tuple[float, float]:
    low, high = read
    return float(low), float(high)


def _check(found: Personas) -> None:
    ids = [each.persona_id for each in found.personas]
    shares = [each.share for each in found.personas]
    figures = [*shares, *found.basket_sizes, *found.gap_days]
    figures += [chance for each in found.personas for chance in each.log_chances]
    problems = {
        "there is none": not ids,
        "two have one id": len(set(ids)) < len(ids),
        "a word stands twice": len(set(found.words)) < len(found.words),
        "a figure is not finite": not all(map(math.isfinite, figures)),
        "shares must be positive and sum to 1": min(shares, default=0) <= 0
        or not math.isclose(sum(shares), 1, abs_tol=1e-6),
        "a persona needs a chance for every word": any(
            len(each.log_chances) != len(found.words) for each in found.personas
        ),
    }
    for problem, is_so in problems.items():
        if is_so:
            raise PersonasError(problem)
