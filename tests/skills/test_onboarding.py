"""New people see where they are on their path, are asked about the cards, and nobody else looks on unasked."""

import datetime as dt
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path as Folder
from typing import Any

import pytest
from sqlmodel import select

from knowledge_base import Document, KnowledgeBase, KnowledgeSettings, Section
from knowledge_base.cards import Card
from skills.answer import Bullets, Paragraph, Quote, Status
from skills.catalog import CATALOG
from skills.contract import Audience
from skills.measures.pacing import WorkingDays
from skills.path import Gate, GateKind, find_working_day, read_gate, read_path
from skills.quiz import get_score, list_due
from skills.runner import Assistant, Reply
from store.change_log import RecordKind
from store.models import (
    Activity,
    CalendarDay,
    ChangeEntry,
    Leave,
    Organisation,
    Person,
    QuizAnswer,
    Region,
    Source,
    StepMark,
)
from store.scope import Scope
from tests.skills.company import NOW, Asking, Company, bullets, buttons, day, english, headline, notes, rows

DEMO = Folder(__file__).resolve().parents[2] / "knowledge_base" / "demo"
CHANNEL = Audience(channel="C1", name="#deals", scope=Scope.everybody())
QUIZ_STEP = "Product, prices and security"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path_factory.mktemp("home")), lambda: NOW) as knowledge:
        knowledge.add([DEMO])
        yield knowledge


@pytest.fixture
def asking(company: Company, knowledge: KnowledgeBase) -> Asking:
    return at(company, knowledge, NOW)


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


# --- the path's days


def test_a_path_counts_working_days_from_the_first_one(asking: Asking) -> None:
    reply = asking("Sam", "onboarding")
    assert headline(reply) == ("Working day 13, 0 of 11 steps done. Next: **Find your way**, late since 6 Nov 2026.")
    due = due_days(reply)
    assert due["Find your way"] == "6 Nov 2026"
    assert due[QUIZ_STEP] == "20 Nov 2026"
    assert due["Pitch of 12 minutes"] == "30 Nov 2026"
    assert "**Find your way**: due 6 Nov 2026, 8 working days ago" in bullets(reply, "Late")


def test_holidays_and_leave_put_the_days_off(asking: Asking, company: Company) -> None:
    company.add(Region(name="Americas", country="US"))
    # Veterans Day on 11 November and Thanksgiving on the 26th.
    assert due_days(asking("Sam", "onboarding"))["Pitch of 12 minutes"] == "2 Dec 2026"
    company.add(Leave(person_id=company.people["Sam"], first_day=day(11, 6), last_day=day(11, 9)))
    assert due_days(asking("Sam", "onboarding"))["Pitch of 12 minutes"] == "4 Dec 2026"
    assert due_days(asking("Sam", "onboarding"))["Find your way"] == "10 Nov 2026"


def test_a_make_up_saturday_is_a_working_day(asking: Asking, company: Company) -> None:
    company.add(CalendarDay(region="Americas", day=day(11, 7), works=True, name="Make-up day"))
    assert due_days(asking("Sam", "onboarding"))[QUIZ_STEP] == "19 Nov 2026"


def test_who_joins_on_a_saturday_begins_on_monday(asking: Asking, company: Company) -> None:
    set_person(company, "Sam", active_from=day(11, 14))
    reply = asking("Sam", "onboarding")
    assert headline(reply).startswith("Working day 3,")
    assert due_days(reply)["Find your way"] == "20 Nov 2026"


def test_finding_a_working_day_agrees_with_counting_them() -> None:
    dice = random.Random(4)
    start = dt.date(2026, 1, 1)
    for _ in range(60):
        first = start + dt.timedelta(days=dice.randrange(300))
        changed = {first + dt.timedelta(days=dice.randrange(90)): dice.random() < 0.5 for _ in range(20)}
        days = WorkingDays(frozenset(dice.sample(range(7), dice.randint(1, 6))), changed)
        number, until = dice.randint(1, 40), first + dt.timedelta(days=200)
        worked = [each for n in range(200) if days.works(each := first + dt.timedelta(days=n))]
        expected = worked[number - 1] if number <= len(worked) else None
        assert find_working_day(days, first, number, until) == expected


