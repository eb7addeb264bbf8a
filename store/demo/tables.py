"""Writing the company into the tables, in bulk and in one transaction."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel, select

from store.change_log import CREATED, to_json
from store.demo import catalogue as terms
from store.demo.activity import Touch, moment
from store.demo.companies import PARENTS
from store.demo.company import Company, Sale
from store.demo.dice import Dice
from store.demo.history import whole
from store.demo.money import Target
from store.demo.people import (
    IDS,
    MANAGER_OF,
    MEMBERS,
    TEAM_IDS,
    TEAMS,
    VP,
    left_on,
    region_of,
    started_on,
)
from store.engine import Database
from store.models import (
    Account,
    Activity,
    BuyingRole,
    CalendarDay,
    ChangeEntry,
    Contact,
    ExchangeRate,
    Opportunity,
    OpportunityContact,
    Organisation,
    Person,
    Product,
    Quota,
    Role,
    Snapshot,
    Source,
    Stage,
    Team,
)

Row = dict[str, Any]


@dataclass
class NotEmpty(Exception):
    """The database holds people already; the demo company would mix with them."""

    people: int


def write(database: Database, company: Company, progress: Callable[[str], None]) -> None:
    """Raises `NotEmpty` where there are people already; nothing is written then."""
    with database.writing() as session:
        if people := len(session.exec(select(Person.id)).all()):
            raise NotEmpty(people)
        for row in session.exec(select(Organisation)):
            session.delete(row)
        session.flush()
        progress("Writing people and customers")
        _write_base(session, company)
        _write_customers(session, company)
        progress("Writing opportunities and their history")
        _write_sales(session, company)
        progress("Writing snapshots")
        _put(session, Snapshot, list_snapshots(company))
        if not database.is_sqlite:
            _advance_sequences(session)


def _put(session: Session, model: type[SQLModel], rows: Iterable[Row]) -> None:
    listed = list(rows)
    if listed:
        session.execute(insert(model), listed)


def _write_base(session: Session, company: Company) -> None:
    organisation: Row = {
        "id": 1,
        "name": "Corvane",
        "zone": "America/New_York",
        "currency": "USD",
        "fiscal_start_month": 2,
        "fiscal_year_named_by": "end",
        "working_days": "mon,tue,wed,thu,fri",
        "sharing": "team",
    }
    _put(session, Organisation, [organisation])
    special = [
        {"region": region, "day": day, "works": works, "name": name}
        for region, days in company.days.special.items()
        for day, (works, name) in sorted(days.items())
        if abs(day.year - company.day.year) <= 3
    ]
    _put(session, CalendarDay, _numbered(special))
    rates = [{"currency": c, "kind": kind, "valid_from": start, "rate": rate} for c, kind, start, rate in company.rates]
    _put(session, ExchangeRate, _numbered(rates))
    _put(session, Team, [{"id": TEAM_IDS[name], "name": name, "region": region} for name, region, _ in TEAMS])
    # Managers come first in the list, so that everybody's manager is there before them.
    _put(session, Person, list_people(company.day))
    stages = [
        {"name": name, "position": number, "kind": kind, "probability": percent, "category": category}
        for number, (name, kind, percent, category) in enumerate(terms.STAGES, start=1)
    ]
    _put(session, Stage, _numbered(stages))
    products = [
        {"name": name, "family": family, "list_price_minor": price, "currency": "USD", "active": True}
        for name, family, price in terms.PRODUCTS
    ]
    _put(session, Product, _numbered(products))
    _put(session, Quota, _numbered(_quota_row(target) for target in company.targets))


def _quota_row(target: Target) -> Row:
    recorded = dt.datetime.combine(target.recorded_on, dt.time(15, 30), dt.UTC)
    return {
        "person_id": target.person_id,
        "team_id": target.team_id,
        "metric": "booked",
        "month": target.month,
        "amount_minor": target.minor,
        "currency": target.currency,
        "version": target.version,
        "reason": target.reason,
        "recorded_at": recorded,
    }


def list_people(day: dt.date) -> list[Row]:
    rows = []
    for member in MEMBERS:
        person_id = IDS[member.name]
        manager = VP if member.role is not Role.REP else MANAGER_OF[member.team]
        rows.append(
            {
                "id": person_id,
                "name": member.name,
                "email": member.email,
                "slack_id": member.slack_id,
                "role": member.role.value,
                "title": member.title,
                "manager_id": None if person_id == VP else manager,
                "team_id": TEAM_IDS.get(member.team),
                "region": region_of(member),
                "zone": member.zone,
                "locale": member.locale,
                "active_from": started_on(member, day),
                "active_to": left_on(member, day),
            }
        )
    return rows


def _write_customers(session: Session, company: Company) -> None:
    dice = Dice(company.seed, "firmographics")
    ids = {customer.name: customer.id for customer in company.customers}
    accounts = [
        {
            "id": customer.id,
            "name": customer.name,
            "industry": customer.industry,
            "region": customer.region,
            "country": customer.country,
            "website": f"https://www.{customer.domain}",
            "employees": (employees := dice.middling(70, 4_800)),
            "founded_year": company.day.year - dice.middling(9, 118),
            "annual_revenue_minor": employees * dice.whole(171_300, 412_900) * 100,
            "currency": customer.currency,
            "parent_id": None,
            "owner_id": customer.owner_id,
        }
        for customer in company.customers
    ]
    for row in accounts:
        row["parent_id"] = ids.get(PARENTS.get(str(row["name"]), ""))
    # A company stands after the one that it belongs to.
    _put(session, Account, sorted(accounts, key=lambda row: (row["parent_id"] is not None, row["id"])))
    contacts = [
        {
            "id": person.id,
            "account_id": customer.id,
            "name": person.name,
            "email": person.email,
            "phone": "",
            "title": person.title,
        }
        for customer in company.customers
        for person in customer.people
    ]
    _put(session, Contact, contacts)


def _write_sales(session: Session, company: Company) -> None:
    log = _Log(Dice(company.seed, "log"))
    rows, roles, touches = [], [], []
    dice = Dice(company.seed, "roles")
    role_of = {person.id: person.role for customer in company.customers for person in customer.people}
    for number, sale in enumerate(company.sales, start=1):
        times = log.add(number, sale)
        state = sale.history.current
        rows.append({**state, "id": number, "version": len(times), "created_at": times[0], "updated_at": times[-1]})
        roles += [_role(dice, number, contact, role_of[contact]) for contact in sale.deal.contacts]
        touches += [_activity(number, whole(state["account_id"]), touch) for touch in sale.touches]
    _put(session, Opportunity, rows)
    _put(session, OpportunityContact, roles)
    _put(session, ChangeEntry, _numbered(log.rows()))
    _put(session, Activity, _numbered(sorted(touches, key=lambda row: (row["occurred_at"], row["opportunity_id"]))))


def _role(dice: Dice, opportunity_id: int, contact_id: int, role: str) -> Row:
    stance = dice.weighted({-1: 12, 0: 26, 1: 44, 2: 18})
    if role == BuyingRole.CHAMPION:
        stance = max(stance, 1)
    influence = dice.whole(3, 5) if role in (BuyingRole.DECISION_MAKER, BuyingRole.ECONOMIC_BUYER) else dice.whole(1, 4)
    return {
        "opportunity_id": opportunity_id,
        "contact_id": contact_id,
        "role": role,
        "influence": influence,
        "stance": stance,
    }


def _activity(opportunity_id: int, account_id: int, touch: Touch) -> Row:
    return {
        "kind": touch.kind,
        "direction": touch.direction,
        "occurred_at": touch.at,
        "duration_minutes": touch.minutes,
        "outcome": touch.outcome,
        "note": touch.note,
        "person_id": touch.person_id,
        "account_id": account_id,
        "contact_id": touch.contact_id,
        "opportunity_id": opportunity_id,
        "version": 1,
    }


class _Log:
    """Collects the entries of all opportunities, and puts them in the order in which they were made."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self._edits: list[tuple[dt.datetime, int, int, list[Row]]] = []

    def add(self, opportunity_id: int, sale: Sale) -> list[dt.datetime]:
        """The moments of its edits, in order."""
        times = []
        for edit in sale.history.edits:
            at = moment(self.dice, edit.day, edit.by)
            shared: Row = {
                "change_id": self.dice.token(),
                "record_kind": "opportunity",
                "record_id": opportunity_id,
                "version": edit.version,
                "reason": edit.reason,
                "source": Source.DEMO.value,
                "actor_id": edit.by,
                "recorded_at": at,
                "effective_on": edit.day,
                "undoes": None,
            }
            changes: list[tuple[str, object, object]] = [(f, *pair) for f, pair in edit.changes.items()]
            if edit.version == 1:
                changes = [(CREATED, None, edit.changes["name"][1]), *((f, None, new) for f, _, new in changes)]
            entries = [{**shared, "field": f, "old": _json(old), "new": _json(new)} for f, old, new in changes]
            self._edits.append((at, opportunity_id, edit.version, entries))
            times.append(at)
        return times

    def rows(self) -> Iterator[Row]:
        for *_, entries in sorted(self._edits, key=lambda edit: edit[:3]):
            yield from entries


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(to_json(value), ensure_ascii=False)


