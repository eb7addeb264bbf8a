"""`python -m bot demo`: the whole product on one machine, with a made-up company and nothing to configure.

The Slack-compatible workspace runs in this process; the bot and the scheduler run as the two processes that they are
in production, and find the workspace through the same settings that would point them at Slack.
"""

import asyncio
import contextlib
import datetime as dt
import fcntl
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.demo_progress import Steps, showing
from bot.local_workspace.roster import App, Channel, Member, Roster, SlashCommand, Welcome
from bot.local_workspace.workspace import Workspace
from knowledge_base import KnowledgeBase, KnowledgeError, KnowledgeSettings
from knowledge_base.settings import BUILT_IN
from store.demo import DemoChannel, build, list_channels
from store.demo.people import NEW_YORK
from store.engine import Database
from store.models import Person, Role
from store.people import list_people
from store.scope import Scope

ROOT = Path(__file__).resolve().parent.parent
PLAYBOOK = ROOT / "knowledge_base" / "demo"
PORT = 8765
PORTS_TRIED = 20
SEED = 7
MADE_FOR = "demo-day.txt"
LOCK = "demo.lock"
LOGS = "logs"
LAST_LINES = 15
STOP_WITHIN = 10.0
"""Seconds until a process that does not stop is killed."""
SETTINGS = ("PLAYMAKER_", "SLACK_")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

Clock = Callable[[], dt.datetime]

TRY = (
    (
        "Dana Whitfield",
        "Rep",
        "Moves opportunities, prepares calls, answers objections.",
        (
            "what needs me today?",
            "move calloway to negotiation",
            "prep me for harborview",
            "they say we are too expensive",
            "show my pipeline",
        ),
    ),
    (
        "Priya Raman",
        "Manager",
        "Sees the team's numbers and has them sent.",
        (
            "quota of my team this quarter",
            "leaderboard this quarter",
            "leaderboard every day at {soon} in #sales",
            "show me dana's pipeline",
            "how much did we win last quarter?",
        ),
    ),
    (
        "Sam Osei",
        "New hire",
        "Asks what the company knows, in any words.",
        (
            "what should I do in my first week?",
            "what does coverage mean?",
            "how much does Watch cost?",
            "what is our parental leave policy?",
            "我可以给多少折扣？",
        ),
    ),
)
"""Who the first screen introduces: name, part, one line, and what to say; `soon` is a time that is about to come."""
SOON = dt.timedelta(minutes=3)
"""Long enough to read the first screen, short enough to wait for the report."""


class Interrupted(Exception):
    """The preparation was stopped between two steps."""


@dataclass(frozen=True)
class Child:
    """One of the two processes, and the file that holds what it says."""

    name: str
    log: Path
    process: asyncio.subprocess.Process


