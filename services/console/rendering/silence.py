"""Why an empty decision says nothing, in one sentence: what became of most offers."""

from collections import Counter
from collections.abc import Sequence

from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1.decision_pb2 import ConsideredOffer

UNEXPLAINED = "Nothing is said now."
"""When what became of the offers is not known."""

DRY_RUN = f"{UNEXPLAINED} A dry run keeps no record of why; ask without it to be told."

_CAUSES = {
    decision_pb2.VERDICT_OUTSIDE_WINDOW: "not in force at that time",
    decision_pb2.VERDICT_OTHER_STORE: "not for that store",
    decision_pb2.VERDICT_OTHER_CHANNEL: "not for that channel",
    decision_pb2.VERDICT_OUTSIDE_AUDIENCE: "the customer is not in the audience",
    decision_pb2.VERDICT_NO_VARIANT: "no variant's condition holds",
    decision_pb2.VERDICT_EXPOSURE_CAP: "shown often enough",
    decision_pb2.VERDICT_COOL_DOWN: "used or waved away a short while ago",
    decision_pb2.VERDICT_NO_FITTING_ITEM: "nothing it is about is in stock and of interest",
    decision_pb2.VERDICT_JUST_BOUGHT: "what it is about was bought a moment ago",
    decision_pb2.VERDICT_BELOW_THRESHOLD: "it fits too little to be worth a word",
}
"""What keeps an offer from being chosen although no other is."""


def silence_in_words(considered: Sequence[ConsideredOffer]) -> str:
    """Return why nothing is said, by the commonest verdict.

    A missing consent is named wherever it occurs: it would stop every offer on that channel.

    Args:
        considered: Every offer that was looked at, none of them chosen.
    """
    if not considered:
        return "Nothing is said: there are no offers."
    for each in considered:
        if each.verdict == decision_pb2.VERDICT_NO_CONSENT and each.detail:
            return f"Nothing is said: {each.detail}."
    [(verdict, count)] = Counter(each.verdict for each in considered).most_common(1)
    cause = _CAUSES.get(verdict)
    if cause is None:
        return UNEXPLAINED
    offers = f"{count:,} of {len(considered):,} offers" if len(considered) > 1 else "the only offer"
    return f"Nothing is said: {cause} ({offers})."
