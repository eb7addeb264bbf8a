"""What tests of onboarding share: a company with the demo playbook, and what people see of their path."""

import datetime as dt
from typing import Any

from knowledge_base import KnowledgeBase
from skills.answer import Paragraph
from skills.catalog import CATALOG
from skills.contract import Audience
from skills.runner import Assistant, Reply
from store.change_log import RecordKind
from store.models import Activity, ChangeEntry, Person, Source
from store.scope import Scope
from tests.skills.company import NOW, Asking, Company, buttons, english, rows

CHANNEL = Audience(channel="C1", name="#deals", scope=Scope.everybody())
QUIZ_STEP = "Product, prices and security"


def at(company: Company, knowledge: KnowledgeBase, now: dt.datetime) -> Asking:
    return Asking(company, Assistant(company.database, knowledge, CATALOG, lambda: now))


def later(asking: Asking, days: int) -> Asking:
    return at(asking.company, asking.assistant.knowledge, asking.assistant.clock() + dt.timedelta(days=days))


def set_person(company: Company, name: str, **values: Any) -> None:
    with company.database.writing() as session:
        person = session.get(Person, company.people[name])
        assert person is not None
        for field, new in values.items():
            setattr(person, field, new)


def press(asking: Asking, who: str, reply: Reply, label: str) -> Reply:
    invocation = buttons(reply)[label]
    assert invocation is not None
    return asking(who, invocation.skill, **invocation.params)


def due_days(reply: Reply) -> dict[str, str]:
    return {row[0]: row[2] for row in rows(reply)}


def stands(reply: Reply) -> dict[str, str]:
    return {row[0]: row[4] for row in rows(reply)}


def evidence(reply: Reply) -> dict[str, str]:
    return {row[0]: row[5] for row in rows(reply)}


def moved(company: Company, opportunity: int, stage: str, on: dt.date, undoes: str | None = None) -> str:
    """The opportunity came into the stage on that day, by the log."""
    change_id = f"{opportunity}-{stage}-{on}-{undoes}"
    company.add(
        ChangeEntry(
            change_id=change_id,
            record_kind=RecordKind.OPPORTUNITY,
            record_id=opportunity,
            version=2,
            field="stage_id",
            old=None,
            new=str(company.stages[stage]),
            source=Source.SENTENCE,
            actor_id=company.people["Sam"],
            recorded_at=NOW,
            effective_on=on,
            undoes=undoes,
        )
    )
    return change_id


def met(company: Company, who: str, on: dt.datetime, kind: str = "meeting") -> None:
    company.add(Activity(kind=kind, occurred_at=on, person_id=company.people[who], account_id=company.accounts["Acme"]))


def why(reply: Reply) -> list[str]:
    said = [english(block.text) for block in reply.answer.blocks if isinstance(block, Paragraph)]
    return [words for words in said if words.startswith("**Why it matters**")]
