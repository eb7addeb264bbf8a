"""Writing the company into the tables, in bulk and in one transaction."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel, select

from store.change_log import CREATED, RecordKind, to_json
from store.demo import catalogue as terms
from store.demo import ledgers
from store.demo.activity import Touch, moment
from store.demo.companies import PARENTS
from store.demo.company import Company, Sale
from store.demo.dice import Dice
from store.demo.history import whole
from store.demo.learning import SHARED
from store.demo.ledgers import Row, numbered
from store.demo.people import (
    IDS,
    MEMBERS,
    OFF_BOARDS,
    QUIET,
    TEAM_IDS,
    TEAMS,
    left_on,
    manager_of,
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
    CreditSplit,
    ExchangeRate,
    ForecastSubmission,
    Leave,
    LossReason,
    Opportunity,
    OpportunityContact,
    Organisation,
    Payment,
    Person,
    Product,
    QuizAnswer,
    Quota,
    QuotaAcceptance,
    Region,
    RiskSnooze,
    RiskThreshold,
    Snapshot,
    Source,
    Stage,
    StepMark,
    Team,
)


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
        _write_ledgers(session, company)
        progress("Writing snapshots")
        _put(session, Snapshot, list_snapshots(company))
        if not database.is_sqlite:
            _advance_sequences(session)


def _put(session: Session, model: type[SQLModel], rows: Iterable[Row]) -> None:
    listed = list(rows)
    if listed:
        # One statement for all rows: by way of the session there is one for each pattern of empty fields.
        session.connection().execute(insert(model), listed)


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
    _put(session, Region, ledgers.list_regions())
    _put(session, CalendarDay, ledgers.list_calendar_days(company))
    rates = [{"currency": c, "kind": kind, "valid_from": start, "rate": rate} for c, kind, start, rate in company.rates]
    _put(session, ExchangeRate, numbered(rates))
    _put(session, Team, [{"id": TEAM_IDS[name], "name": name, "region": region} for name, region, _ in TEAMS])
    # Managers come first in the list, so that everybody's manager is there before them.
    _put(session, Person, list_people(company.day))
    stages = [
        {
            "name": name,
            "position": number,
            "kind": kind,
            "probability": percent,
            "category": category,
            "qualified": number >= terms.QUALIFIED_FROM,
        }
        for number, (name, kind, percent, category) in enumerate(terms.STAGES, start=1)
    ]
    _put(session, Stage, numbered(stages))
    products = [
        {"name": name, "family": family, "list_price_minor": price, "unit_cost_minor": cost, "currency": "USD"}
        for name, family, price, cost in terms.PRODUCTS
    ]
    _put(session, Product, numbered(products))
    _put(session, LossReason, ledgers.list_loss_reasons())
    _put(session, Leave, ledgers.list_leave(company))
    _put(session, Quota, ledgers.list_quotas(company.targets))


def _write_ledgers(session: Session, company: Company) -> None:
    _put(session, CreditSplit, ledgers.list_splits(company))
    _put(session, Payment, ledgers.list_payments(company))
    _put(session, ForecastSubmission, ledgers.list_submissions(company))
    _put(session, QuotaAcceptance, ledgers.list_acceptances(company))
    _put(session, RiskThreshold, ledgers.list_thresholds())
    _put(session, RiskSnooze, ledgers.list_snoozes(company))
    _put(session, StepMark, ledgers.list_marks(company))
    _put(session, QuizAnswer, ledgers.list_replies(company))


def list_people(day: dt.date) -> list[Row]:
    rows = []
    for member in MEMBERS:
        person_id = IDS[member.name]
        quiet_from, quiet_until = QUIET.get(member.name, ("", ""))
        rows.append(
            {
                "id": person_id,
                "name": member.name,
                "email": member.email,
                "slack_id": member.slack_id,
                "role": member.role.value,
                "title": member.title,
                "manager_id": manager_of(member),
                "team_id": TEAM_IDS.get(member.team),
                "region": region_of(member),
                "zone": member.zone,
                "locale": member.locale,
                "active_from": started_on(member, day),
                "active_to": left_on(member, day),
                "on_boards": member.name not in OFF_BOARDS,
                "quiet_from": quiet_from,
                "quiet_until": quiet_until,
                "shares_progress": True if member.name in SHARED else None,
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
    _put(session, OpportunityContact, numbered(roles))
    for record in ledgers.list_logged(company):
        log.add_record(*record)
    _put(session, ChangeEntry, numbered(log.rows()))
    touches += [_activity(None, account_id, touch) for account_id, touch in company.tries]
    _put(session, Activity, numbered(sorted(touches, key=lambda row: (row["occurred_at"], row["contact_id"]))))


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
        "version": 1,
    }


def _activity(opportunity_id: int | None, account_id: int, touch: Touch) -> Row:
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
            self._add(at, opportunity_id, edit.version, shared, changes)
            times.append(at)
        return times

    def add_record(
        self, kind: RecordKind, record_id: int, label: str, at: dt.datetime, by: int, reason: str, fields: Row
    ) -> None:
        """A record of another kind that somebody has added."""
        shared: Row = {
            "change_id": self.dice.token(),
            "record_kind": kind.value,
            "record_id": record_id,
            "version": 1,
            "reason": reason,
            "source": Source.DEMO.value,
            "actor_id": by,
            "recorded_at": at,
            "effective_on": at.date(),
            "undoes": None,
        }
        given = [(name, None, value) for name, value in fields.items() if name != "id"]
        self._add(at, record_id, 1, shared, [(CREATED, None, label), *given])

    def _add(
        self, at: dt.datetime, record_id: int, version: int, shared: Row, changes: Sequence[tuple[str, object, object]]
    ) -> None:
        entries = [{**shared, "field": f, "old": _json(old), "new": _json(new)} for f, old, new in changes]
        self._edits.append((at, record_id, version, entries))

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


NUMBERED: Sequence[type[SQLModel]] = (
    Account, Activity, CalendarDay, ChangeEntry, Contact, CreditSplit, ExchangeRate, ForecastSubmission, Leave,
    LossReason, Opportunity, Payment, Person, Product, QuizAnswer, Quota, QuotaAcceptance, Region, RiskSnooze,
    RiskThreshold, Stage, StepMark, Team,
)  # fmt: skip


def _advance_sequences(session: Session) -> None:
    """PostgreSQL numbers from its own sequences, which do not notice numbers that were given."""
    for model in NUMBERED:
        table = str(model.__tablename__)
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))
