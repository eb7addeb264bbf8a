"""Every figure of every reading skill can be checked: it says what it is, as of when, and finds its records again."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from skills.answer import Status
from skills.catalog import CATALOG
from skills.contract import Effect
from skills.figure import Figure
from store.change_log import CREATED
from store.matching import count_matching
from store.models import Activity, ChangeEntry, Contact, Opportunity, OpportunityContact, Source
from store.scope import Scope
from tests.skills.company import NOW, Asking, day

READING = sorted(name for name, skill in CATALOG.items() if skill.effect is Effect.READ)
OF_THE_PLAYBOOK = frozenset({"ask", "objection", "prep", "help"})
"""What answers from documents, which this company has none of, and gives no figures."""


@pytest.fixture
def busy(ask: Asking) -> Asking:
    """A company in which something of every kind has happened."""
    company = ask.company
    company.rate("EUR", "1.0837", day(1, 1, 2024))
    company.rate("EUR", "1.10", day(1, 1, 2024), "plan")
    for month in (10, 11, 12):
        company.quota("Dana", day(month, 1), "30000")
        company.quota("Eva", day(month, 1), "20000 EUR")
        company.quota("Alpha", day(month, 1), "55000")
    for number in range(12):
        company.won("Dana" if number % 2 else "Sam", f"{900 + number}", day(10, 1 + number), name=f"Won {number}")
    company.won("Dana", None, day(10, 20), product=None)
    company.won("Eva", "1234.56 EUR", day(11, 5), product="Watch")
    with company.database.writing() as session:
        for won in session.exec(select(Opportunity)):
            won.opened_on = day(8, 1)
    opened = [
        company.open("Dana", "500", "Proposal", close=day(11, 1), name="Acme late", opened_on=day(8, 1)),
        company.open("Dana", None, "Pilot", close=day(12, 1), name="Acme unpriced", opened_on=day(9, 1)),
        company.open("Eva", "900 EUR", "Negotiation", close=day(12, 20), name="Brandt line", opened_on=day(9, 1)),
        company.open("Sam", "700", "Discovery", name="Undated", opened_on=day(9, 1), next_step="call"),
    ]
    (contact,) = company.add(Contact(name="Rosa Diaz", account_id=company.accounts["Acme"]))
    company.add(
        OpportunityContact(opportunity_id=opened[0], contact_id=contact, role="economic_buyer"),
        Activity(
            kind="call", direction="out", occurred_at=NOW, person_id=company.people["Dana"], opportunity_id=opened[0]
        ),
        *(
            ChangeEntry(
                change_id=f"c{number}", record_kind="opportunity", record_id=number, version=1, field=CREATED,
                new='"x"', source=Source.IMPORT, recorded_at=NOW.replace(year=2025), effective_on=day(1, 1, 2025),
            )
            for number in opened
        ),
    )  # fmt: skip
    return ask


def list_figures(ask: Asking, name: str) -> Iterator[tuple[str, Figure]]:
    """What the skill answers to each of its English examples, and to nothing at all where it needs nothing."""
    skill = CATALOG[name]
    asked = {repr(example.params): example.params for example in skill.examples if example.says.isascii()}
    given = [params.model_dump(exclude_defaults=True) for params in asked.values()]
    if all(not field.is_required() for field in skill.params.model_fields.values()):
        given.append({})
    for number, values in enumerate(given):
        # A rep is refused what is not theirs; whoever may see everything is asked about everything.
        for who in ("Vera", "Dana") if number == len(given) - 1 else ("Vera",):
            reply = ask(who, name, **values)
            if reply.answer.status is Status.ANSWER:
                for figure in reply.answer.figures:
                    yield f"{who}: {name} {values}: {figure.name}", figure


@pytest.mark.parametrize("name", [name for name in READING if name not in OF_THE_PLAYBOOK])
def test_every_figure_can_be_checked(busy: Asking, name: str) -> None:
    wrong = []
    for where, figure in list_figures(busy, name):
        if figure.as_of != NOW:
            wrong.append(f"{where}: as of {figure.as_of}")
        if not figure.definition.template:
            wrong.append(f"{where}: no definition")
        if figure.numerator is None and figure.reason is None:
            wrong.append(f"{where}: no value and no reason")
        if figure.unit == "opportunities" and figure.numerator and figure.count is None:
            wrong.append(f"{where}: counts opportunities and does not say how many")
        if figure.records is None or figure.count is None:
            continue
        with busy.company.database.session() as session:
            found = count_matching(session, Scope.everybody(), figure.records)
        if found != figure.count:
            wrong.append(f"{where}: made of {figure.count}, and {found} are found")
    assert not wrong, "\n".join(dict.fromkeys(wrong))
