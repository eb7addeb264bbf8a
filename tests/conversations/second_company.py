"""A second company for conversations: regions with several teams, products with long names, accounts that look alike.

Today is Monday 23 November 2026. Two people are called Julia, and Isdom and Tidewater each have two opportunities.
"""

import datetime as dt

from sqlmodel import Session, SQLModel

from store.engine import Database
from store.models import Account, Opportunity, Organisation, Person, Product, Quota, Stage, Team
from store.money import Money
from tests.conversations.company import NOW, STAGES

TEAMS = (
    ("East", "Americas"),
    ("West", "Americas"),
    ("DACH", "EMEA"),
    ("Nordics", "EMEA"),
    ("Greater China", "Asia-Pacific"),
)
PEOPLE = (
    ("Margaret Okafor", "admin", None, None),
    ("Priya Raman", "manager", "East", "Margaret Okafor"),
    ("Diego Salazar", "manager", "West", "Margaret Okafor"),
    ("Katrin Vogel", "manager", "DACH", "Margaret Okafor"),
    ("Chen Wei 陈伟", "manager", "Greater China", "Margaret Okafor"),
    ("Dana Whitfield", "rep", "East", "Priya Raman"),
    ("Marcus Bell", "rep", "East", "Priya Raman"),
    ("Sam Osei", "rep", "East", "Priya Raman"),
    ("Tyler Nakamura", "rep", "West", "Diego Salazar"),
    ("Julia Hartmann", "rep", "DACH", "Katrin Vogel"),
    ("Julia Kowalska", "rep", "Nordics", "Katrin Vogel"),
    ("Li Na 李娜", "rep", "Greater China", "Chen Wei 陈伟"),
    ("Zhang Lei 张磊", "rep", "Greater China", "Chen Wei 陈伟"),
)
PRODUCTS = ("Sense", "Watch", "Predict", "Onsite", "Care", "GTX Plus Pro", "MG Special")
OPEN = (
    ("Calloway Resins", "Watch", "Dana Whitfield", "Negotiation", "84300", "USD", "2026-12-04"),
    ("Isdom", "GTX Plus Pro", "Dana Whitfield", "Proposal", "5120", "USD", "2026-12-15"),
    ("Isdom", "MG Special", "Dana Whitfield", "Qualified", "12900", "USD", "2027-01-20"),
    ("Old Mill Bakeries", "Predict", "Dana Whitfield", "Discovery", "18450", "USD", "2027-02-26"),
    ("Tidewater Utilities", "Watch", "Dana Whitfield", "Pilot", "61200", "USD", "2026-12-18"),
    ("Fox Hollow Board", "Onsite", "Dana Whitfield", "Qualified", None, "USD", None),
    ("Kettle & Pine Snacks", "Care", "Dana Whitfield", "Proposal", "7750", "USD", "2026-11-27"),
    ("Tidewater Polymers", "Sense", "Marcus Bell", "Pilot", "40100", "USD", "2027-01-15"),
    ("Stonegate Beverages", "Watch", "Marcus Bell", "Proposal", "96000", "USD", "2026-12-22"),
    ("Juniper Packaging", "Sense", "Tyler Nakamura", "Discovery", "22340", "USD", "2027-02-12"),
    ("Nordland Molkerei", "Watch", "Julia Hartmann", "Proposal", "77400", "EUR", "2026-12-11"),
    ("Fjordfisk", "Predict", "Julia Kowalska", "Pilot", "31000", "EUR", "2027-01-08"),
    ("Huaxin Gear 华鑫齿轮", "Watch", "Li Na 李娜", "Proposal", "843000", "CNY", "2026-12-25"),
    ("Binjiang Water 滨江水务", "Predict", "Li Na 李娜", "Qualified", "123600", "CNY", "2027-01-22"),
    ("Ruifeng Fine Chemical 瑞丰精化", "Sense", "Li Na 李娜", "Negotiation", "560000", "CNY", "2026-12-10"),
    ("Taihe Grain 泰禾粮油", "Watch", "Zhang Lei 张磊", "Pilot", "301000", "CNY", "2027-01-29"),
)
CLOSED = (
    ("Isdom", "Care", "Dana Whitfield", "Won", "27350", "2026-10-14"),
    ("Calloway Resins", "Sense", "Dana Whitfield", "Won", "14200", "2026-05-06"),
    ("Nordland Molkerei", "Sense", "Julia Hartmann", "Won", "18420", "2026-08-14"),
    ("Fjordfisk", "Watch", "Julia Kowalska", "Won", "33300", "2026-09-02"),
    ("Juniper Packaging", "Watch", "Tyler Nakamura", "Won", "45010", "2026-10-30"),
    ("Huaxin Gear 华鑫齿轮", "Sense", "Li Na 李娜", "Won", "18000", "2026-11-05"),
    ("Stonegate Beverages", "Predict", "Marcus Bell", "Won", "12450", "2025-03-10"),
    ("Harvest Bend Foods", "Watch", "Dana Whitfield", "Lost", "51900", "2026-10-02"),
)