def run_demo(home: Path, *, clock: Clock, day: dt.date | None, port: int | None, console: Console) -> int:
    """Prepare what is missing and run until interrupted; the exit code.

    The company is made for `day`; left out, for the day that it is now in its own zone.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home) as lock:
        if lock is None:
            running = (home / LOCK).read_text(encoding="utf-8").strip()
            console.print(f"The demo runs already. {f'Open {running}' if running else 'It is still starting.'}")
            return 1
        try:
            roster = prepare(home, day or clock().astimezone(ZoneInfo(NEW_YORK)).date(), clock, console)
        except KeyboardInterrupt:
            console.print("Stopped. The next start goes on from here.")
            return 130
        except KnowledgeError as error:
            console.print(error.args[0])
            return 1
        return asyncio.run(_run(home, roster, port, console, lock.write_text))


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[Path | None]:
    """The lock file, held; None where another demo holds it. The system lets go of it however this process ends."""
    path = home / LOCK
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        file.truncate(0)
        yield path
        file.truncate(0)


def prepare(home: Path, day: dt.date, clock: Clock, console: Console) -> Roster:
    """The company of this day and the indexed playbook; what is there already is kept. Who is in the workspace.

    The playbook is read beside the making of the company: the one waits for arithmetic, the other for Python.
    Raises KnowledgeError; a preparation that was killed is repeated or goes on.
    """
    # Every setting is said here: none comes from somebody's own installation.
    database = Database(f"sqlite:///{home / 'playmaker.db'}")
    settings = KnowledgeSettings(home=home, knowledge_database_url=None, chroma_url=None, embeddings=BUILT_IN)
    stopping = threading.Event()
    try:
        with showing(console) as steps, ThreadPoolExecutor(1, "playbook") as executor:
            reading = executor.submit(_read_playbook, settings, clock, steps, stopping)
            try:
                _make_company(home, database, day, steps)
                reading.result()
            except BaseException:
                stopping.set()
                raise
        return get_roster(database, day, soon=clock().astimezone(ZoneInfo(NEW_YORK)) + SOON)
    finally:
        database.close()


def _make_company(home: Path, database: Database, day: dt.date, steps: Steps) -> None:
    made_for = home / MADE_FOR
    if made_for.exists() and made_for.read_text(encoding="utf-8") == day.isoformat():
        return
    made_for.unlink(missing_ok=True)
    for leftover in home.glob("playmaker.db*"):
        leftover.unlink()
    say = steps.begin("Making a company")
    database.migrate()
    build(database, day=day, seed=SEED, progress=lambda step: say(step, 0, 0))
    made_for.write_text(day.isoformat(), encoding="utf-8")
    say("done", 1, 1)


def _read_playbook(settings: KnowledgeSettings, clock: Clock, steps: Steps, stopping: threading.Event) -> None:
    say = steps.begin("Reading the playbook")

    def told(step: str, done: int, total: int) -> None:
        if stopping.is_set():
            raise Interrupted
        say(step, done, total)

    with KnowledgeBase.open(settings, clock) as knowledge:
        knowledge.add([PLAYBOOK], told)
    say("done", 1, 1)


def get_roster(database: Database, day: dt.date, *, soon: dt.datetime) -> Roster:
    """The demo company's people and channels as members of a workspace; a report that is offered is due `soon`."""
    with database.session() as session:
        people = [person for person in list_people(session, Scope.everybody(), active_on=day) if person.slack_id]
    return Roster(
        members=tuple(_member(person) for person in people),
        channels=tuple(_channel(channel) for channel in list_channels()),
        app=App(
            description="Be one of three colleagues at Corvane. A click asks for you; then write what you like.",
            slash_commands=(SlashCommand("/sales", "Ask Playmaker", "help"),),
        ),
        team_name="Corvane",
        team_domain="corvane",
        welcome=tuple(
            Welcome(person.slack_id or "", role, line, tuple(words.format(soon=f"{soon:%H:%M}") for words in prompts))
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
        tz=person.zone or NEW_YORK,
        locale="zh-CN" if person.locale == "zh" else "en-US",
        is_admin=person.role == Role.ADMIN,
    )


def _channel(channel: DemoChannel) -> Channel:
    return Channel(channel.slack_id, channel.name, (*channel.members, App.bot_user_id), channel.private)


async def _run(home: Path, roster: Roster, port: int | None, console: Console, tell: Callable[[str], object]) -> int:
    """`tell` hears the address of the page as soon as it is known."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    async with _served(Workspace(roster), port) as workspace:
        if workspace is None:
            console.print(_taken(port))
            return 1
        tell(workspace.page_url)
        console.print("Starting the bot and the scheduler …")
        environment = get_environment(os.environ, home, workspace)
        async with _children(("bot", "scheduler"), home, environment) as children:
            ended = {asyncio.create_task(child.process.wait()): child for child in children}
            connected = asyncio.create_task(workspace.until_connected())
            waiting = asyncio.create_task(stopped.wait())
            try:
                await asyncio.wait({connected, waiting, *ended}, return_when=asyncio.FIRST_COMPLETED)
                if connected.done() and not waiting.done() and not any(end.done() for end in ended):
                    _invite(workspace, home, console)
                    await asyncio.wait({waiting, *ended}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (connected, waiting, *ended):
                    task.cancel()
            if stopped.is_set():
                console.print("Stopping …")
                return 0
            dead = next(child for end, child in ended.items() if end.done() and not end.cancelled())
            console.print(_obituary(dead), markup=False, highlight=False)
            return 1


def _taken(port: int | None) -> str:
    if port is None:
        last = PORT + PORTS_TRIED - 1
        return f"All ports from {PORT} to {last} are taken. Choose another: python -m bot demo --port {last + 1}"
    return f"Port {port} is taken. Choose another: python -m bot demo --port {port + 1}"


def _invite(workspace: Workspace, home: Path, console: Console) -> None:
    console.print(f"\n[bold green]Playmaker runs.[/] Open [bold]{workspace.page_url}[/]")
    console.print("Three people are waiting there with things to try. Ctrl-C stops everything.")
    console.print(f"[dim]What the bot and the scheduler say is in {_near(home / LOGS)}[/]\n", soft_wrap=True)


def _near(path: Path) -> Path:
    """The path as seen from here, where it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _obituary(child: Child) -> str:
    with contextlib.suppress(OSError):
        lines = child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        if lines:
            said = "\n".join(f"  {line}" for line in lines)
            return f"\nThe {child.name} stopped by itself. The end of {_near(child.log)}:\n{said}"
    return f"\nThe {child.name} stopped by itself and said nothing."


@contextlib.asynccontextmanager
async def _served(workspace: Workspace, port: int | None) -> AsyncIterator[Workspace | None]:
    """The workspace on the wanted port, or on the first free one from 8765; None where none of them is free."""
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
async def _children(
    modules: Sequence[str], home: Path, environment: Mapping[str, str]
) -> AsyncIterator[Sequence[Child]]:
    """The processes, told to stop at the end. They also stop when this process is killed: they run on a leash."""
    logs = home / LOGS
    logs.mkdir(exist_ok=True)
    children: list[Child] = []
    try:
        for module in modules:
            child = await _child(module, logs / f"{module}.log", home, environment)
            children.append(child)
        yield children
    finally:
        for child in children:
            if child.process.returncode is None:
                child.process.terminate()
        await asyncio.gather(*(_stopped(child.process) for child in children))


async def _child(module: str, log: Path, home: Path, environment: Mapping[str, str]) -> Child:
    """Started where no `.env` lies, and in a session of its own: Ctrl-C reaches only the one that stops it in order."""
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.leash",
            module,
            cwd=home,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(module, log, process)


async def _stopped(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


def get_environment(inherited: Mapping[str, str], home: Path, workspace: Workspace) -> dict[str, str]:
    """Settings that point the two processes at the local workspace and the demo's own data, whatever else is set."""
    kept = {
        name: value
        for name, value in inherited.items()
        # Settings are read whatever their case.
        if name.upper() not in PROXIES and not name.upper().startswith(SETTINGS)
    }
    paths = [str(ROOT), *filter(None, [inherited.get("PYTHONPATH")])]
    return kept | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PLAYMAKER_HOME": str(home),
        "PLAYMAKER_DATABASE_URL": f"sqlite:///{home / 'playmaker.db'}",
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
    }
