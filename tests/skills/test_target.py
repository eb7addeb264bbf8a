"""Setting, splitting and accepting targets."""

import datetime as dt
from typing import Any

import pytest
from sqlmodel import select

from skills.answer import Status, Table
from skills.contract import Audience
from skills.runner import Reply, confirm, get_actor
from store.models import Account, Person, Quota, QuotaAcceptance, Source
from store.scope import Scope
from tests.skills.company import Asking, day, english, headline, notes, rows

LAST_YEAR = 2025


def yes(ask: Asking, who: str, reply: Reply) -> Reply:
    with ask.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, ask.company.people[who]))
    token = next(action.token for action in reply.answer.actions if action.kind == "confirm")
    return confirm(ask.assistant, token, actor, Audience(), Source.BUTTON)


def done(ask: Asking, asker: str, /, **params: Any) -> Reply:
    reply = ask(asker, "target", **params)
    assert reply.answer.status is Status.CONFIRM, headline(reply)
    made = yes(ask, asker, reply)
    assert made.answer.status is Status.DONE, headline(made)
    return reply


def quotas(ask: Asking, holder: str) -> list[tuple[dt.date, int, int]]:
    """Month, amount and version of a person's or team's rows, or of the company's."""
    with ask.company.database.session() as session:
        found = session.exec(select(Quota).order_by(Quota.month, Quota.version))  # type: ignore[arg-type]
        return [
            (row.month, row.amount_minor, row.version)
            for row in found
            if (row.person_id, row.team_id) == (ask.company.people.get(holder), ask.company.teams.get(holder))
        ]


def total(ask: Asking, holder: str) -> int:
    newest = {month: amount for month, amount, _ in quotas(ask, holder)}
    return sum(newest.values())


def total_row(reply: Reply) -> list[str]:
    table = next(block for block in reply.answer.blocks if isinstance(block, Table))
    assert table.total is not None
    return [english(cell) for cell in table.total]


def test_a_quarter_is_split_over_its_months_exactly(ask: Asking) -> None:
    reply = done(ask, "Mara", who="dana", amount="100,000", period="Q4")
    assert quotas(ask, "Dana") == [
        (day(10, 1), 33_333_34, 1),
        (day(11, 1), 33_333_33, 1),
        (day(12, 1), 33_333_33, 1),
    ]
    assert headline(reply) == "Shall I? **Dana Whitfield**, target for Q4 2026: **$100,000**."
    assert "The amount lies evenly over the months." in notes(reply)
    assert "It changes targets." in notes(reply)


def test_the_months_follow_one_s_own_last_year_where_every_month_has_something(ask: Asking) -> None:
    for month, amount in ((10, "10000"), (11, "20000"), (12, "70000")):
        ask.company.won("Dana", amount, day(month, 5, LAST_YEAR))
    reply = done(ask, "Mara", who="dana", amount="240k", period="Q4")
    assert [amount for _, amount, _ in quotas(ask, "Dana")] == [24_000_00, 48_000_00, 168_000_00]
    assert "over the months as Dana Whitfield sold a year before" in notes(reply)


def test_months_that_are_not_over_a_year_before_are_taken_from_two_years_before(ask: Asking) -> None:
    for month, amount in ((10, "10000"), (11, "20000"), (12, "70000")):
        ask.company.won("Dana", amount, day(month, 5, LAST_YEAR))
    ask.company.won("Dana", "999", day(10, 5))
    done(ask, "Mara", who="dana", amount="100k", period="Q4 2027")
    assert [amount for _, amount, _ in quotas(ask, "Dana")] == [10_000_00, 20_000_00, 70_000_00]


def test_else_they_follow_the_whole_company(ask: Asking) -> None:
    ask.company.won("Dana", "10000", day(10, 5, LAST_YEAR))
    for month, amount in ((11, "20000"), (12, "10000")):
        ask.company.won("Yuki", amount, day(month, 5, LAST_YEAR))
    reply = done(ask, "Mara", who="dana", amount="40k", period="Q4")
    assert [amount for _, amount, _ in quotas(ask, "Dana")] == [10_000_00, 20_000_00, 10_000_00]
    assert "as the whole company sold a year before" in notes(reply)