def build_second_company(database: Database) -> None:
    """Fill an empty, migrated database."""
    with database.writing() as session:
        _add(session, Organisation(name="Corvane", zone="America/New_York", currency="USD", sharing="team"))
        teams = {name: _add(session, Team(name=name, region=region)) for name, region in TEAMS}
        regions = dict(TEAMS)
        people: dict[str, int] = {}
        for name, role, team, manager in PEOPLE:
            handle = name.split()[0] if not name.startswith("Julia") else name.replace(" ", ".")
            person = Person(
                name=name,
                role=role,
                email=f"{handle.lower()}@corvane.example",
                slack_id=f"U{handle.upper()}",
                team_id=teams[team] if team else None,
                region=regions[team] if team else "",
                manager_id=people[manager] if manager else None,
            )
            people[name] = _add(session, person)
        stages = {
            name: _add(session, Stage(name=name, position=position, probability=chance))
            for position, (name, chance) in enumerate(STAGES, 1)
        }
        stages["Won"] = _add(session, Stage(name="Won", position=6, probability=100, kind="won", category="closed"))
        stages["Lost"] = _add(session, Stage(name="Lost", position=7, probability=0, kind="lost", category="omitted"))
        products = {name: _add(session, Product(name=name)) for name in PRODUCTS}
        named = dict.fromkeys([row[0] for row in OPEN] + [row[0] for row in CLOSED])
        accounts = {name: _add(session, Account(name=name)) for name in named}

        def opportunity(account: str, product: str, owner: str, stage: str, currency: str) -> Opportunity:
            return Opportunity(
                name=f"{account} – {product}",
                account_id=accounts[account],
                product_id=products[product],
                owner_id=people[owner],
                stage_id=stages[stage],
                currency=currency,
                opened_on=dt.date(2026, 4, 1),
                created_at=NOW,
                updated_at=NOW,
            )

        for account, product, owner, stage, amount, currency, close in OPEN:
            row = opportunity(account, product, owner, stage, currency)
            row.amount_minor = Money.of(amount, currency).minor if amount else None
            row.expected_close = dt.date.fromisoformat(close) if close else None
            _add(session, row)
        for account, product, owner, stage, amount, day in CLOSED:
            row = opportunity(account, product, owner, stage, "USD")
            row.amount_minor = Money.of(amount, "USD").minor
            row.status = stage.lower()
            row.booked_minor = row.amount_minor if stage == "Won" else None
            row.loss_reason = "Price" if stage == "Lost" else ""
            row.expected_close = row.closed_on = dt.date.fromisoformat(day)
            _add(session, row)
        for month in (10, 11, 12):
            for name, role, *_ in PEOPLE:
                if role == "rep":
                    _add(
                        session,
                        Quota(
                            person_id=people[name],
                            month=dt.date(2026, month, 1),
                            amount_minor=2_350_000,
                            currency="USD",
                            recorded_at=NOW,
                        ),
                    )


def _add(session: Session, row: SQLModel) -> int:
    session.add(row)
    session.flush()
    return int(getattr(row, "id", 0))
