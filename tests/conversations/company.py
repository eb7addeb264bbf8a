"""A company of eight people for conversations: small enough to know by heart, awkward enough to be misunderstood in.

Today is Monday 23 November 2026. Dana has two opportunities at Lakeshore Foods, and Sam one at Lakeshore Logistics.
"""

import datetime as dt

from sqlmodel import Session, SQLModel

from store.engine import Database
from store.models import Account, Opportunity, Organisation, Person, Product, Quota, Stage, Team
from store.money import Money

NOW = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)

STAGES = (("Discovery", 10), ("Qualified", 25), ("Pilot", 45), ("Proposal", 60), ("Negotiation", 80))
ACCOUNTS = (
    "Brandt Paper",
    "Lakeshore Foods",
    "Lakeshore Logistics",
    "Rio Claro Cement",
    "Huadong Water 华东水务",
    "Hallmere Chemicals",
    "Northgate Automotive",
    "Tessaro Dairy",
    "Globex",
)
PEOPLE = (
    ("Margaret Okafor", "admin", None, None),
    ("Priya Raman", "manager", "Americas East", "Margaret Okafor"),
    ("Katrin Vogel", "manager", "EMEA", "Margaret Okafor"),
    ("Chen Wei 陈伟", "manager", "Asia-Pacific", "Margaret Okafor"),
    ("Dana Whitfield", "rep", "Americas East", "Priya Raman"),
    ("Sam Osei", "rep", "Americas East", "Priya Raman"),
    ("Jürgen Krause", "rep", "EMEA", "Katrin Vogel"),
    ("Li Na 李娜", "rep", "Asia-Pacific", "Chen Wei 陈伟"),
)
OPEN = (
    ("Brandt Paper", "Watch", "Dana Whitfield", "Proposal", "62400", "USD", "2026-12-11"),
    ("Lakeshore Foods", "Watch", "Dana Whitfield", "Pilot", "48300", "USD", "2027-01-29"),
    ("Lakeshore Foods", "Predict", "Dana Whitfield", "Discovery", "21700", "USD", "2027-03-31"),
    ("Hallmere Chemicals", "Sense", "Dana Whitfield", "Negotiation", "131250", "USD", "2026-11-30"),
    ("Northgate Automotive", "Watch", "Dana Whitfield", "Qualified", None, "USD", None),
    ("Tessaro Dairy", "Care", "Dana Whitfield", "Discovery", "9800", "USD", "2026-12-18"),
    ("Rio Claro Cement", "Sense", "Sam Osei", "Discovery", "33150", "USD", "2027-02-12"),
    ("Lakeshore Logistics", "Watch", "Sam Osei", "Qualified", "17900", "USD", "2027-01-15"),
    ("Globex", "Watch", "Jürgen Krause", "Proposal", "54000", "EUR", "2026-12-04"),
    ("Huadong Water 华东水务", "Watch", "Li Na 李娜", "Pilot", "380000", "CNY", "2026-12-25"),
)
WON = (
    ("Brandt Paper", "Sense", "Dana Whitfield", "27350", "2026-10-14"),
    ("Globex", "Sense", "Jürgen Krause", "18420", "2026-10-14"),
    ("Rio Claro Cement", "Care", "Sam Osei", "6150", "2026-08-20"),
)


def build_company(database: Database) -> None:
    """Fill an empty, migrated database."""
    with database.writing() as session:
        _add(session, Organisation(name="Corvane", zone="America/New_York", currency="USD", sharing="team"))
        teams = {name: _add(session, Team(name=name)) for name in ("Americas East", "EMEA", "Asia-Pacific")}
        people: dict[str, int] = {}
        for name, role, team, manager in PEOPLE:
            person = Person(
                name=name,
                role=role,
                email=f"{name.split()[0].lower().replace('ü', 'u')}@corvane.example",
                slack_id=f"U{name.split()[0].upper().replace('Ü', 'U')}",
                team_id=teams[team] if team else None,
                manager_id=people[manager] if manager else None,
            )
            people[name] = _add(session, person)
        stages = {
            name: _add(session, Stage(name=name, position=position, probability=chance))
            for position, (name, chance) in enumerate(STAGES, 1)
        }
        stages["Won"] = _add(session, Stage(name="Won", position=6, probability=100, kind="won", category="closed"))
        stages["Lost"] = _add(session, Stage(name="Lost", position=7, probability=0, kind="lost", category="omitted"))
        products = {name: _add(session, Product(name=name)) for name in ("Sense", "Watch", "Predict", "Onsite", "Care")}
        accounts = {name: _add(session, Account(name=name)) for name in ACCOUNTS}
        for account, product, owner, stage, amount, currency, close in OPEN:
            opportunity = _opportunity(account, product, accounts, products, people[owner], stages[stage])
            opportunity.currency = currency
            opportunity.amount_minor = Money.of(amount, currency).minor if amount else None
            opportunity.expected_close = dt.date.fromisoformat(close) if close else None
            _add(session, opportunity)
        for account, product, owner, amount, day in WON:
            opportunity = _opportunity(account, product, accounts, products, people[owner], stages["Won"])
            opportunity.status = "won"
            opportunity.amount_minor = opportunity.booked_minor = Money.of(amount, "USD").minor
            opportunity.closed_on = dt.date.fromisoformat(day)
            _add(session, opportunity)
        for month in (10, 11, 12):
            for name in ("Dana Whitfield", "Sam Osei", "Jürgen Krause", "Li Na 李娜"):
                _add(
                    session,
                    Quota(
                        person_id=people[name],
                        month=dt.date(2026, month, 1),
                        amount_minor=4_150_000,
                        currency="USD",
                        recorded_at=NOW,
                    ),
                )


def _opportunity(
    account: str, product: str, accounts: dict[str, int], products: dict[str, int], owner: int, stage: int
) -> Opportunity:
    return Opportunity(
        name=f"{account} – {product}",
        account_id=accounts[account],
        product_id=products[product],
        owner_id=owner,
        stage_id=stage,
        currency="USD",
        opened_on=dt.date(2026, 9, 1),
        created_at=NOW,
        updated_at=NOW,
    )


def _add(session: Session, row: SQLModel) -> int:
    session.add(row)
    session.flush()
    return int(getattr(row, "id", 0))
