"""Questions drawn from cards: what is offered, what counts, and what comes back."""

import datetime as dt
from fractions import Fraction

import pytest
from sqlmodel import select

from knowledge_base import KnowledgeBase
from skills.answer import Bullets, Invocation, Quote, Status
from skills.exercise import GAP, LETTERS
from skills.quiz import Form, get_score, list_due
from skills.runner import Reply
from store.models import QuizAnswer
from tests.skills.company import NOW, Asking, Company, buttons, day, english, headline, notes
from tests.skills.conftest import DEMO_CARDS
from tests.skills.newcomers import QUIZ_STEP, at, evidence, later, press, stands


@pytest.fixture
def asking(company: Company, demo_cards: KnowledgeBase) -> Asking:
    return at(company, demo_cards, NOW)


def options(reply: Reply) -> list[str]:
    """The options as they are read: on their buttons, or in a list."""
    listed = [english(i.values["option"]) for b in reply.answer.blocks if isinstance(b, Bullets) for i in b.items]
    return listed or [english(choice.label) for choice in reply.answer.choices]


def invocation_of(asked: Reply, letter: str) -> Invocation:
    return next(each.invocation for each in asked.answer.choices if each.invocation.params["choice"] == letter)


def choose(asking: Asking, asked: Reply, letter: str) -> Reply:
    invocation = invocation_of(asked, letter)
    return asking("Sam", invocation.skill, **invocation.params)


def answered(company: Company) -> list[QuizAnswer]:
    with company.database.session() as session:
        return list(session.exec(select(QuizAnswer).order_by(QuizAnswer.id)).all())  # type: ignore[arg-type]


def test_a_question_offers_one_right_option_and_the_answer_is_quoted_from_its_place(
    asking: Asking, company: Company
) -> None:
    asked = asking("Sam", "quiz", topic="pricing/discount-authority.md")
    offered = options(asked)
    assert len(offered) == len(set(offered)) in (3, 4)
    assert [each.invocation.params["choice"] for each in asked.answer.choices] == list("ABCD")[: len(offered)]
    assert asked.answer.private
    chosen = choose(asking, asked, "B")
    assert chosen.answer.status is Status.DONE
    (kept,) = answered(company)
    assert kept.chosen == offered[1]
    assert headline(chosen).startswith("Right: " if kept.correct else "Not quite: ")
    (quote,) = (block for block in chosen.answer.blocks if isinstance(block, Quote))
    text_of_card = (DEMO_CARDS / kept.file).read_text(encoding="utf-8")
    assert quote.text in text_of_card
    assert quote.source is not None
    assert kept.file in english(quote.source)


def test_a_question_is_the_same_all_day_and_another_for_others(asking: Asking) -> None:
    first, second = asking("Sam", "quiz", topic="pricing"), asking("Sam", "quiz", topic="pricing")
    assert (headline(first), options(first)) == (headline(second), options(second))
    seen = {headline(asking(who, "quiz", topic="pricing")) for who in ("Sam", "Dana", "Eva", "Yuki", "Mara", "Ken")}
    assert len(seen) > 1


def test_an_answer_counts_once_and_stays(asking: Asking, company: Company) -> None:
    asked = asking("Sam", "quiz", topic="pricing")
    first = choose(asking, asked, "A")
    assert "Undo" not in buttons(first)
    second = choose(asking, asked, "B")
    assert second.answer.status is Status.REFUSED
    assert headline(second).startswith("You answered that one today already")
    assert len(answered(company)) == 1
    assert headline(asking("Sam", "undo")) == "There is nothing of yours to take back."
    assert headline(press(asking, "Sam", first, "Next question")) != headline(asked)


def question_of(asked: Reply) -> str:
    return str(invocation_of(asked, "A").params["question"])


def test_a_wrong_answer_comes_back_the_next_day_before_anything_else(asking: Asking, company: Company) -> None:
    asked = asking("Sam", "quiz", topic="pricing")
    for letter in "ABCABC":
        reply = choose(asking, asked, letter)
        if not answered(company)[-1].correct:
            break
        asked = press(asking, "Sam", reply, "Next question")
    assert headline(reply).startswith("Not quite: it is ")
    assert headline(reply).endswith(" I ask you again tomorrow.")
    assert question_of(asking("Sam", "quiz", topic="pricing")) != question_of(asked)
    tomorrow = later(asking, 1)
    assert question_of(tomorrow("Sam", "quiz", topic="pricing")) == question_of(asked)


@pytest.mark.parametrize("topic", ["pricing", "objections", "security", "价格", "异议"])
def test_what_is_asked_does_not_give_its_answer_away(asking: Asking, topic: str) -> None:
    asked = asking("Sam", "quiz", topic=topic)
    chosen = choose(asking, asked, "C")
    (quote,) = (block for block in chosen.answer.blocks if isinstance(block, Quote))
    right = english(chosen.answer.headline.values["answer"])
    if GAP in headline(asked):
        assert right in options(asked)
        assert right not in headline(asked)
        assert right in quote.text.replace("**", "")
    else:
        assert right in LETTERS
        own = options(asked)[LETTERS.index(right)]
        assert len({own, *options(asked)}) == len(options(asked))
        assert own.split(".")[0].split("。")[0].strip("“” ") in quote.text.replace("**", "")
        assert all(0.5 <= len(option) / len(own) <= 2 for option in options(asked))


