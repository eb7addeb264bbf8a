"""Who takes part in a decision: named, added, taken back, and then no warning any more."""

import pytest
from sqlmodel import col, select

from skills.answer import Invocation, Status
from skills.contract import Audience
from skills.flags import mend_for
from skills.measures.risk import Finding, Rule
from skills.runner import Reply, confirm, get_actor
from store.models import Account, Contact, OpportunityContact, Person, Source
from tests.skills.company import Asking, bullets, english, headline, rows


@pytest.fixture
def deal(ask: Asking) -> str:
    """An opportunity with a customer where two people are known."""
    number = ask.company.open("Dana", "50000", "Proposal", name="Acme – Predict")
    with ask.company.database.writing() as session:
        account = session.exec(select(Account).where(Account.name == "Acme")).one()
        session.add(Contact(name="Helen Park", title="CFO", account_id=account.id))
        session.add(Contact(name="Tomas Reed", title="Plant manager", account_id=account.id))
    return f"opportunity:{number}"


def parts(ask: Asking) -> set[tuple[str, str]]:
    with ask.company.database.session() as session:
        joined = select(Contact, OpportunityContact).join(
            OpportunityContact, col(OpportunityContact.contact_id) == col(Contact.id)
        )
        return {(contact.name, part.role) for contact, part in session.exec(joined)}


def names(ask: Asking) -> set[str]:
    with ask.company.database.session() as session:
        return {contact.name for contact in session.exec(select(Contact))}


def said_yes(ask: Asking, who: str, reply: Reply) -> Reply:
    token = next(action.token for action in reply.answer.actions if action.kind == "confirm")
    with ask.company.database.session() as session:
        actor = get_actor(session, session.get_one(Person, ask.company.people[who]))
    return confirm(ask.assistant, token, actor, Audience(), Source.BUTTON)


def undone(ask: Asking, who: str, reply: Reply) -> Reply:
    undo = next(action.invocation for action in reply.answer.actions if english(action.label) == "Undo")
    assert undo is not None
    return ask(who, undo.skill, **undo.params)


def test_somebody_who_is_known_gets_a_part_and_undo_takes_it(ask: Asking, deal: str) -> None:
    reply = ask("Dana", "contact", opportunity=deal, contact="helen park", role="economic buyer")
    assert (reply.answer.status, parts(ask)) == (Status.DONE, {("Helen Park", "economic_buyer")})
    assert headline(reply) == "**Helen Park** is economic buyer on **Acme – Predict**."
    assert undone(ask, "Dana", reply).answer.status is Status.DONE
    assert (parts(ask), names(ask)) == (set(), {"Helen Park", "Tomas Reed"})


def test_somebody_new_is_asked_about_added_with_the_part_and_both_are_taken_back(ask: Asking, deal: str) -> None:
    asked = ask("Dana", "contact", opportunity=deal, contact="Lena Ortiz", role="champion", title="COO")
    assert asked.answer.status is Status.CONFIRM
    assert "not among the contacts" in str(asked.answer)
    assert names(ask) == {"Helen Park", "Tomas Reed"}
    done = said_yes(ask, "Dana", asked)
    assert (done.answer.status, parts(ask)) == (Status.DONE, {("Lena Ortiz", "champion")})
    assert undone(ask, "Dana", done).answer.status is Status.DONE
    assert (parts(ask), names(ask)) == (set(), {"Helen Park", "Tomas Reed"})


@pytest.mark.parametrize("words", ["Helena Parks", "Tom Reed"])
def test_nearly_the_same_name_is_asked_about(ask: Asking, deal: str, words: str) -> None:
    reply = ask("Dana", "contact", opportunity=deal, contact=words, role="champion")
    assert reply.answer.status is Status.CLARIFY
    assert f"Somebody new: {words}" in [english(choice.label) for choice in reply.answer.choices]
    first, *_, last = reply.answer.choices
    assert ask("Dana", "contact", **first.invocation.params).answer.status is Status.DONE
    assert ask("Dana", "contact", **last.invocation.params).answer.status is Status.CONFIRM


def test_one_who_no_longer_plays_a_part_stays_a_contact(ask: Asking, deal: str) -> None:
    ask("Dana", "contact", opportunity=deal, contact="Tomas Reed", role="champion")
    reply = ask("Dana", "contact", opportunity=deal, contact="Tomas Reed", role="champion", remove="yes")
    if reply.answer.status is Status.CONFIRM:
        reply = said_yes(ask, "Dana", reply)
    assert (parts(ask), "Tomas Reed" in names(ask)) == (set(), True)
    assert undone(ask, "Dana", reply).answer.status is Status.DONE
    assert parts(ask) == {("Tomas Reed", "champion")}
    gone = ask("Dana", "contact", opportunity=deal, contact="Helen Park", role="champion", remove="yes")
    assert gone.answer.status is Status.REFUSED


def test_said_twice_it_is_written_once(ask: Asking, deal: str) -> None:
    for _ in range(2):
        reply = ask("Dana", "contact", opportunity=deal, contact="Helen Park", role="signs")
    assert parts(ask) == {("Helen Park", "economic_buyer")}
    assert "economic buyer" in headline(reply)


def test_who_is_known_is_listed_with_and_without_a_part(ask: Asking, deal: str) -> None:
    ask("Dana", "contact", opportunity=deal, contact="Helen Park", role="economic buyer")
    reply = ask("Dana", "contact", opportunity=deal)
    assert rows(reply) == [["Helen Park", "CFO", "economic buyer"], ["Tomas Reed", "Plant manager", "–"]]


def test_an_unknown_part_offers_the_known_ones(ask: Asking, deal: str) -> None:
    reply = ask("Dana", "contact", opportunity=deal, contact="Helen Park", role="wizard")
    assert reply.answer.status is Status.CLARIFY
    assert "economic buyer" in [english(choice.label) for choice in reply.answer.choices]


def test_a_part_on_somebody_elses_opportunity_is_not_for_me_to_name(ask: Asking, deal: str) -> None:
    reply = ask("Sam", "contact", opportunity=deal, contact="Helen Park", role="champion")
    assert (reply.answer.status, parts(ask)) == (Status.REFUSED, set())


def test_the_warning_that_nobody_can_sign_opens_the_form_and_ends_with_it(ask: Asking, deal: str) -> None:
    warning = "Nobody is known who can sign."
    shown = ask("Dana", "opportunity", opportunity=deal)
    assert warning in [*bullets(shown, "At risk"), *bullets(shown, "To watch")]
    mend = mend_for(Finding(Rule.NO_BUYER), int(deal.split(":")[1]), "Acme – Predict")
    assert (mend.kind, mend.invocation) == ("form", Invocation.of("contact", opportunity=deal, role="economic buyer"))
    ask("Dana", "contact", opportunity=deal, contact="Helen Park", role="economic buyer")
    shown = ask("Dana", "opportunity", opportunity=deal)
    assert warning not in str(shown.answer)
    assert "Helen Park" in str(shown.answer)
