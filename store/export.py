"""Records as tables that spreadsheets open and `import` takes back."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from store.models import (
    Account,
    Activity,
    CalendarDay,
    Contact,
    CreditSplit,
    ExchangeRate,
    Leave,
    LossReason,
    Opportunity,
    Payment,
    Person,
    Product,
    Quota,
    Stage,
    Team,
)
from store.money import Money
from store.scope import Scope

WHOLE_COMPANY = "company"
"""Stands in the column of regions where a quota is the whole organisation's."""
Table = tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]
"""Headers, and rows of the same width."""


def list_table(session: Session, scope: Scope, kind: str) -> Table:
    """All records of a kind ("people", "accounts" …) whose owner is in scope; what belongs to nobody is everybody's.

    Raises `KeyError` for a kind that there is not.
    """
    return TABLES[kind](session, scope)


def _people(session: Session, scope: Scope) -> Table:
    """Managers by e-mail where they have one, since names may be double."""
    people = {row.id: row for row in session.exec(select(Person))}
    teams = _names(session, Team)
    header = (
        "id", "name", "email", "slack_id", "role", "title", "manager", "team", "region", "zone", "locale",
        "active_from", "active_to",
    )  # fmt: skip

    def manager(row: Person) -> str | None:
        boss = people.get(row.manager_id)
        return (boss.email or boss.name) if boss else None

    return header, (
        (row.external_id, row.name, row.email, row.slack_id, row.role, row.title, manager(row), teams.get(row.team_id),
         row.region, row.zone, row.locale, row.active_from, row.active_to)
        for row in people.values()
        if scope.allows(row.id)
    )  # fmt: skip


def _accounts(session: Session, scope: Scope) -> Table:
    names, people = _names(session, Account), _names(session, Person)
    header = (
        "id", "name", "industry", "region", "country", "website", "employees", "founded_year", "revenue", "currency",
        "parent", "owner",
    )  # fmt: skip
    return header, (
        (row.external_id, row.name, row.industry, row.region, row.country, row.website, row.employees,
         row.founded_year, units(row.annual_revenue_minor, row.currency), row.currency, names.get(row.parent_id),
         people.get(row.owner_id))
        for row in session.exec(select(Account).order_by(col(Account.id)))
        if row.owner_id is None or scope.allows(row.owner_id)
    )  # fmt: skip


def _contacts(session: Session, scope: Scope) -> Table:
    accounts = {row.id: row for row in session.exec(select(Account))}
    visible = {None} | {
        number for number, row in accounts.items() if row.owner_id is None or scope.allows(row.owner_id)
    }
    return ("id", "name", "email", "phone", "title", "account"), (
        (row.external_id, row.name, row.email, row.phone, row.title,
         accounts[row.account_id].name if row.account_id else None)
        for row in session.exec(select(Contact).order_by(col(Contact.id)))
        if row.account_id in visible
    )  # fmt: skip


def _products(session: Session, _scope: Scope) -> Table:
    return ("id", "name", "family", "price", "cost", "currency", "active"), (
        (row.external_id, row.name, row.family, units(row.list_price_minor, row.currency),
         units(row.unit_cost_minor, row.currency), row.currency,
         "yes" if row.active else "no")
        for row in session.exec(select(Product).order_by(col(Product.id)))
    )  # fmt: skip


def _opportunities(session: Session, scope: Scope) -> Table:
    accounts, people = _names(session, Account), _names(session, Person)
    products, stages = _names(session, Product), _names(session, Stage)
    header = (
        "id", "name", "account", "owner", "product", "stage", "amount", "currency", "quantity",
        "created_date", "close_date", "forecast_category", "next_step", "next_step_due", "source",
        "competitor", "loss_reason",
    )  # fmt: skip
    query = select(Opportunity).where(scope.clause(Opportunity.owner_id)).order_by(col(Opportunity.id))
    return header, (
        (row.external_id, row.name, accounts.get(row.account_id), people.get(row.owner_id),
         products.get(row.product_id), stages.get(row.stage_id), units(row.amount_minor, row.currency), row.currency,
         row.quantity, row.opened_on, row.closed_on or row.expected_close, row.category.replace("_", " "),
         row.next_step, row.next_step_due, row.source, row.competitor, row.loss_reason)
        for row in session.exec(query)
    )  # fmt: skip


def _activities(session: Session, scope: Scope) -> Table:
    """Opportunities by their id where they have one."""
    people, accounts, contacts = _names(session, Person), _names(session, Account), _names(session, Contact)
    opportunities = {row.id: row.external_id or row.name for row in session.exec(select(Opportunity))}
    header = (
        "id", "kind", "when", "person", "account", "contact", "opportunity", "direction", "duration", "outcome", "note",
    )  # fmt: skip
    query = select(Activity).where(scope.clause(Activity.person_id)).order_by(col(Activity.id))
    return header, (
        (row.external_id, row.kind, row.occurred_at.isoformat(), people.get(row.person_id),
         accounts.get(row.account_id), contacts.get(row.contact_id), opportunities.get(row.opportunity_id),
         row.direction, row.duration_minutes, row.outcome, row.note)
        for row in session.exec(query)
    )  # fmt: skip


