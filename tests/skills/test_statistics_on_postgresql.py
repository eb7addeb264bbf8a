"""The same process statistics from PostgreSQL as from SQLite."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pytest

from skills.runner import Reply
from store.change_log import Author, Entry, FieldChange, RecordKind, add_entries
from store.engine import Database
from store.models import Account, Activity, LossReason, Opportunity, Product, Source
from tests.conftest import PostgresDatabases
from tests.skills.company import Asking, build_assistant, build_company, day, english
from tests.skills.histories import add_deal

STAGES = ["Discovery", "Pilot", "Proposal", "Negotiation"]


@pytest.fixture
def postgresql(postgres_databases: PostgresDatabases) -> Iterator[Database]:
    database = Database(postgres_databases.migrated())
    yield database
    database.close()


def fill(ask: Asking) -> None:
    """A year of deals and calls, the same for the same seed."""
    dice = random.Random(20261118)
    company = ask.company
    company.add(LossReason(name="No decision", position=1, no_decision=True), LossReason(name="Price", position=2))
    company.rate("EUR", "1.0837", day(1, 1, 2025))
    company.rate("EUR", "1.1", day(6, 1))
    company.rate("JPY", "0.0066", day(1, 1, 2025))
    with company.database.writing() as session:
        for number, (name, cost) in enumerate((("Sense", 7), ("Watch", 11))):
            product = session.get(Product, company.products[name])
            assert product is not None
            product.unit_cost_minor, product.currency = cost, ("USD", "EUR")[number]
            session.add(product)
        for name, owner in (("Acme", "Dana"), ("Brandt Paper", "Sam"), ("Lakeshore Foods", "Eva")):
            account = session.get(Account, company.accounts[name])
            assert account is not None
            account.owner_id = company.people[owner]
            session.add(account)
    for number in range(60):
        owner, currency = dice.choice([("Dana", "USD"), ("Sam", "USD"), ("Eva", "EUR"), ("Yuki", "JPY")])
        on = day(12, 1, 2025) + dt.timedelta(days=dice.randrange(250))
        moves = []
        for stage in [*dice.sample(STAGES, dice.randint(1, 4)), *dice.choice([[], ["Won"], ["Won"], ["Lost"]])]:
            moves.append((stage, on))
            on += dt.timedelta(days=dice.randrange(20))
        lost = moves[-1][0] == "Lost"
        more: dict[str, Any] = {"opened_on": None} if number % 11 == 0 else {}
        deal = add_deal(
            company,
            owner,
            moves,
            None if number % 9 == 0 else f"{dice.randrange(100, 9000)} {currency}",
            history=number % 7 != 0,
            product=dice.choice(["Sense", "Watch", None]),
            account=dice.choice(["Acme", "Brandt Paper", "Lakeshore Foods", None]),
            source=dice.choice(["", "Fair", "Referral "]),
            competitor=dice.choice(["", "Pulsegrid", "pulsegrid"]),
            loss_reason=dice.choice(["Price", "no decision", ""]) if lost else "",
            quantity=dice.choice([None, 1, 5]),
            **more,
        )
        with company.database.writing() as session:
            row = session.get(Opportunity, deal)
            assert row is not None
            row.created_at = dt.datetime.combine(moves[0][1], dt.time(2, 30), dt.UTC)
            session.add(row)
    for number in range(120):
        who = dice.choice(["Dana", "Sam", "Eva"])
        when = dt.datetime(2026, 10, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=dice.randrange(60 * 24 * 48))
        account_name = dice.choice(["Acme", "Brandt Paper", "Lakeshore Foods", None])
        for late in dice.choice([(0,), (0, 90), (0, 121)]):
            activity = company.add(
                Activity(
                    kind=dice.choice(["call", "call", "meeting", "demo", "email", "note"]) if late == 0 else "call",
                    direction=dice.choice(["in", "out", None]),
                    occurred_at=when + dt.timedelta(seconds=late, milliseconds=dice.randrange(999)),
                    duration_minutes=dice.choice([None, 5, 30, 45]),
                    outcome=dice.choice(["", "Reached", "Voicemail", "No answer"]),
                    person_id=company.people[who],
                    account_id=company.accounts[account_name] if account_name else None,
                )
            )[0]
            entry = Entry(
                f"a{activity}", RecordKind.ACTIVITY, activity, 1, FieldChange(field="(created)", new="x"), day(11, 3)
            )
            logged = dt.datetime(2026, 11, 3, 15, tzinfo=dt.UTC) + dt.timedelta(seconds=number * 29)
            with company.database.writing() as session:
                add_entries(session, [entry], Author(company.people[who], Source.SENTENCE, logged))


def shown(reply: Reply) -> tuple[Any, ...]:
    answer = reply.answer
    return (
        english(answer.headline),
        [(one.name, one.exact, one.unit, one.count, one.records) for one in answer.figures],
        [block.model_dump_json() for block in answer.blocks],
        [english(note) for note in answer.notes],
    )


QUESTIONS: list[tuple[str, str, dict[str, Any]]] = [
    *(
        ("Vera", "winrate", {"period": "2026", "by": by})
        for by in (None, "rep", "team", "product", "region", "source", "competitor", "quarter")
    ),
    ("Vera", "winrate", {"period": "2026", "competitor": "pulsegrid", "by": "rep"}),
    ("Vera", "winrate", {"period": "2026", "variant": "broad", "source": "referral"}),
    ("Vera", "winrate", {"period": "2026", "variant": "value"}),
    ("Vera", "winrate", {"period": "2026", "variant": "cohort"}),
    ("Vera", "winrate", {"period": "2026", "variant": "over time"}),
    ("Dana", "winrate", {"period": "2026", "account": "acme"}),
    *(("Vera", "cycle", {"period": "2026", "by": by}) for by in (None, "rep", "product", "source", "quarter")),
    ("Dana", "cycle", {"period": "2026", "owner": "me"}),
    ("Vera", "velocity", {}),
    ("Vera", "velocity", {"region": "EMEA", "product": "sense"}),
    ("Vera", "funnel", {"period": "2026"}),
    ("Mara", "funnel", {"period": "Q2 2026", "source": "fair"}),
    *(("Vera", "concentration", {"period": "2026", "by": by}) for by in ("customer", "rep", "product")),
    *(("Vera", "activity", {"period": "Q4 2026", "kind": kind}) for kind in ("call", "meeting", "email")),
    ("Dana", "activity", {"period": "last month"}),
]


def test_every_statistic_is_the_same(ask: Asking, postgresql: Database) -> None:
    other = Asking(build_company(postgresql), build_assistant(postgresql))
    fill(ask)
    fill(other)
    for who, skill, params in QUESTIONS:
        here = shown(ask(who, skill, **params))
        assert here[1], (who, skill, params)
        assert shown(other(who, skill, **params)) == here, (who, skill, params)
