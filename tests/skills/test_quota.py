"""Where somebody stands against their quota."""

import pytest

from skills.answer import Status
from skills.contract import Audience
from store.models import CalendarDay
from store.scope import Scope
from tests.skills.company import Asking, buttons, day, facts, figure, headline, notes, rows


def set_quarter(ask: Asking, who: str, amount: str) -> None:
    for month in (10, 11, 12):
        ask.company.quota(who, day(month, 1), amount)


def test_attainment_gap_and_pace_by_working_days(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000")
    ask.company.won("Dana", "45000.25", day(10, 5))
    ask.company.won("Dana", "12000", day(11, 18))
    reply = ask("Dana", "quota")
    assert headline(reply) == "You are at **63.3%** of your quota for Q4 2026: $57,000.25 of $90,000."
    assert str(figure(reply, "attainment")) == "63.3336"
    assert str(figure(reply, "gap")) == "32999.75"
    # 1 October to 17 November has 34 of the quarter's 66 working days; today is the first of the 32 that remain.
    assert facts(reply)["Working days"] == "34 of 66 done"
    assert str(figure(reply, "expected")) == "46363.64"
    assert str(figure(reply, "pace")) == "122.9417"
    assert str(figure(reply, "required")) == "1031.24"


def test_beyond_the_quota_there_is_nothing_left_to_do(ask: Asking) -> None:
    set_quarter(ask, "Dana", "1000")
    ask.company.won("Dana", "4500", day(10, 5))
    reply = ask("Dana", "quota")
    assert figure(reply, "attainment") == 150
    assert figure(reply, "gap") == -1500
    assert figure(reply, "required") == 0
    assert facts(reply)["Above quota"] == "$1,500"
    assert "Needed per working day" not in facts(reply)


def test_without_a_quota_attainment_has_no_value_and_says_why(ask: Asking) -> None:
    ask.company.won("Dana", "45000", day(10, 5))
    reply = ask("Dana", "quota")
    assert figure(reply, "attainment") is None
    assert headline(reply) == (
        "Attainment for Q4 2026 has no value: no quota is set for you in Q4 2026. Won so far: **$45,000**."
    )
    assert "no quota is set for Eva Krüger" in headline(ask("Ken", "quota", owner="eva"))


def test_a_quota_of_zero_is_no_value_either(ask: Asking) -> None:
    set_quarter(ask, "Dana", "0")
    reply = ask("Dana", "quota")
    assert figure(reply, "attainment") is None
    assert "the quota for Q4 2026 is zero" in headline(reply)


def test_the_highest_version_of_each_month_counts(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000")
    ask.company.quota("Dana", day(11, 1), "10000", version=3)
    ask.company.quota("Dana", day(11, 1), "99000", version=2)
    assert figure(ask("Dana", "quota"), "effective_quota") == 70000


def test_another_metrics_quota_is_another_quota(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000")
    ask.company.quota("Dana", day(11, 1), "17", metric="new_accounts", version=2)
    assert figure(ask("Dana", "quota"), "effective_quota") == 90000


def test_plan_rates_keep_exchange_moves_out_of_attainment(ask: Asking) -> None:
    ask.company.rate("EUR", "1.50", day(1, 1))
    ask.company.rate("EUR", "1.25", day(1, 1), "plan")
    set_quarter(ask, "Dana", "10000")
    ask.company.won("Dana", "8000 EUR", day(10, 5))
    reply = ask("Dana", "quota")
    assert figure(reply, "credited") == 10000
    assert "In USD at the plan rate." in notes(reply)


def test_a_plan_rate_that_changes_within_the_period_holds_from_its_day(ask: Asking) -> None:
    ask.company.rate("EUR", "1.25", day(1, 1), "plan")
    ask.company.rate("EUR", "2.00", day(11, 1), "plan")
    set_quarter(ask, "Dana", "10000")
    ask.company.won("Dana", "100 EUR", day(10, 31))
    ask.company.won("Dana", "100 EUR", day(11, 1))
    assert figure(ask("Dana", "quota"), "credited") == 325


def test_without_a_plan_rate_the_rate_of_the_booking_date_is_used_and_stated(ask: Asking) -> None:
    ask.company.rate("EUR", "1.10", day(1, 1))
    set_quarter(ask, "Dana", "10000")
    ask.company.won("Dana", "1000 EUR", day(10, 5))
    reply = ask("Dana", "quota")
    assert figure(reply, "credited") == 1100
    assert "no plan rate for every currency" in notes(reply)


def test_without_any_rate_there_is_no_value(ask: Asking) -> None:
    set_quarter(ask, "Dana", "10000")
    ask.company.won("Dana", "1000 GBP", day(10, 5))
    ask.company.won("Dana", "500", day(10, 5))
    reply = ask("Dana", "quota")
    assert headline(reply) == "Attainment for Q4 2026 has no value: no exchange rate for GBP."
    assert [f.number for f in reply.answer.figures] == [None] * 4


def test_who_sells_and_is_measured_in_euros_needs_no_rate(ask: Asking) -> None:
    set_quarter(ask, "Eva", "20000 EUR")
    ask.company.won("Eva", "30000 EUR", day(10, 20))
    reply = ask("Eva", "quota")
    assert headline(reply) == "You are at **50%** of your quota for Q4 2026: €30,000 of €60,000."


def test_yen_are_whole(ask: Asking) -> None:
    set_quarter(ask, "Yuki", "1000000 JPY")
    ask.company.won("Yuki", "1000001 JPY", day(10, 20))
    reply = ask("Yuki", "quota")
    assert figure(reply, "credited") == 1000001
    assert str(figure(reply, "attainment")) == "33.3334"


def test_a_teams_attainment_is_the_ratio_of_sums_with_its_people_beside_it(ask: Asking) -> None:
    set_quarter(ask, "Dana", "30000")
    set_quarter(ask, "Mara", "35000")
    ask.company.quota("Sam", day(12, 1), "10000")
    ask.company.won("Dana", "80000", day(10, 5))
    ask.company.won("Lee", "5000", day(10, 6))
    reply = ask("Mara", "quota")
    assert headline(reply) == "**85%** of quota for Q4 2026: $85,000 of $100,000 (your team)."
    assert rows(reply) == [
        ["Dana Whitfield", "$80,000", "$90,000", "88.9%"],
        ["Sam Osei", "$0", "$10,000", "0%"],
        ["Lee Ortiz", "$5,000", "no quota", "no value"],
    ]
    # The manager's own quota is the team's number, not one more to add.
    assert facts(reply)["Team quota"] == "$105,000 (81% reached)"
    assert facts(reply)["Handed out to people"] == "4.8% less than that"


def test_a_team_with_a_quota_as_such_is_measured_by_it(ask: Asking) -> None:
    set_quarter(ask, "Beta", "1000")
    ask.company.won("Eva", "1500", day(10, 5))
    assert headline(ask("Ken", "quota", team="beta")) == "**50%** of quota for Q4 2026: $1,500 of $3,000 (Beta)."


def test_joining_and_leaving_count_by_working_days(ask: Asking) -> None:
    # Lee left on 30 September 2026; Sam began on 2 November, the first working day of that month.
    ask.company.quota("Lee", day(9, 1), "22000")
    ask.company.quota("Lee", day(10, 1), "22000")
    ask.company.quota("Sam", day(10, 1), "9000")
    ask.company.quota("Sam", day(11, 1), "9000")
    assert figure(ask("Vera", "quota", owner="lee", period="Q3 2026"), "effective_quota") == 22000
    assert figure(ask("Vera", "quota", owner="sam"), "effective_quota") == 9000
    assert figure(ask("Vera", "quota", owner="lee", period="October 2026"), "attainment") is None


def test_a_week_asks_for_its_share_of_the_months_working_days(ask: Asking) -> None:
    ask.company.quota("Dana", day(11, 1), "21000")
    reply = ask("Dana", "quota", period="this week")
    assert figure(reply, "effective_quota") == 5000


def test_holidays_of_the_region_and_make_up_days_change_the_pace(ask: Asking) -> None:
    set_quarter(ask, "Eva", "30000")
    set_quarter(ask, "Dana", "30000")
    ask.company.add(
        CalendarDay(region="", day=day(11, 26)),
        CalendarDay(region="EMEA", day=day(11, 2)),
        CalendarDay(region="EMEA", day=day(11, 7), works=True),
        CalendarDay(region="EMEA", day=day(11, 3)),
    )
    assert facts(ask("Dana", "quota"))["Working days"] == "34 of 65 done"
    assert facts(ask("Eva", "quota"))["Working days"] == "33 of 64 done"


def test_a_period_that_is_over_or_not_begun_has_no_pace(ask: Asking) -> None:
    ask.company.quota("Dana", day(9, 1), "30000")
    ask.company.quota("Dana", day(1, 1, 2027), "30000")
    past = ask("Dana", "quota", period="Q3 2026")
    assert "Pace" not in facts(past)
    assert "What can still close" not in buttons(past)
    coming = ask("Dana", "quota", period="Q1 2027")
    assert "Pace" not in facts(coming)
    assert figure(coming, "attainment") == 0


def test_somebody_elses_quota_is_only_for_those_above_them(ask: Asking) -> None:
    set_quarter(ask, "Eva", "1000")
    assert ask("Dana", "quota", owner="eva").answer.status is Status.REFUSED
    assert ask("Dana", "quota", team="beta").answer.status is Status.REFUSED
    assert ask("Dana", "quota", team="company").answer.status is Status.REFUSED
    assert ask("Ken", "quota", owner="eva").answer.status is Status.ANSWER
    assert figure(ask("Vera", "quota"), "effective_quota") == 3000


def test_a_part_of_a_team_is_never_shown_as_the_team(ask: Asking) -> None:
    set_quarter(ask, "Dana", "1000")
    sales = Audience("C1", "#sales", Scope.of({ask.company.people["Dana"]}))
    reply = ask("Mara", "quota", audience=sales)
    assert reply.answer.status is Status.REFUSED
    assert "direct message" in notes(reply)


@pytest.mark.parametrize("owner", ["me", "我", "Dana Whitfield", "dana"])
def test_ones_own_name_and_me_are_the_same(ask: Asking, owner: str) -> None:
    set_quarter(ask, "Dana", "1000")
    assert headline(ask("Dana", "quota", owner=owner)).startswith("You are at **0%** of your quota")


def test_a_person_who_is_not_in_the_team_named_is_said_so(ask: Asking) -> None:
    reply = ask("Vera", "quota", owner="dana", team="beta")
    assert reply.answer.status is Status.REFUSED
    assert headline(reply) == "Dana Whitfield is not in Beta."


def test_every_button_leads_to_an_answer(ask: Asking) -> None:
    set_quarter(ask, "Dana", "1000")
    for who in ("Dana", "Mara", "Vera"):
        for action in ask(who, "quota").answer.actions:
            if action.tucked:
                continue
            invocation = action.invocation
            assert invocation is not None
            assert ask(who, invocation.skill, **invocation.params).answer.status is Status.ANSWER
