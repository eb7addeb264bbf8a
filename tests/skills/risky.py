"""Opportunities of the small company with what warns of them: touches, moves, and one with which nothing is wrong."""

import datetime as dt
from typing import Any

from skills.contract import Audience
from skills.runner import Reply, confirm, get_actor
from store import change_log
from store.change_log import Author, FieldChange, RecordChange, RecordKind
from store.models import Activity, Contact, Opportunity, Person, Source
from tests.skills.company import (
    NOW,
    TODAY,
    Asking,
    Company,
    day,
)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def at(days: int) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def touch(company: Company, opportunity: int, days: int, direction: str = "in", contact: int | None = None) -> None:
    company.add(
        Activity(
            kind="email",
            direction=direction,
            occurred_at=at(days),
            person_id=company.people["Dana"],
            contact_id=contact,
            opportunity_id=opportunity,
        )
    )


def move(company: Company, opportunity: int, days: int, **fields: tuple[Any, Any]) -> str:
    """Change fields as Dana did so many days ago; the id of the change."""
    with company.database.writing() as session:
        row = session.get_one(Opportunity, opportunity)
        record = RecordChange(
            kind=RecordKind.OPPORTUNITY,
            id=opportunity,
            version=row.version,
            label=row.name,
            fields=tuple(
                FieldChange(field=name, old=change_log.to_json(old), new=change_log.to_json(new))
                for name, (old, new) in fields.items()
            ),
        )
        author = Author(company.people["Dana"], Source.FORM, at(days))
        return change_log.apply(session, [record], author, effective_on=ago(days)).change_id


def healthy(company: Company, name: str = "Fine", amount: str | None = "40000", **more: Any) -> int:
    """An opportunity of Dana's that no rule warns of."""
    values: dict[str, Any] = {
        "close": day(12, 18),
        "next_step": "call",
        "next_step_due": day(12, 1),
        "opened_on": ago(12),
    } | more
    made = company.open("Dana", amount, values.pop("stage", "Discovery"), name=name, **values)
    contacts = company.add(
        *(Contact(name=who, account_id=company.accounts["Acme"]) for who in ("Rosa Diaz", "Tim Lee"))
    )
    for contact in contacts:
        touch(company, made, 3, contact=contact)
    return made


def won_ones(company: Company, count: int, stage_days: int = 10) -> None:
    """Won opportunities that were in Discovery for so many days, and then were won ten days later."""
    for _ in range(count):
        deal = company.won("Dana", "30000", ago(5))
        with company.database.writing() as session:
            session.get_one(Opportunity, deal).opened_on = ago(15 + stage_days)
        move(company, deal, 15, stage_id=(company.stages["Discovery"], company.stages["Proposal"]))
        move(company, deal, 5, stage_id=(company.stages["Proposal"], company.stages["Won"]))


def yes(ask: Asking, reply: Reply) -> Reply:
    token = next(action.token for action in reply.answer.actions if action.kind == "confirm")
    with ask.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, ask.company.people["Vera"]))
    return confirm(ask.assistant, token, actor, Audience(), Source.BUTTON)
