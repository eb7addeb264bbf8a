"""Saying what a period will bring."""

import datetime as dt

from sqlmodel import select

from skills.answer import Facts, Status
from skills.contract import Audience
from skills.runner import Reply, confirm, get_actor
from store.models import ForecastSubmission, Person, Source
from store.scope import Scope
from tests.skills.company import NOW, Asking, day, english, facts, headline, notes


def submissions(ask: Asking) -> list[ForecastSubmission]:
    with ask.company.database.session() as session:
        return list(session.exec(select(ForecastSubmission).order_by(ForecastSubmission.id)))  # type: ignore[arg-type]


def yes(ask: Asking, who: str, reply: Reply) -> Reply:
    with ask.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, ask.company.people[who]))
    token = next(action.token for action in reply.answer.actions if action.kind == "confirm")
    return confirm(ask.assistant, token, actor, Audience(), Source.BUTTON)


def past_call(ask: Asking, who: str, amount: int, start: dt.date, end: dt.date) -> None:
    ask.company.add(
        ForecastSubmission(
            person_id=ask.company.people[who], author_id=ask.company.people[who], period_start=start, period_end=end,
            amount_minor=amount * 100, currency="USD",
            submitted_at=dt.datetime.combine(start, dt.time(15), dt.UTC) + dt.timedelta(days=10),
        )
    )  # fmt: skip


def test_a_call_is_written_at_once_and_seen_beside_what_is_known(ask: Asking) -> None:
    ask.company.won("Dana", "50000", day(10, 5))
    ask.company.open("Dana", "300000", "Proposal", close=day(12, 1), category="commit")
    ask.company.won("Dana", "80000", day(8, 5))
    past_call(ask, "Dana", 100_000, day(7, 1), day(10, 1))
    reply = ask("Dana", "submit", amount="320k", period="this quarter")
    assert reply.answer.status is Status.DONE
    assert headline(reply) == "Your commit for Q4 2026 is **$320,000**."
    assert facts(reply)["Closed + commit"] == "$350,000"
    assert facts(reply)["Your calls so far"] == "off by 25%, 25% too high (at week 4, one period)"
    _, made = submissions(ask)
    assert (made.amount_minor, made.currency, made.category) == (320_000_00, "USD", "commit")
    assert (made.period_start, made.period_end, made.submitted_at) == (day(10, 1), day(1, 1, 2027), NOW)
    assert made.person_id == made.author_id == ask.company.people["Dana"]


def test_a_new_call_leaves_the_old_one_where_it_is(ask: Asking) -> None:
    ask.company.open("Dana", "300000", "Proposal", close=day(12, 1))
    ask("Dana", "submit", amount="200k")
    reply = ask("Dana", "submit", amount="+50k")
    assert "Starting from $200,000, that makes $250,000." in notes(reply)
    yes(ask, "Dana", reply)
    assert [row.amount_minor for row in submissions(ask)] == [200_000_00, 250_000_00]
    assert headline(ask("Dana", "submit", amount="250k")) == "That is your call already: $250,000."


def test_what_cannot_come_true_is_asked_about(ask: Asking) -> None:
    ask.company.won("Dana", "50000", day(10, 5))
    ask.company.open("Dana", "10000", "Proposal", close=day(12, 1))
    low = ask("Dana", "submit", amount="40k")
    assert low.answer.status is Status.CONFIRM
    assert "$50,000 is booked already, which is more." in notes(low)
    high = ask("Dana", "submit", amount="60,001")
    assert high.answer.status is Status.CONFIRM
    assert "more than everything together: $50,000 booked and $10,000 open in Q4 2026" in notes(high)
    assert submissions(ask) == []
    assert ask("Dana", "submit", amount="60,000").answer.status is Status.DONE


