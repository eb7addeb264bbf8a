"""Forecasts, their accuracy and targets once more in plain Python over exported rows, and from PostgreSQL."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from skills.runner import Reply
from store.engine import Database
from store.models import ChangeEntry, ForecastSubmission, Opportunity, Quota, Snapshot, Stage
from store.money import Money, Rates
from tests.conftest import PostgresDatabases
from tests.skills.company import NOW, TODAY, Asking, Company, build_assistant, build_company, day, english, figure

EURO, PLAN = Fraction("1.0837"), Fraction("1.1")
QUARTERS = [(dt.date(2026, 10, 1), dt.date(2027, 1, 1)), (dt.date(2026, 7, 1), dt.date(2026, 10, 1)),
            (dt.date(2026, 4, 1), dt.date(2026, 7, 1)), (dt.date(2026, 1, 1), dt.date(2026, 4, 1))]  # fmt: skip
OPEN = ("Discovery", "Pilot", "Proposal", "Negotiation")
REPS = ("Dana", "Sam", "Lee", "Eva")


@pytest.fixture
def postgresql(postgres_databases: PostgresDatabases) -> Iterator[Database]:
    database = Database(postgres_databases.migrated())
    yield database
    database.close()


def fill(ask: Asking) -> None:
    """A year of four reps with two currencies: the same rows for every database."""
    dice = Random(20261118)
    company = ask.company
    company.rate("EUR", "1.0837", day(1, 1))
    company.rate("EUR", "1.1", day(1, 1), "plan")
    rates = Rates("USD", (("EUR", "daily", day(1, 1), EURO),))
    rows: list[Opportunity] = []
    reached: list[int] = []
    for number in range(400):
        owner = dice.choice(REPS)
        currency = "EUR" if owner == "Eva" else "USD"
        minor = dice.randrange(100_00, 90_000_00)
        end = dt.date(2026, 1, 11) + dt.timedelta(days=dice.randrange(380))
        status = "open" if end > TODAY else dice.choice(("won", "lost", "lost"))
        reached.append(dice.randrange(1, 5))
        booked = rates.convert(Money(minor, currency), end)
        assert booked is not None
        rows.append(
            Opportunity(
                name=f"Deal {number}",
                owner_id=company.people[owner],
                stage_id=company.stages[OPEN[reached[-1] - 1] if status == "open" else status.capitalize()],
                status=status,
                amount_minor=minor if number % 37 else None,
                currency=currency,
                booked_minor=booked.minor if status == "won" and number % 37 else None,
                expected_close=end,
                closed_on=None if status == "open" else end,
                category=dice.choice(("pipeline", "best_case", "commit", "omitted")) if status == "open" else "closed",
                created_at=NOW,
                updated_at=NOW,
            )
        )
    ids = company.add(*rows)
    company.add(
        *(
            entered(company, opportunity, stage, dt.date(2026, 1, 1) + dt.timedelta(days=step))
            for opportunity, steps in zip(ids, reached, strict=True)
            for step, stage in enumerate(OPEN[:steps])
        )
    )
    for start, end in QUARTERS:
        for who in REPS:
            company.add(*promises(company, who, start, end, dice), *targets(company, who, start, dice))
        taken_on = start + dt.timedelta(days=27)
        company.add(*(snapshot(company, number, taken_on, dice) for number in dice.sample(ids, 60)))


def entered(company: Company, opportunity: int, stage: str, on: dt.date) -> ChangeEntry:
    return ChangeEntry(
        change_id=f"{opportunity}-{stage}",
        record_kind="opportunity",
        record_id=opportunity,
        version=1,
        field="stage_id",
        new=str(company.stages[stage]),
        source="import",
        recorded_at=NOW,
        effective_on=on,
    )


def promises(company: Company, who: str, start: dt.date, end: dt.date, dice: Random) -> list[ForecastSubmission]:
    return [
        ForecastSubmission(
            person_id=company.people[who],
            author_id=company.people[who],
            period_start=start,
            period_end=end,
            amount_minor=dice.randrange(100_000_00, 900_000_00),
            currency="EUR" if who == "Eva" else "USD",
            submitted_at=dt.datetime.combine(start + dt.timedelta(days=7 * week - 3), dt.time(15), dt.UTC),
        )
        for week in (1, 4, 7)
    ]


def targets(company: Company, who: str, start: dt.date, dice: Random) -> list[Quota]:
    return [
        Quota(
            person_id=company.people[who],
            month=start.replace(month=start.month + later),
            amount_minor=dice.randrange(10_000_00, 90_000_00),
            currency="EUR" if who == "Eva" else "USD",
            version=version,
            recorded_at=NOW,
        )
        for later in range(3)
        for version in (1, 2)
    ]


def snapshot(company: Company, opportunity: int, taken_on: dt.date, dice: Random) -> Snapshot:
    who = dice.choice(REPS)
    return Snapshot(
        taken_on=taken_on,
        opportunity_id=opportunity,
        owner_id=company.people[who],
        stage_id=company.stages[dice.choice(OPEN)],
        amount_minor=dice.randrange(100_00, 90_000_00),
        currency="EUR" if who == "Eva" else "USD",
        category=dice.choice(("pipeline", "commit", "omitted")),
        expected_close=taken_on + dt.timedelta(days=dice.randrange(90)),
    )


def exported(ask: Asking, model: type[SQLModel]) -> Sequence[Any]:
    with ask.company.database.session() as session:
        return session.exec(select(model)).all()


def home(minor: int, currency: str) -> Fraction:
    return Fraction(minor) * (EURO if currency == "EUR" else 1)


def chances(ask: Asking, before: dt.date, since: dt.date) -> Mapping[int, Fraction]:
    """Of the closed ones that ever entered a stage the share that was won; the configured one below thirty."""
    deals = {row.id: row for row in exported(ask, Opportunity)}
    entered: dict[int, set[int]] = defaultdict(set)
    for entry in exported(ask, ChangeEntry):
        if entry.field == "stage_id":
            entered[int(entry.new)].add(entry.record_id)
    found = {}
    for stage in exported(ask, Stage):
        closed = [
            deals[number]
            for number in entered[stage.id]
            if deals[number].status != "open" and since <= deals[number].closed_on < before
        ]
        won = sum(deal.status == "won" for deal in closed)
        found[stage.id] = Fraction(won, len(closed)) if len(closed) >= 30 else Fraction(stage.probability, 100)
    return found


def cents(reply: Reply, name: str) -> int:
    return int(figure(reply, name, "USD") * 100)


def nearest(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


def test_the_forecast_is_what_plain_arithmetic_over_the_rows_gives(ask: Asking) -> None:
    fill(ask)
    start, end = QUARTERS[0]
    deals = exported(ask, Opportunity)
    share = chances(ask, TODAY + dt.timedelta(days=1), dt.date(2024, 11, 18))
    won = [row for row in deals if row.status == "won" and start <= row.closed_on < end]
    due = [row for row in deals if row.status == "open" and start <= row.expected_close < end]
    counted = [row for row in due if row.category != "omitted"]
    booked = Fraction(sum(row.booked_minor or 0 for row in won))
    amounts = {row.id: home(row.amount_minor or 0, row.currency) for row in counted}
    worth = sum((amounts[row.id] * share[row.stage_id] for row in counted), Fraction(0))
    commit = sum((amounts[row.id] for row in counted if row.category == "commit"), Fraction(0))
    best = sum((amounts[row.id] for row in counted if row.category == "best_case"), Fraction(0))
    reply = ask("Vera", "forecast")
    assert len(counted) > 30
    assert len(counted) < len(due)
    assert cents(reply, "booked") == booked
    assert cents(reply, "landing") == nearest(booked + worth)
    assert cents(reply, "commit_forecast") == nearest(booked + commit)
    assert cents(reply, "best_case_forecast") == nearest(booked + commit + best)
    assert cents(reply, "open_pipeline") == nearest(sum(amounts.values(), Fraction(0)))
    variance = sum(
        (amounts[row.id] ** 2 * share[row.stage_id] * (1 - share[row.stage_id]) for row in counted), Fraction(0)
    )
    spread = float(variance) ** 0.5 * 1.281552
    assert abs(cents(reply, "landing_high") - cents(reply, "landing_low") - 2 * spread) < 5
    named = {one.name: one for one in reply.answer.figures}
    assert named["landing"].records is not None
    assert set(named["landing"].records.ids or ()) == {row.id for row in (*won, *counted)}
    assert named["landing"].count == len(won) + len(counted)


def test_accuracy_is_what_plain_arithmetic_over_the_rows_gives(ask: Asking) -> None:
    fill(ask)
    deals = exported(ask, Opportunity)
    missed = booked = lean = Fraction(0)
    for start, end in QUARTERS[1:]:
        for who in REPS:
            person = ask.company.people[who]
            came = sum(
                row.booked_minor or 0
                for row in deals
                if row.status == "won" and start <= row.closed_on < end and row.owner_id == person
            )
            calls = [
                row
                for row in exported(ask, ForecastSubmission)
                if (row.person_id, row.period_start) == (person, start)
                and row.submitted_at.date() < start + dt.timedelta(days=28)
            ]
            newest = max(calls, key=lambda row: row.submitted_at)
            forecast = home(newest.amount_minor, newest.currency)
            missed, booked, lean = missed + abs(came - forecast), booked + came, lean + forecast - came
    reply = ask("Vera", "accuracy")
    made = {one.name: one for one in reply.answer.figures}
    assert made["wape"].exact == missed / booked
    assert made["bias"].exact == lean / booked
    assert made["wape"].count == 12


def test_the_landing_of_the_past_is_what_plain_arithmetic_over_the_snapshots_gives(ask: Asking) -> None:
    fill(ask)
    deals = exported(ask, Opportunity)
    missed = actual = Fraction(0)
    since = dt.date(2022, 10, 1)
    for start, end in QUARTERS[1:]:
        share = chances(ask, start, since)
        moment = start + dt.timedelta(days=28)
        by_then = sum(row.booked_minor or 0 for row in deals if row.status == "won" and start <= row.closed_on < moment)
        came = sum(row.booked_minor or 0 for row in deals if row.status == "won" and start <= row.closed_on < end)
        worth = sum(
            home(row.amount_minor, row.currency) * share[row.stage_id]
            for row in exported(ask, Snapshot)
            if row.taken_on == moment - dt.timedelta(days=1)
            and start <= row.expected_close < end
            and row.category != "omitted"
        )
        missed, actual = missed + abs(by_then + worth - came), actual + came
    made = {one.name: one for one in ask("Vera", "accuracy").answer.figures}
    assert made["wape_landing"].exact == missed / actual
    assert made["wape_landing"].count == 3


def test_targets_are_what_plain_arithmetic_over_the_rows_gives(ask: Asking) -> None:
    fill(ask)
    whole = Fraction(0)
    for row in exported(ask, Quota):
        if row.version == 2 and QUARTERS[0][0] <= row.month < QUARTERS[0][1]:
            whole += row.amount_minor * (PLAN if row.currency == "EUR" else 1)
    assert cents(ask("Vera", "targets"), "handed_out") == nearest(whole)


def shown(reply: Reply) -> tuple[Any, ...]:
    answer = reply.answer
    return (
        english(answer.headline),
        [(one.name, one.number, one.unit, one.count, one.records) for one in answer.figures],
        [block.model_dump_json() for block in answer.blocks],
        [english(note) for note in answer.notes],
    )


def test_everything_is_the_same_from_postgresql(ask: Asking, postgresql: Database) -> None:
    other = Asking(build_company(postgresql), build_assistant(postgresql))
    fill(ask)
    fill(other)
    questions: list[tuple[str, str, dict[str, Any]]] = [
        ("Vera", "forecast", {}),
        ("Mara", "forecast", {"period": "this month"}),
        ("Dana", "forecast", {"period": "next quarter"}),
        ("Vera", "accuracy", {}),
        ("Eva", "accuracy", {"vintage": "day 1"}),
        ("Mara", "accuracy", {"by": "month"}),
        ("Vera", "targets", {}),
        ("Ken", "targets", {"period": "2026"}),
        ("Dana", "submit", {"amount": "90M"}),
        ("Mara", "target", {"who": "dana", "amount": "240k", "period": "Q1 2027"}),
        (
            "Vera",
            "target",
            {"action": "split", "who": "company", "amount": "1M", "period": "2027", "by": "pipeline"},
        ),
        ("Mara", "target", {"action": "split", "who": "Alpha", "amount": "1M", "period": "2027", "by": "evenly"}),
    ]
    for who, skill, params in questions:
        assert shown(other(who, skill, **params)) == shown(ask(who, skill, **params)), (who, skill, params)
