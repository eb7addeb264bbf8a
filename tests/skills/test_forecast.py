"""What a period will bring, and what people call."""

import datetime as dt

from skills.answer import Status
from skills.contract import Audience
from skills.runner import Reply
from store.models import ChangeEntry, ForecastSubmission, Opportunity
from store.money import Money
from store.scope import Scope
from tests.skills.company import Asking, bullets, day, english, facts, figure, headline, notes, rows

JUNE = day(6, 1)


def call(
    ask: Asking, who: str, amount: str, moment: dt.datetime, *, by: str | None = None, note: str = "",
    category: str = "commit", quarter: tuple[dt.date, dt.date] = (day(10, 1), day(1, 1, 2027)),
) -> None:  # fmt: skip
    units, _, currency = amount.partition(" ")
    money = Money.of(units, currency or "USD")
    ask.company.add(
        ForecastSubmission(
            person_id=ask.company.people[who],
            author_id=ask.company.people[by or who],
            period_start=quarter[0],
            period_end=quarter[1],
            category=category,
            amount_minor=money.minor,
            currency=money.currency,
            note=note,
            submitted_at=moment,
        )
    )


def at(month: int, number: int, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, number, 15, tzinfo=dt.UTC)


def test_the_landing_is_what_is_booked_and_the_rest_by_its_chances(ask: Asking) -> None:
    ask.company.won("Dana", "50000", day(10, 5))
    ask.company.won("Dana", "99999", day(9, 30))
    ask.company.open("Dana", "10000", "Proposal", close=day(12, 1), category="commit")
    ask.company.open("Dana", "20000", "Discovery", close=day(12, 31))
    ask.company.open("Dana", "40000", "Negotiation", close=day(1, 1, 2027))
    ask.company.open("Dana", "70000", "Negotiation", close=day(12, 1), category="omitted")
    reply = ask("Dana", "forecast")
    # 50,000 + 10,000 · 60 % + 20,000 · 10 %
    assert figure(reply, "landing") == 58000
    assert figure(reply, "booked") == 50000
    assert figure(reply, "open_pipeline") == 30000
    assert figure(reply, "commit_forecast") == 60000
    assert figure(reply, "best_case_forecast") == 60000
    assert headline(reply) == (
        "Q4 2026 lands at about **$58,000**, in four of five cases between $50,000 and $60,000 (yours): "
        "$50,000 booked, $30,000 still open."
    )
    assert "One is left out: its category is omitted." in notes(reply)
    assert "Counted: yours, Q4 2026 (1 Oct 2026 to 31 Dec 2026)." in notes(reply)


def test_every_figure_finds_its_opportunities_again(ask: Asking) -> None:
    won = ask.company.won("Dana", "50000", day(10, 5))
    commit = ask.company.open("Dana", "10000", "Proposal", close=day(12, 1), category="commit")
    loose = ask.company.open("Dana", "20000", "Discovery", close=day(12, 31))
    ask.company.open("Dana", "70000", "Negotiation", close=day(12, 1), category="omitted")
    made_of = {f.name: f.records for f in ask("Dana", "forecast").answer.figures}
    assert made_of["landing"] is not None
    assert made_of["landing"].ids == (won, commit, loose)
    assert made_of["commit_forecast"] is not None
    assert made_of["commit_forecast"].ids == (won, commit)
    assert made_of["open_pipeline"] is not None
    assert made_of["open_pipeline"].ids == (commit, loose)
    assert made_of["booked"] is not None
    assert (made_of["booked"].status, made_of["booked"].start) == ("won", day(10, 1))


def test_categories_stand_alone_and_added_up(ask: Asking) -> None:
    ask.company.won("Dana", "50000", day(10, 5))
    for amount, category in (("10000.10", "commit"), ("20000.20", "best_case"), ("30000.30", "pipeline")):
        ask.company.open("Dana", amount, "Proposal", close=day(12, 1), category=category)
    reply = ask("Dana", "forecast")
    assert rows(reply) == [
        ["closed", "$50,000", "$50,000"],
        ["commit", "$10,000.10", "$60,000.10"],
        ["best case", "$20,000.20", "$80,000.30"],
        ["pipeline", "$30,000.30", "$110,000.60"],
    ]
    assert str(figure(reply, "best_case_forecast")) == "80000.3"
    assert "Categories are shown alone and added up" in notes(reply)


