"""Who is ahead."""

from skills.answer import Status
from skills.contract import Audience
from store.models import Person
from store.scope import Scope
from tests.skills.company import Asking, bullets, buttons, day, figure, headline, notes, rows


def test_ties_share_a_place_are_listed_by_name_and_stay_at_the_cut(ask: Asking) -> None:
    ask.company.won("Eva", "500", day(10, 5))
    ask.company.won("Dana", "300", day(10, 6))
    ask.company.won("Lee", "100", day(10, 6))
    ask.company.won("Lee", "200", day(10, 7))
    ask.company.won("Yuki", "100", day(10, 8))
    reply = ask("Vera", "leaderboard", period="Q4 2026", top=2)
    assert rows(reply) == [
        ["1", "Eva Krüger", "$500", "1"],
        ["2=", "Dana Whitfield", "$300", "1"],
        ["2=", "Lee Ortiz (left)", "$300", "2"],
    ]
    assert "the last ones are tied" in notes(reply)
    everybody = ask("Vera", "leaderboard", period="Q4 2026")
    assert [row[0] for row in rows(everybody)] == ["1", "2=", "2=", "4"]
    assert [f.number for f in everybody.answer.figures] == [500, 300, 300, 100]
    assert "1 Oct 2026 to 31 Dec 2026" in notes(everybody)


def test_those_who_share_the_first_place_are_all_named(ask: Asking) -> None:
    ask.company.won("Eva", "500", day(10, 5))
    ask.company.won("Dana", "500", day(10, 6))
    assert headline(ask("Vera", "leaderboard")) == (
        "**Dana Whitfield, Eva Krüger** share the first place in Q4 2026 with **$500**."
    )


def test_amounts_that_differ_by_a_cent_are_no_tie(ask: Asking) -> None:
    # 0.1 + 0.2 is not 0.3 in binary fractions.
    ask.company.won("Eva", "0.10", day(10, 5))
    ask.company.won("Eva", "0.20", day(10, 5))
    ask.company.won("Dana", "0.30", day(10, 6))
    ask.company.won("Lee", "0.31", day(10, 6))
    board = [row[:2] for row in rows(ask("Vera", "leaderboard"))]
    assert board == [["1", "Lee Ortiz (left)"], ["2=", "Dana Whitfield"], ["2=", "Eva Krüger"]]


def test_currencies_compete_at_the_rate_of_the_booking_date(ask: Asking) -> None:
    ask.company.rate("EUR", "1.20", day(1, 1))
    ask.company.rate("JPY", "0.0070", day(1, 1))
    ask.company.won("Dana", "1100", day(10, 5))
    ask.company.won("Eva", "1000 EUR", day(10, 5))
    ask.company.won("Yuki", "160000 JPY", day(10, 5))
    assert rows(ask("Dana", "leaderboard")) == [
        ["1", "Eva Krüger", "$1,200", "1"],
        ["2", "Yuki Tanaka", "$1,120", "1"],
        ["3", "Dana Whitfield", "$1,100", "1"],
    ]


def test_whoever_sold_at_an_unknown_rate_is_not_ranked_by_amount_but_is_by_deals(ask: Asking) -> None:
    ask.company.won("Dana", "1100", day(10, 5))
    ask.company.won("Eva", "9000 GBP", day(10, 5))
    ask.company.won("Eva", "9000", day(10, 5))
    reply = ask("Vera", "leaderboard")
    assert [row[1] for row in rows(reply)] == ["Dana Whitfield"]
    assert bullets(reply, "Not ranked") == ["Eva Krüger: no exchange rate for GBP"]
    assert "Places may change" in notes(reply)
    assert [row[1:] for row in rows(ask("Vera", "leaderboard", metric="deals"))] == [
        ["Eva Krüger", "2"],
        ["Dana Whitfield", "1"],
    ]