def _quotas(session: Session, scope: Scope) -> Table:
    """The quotas that count: of each month its highest version."""
    people, teams = _names(session, Person), _names(session, Team)
    newest = {
        (row.person_id, row.team_id, row.region, row.metric, row.level, row.month): row
        for row in session.exec(select(Quota).order_by(col(Quota.version)))
        if row.person_id is None or scope.allows(row.person_id)
    }
    header = (
        "person", "team", "region", "month", "amount", "currency", "metric", "level", "ramp_percent", "reason",
    )  # fmt: skip

    def region(row: Quota) -> str:
        return row.region if row.person_id or row.team_id or row.region else WHOLE_COMPANY

    return header, (
        (people.get(row.person_id), teams.get(row.team_id), region(row), f"{row.month:%Y-%m}",
         units(row.amount_minor, row.currency) if row.currency else row.amount_minor, row.currency,
         row.metric, row.level, row.ramp_percent, row.reason)
        for row in newest.values()
    )  # fmt: skip


def _leave(session: Session, scope: Scope) -> Table:
    people = _names(session, Person)
    return ("id", "person", "first_day", "last_day", "kind"), (
        (row.external_id, people.get(row.person_id), row.first_day, row.last_day, row.kind)
        for row in session.exec(select(Leave).where(scope.clause(Leave.person_id)).order_by(col(Leave.id)))
    )


def _holidays(session: Session, _scope: Scope) -> Table:
    return ("day", "region", "works", "name"), (
        (row.day, row.region, "yes" if row.works else "no", row.name)
        for row in session.exec(select(CalendarDay).order_by(col(CalendarDay.day), col(CalendarDay.region)))
    )


def _deal_names(session: Session, scope: Scope) -> Mapping[int | None, str]:
    """Opportunities by their id where they have one, else by name."""
    query = select(Opportunity).where(scope.clause(Opportunity.owner_id))
    return {row.id: row.external_id or row.name for row in session.exec(query)}


def _splits(session: Session, scope: Scope) -> Table:
    people, deals = _names(session, Person), _deal_names(session, scope)
    return ("opportunity", "person", "share", "kind"), (
        (deals[row.opportunity_id], people.get(row.person_id), f"{row.share // 100}.{row.share % 100:02d}", row.kind)
        for row in session.exec(select(CreditSplit).order_by(col(CreditSplit.id)))
        if row.opportunity_id in deals
    )


def _payments(session: Session, scope: Scope) -> Table:
    deals = _deal_names(session, scope)
    return ("id", "opportunity", "paid_on", "amount", "currency"), (
        (row.external_id, deals[row.opportunity_id], row.paid_on, units(row.amount_minor, row.currency), row.currency)
        for row in session.exec(select(Payment).order_by(col(Payment.id)))
        if row.opportunity_id in deals
    )


def _rates(session: Session, _scope: Scope) -> Table:
    query = select(ExchangeRate).order_by(
        col(ExchangeRate.currency), col(ExchangeRate.kind), col(ExchangeRate.valid_from)
    )
    return ("currency", "valid_from", "rate", "kind"), (
        (row.currency, row.valid_from, row.rate, row.kind) for row in session.exec(query)
    )


def _stages(session: Session, _scope: Scope) -> Table:
    return ("position", "name", "kind", "probability", "category", "qualified"), (
        (row.position, row.name, row.kind, row.probability, row.category.replace("_", " "),
         "yes" if row.qualified else "no")
        for row in session.exec(select(Stage).order_by(col(Stage.position)))
    )  # fmt: skip


def _loss_reasons(session: Session, _scope: Scope) -> Table:
    return ("name", "position", "no_decision"), (
        (row.name, row.position, "yes" if row.no_decision else "no")
        for row in session.exec(select(LossReason).order_by(col(LossReason.position), col(LossReason.id)))
    )


def _names(session: Session, model: type[SQLModel]) -> Mapping[int | None, str]:
    table: Any = model.__table__  # type: ignore[attr-defined]
    return {row.id: row.name for row in session.connection().execute(select(table.c.id, table.c.name))}


def units(minor: int | None, currency: str | None) -> str | None:
    """An amount with its decimals, as a spreadsheet writes it."""
    return None if minor is None or currency is None else f"{Money(minor, currency).units:f}"


TABLES: Mapping[str, Callable[[Session, Scope], Table]] = {
    "people": _people,
    "accounts": _accounts,
    "contacts": _contacts,
    "products": _products,
    "opportunities": _opportunities,
    "activities": _activities,
    "quotas": _quotas,
    "leave": _leave,
    "holidays": _holidays,
    "splits": _splits,
    "payments": _payments,
    "rates": _rates,
    "stages": _stages,
    "loss-reasons": _loss_reasons,
}
