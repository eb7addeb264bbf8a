"""Slips in the words that name figures, and words that only look like them."""

import pytest

from bot.understanding.spelling import TERMS, respelt
from tests.conversations.conftest import Begin


@pytest.mark.parametrize(
    ("words", "skill"),
    [
        ("whats my atainment", "quota"),
        ("forcast for q4", "forecast"),
        ("show me covrage", "coverage"),
        ("my pipline", "pipeline"),
        ("leaderbord this month", "leaderboard"),
    ],
)
def test_a_slip_is_understood(begin: Begin, words: str, skill: str) -> None:
    assert begin()(words)["skill"] == skill


@pytest.mark.parametrize(
    "words",
    ["average deal size", "a conversation with [deal]", "scheduled reports", "activities", "we leverage partners"],
)
def test_other_words_and_other_forms_stay(words: str) -> None:
    assert respelt(words) == words


@pytest.mark.parametrize("term", TERMS)
def test_a_letter_missing_or_doubled_within_is_mended(term: str) -> None:
    middle = len(term) // 2
    slips = (term[: middle - 1] + term[middle:], term[:middle] + term[middle - 1] + term[middle:])
    assert {respelt(slip) for slip in slips if len(slip) > 6} <= {term}