def test_a_change_is_a_new_version_with_its_reason(ask: Asking) -> None:
    ask.company.quota("Dana", day(12, 1), "50000")
    done(ask, "Mara", who="dana", amount="90k", period="december", reason="she took over Lakeshore")
    assert quotas(ask, "Dana") == [(day(12, 1), 50_000_00, 1), (day(12, 1), 90_000_00, 2)]
    with ask.company.database.session() as session:
        newest = session.exec(select(Quota).where(Quota.version == 2)).one()
        assert newest.reason == "she took over Lakeshore"


def test_a_month_that_has_begun_changes_for_a_reason_only(ask: Asking) -> None:
    ask.company.quota("Dana", day(11, 1), "50000")
    reply = ask("Mara", "target", who="dana", amount="90k", period="november")
    assert reply.answer.status is Status.CLARIFY
    assert headline(reply) == "Why does it change? Nov 2026 has begun already."
    assert ask("Mara", "target", who="dana", amount="90k", period="nov", reason="x").answer.status is Status.CONFIRM
    assert ask("Mara", "target", who="dana", amount="90k", period="december").answer.status is Status.CONFIRM


def test_the_same_again_changes_nothing(ask: Asking) -> None:
    ask.company.quota("Dana", day(12, 1), "50000")
    reply = ask("Mara", "target", who="dana", amount="50k", period="december")
    assert headline(reply) == "That is the target already; nothing to change."


def test_a_relative_amount_starts_from_what_there_is(ask: Asking) -> None:
    ask.company.quota("Dana", day(12, 1), "50000")
    reply = done(ask, "Mara", who="dana", amount="+10%", period="december")
    assert total(ask, "Dana") == 55_000_00
    assert "$50,000 → **$55,000**" in headline(reply)


def test_it_says_who_ever_reached_as_much_and_what_is_open(ask: Asking) -> None:
    ask.company.won("Dana", "300000", day(8, 5))
    ask.company.won("Sam", "100000", day(8, 5))
    ask.company.won("Lee", "240000", day(2, 5))
    ask.company.won("Eva", "10", day(5, 5))
    ask.company.won("Yuki", "900000", day(5, 5, 2024))
    ask.company.open("Dana", "120000", close=day(12, 1))
    reply = ask("Mara", "target", who="dana", amount="240k", period="Q4")
    assert "2 of 4 reps reached this in one of the last 4 quarters." in notes(reply)
    assert "Open and expected to close in Q4 2026: $120,000, 50% of it." in notes(reply)


def test_rights(ask: Asking) -> None:
    for who, target in (("Dana", "dana"), ("Dana", "sam"), ("Mara", "mara"), ("Mara", "eva"), ("Mara", "company")):
        reply = ask(who, "target", who=target, amount="90k", period="december")
        assert reply.answer.status is Status.REFUSED, (who, target)
    assert ask("Mara", "target", who="Beta", amount="90k", period="december").answer.status is Status.REFUSED
    assert ask("Vera", "target", who="company", amount="9M", period="december").answer.status is Status.CONFIRM
    assert ask("Vera", "target", who="EMEA", amount="9M", period="december").answer.status is Status.CONFIRM
    heard = Audience(channel="C1", name="#all", scope=Scope.of(()))
    reply = ask("Mara", "target", who="dana", amount="90k", period="december", audience=heard)
    assert reply.answer.status is Status.REFUSED


