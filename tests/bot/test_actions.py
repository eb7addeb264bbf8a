"""Buttons, questions and forms."""

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from bot.listeners import modals
from bot.local_workspace import Message, NothingHappened, buttons
from skills.answer import Action, Answer, Choice, Invocation
from skills.runner import Reply
from skills.text import text
from store.engine import Database
from store.models import Activity, Opportunity
from tests.bot.slack_bot import BOT, Bot, answering, running
from tests.skills.company import Company, build_company

MENTION = f"<@{BOT}>"


def stage_of(company: Company, name: str) -> str:
    with company.database.session() as session:
        row = session.exec(select(Opportunity).where(Opportunity.name == name)).one()
        return next(stage for stage, number in company.stages.items() if number == row.stage_id)


async def says(bot: Bot, name: str, words: str, channel: str = "") -> Message:
    """The answer to what somebody says, in the direct conversation unless a channel is named."""
    person = bot.person(name)
    said = await (person.say(words, channel=channel) if channel else person.say(words, dm=True))
    return await bot.workspace.reply_to(said)


async def test_a_small_change_is_made_at_once_and_undone_by_its_button(bot: Bot) -> None:
    done = await says(bot, "dana", "update opportunity=acme stage=Proposal")
    assert "Pilot → Proposal" in done.as_text()
    assert stage_of(bot.company, "Acme Watch") == "Proposal"
    dana = bot.person("dana")
    await dana.click(done, "Undo")
    await bot.settled()
    assert stage_of(bot.company, "Acme Watch") == "Pilot"
    now = bot.workspace.current(done)
    assert now is not None
    assert "Undo" not in buttons(now), "what is taken back is not offered again"
    assert "Taken back" in bot.workspace.messages(done.channel)[-1].as_text()


async def test_a_risky_change_is_asked_about_and_made_after_yes(bot: Bot) -> None:
    question = await says(bot, "dana", "update opportunity=acme stage=Won")
    assert buttons(question)[:2] == ["Yes, do it", "No, leave it"]
    assert stage_of(bot.company, "Acme Watch") == "Pilot"
    await bot.person("dana").click(question, "Yes, do it")
    await bot.settled()
    assert stage_of(bot.company, "Acme Watch") == "Won"
    asked = bot.workspace.current(question)
    assert asked is not None
    assert not buttons(asked), "an answered question has no buttons"


async def test_no_changes_nothing(bot: Bot) -> None:
    question = await says(bot, "dana", "update opportunity=acme stage=Won")
    await bot.person("dana").click(question, "No, leave it")
    await bot.settled()
    assert stage_of(bot.company, "Acme Watch") == "Pilot"
    assert "nothing was changed" in bot.workspace.messages(question.channel)[-1].as_text()


async def test_a_question_in_a_channel_is_for_the_asker_alone_and_becomes_the_result(bot: Bot) -> None:
    question = await says(bot, "dana", f"{MENTION} update opportunity=acme stage=Won", "#team")
    dana = bot.person("dana")
    assert question.ephemeral_to == dana.id
    await dana.click(question, "Yes, do it")
    result = await dana.hears(containing="Won")
    assert "Yes, do it" not in buttons(result)
    assert stage_of(bot.company, "Acme Watch") == "Won"


async def test_a_button_of_somebody_else_s_change_does_nothing_for_others(bot: Bot) -> None:
    done = await says(bot, "dana", f"{MENTION} update opportunity=acme stage=Proposal", "#team")
    assert done.ephemeral_to is None
    await bot.person("sam").click(done, "Undo")
    await bot.settled()
    assert stage_of(bot.company, "Acme Watch") == "Proposal"


async def test_pressing_twice_changes_once(bot: Bot) -> None:
    question = await says(bot, "dana", "update opportunity=acme stage=Won")
    dana = bot.person("dana")
    await asyncio.gather(dana.click(question, "confirm-0"), dana.click(question, "confirm-0"))
    await bot.settled()
    assert stage_of(bot.company, "Acme Watch") == "Won"
    shown = [message.as_text() for message in bot.workspace.messages(question.channel)]
    assert sum("answered already" in words for words in shown) == 1


async def test_a_choice_completes_what_was_unclear(bot: Bot) -> None:
    bot.company.open("Dana", "1000", "Pilot", account="Acme", name="Acme Sense")
    unclear = await says(bot, "dana", "update opportunity=acme next_step=Call")
    assert {"Acme Watch", "Acme Sense"} <= {label.split(" (")[0].split(" –")[0] for label in buttons(unclear)} or len(
        buttons(unclear)
    ) >= 2
    await bot.person("dana").click(unclear, buttons(unclear)[0])
    await bot.settled()
    assert "next step" in bot.workspace.messages(unclear.channel)[-1].as_text().lower()