def enter(ask: Asking, opportunity: int, stage: str, on: dt.date) -> None:
    """The log says that it entered the stage."""
    ask.company.add(
        ChangeEntry(
            change_id=f"{opportunity}-{stage}",
            record_kind="opportunity",
            record_id=opportunity,
            version=1,
            field="stage_id",
            new=str(ask.company.stages[stage]),
            source="import",
            recorded_at=at(on.month, on.day, on.year),
            effective_on=on,
        )
    )


def close(ask: Asking, opportunity: int, status: str, on: dt.date) -> None:
    with ask.company.database.writing() as session:
        row = session.get_one(Opportunity, opportunity)
        row.status, row.closed_on = status, on


def history(ask: Asking, won: int, lost: int, on: dt.date = JUNE) -> None:
    """So many closed ones that were in Pilot; each entered it twice, which counts once."""
    for number in range(won + lost):
        made = ask.company.open("Eva", "1", "Pilot", name=f"Old {number}")
        enter(ask, made, "Pilot", on - dt.timedelta(days=40))
        ask.company.add(
            ChangeEntry(
                change_id=f"{made}-again", record_kind="opportunity", record_id=made, version=2, field="stage_id",
                new=str(ask.company.stages["Pilot"]), source="import", recorded_at=at(5, 20), effective_on=day(5, 20),
            )
        )  # fmt: skip
        close(ask, made, "won" if number < won else "lost", on)


def chances(ask: Asking) -> dict[str, list[str]]:
    return {row[0]: row[3:5] for row in rows(ask("Dana", "forecast"), 1)}


def test_a_stage_s_chance_is_what_became_of_those_that_entered_it(ask: Asking) -> None:
    history(ask, 12, 18)
    ask.company.open("Dana", "10000", "Pilot", close=day(12, 1))
    ask.company.open("Dana", "10000", "Proposal", close=day(12, 1))
    reply = ask("Dana", "forecast")
    assert chances(ask) == {"Pilot": ["40%", "30 closed ones"], "Proposal": ["60%", "set; 0 of 30 closed"]}
    assert figure(reply, "landing") == 10000


def test_with_fewer_closed_ones_the_configured_chance_stays(ask: Asking) -> None:
    history(ask, 12, 17)
    ask.company.open("Dana", "10000", "Pilot", close=day(12, 1))
    assert chances(ask)["Pilot"] == ["45%", "set; 29 of 30 closed"]


def test_what_was_closed_long_ago_or_is_still_open_says_nothing_about_chances(ask: Asking) -> None:
    history(ask, 12, 17)
    history(ask, 5, 5, on=day(11, 1, 2024))
    enter(ask, ask.company.open("Eva", "1", "Pilot"), "Pilot", day(5, 1))
    ask.company.open("Dana", "10000", "Pilot", close=day(12, 1))
    assert chances(ask)["Pilot"] == ["45%", "set; 29 of 30 closed"]


def test_a_landing_without_a_rate_has_no_value(ask: Asking) -> None:
    ask.company.won("Ken", "500", day(10, 5))
    ask.company.open("Eva", "9000 EUR", "Proposal", close=day(12, 1), name="Brandt line")
    reply = ask("Ken", "forecast")
    assert headline(reply) == "No forecast for Q4 2026 (your team): no exchange rate for EUR."
    assert "Without a rate: Brandt line. An administrator can import the rates." in notes(reply)
    assert figure(reply, "landing") is None


def test_open_ones_follow_the_organisation_s_rule_for_rates(ask: Asking) -> None:
    ask.company.rate("EUR", "1.20", day(1, 1))
    ask.company.rate("EUR", "1.50", day(1, 1), "plan")
    ask.company.won("Ken", "500", day(10, 5))
    ask.company.open("Eva", "1000 EUR", "Proposal", close=day(12, 1))
    reply = ask("Ken", "forecast")
    assert figure(reply, "landing") == 500 + 720
    assert "In USD: won at the rate of its booking date, open at today's rate." in notes(reply)