def test_a_team_s_number_is_split_by_last_year_s_share(ask: Asking) -> None:
    ask.company.quota("Alpha", day(11, 1), "500000")
    ask.company.won("Dana", "20000", day(3, 5, LAST_YEAR))
    ask.company.won("Sam", "10000", day(11, 6, LAST_YEAR))
    ask.company.won("Sam", "99999", day(11, 6))
    ask.company.won("Lee", "90000", day(11, 6, LAST_YEAR))
    reply = done(ask, "Vera", action="split", who="Alpha", amount="400,000", period="november", by="last year's share")
    assert total(ask, "Dana") == 266_666_67
    assert total(ask, "Sam") == 133_333_33
    assert quotas(ask, "Lee") == quotas(ask, "Mara") == []
    assert rows(reply)[0][:4] == ["Dana Whitfield", "–", "$266,666.67", "66.7%"]
    assert total_row(reply)[2] == "$400,000"
    assert "**Alpha** has $500,000: $100,000 stays with nobody." in notes(reply)
    assert "Nobody at all reached as much" not in notes(reply)


def test_more_than_the_team_s_number_is_said(ask: Asking) -> None:
    ask.company.quota("Alpha", day(12, 1), "100000")
    reply = ask("Mara", "target", action="split", who="Alpha", amount="120k", period="december", by="evenly")
    assert "**Alpha** has $100,000: $20,000 more than that is handed out." in notes(reply)


def test_without_an_amount_the_team_s_own_number_is_split_and_all_of_it(ask: Asking) -> None:
    for month in (10, 11, 12):
        ask.company.quota("Alpha", day(month, 1), "33333.33")
    reply = done(ask, "Mara", action="split", who="my team", by="evenly", period="Q4", reason="new plan")
    assert total(ask, "Dana") + total(ask, "Sam") == 99_999_99
    assert "Nothing of the target of **Alpha** stays with nobody." in notes(reply)
    assert ask("Ken", "target", action="split", by="evenly").answer.status is Status.CLARIFY


def test_the_number_of_whoever_leads_the_team_is_the_team_s(ask: Asking) -> None:
    ask.company.quota("Mara", day(12, 1), "90000")
    reply = done(ask, "Vera", action="split", who="Alpha", by="evenly", period="december")
    assert total(ask, "Dana") == 45_000_00
    assert quotas(ask, "Alpha") == []
    assert "Nothing of the target of **Mara Lindt** stays with nobody." in notes(reply)


def test_a_team_without_a_number_gets_it_along_the_way(ask: Asking) -> None:
    reply = done(ask, "Vera", action="split", who="Alpha", amount="100k", period="december", by="evenly")
    assert "**Alpha** had no target; it gets this as its own." in notes(reply)
    assert total(ask, "Alpha") == 100_000_00
    assert total(ask, "Dana") == total(ask, "Sam") == 50_000_00


def test_the_company_is_split_among_regions_and_a_region_among_teams(ask: Asking) -> None:
    done(ask, "Vera", action="split", who="company", amount="100k", period="december", by="evenly")
    with ask.company.database.session() as session:
        regions = session.exec(select(Quota.region, Quota.amount_minor).where(Quota.region != "")).all()
    assert sorted(regions) == [("Americas", 50_000_00), ("EMEA", 50_000_00)]
    done(ask, "Vera", action="split", who="EMEA", period="december", by="evenly")
    assert total(ask, "Beta") == 50_000_00


def test_by_pipeline_and_by_potential(ask: Asking) -> None:
    ask.company.open("Dana", "30000", close=day(12, 5))
    ask.company.open("Sam", "10000", close=day(12, 5))
    done(ask, "Mara", action="split", who="Alpha", amount="100k", period="december", by="open pipeline")
    assert (total(ask, "Dana"), total(ask, "Sam")) == (75_000_00, 25_000_00)
    ask.company.add(
        Account(name="X", owner_id=ask.company.people["Sam"], annual_revenue_minor=100, currency="USD"),
        Account(name="Y", owner_id=ask.company.people["Dana"], annual_revenue_minor=300, currency="USD"),
        Account(name="Z", owner_id=ask.company.people["Sam"], annual_revenue_minor=400, currency="USD"),
    )
    done(ask, "Mara", action="split", who="Alpha", amount="80k", period="january 2027", by="潜力")
    assert total(ask, "Sam") - 25_000_00 == 50_000_00


