"""New people see where they are on their path and what shows it, and nobody else looks on unasked."""

import datetime as dt

import pytest

from knowledge_base import KnowledgeBase
from skills.answer import Paragraph, Status
from store.models import Leave, Organisation, QuizAnswer, StepMark
from tests.skills.company import NOW, Asking, Company, bullets, buttons, day, english, headline, notes, rows
from tests.skills.newcomers import (
    CHANNEL,
    QUIZ_STEP,
    at,
    due_days,
    evidence,
    later,
    met,
    moved,
    press,
    set_person,
    stands,
)


@pytest.fixture
def asking(company: Company, demo_cards: KnowledgeBase) -> Asking:
    return at(company, demo_cards, NOW)


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
    assert stands(asking("Sam", "onboarding"))["Find your way"].endswith("late")


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
    assert headline(done) == "Sam Osei: **Pitch of 12 minutes** is certified."
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


@pytest.mark.parametrize("who", ["Mara", "Dana", "Ken", "Vera"])
def test_progress_is_private_unless_shared(asking: Asking, who: str) -> None:
    reply = asking(who, "onboarding", owner="Sam")
    assert reply.answer.status is Status.REFUSED
    assert not reply.answer.blocks


def test_the_person_shares_with_the_manager_alone_and_takes_it_back(asking: Asking) -> None:
    assert (
        headline(asking("Sam", "learning", share="on"))
        == "Mara Lindt may see your onboarding progress, and nobody else."
    )
    shown = asking("Mara", "onboarding", owner="Sam")
    assert headline(shown).startswith("Sam Osei, working day 13: 0 of 11 steps are done.")
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


def test_who_left_has_no_path_and_who_was_always_there_is_past_it(asking: Asking, company: Company) -> None:
    assert headline(asking("Mara", "onboarding", owner="Lee")) == "Lee Ortiz left on 30 Sep 2026."
    assert "Only Lee Ortiz and their manager" in headline(asking("Ken", "onboarding", owner="Lee"))
    assert "I don't know when Dana Whitfield joined" in headline(asking("Dana", "onboarding"))
    set_person(company, "Dana", active_from=day(1, 8, 2024))
    assert headline(asking("Dana", "onboarding")) == (
        "You joined on 8 Jan 2024: your path as a new hire is behind you."
    )


def test_leave_keeps_somebody_on_the_path_for_longer(asking: Asking, company: Company) -> None:
    set_person(company, "Sam", active_from=day(5, 4))
    behind = "You joined on 4 May 2026: your path as a new hire is behind you."
    assert headline(asking("Sam", "onboarding")) == behind
    asking("Sam", "learning", mode="on")
    assert headline(asking("Sam", "onboarding")) == behind
    company.add(Leave(person_id=company.people["Sam"], first_day=day(7, 1), last_day=day(7, 31)))
    assert headline(asking("Sam", "onboarding")).startswith("Working day 120: ")


def test_before_the_first_working_day_it_says_what_comes_first(asking: Asking, company: Company) -> None:
    set_person(company, "Sam", active_from=day(11, 21))
    on_saturday = later(asking, 3)
    assert headline(on_saturday("Sam", "onboarding")) == (
        "Your path begins on 23 Nov 2026. First: **Find your way**, by 27 Nov 2026."
    )


@pytest.mark.parametrize(
    ("done", "advice"),
    [
        ([], "Read its cards, listed below, and tell me when it is done."),
        (["Find your way"], "Let me quiz you: no question answered yet; 80% of at least 8 pass."),
    ],
)
def test_the_next_step_comes_with_what_brings_it_about(asking: Asking, done: list[str], advice: str) -> None:
    for step in done:
        asking("Sam", "step", step=step)
    first = next(block for block in asking("Sam", "onboarding").answer.blocks if isinstance(block, Paragraph))
    assert english(first.text) == advice


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
    assert headline(reply).startswith("Working day 3: 0 of 11 steps are done. Next: **Find your way**, by 20 Nov 2026")
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


def test_the_manager_s_digest_says_who_is_ready_for_certification_where_that_is_shared(
    asking: Asking, company: Company
) -> None:
    ready = "Sam Osei is ready for certification: Pitch of 12 minutes, by 30 Nov 2026."

    def told(who: str = "Mara") -> list[str]:
        return [line.replace("**", "") for line in bullets(asking(who, "digest"), "In the team")]

    asking("Sam", "learning", share="on")
    sam = company.people["Sam"]
    answers = [
        QuizAnswer(
            person_id=sam, question=f"q{number}", file="pricing/payment-terms.md", chosen="30", correct=True,
            day=day(11, 12), answered_at=NOW - dt.timedelta(days=6),
        )
        for number in range(8)
    ]  # fmt: skip
    company.add(*answers)
    asking("Sam", "step", step="find your way")
    assert ready not in told(), "a step that is due before it is open"
    asking("Sam", "step", step="competitors and stories")
    assert ready in told()
    form = buttons(asking("Mara", "digest"))["Certify: Sam Osei"]
    assert form is not None
    assert (form.skill, form.params["step"]) == ("step", "Pitch of 12 minutes")
    assert ready not in told("Vera"), "who is not their manager"
    asking("Sam", "learning", share="off")
    assert ready not in told()
    asking("Sam", "learning", share="on")
    asking("Mara", "step", step="pitch", owner="sam")
    assert ready not in told()