def list_snapshots(company: Company) -> Iterator[Row]:
    """Every opportunity that was open at the end of a day on which one was taken, as its history tells."""
    days = company.list_snapshot_days()
    for number, sale in enumerate(company.sales, start=1):
        ended = sale.history.edits[-1].day
        for day in days:
            if day < sale.deal.opened:
                continue
            state = sale.history.current if day >= ended else sale.history.at(day)
            if state is None or state["status"] != "open":
                if day >= ended:
                    break
                continue
            yield {
                "taken_on": day,
                "opportunity_id": number,
                "owner_id": state["owner_id"],
                "stage_id": state["stage_id"],
                "amount_minor": state["amount_minor"],
                "currency": state["currency"],
                "expected_close": state["expected_close"],
                "category": state["category"],
            }


def _numbered(rows: Iterable[Row]) -> list[Row]:
    return [{"id": number, **row} for number, row in enumerate(rows, start=1)]


NUMBERED: Sequence[type[SQLModel]] = (
    Account, Activity, CalendarDay, ChangeEntry, Contact, ExchangeRate,
    Opportunity, Person, Product, Quota, Stage, Team,
)  # fmt: skip


def _advance_sequences(session: Session) -> None:
    """PostgreSQL numbers from its own sequences, which do not notice numbers that were given."""
    for model in NUMBERED:
        table = str(model.__tablename__)
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))
