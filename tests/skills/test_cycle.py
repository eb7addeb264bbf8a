"""How long sales take."""

import datetime as dt
from decimal import Decimal
from typing import Any

from skills.answer import Status
from skills.contract import Audience
from store.models import Opportunity, Organisation, Stage
from store.scope import Scope
from tests.skills.company import NOW, Asking, day, facts, figure, headline, notes, rows
from tests.skills.histories import add_deal

CLOSED = day(10, 20)


def took(ask: Asking, owner: str, days: int, on: dt.date = CLOSED, **more: Any) -> int:
    start = on - dt.timedelta(days=days)
    return add_deal(ask.company, owner, [("Discovery", start), ("Won", on)], **more)


def test_median_first_mean_and_nine_tenths_beside(ask: Asking) -> None:
    for days in (10, 20, 30, 40, 200):
        took(ask, "Dana", days)
    reply = ask("Dana", "cycle")
    assert [figure(reply, name) for name in ("cycle", "cycle_mean", "cycle_p90", "won")] == [30, 60, 136, 5]
    assert headline(reply) == (
        "Sales cycle in Q4 2026: **30 days** in the median, 60 on average, nine tenths within 136; 5 deals "
        "(the whole company)."
    )


def test_only_deals_won_in_the_period_count_however_long_ago_they_began(ask: Asking) -> None:
    took(ask, "Dana", 300, on=day(10, 1))
    took(ask, "Dana", 5, on=day(9, 30))
    add_deal(ask.company, "Dana", [("Discovery", day(10, 1)), ("Lost", day(10, 9))])
    assert figure(ask("Dana", "cycle"), "cycle") == 300


def test_it_begins_with_the_first_qualified_stage(ask: Asking) -> None:
    with ask.company.database.writing() as session:
        stage = session.get(Stage, ask.company.stages["Discovery"])
        assert stage is not None
        stage.qualified = False
        session.add(stage)
    moves = [("Discovery", day(10, 1)), ("Pilot", day(10, 6)), ("Discovery", day(10, 8)), ("Pilot", day(10, 9))]
    add_deal(ask.company, "Dana", [*moves, ("Won", day(10, 20))])
    reply = ask("Dana", "cycle")
    assert figure(reply, "cycle") == 14
    # Straight from an unqualified stage: there is no qualified entry, so it counts from the day it was opened.
    add_deal(ask.company, "Dana", [("Discovery", day(10, 2)), ("Won", day(10, 20))])
    reply = ask("Dana", "cycle")
    assert figure(reply, "cycle") == 16
    assert "1 count from the day they were opened" in notes(reply)


def test_without_a_history_it_counts_from_the_day_it_was_opened_and_says_so(ask: Asking) -> None:
    took(ask, "Dana", 12, history=False)
    reply = ask("Dana", "cycle")
    assert figure(reply, "cycle") == 12
    assert "1 count from the day they were opened" in notes(reply)


def test_one_without_any_start_before_the_win_is_left_out_and_counted(ask: Asking) -> None:
    took(ask, "Dana", 12)
    took(ask, "Dana", 3, history=False, opened_on=None)
    took(ask, "Dana", 3, history=False, opened_on=day(11, 1))
    reply = ask("Dana", "cycle")
    assert [figure(reply, name) for name in ("cycle", "won")] == [12, 1]
    assert "2 are left out: no day before the win is known" in notes(reply)


def test_the_day_a_record_was_made_is_the_organisations_own(ask: Asking) -> None:
    """Nine in the evening in New York is the next day in London."""
    with ask.company.database.writing() as session:
        organisation = session.get(Organisation, 1)
        assert organisation is not None
        assert organisation.zone == "America/New_York"
    made = dt.datetime(2026, 10, 2, 1, 0, tzinfo=dt.UTC)
    number = took(ask, "Dana", 3, on=day(10, 5), history=False, opened_on=None)
    with ask.company.database.writing() as session:
        row = session.get(Opportunity, number)
        assert row is not None
        row.created_at = made
        session.add(row)
    assert figure(ask("Dana", "cycle"), "cycle") == 4


def test_the_age_of_what_is_open_is_another_figure(ask: Asking) -> None:
    took(ask, "Dana", 10)
    add_deal(ask.company, "Dana", [("Discovery", NOW.date() - dt.timedelta(days=50))])
    add_deal(ask.company, "Dana", [("Discovery", NOW.date() - dt.timedelta(days=70))])
    reply = ask("Vera", "cycle")
    assert [figure(reply, name) for name in ("cycle", "open_age")] == [10, 60]
    assert facts(reply) == {
        "Open and qualified": "2",
        "Their age in the median": "60 days",
        "The oldest": "70 days",
    }


