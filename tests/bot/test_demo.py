"""The demo's preparation: a company and a playbook that are made once, isolated from what else is on the machine."""

import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from sqlmodel import func, select

from bot import demo
from bot.local_workspace import Workspace
from bot.settings import BotSettings, SlackSettings
from knowledge_base import KnowledgeBase, KnowledgeSettings
from store.engine import Database
from store.models import Opportunity, Person
from store.settings import StoreSettings

DAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 25, 3, 30, tzinfo=dt.UTC)
"""Still the evening of the day before in the company's zone."""


def clock() -> dt.datetime:
    return NOW


def console() -> Console:
    return Console(file=StringIO(), width=200)


def printed(shown: Console) -> str:
    return cast("StringIO", shown.file).getvalue()


def database(home: Path) -> Database:
    return Database(f"sqlite:///{home / 'playmaker.db'}")


def count(home: Path, table: type) -> int:
    opened = database(home)
    with opened.session() as session:
        counted = session.exec(select(func.count()).select_from(table)).one()
    opened.close()
    return counted


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the company and one card; copied by each test that changes it."""
    home = tmp_path_factory.mktemp("prepared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "PLAYBOOK", demo.PLAYBOOK / "stages")
        demo.prepare(home, DAY, clock, console())
    return home


@pytest.fixture
def home(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(demo, "PLAYBOOK", demo.PLAYBOOK / "stages")
    return Path(shutil.copytree(prepared, tmp_path / "home"))


def test_the_three_people_of_the_first_screen_are_members_with_things_to_say(home: Path) -> None:
    opened = database(home)
    roster = demo.get_roster(opened, DAY, soon=dt.datetime(2026, 11, 24, 15, 7, tzinfo=dt.UTC))
    opened.close()
    members = {member.id: member for member in roster.members}
    shown = [(members[welcome.member_id].real_name, welcome.role) for welcome in roster.welcome]
    assert shown == [("Dana Whitfield", "Rep"), ("Priya Raman", "Manager"), ("Sam Osei", "New hire")]
    assert all(len(welcome.prompts) == 5 for welcome in roster.welcome)
    assert "leaderboard every day at 15:07 in #sales" in roster.welcome[1].prompts
    assert {"sales", "emea", "apac", "deal-desk", "new-hires"} == {channel.name for channel in roster.channels}
    assert len(members) >= 20


def test_what_was_done_on_a_day_is_still_there_when_it_starts_again(home: Path) -> None:
    opened = database(home)
    with opened.session() as session:
        session.add(Person(name="Nora New", email="nora@corvane.example", role="rep"))
    opened.close()
    people = count(home, Person)
    demo.prepare(home, DAY, clock, console())
    assert count(home, Person) == people


def test_a_new_day_makes_the_company_anew_and_tells_so_in_plain_lines(home: Path) -> None:
    opened = database(home)
    with opened.session() as session:
        session.add(Person(name="Nora New", email="nora@corvane.example", role="rep"))
    opened.close()
    people = count(home, Person)
    shown = console()
    demo.prepare(home, DAY + dt.timedelta(days=1), clock, shown)
    assert count(home, Person) == people - 1
    lines = printed(shown).splitlines()
    assert {"Making a company …", "Making a company: done", "Reading the playbook: done"} <= set(lines)
    assert all("\x1b" not in line and "\r" not in line for line in lines)


@pytest.mark.parametrize("left", ["half a database", "rubbish"])
def test_a_preparation_that_was_killed_is_made_again(home: Path, left: str) -> None:
    whole = count(home, Opportunity)
    (home / demo.MADE_FOR).unlink()
    path = home / "playmaker.db"
    if left == "half a database":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_bytes(b"no database at all" * 100)
        (home / "playmaker.db-wal").write_bytes(b"left over")
    demo.prepare(home, DAY, clock, console())
    assert count(home, Opportunity) == whole


def list_files(home: Path, pattern: str = "") -> list[str]:
    """The documents of the knowledge base in a home, or the files of a folder."""
    if pattern:
        return sorted(path.relative_to(home).as_posix() for path in home.rglob(pattern))
    settings = KnowledgeSettings(home=home, chroma_url=None, embeddings="builtin")
    with KnowledgeBase.open(settings, clock) as knowledge:
        return sorted(document.file for document in knowledge.documents())


def test_reading_the_playbook_goes_on_where_it_was_stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(home / "knowledge_base")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(demo, "_make_company", stopped)
        with pytest.raises(KeyboardInterrupt):
            demo.prepare(home, DAY, clock, console())
    assert list_files(home) == []
    demo.prepare(home, DAY, clock, console())
    assert list_files(home) == list_files(demo.PLAYBOOK, "*.md")


def test_the_playbook_is_read_without_the_settings_of_the_machine(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(home / "knowledge_base")
    monkeypatch.setenv("PLAYMAKER_CHROMA_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("PLAYMAKER_EMBEDDINGS", "nobody:knows-this")
    monkeypatch.setenv("PLAYMAKER_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    demo.prepare(home, DAY, clock, console())
    assert list_files(home) == list_files(demo.PLAYBOOK, "*.md")


ELSEWHERE = {
    "PLAYMAKER_MODEL": "openai:gpt",
    "playmaker_chroma_url": "http://127.0.0.1:1",
    "PLAYMAKER_EMBEDDINGS": "openai:embedding",
    "PLAYMAKER_DATABASE_URL": "postgresql://somewhere/else",
    "PLAYMAKER_REPORT_WORKERS": "31",
    "SLACK_BOT_TOKEN": "xoxb-real",
    "slack_app_token": "xapp-real",
    "SLACK_API_URL": "https://slack.com/api/",
    "HTTPS_PROXY": "http://127.0.0.1:1",
    "all_proxy": "http://127.0.0.1:1",
    "PATH": "/bin",
}


def test_settings_of_the_machine_do_not_reach_the_two_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = cast(
        "Workspace",
        SimpleNamespace(api_url="http://127.0.0.1:9/api/", bot_token="xoxb-l", app_token="xapp-l", signing_secret="s"),
    )
    environment = demo.get_environment(ELSEWHERE, tmp_path, workspace)
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    here = tmp_path / "somewhere"
    here.mkdir()
    monkeypatch.chdir(here)
    slack, bot = SlackSettings(), BotSettings()
    assert slack.api_url == "http://127.0.0.1:9/api/"
    assert (slack.bot_token.get_secret_value(), slack.app_token.get_secret_value()) == ("xoxb-l", "xapp-l")
    assert bot.model == ""
    assert KnowledgeSettings() == KnowledgeSettings(home=tmp_path, chroma_url=None, embeddings="builtin")
    assert StoreSettings().database == f"sqlite:///{tmp_path / 'playmaker.db'}"
    assert not [name for name in environment if "proxy" in name.lower() or name.endswith("REPORT_WORKERS")]
    assert environment["PATH"] == "/bin"


def run(home: Path, *, port: int | None = None, shown: Console, now: Callable[[], dt.datetime] = clock) -> int:
    return demo.run_demo(home, clock=now, day=None, port=port, console=shown)


def test_the_day_is_the_companys_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days: list[dt.date] = []

    def prepare(_: Path, day: dt.date, *__: Any) -> None:
        days.append(day)
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "prepare", prepare)
    assert run(tmp_path, shown=console()) == 130
    assert days == [DAY]


def test_a_second_demo_points_at_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = console()

    def prepare(home: Path, *_: Any) -> None:
        (home / demo.LOCK).write_text("http://127.0.0.1:8765/")
        assert run(home, shown=second) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "prepare", prepare)
    run(tmp_path, shown=console())
    assert "runs already. Open http://127.0.0.1:8765/" in printed(second)


def test_a_port_that_is_taken_is_said_with_another(home: Path, unused_tcp_port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", unused_tcp_port))
        taken.listen()
        shown = console()
        assert run(home, port=unused_tcp_port, shown=shown) == 1
    assert f"Port {unused_tcp_port} is taken" in printed(shown)


PATIENT = """
import signal, sys
signal.signal(signal.SIGALRM, lambda *_: sys.exit(print("left alone", flush=True)))
signal.alarm(20)
print("here", flush=True)
while True:
    signal.pause()
"""
STARTER = """
import subprocess, sys
subprocess.Popen([sys.executable, "-m", "bot.leash", "patient"], stdin=subprocess.PIPE).wait()
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_process_on_the_leash_ends_with_its_starter(tmp_path: Path, end: signal.Signals) -> None:
    (tmp_path / "patient.py").write_text(PATIENT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(demo.ROOT), str(tmp_path)])}
    with subprocess.Popen(
        [sys.executable, "-c", STARTER], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(end)
        # The child holds the other end of our pipe: it is closed when the child is gone.
        assert process.stdout.read() == ""


def test_the_end_of_a_log_is_shown_when_a_process_dies(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("\n".join(f"line {number}" for number in range(40)))
    words = demo._obituary(demo.Child("bot", log, cast("Any", None)))
    assert "The bot stopped by itself" in words
    assert "line 39" in words
    assert "line 24" not in words
