"""The bot as the process that it is in production, and its command line."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import select

from bot.__main__ import main
from bot.local_workspace import Workspace
from store.models import Opportunity
from tests.bot.slack_bot import make_roster
from tests.skills.company import Company

ROOT = Path(__file__).parents[2]


def environment(company: Company | None, home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAYMAKER_", "SLACK_"))}
    url = company.database.url if company else f"sqlite:///{home / 'new.db'}"
    dead = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:1")
    return kept | dead | {"PLAYMAKER_HOME": str(home), "PLAYMAKER_DATABASE_URL": url} | more


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(make_roster()).serve() as workspace:
        yield workspace


async def start(env: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=ROOT, env=env, stderr=asyncio.subprocess.PIPE
    )


async def test_the_process_answers_in_spite_of_a_proxy_and_stops_when_told(
    company: Company, workspace: Workspace, tmp_path: Path
) -> None:
    env = environment(
        company,
        tmp_path,
        SLACK_API_URL=workspace.api_url,
        SLACK_BOT_TOKEN=workspace.bot_token,
        SLACK_APP_TOKEN=workspace.app_token,
    )
    process = await start(env)
    try:
        async with asyncio.timeout(60):
            await workspace.until_connected()
        said = await workspace.person("dana").say("what needs me today?", dm=True)
        answer = await workspace.reply_to(said, timeout=30)
        assert "Acme Watch" in answer.as_text()
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    log = errors.decode()
    assert "working as" in log
    assert workspace.bot_token not in log
    assert "Traceback" not in log


async def test_a_wrong_token_ends_the_process_with_a_sentence(
    company: Company, workspace: Workspace, tmp_path: Path
) -> None:
    env = environment(
        company,
        tmp_path,
        SLACK_API_URL=workspace.api_url,
        SLACK_BOT_TOKEN="xoxb-wrong",
        SLACK_APP_TOKEN=workspace.app_token,
    )
    process = await start(env)
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert "invalid_auth" in errors.decode()
    assert "Traceback" not in errors.decode()


@pytest.fixture
def at_home(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("PLAYMAKER_", "SLACK_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAYMAKER_HOME", str(tmp_path))
    monkeypatch.setenv("PLAYMAKER_DATABASE_URL", company.database.url)
    return tmp_path


@pytest.mark.usefixtures("at_home")
def test_without_tokens_it_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main([]) == 1
    assert "SLACK_BOT_TOKEN is not set" in capsys.readouterr().err
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    assert main(["run"]) == 1
    assert "SLACK_APP_TOKEN" in capsys.readouterr().err


@pytest.mark.usefixtures("at_home")
def test_one_message_is_said_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    at = "2026-11-18T15:00:00+00:00"
    assert main(["say", "--as", "dana@corvane.test", "--at", at, "--json", "today"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["skill"], said["status"]) == ("today", "answer")
    assert main(["say", "--as", "Dana Whitfield", "--at", at, "today"]) == 0
    assert capsys.readouterr().out == said["text"] + "\n"


@pytest.mark.usefixtures("at_home")
def test_somebody_unknown_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "--as", "Nobody Knows", "today"]) == 1
    assert "Nobody here is called" in capsys.readouterr().err


def test_many_messages_are_replayed_in_order(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = at_home / "messages.jsonl"
    lines = [
        {"id": "a", "as": "Dana Whitfield", "text": "move acme watch to proposal", "thread": "t"},
        {"id": "b", "as": "Dana Whitfield", "text": "undo", "thread": "t"},
    ]
    file.write_text("\n".join([json.dumps(lines[0]), "not json", json.dumps(lines[1])]), "utf-8")
    assert main(["replay", str(file)]) == 0
    replies = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [reply["status"] for reply in replies] == ["done", "error", "done"]
    assert [reply["id"] for reply in replies] == ["a", 2, "b"]
    assert replies[0]["changes"] == [
        {"record": "opportunity Acme Watch", "field": "stage", "old": "Pilot", "new": "Proposal"}
    ]


@pytest.mark.usefixtures("at_home")
def test_a_file_that_is_not_there_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "nowhere.jsonl"]) == 1
    assert "nowhere.jsonl cannot be read" in capsys.readouterr().err


@pytest.mark.usefixtures("at_home")
def test_the_doctor_s_exit_code_says_whether_something_must_be_fixed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    assert "✗ SLACK_BOT_TOKEN is not set." in capsys.readouterr().out


def test_an_empty_database_is_brought_to_the_newest_revision(
    at_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYMAKER_DATABASE_URL", f"sqlite:///{at_home / 'new.db'}")
    assert main(["say", "--as", "Dana", "today"]) == 1
    said = capsys.readouterr().err
    assert "Bringing the database to the newest revision." in said
    assert "Nobody here is called" in said


@pytest.mark.usefixtures("at_home")
def test_a_database_that_does_not_open_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYMAKER_DATABASE_URL", "sqlite:////proc/nowhere/x.db")
    assert main(["say", "--as", "Dana", "today"]) == 1
    assert "The database does not open." in capsys.readouterr().err


async def test_it_waits_for_a_slack_that_is_down_and_stops_when_told(company: Company, tmp_path: Path) -> None:
    env = environment(
        company,
        tmp_path,
        SLACK_API_URL="http://127.0.0.1:1/api/",
        SLACK_BOT_TOKEN="xoxb-1",
        SLACK_APP_TOKEN="xapp-1",
    )
    process = await start(env)
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while b"trying again" not in (line := await process.stderr.readline()):
                assert line, "it waits"
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in errors


async def test_a_wrong_app_token_ends_the_process_with_a_sentence(
    company: Company, workspace: Workspace, tmp_path: Path
) -> None:
    env = environment(
        company,
        tmp_path,
        SLACK_API_URL=workspace.api_url,
        SLACK_BOT_TOKEN=workspace.bot_token,
        SLACK_APP_TOKEN="xapp-wrong",
    )
    process = await start(env)
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert "invalid_auth" in errors.decode()
    assert "Traceback" not in errors.decode()


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-18T23:30", "2026-11-18"),
        ("2026-11-18T00:10", "2026-11-18"),
        ("2026-11-19T04:30+00:00", "2026-11-18"),
        ("2026-11-19T04:30Z", "2026-11-18"),
    ],
)
def test_a_time_without_a_zone_is_the_organisation_s(
    at: str, day: str, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ["say", "--as", "Dana Whitfield", "--json", "--at", at, "--thread", "t"]
    assert main([*ask, "acme watch is lost because of price, today"]) == 0
    assert main([*ask, "yes"]) == 0
    assert [json.loads(line)["status"] for line in capsys.readouterr().out.splitlines()] == ["confirm", "done"]
    with company.database.session() as session:
        lost = session.exec(select(Opportunity).where(Opportunity.name == "Acme Watch")).one()
    assert str(lost.closed_on) == day
