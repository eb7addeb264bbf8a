"""`python -m bot demo`: the whole product on one machine, with a made-up company and nothing to configure.

The Slack-compatible workspace runs in this process; the bot and the scheduler run as the two processes that they are
in production, and find the workspace through the same settings that would point them at Slack.
"""

import asyncio
import contextlib
import datetime as dt
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.local_workspace.roster import App, Channel, Member, Roster, SlashCommand, Welcome
from bot.local_workspace.workspace import Workspace
from knowledge_base import KnowledgeBase, KnowledgeSettings
from store.demo import DemoChannel, build, list_channels
from store.engine import Database
from store.models import Person, Role
from store.people import list_people
from store.scope import Scope

PLAYBOOK = Path(__file__).parent.parent / "knowledge_base" / "demo"
PORT = 8765
PORTS_TRIED = 20
SEED = 7
MADE_FOR = "demo-day.txt"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")

TRY = (
    (
        "Dana Whitfield",
        "Rep",
        "Moves opportunities, prepares calls, answers objections.",
        (
            "what needs me today?",
            "show my pipeline",
            "how much discount can I give?",
            "they say we are too expensive",
            "where am I against quota?",
        ),
    ),
    (
        "Priya Raman",
        "Manager",
        "Sees the team's numbers and has them sent.",
        (
            "quota of my team this quarter",
            "leaderboard this quarter",
            "leaderboard every weekday at 8:30 in #sales",
            "show me dana's pipeline",
            "how much did we win last quarter?",
        ),
    ),
    (
        "Sam Osei",
        "New hire",
        "Asks what the company knows.",
        (
            "what should I do in my first week?",
            "what does coverage mean?",
            "can the product run without internet?",
            "who are our competitors?",
            "我可以给多少折扣？",
        ),
    ),
)
"""Who the first screen introduces: name, part, one line, and what to say."""


def run_demo(home: Path, *, day: dt.date, port: int | None, console: Console) -> int:
    """Prepare what is missing and run until interrupted; the exit code."""
    # A URL from somebody's own installation must not be filled with a made-up company.
    database = Database(f"sqlite:///{home / 'playmaker.db'}")
    settings = KnowledgeSettings(home=home)
    try:
        _prepare(home, database, settings, day, console)
        roster = get_roster(database, day)
    finally:
        database.close()
    try:
        return asyncio.run(_run(home, roster, port, console))
    except KeyboardInterrupt:
        return 0


def _prepare(home: Path, database: Database, settings: KnowledgeSettings, day: dt.date, console: Console) -> None:
    """The company of this day and the indexed playbook; what is there already is kept."""
    home.mkdir(parents=True, exist_ok=True)
    made_for = home / MADE_FOR
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        if not made_for.exists() or made_for.read_text(encoding="utf-8") != day.isoformat():
            task = progress.add_task("Making a company …", total=None)
            made_for.unlink(missing_ok=True)
            for leftover in home.glob("playmaker.db*"):
                leftover.unlink()
            database.migrate()
            build(database, day=day, seed=SEED, progress=lambda step: progress.update(task, description=step))
            made_for.write_text(day.isoformat(), encoding="utf-8")
            progress.remove_task(task)
        task = progress.add_task("Reading the playbook …", total=None)

        def indexed(step: str, done: int, total: int) -> None:
            progress.update(task, description=f"Reading the playbook: {step}", completed=done, total=total)

        with KnowledgeBase.open(settings, lambda: dt.datetime.now(dt.UTC)) as knowledge:
            knowledge.add([PLAYBOOK], indexed)


def get_roster(database: Database, day: dt.date) -> Roster:
    """The demo company's people and channels as members of a workspace."""
    with database.session() as session:
        people = [person for person in list_people(session, Scope.everybody(), active_on=day) if person.slack_id]
    return Roster(
        members=tuple(_member(person) for person in people),
        channels=tuple(_channel(channel) for channel in list_channels()),
        app=App(slash_commands=(SlashCommand("/sales", "Ask Playmaker", "help"),)),
        team_name="Corvane",
        team_domain="corvane",
        welcome=tuple(
            Welcome(person.slack_id or "", role, line, prompts)
            for name, role, line, prompts in TRY
            for person in people
            if person.name == name
        ),
    )


def _member(person: Person) -> Member:
    return Member(
        id=person.slack_id or "",
        name=person.name.lower().replace(" ", "."),
        real_name=person.name,
        email=person.email or "",
        title=person.title,
        tz=person.zone or "UTC",
        locale="zh-CN" if person.locale == "zh" else "en-US",
        is_admin=person.role == Role.ADMIN,
    )


def _channel(channel: DemoChannel) -> Channel:
    return Channel(channel.slack_id, channel.name, (*channel.members, App.bot_user_id), channel.private)


async def _run(home: Path, roster: Roster, port: int | None, console: Console) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    async with _served(Workspace(roster), port) as workspace:
        if workspace is None:
            console.print(f"Port {port} is taken. Choose another: python -m bot demo --port {(port or PORT) + 1}")
            return 1
        environment = get_environment(os.environ, home, workspace)
        async with _processes((("bot",), ("scheduler",)), environment) as processes:
            connected = asyncio.create_task(workspace.until_connected())
            ended = [asyncio.create_task(process.wait()) for process in processes]
            waiting = asyncio.create_task(stopped.wait())
            try:
                await asyncio.wait({connected, waiting, *ended}, return_when=asyncio.FIRST_COMPLETED)
                if connected.done() and not stopped.is_set():
                    console.print(f"\n[bold green]Playmaker runs.[/] Open [bold]{workspace.page_url}[/]")
                    console.print("Three people are waiting there with things to try. Ctrl-C stops everything.\n")
                    await asyncio.wait({waiting, *ended}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (connected, waiting, *ended):
                    task.cancel()
            if stopped.is_set():
                return 0
            console.print("The bot or the scheduler stopped by itself; its last lines above say why.")
            return 1


@contextlib.asynccontextmanager
async def _served(workspace: Workspace, port: int | None) -> AsyncIterator[Workspace | None]:
    """The workspace on the wanted port, or on the first free one from 8765; None where the wanted one is taken."""
    candidates = [port] if port is not None else range(PORT, PORT + PORTS_TRIED)
    for candidate in candidates:
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(workspace.serve(candidate))
            except OSError:
                continue
            yield workspace
            return
    yield None


@contextlib.asynccontextmanager
async def _processes(
    modules: Sequence[Sequence[str]], environment: Mapping[str, str]
) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", *module, env=environment, start_new_session=True)
        for module in modules
    ]
    try:
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.terminate()
        for process in processes:
            try:
                await asyncio.wait_for(process.wait(), timeout=10)
            except TimeoutError:
                process.kill()


def get_environment(inherited: Mapping[str, str], home: Path, workspace: Workspace) -> dict[str, str]:
    """Settings that point the two processes at the local workspace and the demo's own data, whatever else is set."""
    kept = {
        name: value
        for name, value in inherited.items()
        if name not in PROXIES and not name.startswith(("PLAYMAKER_", "SLACK_"))
    }
    return kept | {
        "PLAYMAKER_HOME": str(home),
        "PLAYMAKER_DATABASE_URL": f"sqlite:///{home / 'playmaker.db'}",
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
    }
