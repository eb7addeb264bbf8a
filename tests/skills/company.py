"""A small company built by hand, for tests that check figures to the cent.

Today is Wednesday 18 November 2026; New York time, US dollars, calendar quarters unless asked otherwise.

* Alpha (Americas): manager Mara Lindt; reps Dana Whitfield, Sam Osei (since 2 November, ramping), Lee Ortiz (left on
  30 September).
* Beta (EMEA): manager Ken Brandt; reps Eva Krüger (sells in euros) and Yuki Tanaka (sells in yen).
* Vera Moss is the administrator.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast

from sqlmodel import Session, SQLModel

from knowledge_base import KnowledgeBase
from skills.answer import Bullets, Facts, Invocation, Table
from skills.catalog import CATALOG
from skills.contract import Audience
from skills.language import get_language
from skills.runner import Assistant, Reply, get_actor, run_skill
from skills.text import AnyValue, render
from store.engine import Database
from store.models import (
    Account,
    CreditSplit,
    ExchangeRate,
    Metric,
    Opportunity,
    Organisation,
    Person,
    Product,
    Quota,
    Source,
    Stage,
    Status,
    Team,
)
from store.money import Money, Rates

NOW = dt.datetime(2026, 11, 18, 15, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 18)


def day(month: int, number: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, number)


@dataclass
class Company:
    """Ids by name, and ways to add records."""

    database: Database
    people: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)

    def add(self, *rows: SQLModel) -> list[int]:
        """The ids of the rows, in their order."""
        with self.database.writing() as session:
            return _add(session, *rows)

    def won(
        self,
        owner: str,
        amount: str | None,
        closed_on: dt.date,
        *,
        account: str | None = "Acme",
        product: str | None = "Sense",
        name: str | None = None,
    ) -> int:
        """A won opportunity: "1200.50 EUR" is frozen at that day's rate, where there is one."""
        money = _money(amount)
        with self.database.writing() as session:
            booked = Rates.load(session, "USD").convert(money, closed_on) if amount else None
            return _add(
                session,
                Opportunity(
                    name=name or f"{account} {closed_on}",
                    account_id=self.accounts[account] if account else None,
                    product_id=self.products[product] if product else None,
                    owner_id=self.people[owner],
                    stage_id=self.stages["Won"],
                    status=Status.WON,
                    amount_minor=money.minor if amount else None,
                    currency=money.currency,
                    booked_minor=booked.minor if booked else None,
                    closed_on=closed_on,
                    created_at=NOW,
                    updated_at=NOW,
                ),
            )[0]

    def open(
        self,
        owner: str,
        amount: str | None,
        stage: str = "Discovery",
        *,
        close: dt.date | None = None,
        account: str | None = "Acme",
        name: str | None = None,
        **more: Any,
    ) -> int:
        money = _money(amount)
        return self.add(
            Opportunity(
                name=name or f"{account} {stage}",
                account_id=self.accounts[account] if account else None,
                owner_id=self.people[owner],
                stage_id=self.stages[stage],
                amount_minor=money.minor if amount else None,
                currency=money.currency,
                expected_close=close,
                created_at=NOW,
                updated_at=NOW,
                **more,
            )
        )[0]

    def quota(self, holder: str, month: dt.date, amount: str, *, metric: str = "booked", **more: Any) -> None:
        """For a person or a team by name, a region ("region EMEA") or the "company"; a count has no currency.

        `more` are other columns, such as version, level, ramp_percent, reason and recorded_at.
        """
        money = _money(amount)
        is_money = Metric(metric).is_money
        self.add(
            Quota(
                person_id=self.people.get(holder),
                team_id=self.teams.get(holder),
                region=holder.removeprefix("region ") if holder.startswith("region ") else "",
                metric=metric,
                month=month,
                amount_minor=money.minor if is_money else int(amount),
                currency=money.currency if is_money else None,
                **{"recorded_at": NOW, **more},
            )
        )

    def split(self, opportunity: int, kind: str = "direct", **shares: int) -> None:
        """Whole percents by first name."""
        self.add(
            *(
                CreditSplit(opportunity_id=opportunity, person_id=self.people[name], kind=kind, share=percent * 100)
                for name, percent in shares.items()
            )
        )

    def rate(self, currency: str, rate: str, valid_from: dt.date, kind: str = "daily") -> None:
        self.add(ExchangeRate(currency=currency, kind=kind, valid_from=valid_from, rate=rate))


@dataclass
class Asking:
    """Ask as somebody of the company, through the one door."""

    company: Company
    assistant: Assistant

    def __call__(self, who: str, skill: str, /, *, audience: Audience | None = None, **params: Any) -> Reply:
        with self.company.database.session() as session:
            person = session.get(Person, self.company.people[who])
            assert person is not None
            actor = get_actor(session, person)
        invocation = Invocation.of(skill, params)
        return run_skill(self.assistant, invocation, actor, audience or Audience(), Source.SENTENCE)


