"""Questions about regions, teams and products: the figures are the sums of the records that they name."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.conversations.conftest import Begin
from tests.conversations.second_company import CLOSED, PEOPLE, TEAMS

Row = tuple[str, str, str, str, str, str]
TEAM_OF = {name: team for name, _, team, _ in PEOPLE}
REGION_OF = {name: dict(TEAMS).get(team or "", "") for name, team in TEAM_OF.items()}


def _won(wanted: Callable[[Row], bool], start: str = "2026-01-01", end: str = "2027-01-01") -> Decimal:
    return sum((Decimal(r[4]) for r in CLOSED if r[3] == "Won" and start <= r[5] < end and wanted(r)), Decimal())


def _booked(reply: dict[str, Any]) -> Decimal:
    return Decimal(str(next(figure["value"] for figure in reply["figures"] if figure["name"] == "booked")))


@pytest.mark.parametrize("region", ["EMEA", "Americas", "Asia-Pacific", "emea", "the EMEA region"])
def test_a_region_is_everybody_in_its_teams(begin_second: Begin, region: str) -> None:
    name = region.removeprefix("the ").removesuffix(" region")
    expected = _won(lambda row: REGION_OF[row[2]].casefold() == name.casefold())
    reply = begin_second()(f"how much did {region} win this year", "margaret")
    assert (reply["skill"], _booked(reply)) == ("booked", expected)


def test_a_team_is_no_region_of_that_name(begin_second: Begin) -> None:
    expected = _won(lambda row: TEAM_OF[row[2]] == "West")
    assert _booked(begin_second()("how much did West win this year", "margaret")) == expected


@pytest.mark.parametrize(
    ("by", "key"),
    [
        ("product", lambda row: row[1]),
        ("rep", lambda row: row[2]),
        ("team", lambda row: TEAM_OF[row[2]]),
        ("region", lambda row: REGION_OF[row[2]]),
        ("month", lambda row: row[5][:7]),
    ],
)
def test_what_was_won_is_told_apart(begin_second: Begin, by: str, key: Callable[[Row], str]) -> None:
    reply = begin_second()(f"won by {by} this year", "margaret")
    assert reply["params"] == {"by": by, "period": "this year"}
    assert _booked(reply) == _won(lambda _: True)
    for name in {key(row) for row in CLOSED if row[3] == "Won" and row[5] >= "2026"}:
        amount = _won(_is(key, name))
        shown = name if by != "month" else ""
        rows = [line for line in reply["text"].splitlines() if line.startswith(shown)]
        assert any(f"${amount:,}" in line for line in rows), (name, amount, reply["text"])


def test_a_leaderboard_of_a_region(begin_second: Begin) -> None:
    reply = begin_second()("leaderboard EMEA last quarter", "margaret")
    assert [(figure["label"], figure["value"]) for figure in reply["figures"] if figure["name"] == "booked"] == [
        ("1 Julia Kowalska", 33300),
        ("2 Julia Hartmann", 18420),
    ]


def test_a_region_is_no_way_around_what_may_be_seen(begin_second: Begin) -> None:
    assert begin_second()("pipeline of EMEA", "dana")["status"] == "refused"


@pytest.mark.parametrize("words", ["who sold the most sense this year", "top reps for sense this year"])
def test_who_sold_most_of_a_product_is_told_of_that_product(begin_second: Begin, words: str) -> None:
    reply = begin_second()(words, "margaret")
    assert (reply["params"]["product"], _booked(reply)) == ("sense", _won(lambda row: row[1] == "Sense"))


def test_a_region_has_a_chinese_name(begin_second: Begin) -> None:
    assert _booked(begin_second()("西区今年赢了多少", "margaret")) == _won(lambda row: TEAM_OF[row[2]] == "West")


def _is(key: Callable[[Row], str], name: str) -> Callable[[Row], bool]:
    return lambda row: key(row) == name
