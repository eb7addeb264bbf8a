"""Whoever answers for cards is sent, every Monday, what is due and what was asked in vain; unasked, and only then."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import KnowledgeBase, KnowledgeSettings
from scheduler.reports import Outcome, Reports
from skills.answer import Bullets
from skills.stewards import add_standing_orders
from store.models import Organisation, Person, Question, ReportSchedule, ScheduleStatus
from tests.scheduler.conftest import GRACE, Desk, answer_of, english, utc, words_of

LUNCH = """---
title: Sales lunch
owner: {owner}
verified: {verified}
review_every: 30d
questions: ['When is the sales lunch?']
---

# Sales lunch

The sales lunch is on Thursdays at 12:40.
"""
MONDAY = "2026-11-23T14:00"
"""Nine o'clock in New York, on the Monday after the desk's Wednesday."""


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    folder = tmp_path / "playbook"
    folder.mkdir()
    return folder


@pytest.fixture
def knowledge(desk: Desk, tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path / "home"), lambda: desk.now) as knowledge:
        desk.assistant = replace(desk.assistant, knowledge=knowledge)
        desk.reports = Reports(desk.assistant, GRACE)
        yield knowledge


def write(knowledge: KnowledgeBase, playbook: Path, *, owner: str = "Dana Whitfield", verified: str) -> None:
    (playbook / "lunch.md").write_text(LUNCH.format(owner=owner, verified=verified))
    knowledge.add([playbook])


def schedules(desk: Desk) -> list[ReportSchedule]:
    with desk.company.database.session() as session:
        return list(session.exec(select(ReportSchedule).order_by(ReportSchedule.id)).all())  # type: ignore[arg-type]


def test_an_owner_whose_card_is_due_is_sent_it_on_monday(desk: Desk, knowledge: KnowledgeBase, playbook: Path) -> None:
    write(knowledge, playbook, verified="2026-08-01")
    assert add_standing_orders(desk.assistant) == 1
    assert add_standing_orders(desk.assistant) == 0, "once"
    (order,) = schedules(desk)
    assert (order.owner_id, order.skill, order.zone) == (desk.company.people["Dana"], "verify", "America/New_York")
    assert desk.settle(order.id or 0, "2026-11-23T13:59").outcome is Outcome.NOTHING_DUE
    assert desk.settle(order.id or 0, MONDAY).outcome is Outcome.ENQUEUED
    (message,) = desk.outbox()
    assert message.person_id == desk.company.people["Dana"]
    (cards,) = [block for block in answer_of(message).blocks if isinstance(block, Bullets)]
    assert "Sales lunch" in english(cards.items[0])
    labels = [english(action.label) for action in answer_of(message).actions]
    assert labels[:2] == ["Still true", "Out of date"]
    assert "Delete this report" in labels
    assert "You did not ask for it" in words_of(message)
    assert "Scheduled by" not in words_of(message)


def test_a_week_with_nothing_to_do_is_silent(desk: Desk, knowledge: KnowledgeBase, playbook: Path) -> None:
    write(knowledge, playbook, verified="2026-08-01")
    add_standing_orders(desk.assistant)
    (order,) = schedules(desk)
    write(knowledge, playbook, verified="2026-11-20")
    assert desk.settle(order.id or 0, MONDAY).outcome is Outcome.IDLE
    assert desk.outbox() == []
    assert desk.settle(order.id or 0, "2026-12-28T14:00").outcome is Outcome.ENQUEUED, "it is due again by then"


def test_nobody_is_begun_with_before_there_is_something_to_do(
    desk: Desk, knowledge: KnowledgeBase, playbook: Path
) -> None:
    write(knowledge, playbook, verified="2026-11-10")
    assert add_standing_orders(desk.assistant) == 0
    desk.now += dt.timedelta(days=40)
    assert add_standing_orders(desk.assistant) == 1


def test_a_card_whose_owner_left_goes_to_the_manager(desk: Desk, knowledge: KnowledgeBase, playbook: Path) -> None:
    write(knowledge, playbook, owner="Lee Ortiz", verified="2026-08-01")
    add_standing_orders(desk.assistant)
    assert [order.owner_id for order in schedules(desk)] == [desk.company.people["Mara"]]


def test_what_was_asked_in_vain_is_sent_to_who_should_know(
    desk: Desk, knowledge: KnowledgeBase, playbook: Path
) -> None:
    write(knowledge, playbook, verified="2026-11-10")
    asked = Question(
        key="k",
        asked_at=desk.now,
        person_id=desk.company.people["Eva"],
        words="Which caterer delivers the sales breakfast?",
        band="unknown",
        file="lunch.md",
    )
    desk.company.add(asked)
    assert add_standing_orders(desk.assistant) == 1
    (order,) = schedules(desk)
    assert (order.owner_id, order.skill) == (desk.company.people["Dana"], "gaps")
    desk.settle(order.id or 0, MONDAY)
    (message,) = desk.outbox()
    assert "caterer" in message.answer
    assert "Eva" not in message.answer
    assert "Write the card" in [english(action.label) for action in answer_of(message).actions]


def test_who_deleted_it_is_left_in_peace(desk: Desk, knowledge: KnowledgeBase, playbook: Path) -> None:
    write(knowledge, playbook, verified="2026-08-01")
    add_standing_orders(desk.assistant)
    with desk.company.database.writing() as session:
        session.exec(select(ReportSchedule)).one().status = ScheduleStatus.DELETED
    assert add_standing_orders(desk.assistant) == 0


def test_an_organisation_can_do_without(desk: Desk, knowledge: KnowledgeBase, playbook: Path) -> None:
    write(knowledge, playbook, verified="2026-08-01")
    with desk.company.database.writing() as session:
        session.get_one(Organisation, 1).owners_reminded = False
    assert add_standing_orders(desk.assistant) == 0


def test_it_comes_at_nine_where_the_owner_is(desk: Desk, knowledge: KnowledgeBase, playbook: Path) -> None:
    with desk.company.database.writing() as session:
        session.get_one(Person, desk.company.people["Eva"]).zone = "Europe/Berlin"
    write(knowledge, playbook, owner="Eva Krüger", verified="2026-08-01")
    add_standing_orders(desk.assistant)
    (order,) = schedules(desk)
    assert desk.settle(order.id or 0, "2026-11-23T08:00").outcome is Outcome.ENQUEUED
    assert desk.outbox()[0].due_at == utc("2026-11-23T08:00")