def test_a_manager_s_override_stands_beside_the_rep_s_own_word(ask: Asking) -> None:
    ask.company.open("Dana", "300000", "Proposal", close=day(12, 1))
    ask("Dana", "submit", amount="200k")
    reply = ask("Mara", "submit", amount="150k", owner="dana", note="she always sandbags")
    assert headline(reply) == (
        "**Dana Whitfield**, commit for Q4 2026: **$150,000**, by you. Their own call of $200,000 stays beside it."
    )
    own, override = submissions(ask)
    assert (own.amount_minor, own.author_id) == (200_000_00, ask.company.people["Dana"])
    assert (override.amount_minor, override.author_id) == (150_000_00, ask.company.people["Mara"])
    assert (override.person_id, override.note) == (ask.company.people["Dana"], "she always sandbags")


def test_nobody_speaks_for_a_peer_and_no_override_is_said_in_a_channel(ask: Asking) -> None:
    assert ask("Sam", "submit", amount="150k", owner="dana").answer.status is Status.REFUSED
    assert ask("Ken", "submit", amount="150k", owner="dana").answer.status is Status.REFUSED
    everyone = Audience(channel="C1", name="#alpha", scope=Scope.everybody())
    assert ask("Mara", "submit", amount="150k", owner="dana", audience=everyone).answer.status is Status.REFUSED
    assert submissions(ask) == []


def test_in_a_channel_nothing_but_the_call_itself_is_said(ask: Asking) -> None:
    ask.company.open("Dana", "300000", "Proposal", close=day(12, 1))
    everyone = Audience(channel="C1", name="#alpha", scope=Scope.everybody())
    reply = ask("Dana", "submit", amount="200k", audience=everyone)
    labels = [english(f.label) for block in reply.answer.blocks if isinstance(block, Facts) for f in block.facts]
    assert "Booked" not in labels
    assert "Your calls so far" not in labels


def test_a_month_without_a_year_is_the_coming_one(ask: Asking) -> None:
    ask.company.open("Dana", "300000", "Proposal", close=day(12, 1))
    ask("Dana", "submit", amount="80k", period="december", category="best case")
    (made,) = submissions(ask)
    assert (made.period_start, made.period_end, made.category) == (day(12, 1), day(1, 1, 2027), "best_case")


def test_a_period_that_is_over_takes_no_call(ask: Asking) -> None:
    assert "Q3 2026 is over" in headline(ask("Dana", "submit", amount="80k", period="Q3 2026"))
    assert ask("Dana", "submit", amount="80k", period="last 30 days").answer.status is not Status.DONE
    assert submissions(ask) == []


def test_a_manager_calls_for_the_team(ask: Asking) -> None:
    ask.company.open("Dana", "300000", "Proposal", close=day(12, 1))
    ask.company.open("Sam", "100000", "Proposal", close=day(12, 1), category="commit")
    reply = ask("Mara", "submit", amount="390k")
    assert reply.answer.status is Status.DONE
    assert facts(reply)["Closed + commit"] == "$100,000"
    assert headline(reply) == "Your commit for Q4 2026 is **$390,000**."


def test_a_call_can_be_taken_back(ask: Asking) -> None:
    ask.company.open("Dana", "300000", "Proposal", close=day(12, 1))
    reply = ask("Dana", "submit", amount="200k")
    change = next(a.invocation for a in reply.answer.actions if a.invocation and a.invocation.skill == "undo")
    undone = ask("Dana", "undo", **change.params)
    assert undone.answer.status is Status.DONE, headline(undone)
    assert submissions(ask) == []


def test_a_best_case_below_the_commit_is_asked_about(ask: Asking) -> None:
    ask.company.open("Dana", "300000", "Proposal", close=day(12, 1))
    ask("Dana", "submit", amount="200k")
    reply = ask("Dana", "submit", amount="150k", category="best case")
    assert reply.answer.status is Status.CONFIRM
    assert "That makes a best case of $150,000 below the commit of $200,000." in notes(reply)
    assert ask("Dana", "submit", amount="250k", category="best case").answer.status is Status.DONE
    assert ask("Dana", "submit", amount="260k").answer.status is Status.CONFIRM
