"""The workspace against a bare Bolt app: buttons, forms, the Home tab, commands, files and streams."""

from __future__ import annotations

import re
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_workspace import CannotActError, NoSuchElement, as_text, buttons
from tests.bot.local_workspace_app import DANA, ignore, running

Json = dict[str, Any]


def text(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def option(words: str, value: str) -> Json:
    return {"text": text(words), "value": value}


UNDO: list[Json] = [
    {"type": "section", "block_id": "change", "text": {"type": "mrkdwn", "text": "*Acme* moved to Proposal"}},
    {
        "type": "actions",
        "block_id": "undo",
        "elements": [
            {"type": "button", "action_id": "undo", "text": text("Undo"), "value": "42"},
            {
                "type": "static_select",
                "action_id": "stage",
                "placeholder": text("Stage"),
                "options": [option("Pilot", "pilot"), option("Won", "won")],
            },
        ],
    },
]

FORM: Json = {
    "type": "modal",
    "callback_id": "edit",
    "title": text("Edit"),
    "submit": text("Save"),
    "close": text("Cancel"),
    "notify_on_close": True,
    "private_metadata": "row 7",
    "blocks": [
        {
            "type": "input",
            "block_id": "amount",
            "label": text("Amount"),
            "element": {"type": "number_input", "action_id": "value", "is_decimal_allowed": False},
        },
        {
            "type": "input",
            "block_id": "account",
            "label": text("Account"),
            "optional": True,
            "element": {"type": "external_select", "action_id": "account", "min_query_length": 1},
        },
        {
            "type": "input",
            "block_id": "note",
            "label": text("Note"),
            "optional": True,
            "element": {"type": "plain_text_input", "action_id": "value", "initial_value": "as agreed"},
        },
    ],
}


def with_undo(app: AsyncApp) -> None:
    app.event("message")(ignore)

    @app.action("undo")
    async def on_undo(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        await respond(text=f"Undone {body['actions'][0]['value']}", replace_original=True)

    @app.action("stage")
    async def on_stage(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        chosen = body["state"]["values"]["undo"]["stage"]["selected_option"]["value"]
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text=f"now {chosen}")


async def test_a_button_is_clicked_by_its_words_and_the_message_changes() -> None:
    async with running(with_undo) as bot:
        dana = bot.workspace.person("dana")
        posted = await bot.client.chat_postMessage(channel=dana.direct_channel, text="Moved", blocks=UNDO)
        message = bot.workspace.messages(dana.direct_channel)[0]
        assert buttons(message) == ["Undo"]
        assert message.as_text() == "*Acme* moved to Proposal\n[Undo] [Stage ▾ Pilot | Won]"
        await dana.click(message, "Undo")
        changed = await bot.workspace.change_of(message)
        assert (changed.ts, changed.as_text()) == (posted["ts"], "Undone 42")


async def test_a_choice_arrives_with_the_state_of_the_message() -> None:
    async with running(with_undo) as bot:
        dana = bot.workspace.person("dana")
        await bot.client.chat_postMessage(channel=dana.direct_channel, text="Moved", blocks=UNDO)
        message = bot.workspace.messages(dana.direct_channel)[0]
        await dana.choose(message, "stage", "Won")
        assert (await dana.hears()).text == "now won"
        with pytest.raises(NoSuchElement, match="Refuse"):
            await dana.click(message, "Refuse")


def with_form(app: AsyncApp) -> None:
    @app.command("/sales")
    async def on_command(ack: Any, body: Json, client: AsyncWebClient) -> None:
        if body["text"] != "edit":
            await ack(f"{body['user_name']} wants {body['text']}")
            return
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.options("account")
    async def on_options(ack: Any, payload: Json) -> None:
        names = [n for n in ("Lakeshore Foods", "Brandt Paper") if payload["value"].lower() in n.lower()]
        await ack(options=[option(n, n[:2]) for n in names])

    @app.view("edit")
    async def on_form(ack: Any, body: Json, view: Json, client: AsyncWebClient) -> None:
        values = view["state"]["values"]
        amount = int(values["amount"]["value"]["value"])
        if amount > 1000:
            await ack(response_action="errors", errors={"amount": "More than you may enter."})
        elif amount == 7:
            await ack(response_action="update", view={**FORM, "title": text("Sure?")})
        elif amount == 8:
            await ack(response_action="push", view={**FORM, "title": text("On top")})
        else:
            await ack()
            account = (values["account"]["account"]["selected_option"] or {}).get("value")
            words = f"{amount} for {account}, {values['note']['value']['value']}, {view['private_metadata']}"
            await client.chat_postMessage(channel=body["user"]["id"], text=words)

    @app.view_closed("edit")
    async def on_closed(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text="never mind")

    app.event("message")(ignore)


async def test_a_command_is_answered_to_its_user_alone() -> None:
    async with running(with_form) as bot:
        dana = bot.workspace.person("dana")
        await dana.slash("/sales", "pipeline of @sam", channel="#sales")
        answer = await dana.hears()
        assert (answer.text, answer.ephemeral_to) == ("dana wants pipeline of <@U0SAM|sam>", DANA)
        with pytest.raises(CannotActError, match="/nothing is not a command"):
            await dana.slash("/nothing")


async def test_a_form_opens_complains_and_is_sent() -> None:
    async with running(with_form) as bot:
        dana = bot.workspace.person("dana")
        await dana.slash("/sales", "edit")
        view = await dana.modal()
        assert view.as_text().startswith("Edit\nAmount:")
        assert (await dana.submits(view, {})).errors == {"amount": "Please complete this required field."}
        assert (await dana.submits(view, {"Amount": "12x"})).errors == {"amount": "Please enter a whole number."}
        assert (await dana.submits(view, {"Amount": 5000})).errors == {"amount": "More than you may enter."}
        assert dana.open_modal == view
        offered = [o["value"] for o in await dana.options(view, "Account", "a")]
        assert offered == ["La", "Br"]
        sent = await dana.submits(view, {"Amount": 12, "Account": "brandt"})
        assert sent.closed
        assert dana.open_modal is None
        assert (await dana.hears()).text == "12 for Br, as agreed, row 7"


async def test_a_form_can_be_replaced_stacked_and_closed() -> None:
    async with running(with_form) as bot:
        dana = bot.workspace.person("dana")
        await dana.slash("/sales", "edit")
        view = await dana.modal()
        replaced = (await dana.submits(view, {"Amount": 7})).view
        assert replaced is not None
        assert (replaced.id, replaced.title) == (view.id, "Sure?")
        pushed = (await dana.submits(replaced, {"Amount": 8})).view
        assert pushed is not None
        assert (pushed.title, pushed.previous_id, pushed.root_id) == ("On top", view.id, view.id)
        await dana.closes(pushed)
        assert dana.open_modal == replaced
        assert (await dana.hears()).text == "never mind"


async def test_a_trigger_is_good_once_and_for_three_seconds() -> None:
    triggers: list[str] = []

    def register(app: AsyncApp) -> None:
        @app.command("/sales")
        async def on_command(ack: Any, body: Json) -> None:
            await ack()
            triggers.append(body["trigger_id"])

    async with running(register) as bot:
        dana = bot.workspace.person("dana")

        async def open_with(trigger: str) -> str:
            try:
                await bot.client.views_open(trigger_id=trigger, view=FORM)
            except SlackApiError as refusal:
                return str(refusal.response["error"])
            return "opened"

        await dana.slash("/sales", "a")
        assert [await open_with(triggers[0]) for _ in range(2)] == ["opened", "exchanged_trigger_id"]
        await dana.slash("/sales", "b")
        await bot.workspace.advance(3.5)
        assert await open_with(triggers[1]) == "expired_trigger_id"
        assert await open_with("made-up") == "invalid_trigger_id"
        bot.workspace.faults.expire_triggers()
        await dana.slash("/sales", "c")
        assert await open_with(triggers[2]) == "expired_trigger_id"


async def test_the_home_tab_is_published_on_opening_and_its_buttons_work() -> None:
    def register(app: AsyncApp) -> None:
        @app.event("app_home_opened")
        async def on_home(event: Json, client: AsyncWebClient) -> None:
            blocks = [UNDO[1]] if event["tab"] == "home" else []
            if blocks:
                await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

        @app.action("undo")
        async def on_undo(ack: Any, body: Json, client: AsyncWebClient) -> None:
            await ack()
            section = {"type": "section", "text": {"type": "mrkdwn", "text": "All *done*"}}
            await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": [section]})

    async with running(register) as bot:
        dana = bot.workspace.person("dana")
        home = await dana.open_home()
        assert as_text(home) == "[Undo] [Stage ▾ Pilot | Won]"
        await dana.click(home, "Undo")
        await bot.workspace.nothing_more()
        assert dana.home is not None
        assert await _until_home(bot.workspace, "All *done*") == "All *done*"


async def _until_home(workspace: Any, words: str) -> str:
    happening = await workspace.state.feed.first(
        lambda h: h.kind == "home" and words in h.value.as_text(), after=0, timeout=2, what="the Home tab"
    )
    return str(happening.value.as_text())


async def test_a_response_url_works_five_times_in_half_an_hour() -> None:
    urls: list[str] = []

    def register(app: AsyncApp) -> None:
        @app.command("/sales")
        async def on_command(ack: Any, body: Json) -> None:
            await ack()
            urls.append(body["response_url"])

    async with running(register) as bot:
        dana = bot.workspace.person("dana")
        session = bot.client.session
        assert session is not None

        async def use(url: str) -> int:
            async with session.post(url, json={"text": "still here"}) as answer:
                return answer.status

        await dana.slash("/sales", "a")
        assert [await use(urls[0]) for _ in range(6)] == [200] * 5 + [404]
        await dana.slash("/sales", "b")
        await bot.workspace.advance(31 * 60)
        assert await use(urls[1]) == 404
        bot.workspace.faults.spend_response_urls()
        await dana.slash("/sales", "c")
        assert await use(urls[2]) == 404


async def test_a_file_is_uploaded_shared_and_read_back() -> None:
    async with running(lambda app: app.event("message")(ignore)) as bot:
        dana = bot.workspace.person("dana")
        content = b"stage,amount\nPilot,12\n"
        done = await bot.client.files_upload_v2(
            channel=dana.direct_channel, content=content, filename="deals.csv", title="Deals", initial_comment="Here"
        )
        message = bot.workspace.messages(dana.direct_channel)[0]
        assert message.as_text() == "Here\n[file Deals]"
        file = done["file"]
        assert (await bot.client.files_info(file=file["id"]))["file"]["name"] == "deals.csv"
        session = bot.client.session
        assert session is not None
        async with session.get(
            file["url_private"], headers={"Authorization": "Bearer " + bot.workspace.bot_token}
        ) as got:
            assert await got.read() == content
            assert got.headers["Content-Disposition"] == 'attachment; filename="deals.csv"'


async def test_an_answer_streams_in_with_tasks_and_is_heard_when_finished() -> None:
    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def on_message(event: Json, client: AsyncWebClient) -> None:
            channel, ts = event["channel"], event["ts"]
            await client.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status="is thinking…")
            stream = await client.chat_startStream(channel=channel, thread_ts=ts, markdown_text="One ")
            task = {"type": "task_update", "id": "t1", "title": "Look", "status": "in_progress"}
            await client.chat_appendStream(channel=channel, ts=stream["ts"], chunks=[task])
            done = [{**task, "status": "complete", "output": "2 rows"}, {"type": "markdown_text", "text": "two"}]
            await client.chat_appendStream(channel=channel, ts=stream["ts"], chunks=done)
            await client.chat_stopStream(channel=channel, ts=stream["ts"], markdown_text=" three")

    async with running(register) as bot:
        dana = bot.workspace.person("dana")
        message = await dana.say("go", dm=True)
        answer = await bot.workspace.reply_to(message)
        assert answer.as_text() == "One \n✓ Look\n2 rows\ntwo three"
        assert bot.workspace.status(message) == ""
        with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
            await bot.client.chat_appendStream(channel=answer.channel, ts=answer.ts, markdown_text="more")


async def test_status_prompts_and_titles_are_kept() -> None:
    async with running(lambda app: app.event("message")(ignore)) as bot:
        dana = bot.workspace.person("dana")
        message = await dana.say("hm", dm=True)
        place: Any = {"channel_id": dana.direct_channel, "thread_ts": message.ts}
        await bot.client.assistant_threads_setStatus(**place, status="is thinking…")
        await bot.client.assistant_threads_setTitle(**place, title="Acme")
        await bot.client.assistant_threads_setSuggestedPrompts(
            **place, prompts=[{"title": "Mine", "message": "my deals"}]
        )
        assert bot.workspace.status(message) == "is thinking…"
        assert bot.workspace.prompts(dana.direct_channel) == [{"title": "Mine", "message": "my deals"}]
        await bot.workspace.advance(121)
        assert bot.workspace.status(message) == ""


async def test_stop_reaches_the_app() -> None:
    stopped: list[str] = []

    def register(app: AsyncApp) -> None:
        app.event("message")(ignore)

        @app.event("agent_session_stopped")
        async def on_stop(event: Json) -> None:
            stopped.append(event["thread_ts"])

    async with running(register) as bot:
        dana = bot.workspace.person("dana")
        message = await dana.say("long work", dm=True)
        await dana.stop(message)
        await bot.workspace.nothing_more()
        assert stopped == [message.ts]


async def test_every_kind_of_element_arrives_with_its_value() -> None:
    got: dict[str, Any] = {}

    def register(app: AsyncApp) -> None:
        @app.action(re.compile(".*"))
        async def on_any(ack: Any, action: Json) -> None:
            await ack()
            got[action["action_id"]] = next(
                action[k]
                for k in ("selected_option", "selected_options", "selected_date", "selected_user", "value")
                if k in action
            )

    boxes = {"type": "checkboxes", "action_id": "boxes", "options": [option("A", "a"), option("B", "b")]}
    up = {"text": text("Good"), "value": "up"}
    down = {"text": text("Bad"), "value": "down"}
    thumbs = {"type": "feedback_buttons", "action_id": "thumbs", "positive_button": up, "negative_button": down}
    press = {"type": "button", "action_id": "card", "text": text("Open"), "value": "7"}
    more = {"type": "overflow", "action_id": "more", "options": [option("Export", "x")]}
    blocks: list[Json] = [
        {"type": "actions", "elements": [boxes, {"type": "datepicker", "action_id": "day"}, more]},
        {"type": "actions", "elements": [{"type": "users_select", "action_id": "who"}]},
        {"type": "context_actions", "elements": [thumbs]},
        {"type": "carousel", "elements": [{"type": "card", "title": text("Acme"), "actions": [press]}]},
    ]
    async with running(register) as bot:
        dana = bot.workspace.person("dana")
        await bot.client.chat_postMessage(channel=dana.direct_channel, text="x", blocks=blocks)
        message = bot.workspace.messages(dana.direct_channel)[0]
        await dana.choose(message, "boxes", ["A", "b"])
        await dana.choose(message, "day", "2026-12-11")
        await dana.choose(message, "who", DANA)
        await dana.choose(message, "more", "Export")
        await dana.click(message, "Bad")
        await dana.click(message, "Open")
        assert [o["value"] for o in got.pop("boxes")] == ["a", "b"]
        assert got.pop("more")["value"] == "x"
        assert got == {"day": "2026-12-11", "who": DANA, "thumbs": "down", "card": "7"}


async def test_a_status_is_seen_while_it_lasts() -> None:
    def register(app: AsyncApp) -> None:
        @app.event("message")
        async def on_message(event: Json, client: AsyncWebClient, say: Any) -> None:
            await client.assistant_threads_setStatus(
                channel_id=event["channel"], thread_ts=event["ts"], status="is thinking…"
            )
            await say(text="done", thread_ts=event["ts"])

    async with running(register) as bot:
        message = await bot.workspace.person("dana").say("hm", dm=True)
        shown = await bot.workspace.happens("status", lambda data: bool(data["status"]))
        assert shown.data["thread_ts"] == message.ts
        await bot.workspace.reply_to(message)
        assert bot.workspace.status(message) == ""
