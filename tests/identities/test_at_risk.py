"""How many of the demo company's open opportunities are at risk: enough to act on, few enough to mean something."""

from tests.identities.books import Books
from tests.identities.conftest import Ask
from tests.identities.said import figure


def test_a_third_or_so_is_at_risk_and_the_others_are_to_watch_or_fine(ask: Ask, books: Books) -> None:
    opened = sum(row["status"] == "open" for row in books.deals.values())
    at_risk = figure(ask("risks"), "at_risk")
    assert at_risk is not None
    assert 0.25 <= int(at_risk) / opened <= 0.45