# --- reading a path


def read(table: str) -> Any:
    document = Document(1, "path.md", "Path", Card(kind="path"), True)
    return read_path(document, [Section(("Path", "Learn"), 0, len(table), table)])


def test_a_path_is_read_from_its_tables_and_says_what_it_cannot_read() -> None:
    path = read(
        "## Learn\n| Step | Working days | Gate | Cards |\n| --- | --- | --- | --- |\n"
        "| Read | 1–3 | – | a.md, b.md |\n| Nonsense | soon | – | |\n| Read | 4 | – | |\n| Odd | 5 | jumps | |\n"
    )
    assert [(step.name, step.phase, step.first, step.last, step.cards) for step in path.steps] == [
        ("Read", "Learn", 1, 3, ("a.md", "b.md")),
        ("Odd", "Learn", 5, 5, ()),
    ]
    assert [english(problem) for problem in path.problems] == [
        "I can't read the days of “Nonsense” in the path.",
        "“Read” stands in the path twice; the first one counts.",
        "I can't read the gate “jumps” of “Odd”.",
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("–", GateKind.WORD),
        ("Quiz 80% of 8", GateKind.QUIZ),
        ("测验 80% 共 5 题", GateKind.QUIZ),
        ("Certified by the manager", GateKind.CERTIFIED),
        ("经理认证", GateKind.CERTIFIED),
        ("First meeting", GateKind.MEETING),
        ("首次拜访", GateKind.MEETING),
        ("Reached Proposal", GateKind.REACHED),
        ("进入 Proposal", GateKind.REACHED),
        ("First win", GateKind.WIN),
        ("首单", GateKind.WIN),
    ],
)
def test_gates_are_read_in_both_languages(words: str, kind: GateKind) -> None:
    gate = read_gate(words)
    assert gate is not None
    assert gate.kind is kind
    if kind is GateKind.QUIZ:
        assert gate.mark == Fraction(80, 100)
        assert gate.questions == (8 if words[-1] == "8" else 5)
    if kind is GateKind.REACHED:
        assert gate.stage == "Proposal"


def test_a_quiz_that_nobody_can_pass_or_fail_is_no_gate() -> None:
    assert (read_gate("Quiz 0%"), read_gate("Quiz 120%")) == (None, None)
    assert read_gate("") == Gate(GateKind.WORD)


# --- gates and their evidence


def test_the_records_show_the_first_meeting_opportunity_proposal_and_win(asking: Asking, company: Company) -> None:
    met(company, "Sam", dt.datetime(2026, 11, 10, 16, tzinfo=dt.UTC))
    deal = company.open("Sam", "50000", "Proposal", name="Lakeshore pilot", account="Lakeshore Foods")
    moved(company, deal, "Discovery", day(11, 9))
    moved(company, deal, "Proposal", day(11, 17))
    company.won("Sam", "12000", day(11, 18), name="Small order")
    reply = asking("Sam", "onboarding")
    assert stands(reply)["First own meeting"] == "done on 10 Nov 2026"
    assert evidence(reply)["First own meeting"] == "with Acme"
    # The company has no stage called Qualified, so that the first one that counts as qualified is meant.
    assert stands(reply)["First qualified opportunity"] == "done on 9 Nov 2026"
    assert stands(reply)["First proposal"] == "done on 17 Nov 2026"
    assert evidence(reply)["First proposal"] == "Lakeshore pilot"
    assert (stands(reply)["First win"], evidence(reply)["First win"]) == ("done on 18 Nov 2026", "Small order")


def test_what_was_before_or_others_did_or_was_taken_back_counts_for_nothing(asking: Asking, company: Company) -> None:
    met(company, "Sam", dt.datetime(2026, 10, 30, 16, tzinfo=dt.UTC))
    met(company, "Dana", dt.datetime(2026, 11, 10, 16, tzinfo=dt.UTC))
    met(company, "Sam", dt.datetime(2026, 11, 10, 16, tzinfo=dt.UTC), kind="call")
    inherited = company.open("Sam", "50000", "Negotiation", name="Inherited")
    moved(company, inherited, "Proposal", day(9, 1))
    moved(company, inherited, "Negotiation", day(11, 12))
    slip = company.open("Sam", "50000", "Discovery", name="A slip")
    wrong = moved(company, slip, "Proposal", day(11, 13))
    moved(company, slip, "Discovery", day(11, 13), undoes=wrong)
    company.won("Sam", "12000", day(10, 20), name="Somebody's before")
    reply = asking("Sam", "onboarding")
    for step in ("First own meeting", "First proposal", "First win"):
        assert stands(reply)[step] == "open", step


