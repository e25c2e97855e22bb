import pytest
from ofone.recommendation.v1.decision_pb2 import ConsideredOffer, Verdict

from services.console.rendering.silence import UNEXPLAINED, silence_in_words


def considered(*verdicts: str) -> list[ConsideredOffer]:
    return [ConsideredOffer(verdict=Verdict.Value(f"VERDICT_{each}")) for each in verdicts]


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        ((), "Nothing is said: there are no offers."),
        (("OTHER_STORE",), "Nothing is said: not for that store (the only offer)."),
        (
            ("OTHER_STORE", "EXPOSURE_CAP", "EXPOSURE_CAP"),
            "Nothing is said: shown often enough (2 of 3 offers).",
        ),
        (("UNSPECIFIED",), UNEXPLAINED),
    ],
)
def test_silence_is_explained_by_the_commonest_verdict(
    verdicts: tuple[str, ...], sentence: str
) -> None:
    assert silence_in_words(considered(*verdicts)) == sentence


def test_a_missing_consent_is_named_before_what_is_commoner() -> None:
    offers = considered("OTHER_STORE", "OTHER_STORE", "NO_CONSENT")
    offers[2].detail = "the customer does not allow offers by sms"
    sentence = "Nothing is said: the customer does not allow offers by sms."
    assert silence_in_words(offers) == sentence


@pytest.mark.parametrize(
    "verdict",
    sorted(
        set(Verdict.keys())
        - {
            f"VERDICT_{each}"
            for each in ("UNSPECIFIED", "CHOSEN", "TOO_SIMILAR", "OUTRANKED", "NO_CONSENT")
        }
    ),
)
def test_every_verdict_that_can_leave_nothing_has_words(verdict: str) -> None:
    [offer] = considered(verdict.removeprefix("VERDICT_"))
    assert silence_in_words([offer]) != UNEXPLAINED