def test_the_age_of_what_is_open_is_shown_only_to_those_who_may_see_it(ask: Asking) -> None:
    took(ask, "Dana", 10)
    names = {one.name for one in ask("Dana", "cycle").answer.figures}
    assert "open_age" not in names
    assert "open_age" in {one.name for one in ask("Dana", "cycle", owner="me").answer.figures}


def test_nothing_won_has_no_cycle(ask: Asking) -> None:
    reply = ask("Dana", "cycle")
    assert figure(reply, "cycle") is None
    assert headline(reply) == "Nothing was won in Q4 2026, so there is no sales cycle (the whole company)."


def test_it_is_broken_down_and_the_parts_are_the_whole(ask: Asking) -> None:
    took(ask, "Dana", 10, product="Sense")
    took(ask, "Dana", 20, product="Sense")
    took(ask, "Eva", 50, product="Watch")
    took(ask, "Lee", 70, on=day(8, 1), product="Watch")
    assert rows(ask("Vera", "cycle", by="product"), 0) == [
        ["Sense", "2", "15", "15", "19"],
        ["Watch", "1", "50", "50", "50"],
    ]
    assert [row[:2] for row in rows(ask("Vera", "cycle", by="quarter"))] == [["Q3 2026", "1"], ["Q4 2026", "3"]]
    assert [row[:3] for row in rows(ask("Vera", "cycle", by="team"))] == [["Alpha", "2", "15"], ["Beta", "1", "50"]]


def test_one_persons_cycle_is_only_for_those_who_may_see_their_records(ask: Asking) -> None:
    took(ask, "Eva", 10)
    assert ask("Dana", "cycle", owner="eva").answer.status is Status.REFUSED
    channel = Audience("C1", "#alpha", Scope.of({ask.company.people["Dana"]}))
    assert ask("Vera", "cycle", by="rep", team="Beta", audience=channel).answer.status is Status.REFUSED
    assert figure(ask("Ken", "cycle", owner="eva"), "cycle") == 10


def test_velocity_is_the_open_ones_times_value_times_rate_by_days(ask: Asking) -> None:
    for _ in range(6):
        took(ask, "Dana", 20, amount="1000")
        add_deal(ask.company, "Dana", [("Discovery", day(9, 1)), ("Lost", day(10, 1))], "500")
    for _ in range(4):
        add_deal(ask.company, "Dana", [("Discovery", day(11, 1))], "9")
    reply = ask("Vera", "velocity")
    # 4 × 1,000 × 50% ÷ 20
    assert figure(reply, "velocity") == 100
    assert headline(reply) == "Sales velocity: **$100 a day** (the whole company)."
    assert [figure(reply, name) for name in ("open", "average_won", "win_rate", "cycle")] == [4, 1000, 50, 20]
    assert figure(reply, "gain_cycle_10") == Decimal("11.1111")
    assert figure(reply, "gain_cycle_20") == 25
    assert [row[2:] for row in rows(reply)] == [
        ["$110", "10%"],
        ["$110", "10%"],
        ["$110", "10%"],
        ["$111.11", "11.1%"],
        ["$125", "25%"],
    ]
    assert "19 Nov 2025 – 18 Nov 2026" in notes(reply)


def test_velocity_counts_what_is_qualified_and_only_the_last_twelve_months(ask: Asking) -> None:
    with ask.company.database.writing() as session:
        stage = session.get(Stage, ask.company.stages["Discovery"])
        assert stage is not None
        stage.qualified = False
        session.add(stage)
    for _ in range(10):
        took(ask, "Dana", 20, on=day(11, 18, 2025))
    add_deal(ask.company, "Dana", [("Discovery", day(11, 1))])
    add_deal(ask.company, "Dana", [("Pilot", day(11, 1))])
    reply = ask("Vera", "velocity")
    assert figure(reply, "open") == 1
    assert figure(reply, "velocity") is None
    assert "nothing with an amount was won in the last 12 months" in headline(reply)


def test_velocity_has_no_value_for_too_few_a_missing_rate_or_no_days(ask: Asking) -> None:
    took(ask, "Dana", 20)
    assert "only 1 were won or lost in the last 12 months" in headline(ask("Vera", "velocity"))
    took(ask, "Eva", 20, amount="10 GBP")
    assert "no exchange rate for GBP" in headline(ask("Vera", "velocity"))
    for _ in range(12):
        took(ask, "Dana", 0)
    assert "the median cycle is 0 days" in headline(ask("Dana", "velocity", owner="me"))


def test_velocity_of_a_region_and_of_somebody_elses_pipeline(ask: Asking) -> None:
    for _ in range(10):
        took(ask, "Eva", 10, amount="100")
    add_deal(ask.company, "Eva", [("Discovery", day(11, 1))])
    assert figure(ask("Vera", "velocity", region="EMEA"), "velocity") == 10
    assert ask("Dana", "velocity", owner="eva").answer.status is Status.REFUSED
