"""Every figure of the demo company finds the opportunities that it says it was made of: as many as it counted."""

from itertools import product
from typing import Any

import pytest

from skills.answer import Status
from skills.catalog import CATALOG
from skills.contract import Effect
from store.engine import Database
from store.matching import count_matching
from store.scope import Scope
from tests.identities.books import Books
from tests.identities.conftest import Ask

WHOSE: tuple[dict[str, str], ...] = (
    {},
    {"team": "Americas East"},
    {"team": "EMEA"},
    {"team": "Asia-Pacific"},
    {"owner": "Jonas Weber"},
)
"""Deals are shared between people, and some have credit beside the direct one."""
WHEN: tuple[dict[str, str], ...] = ({}, {"period": "last quarter"}, {"period": "this year"})
OF_CARDS = frozenset({"verify"})
"""What tells of the knowledge base, which this company is made without."""
FIGURES = sorted(
    name
    for name, skill in CATALOG.items()
    if skill.effect is Effect.READ
    and name not in OF_CARDS
    and skill.params.model_fields.keys() & {"owner", "team"}
    and not any(field.is_required() for field in skill.params.model_fields.values())
)


def list_questions(name: str) -> list[dict[str, Any]]:
    known = CATALOG[name].params.model_fields
    found = [
        {key: value for key, value in (whose | when).items() if key in known}
        for whose, when in product(WHOSE, WHEN)
        if whose.keys() <= known.keys()
    ]
    return [one for place, one in enumerate(found) if one not in found[:place]]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_finds_as_many_records_as_it_counted(ask: Ask, demo: Database, name: str) -> None:
    wrong = []
    for params in list_questions(name):
        reply = ask(name, **params)
        if reply.answer.status is not Status.ANSWER:
            continue
        with demo.session() as session:
            for figure in reply.answer.figures:
                if figure.records is not None and figure.count is not None:
                    found = count_matching(session, Scope.everybody(), figure.records)
                    if found != figure.count:
                        wrong.append(f"{params} {figure.name}: made of {figure.count}, and {found} are found")
    assert not wrong, "\n".join(wrong)


def test_deals_are_shared_with_others_than_their_owners(books: Books) -> None:
    """Without these, nothing above would tell owners from those who are credited."""
    shared = [
        number
        for number, deal in books.deals.items()
        if deal["status"] == "won" and any(row["person_id"] != deal["owner_id"] for row in books.splits(number))
    ]
    assert len(shared) >= 10
    assert len([number for number in books.deals if books.splits(number, "overlay")]) >= 10


def test_deals_are_shared_between_teams(books: Books) -> None:
    """Without these, nothing above would tell a team's own deals from those that it is credited with."""
    team = {number: person["team_id"] for number, person in books.people.items()}
    crossing = [
        number
        for number, deal in books.deals.items()
        if any(team[row["person_id"]] != team[deal["owner_id"]] for row in books.splits(number))
    ]
    assert len(crossing) >= 10