def test_one_currency_alone_needs_no_rate(ask: Asking) -> None:
    ask.company.open("Eva", "1000 EUR", "Proposal", close=day(12, 1))
    assert figure(ask("Eva", "forecast"), "landing", "EUR") == 600


def test_nothing_to_come_is_said_so(ask: Asking) -> None:
    assert headline(ask("Dana", "forecast")) == "Nothing is booked or expected to close in Q4 2026 (yours)."
    ask.company.won("Dana", "1000", day(7, 5))
    assert headline(ask("Dana", "forecast", period="Q3")) == "Q3 2026 is over: **$1,000** was booked (yours)."


def test_quota_stands_beside_the_landing(ask: Asking) -> None:
    for month in (10, 11, 12):
        ask.company.quota("Dana", day(month, 1), "10000")
    ask.company.won("Dana", "15000", day(10, 5))
    reply = ask("Dana", "forecast")
    assert figure(reply, "effective_quota") == 30000
    assert figure(reply, "landing_attainment") == 50
    assert facts(reply)["Quota"] == "$30,000; the landing is 50% of it"


def test_calls_roll_up_beside_the_manager_s_own(ask: Asking) -> None:
    ask.company.won("Dana", "50000", day(10, 5))
    call(ask, "Dana", "60000", at(11, 2))
    call(ask, "Dana", "70000", at(11, 9))
    call(ask, "Sam", "20000", at(11, 9))
    call(ask, "Mara", "95000", at(11, 10))
    call(ask, "Dana", "55000", at(11, 11), by="Mara", note="always late")
    reply = ask("Mara", "forecast")
    assert figure(reply, "calls") == 90000
    people = {row[0]: row[5:7] for row in rows(reply, 1)}
    assert people["Dana Whitfield"] == ["$70,000", "$55,000"]
    assert people["Mara Lindt (team's call)"] == ["$95,000", "–"]
    assert rows(reply, 2) == [["Mara Lindt", "$90,000", "2 of 2", "$95,000", "$5,000"]]


def weeks(reply: Reply) -> list[list[str]]:
    tables = [block for block in reply.answer.blocks if block.type == "table"]
    found = [table for table in tables if english(table.title) == "Calls week by week"]
    return [[english(cell) for cell in row] for table in found for row in table.rows]


def test_calls_of_several_people_are_told_week_by_week(ask: Asking) -> None:
    ask.company.rate("EUR", "1.10", day(1, 1))
    ask.company.open("Dana", "10000", "Proposal", close=day(12, 1))
    call(ask, "Dana", "60000", at(10, 29))
    call(ask, "Sam", "30000", at(11, 5))
    call(ask, "Mara", "95000", at(11, 9))
    call(ask, "Dana", "70000", at(11, 17))
    call(ask, "Dana", "1000", at(11, 17), category="best_case")
    call(ask, "Dana", "5000", at(11, 10), quarter=(day(1, 1, 2027), day(4, 1, 2027)))
    assert weeks(ask("Mara", "forecast")) == [
        ["1 Nov 2026", "$60,000", "–", "1"],
        ["8 Nov 2026", "$90,000", "–", "2"],
        ["15 Nov 2026", "$90,000", "$95,000", "2"],
        ["18 Nov 2026", "$100,000", "$95,000", "2"],
    ]
    assert weeks(ask("Dana", "forecast")) == [], "one person's calls are told one by one"


def test_of_one_week_of_calls_there_is_nothing_to_compare(ask: Asking) -> None:
    ask.company.open("Dana", "10000", "Proposal", close=day(12, 1))
    call(ask, "Dana", "60000", at(11, 17))
    assert weeks(ask("Mara", "forecast")) == []