def test_ramping_people_and_those_without_a_quota_are_apart_when_attainment_is_ranked(ask: Asking) -> None:
    for month in (10, 11, 12):
        ask.company.quota("Dana", day(month, 1), "1000")
        ask.company.quota("Mara", day(month, 1), "9000")
    ask.company.quota("Sam", day(12, 1), "1000", ramp_percent=20)
    ask.company.quota("Eva", day(10, 1), "1000")
    ask.company.won("Dana", "1500", day(10, 5))
    ask.company.won("Sam", "5000", day(11, 5))
    ask.company.won("Yuki", "100", day(11, 5))
    ask.company.won("Eva", "900", day(11, 5))
    reply = ask("Vera", "leaderboard", metric="attainment")
    assert rows(reply) == [
        ["1", "Eva Krüger", "90%", "$900", "$1,000"],
        ["2", "Dana Whitfield", "50%", "$1,500", "$3,000"],
    ]
    assert bullets(reply, "Not ranked") == ["Sam Osei: ramping", "Yuki Tanaka: no quota"]
    assert str(figure(reply, "attainment")) == "90"


def test_uneven_months_do_not_make_somebody_of_long_standing_a_beginner(ask: Asking) -> None:
    ask.company.quota("Lee", day(7, 1), "100")
    ask.company.quota("Lee", day(12, 1), "9000")
    ask.company.won("Lee", "50", day(7, 5))
    assert [row[1] for row in rows(ask("Vera", "leaderboard", metric="attainment", period="July 2026"))] == [
        "Lee Ortiz (left)"
    ]


def test_teams_are_ranked_by_the_sums_of_their_people(ask: Asking) -> None:
    ask.company.add(Person(name="Loner"))
    ask.company.won("Dana", "300", day(10, 5))
    ask.company.won("Lee", "300", day(10, 5))
    ask.company.won("Eva", "500", day(10, 5))
    ask.company.won("Vera", "9000", day(10, 5))
    ask.company.quota("Dana", day(10, 1), "1000")
    ask.company.quota("Eva", day(10, 1), "1000")
    reply = ask("Eva", "leaderboard", by="team")
    assert rows(reply) == [["1", "Alpha", "$600", "2"], ["2", "Beta", "$500", "1"]]
    assert "1 won by people without a team are not ranked" in notes(reply)
    assert [row[:3] for row in rows(ask("Eva", "leaderboard", by="team", metric="attainment"))] == [
        ["1", "Alpha", "60%"],
        ["2", "Beta", "50%"],
    ]


def test_one_team_can_be_ranked_alone(ask: Asking) -> None:
    ask.company.won("Dana", "300", day(10, 5))
    ask.company.won("Eva", "500", day(10, 5))
    assert [row[1] for row in rows(ask("Eva", "leaderboard", team="alpha"))] == ["Dana Whitfield"]
    assert [row[1] for row in rows(ask("Dana", "leaderboard", team="my team"))] == ["Dana Whitfield"]


def test_ones_own_place_below_the_top_is_told_in_private_only(ask: Asking) -> None:
    ask.company.won("Eva", "500", day(10, 5))
    ask.company.won("Lee", "400", day(10, 5))
    ask.company.won("Dana", "300", day(10, 5))
    assert "Your place: 3 of 3, with $300." in notes(ask("Dana", "leaderboard", top=1))
    assert "Your place" not in notes(ask("Eva", "leaderboard", top=1))
    sales = Audience("C1", "#sales", Scope.everybody())
    assert "Your place" not in notes(ask("Dana", "leaderboard", top=1, audience=sales))
    assert "You have not won anything" in notes(ask("Yuki", "leaderboard"))
    assert "You have not won anything" not in notes(ask("Yuki", "leaderboard", audience=sales))


def test_an_empty_period_offers_the_last_one_with_something(ask: Asking) -> None:
    ask.company.won("Dana", "300", day(8, 5, 2017))
    reply = ask("Vera", "leaderboard", top=5)
    assert headline(reply) == "Nothing was won in Q4 2026 (the whole company)."
    show = buttons(reply)["Show Q3 2017"]
    assert show is not None
    assert show.params == {"top": 5, "period": "Q3 2017"}
    assert rows(ask("Vera", "leaderboard", **show.params)) == [["1", "Dana Whitfield", "$300", "1"]]


def test_what_cannot_be_ranked_by_is_explained(ask: Asking) -> None:
    assert ask("Dana", "leaderboard", metric="beauty").answer.status in (Status.CLARIFY, Status.REFUSED)
    assert ask("Dana", "leaderboard", top=0).answer.status in (Status.CLARIFY, Status.REFUSED)
