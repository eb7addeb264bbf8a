"""Targets from the company down to people."""

import datetime as dt

from skills.answer import Status
from store.models import Quota, QuotaAcceptance
from store.money import Money
from tests.skills.company import NOW, Asking, bullets, buttons, day, facts, figure, headline, notes, rows

MONTHS = (10, 11, 12)


def ask_for(
    ask: Asking, holder: str, amount: str, month: int = 11, *, version: int = 1, reason: str = "", ramp: int = 100,
    level: str = "target", metric: str = "booked",
) -> int:  # fmt: skip
    """A target of a person, a team, "region:…" or "company" for a month; the id of its row."""
    units, _, currency = amount.partition(" ")
    money = Money.of(units, currency or "USD")
    is_money = metric == "booked"
    return ask.company.add(
        Quota(
            person_id=ask.company.people.get(holder),
            team_id=ask.company.teams.get(holder),
            region=holder.partition(":")[2],
            metric=metric,
            level=level,
            month=day(month, 1),
            amount_minor=money.minor if is_money else int(units),
            currency=money.currency if is_money else None,
            version=version,
            ramp_percent=ramp,
            reason=reason,
            recorded_at=NOW - dt.timedelta(days=5 - version),
        )
    )[0]


def accept(ask: Asking, who: str, quota_id: int) -> None:
    ask.company.add(QuotaAcceptance(quota_id=quota_id, person_id=ask.company.people[who], accepted_at=NOW))


def test_each_node_shows_what_is_with_nobody_and_what_is_too_much(ask: Asking) -> None:
    ask_for(ask, "company", "1000")
    ask_for(ask, "region:Americas", "600")
    ask_for(ask, "region:EMEA", "500")
    ask_for(ask, "Alpha", "600")
    ask_for(ask, "Dana", "400")
    ask_for(ask, "Sam", "100")
    ask_for(ask, "Beta", "550")
    ask_for(ask, "Eva", "550")
    reply = ask("Vera", "targets")
    assert rows(reply) == [
        ["the whole company", "$1,000", "$1,100", "$100 over (10%)", "–"],
        ["· Americas", "$600", "$600", "all handed out", "–"],
        ["· · Alpha", "$600", "$500", "$100 with nobody", "–"],
        ["· · · Dana Whitfield", "$400", "–", "–", "waiting"],
        ["· · · Sam Osei", "$100", "–", "–", "waiting"],
        ["· EMEA", "$500", "$550", "$50 over (10%)", "–"],
        ["· · Beta", "$550", "$550", "all handed out", "–"],
        ["· · · Eva Krüger", "$550", "–", "–", "waiting"],
    ]
    assert figure(reply, "target") == 1000
    assert figure(reply, "handed_out") == 1100
    assert figure(reply, "unallocated") == -100
    assert figure(reply, "over_assignment") == 10
    assert headline(reply) == (
        "The target for Q4 2026 is **$1,000** (the whole company). Those below have **$100** more than that, 10% over."
    )


def test_the_months_of_the_period_add_up_at_their_highest_version(ask: Asking) -> None:
    for month in MONTHS:
        ask_for(ask, "Dana", "100", month)
    ask_for(ask, "Dana", "150", 11, version=2, reason="took over Lakeshore")
    ask_for(ask, "Dana", "999", 9)
    reply = ask("Dana", "targets")
    assert headline(reply) == "The target for Q4 2026 is **$350** (yours)."
    (change,) = bullets(reply, "Changed in these months")
    assert change == "15 Nov 2026: Dana Whitfield, Nov 2026: $100 → **$150**: took over Lakeshore"