def test_an_override_is_not_for_the_one_it_is_about_nor_for_channels(ask: Asking) -> None:
    ask.company.won("Dana", "50000", day(10, 5))
    call(ask, "Dana", "60000", at(11, 2))
    call(ask, "Dana", "70000", at(11, 9))
    call(ask, "Dana", "55000", at(11, 11), by="Mara", note="always late")
    reply = ask("Dana", "forecast")
    assert "5500000" not in reply.answer.model_dump_json()
    assert facts(reply)["Call"] == "$70,000, 9 Nov 2026 (was $60,000 on 2 Nov 2026)"
    assert len(bullets(reply, "Calls so far")) == 2
    everyone = Audience(channel="C1", name="#alpha", scope=Scope.everybody())
    for who in ("Mara", "Vera"):
        said = ask(who, "forecast", audience=everyone, owner="dana").answer.model_dump_json()
        assert "always late" not in said
        assert "5500000" not in said
    assert any("always late" in line for line in bullets(ask("Mara", "forecast", owner="dana"), "Calls so far"))


def test_a_peer_in_another_team_is_refused(ask: Asking) -> None:
    assert ask("Dana", "forecast", owner="eva").answer.status is Status.REFUSED
    assert ask("Dana", "accuracy", owner="eva").answer.status is Status.REFUSED


def test_the_sum_over_people_is_the_whole(ask: Asking) -> None:
    """Against plain arithmetic over the rows."""
    amounts = [("Dana", "1234.56"), ("Sam", "777.77"), ("Dana", "99.99")]
    for who, amount in amounts:
        ask.company.won(who, amount, day(10, 5))
        ask.company.open(who, amount, "Negotiation", close=day(12, 1))
    cents = sum(round(float(amount) * 100) for _, amount in amounts)
    reply = ask("Mara", "forecast")
    assert figure(reply, "booked") * 100 == cents
    assert figure(reply, "landing") * 100 == round(cents * 1.8)


def test_a_shared_opportunity_counts_by_its_shares_and_once_for_a_team(ask: Asking) -> None:
    won = ask.company.won("Dana", "50000", day(10, 5))
    ask.company.won("Dana", "1000", day(10, 6))
    due = ask.company.open("Dana", "10000.01", "Proposal", close=day(11, 1), category="commit")
    ask.company.split(won, Dana=60, Sam=40)
    ask.company.split(due, Dana=50, Sam=25, Lee=25)
    dana, sam, team = ask("Dana", "forecast"), ask("Sam", "forecast"), ask("Dana", "forecast", team="my team")
    assert [figure(one, "booked") for one in (dana, sam)] == [31000, 20000]
    assert [figure(one, "booked") for one in (dana, sam)] == [figure(ask(who, "booked", owner="me"), "booked")
                                                              for who in ("Dana", "Sam")]  # fmt: skip
    assert [str(figure(one, "category_commit")) for one in (dana, sam)] == ["5000.01", "2500"]
    assert headline(sam).endswith("$20,000 booked, $2,500 still open.")
    made_of = {f.name: f for f in team.answer.figures}
    assert (made_of["booked"].count, made_of["open_pipeline"].count) == (2, 1)
    assert figure(team, "booked") == 51000
    for reply in (dana, sam, team):
        records = {f.name: f.records for f in reply.answer.figures}["landing"]
        assert records is not None
        assert {won, due} <= set(records.ids or ())
    assert "One that is counted should have closed already: its close date has passed." in notes(team)


def test_what_somebody_gave_away_entirely_is_not_theirs(ask: Asking) -> None:
    due = ask.company.open("Dana", "10000", "Proposal", close=day(12, 1))
    ask.company.split(due, Sam=100)
    assert figure(ask("Dana", "forecast"), "open_pipeline") == 0
    assert figure(ask("Sam", "forecast"), "landing_high") == 10000
    assert figure(ask("Sam", "forecast"), "landing") == 6000


def test_calls_are_measured_by_credit(ask: Asking) -> None:
    quarter = (day(7, 1), day(10, 1))
    won = ask.company.won("Dana", "50000", day(8, 5))
    ask.company.split(won, Dana=60, Sam=40)
    call(ask, "Dana", "30000", at(7, 5), quarter=quarter)
    call(ask, "Sam", "10000", at(7, 5), quarter=quarter)
    assert figure(ask("Dana", "accuracy", owner="me"), "wape") == 0
    assert figure(ask("Sam", "accuracy", owner="me"), "bias") == -50