def build_company(
    database: Database, *, fiscal_start_month: int = 1, sharing: str = "team", currency: str = "USD"
) -> Company:
    """The company in an empty, migrated database; without opportunities, quotas and exchange rates."""
    company = Company(database)
    with database.writing() as session:
        _add(
            session,
            Organisation(
                name="Corvane Test",
                zone="America/New_York",
                currency=currency,
                fiscal_start_month=fiscal_start_month,
                sharing=sharing,
            ),
        )
        company.teams = _named(session, Team(name="Alpha", region="Americas"), Team(name="Beta", region="EMEA"))
        company.stages = _named(
            session,
            Stage(name="Discovery", position=1, probability=10),
            Stage(name="Pilot", position=2, probability=45),
            Stage(name="Proposal", position=3, probability=60),
            Stage(name="Negotiation", position=4, probability=80),
            Stage(name="Won", position=5, probability=100, kind="won", category="closed"),
            Stage(name="Lost", position=6, probability=0, kind="lost", category="omitted"),
        )
        company.products = _named(session, Product(name="Sense"), Product(name="Watch"))
        company.accounts = _named(
            session, Account(name="Acme"), Account(name="Brandt Paper"), Account(name="Lakeshore Foods")
        )
        alpha, beta = company.teams["Alpha"], company.teams["Beta"]
        company.people = _people(session, Person(name="Vera Moss", email="vera@corvane.test", role="admin"))
        company.people |= _people(
            session,
            Person(name="Mara Lindt", email="mara@corvane.test", role="manager", team_id=alpha),
            Person(name="Ken Brandt", email="ken@corvane.test", role="manager", team_id=beta),
        )
        mara, ken = company.people["Mara"], company.people["Ken"]
        company.people |= _people(
            session,
            Person(name="Dana Whitfield", email="dana@corvane.test", team_id=alpha, manager_id=mara),
            Person(
                name="Sam Osei",
                email="sam@corvane.test",
                team_id=alpha,
                manager_id=mara,
                active_from=day(11, 2),
            ),
            Person(
                name="Lee Ortiz",
                email="lee@corvane.test",
                team_id=alpha,
                manager_id=mara,
                active_from=day(1, 1, 2024),
                active_to=day(9, 30),
            ),
            Person(name="Eva Krüger", email="eva@corvane.test", team_id=beta, manager_id=ken, region="EMEA"),
            Person(name="Yuki Tanaka", email="yuki@corvane.test", team_id=beta, manager_id=ken, region="EMEA"),
        )
    return company


def _people(session: Session, *people: Person) -> dict[str, int]:
    """Ids by first name."""
    ids = _add(session, *people)
    return {person.name.split()[0]: person_id for person, person_id in zip(people, ids, strict=True)}


def _named(session: Session, *rows: Team | Stage | Product | Account) -> dict[str, int]:
    return dict(zip((row.name for row in rows), _add(session, *rows), strict=True))


def _add(session: Session, *rows: SQLModel) -> list[int]:
    session.add_all(rows)
    session.flush()
    return [getattr(row, "id", 0) for row in rows]


def _money(words: str | None) -> Money:
    units, _, currency = (words or "0").partition(" ")
    return Money.of(units, currency or "USD")


def figure(reply: Reply, name: str, currency: str | None = None) -> Any:
    """The value of a figure as a `Decimal`, the first of its name (and currency); None where it has no value."""
    return next(f.number for f in reply.answer.figures if f.name == name and currency in (None, f.unit))


def rows(reply: Reply, number: int = 0) -> list[list[str]]:
    """The rows of a table of the answer as an English reader sees them."""
    tables = [block for block in reply.answer.blocks if isinstance(block, Table)]
    return [[english(cell) for cell in row] for row in tables[number].rows]


def facts(reply: Reply) -> dict[str, str]:
    blocks = [block for block in reply.answer.blocks if isinstance(block, Facts)]
    return {english(fact.label): english(fact.value) for block in blocks for fact in block.facts}


def bullets(reply: Reply, title: str) -> list[str]:
    blocks = [block for block in reply.answer.blocks if isinstance(block, Bullets)]
    return [english(item) for block in blocks if block.title and english(block.title) == title for item in block.items]


def notes(reply: Reply) -> str:
    return "\n".join(english(note) for note in reply.answer.notes)


def headline(reply: Reply) -> str:
    return english(reply.answer.headline)


def buttons(reply: Reply) -> dict[str, Invocation | None]:
    return {english(action.label): action.invocation for action in reply.answer.actions}


def english(thing: AnyValue) -> str:
    return render(thing, get_language("en"))


def build_assistant(database: Database, knowledge: KnowledgeBase | None = None) -> Assistant:
    """With every skill, at `NOW`; without a knowledge base only for what never asks it."""
    return Assistant(database, cast("KnowledgeBase", knowledge), CATALOG, lambda: NOW)