def test_with_nothing_to_split_by_another_way_is_offered(ask: Asking) -> None:
    reply = ask("Mara", "target", action="split", who="Alpha", amount="100k", period="december")
    assert reply.answer.status is Status.CLARIFY
    assert "Nobody there won anything in 2025" in headline(reply)
    (choice,) = reply.answer.choices
    assert choice.invocation.params["by"] == "evenly"
    again = ask("Mara", choice.invocation.skill, **choice.invocation.params)
    assert again.answer.status is Status.CONFIRM


def test_who_has_nothing_to_go_by_is_named(ask: Asking) -> None:
    ask.company.won("Dana", "20000", day(12, 5, LAST_YEAR))
    reply = ask("Mara", "target", action="split", who="Alpha", amount="100k", period="december")
    assert "Nothing to go by, so nothing is given to: Sam Osei." in notes(reply)


def test_counts_are_split_whole(ask: Asking) -> None:
    done(ask, "Mara", who="dana", amount="10", metric="new accounts", period="Q1 2027")
    assert [amount for _, amount, _ in quotas(ask, "Dana")] == [4, 3, 3]


def test_a_target_is_accepted_by_the_one_who_has_it(ask: Asking) -> None:
    for month in (10, 11, 12):
        ask.company.quota("Dana", day(month, 1), "50000")
    assert ask("Mara", "target", action="accept", who="dana").answer.status is Status.REFUSED
    reply = ask("Dana", "target", action="accept")
    assert reply.answer.status is Status.DONE
    assert headline(reply) == "You have accepted your targets from Oct 2026 to Dec 2026."
    with ask.company.database.session() as session:
        assert len(session.exec(select(QuotaAcceptance)).all()) == 3
    assert headline(ask("Dana", "target", action="accept")) == "You have accepted all of it already."
    assert "no target from Oct 2026 on" in headline(ask("Sam", "target", action="accept"))


def test_a_change_can_be_taken_back_until_it_is_accepted(ask: Asking) -> None:
    reply = ask("Mara", "target", who="dana", amount="90k", period="december")
    made = yes(ask, "Mara", reply)
    undo = next(a.invocation for a in made.answer.actions if a.invocation and a.invocation.skill == "undo")
    ask("Dana", "target", action="accept")
    assert ask("Mara", "undo", **undo.params).answer.status is Status.REFUSED
    ask("Dana", "undo")
    undone = ask("Mara", "undo", **undo.params)
    assert undone.answer.status is Status.DONE, headline(undone)
    assert quotas(ask, "Dana") == []


def test_who_was_slower_is_told_so(ask: Asking) -> None:
    first = ask("Mara", "target", who="dana", amount="90k", period="december")
    second = ask("Vera", "target", who="dana", amount="80k", period="december")
    assert yes(ask, "Mara", first).answer.status is Status.DONE
    late = yes(ask, "Vera", second)
    assert late.answer.status is Status.REFUSED
    assert "in the meantime" in headline(late)
    assert total(ask, "Dana") == 90_000_00


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"who": "dana"},
        {"amount": "90k"},
        {"who": "dana", "amount": "plenty"},
        {"who": "nobody at all", "amount": "90k"},
        {"who": "dana", "amount": "90k", "period": "last 90 days"},
        {"who": "dana", "amount": "90k", "action": "eat"},
        {"who": "dana", "amount": "many", "metric": "units"},
        {"who": "Alpha", "action": "split", "amount": "90k", "by": "magic"},
    ],
)
def test_what_is_missing_is_asked_for(ask: Asking, params: dict[str, Any]) -> None:
    reply = ask("Vera", "target", **params)
    assert reply.answer.status in (Status.CLARIFY, Status.REFUSED)
    assert headline(reply)
