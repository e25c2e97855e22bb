"""Where in an offer a path of a refused request points to."""

import re

from ofone.recommendation.v1.offer_pb2 import Offer


def field_in_offer(path: str) -> str:
    """Return the path within the offer, such as ``audience`` for ``offer.audience``."""
    return path.removeprefix("offer.")


def expression_at(offer: Offer, path: str) -> str:
    """Return the CEL expression at ``path``; the empty string where there is none."""
    if path == "audience":
        return offer.audience
    match = re.fullmatch(r"variants\[(\d+)\]\.condition", path)
    if match is None or int(match[1]) >= len(offer.variants):
        return ""
    return offer.variants[int(match[1])].condition