async def test_a_button_of_an_older_version_says_so(company: Company) -> None:
    async with running(company) as bot:
        poster = bot.desk.poster
        opened = await poster.client.conversations_open(users=bot.person("dana").id)
        blocks: list[Any] = [
            {
                "type": "actions",
                "block_id": "a",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "run-0",
                        "text": {"type": "plain_text", "text": "Go"},
                        "value": "old",
                    }
                ],
            }
        ]
        await poster.client.chat_postMessage(channel=opened["channel"]["id"], text="Old", blocks=blocks)
        dana = bot.person("dana")
        (old,) = bot.workspace.messages(dana.direct_channel)
        await dana.click(old, "Go")
        assert "no longer works" in (await dana.hears()).as_text()


async def test_the_form_holds_what_is_true_now_and_changes_only_what_was_changed(bot: Bot) -> None:
    today = await says(bot, "dana", "today")
    dana = bot.person("dana")
    await dana.click(today, "Edit Acme")
    form = await dana.modal()
    assert form.title == "Edit opportunity"
    shown = form.as_text()
    assert "Pilot" in shown
    assert "USD 40,000" in shown
    assert "Send the contract" in shown
    sent = await dana.submits(form, {"stage": "Proposal", "close_date": "2026-12-18"})
    assert sent.closed
    await bot.settled()
    with bot.company.database.session() as session:
        row = session.exec(select(Opportunity).where(Opportunity.name == "Acme Watch")).one()
        assert row.stage_id == bot.company.stages["Proposal"]
        assert row.expected_close is not None
        assert row.expected_close.isoformat() == "2026-12-18"
        assert row.next_step == "Send the contract"
        assert row.amount_minor == 4_000_000
    told = bot.workspace.messages(today.channel)[-1]
    assert "Undo" in buttons(told)


async def test_what_is_wrong_is_shown_at_its_field(bot: Bot) -> None:
    today = await says(bot, "dana", "today")
    dana = bot.person("dana")
    await dana.click(today, "Edit Acme")
    form = await dana.modal()
    sent = await dana.submits(form, {"amount": "lots of money"})
    assert set(sent.errors) == {"amount"}
    sent = await dana.submits(form, {"stage": "Lost"})
    assert set(sent.errors) == {"loss_reason"}
    assert "Why was" in sent.errors["loss_reason"]
    assert stage_of(bot.company, "Acme Watch") == "Pilot"


async def test_a_risky_form_asks_in_its_place(bot: Bot) -> None:
    today = await says(bot, "dana", "today")
    dana = bot.person("dana")
    await dana.click(today, "Edit Acme")
    sent = await dana.submits(await dana.modal(), {"stage": "Won"})
    assert sent.view is not None
    assert "closes the opportunity as won" in sent.view.as_text()
    assert stage_of(bot.company, "Acme Watch") == "Pilot"
    done = await dana.submits(sent.view)
    assert done.closed
    await bot.settled()
    assert stage_of(bot.company, "Acme Watch") == "Won"


async def test_a_form_for_a_new_record_finds_customers_while_one_types(bot: Bot) -> None:
    explained = await says(bot, "dana", "help topic=log")
    dana = bot.person("dana")
    await dana.click(explained, "Open the form")
    form = await dana.modal()
    found = await dana.options(form, "find-about", "acm")
    assert [option["text"]["text"] for option in found] == ["Acme Watch", "Acme"]
    sent = await dana.submits(form, {"kind": "call", "about": "Acme Watch", "note": "Spoke to procurement"})
    assert sent.closed, sent.errors
    await bot.settled()
    with bot.company.database.session() as session:
        (activity,) = session.exec(select(Activity)).all()
        assert activity.note == "Spoke to procurement"


async def test_looking_up_shows_only_what_one_may_read(bot: Bot) -> None:
    explained = await says(bot, "dana", "help topic=log")
    dana = bot.person("dana")
    await dana.click(explained, "Open the form")
    found = await dana.options(await dana.modal(), "find-about", "watch")
    assert [option["text"]["text"] for option in found] == ["Acme Watch"], "Lakeshore Watch belongs to another team"


async def test_the_form_of_a_record_that_one_may_not_see_does_not_open(bot: Bot) -> None:
    eva = bot.person("eva")
    edit = Action(label=text("Edit"), kind="form", invocation=Invocation.of("update", opportunity="opportunity:1"))
    from bot.views.answer import draw_answer
    from skills.language import get_language

    drawing = draw_answer(Answer(headline=text("Here"), actions=(edit,)), get_language("en"))
    await bot.desk.poster.post(drawing, eva.direct_channel)
    (message,) = bot.workspace.messages(eva.direct_channel)
    await eva.click(message, "Edit")
    assert "not one that you may see" in (await eva.hears()).as_text()
    assert eva.open_modal is None


