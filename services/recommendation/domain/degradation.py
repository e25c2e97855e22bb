"""What an answer may have to do without."""

from enum import Enum


class Degradation(Enum):
    """One thing that was away or late."""

    PROFILE_UNAVAILABLE = "profile_unavailable"
    """Not personal, and exposure caps could not be checked."""
    EMBEDDING_UNAVAILABLE = "embedding_unavailable"
    """Own and popular items only; stock could not be checked."""
    MODEL_UNAVAILABLE = "model_unavailable"
    """Own items by frequency only."""
