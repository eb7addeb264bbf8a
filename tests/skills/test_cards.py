"""Answers say how far their card can be trusted; what people say of answers and cards is kept, and counts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import KnowledgeBase, KnowledgeSettings
from skills.answer import Quote, Status
from skills.catalog import CATALOG
from skills.contract import Audience
from skills.runner import Assistant, Reply
from store.channels import set_channel_members
from store.models import Question
from store.scope import Scope
from tests.skills.company import NOW, Asking, Company, bullets, buttons, headline, notes, rows

CARDS = {
    "lunch.md": (
        """title: Sales lunch
owner: Dana Whitfield
verified: 2026-08-01
review_every: 30d
questions: ['When is the sales lunch?']""",
        "The sales lunch is on Thursdays at 12:40.",
    ),
    "badges.md": (
        """title: Badge colours
owner: Lee Ortiz
verified: 2026-11-01
review_every: 90d
questions: ['Which colour are our badges?']""",
        "Our badges are teal.",
    ),
    "parking.md": (
        "title: Visitor parking\nowner: Eva Krüger\nvalid_to: 2026-10-31\nquestions: ['Where do visitors park?']",
        "Visitors park behind gate 6.",
    ),
    "floor.md": (
        "title: Discount floor\nowner: Mara Lindt\naudience: managers\nquestions: ['What is our discount floor?']",
        "The discount floor is 31 percent.",
    ),
    "pilot.md": (
        "title: Pilot stage\nkind: stage\nstage: [Pilot]\naudience: managers",
        "## Exit criteria\n\nThe sponsor has signed the protocol of the pilot.",
    ),
}


@pytest.fixture(scope="module")
def playbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("playbook")
    for name, (front, words) in CARDS.items():
        title = front.partition("\n")[0].removeprefix("title: ")
        (folder / name).write_text(f"---\n{front}\n---\n\n# {title}\n\n{words}\n")
    return folder


@pytest.fixture(scope="module")
def knowledge(playbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(KnowledgeSettings(home=tmp_path_factory.mktemp("home")), lambda: NOW) as knowledge:
        knowledge.add([playbook])
        yield knowledge


@pytest.fixture
def asking(company: Company, knowledge: KnowledgeBase) -> Asking:
    return Asking(company, Assistant(company.database, knowledge, CATALOG, lambda: NOW))


def asked(company: Company) -> list[Question]:
    with company.database.session() as session:
        return list(session.exec(select(Question).order_by(Question.id)).all())  # type: ignore[arg-type]


def in_channel(company: Company, *names: str) -> Audience:
    with company.database.writing() as session:
        people = [company.people[name] for name in names]
        set_channel_members(session, "C1", "deals", people, now=NOW)
    return Audience(channel="C1", name="#deals", scope=Scope.of(()))


def press(asking: Asking, who: str, reply: Reply, label: str) -> Reply:
    invocation = buttons(reply)[label]
    assert invocation is not None
    return asking(who, invocation.skill, **invocation.params)


# --- what an answer says of its card


def test_an_answer_names_owner_and_day_and_that_a_review_is_due(asking: Asking) -> None:
    said = notes(asking("Sam", "ask", question="When is the sales lunch?"))
    assert "Owner: Dana Whitfield. Verified 1 Aug 2026." in said
    assert "due for review since 1 Sep 2026" in said


def test_a_card_whose_owner_left_names_the_manager(asking: Asking) -> None:
    said = notes(asking("Sam", "ask", question="Which colour are our badges?"))
    assert "Owner: Lee Ortiz, who has left; ask Mara Lindt." in said
    assert "due for review" not in said


def test_an_expired_card_does_not_answer_and_says_whom_to_ask(asking: Asking) -> None:
    reply = asking("Sam", "ask", question="Where do visitors park?")
    assert reply.answer.status is Status.REFUSED
    assert not [block for block in reply.answer.blocks if isinstance(block, Quote)]
    assert "no longer valid. Ask Eva Krüger." in notes(reply)
    assert "Ask Eva Krüger" in buttons(reply)


# --- helpful or not


def test_a_question_is_kept_once_a_day_with_what_answered_it(asking: Asking, company: Company) -> None:
    for _ in range(2):
        asking("Sam", "ask", question="When is the sales  lunch?")
    asking("Dana", "ask", question="When is the sales lunch?")
    kept = asked(company)
    assert [(q.person_id, q.file, q.band) for q in kept] == [
        (company.people["Sam"], "lunch.md", "sure"),
        (company.people["Dana"], "lunch.md", "sure"),
    ]
    assert 0 < kept[0].confidence <= 100


def test_not_helpful_is_kept_at_once_and_asks_for_the_reason(asking: Asking, company: Company) -> None:
    answer = asking("Sam", "ask", question="When is the sales lunch?")
    reply = press(asking, "Sam", answer, "Not helpful")
    assert headline(reply) == "Thank you. What was wrong with it?"
    assert [q.helpful for q in asked(company)] == [False]
    done = press(asking, "Sam", reply, "It is outdated")
    assert headline(done) == "Thank you, that is noted."
    assert [(q.helpful, q.reason) for q in asked(company)] == [(False, "outdated")]
    assert done.answer.private
    press(asking, "Sam", done, "Undo")
    assert [q.reason for q in asked(company)] == [""]


def test_whoever_reads_along_judges_for_themselves(asking: Asking, company: Company) -> None:
    answer = asking(
        "Sam", "ask", question="When is the sales lunch?", audience=in_channel(company, "Sam", "Dana", "Mara")
    )
    press(asking, "Sam", answer, "Helpful")
    press(asking, "Dana", answer, "Not helpful")
    assert [(q.person_id, q.helpful) for q in asked(company)] == [
        (company.people["Sam"], True),
        (company.people["Dana"], False),
    ]


def test_feedback_in_words_is_about_the_last_question(asking: Asking, company: Company) -> None:
    asking("Sam", "ask", question="Which colour are our badges?")
    asking("Sam", "feedback", helpful="no", reason="it is wrong")
    assert [(q.words, q.helpful, q.reason) for q in asked(company)] == [
        ("Which colour are our badges?", False, "wrong")
    ]
    assert asking("Eva", "feedback", helpful="yes").answer.status is Status.REFUSED
    assert asking("Sam", "feedback", helpful="perhaps").answer.status is Status.CLARIFY


def test_what_only_the_channel_may_not_read_is_no_gap(asking: Asking, company: Company) -> None:
    audience = in_channel(company, "Mara", "Dana")
    reply = asking("Mara", "ask", question="What is our discount floor?", audience=audience)
    assert "31 percent" not in reply.model_dump_json()
    assert [(q.band, q.file) for q in asked(company)] == [("sure", "floor.md")]


def test_a_call_plan_quotes_what_everybody_there_may_read(asking: Asking, company: Company) -> None:
    deal = f"opportunity:{company.open('Dana', '500', 'Pilot', name='Acme line 4')}"
    assert "signed the protocol" in asking("Mara", "prep", about=deal).model_dump_json()
    assert "signed the protocol" not in asking("Dana", "prep", about=deal).model_dump_json()
    channel = replace(in_channel(company, "Mara", "Dana"), scope=Scope.everybody())
    shared = asking("Mara", "prep", about=deal, audience=channel)
    assert "Acme line 4" in headline(shared)
    assert "signed the protocol" not in shared.model_dump_json()


# --- verification


def test_the_owner_says_with_one_click_that_a_card_is_still_true(asking: Asking) -> None:
    due = asking("Dana", "verify")
    assert "1 card" in headline(due)
    done = press(asking, "Dana", due, "Still true")
    assert done.answer.status is Status.DONE
    assert headline(asking("Dana", "verify")).startswith("No card is due")
    said = notes(asking("Sam", "ask", question="When is the sales lunch?"))
    assert "Verified 18 Nov 2026" in said
    assert "due for review" not in said


def test_a_check_counts_until_the_words_change(asking: Asking, playbook: Path, knowledge: KnowledgeBase) -> None:
    asking("Dana", "check", card="Sales lunch", holds="yes")
    path = playbook / "lunch.md"
    before = path.read_text()
    try:
        path.write_text(before.replace("12:40", "13:10"))
        knowledge.add([playbook])
        assert "due for review" in notes(asking("Sam", "ask", question="When is the sales lunch?"))
    finally:
        path.write_text(before)
        knowledge.add([playbook])
    assert "due for review" not in notes(asking("Sam", "ask", question="When is the sales lunch?"))


def test_out_of_date_needs_a_reason_and_shows_in_answers(asking: Asking) -> None:
    assert asking("Sam", "check", card="badge colours", holds="no").answer.status is Status.CLARIFY
    asking("Sam", "check", card="badge colours", holds="no", reason="they are green now")
    said = notes(asking("Eva", "ask", question="Which colour are our badges?"))
    assert "Reported out of date by Sam Osei on 18 Nov 2026: they are green now" in said
    mara = asking("Mara", "verify")
    assert "Badge colours" in mara.model_dump_json(), "the manager of an owner who left"
    press(asking, "Mara", mara, "Still true")
    assert "Reported" not in notes(asking("Eva", "ask", question="Which colour are our badges?"))


def test_only_who_answers_for_a_card_verifies_it(asking: Asking) -> None:
    assert asking("Sam", "check", card="sales lunch", holds="yes").answer.status is Status.REFUSED
    assert asking("Mara", "check", card="sales lunch", holds="yes").answer.status is Status.REFUSED
    assert asking("Vera", "check", card="sales lunch", holds="yes").answer.status is Status.DONE


def test_a_card_that_one_may_not_read_is_not_named(asking: Asking) -> None:
    reply = asking("Dana", "check", card="discount floor", holds="no", reason="it moved")
    assert reply.answer.status in (Status.REFUSED, Status.CLARIFY)
    assert "floor.md" not in reply.model_dump_json()


def test_others_cards_are_for_managers(asking: Asking) -> None:
    assert asking("Sam", "verify", owner="Dana").answer.status is Status.REFUSED
    assert "1 card" in headline(asking("Mara", "verify", owner="Dana"))
    assert "Sales lunch" in asking("Vera", "verify", owner="everyone").model_dump_json()


# --- questions without an answer


def asks(asking: Asking, *names: str, question: str, audience: Audience | None = None) -> None:
    for name in names:
        asking(name, "ask", question=question, audience=audience)


def test_what_has_no_answer_is_put_together_for_whoever_should_know(asking: Asking) -> None:
    asks(asking, "Sam", "Eva", question="Which caterer delivers the sales breakfast?")
    asks(asking, "Yuki", question="which caterer is delivering the sales breakfasts")
    reply = asking("Vera", "gaps")
    assert headline(reply) == "**1 question** has no good answer in the playbook."
    ((words, times, people, last, knows, state),) = rows(reply)
    assert "caterer" in words
    assert (times, people, last) == ("3", "3", "18 Nov 2026")
    assert knows == "Dana Whitfield"
    assert "Sales lunch" in state
    assert rows(asking("Dana", "gaps")) == rows(reply), "it is her card that comes nearest"
    assert headline(asking("Eva", "gaps")) == "No question waits for an answer."


def test_nobody_is_told_who_asked(asking: Asking) -> None:
    asks(asking, "Sam", question="Which caterer delivers the sales breakfast?")
    reply = asking("Dana", "gaps")
    assert "Sam" not in reply.answer.model_dump_json()


def test_whoever_should_know_writes_the_card_and_the_question_is_gone(
    asking: Asking, knowledge: KnowledgeBase, playbook: Path
) -> None:
    asks(asking, "Sam", question="Which caterer delivers the sales breakfast?")
    form = buttons(asking("Dana", "gaps"))["Write the card"]
    assert form is not None
    assert form.params["questions"] == "Which caterer delivers the sales breakfast?"
    shown = asking("Dana", "card", **form.params, body="Feinkost Bauer delivers the sales breakfast.")
    assert shown.answer.status is Status.CONFIRM, "a rep who answers for a card may write another one"
    assert asking("Sam", "card", title="Mine", body="Words of mine.").answer.status is Status.REFUSED
    card = playbook / "breakfast.md"
    card.write_text(
        "---\ntitle: Sales breakfast\nquestions: ['Which caterer delivers the sales breakfast?']\n---\n\n"
        "# Sales breakfast\n\nFeinkost Bauer delivers the sales breakfast.\n"
    )
    try:
        knowledge.add([playbook])
        assert headline(asking("Dana", "gaps")) == "No question waits for an answer."
    finally:
        card.unlink()
        knowledge.add([playbook])


def test_an_answer_that_did_not_help_waits_until_somebody_looks_at_the_card(asking: Asking) -> None:
    asks(asking, "Sam", question="When is the sales lunch?")
    asking("Sam", "feedback", helpful="no", reason="outdated")
    reply = asking("Dana", "gaps")
    assert rows(reply)[0][-1] == "Sales lunch, outdated"
    press(asking, "Dana", reply, "Still true: Sales lunch")
    assert asking("Dana", "gaps").answer.idle


def test_what_nobody_is_known_for_goes_to_the_managers_of_those_who_asked(asking: Asking, company: Company) -> None:
    with company.database.writing() as session:
        session.add(
            Question(
                key="k",
                asked_at=NOW,
                person_id=company.people["Eva"],
                words="Do we sponsor chess clubs?",
                band="unknown",
            )
        )
    assert rows(asking("Ken", "gaps", owner="me"))[0][4] == "–"
    assert asking("Mara", "gaps", owner="me").answer.idle
    assert asking("Eva", "gaps", owner="everyone").answer.status is Status.REFUSED


def test_in_a_channel_what_one_person_asked_privately_is_not_told(asking: Asking, company: Company) -> None:
    channel = in_channel(company, "Mara", "Dana", "Sam")
    asks(asking, "Sam", question="Which caterer delivers the sales breakfast?")
    assert asking("Mara", "gaps", audience=channel).answer.idle
    asks(asking, "Dana", question="Which caterer delivers the sales breakfast?")
    assert len(rows(asking("Mara", "gaps", audience=channel))) == 1


def test_in_a_channel_a_card_that_not_all_may_read_brings_no_question_along(asking: Asking, company: Company) -> None:
    channel = in_channel(company, "Mara", "Dana")
    asks(asking, "Mara", question="What is our discount floor?", audience=channel)
    asking("Mara", "feedback", helpful="no", reason="unclear")
    assert "floor" not in asking("Mara", "gaps", audience=channel).model_dump_json()
    assert "Discount floor" in asking("Mara", "gaps").model_dump_json()


def test_a_period_is_kept(asking: Asking) -> None:
    asks(asking, "Sam", question="Which caterer delivers the sales breakfast?")
    assert asking("Vera", "gaps", period="last month").answer.idle
    assert "from 22 Oct 2026 to 18 Nov 2026" in notes(asking("Vera", "gaps"))


# --- usage


def test_usage_counts_answers_people_and_what_they_said(asking: Asking) -> None:
    asks(asking, "Sam", "Dana", question="When is the sales lunch?")
    asking("Sam", "feedback", helpful="no", reason="unclear")
    asking("Dana", "feedback", helpful="yes")
    asks(asking, "Eva", question="Which colour are our badges?")
    reply = asking("Mara", "usage")
    assert rows(reply)[0] == ["Sales lunch", "Dana Whitfield", "2", "2", "1", "1"]
    assert bullets(reply, "Not helpful:") == ["**Sales lunch**: 1 of 2 found it unhelpful"]
    assert bullets(reply, "Never used:") == ["Discount floor", "Pilot stage"], "an expired card can't be used"
    assert headline(reply) == "**2 of 4 cards** answered 3 questions; 2 were never used."
    assert asking("Sam", "usage").answer.status is Status.REFUSED


def test_new_people_are_those_in_their_first_ninety_days(asking: Asking) -> None:
    asks(asking, "Sam", question="When is the sales lunch?")
    asks(asking, "Sam", "Dana", question="Which caterer delivers the sales breakfast?")
    asked = rows(asking("Vera", "usage"), 1)
    assert sorted((words, times, card) for words, times, _, card in asked) == [
        ("When is the sales lunch?", "1", "Sales lunch"),
        ("Which caterer delivers the sales breakfast?", "1", "no answer"),
    ], "Sam began on 2 November, Dana longer ago"


def test_usage_in_a_channel_tells_of_what_all_may_read(asking: Asking, company: Company) -> None:
    asks(asking, "Mara", question="What is our discount floor?")
    asks(asking, "Sam", question="When is the sales lunch?")
    said = asking("Mara", "usage", audience=in_channel(company, "Mara", "Dana")).model_dump_json()
    assert "Discount floor" not in said
    assert "When is the sales lunch?" not in said, "one person asked it, privately"
    assert "Sales lunch" in said
