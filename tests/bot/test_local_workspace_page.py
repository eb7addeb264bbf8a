"""The page: who may use it, what it shows, and that foreign text stays text."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright
from slack_bolt.app.async_app import AsyncApp

from bot.local_workspace import RosterError, Workspace
from bot.local_workspace.roster import Roster
from tests.bot.local_workspace_app import DANA, Running, ignore, make_roster, running

Json = dict[str, Any]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium")


async def act(session: aiohttp.ClientSession, workspace: Workspace, body: Json, **headers: str) -> tuple[int, Json]:
    async with session.post(workspace.page_url + "page/act", json=body, headers=headers) as answer:
        return answer.status, (await answer.json() if answer.content_type == "application/json" else {})


@pytest.fixture
async def served() -> AsyncIterator[tuple[Workspace, aiohttp.ClientSession]]:
    async with Workspace(make_roster()).serve() as workspace, aiohttp.ClientSession() as session:
        yield workspace, session


Served = tuple[Workspace, aiohttp.ClientSession]


async def test_what_is_said_on_the_page_survives_a_reload(served: Served) -> None:
    workspace, session = served
    status, answer = await act(session, workspace, {"act": "say", "user": DANA, "channel": "C0SALES", "text": "hi"})
    assert (status, answer["ok"]) == (200, True)
    async with session.get(workspace.page_url + "page/snapshot") as got:
        snapshot = await got.json()
    assert [m["text"] for m in snapshot["messages"]] == ["hi"]
    assert snapshot["read"] == {f"{DANA}/C0SALES": answer["ts"]}


async def test_another_site_cannot_act_through_the_page(served: Served) -> None:
    workspace, session = served
    body = {"act": "say", "user": DANA, "channel": "C0SALES", "text": "hi"}
    assert (await act(session, workspace, body, Origin="https://evil.example"))[0] == 403
    assert (await act(session, workspace, body, Host="evil.example"))[0] == 403
    async with session.post(workspace.page_url + "page/act", data=json.dumps(body)) as plain_form:
        assert plain_form.status == 415
    assert workspace.messages("sales") == []


async def test_static_files_come_from_their_folder_only(served: Served) -> None:
    workspace, session = served
    for path in ("static/..%2fpage.py", "static/nothing.js", "static/%2e%2e%2f%2e%2e%2f__init__.py"):
        async with session.get(workspace.page_url + path) as got:
            assert got.status == 404
    async with session.get(workspace.page_url) as got:
        assert "default-src 'none'" in got.headers["Content-Security-Policy"]


async def test_a_person_is_told_when_the_app_is_not_there(served: Served) -> None:
    workspace, session = served
    workspace.delivery.ack_seconds = 0.05
    _, answer = await act(
        session, workspace, {"act": "slash", "user": DANA, "channel": "C0SALES", "command": "/sales", "text": ""}
    )
    assert answer == {"ok": False, "error": "Playmaker is not connected. Start it and try again."}


async def test_faults_are_switched_and_show_when_they_are_used_up(served: Served) -> None:
    workspace, session = served
    _, answer = await act(session, workspace, {"act": "fault", "user": DANA, "name": "rate_limit", "calls": 1})
    assert len(answer["faults"]["calls"]) == 1
    async with session.post(workspace.api_url + "api.test") as limited:
        assert limited.status == 429
    assert workspace.faults.calls == []
    assert [h.data["calls"] for h in workspace.state.feed.since(0) if h.kind == "faults"][-1] == []


def test_a_roster_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(make_roster().to_json()), "utf-8")
    assert Roster.from_file(path) == make_roster()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON: look at line 1, column 2"),
        ("[]", "must hold one JSON object"),
        (
            '{"members": [], "channels": [{"id": "C1", "name": "x", "members": ["U9"]}]}',
            "members that do not exist: U9",
        ),
        ('{"members": [{"id": "U1", "nam": "x"}], "channels": []}', "A member has fields that are unknown: nam"),
        ('{"members": [{"id": "U1", "name": "x"}]}', "A member lacks real_name"),
        (
            '{"members": [{"id": "U1", "name": "x", "real_name": "X"}, {"id": "U1", "name": "y", "real_name": "Y"}]}',
            "twice: U1",
        ),
    ],
)
def test_a_wrong_roster_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "roster.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RosterError, match=words):
        Roster.from_file(path)


def with_answers(app: AsyncApp) -> None:
    app.event("app_home_opened")(ignore)

    @app.event("message")
    async def on_message(event: Json, say: Any) -> None:
        button = {"type": "button", "action_id": "undo", "text": {"type": "plain_text", "text": "Undo"}}
        hostile = {"type": "section", "text": {"type": "mrkdwn", "text": "<img src=x onerror=hacked()> *bold*"}}
        link = {"type": "section", "text": {"type": "mrkdwn", "text": "<javascript:hacked()|press me>"}}
        title = {"type": "header", "text": {"type": "plain_text", "text": "<script>hacked()</script>"}}
        md = {"type": "markdown", "text": "[a](javascript:hacked()) <b>not bold</b> **bold**"}
        blocks = [title, hostile, link, md, {"type": "actions", "elements": [button]}, {"type": "divider"}]
        await say(text="answer", blocks=blocks, thread_ts=event["ts"])

    @app.action("undo")
    async def on_undo(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="All undone", replace_original=True)


async def open_page(page: Page, bot: Running) -> list[str]:
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on("request", lambda r: None if r.url.startswith(("http://127.0.0.1", "data:")) else problems.append(r.url))
    await page.add_init_script("window.hacked = () => { window.wasHacked = true; }")
    await page.goto(bot.workspace.page_url)
    return problems


@needs_chromium
async def test_a_person_talks_clicks_and_switches_by_keyboard_and_nothing_foreign_runs() -> None:
    async with running(with_answers) as bot, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            page = await browser.new_page()
            problems = await open_page(page, bot)
            await page.get_by_label("Message Playmaker").fill("hello")
            await page.keyboard.press("Enter")
            await page.get_by_role("heading", name="<script>hacked()</script>").wait_for()
            shown = await page.locator(".message").last.inner_text()
            assert "<img src=x onerror=hacked()> bold" in shown
            assert "<b>not bold</b> bold" in shown
            assert await page.locator("a[href^='javascript']").count() == 0
            await page.get_by_role("button", name="Undo").click()
            await page.get_by_text("All undone").wait_for()
            assert await page.evaluate("window.wasHacked") is None
            await page.keyboard.press("Control+k")
            await page.keyboard.type("sam")
            await page.keyboard.press("Enter")
            await page.locator(".who strong", has_text="Sam Osei").wait_for()
            assert await page.get_by_text("All undone").count() == 0
            assert problems == []
        finally:
            await browser.close()