def test_a_step_without_a_gate_is_done_by_ones_own_word_and_can_be_taken_back(asking: Asking) -> None:
    reply = asking("Sam", "onboarding")
    done = press(asking, "Sam", reply, "Done")
    assert (done.answer.status, headline(done)) == (Status.DONE, "Done: **Find your way**.")
    after = asking("Sam", "onboarding")
    assert (stands(after)["Find your way"], evidence(after)["Find your way"]) == (
        "done on 18 Nov 2026",
        "by your own word",
    )
    assert "Next: **Product, prices and security**" in headline(after)
    again = asking("Sam", "step", step="find your way")
    assert headline(again) == "“Find your way” is marked already, since 18 Nov 2026."
    press(asking, "Sam", done, "Undo")
    assert stands(asking("Sam", "onboarding"))["Find your way"].startswith("late")


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("pitch", "certified by your manager"),
        ("first win", "when the records show it"),
        (QUIZ_STEP, "when its quiz is passed"),
        ("dancing", "no step “dancing”"),
    ],
)
def test_nobody_ticks_off_a_gate_that_others_or_the_records_decide(asking: Asking, step: str, says: str) -> None:
    reply = asking("Sam", "step", step=step)
    assert reply.answer.status in (Status.REFUSED, Status.CLARIFY)
    assert says in headline(reply)


def test_the_manager_certifies_the_pitch_and_alone_takes_it_back(asking: Asking) -> None:
    done = asking("Mara", "step", step="pitch", owner="sam")
    assert headline(done) == "**Pitch of 12 minutes** of Sam Osei is certified."
    reply = asking("Sam", "onboarding")
    assert stands(reply)["Pitch of 12 minutes"] == "done on 18 Nov 2026"
    assert evidence(reply)["Pitch of 12 minutes"] == "certified by Mara Lindt"
    assert asking("Sam", "step", step="pitch", state="open").answer.status is Status.REFUSED
    undo = buttons(done)["Undo"]
    assert undo is not None
    assert asking("Sam", "undo", **undo.params).answer.status is Status.REFUSED
    assert asking("Mara", "undo", **undo.params).answer.status in (Status.DONE, Status.CONFIRM)


@pytest.mark.parametrize("who", ["Dana", "Ken"])
def test_who_is_not_above_certifies_nothing(asking: Asking, who: str) -> None:
    reply = asking(who, "step", step="pitch", owner="Sam")
    assert (reply.answer.status, headline(reply)) == (Status.REFUSED, "You can't certify steps of Sam Osei.")


def test_a_manager_certifies_only_what_is_theirs_to_certify(asking: Asking) -> None:
    assert "not for a manager" in headline(asking("Mara", "step", step="find your way", owner="Sam"))


# --- who sees it


@pytest.mark.parametrize("who", ["Mara", "Dana", "Ken", "Vera"])
def test_progress_is_private_unless_shared(asking: Asking, who: str) -> None:
    reply = asking(who, "onboarding", owner="Sam")
    assert reply.answer.status is Status.REFUSED
    assert not reply.answer.blocks


def test_the_person_shares_with_the_manager_alone_and_takes_it_back(asking: Asking) -> None:
    assert headline(asking("Sam", "learning", share="on")) == "Your manager may see your onboarding progress."
    shown = asking("Mara", "onboarding", owner="Sam")
    assert headline(shown).startswith("Sam Osei: Working day 13, 0 of 11 steps done.")
    assert "Certify “Pitch of 12 minutes”" in buttons(shown)
    assert "Done" not in buttons(shown)
    for who in ("Dana", "Ken", "Vera"):
        assert asking(who, "onboarding", owner="Sam").answer.status is Status.REFUSED, who
    asking("Sam", "learning", share="off")
    assert "keeps their progress" in headline(asking("Mara", "onboarding", owner="Sam"))


