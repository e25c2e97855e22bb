"""From purchase histories to personas, in one call."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ml.model.attributes import ItemAttributes
from ml.model.persona import Persona, Personas
from ml.training.artefacts.purchases import Purchases
from ml.training.personas.choosing import Trial, choose_count
from ml.training.personas.mixture import Mixture, fit_mixture
from ml.training.personas.naming import named, strongest_lifts
from ml.training.personas.words import Corpus, corpus_of, item_topics, rhythm_of

ID_DIGITS = 8
MOST_CUSTOMERS = 50_000
"""So many customers are learned from, drawn where there are more: a dozen personas have a few
hundred figures each, and every further fit costs as much as the first."""


Basket = tuple[int, list[str]]
"""When it was bought, in seconds since 1970, and its items."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Personas, and what they were learned from.

    Attributes:
        personas: the largest first.
        topics: of the items of the purchases.
        memberships: float64 [c, K], of the customers of the purchases.
        trials: how many personas were tried, and what each number gained.
        lessons: float64 [l, W], what the customers said whom they were learned from.
        mixture: the personas, as they were fitted.
    """

    personas: Personas
    topics: Mapping[str, str]
    memberships: NDArray[np.float64]
    trials: tuple[Trial, ...]
    lessons: sparse.csr_matrix
    mixture: Mixture

    def memberships_of(self, baskets: Sequence[Basket]) -> NDArray[np.float64]:
        """Return how likely somebody with these baskets, earliest first, belongs to each: [K]."""
        counts: dict[str, float] = {}
        for _, items in baskets:
            for item in items:
                topic = self.topics[item]
                counts[topic] = counts.get(topic, 0) + 1
        said = self.personas.words_of(counts, rhythm_of(baskets))
        return np.array(self.personas.memberships(said))


def learn_personas(
    purchases: Purchases,
    attributes: Mapping[str, ItemAttributes],
    *,
    seed: int = 0,
    count: int | None = None,
) -> Learned:
    """Return personas of the customers of ``purchases``.

    Args:
        purchases: of at least two customers.
        attributes: of some items; those without a category are topics of their own.
        seed: same data and seed give the same personas.
        count: how many; ``None`` tries.
    """
    topics = item_topics(purchases.item_ids, attributes)
    corpus = corpus_of(purchases, topics)
    lessons = _drawn(corpus.said, seed=seed)
    trials: tuple[Trial, ...] = ()
    if count is None:
        count, trials = choose_count(lessons, seed=seed)
    mixture = fit_mixture(lessons, count, seed=seed)
    titles = {item: about.name for item, about in attributes.items() if about.name}
    personas = _personas(corpus, mixture, titles)
    memberships = mixture.memberships(corpus.said)
    topic_of = dict(zip(purchases.item_ids, topics, strict=True))
    return Learned(personas, topic_of, memberships, trials, lessons=lessons, mixture=mixture)


def _drawn(said: sparse.csr_matrix, *, seed: int) -> sparse.csr_matrix:
    if said.shape[0] <= MOST_CUSTOMERS:
        return said
    generator = np.random.default_rng([seed, 3])
    return said[np.sort(generator.choice(said.shape[0], MOST_CUSTOMERS, replace=False))]


def _personas(corpus: Corpus, mixture: Mixture, titles: Mapping[str, str]) -> Personas:
    said = np.asarray(corpus.said.sum(axis=0)).ravel()
    everybody = (said + 1e-9) / (said + 1e-9).sum()
    digest = hashlib.sha256(mixture.log_chances.tobytes()).hexdigest()[:ID_DIGITS]
    found = []
    for number, (share, chances) in enumerate(
        zip(np.exp(mixture.log_shares), mixture.log_chances, strict=True), 1
    ):
        lifts = strongest_lifts(corpus.words, chances, everybody)
        found.append(
            Persona(
                persona_id=f"learned-{digest}-{number}",
                name=named(lifts, titles),
                share=float(share),
                lifts=tuple((titles.get(word, word), lift) for word, lift in lifts),
                log_chances=tuple(chances.tolist()),
            )
        )
    return Personas(tuple(found), corpus.words, corpus.basket_sizes, corpus.gap_days)
