"""The "⋯" menu beside the buttons: what it carries, and that choosing works wherever a button would."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from bot.local_workspace import Message, as_text, buttons, check_message, menu
from bot.views.answer import draw_answer
from bot.views.button import Press
from bot.views.errors import outdated
from bot.views.limits import validate_message
from bot.views.menu import MOST_OPTIONS, MOST_VALUE, draw_menu, read_option
from skills.answer import Action, Answer, Column, Invocation, Table
from skills.language import get_language
from skills.runner import Reply
from skills.text import Count, text, verbatim
from store.models import ReportSchedule
from tests.bot.slack_bot import BOT, IDS, Bot, answering, running
from tests.skills.company import Company

ENGLISH = get_language("en")
MENTION = f"<@{BOT}>"


def tucked(label: str, skill: str = "pipeline", **params: Any) -> Action:
    return Action(label=verbatim(label), invocation=Invocation.of(skill, params), tucked=True)


def chosen(element: dict[str, Any]) -> list[Press | None]:
    """What each option of a menu asks for, as Slack sends it back."""
    return [
        read_option({"action_id": element["action_id"], "selected_option": {"value": option["value"]}})
        for option in element["options"]
    ]


names = st.dictionaries(
    st.sampled_from(["owner", "team", "period", "stage"]),
    st.text(max_size=120) | st.integers(-(10**9), 10**9),
    max_size=4,
)


@given(names, st.lists(st.sampled_from(["math", "schedule", "export"]), min_size=1, max_size=7))
def test_whatever_a_menu_takes_comes_back_as_it_was(params: dict[str, Any], skills: list[str]) -> None:
    presses = [
        Press(invocation=Invocation.of(skill, report="pipeline", report_params=params or None, n=number), language="zh")
        for number, skill in enumerate(skills)
    ]
    made, others = draw_menu([(text("Do it"), press) for press in presses], ENGLISH)
    drawn = [] if made is None else [made._resolve()]
    read = [press for element in drawn for press in chosen(element)]
    assert sorted([*(p.value for p in read if p), *(press.value for _, press in others)]) == sorted(
        press.value for press in presses
    )
    for element in drawn:
        assert len(element["action_id"]) <= 255
        assert 1 <= len(element["options"]) <= MOST_OPTIONS
        assert all(len(option["value"]) <= MOST_VALUE for option in element["options"])


def test_what_the_options_share_is_carried_once() -> None:
    params = {"owner": "person:123456", "team": "Enterprise Northern Europe", "period": "2026-01-01 to 2026-12-31"}
    actions = tuple(
        tucked(label, "export", report="pipeline", report_params=params, format=label.lower())
        for label in ("CSV", "XLSX")
    )
    drawing = draw_answer(Answer(headline=text("H"), actions=actions), get_language("zh"))
    (element,) = [e for block in drawing.blocks if block["type"] == "actions" for e in block["elements"]]
    assert element["type"] == "overflow"
    assert element["action_id"].count("Enterprise") == 1
    assert [press and press.invocation for press in chosen(element)] == [a.invocation for a in actions]
    assert check_message(list(drawing.blocks)) == []
    assert validate_message(drawing.text, drawing.blocks) == ()


def test_what_no_menu_can_carry_becomes_a_button() -> None:
    drawing = draw_answer(Answer(headline=text("H"), actions=(tucked("Long", note="x" * 900),)), ENGLISH)
    assert "[Long]" in as_text(list(drawing.blocks))


def test_of_seven_offers_the_first_two_are_buttons() -> None:
    drawing = draw_answer(Answer(headline=text("H"), actions=tuple(tucked(f"No. {n}") for n in range(7))), ENGLISH)
    assert "[No. 0] [No. 1] [overflow ▾ No. 2 | No. 3 | No. 4 | No. 5 | No. 6]" in as_text(list(drawing.blocks))
    assert check_message(list(drawing.blocks)) == []


def test_the_whole_table_is_offered_as_a_button_where_not_all_of_it_is_shown() -> None:
    def drawn(rows: int) -> str:
        table = Table(
            title=text("Long"), columns=(Column(label=text("N")),), rows=tuple((Count(value=n),) for n in range(rows))
        )
        actions = (tucked("As CSV", "export", format="csv"), tucked("As XLSX", "export", format="xlsx"))
        return as_text(list(draw_answer(Answer(headline=text("H"), blocks=(table,), actions=actions), ENGLISH).blocks))

    assert "[As CSV]" not in drawn(20)
    assert "[As CSV] [overflow ▾ As XLSX]" in drawn(150)


# --- through Slack's protocol


async def says(bot: Bot, name: str, words: str, channel: str = "") -> Message:
    person = bot.person(name)
    said = await (person.say(words, channel=channel) if channel else person.say(words, dm=True))
    return await bot.workspace.reply_to(said)


async def test_choosing_from_the_menu_runs_what_it_says(bot: Bot) -> None:
    answer = await says(bot, "dana", "pipeline owner=me")
    assert {"Send me this regularly", "As CSV", "As XLSX"} <= set(menu(answer))
    assert not {"As CSV", "As XLSX"} & set(buttons(answer))
    await bot.person("dana").click(answer, "Send me this regularly")
    await bot.settled()
    question = bot.workspace.messages(answer.channel)[-1]
    assert "When shall I send it?" in question.as_text()
    await bot.person("dana").click(question, "every Monday at 8:00")
    await bot.settled()
    with bot.company.database.session() as session:
        (schedule,) = session.exec(select(ReportSchedule)).all()
    assert (schedule.skill, schedule.weekdays, schedule.at) == ("pipeline", "mon", "08:00")
    now = bot.workspace.current(answer)
    assert now is not None
    assert menu(now), "the menu stays"


async def test_in_a_channel_the_menu_means_the_one_who_asked(bot: Bot) -> None:
    answer = await says(bot, "dana", f"{MENTION} pipeline owner=me", "#team")
    await bot.person("mara").click(answer, "Send me this regularly")
    await bot.settled()
    question = await bot.person("mara").hears(containing="When shall I send it?")
    await bot.person("mara").click(question, "every Monday at 8:00")
    await bot.settled()
    with bot.company.database.session() as session:
        (schedule,) = session.exec(select(ReportSchedule)).all()
    assert f"person:{bot.company.people['Dana']}" in schedule.params
    assert schedule.owner_id == bot.company.people["Mara"]


async def test_the_menu_of_the_home_tab_answers_in_the_direct_conversation(bot: Bot) -> None:
    dana = bot.person("dana")
    home = await dana.open_home()
    assert "As CSV" in menu(home)
    await dana.click(home, "As CSV")
    await bot.settled()
    shown = bot.workspace.messages(dana.direct_channel)
    assert [m for m in shown if m.files]


async def test_a_form_opens_from_the_menu(company: Company) -> None:
    edit = Action(
        label=text("Edit"), kind="form", invocation=Invocation.of("update", opportunity="opportunity:1"), tucked=True
    )
    answer = Reply(skill="opportunity", answer=Answer(headline=text("Here"), actions=(edit,)))
    async with running(company, understand=answering(lambda heard: [answer])) as bot:
        shown = await says(bot, "dana", "anything")
        await bot.person("dana").click(shown, "Edit")
        assert (await bot.person("dana").modal()).title == "Edit opportunity"


async def test_an_option_of_an_older_version_says_so(bot: Bot) -> None:
    opened = await bot.client.conversations_open(users=IDS["dana"])
    element = {
        "type": "overflow",
        "action_id": "menu-0:",
        "options": [{"text": {"type": "plain_text", "text": "Old"}, "value": "old"}],
    }
    blocks: list[Any] = [{"type": "actions", "elements": [element]}]
    channel = opened["channel"]["id"]
    await bot.client.chat_postMessage(channel=channel, text="Old", blocks=blocks)
    await bot.person("dana").click(bot.workspace.messages(channel)[-1], "Old")
    await bot.settled()
    assert as_text(list(draw_answer(outdated(), ENGLISH).blocks)) in bot.workspace.messages(channel)[-1].as_text()