async def test_a_form_that_slack_no_longer_opens_says_what_to_do(bot: Bot) -> None:
    today = await says(bot, "dana", "today")
    bot.workspace.faults.expire_triggers()
    dana = bot.person("dana")
    await dana.click(today, "Edit Acme")
    assert "Press the button once more" in (await dana.hears()).as_text()


async def test_a_form_that_takes_long_is_acknowledged_in_time_and_its_result_told(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = await says(bot, "dana", "today")
    dana = bot.person("dana")
    await dana.click(today, "Edit Acme")
    form = await dana.modal()
    monkeypatch.setattr(modals, "ACK_WITHIN", 0.0)
    sent = await dana.submits(form, {"stage": "Proposal"})
    assert sent.closed
    assert "Proposal" in (await dana.hears()).as_text()


async def test_a_pressed_choice_carries_its_words_safely(company: Company) -> None:
    choice = Choice(label=text("The <one> & only"), invocation=Invocation.of("help", topic="update"))

    which = [Reply(skill="help", answer=Answer(headline=text("Which?"), choices=(choice,)))]
    async with running(company, understand=answering(lambda _: which)) as bot:
        unclear = await says(bot, "dana", "x")
        assert buttons(unclear) == ["The <one> & only"]
        await bot.person("dana").click(unclear, "run-0")
        assert "update" in (await bot.person("dana").hears()).as_text()


async def test_where_a_channel_sees_less_its_reader_may_see_the_rest_alone(database: Database) -> None:
    company = build_company(database, sharing="private")
    company.open("Dana", "40000", "Pilot", name="Acme Watch")
    company.open("Sam", "25000", "Proposal", name="Brandt Sense")
    async with running(company) as bot:
        shown = await says(bot, "mara", f"{MENTION} pipeline team=Alpha", "#pair")
        assert shown.ephemeral_to is None
        assert "Acme Watch" in shown.as_text()
        assert "Brandt Sense" not in shown.as_text()
        mara = bot.person("mara")
        await mara.click(shown, "Show me privately")
        private = await mara.hears()
        assert private.ephemeral_to == mara.id
        assert "Brandt Sense" in private.as_text()


async def test_what_only_the_others_in_the_channel_may_not_see_is_shown_to_the_asker_alone(bot: Bot) -> None:
    shown = await says(bot, "dana", f"{MENTION} pipeline owner=me", "#sales")
    assert shown.ephemeral_to == bot.person("dana").id
    assert "Acme Watch" in shown.as_text()
    assert "Shown to you alone" in shown.as_text()
    refused = await says(bot, "dana", f"{MENTION} pipeline owner=eva", "#sales")
    assert "Lakeshore Watch" not in refused.as_text()


async def test_a_change_in_a_channel_that_may_not_see_the_record_is_told_to_the_asker_alone(bot: Bot) -> None:
    done = await says(bot, "dana", f"{MENTION} update opportunity=acme stage=Proposal", "#sales")
    assert done.ephemeral_to == bot.person("dana").id
    assert stage_of(bot.company, "Acme Watch") == "Proposal"


async def test_in_a_channel_of_the_team_its_records_are_shown(bot: Bot) -> None:
    shown = await says(bot, "dana", f"{MENTION} pipeline owner=me", "#team")
    assert "Acme Watch" in shown.as_text()
    assert "Show me privately" not in buttons(shown)


async def test_the_home_tab_shows_what_one_needs(bot: Bot) -> None:
    home = (await bot.person("dana").open_home()).as_text()
    assert "Hello, Dana" in home
    assert "What needs me today" in home
    assert "Acme Watch" in home
    assert "Brandt Sense" not in home


async def test_the_home_tab_is_put_up_anew_after_a_change_made_there(bot: Bot) -> None:
    dana = bot.person("dana")
    home = await dana.open_home()
    await dana.click(home, "Edit Acme")
    form = await dana.modal()
    await dana.submits(form, {"stage": "Negotiation"})
    await bot.settled()
    assert dana.home is not None
    assert "Negotiation" in dana.home.as_text()
    assert "Negotiation" in (await dana.hears()).as_text()


async def test_a_stranger_s_home_tab_says_whom_to_ask(bot: Bot) -> None:
    home = (await bot.workspace.person("U0STRANGER").open_home()).as_text()
    assert "I don't know you" in home
    assert "Acme" not in home


async def test_nothing_is_told_where_nothing_was_asked(bot: Bot) -> None:
    with pytest.raises(NothingHappened):
        await bot.person("dana").hears(timeout=0.05)
