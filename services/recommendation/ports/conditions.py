"""What understands audiences and the conditions of variants."""

from typing import Protocol

from services.conditions.condition import Facts, Holds


class Conditions(Protocol):
    """Understands the language of audiences and variants."""

    def check(self, source: str) -> None:
        """Return when ``source`` can be used.

        Raises:
            ConditionMistake: with the position of the first mistake.
        """
        ...

    def about(self, facts: Facts) -> Holds:
        """Return what says whether a condition holds, each evaluated at most once."""
        ...


class ChangingConditions(Conditions, Protocol):
    """A language whose words are another service's to say."""

    def as_of_now(self) -> Conditions:
        """Return the language as it is now: which words there are is asked at most once."""
        ...
