"""How good forecasts were."""

import datetime as dt

from skills.answer import Bullets, Status
from store.models import ForecastSubmission, Snapshot
from tests.skills.company import Asking, day, english, figure, headline, notes, rows

Q3 = (day(7, 1), day(10, 1))
Q2 = (day(4, 1), day(7, 1))


def call(ask: Asking, who: str, amount: int, quarter: tuple[dt.date, dt.date], after: int, by: str = "") -> None:
    """So many days after the quarter began, at noon in New York."""
    moment = dt.datetime.combine(quarter[0] + dt.timedelta(days=after), dt.time(17), dt.UTC)
    ask.company.add(
        ForecastSubmission(
            person_id=ask.company.people[who], author_id=ask.company.people[by or who], period_start=quarter[0],
            period_end=quarter[1], amount_minor=amount * 100, currency="USD", submitted_at=moment,
        )
    )  # fmt: skip


def test_error_and_bias_of_calls_as_they_stood_at_week_four(ask: Asking) -> None:
    ask.company.won("Dana", "100000", day(5, 5))
    ask.company.won("Dana", "300000", day(8, 5))
    call(ask, "Dana", 999_000, Q2, 5)
    call(ask, "Dana", 120_000, Q2, 20)
    call(ask, "Dana", 100_000, Q2, 60)
    call(ask, "Dana", 270_000, Q3, 27)
    reply = ask("Dana", "accuracy")
    assert headline(reply) == (
        "At week 4, your calls were off by **12.5%** of what was booked, 2.5% too low on the whole."
    )
    assert str(figure(reply, "wape")) == "12.5"
    assert str(figure(reply, "bias")) == "-2.5"
    assert str(figure(reply, "mape")) == "15"
    assert "That stands on 2 periods only" in notes(reply)
    assert "Counted: yours, Q4 2024 to Q3 2026 (1 Oct 2024 to 30 Sep 2026)." in notes(reply)


def test_another_moment_is_another_forecast(ask: Asking) -> None:
    ask.company.won("Dana", "100000", day(5, 5))
    call(ask, "Dana", 150_000, Q2, 0)
    call(ask, "Dana", 120_000, Q2, 20)
    call(ask, "Dana", 100_000, Q2, 50)
    assert figure(ask("Dana", "accuracy", vintage="day 1"), "wape") == 50
    assert figure(ask("Dana", "accuracy", vintage="week 4"), "wape") == 20
    assert figure(ask("Dana", "accuracy", vintage="第8周"), "wape") == 0
    assert rows(ask("Dana", "accuracy"), 1) == [
        ["day 1", "50%", "–", "–"],
        ["week 4", "20%", "–", "–"],
        ["week 8", "0%", "–", "–"],
    ]


def test_the_end_of_a_day_is_the_organisation_s(ask: Asking) -> None:
    ask.company.won("Dana", "100000", day(5, 5))
    for amount, moment in ((110_000, dt.time(3, 59)), (190_000, dt.time(4))):
        ask.company.add(
            ForecastSubmission(
                person_id=ask.company.people["Dana"],
                author_id=ask.company.people["Dana"],
                period_start=Q2[0],
                period_end=Q2[1],
                amount_minor=amount * 100,
                currency="USD",
                submitted_at=dt.datetime.combine(day(4, 2), moment, dt.UTC),
            )
        )
    assert figure(ask("Dana", "accuracy", vintage="day 1"), "wape") == 10


def test_a_manager_s_override_is_not_the_rep_s_forecast(ask: Asking) -> None:
    ask.company.won("Dana", "100000", day(5, 5))
    call(ask, "Dana", 120_000, Q2, 3)
    call(ask, "Dana", 100_000, Q2, 4, by="Mara")
    assert figure(ask("Dana", "accuracy"), "wape") == 20


def test_a_team_is_a_ratio_of_sums_and_the_manager_is_measured_by_the_team_s_bookings(ask: Asking) -> None:
    ask.company.won("Dana", "300000", day(5, 5))
    ask.company.won("Lee", "100000", day(5, 5))
    call(ask, "Dana", 330_000, Q2, 3)
    call(ask, "Lee", 50_000, Q2, 3)
    call(ask, "Mara", 440_000, Q2, 3)
    reply = ask("Mara", "accuracy")
    assert figure(reply, "wape") == 20
    assert figure(reply, "bias") == -5
    assert rows(reply)[:2] == [
        ["Calls of the people", "2", "20%", "-5%"],
        ["Calls of their managers", "1", "10%", "10%"],
    ]
    by_person = {row[0]: row[1:] for row in rows(reply, 2)}
    # (10 % × 1 period − 5 % × 4) ÷ 5 = −2 %, and (−50 % − 20 %) ÷ 5 = −14 %.
    assert by_person["Dana Whitfield"] == ["1", "10%", "10%", "-2%"]
    assert by_person["Lee Ortiz"] == ["1", "50%", "-50%", "-14%"]
    assert by_person["Mara Lindt (team's call)"] == ["1", "10%", "10%", "10%"]


