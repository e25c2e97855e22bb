"""The codes under which a run keeps what it measured of each customer.

Two runs that were asked the same questions give everybody the same code, so that a challenger can
be paired with a champion that was asked in a run of its own. A digest of the id alone would do that
too, but ids can be counted through until one fits; so all baskets that were asked for go into every
code, and are not kept with it. Who holds these baskets can tell who is who, and knew more before.

Source: Aumasson et al., "BLAKE2: simpler, smaller, fast as MD5", ACNS 2013 (the keyed mode).
"""

import hashlib
import json
from collections.abc import Sequence

from ml.evaluation.question import Question

CODE_BYTES = 8
"""Among a million customers two share a code in one run of thirty million."""


def customer_codes(asked: Sequence[Question]) -> dict[str, str]:
    """Return the code of everybody who is asked about, one for all questions.

    Args:
        asked: all questions of a run.
    """
    baskets = hashlib.sha256()
    for question in asked:
        for customer in question.customer_ids:
            basket = [question.name, customer, sorted(question.truth[customer])]
            baskets.update(json.dumps(basket).encode())
    key = baskets.digest()
    return {
        customer: hashlib.blake2b(customer.encode(), key=key, digest_size=CODE_BYTES).hexdigest()
        for question in asked
        for customer in question.customer_ids
    }