def test_the_organisation_may_share_by_default_and_the_person_still_decides(asking: Asking, company: Company) -> None:
    with company.database.writing() as session:
        organisation = session.get(Organisation, 1)
        assert organisation is not None
        organisation.progress_shared = True
    assert asking("Mara", "onboarding", owner="Sam").answer.status is Status.ANSWER
    assert "Your manager may see this" in notes(asking("Sam", "onboarding"))
    asking("Sam", "learning", share="off")
    assert asking("Mara", "onboarding", owner="Sam").answer.status is Status.REFUSED


def test_a_manager_sees_who_is_new_and_the_progress_of_those_who_share(asking: Asking, company: Company) -> None:
    set_person(company, "Dana", active_from=day(11, 16))
    asking("Dana", "learning", share="on")
    reply = asking("Mara", "onboarding")
    assert rows(reply) == [
        ["Dana Whitfield", "16 Nov 2026", "3", "Find your way", "20 Nov 2026", "0"],
        ["Sam Osei", "2 Nov 2026", "–", "keeps it to themselves", "–", "–"],
    ]
    assert next(iter(buttons(reply))) == "Dana Whitfield"
    assert "Sam Osei" not in buttons(reply)


@pytest.mark.parametrize(
    ("skill", "params"), [("onboarding", {}), ("quiz", {}), ("step", {"step": "pitch"}), ("learning", {"share": "on"})]
)
def test_nothing_of_it_is_said_in_a_channel(asking: Asking, skill: str, params: dict[str, str]) -> None:
    reply = asking("Sam", skill, audience=CHANNEL, **params)
    assert (reply.answer.status, reply.answer.private) == (Status.REFUSED, True)
    assert headline(reply) == "What somebody learns stays out of channels."


# --- those who leave, come back, or were always there


def test_who_left_has_no_path_and_who_was_always_there_is_past_it(asking: Asking, company: Company) -> None:
    set_person(company, "Lee", shares_progress=True)
    assert headline(asking("Mara", "onboarding", owner="Lee")) == "Lee Ortiz left on 30 Sep 2026."
    assert "I don't know when Dana Whitfield joined" in headline(asking("Dana", "onboarding"))
    set_person(company, "Dana", active_from=day(1, 8, 2024))
    assert headline(asking("Dana", "onboarding")) == (
        "You joined on 8 Jan 2024: your path as a new hire is behind you."
    )


def test_who_comes_back_begins_anew(asking: Asking, company: Company) -> None:
    lee = company.people["Lee"]
    first = day(1, 1, 2024)
    company.add(
        StepMark(person_id=lee, started_on=first, step="Find your way", author_id=lee, marked_on=day(1, 4, 2024)),
        QuizAnswer(
            person_id=lee, question="q", file="pricing/payment-terms.md", chosen="x", correct=True,
            day=day(1, 9, 2024), answered_at=NOW,
        ),
    )  # fmt: skip
    met(company, "Lee", dt.datetime(2024, 1, 10, 16, tzinfo=dt.UTC))
    set_person(company, "Lee", active_from=day(11, 16), active_to=None)
    reply = asking("Lee", "onboarding")
    assert headline(reply).startswith("Working day 3, 0 of 11 steps done. Next: **Find your way**, by 20 Nov 2026")
    assert evidence(reply)[QUIZ_STEP] == "no question answered yet; 80% of at least 8 pass"
    assert stands(reply)["First own meeting"] == "open"


def test_somebody_who_works_in_chinese_has_the_chinese_path_and_chinese_questions(
    asking: Asking, company: Company
) -> None:
    set_person(company, "Sam", locale="zh")
    reply = asking("Sam", "onboarding")
    assert due_days(reply)["熟悉环境"] == "6 Nov 2026"
    asked = asking("Sam", "quiz")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in headline(asked))
    assert ".zh.md" in notes(asked) or "价格、验收与回款" in notes(asked)


# --- the quiz


