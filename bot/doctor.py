"""What is wrong with this installation, in plain words, and what to do about it."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
from slack_sdk.errors import SlackApiError
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.app import create_client
from bot.manifest import list_scopes
from bot.settings import SlackSettings
from bot.views.picture import list_families
from knowledge_base import KnowledgeBase, KnowledgeError
from store.engine import Database
from store.models import Opportunity, Organisation, Person, Quota, Role, Stage
from store.people import list_people
from store.scope import Scope

SECONDS = 10.0
MOST_DRIFT = dt.timedelta(minutes=2)
NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `advice` says what to do, and `must` whether the bot cannot work without it."""

    good: bool
    what: str
    advice: str = ""
    must: bool = True

    def __str__(self) -> str:
        mark = "✓" if self.good else "✗" if self.must else "!"
        return f"{mark} {self.what}" + (f"\n    → {self.advice}" if self.advice and not self.good else "")


def good(what: str) -> Finding:
    return Finding(True, what)


def bad(what: str, advice: str) -> Finding:
    return Finding(False, what, advice)


def weak(what: str, advice: str) -> Finding:
    return Finding(False, what, advice, must=False)


def list_findings(
    slack: SlackSettings,
    database: Database,
    open_knowledge: Callable[[], KnowledgeBase],
    clock: Callable[[], dt.datetime],
) -> list[Finding]:
    """Everything, from the tokens to the quotas."""
    findings = list(check_tokens(slack))
    if slack.bot_token.get_secret_value():
        findings += asyncio.run(_gathered(check_slack(slack, clock)))
    findings += check_database(database, clock)
    findings += check_knowledge(open_knowledge)
    findings += check_pictures()
    return findings


def check_tokens(slack: SlackSettings) -> Iterator[Finding]:
    """Whether each token is there and is the one that belongs there."""
    yield _kind("SLACK_BOT_TOKEN", slack.bot_token.get_secret_value(), "xoxb-", "OAuth & Permissions", must=True)
    app_token, secret = slack.app_token.get_secret_value(), slack.signing_secret.get_secret_value()
    if not app_token and not secret:
        yield bad(
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack cannot reach the bot.",
            "For Socket Mode make an app-level token with connections:write and set SLACK_APP_TOKEN.",
        )
    if app_token:
        yield _kind("SLACK_APP_TOKEN", app_token, "xapp-", "Basic Information › App-Level Tokens", must=True)
    elif secret:
        yield good("SLACK_SIGNING_SECRET is set: the bot receives over HTTP.")


def _kind(name: str, token: str, prefix: str, page: str, *, must: bool) -> Finding:
    if not token:
        return Finding(False, f"{name} is not set.", f"Copy it from your Slack app's page “{page}”.", must)
    if not token.startswith(prefix):
        return Finding(
            False,
            f"{name} begins with {token[:5]}, not with {prefix}: it is another kind of token.",
            f"Copy the one that begins with {prefix} from “{page}”.",
            must,
        )
    return good(f"{name} is set and of the right kind.")


