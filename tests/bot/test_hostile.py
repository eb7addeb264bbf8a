"""What nobody means well by, or nobody meant at all: forged values, markup in words, far too much of everything."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from bot.views.answer import draw_answer
from bot.views.button import Press
from skills.answer import Action, Answer, Invocation
from skills.language import get_language
from skills.text import text
from store.models import Account, Activity, ChangeEntry, Opportunity
from tests.bot.slack_bot import BOT, IDS, Bot
from tests.bot.test_actions import says, stage_of

MENTION = f"<@{BOT}>"


async def given(bot: Bot, name: str, *actions: Action) -> Any:
    """A message with these buttons, as somebody could still have it on the screen."""
    drawing = draw_answer(Answer(headline=text("Here"), actions=actions), get_language("en"))
    person = bot.person(name)
    await bot.desk.poster.post(drawing, person.direct_channel)
    return bot.workspace.messages(person.direct_channel)[-1]


def form(skill: str, **params: Any) -> Action:
    return Action(label=text("Open"), kind="form", invocation=Invocation(skill=skill, params=params))


@pytest.mark.parametrize("reference", ["opportunity:3", " opportunity:3 "])
@pytest.mark.parametrize(("skill", "param"), [("log", "about"), ("update", "opportunity")])
async def test_a_form_does_not_name_a_record_that_one_may_not_see(
    bot: Bot, skill: str, param: str, reference: str
) -> None:
    old = await given(bot, "dana", form(skill, **{param: reference}))
    dana = bot.person("dana")
    await dana.click(old, "Open")
    await bot.settled()
    shown = dana.open_modal.as_text() if dana.open_modal else ""
    said = [message.as_text() for message in bot.workspace.messages(dana.direct_channel)]
    assert "Lakeshore Watch" not in shown + "".join(said)


@pytest.mark.parametrize(
    "reference",
    ["opportunity:" + "9" * 30, "opportunity:²", "opportunity:-1", "person:" + "9" * 30, "", 7, None, ["x"]],
)
@pytest.mark.parametrize(("skill", "param"), [("log", "about"), ("update", "opportunity"), ("create", "account")])
async def test_a_form_of_nonsense_opens_or_says_so(
    bot: Bot, caplog: pytest.LogCaptureFixture, skill: str, param: str, reference: object
) -> None:
    old = await given(bot, "dana", form(skill, **{param: reference}))
    await bot.person("dana").click(old, "Open")
    await bot.settled()
    assert "unforeseen" not in caplog.text


async def test_a_very_long_name_does_not_keep_a_form_from_opening(bot: Bot) -> None:
    name = "Acme " * 100
    bot.company.add(Account(name=name))
    number = bot.company.open("Dana", "1000", "Pilot", account=None, name=name, next_step="x" * 9_000)
    dana = bot.person("dana")
    for action in (
        form("create", account=name),
        form("update", opportunity=f"opportunity:{number}"),
        form("log", kind="call", about=f"opportunity:{number}"),
    ):
        await dana.click(await given(bot, "dana", action), "Open")
        assert (await dana.modal()).as_text()


@pytest.mark.parametrize(
    "words", ["<!channel> look", "<@U0SAM> *bold* _it_", "<https://evil.test|Acme>", ":x: `code` ~no~"]
)
async def test_words_of_people_stay_words(bot: Bot, words: str) -> None:
    """As markup they would ring everybody's phone."""
    with bot.company.database.writing() as session:
        row = session.exec(select(Opportunity).where(Opportunity.name == "Acme Watch")).one()
        row.name = row.next_step = words
        number = row.id
    await says(bot, "dana", f"{MENTION} opportunity opportunity=opportunity:{number}", "#team")
    await says(bot, "dana", f"{MENTION} pipeline owner=me", "#team")
    await says(bot, "dana", f"{MENTION} update opportunity=opportunity:{number} stage=Proposal", "#team")
    sent = [call.arguments for call in bot.workspace.calls("chat.postMessage")]
    assert len(sent) == 3
    for message in sent:
        assert "<!" not in message["text"]
        assert "<@" not in message["text"]
        blocks = message["blocks"]
        for markup in _markup(json.loads(blocks) if isinstance(blocks, str) else blocks):
            assert not {"<!", "<@", "<http"} & {markup[i : i + 2] for i in range(len(markup))}


def _markup(shown: Any) -> list[str]:
    if isinstance(shown, dict):
        own = [shown["text"]] if shown.get("type") == "mrkdwn" else []
        return own + [words for value in shown.values() for words in _markup(value)]
    return [words for value in shown for words in _markup(value)] if isinstance(shown, list) else []