def test_who_has_agreed_and_to_which_version(ask: Asking) -> None:
    first = ask_for(ask, "Dana", "100", 10)
    second = ask_for(ask, "Dana", "100", 11)
    assert facts(ask("Dana", "targets"))["Agreed"] == "waiting"
    accept(ask, "Dana", first)
    accept(ask, "Dana", second)
    reply = ask("Dana", "targets")
    assert facts(reply)["Agreed"] == "accepted"
    assert "I accept it" not in buttons(reply)
    ask_for(ask, "Dana", "120", 11, version=2)
    reply = ask("Dana", "targets")
    assert facts(reply)["Agreed"] == "changed since accepted"
    invocation = buttons(reply)["I accept it"]
    assert invocation is not None
    assert ask("Dana", invocation.skill, **invocation.params).answer.status is Status.DONE
    assert facts(ask("Dana", "targets"))["Agreed"] == "accepted"


def test_a_manager_s_own_number_is_the_team_s_and_not_one_more(ask: Asking) -> None:
    ask_for(ask, "Mara", "500")
    ask_for(ask, "Dana", "300")
    reply = ask("Mara", "targets")
    assert (figure(reply, "target"), figure(reply, "handed_out")) == (500, 300)
    assert headline(reply) == "The target for Q4 2026 is **$500** (your team). **$200** of it is with nobody yet."
    assert "One active person has none." in notes(reply)
    assert rows(ask("Vera", "targets"))[2] == ["· · Alpha", "$500", "$300", "$200 with nobody", "–"]


def test_ramp_is_taken_off(ask: Asking) -> None:
    ask_for(ask, "Alpha", "500")
    ask_for(ask, "Dana", "400")
    ask_for(ask, "Sam", "200", ramp=25)
    assert figure(ask("Mara", "targets", team="Alpha"), "unallocated") == 50


def test_levels_and_measures_are_apart(ask: Asking) -> None:
    ask_for(ask, "Dana", "300")
    ask_for(ask, "Dana", "360", level="stretch")
    ask_for(ask, "Dana", "7", metric="new_accounts")
    assert headline(ask("Dana", "targets", level="冲刺")) == "The stretch target for Q4 2026 is **$360** (yours)."
    counted = ask("Dana", "targets", metric="new accounts")
    assert headline(counted) == "The target, New accounts for Q4 2026 is **7** (yours)."
    assert figure(counted, "target", "accounts") == 7
    assert headline(ask("Dana", "targets", level="challenge")) == ("No challenge target is set for Q4 2026 (yours).")


def test_several_currencies_are_at_the_plan_rate_or_refused(ask: Asking) -> None:
    ask_for(ask, "Ken", "1000")
    ask_for(ask, "Eva", "500 EUR")
    assert headline(ask("Ken", "targets")) == (
        "No sum of the targets for Q4 2026 (your team): no exchange rate for EUR."
    )
    assert figure(ask("Ken", "targets"), "target") is None
    ask.company.rate("EUR", "1.10", day(1, 1), "plan")
    reply = ask("Ken", "targets")
    assert figure(reply, "unallocated") == 450
    assert "In USD at the plan rate." in notes(reply)
    assert headline(ask("Eva", "targets")) == "The target for Q4 2026 is **€500** (yours)."


def test_a_region_by_its_name_and_nobody_else_s_people(ask: Asking) -> None:
    ask_for(ask, "region:EMEA", "500")
    ask_for(ask, "Beta", "450")
    assert figure(ask("Vera", "targets", region="EMEA"), "unallocated") == 50
    assert ask("Vera", "targets", region="Alpha").answer.status is Status.REFUSED
    assert ask("Dana", "targets", region="EMEA").answer.status is Status.REFUSED
    assert ask("Dana", "targets", owner="eva").answer.status is Status.REFUSED


def test_with_nothing_set_there_is_nothing_to_show(ask: Asking) -> None:
    reply = ask("Mara", "targets")
    assert headline(reply) == "No target is set for Q4 2026 (your team)."
    assert figure(reply, "target") is None
    assert reply.answer.blocks == ()


def test_a_number_without_one_above_it_is_only_handed_out(ask: Asking) -> None:
    ask_for(ask, "Dana", "300")
    ask_for(ask, "Sam", "100")
    reply = ask("Vera", "targets", team="Alpha")
    assert headline(reply) == "Q4 2026 (Alpha): **$400** is handed out; there is no target above it."
    assert figure(reply, "over_assignment") is None
