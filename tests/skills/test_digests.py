"""What the digests tell: the same numbers as the single skills, only what is new, and nothing private in a channel."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest

from skills.answer import Answer, Invocation, Status
from skills.catalog import CATALOG
from skills.contract import Audience
from skills.digests import DIGESTS
from skills.runner import get_actor, run_skill
from store import change_log
from store.change_log import Author, FieldChange, RecordChange, RecordKind
from store.models import ChangeEntry, ForecastSubmission, Leave, Opportunity, Person, Source
from store.scope import Scope
from tests.skills.company import Asking, bullets, buttons, day, english, facts, figure, headline, notes, rows

TEAM = Audience(channel="C1", name="#alpha", scope=Scope.of(()))
DIRECTORS = ("digest", "rollup", "close")


def at(month: int, number: int, hour: int = 15) -> dt.datetime:
    return dt.datetime(2026, month, number, hour, tzinfo=dt.UTC)


def change(ask: Asking, opportunity: int, by: str | None, moment: dt.datetime, **values: Any) -> None:
    """The fields become these, as the log tells."""
    with ask.company.database.writing() as session:
        row = session.get_one(Opportunity, opportunity)
        fields = tuple(
            FieldChange(field=name, old=change_log.to_json(getattr(row, name)), new=change_log.to_json(new))
            for name, new in values.items()
        )
        record = RecordChange(
            kind=RecordKind.OPPORTUNITY, id=opportunity, version=row.version, label=row.name, fields=fields
        )
        author = Author(ask.company.people[by] if by else None, Source.SENTENCE, moment)
        change_log.apply(session, [record], author, effective_on=moment.date())


def made(ask: Asking, *opportunities: int) -> None:
    """The log says that they were there since the first of October, with what they hold now."""
    on = at(10, 1)
    with ask.company.database.writing() as session:
        for number in opportunities:
            row = session.get_one(Opportunity, number)
            row.created_at, row.opened_on = on, on.date()
            names = ("owner_id", "stage_id", "status", "amount_minor", "currency", "expected_close", "category")
            fields = [FieldChange(field=change_log.CREATED, new=row.name)]
            fields += [FieldChange(field=name, new=change_log.to_json(getattr(row, name))) for name in names]
            for one in fields:
                session.add(
                    ChangeEntry(
                        change_id=f"made-{number}", record_kind="opportunity", record_id=number, version=1,
                        field=one.field, new=change_log._dump(one.new), source="import",
                        recorded_at=on, effective_on=on.date(),
                    )
                )  # fmt: skip


def won(ask: Asking, opportunity: int, by: str, moment: dt.datetime) -> None:
    with ask.company.database.session() as session:
        booked = session.get_one(Opportunity, opportunity).amount_minor
    change(
        ask, opportunity, by, moment, stage_id=ask.company.stages["Won"], status="won", category="closed",
        closed_on=moment.date(), booked_minor=booked,
    )  # fmt: skip


def call(ask: Asking, who: str, units: int, moment: dt.datetime) -> None:
    ask.company.add(
        ForecastSubmission(
            person_id=ask.company.people[who], author_id=ask.company.people[who], period_start=day(10, 1),
            period_end=day(1, 1, 2027), category="commit", amount_minor=units * 100, currency="USD",
            submitted_at=moment,
        )
    )  # fmt: skip


def scheduled(ask: Asking, who: str, skill: str, previous: str = "", **params: Any) -> Answer:
    """As a schedule makes it, after a report that kept `previous`."""
    with ask.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, ask.company.people[who]))
    invocation = Invocation.of(skill, params)
    return run_skill(ask.assistant, invocation, actor, Audience(), Source.SCHEDULE, previous=previous).answer


@pytest.mark.parametrize("skill", sorted(DIGESTS))
def test_an_empty_company_gets_a_friendly_line(ask: Asking, skill: str) -> None:
    reply = ask("Mara", skill)
    assert reply.answer.status is Status.ANSWER, headline(reply)
    assert headline(reply)


@pytest.mark.parametrize("skill", sorted(DIGESTS))
def test_a_digest_can_be_scheduled_and_speaks_chinese(skill: str) -> None:
    declared = CATALOG[skill]
    assert declared.schedulable
    assert sum(not example.says.isascii() for example in declared.examples) >= 3
    assert sum(example.says.isascii() for example in declared.examples) >= 7


# --- morning


def test_the_morning_tells_what_is_due_what_needs_me_the_pace_and_what_others_did(ask: Asking) -> None:
    company = ask.company
    company.quota("Dana", day(10, 1), "60000")
    company.won("Dana", "15000", day(10, 5))
    step = company.open(
        "Dana", "9000", "Pilot", name="Pilot at Acme", close=day(12, 1), next_step="send the plan",
        next_step_due=day(11, 18),
    )  # fmt: skip
    late = company.open(
        "Dana", "4000", "Pilot", name="Late one", close=day(11, 2), next_step="call", next_step_due=day(12, 1)
    )
    made(ask, step, late)
    change(ask, step, "Mara", at(11, 18, 14), amount_minor=800000)
    change(ask, late, "Dana", at(11, 18, 14), amount_minor=500000)
    reply = ask("Dana", "morning")
    assert headline(reply) == "Good morning! Due today: 1. Needing you: 2."
    assert bullets(reply, "Due today") == ["**Pilot at Acme**: send the plan"]
    assert bullets(reply, "Needs you")[0] == "**Late one**: The close date 2 Nov 2026 has passed."
    quota = ask("Dana", "quota", owner="me")
    (line,) = bullets(reply, "Pace")
    assert line == f"{headline(quota)} That is {figure(quota, 'pace'):.1f}% of what is due by now."
    assert bullets(reply, "Changed by others since 17 Nov 2026") == [
        "**Pilot at Acme**: amount $9,000 → $8,000 (by Mara Lindt)"
    ]
    assert figure(reply, "attainment") == figure(ask("Dana", "quota", owner="me"), "attainment")
    assert "Edit Late one" in buttons(reply) or "Edit Acme" in buttons(reply)
    assert reply.answer.private


def test_what_others_did_since_the_last_working_day_reaches_over_the_weekend(ask: Asking, company: Any) -> None:
    number = company.open("Dana", "9000", "Pilot", name="One", close=day(12, 1))
    made(ask, number)
    change(ask, number, "Mara", at(11, 13, 20), amount_minor=800000)
    monday = replace(ask.assistant, clock=lambda: at(11, 16, 13))
    reply = Asking(company, monday)("Dana", "morning")
    assert bullets(reply, "Changed by others since 13 Nov 2026")


# --- digest


def test_praise_comes_first_and_every_item_has_its_button(ask: Asking) -> None:
    company = ask.company
    big = company.open("Dana", "90000", "Negotiation", name="Big", close=day(12, 1))
    gone = company.open("Sam", "20000", "Pilot", name="Gone", close=day(12, 1), account="Brandt Paper")
    pushed = company.open("Dana", "30000", "Pilot", name="Pushed", close=day(12, 1), account="Lakeshore Foods")
    made(ask, big, gone, pushed)
    won(ask, big, "Dana", at(11, 17))
    lost = {"stage_id": company.stages["Lost"], "status": "lost", "closed_on": day(11, 17), "loss_reason": "Price"}
    change(ask, gone, "Sam", at(11, 17), **lost, category="omitted")
    change(ask, pushed, "Dana", at(11, 17), expected_close=day(2, 1, 2027))
    reply = ask("Mara", "digest")
    assert next(iter(buttons(reply))) == "Open Acme", "the first praise is the headline, and its button the first"
    assert bullets(reply, "Deals to look at")[0].startswith("**Pushed** ($30,000, Dana Whitfield): pushed")
    assert "**Gone** ($20,000, Sam Osei): lost." in bullets(reply, "Deals to look at")
    assert {"Open Acme", "Open Brandt Paper", "Open Lakeshore Foods"} <= set(buttons(reply))
    assert headline(reply).startswith("**Dana Whitfield** won **Big**: $90,000.")


def test_what_was_told_is_not_told_again(ask: Asking) -> None:
    number = ask.company.open("Dana", "90000", "Negotiation", name="Big", close=day(12, 1))
    made(ask, number)
    won(ask, number, "Dana", at(11, 17))
    first = scheduled(ask, "Mara", "digest")
    assert "Big" in english(first.headline)
    second = scheduled(ask, "Mara", "digest", first.kept)
    assert english(second.headline).startswith("All quiet")
    assert not second.blocks
    assert not second.notes
    other = ask.company.open("Sam", "5000", "Negotiation", name="Small", close=day(12, 1))
    made(ask, other)
    won(ask, other, "Sam", at(11, 18, 14))
    third = scheduled(ask, "Mara", "digest", second.kept)
    assert "Small" in english(third.headline)
    assert "Big" not in str(third.blocks)


def test_there_are_at_most_seven_items_and_the_rest_is_counted(ask: Asking) -> None:
    numbers = [ask.company.open("Dana", f"{1000 + n}", "Pilot", name=f"D{n}", close=day(12, 1)) for n in range(12)]
    made(ask, *numbers)
    for number in numbers[:6]:
        won(ask, number, "Dana", at(11, 17))
    for number in numbers[6:]:
        change(ask, number, "Dana", at(11, 17), expected_close=day(2, 1, 2027))
    reply = ask("Mara", "digest")
    items = [*bullets(reply, "Well done"), *bullets(reply, "Deals to look at"), *bullets(reply, "In the team")]
    assert "won" in headline(reply), "the first of the seven is the headline"
    assert len(items) == 6
    assert len(bullets(reply, "Well done")) == 2
    assert "left out" in notes(reply)


def test_people_are_told_of_only_in_private(ask: Asking) -> None:
    company = ask.company
    for month in (10, 11, 12):
        company.quota("Dana", day(month, 1), "40000")
    company.won("Dana", "30000", day(10, 5))
    company.add(Leave(person_id=company.people["Sam"], first_day=day(11, 18), last_day=day(11, 20)))
    company.quota("Dana", day(11, 1), "50000", version=2, reason="new region", recorded_at=at(11, 17))
    reply = ask("Mara", "digest")
    people = bullets(reply, "In the team")
    assert any(line.startswith("No call for Q4 2026 yet: Dana Whitfield") for line in people)
    assert "**Sam Osei** is away until 20 Nov 2026." in people
    assert "The target of **Dana Whitfield** was changed for one month. Reason: new region." in people
    shown = Audience(channel="C1", name="#alpha", scope=Scope.of([company.people["Dana"], company.people["Sam"]]))
    public = ask("Mara", "digest", audience=shown)
    assert not bullets(public, "In the team")
    assert "Sam" not in str(public.answer)


def test_whoever_fell_behind_within_a_week_is_named(ask: Asking) -> None:
    company = ask.company
    for month in (10, 11, 12):
        company.quota("Dana", day(month, 1), "40000")
        company.quota("Sam", day(month, 1), "40000")
    company.won("Dana", "42000", day(10, 5))
    company.won("Sam", "100000", day(11, 3))
    people = bullets(ask("Mara", "digest"), "In the team")
    behind = [line for line in people if "of what is due by now" in line]
    assert len(behind) == 1
    assert behind[0].startswith("**Dana Whitfield** is at")


def test_a_rep_has_no_manager_s_digest(ask: Asking) -> None:
    for skill in DIRECTORS:
        assert ask("Dana", skill).answer.status is Status.REFUSED


@pytest.mark.parametrize("skill", sorted(DIGESTS - {"morning"}))
def test_nothing_leaks_into_a_channel_that_may_see_nothing(ask: Asking, skill: str) -> None:
    company = ask.company
    number = company.open("Dana", "77777", "Pilot", name="Secret deal", close=day(11, 20))
    made(ask, number)
    won(ask, number, "Dana", at(11, 17))
    other = company.open("Dana", "88888", "Pilot", name="Hidden deal", close=day(11, 20))
    made(ask, other)
    call(ask, "Dana", 99999, at(11, 2))
    reply = ask("Mara", skill, audience=TEAM, team="Alpha")
    said = reply.answer.model_dump_json()
    if not reply.answer.private:
        assert not any(secret in said for secret in ("Secret", "Hidden", "77777", "88888", "99999"))


# --- week, review


def test_the_week_has_each_call_and_what_is_due(ask: Asking) -> None:
    company = ask.company
    company.quota("Dana", day(10, 1), "60000")
    company.quota("Sam", day(11, 1), "60000")
    company.won("Dana", "15000", day(10, 5))
    company.open("Dana", "10000", "Proposal", name="Now", close=day(11, 19), category="commit")
    company.open("Sam", "20000", "Pilot", name="Also", close=day(11, 20))
    company.open("Sam", "70000", "Pilot", name="Later", close=day(11, 23))
    call(ask, "Dana", 40000, at(11, 2))
    reply = ask("Mara", "week")
    assert headline(reply) == "Due this week: **$30,000**, 2 opportunities (your team)."
    by_name = {row[0]: row for row in rows(reply, 0)}
    assert by_name["Dana Whitfield"][1:6] == ["$10,000", "$10,000", "$15,000", "$25,000", "$40,000"]
    assert by_name["Sam Osei"][1:6] == ["$20,000", "$0", "$0", "$0", "–"]
    assert [row[0] for row in rows(reply, 1)] == ["Also", "Now"]
    assert bullets(reply, "Not called yet") == ["No call yet: Sam Osei."]
    forecast = ask("Mara", "forecast")
    for name in ("booked", "landing", "commit_forecast", "open_pipeline"):
        assert figure(reply, name) == figure(forecast, name)
    press = buttons(reply)["Submit my call"]
    assert press is not None
    assert press.skill == "submit"


def test_the_review_puts_what_came_beside_what_was_planned(ask: Asking) -> None:
    company = ask.company
    done = company.open("Dana", "10000", "Proposal", name="Done", close=day(11, 18))
    slid = company.open("Dana", "20000", "Proposal", name="Slid", close=day(11, 19))
    gone = company.open("Sam", "5000", "Pilot", name="Gone", close=day(11, 20))
    made(ask, done, slid, gone)
    won(ask, done, "Dana", at(11, 17))
    change(ask, slid, "Dana", at(11, 17), expected_close=day(12, 4))
    lost = {"stage_id": company.stages["Lost"], "status": "lost", "closed_on": day(11, 17), "loss_reason": "Price"}
    change(ask, gone, "Sam", at(11, 17), **lost, category="omitted")
    call(ask, "Dana", 40000, at(11, 2))
    reply = ask("Mara", "review")
    assert headline(reply) == (
        "Said and done, week of 16 Nov 2026 (your team): $35,000 planned, $10,000 booked, $20,000 slipped."
    )
    assert rows(reply, 0) == [
        ["Dana Whitfield", "$30,000", "$10,000", "$20,000", "$0", "$10,000", "$10,000", "$40,000"],
        ["Sam Osei", "$5,000", "$0", "$0", "$5,000", "$0", "$0", "–"],
    ]
    assert rows(reply, 1) == [["Done", "Dana Whitfield", "$10,000", "–"]]
    assert rows(reply, 2)[0][:3] == ["Slid", "Dana Whitfield", "$20,000"]
    assert rows(reply, 3) == [["Gone", "Sam Osei", "$5,000", "Price"]]
    slippage = ask("Mara", "slippage", period="this week")
    for name in ("due", "slipped", "slip_rate"):
        assert figure(reply, name) == figure(slippage, name)
    assert figure(reply, "booked") == figure(ask("Mara", "booked", owner="me", period="this week"), "booked")


# --- currencies


def amounts_in(table: Any) -> list[str]:
    """The currencies of a table, one sign for each amount."""
    cells = [english(cell) for row in (*table.rows, table.total or ()) for cell in row]
    return [cell.lstrip("+−")[0] for cell in cells if re.match(r"[+−]?[$€¥]", cell)]


@pytest.mark.parametrize("skill", ["week", "review", "rollup", "forecast"])
def test_amounts_side_by_side_are_in_one_currency(ask: Asking, skill: str) -> None:
    company = ask.company
    company.rate("EUR", "1.10", day(1, 1))
    company.quota("Dana", day(10, 1), "90000")
    # In euro this week only, in dollars this quarter only, and a call in yet another way.
    due = company.open("Dana", "10000 EUR", "Proposal", name="Due", close=day(11, 19), category="commit")
    other = company.open("Sam", "4000 EUR", "Proposal", name="Other", close=day(11, 20))
    made(ask, due, other)
    company.won("Dana", "50000", day(10, 5))
    call(ask, "Dana", 60000, at(11, 2))
    reply = ask("Vera" if skill == "rollup" else "Mara", skill)
    figures = next(block for block in reply.answer.blocks if block.type == "table")
    assert set(amounts_in(figures)) == {"$"}
    # Planned this week are 10,000 EUR; with the 50,000 booked they are the commit forecast.
    assert ("$11,000" if skill == "review" else "$61,000") in [english(cell) for row in figures.rows for cell in row]


@pytest.mark.parametrize("skill", ["week", "forecast"])
def test_who_sells_in_one_currency_reads_everything_in_it_calls_too(ask: Asking, skill: str) -> None:
    company = ask.company
    company.rate("EUR", "1.10", day(1, 1))
    for name in ("Dana", "Sam"):
        company.open(name, "10000 EUR", "Proposal", close=day(11, 19), category="commit")
    call(ask, "Dana", 11000, at(11, 2))
    reply = ask("Mara", skill)
    figures = next(block for block in reply.answer.blocks if block.type == "table")
    assert set(amounts_in(figures)) == {"€"}
    assert "Calls made in USD are at today's rate." in [english(note) for note in reply.answer.notes]


def test_single_opportunities_of_several_currencies_are_said_to_be_as_sold(ask: Asking) -> None:
    company = ask.company
    company.rate("EUR", "1.10", day(1, 1))
    company.open("Dana", "10000 EUR", "Proposal", close=day(11, 19))
    company.open("Sam", "4000", "Proposal", close=day(11, 20))
    said = "Single opportunities are in the currency in which they are sold."
    assert said in [english(note) for note in ask("Mara", "week").answer.notes]
    assert said not in [english(note) for note in ask("Dana", "week").answer.notes]


# --- rollup, close


def test_the_roll_up_has_each_team_and_what_moved_since_the_last(ask: Asking) -> None:
    company = ask.company
    company.rate("EUR", "1.10", day(1, 1))
    company.won("Dana", "50000", day(10, 5))
    company.won("Eva", "10000 EUR", day(10, 6))
    company.open("Dana", "10000", "Proposal", close=day(12, 1), category="commit")
    company.quota("Dana", day(10, 1), "90000")
    call(ask, "Dana", 60000, at(11, 2))
    first = scheduled(ask, "Vera", "rollup")
    assert "since" not in english(first.headline)
    company.open("Dana", "20000", "Proposal", close=day(12, 1))
    call(ask, "Dana", 75000, at(11, 17))
    second = scheduled(ask, "Vera", "rollup", first.kept)
    assert "(+$12,000 since 18 Nov 2026)" in english(second.headline)
    table = next(block for block in second.blocks if block.type == "table")
    by_name = {english(row[0]): [english(cell) for cell in row] for row in table.rows}
    # 50,000 booked; 60 % of 30,000
    assert by_name["Alpha"][1:5] == ["$50,000", "$68,000", "+$12,000", "$60,000"]
    assert by_name["Alpha"][6:8] == ["$75,000", "1 of 1"]
    # One currency in the table, as the sum below it.
    assert by_name["Beta"][1:4] == ["$11,000", "$11,000", "unchanged"]
    told = next(block for block in second.blocks if block.type == "bullets")
    assert [english(item) for item in told.items] == ["**Dana Whitfield**: $60,000 → $75,000."]
    alpha = ask("Vera", "forecast", team="Alpha")
    assert figure(alpha, "landing") == 68000
    whole = ask("Vera", "forecast")
    named = {one.name: one.number for one in second.figures}
    assert named["landing"] == figure(whole, "landing")
    cover = ask("Vera", "coverage", team="Alpha", period="Q4 2026")
    assert by_name["Alpha"][-1] == f"{figure(cover, 'coverage'):.2f}×" or by_name["Alpha"][-1] != "–"


def test_a_roll_up_of_another_period_is_not_compared(ask: Asking) -> None:
    first = scheduled(ask, "Vera", "rollup", period="Q4 2026")
    second = scheduled(ask, "Vera", "rollup", first.kept, period="Q1 2027")
    assert "since" not in english(second.headline)


def test_the_close_has_the_figures_of_the_single_skills(ask: Asking) -> None:
    company = ask.company
    for month in (7, 8, 9):
        company.quota("Dana", day(month, 1), "40000")
    company.won("Dana", "90000", day(8, 5), name="Largest")
    company.won("Dana", "20000", day(9, 5), name="Second")
    company.won("Dana", "70000", day(10, 5), name="Not in it")
    ask.company.add(
        ForecastSubmission(
            person_id=company.people["Dana"], author_id=company.people["Dana"], period_start=day(7, 1),
            period_end=day(10, 1), category="commit", amount_minor=100_000_00, currency="USD", submitted_at=at(7, 2),
        )
    )  # fmt: skip
    reply = ask("Mara", "close", period="Q3")
    words: dict[str, Any] = {"owner": "me", "period": "Q3"}
    for skill, names in (
        ("quota", ("attainment", "credited", "effective_quota", "gap")),
        ("booked", ("booked", "count")),
        ("winrate", ("win_rate", "won", "lost")),
        ("waterfall", ("opening", "closing", "difference")),
        ("slippage", ("slip_rate", "slipped")),
    ):
        single = ask("Mara", skill, **words)
        for name in names:
            assert figure(reply, name) == figure(single, name), name
    assert figure(reply, "booked") == 110000
    assert facts(reply)["Won"] == "$110,000"
    assert str(figure(reply, "wape")) == "9.0909"
    top = next(table for table in (rows(reply, n) for n in range(4)) if table and table[0][0] == "Largest")
    assert [row[0] for row in top] == ["Largest", "Second"]


@pytest.mark.parametrize(
    ("now", "period"),
    [
        (at(11, 18), "Oct 2026"),
        (at(10, 2), "Q3 2026"),
        (at(12, 1, 18), "Nov 2026"),
        (dt.datetime(2027, 1, 4, 15, tzinfo=dt.UTC), "Q4 2026"),
    ],
)
def test_the_close_is_of_what_ended_last(ask: Asking, now: dt.datetime, period: str) -> None:
    reply = Asking(ask.company, replace(ask.assistant, clock=lambda: now))("Mara", "close")
    assert headline(reply).startswith(f"Close of {period}.")


def test_a_close_of_odd_days_is_asked_about(ask: Asking) -> None:
    assert ask("Mara", "close", period="last 10 days").answer.status is Status.CLARIFY
    assert ask("Mara", "close", period="2028").answer.status is Status.REFUSED


def test_the_roll_up_of_one_team_has_each_person(ask: Asking) -> None:
    ask.company.open("Sam", "5000", "Proposal", close=day(12, 1))
    ask.company.open("Dana", "10000", "Proposal", close=day(12, 1), category="commit")
    call(ask, "Dana", 60000, at(11, 2))
    answer = ask("Mara", "rollup").answer
    table = next(block for block in answer.blocks if block.type == "table")
    assert english(table.title) == "By person"
    assert "$60,000" in [english(cell) for row in table.rows for cell in row]