@pytest.mark.parametrize("words", ["", " ", "x" * 39_000, "\x00\u202e", "update opportunity=" + "y" * 20_000])
async def test_nothing_and_far_too_much_is_answered(bot: Bot, caplog: pytest.LogCaptureFixture, words: str) -> None:
    await bot.person("dana").say(f"{MENTION} {words}", channel="#team")
    await bot.settled()
    assert bot.workspace.calls("chat.postMessage") or bot.workspace.calls("chat.postEphemeral")
    assert "unforeseen" not in caplog.text


async def test_two_hundred_that_can_be_meant_are_a_few_choices(bot: Bot) -> None:
    for number in range(200):
        bot.company.open("Dana", "1000", "Pilot", name=f"Acme {number}")
    asked = await says(bot, "dana", "update opportunity=acme stage=Proposal")
    assert "Which one?" in asked.as_text()


@pytest.mark.parametrize(
    "params",
    [
        {"action": "delete", "which": 5},
        {"action": ["pause"], "which": "schedule:1"},
        {"action": "make", "report": "pipeline", "report_params": "owner=eva", "when": "daily at 9"},
        {"action": "make", "report": "pipeline", "report_params": {"owner": {"id": 3}}, "when": "daily at 9"},
    ],
)
async def test_a_button_of_wrong_kinds_is_answered(
    bot: Bot, caplog: pytest.LogCaptureFixture, params: dict[str, Any]
) -> None:
    action = Action(label=text("Go"), invocation=Invocation(skill="schedule", params=params))
    await bot.person("dana").click(await given(bot, "dana", action), "Go")
    assert (await bot.person("dana").hears()).as_text()
    assert "unforeseen" not in caplog.text


async def test_a_button_pressed_twice_at_once_logs_once(bot: Bot) -> None:
    note = Invocation.of("log", kind="note", about="opportunity:1", note="Objection: too expensive")
    old = await given(bot, "dana", Action(label=text("Note it"), invocation=note))
    dana = bot.person("dana")
    await asyncio.gather(*(dana.click(old, "Note it") for _ in range(3)))
    await bot.settled()
    with bot.company.database.session() as session:
        assert len(session.exec(select(Activity)).all()) == 1


async def test_a_change_is_told_where_its_thread_cannot_be_remembered(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await says(bot, "dana", "update opportunity=acme stage=Proposal")

    def locked(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(bot.desk.understanding, "remember", locked)
    await bot.person("dana").click(done, "Undo")
    await bot.settled()
    assert stage_of(bot.company, "Acme Watch") == "Pilot"
    assert "Taken back" in bot.workspace.messages(done.channel)[-1].as_text()


async def test_the_same_event_many_times_at_once_is_done_once(bot: Bot) -> None:
    bot.workspace.faults.deliver_twice(5)
    bot.workspace.faults.lose_acks(3)
    await says(bot, "dana", f"{MENTION} update opportunity=acme stage=Proposal", "#team")
    await bot.settled()
    with bot.company.database.session() as session:
        changes = {entry.change_id for entry in session.exec(select(ChangeEntry)).all()}
    assert len(changes) == 1


async def test_another_s_question_is_not_answered_by_a_copy_of_its_button(bot: Bot) -> None:
    question = await says(bot, "dana", "update opportunity=acme stage=Won")
    token = next(
        press.token
        for block in question.blocks
        for element in block.get("elements", ())
        if (press := Press.read(str(element.get("value") or ""))) and press.do == "confirm"
    )
    copy = await given(bot, "sam", Action(label=text("Yes"), kind="confirm", token=token))
    await bot.person("sam").click(copy, "Yes")
    assert "Only the person I asked" in (await bot.person("sam").hears()).as_text()
    assert stage_of(bot.company, "Acme Watch") == "Pilot"


async def test_who_may_not_see_them_is_not_offered_names_while_typing(bot: Bot) -> None:
    dana = bot.person("dana")
    await dana.click(await given(bot, "dana", form("log", kind="call")), "Open")
    opened = await dana.modal()
    for words in ("lakeshore", "watch", "%", "_", "\\", "'; drop table opportunity"):
        found = await dana.options(opened, "find-about", words)
        assert "Lakeshore Watch" not in str(found)


async def test_somebody_s_home_is_theirs_alone(bot: Bot) -> None:
    home = (await bot.person("eva").open_home()).as_text()
    assert "Lakeshore Watch" in home
    assert "Acme Watch" not in home
    assert {call.arguments["user_id"] for call in bot.workspace.calls("views.publish")} == {IDS["eva"]}