def test_a_question_of_an_older_card_or_with_another_mark_does_not_count(asking: Asking, company: Company) -> None:
    asked = asking("Sam", "quiz", topic="pricing")
    invocation = invocation_of(asked, "A")
    for changed in ({"mark": "00000000"}, {"question": "0000"}):
        reply = asking("Sam", "choose", **{**invocation.params, **changed})
        assert headline(reply) == "The cards have changed since I asked that, so it does not count."
    assert headline(asking("Sam", "choose", **{**invocation.params, "day": "someday"})) == "I can't find that question."
    assert answered(company) == []


def test_a_path_asks_for_its_quiz_and_the_gate_opens_at_the_mark(asking: Asking, company: Company) -> None:
    today = asking
    asked = today("Sam", "quiz")
    assert f"**{QUIZ_STEP}**: 80% of at least 8 questions pass." in notes(asked)
    sam = company.people["Sam"]
    files = ["pricing/price-list-fy2027.md", "pricing/discount-authority.md"]
    company.add(
        *(
            QuizAnswer(
                person_id=sam, question=f"q{number}", file=files[number % 2], chosen="x", correct=number not in (2, 5),
                day=day(11, 9 + number // 4), answered_at=NOW + dt.timedelta(minutes=number),
            )
            for number in range(8)
        )
    )  # fmt: skip
    reply = asking("Sam", "onboarding")
    assert evidence(reply)[QUIZ_STEP] == "6 of 8 right (75%); 80% of at least 8 pass"
    company.add(
        QuizAnswer(
            person_id=sam, question="q2", file=files[0], chosen="x", correct=True, day=day(11, 17),
            answered_at=NOW + dt.timedelta(days=1),
        )
    )  # fmt: skip
    reply = asking("Sam", "onboarding")
    assert evidence(reply)[QUIZ_STEP] == "7 of 8 right (87.5%)"
    assert stands(reply)[QUIZ_STEP] == "done on 17 Nov 2026"


def test_cards_that_one_may_not_read_are_never_asked_about(asking: Asking) -> None:
    knowledge = asking.assistant.knowledge
    hidden = {each.file for each in knowledge.documents() if each.card.audience and "managers" in each.card.audience}
    asked = asking("Sam", "quiz")
    invocation = invocation_of(asked, "A")
    reply = asking("Sam", "choose", **invocation.params)
    (quote,) = (block for block in reply.answer.blocks if isinstance(block, Quote))
    assert quote.source is not None
    assert not any(file in english(quote.source) for file in hidden)


def given(question: str, on: dt.date, correct: bool, file: str = "a.md") -> QuizAnswer:
    return QuizAnswer(person_id=1, question=question, file=file, chosen="x", correct=correct, day=on, answered_at=NOW)


def test_the_last_answer_to_each_question_counts_and_what_is_passed_stays_passed() -> None:
    mark = Fraction(1)
    answers = [given("p", day(11, 2), True), given("q", day(11, 3), False), given("q", day(11, 4), True)]
    score = get_score(answers, ["a.md"], mark, 2)
    assert (score.correct, score.answered, score.passed_on) == (2, 2, day(11, 4))
    score = get_score([*answers, given("p", day(11, 9), False)], ["a.md"], mark, 2)
    assert (score.correct, score.passed_on) == (1, day(11, 4))
    assert get_score(answers, ["b.md"], mark, 2).share is None
    assert get_score(answers[:1], ["a.md"], mark, 2).passed_on is None


def test_what_was_wrong_comes_back_after_one_three_seven_and_21_days(demo_cards: KnowledgeBase) -> None:
    document = next(each for each in demo_cards.documents() if each.card.questions)
    form = Form(document, document.card.questions[0])
    history: list[QuizAnswer] = []
    on = day(11, 2)
    for correct, wait in ((False, 1), (True, 3), (True, 7), (True, 21)):
        history.append(given(form.key, on, correct))
        early, due = on + dt.timedelta(days=wait - 1), on + dt.timedelta(days=wait)
        assert list_due([form], history, 1, early) == []
        assert list_due([form], history, 1, due) == [form]
        on = due
    known = [given(form.key, day(11, 2), True)]
    assert list_due([form], known, 1, day(12, 1)) == []
    assert list_due([form], known, 1, day(12, 2)) == [form]


@pytest.mark.parametrize("topic", ["the moon", "月球"])
def test_a_subject_that_no_card_speaks_of_is_not_asked_about(asking: Asking, topic: str) -> None:
    reply = asking("Sam", "quiz", topic=topic)
    assert reply.answer.status in (Status.REFUSED, Status.CLARIFY)
    assert headline(reply) == f"There are no cards with questions about **{topic}**."


def test_a_subject_in_chinese_gives_chinese_questions(asking: Asking) -> None:
    for topic in ("价格", "异议", "泵站"):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in headline(asking("Sam", "quiz", topic=topic))), topic


def test_without_cards_the_quiz_says_so(ask: Asking) -> None:
    assert headline(ask("Sam", "quiz")) == "The playbook has no cards with questions yet."
    assert headline(ask("Sam", "onboarding")) == "The playbook has no path for new people."