def test_without_calls_the_landing_is_rebuilt_from_the_snapshots(ask: Asking) -> None:
    ask.company.won("Dana", "10000", day(7, 5))
    won = ask.company.won("Dana", "50000", day(9, 5))
    lost = ask.company.open("Dana", "20000", close=day(9, 1))
    later = ask.company.open("Dana", "90000", close=day(11, 1))
    kept = [
        (won, "40000", "Proposal", "commit", day(9, 1)),
        (lost, "20000", "Pilot", "best_case", day(9, 1)),
        (later, "90000", "Pilot", "commit", day(10, 1)),
    ]
    for number, amount, stage, category, close in kept:
        ask.company.add(
            Snapshot(
                taken_on=day(7, 28), opportunity_id=number, owner_id=ask.company.people["Dana"], currency="USD",
                stage_id=ask.company.stages[stage], amount_minor=int(amount) * 100, category=category,
                expected_close=close,
            )
        )  # fmt: skip
    reply = ask("Dana", "accuracy")
    # Booked by then 10,000; 40,000 · 60 % + 20,000 · 45 % = 33,000; 60,000 came.
    assert str(figure(reply, "wape_landing")) == "28.3333"
    assert str(figure(reply, "wape_commit")) == "16.6667"
    assert str(figure(reply, "bias_best_case")) == "16.6667"
    assert figure(reply, "wape") is None
    assert headline(reply).startswith(
        "At week 4, the weighted landing was off by **28.3%** of what was booked, 28.3% too low"
    )


def test_nothing_to_measure_is_said_so(ask: Asking) -> None:
    assert headline(ask("Dana", "accuracy")) == (
        "Forecasts (yours) can't be measured yet: nothing was forecast at that moment of a past period."
    )
    call(ask, "Dana", 120_000, Q2, 3)
    reply = ask("Dana", "accuracy")
    assert "nothing was booked in the periods that have a forecast" in headline(reply)
    assert figure(reply, "wape") is None
    assert figure(reply, "mape") is None


def test_a_booking_without_a_rate_is_left_out_and_said(ask: Asking) -> None:
    ask.company.won("Eva", "100000 EUR", day(5, 5))
    call(ask, "Eva", 120_000, Q2, 3)
    reply = ask("Eva", "accuracy")
    assert figure(reply, "wape") is None
    assert "One call is left out, because an exchange rate is missing." in notes(reply)


def test_words_that_are_no_moment_are_asked_about(ask: Asking) -> None:
    assert ask("Dana", "accuracy", vintage="soon").answer.status is Status.CLARIFY
    assert ask("Dana", "accuracy", vintage="week 14").answer.status is Status.CLARIFY
    assert ask("Dana", "accuracy", by="month", vintage="week 8").answer.status is Status.CLARIFY
    assert ask("Dana", "accuracy", by="month").answer.status is Status.ANSWER


def test_who_leans_most_is_named_once_there_is_enough_to_say_so(ask: Asking) -> None:
    starts = [(day(10, 1, 2025), day(1, 1)), (day(1, 1), day(4, 1)), Q2, Q3]
    for number, quarter in enumerate(starts):
        for who, amount in (("Dana", 150_000), ("Lee", 80_000)):
            ask.company.won(who, "100000", quarter[0] + dt.timedelta(days=40))
            call(ask, who, amount, quarter, 3)
        said = ask("Mara", "accuracy").answer.model_dump_json()
        assert ("Most too high" in said) == (number == 3)
    reply = ask("Mara", "accuracy")
    # The team is 15 % too high: (50 % · 4 + 15 % · 4) ÷ 8 and (−20 % · 4 + 15 % · 4) ÷ 8.
    (lines,) = [block for block in reply.answer.blocks if isinstance(block, Bullets)]
    assert [english(item) for item in lines.items] == [
        "Most too high: Dana Whitfield, by 32.5%.",
        "Most too low: Lee Ortiz, by 2.5%.",
    ]