async def check_slack(slack: SlackSettings, clock: Callable[[], dt.datetime]) -> AsyncIterator[Finding]:
    """Whether Slack takes the tokens, which scopes they have, and whether a socket opens."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = create_client(slack, session)
        try:
            said = await client.auth_test()
        except SlackApiError as error:
            yield bad(
                f"Slack does not accept the bot token ({error.response.get('error')}).",
                "Install the app to your workspace again and copy the new bot token.",
            )
            return
        except (OSError, TimeoutError):
            yield bad(f"{slack.api_url} does not answer.", "Check SLACK_API_URL, the network and the proxy settings.")
            return
        yield good(f"Slack knows the bot as {said['user']} in {said['team']}.")
        headers = {name.lower(): value for name, value in said.headers.items()}
        for finding in (_scopes(headers.get("x-oauth-scopes")), _drift(headers.get("date"), clock)):
            if finding:
                yield finding
        if token := slack.app_token.get_secret_value():
            try:
                await client.apps_connections_open(app_token=token)
            except (SlackApiError, OSError, TimeoutError) as error:
                word = error.response.get("error") if isinstance(error, SlackApiError) else "no answer"
                yield bad(
                    f"A Socket Mode connection does not open ({word}).",
                    "Turn on Socket Mode, and give the app-level token the scope connections:write.",
                )
            else:
                yield good("A Socket Mode connection opens.")


def _scopes(given: str | None) -> Finding | None:
    if given is None:
        return weak("Slack does not say which scopes the token has.", "Compare them with `python -m bot manifest`.")
    missing = sorted(set(list_scopes()) - {scope.strip() for scope in given.split(",")})
    if missing:
        return bad(
            f"The bot token lacks scopes: {', '.join(missing)}.",
            "Put the output of `python -m bot manifest` into the app's manifest page and install the app again.",
        )
    return good("The bot token has every scope of the manifest.")


def _drift(date: str | None, clock: Callable[[], dt.datetime]) -> Finding | None:
    if not date:
        return None
    from email.utils import parsedate_to_datetime

    try:
        drift = abs(parsedate_to_datetime(date) - clock())
    except (TypeError, ValueError):
        return None
    if drift > MOST_DRIFT:
        return bad(
            f"This machine's clock differs from Slack's by {int(drift.total_seconds())} seconds.",
            "Set the clock; signed requests and due times depend on it.",
        )
    return good("This machine's clock agrees with Slack's.")


def check_database(database: Database, clock: Callable[[], dt.datetime]) -> Iterator[Finding]:
    """Revision, organisation, people, stages and quotas."""
    try:
        current = database.is_current()
    except (SQLAlchemyError, OSError):
        yield bad("The database does not open.", "Check PLAYMAKER_DATABASE_URL, and that the server runs.")
        return
    if not current:
        yield bad("The database is empty or older than this program.", "Run `python -m store migrate`.")
        return
    yield good("The database is at the newest revision.")
    with database.session() as session:
        yield from _check_rows(session, clock)


def _check_rows(session: Session, clock: Callable[[], dt.datetime]) -> Iterator[Finding]:
    organisation = session.get(Organisation, 1)
    if organisation is None:
        yield bad(
            "The organisation is not set up.", "Run `python -m store organisation --name … --currency … --zone …`."
        )
        zone = "UTC"
    else:
        zone = organisation.zone
        yield good(f"Organisation: {organisation.name or 'without a name'}, {organisation.currency}, {zone}.")
    try:
        today = clock().astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        yield bad(
            f"{zone} is not a time zone.", "Use an IANA name: `python -m store organisation --zone Europe/Berlin`."
        )
        today = clock().date()
    yield from _check_people(list_people(session, Scope.everybody(), active_on=today))
    stages = session.exec(select(Stage)).all()
    kinds = {stage.kind for stage in stages}
    if {"open", "won", "lost"} <= kinds:
        yield good(f"{len(stages)} stages, among them won and lost.")
    else:
        yield bad("The sales stages are incomplete: open, won and lost are needed.", "Import your opportunities first.")
    opportunities = session.exec(select(func.count(col(Opportunity.id)))).one()
    if opportunities:
        yield good(f"{opportunities:,} opportunities.")
    else:
        yield weak("There are no opportunities yet.", "Run `python -m store import opportunities FILE`.")
    month = today.replace(day=1)
    if session.exec(select(func.count(col(Quota.id))).where(col(Quota.month) == month)).one():
        yield good("There are quotas for this month.")
    else:
        yield weak("There are no quotas for this month.", "Run `python -m store import quotas FILE`.")


def _check_people(people: Sequence[Person]) -> Iterator[Finding]:
    if not people:
        yield bad("There are no people.", "Run `python -m store import people FILE`.")
        return
    lost = [person.name for person in people if not person.slack_id and not person.email]
    waiting = [person.name for person in people if not person.slack_id and person.email]
    yield good(f"{len(people)} active people.")
    if lost:
        yield weak(
            f"{_named(lost)} cannot be recognised in Slack: neither a Slack id nor an e-mail address is known.",
            "Import people again with an e-mail column.",
        )
    if waiting:
        yield good(f"{len(waiting)} of them will be recognised by e-mail when they first write.")
    if not any(person.role == Role.ADMIN for person in people):
        yield weak("Nobody is an administrator.", "Run `python -m store grant PERSON admin`.")


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown


def check_knowledge(open_knowledge: Callable[[], KnowledgeBase]) -> Iterator[Finding]:
    """Whether there is something to quote from, and whether it can be searched."""
    try:
        with open_knowledge() as knowledge:
            status = knowledge.status()
    except (KnowledgeError, OSError):
        advice = "Check PLAYMAKER_HOME and its permissions; `python -m knowledge_base status` says more."
        yield bad("The knowledge base does not open.", advice)
        return
    for problem in status.problems:
        yield weak(problem, "See `python -m knowledge_base status`.")
    if status.documents:
        yield good(f"Knowledge base: {status.documents} documents, {status.passages} passages.")


def check_pictures() -> Iterator[Finding]:
    """Whether charts that are sent as pictures can show Chinese."""
    families = list_families()
    if len(families) > 1:
        yield good(f"Charts as pictures are drawn with {families[0]} and, in Chinese, {families[1]}.")
    else:
        yield weak(
            "Charts that are sent as pictures show boxes for Chinese: no font with Chinese characters is installed.",
            "Install one, such as Noto Sans CJK (Debian: fonts-noto-cjk), and start the bot again.",
        )


async def _gathered(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]