def options(reply: Reply) -> list[str]:
    (block,) = (block for block in reply.answer.blocks if isinstance(block, Bullets))
    return [english(item.values["option"]) for item in block.items]


def answered(company: Company) -> list[QuizAnswer]:
    with company.database.session() as session:
        return list(session.exec(select(QuizAnswer).order_by(QuizAnswer.id)).all())  # type: ignore[arg-type]


def test_a_question_offers_one_right_option_and_the_answer_is_quoted_from_its_place(
    asking: Asking, company: Company
) -> None:
    asked = asking("Sam", "quiz", topic="pricing/discount-authority.md")
    offered = options(asked)
    assert len(offered) == len(set(offered)) in (3, 4)
    assert list(buttons(asked))[: len(offered)] == list("ABCD")[: len(offered)]
    assert asked.answer.private
    chosen = press(asking, "Sam", asked, "B")
    assert chosen.answer.status is Status.DONE
    (kept,) = answered(company)
    assert kept.chosen == offered[1]
    assert headline(chosen).startswith("Right: " if kept.correct else "Not quite: ")
    (quote,) = (block for block in chosen.answer.blocks if isinstance(block, Quote))
    text_of_card = (DEMO / kept.file).read_text(encoding="utf-8")
    assert quote.text in text_of_card
    right = english(chosen.answer.headline.values["answer"])
    assert right in quote.text.replace("**", "") or all(part in quote.text for part in right.split(" · ")[:1])
    assert quote.source is not None
    assert kept.file in english(quote.source)


def test_a_question_is_the_same_all_day_and_another_for_others(asking: Asking) -> None:
    first, second = asking("Sam", "quiz", topic="pricing"), asking("Sam", "quiz", topic="pricing")
    assert (headline(first), options(first)) == (headline(second), options(second))
    seen = {headline(asking(who, "quiz", topic="pricing")) for who in ("Sam", "Dana", "Eva", "Yuki", "Mara", "Ken")}
    assert len(seen) > 1


def test_an_answer_counts_once_and_stays(asking: Asking, company: Company) -> None:
    asked = asking("Sam", "quiz", topic="pricing")
    first = press(asking, "Sam", asked, "A")
    assert "Undo" not in buttons(first)
    second = press(asking, "Sam", asked, "B")
    assert second.answer.status is Status.REFUSED
    assert headline(second).startswith("You answered that one today already")
    assert len(answered(company)) == 1
    assert headline(asking("Sam", "undo")) == "There is nothing of yours to take back."
    assert headline(press(asking, "Sam", first, "Next question")) != headline(asked)


def test_a_wrong_answer_comes_back_the_next_day_before_anything_else(asking: Asking, company: Company) -> None:
    asked = asking("Sam", "quiz", topic="pricing")
    for letter in "ABC":
        reply = press(asking, "Sam", asked, letter)
        if not answered(company)[-1].correct:
            break
        asked = press(asking, "Sam", reply, "Next question")
    assert not answered(company)[-1].correct
    assert headline(asking("Sam", "quiz", topic="pricing")) != headline(asked)
    tomorrow = later(asking, 1)
    assert headline(tomorrow("Sam", "quiz", topic="pricing")) == headline(asked)


def test_a_question_of_an_older_card_or_with_another_mark_does_not_count(asking: Asking, company: Company) -> None:
    asked = asking("Sam", "quiz", topic="pricing")
    invocation = buttons(asked)["A"]
    assert invocation is not None
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
    invocation = buttons(asked)["A"]
    assert invocation is not None
    reply = asking("Sam", "choose", **invocation.params)
    (quote,) = (block for block in reply.answer.blocks if isinstance(block, Quote))
    assert quote.source is not None
    assert not any(file in english(quote.source) for file in hidden)


# --- the pure parts of the quiz


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


def test_what_was_wrong_comes_back_after_one_three_seven_and_21_days(knowledge: KnowledgeBase) -> None:
    from skills.quiz import Form

    document = next(each for each in knowledge.documents() if each.card.questions)
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


# --- new-hire mode


def why(reply: Reply) -> list[str]:
    said = [english(block.text) for block in reply.answer.blocks if isinstance(block, Paragraph)]
    return [words for words in said if words.startswith("**Why it matters**")]


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
