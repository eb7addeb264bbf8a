"""Answers to new people say why they matter and offer a question, and nobody else gets either."""

import pytest

from knowledge_base import KnowledgeBase
from tests.skills.company import NOW, Asking, Company, buttons, day, headline, notes
from tests.skills.newcomers import CHANNEL, at, press, set_person, why


@pytest.fixture
def asking(company: Company, demo_cards: KnowledgeBase) -> Asking:
    return at(company, demo_cards, NOW)


def test_answers_to_new_people_say_why_and_offer_a_question(asking: Asking, company: Company) -> None:
    set_person(company, "Dana", active_from=day(1, 8, 2024))
    question = "how much discount can I give?"
    new, old = asking("Sam", "ask", question=question), asking("Dana", "ask", question=question)
    assert why(new) == ["**Why it matters**: you need it in Proposal, Negotiation."]
    assert (why(old), "Check yourself" in buttons(old)) == ([], False)
    asked = press(asking, "Sam", new, "Check yourself")
    assert "Discounts: who may approve what" in notes(asked)


def test_a_card_says_itself_why_it_matters(asking: Asking) -> None:
    reply = asking("Sam", "ask", question="What are the exit criteria of Qualified?")
    assert why(reply) == [
        "**Why it matters**: Prove that pain, money and a way to a decision exist before anybody mounts a sensor."
    ]


def test_new_hire_mode_ends_after_90_days_and_is_switched_in_words(asking: Asking, company: Company) -> None:
    question = "how much discount can I give?"
    set_person(company, "Sam", active_from=day(8, 21))
    assert why(asking("Sam", "ask", question=question))
    set_person(company, "Sam", active_from=day(8, 20))
    assert not why(asking("Sam", "ask", question=question))
    assert headline(asking("Sam", "learning", mode="on")).startswith("New-hire mode is on")
    assert why(asking("Sam", "ask", question=question))
    assert headline(asking("Sam", "learning", mode="off")) == "New-hire mode is off."
    assert not why(asking("Sam", "ask", question=question))


def test_nothing_is_added_in_a_channel_or_to_no_answer(asking: Asking) -> None:
    everyone = asking("Sam", "ask", question="how much discount can I give?", audience=CHANNEL)
    assert (why(everyone), "Check yourself" in buttons(everyone)) == ([], False)
    nothing = asking("Sam", "ask", question="what is the boiling point of mercury")
    assert (why(nothing), "Check yourself" in buttons(nothing)) == ([], False)


def test_help_with_an_objection_teaches_as_well(asking: Asking) -> None:
    reply = asking("Sam", "objection", objection="we are too expensive")
    (words,) = why(reply)
    assert words.startswith("**Why it matters**: Four different things use the same words: ")
    asked = press(asking, "Sam", reply, "Check yourself")
    assert "It's too expensive" in notes(asked)
    assert not why(asking("Sam", "objection", objection="we are too expensive", audience=CHANNEL))
