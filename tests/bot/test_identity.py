"""Who asks, and who listens."""

import asyncio
import datetime as dt

import pytest
from sqlmodel import select

from bot.identity import _slack_user
from skills.errors import NotAllowed
from store.channels import list_channel_members, list_channels, set_channel_members
from store.models import Organisation, Person, ReportSchedule
from store.scope import Scope
from tests.bot.slack_bot import IDS, STRANGER, Bot
from tests.skills.company import NOW


def change_person(bot: Bot, name: str, **values: object) -> None:
    with bot.company.database.writing() as session:
        person = session.get(Person, bot.company.people[name])
        assert person is not None
        for field, value in values.items():
            setattr(person, field, value)
        session.add(person)


async def test_somebody_is_found_by_e_mail_once_and_by_slack_id_ever_after(bot: Bot) -> None:
    actor = await bot.desk.identity.actor(IDS["dana"])
    assert actor.name == "Dana Whitfield"
    change_person(bot, "Dana", email="dana.new@corvane.test")
    bot.desk.identity.forget_user(IDS["dana"])
    assert (await bot.desk.identity.actor(IDS["dana"])).id == actor.id


async def test_an_address_that_is_somebody_else_s_already_gives_nobody_s_rights(bot: Bot) -> None:
    change_person(bot, "Dana", slack_id="U0OTHER")
    with pytest.raises(NotAllowed):
        await bot.desk.identity.actor(IDS["dana"])


async def test_leavers_are_refused(bot: Bot) -> None:
    change_person(bot, "Dana", active_to=dt.date(2026, 11, 1))
    with pytest.raises(NotAllowed):
        await bot.desk.identity.actor(IDS["dana"])


async def test_who_is_not_in_the_workspace_is_refused(bot: Bot) -> None:
    with pytest.raises(NotAllowed):
        await bot.desk.identity.actor("U0NOBODY")


@pytest.mark.parametrize(
    "said",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"deleted": True},
        {"is_stranger": True},
        {"team_id": "T0ELSEWHERE"},
    ],
)
def test_guests_leavers_and_people_of_other_companies_are_no_members(said: dict[str, object]) -> None:
    user = {"id": "U1", "team_id": "T0LOCAL", "profile": {"email": "dana@corvane.test"}}
    assert _slack_user(user, "T0LOCAL").is_full_member
    assert not _slack_user({**user, **said}, "T0LOCAL").is_full_member


def test_an_address_that_slack_has_not_confirmed_counts_for_nothing() -> None:
    user = {"id": "U1", "is_email_confirmed": False, "profile": {"email": "dana@corvane.test"}}
    assert not _slack_user(user, "T0LOCAL").email


async def test_the_clock_of_the_person_is_that_of_slack_unless_they_have_one(bot: Bot) -> None:
    assert (await bot.desk.identity.actor(IDS["dana"])).zone == "America/New_York"
    change_person(bot, "Dana", zone="Europe/Berlin", locale="zh")
    actor = await bot.desk.identity.actor(IDS["dana"], "hello")
    assert (actor.zone, actor.language) == ("Europe/Berlin", "zh")


async def test_a_channel_may_see_what_all_of_its_members_may(bot: Bot) -> None:
    identity = bot.desk.identity
    dana, vera = await identity.actor(IDS["dana"]), await identity.actor(IDS["vera"])
    people = bot.company.people
    team = await identity.room("C0TEAM", dana)
    assert team.audience.scope == Scope.of(people[name] for name in ("Dana", "Sam", "Mara", "Lee"))
    assert team.audience.name == "#team"
    assert not team.narrows
    mixed = await identity.room("C0SALES", vera)
    assert mixed.audience.scope == Scope.of(())
    assert mixed.narrows


async def test_one_unknown_member_makes_a_channel_see_nobody_s_records(bot: Bot) -> None:
    with bot.company.database.writing() as session:
        organisation = session.exec(select(Organisation)).one()
        organisation.sharing = "open"
        session.add(organisation)
    identity = bot.desk.identity
    dana = await identity.actor(IDS["dana"])
    assert (await identity.room("C0SALES", dana)).audience.scope == Scope.everybody()
    assert (await identity.room("C0OPEN", dana)).audience.scope == Scope.of(())


async def test_somebody_who_joins_is_noticed_at_once(bot: Bot) -> None:
    dana = await bot.desk.identity.actor(IDS["dana"])
    before = await bot.desk.identity.room("C0TEAM", dana)
    bot.workspace.acts.join(STRANGER, "C0TEAM")
    await bot.settled()
    after = await bot.desk.identity.room("C0TEAM", dana)
    assert not before.narrows
    assert after.narrows
    assert after.audience.scope == Scope.of(())


async def test_who_is_in_a_channel_is_kept_for_those_who_cannot_ask(bot: Bot) -> None:
    identity, people = bot.desk.identity, bot.company.people
    await identity.look_at("C0TEAM")
    await identity.look_at("C0OPEN")
    with bot.company.database.session() as session:
        members = list_channel_members(session, "C0TEAM", seen_since=NOW)
        assert members == frozenset(people[name] for name in ("Dana", "Sam", "Mara"))
        assert list_channel_members(session, "C0OPEN", seen_since=NOW) is None, "a stranger reads along"


async def test_the_channels_that_the_bot_is_in_are_known_by_name(bot: Bot) -> None:
    await bot.desk.identity.learn_channels()
    with bot.company.database.session() as session:
        assert [channel.name for channel in list_channels(session)] == ["open", "pair", "sales", "team"]


async def test_the_channels_of_reports_are_looked_at_again(bot: Bot) -> None:
    schedule = ReportSchedule(
        owner_id=bot.company.people["Dana"],
        skill="leaderboard",
        channel="C0TEAM",
        channel_name="#team",
        weekdays="mon",
        at="08:30",
        zone="UTC",
        created_at=NOW,
        covered_until=NOW,
    )
    gone = {**schedule.model_dump(exclude={"id"}), "channel": "C0GONE"}
    bot.company.add(schedule, ReportSchedule.model_validate(gone))
    await bot.desk.identity.refresh_channels()
    with bot.company.database.session() as session:
        assert list_channel_members(session, "C0TEAM", seen_since=NOW)
    await bot.desk.identity.refresh_channels()
    asked = [call.arguments["channel"] for call in bot.workspace.calls("conversations.members")]
    assert asked.count("C0TEAM") == 1, "not again so soon"


async def test_members_are_asked_for_once_in_a_while_only(bot: Bot) -> None:
    dana = await bot.desk.identity.actor(IDS["dana"])
    for _ in range(3):
        await bot.desk.identity.room("C0TEAM", dana)
        await bot.desk.identity.actor(IDS["dana"])
    assert len(bot.workspace.calls("conversations.members")) == 1
    assert len([call for call in bot.workspace.calls("users.info") if call.arguments["user"] == IDS["dana"]]) == 1


async def test_somebody_who_joins_while_one_looks_is_not_overlooked(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = bot.desk.identity
    dana = await identity.actor(IDS["dana"])
    asked, go_on = asyncio.Event(), asyncio.Event()
    members = identity._members

    async def slow(channel: str) -> list[str]:
        seen = await members(channel)
        asked.set()
        await go_on.wait()
        return seen

    monkeypatch.setattr(identity, "_members", slow)
    looking = asyncio.create_task(identity.room("C0TEAM", dana))
    await asked.wait()
    monkeypatch.setattr(identity, "_members", members)
    bot.workspace.acts.join(STRANGER, "C0TEAM")
    with bot.company.database.writing() as session:
        set_channel_members(session, "C0TEAM", "team", (), now=NOW)
    moved = asyncio.create_task(identity.somebody_moved("C0TEAM", STRANGER))
    # Time enough for the second look to come first, if it could.
    await asyncio.wait([moved], timeout=0.3)
    go_on.set()
    await asyncio.gather(looking, moved)
    await bot.settled()
    assert (await identity.room("C0TEAM", dana)).audience.scope == Scope.of(())
    with bot.company.database.session() as session:
        assert list_channel_members(session, "C0TEAM", seen_since=NOW) is None


async def test_the_last_day_of_somebody_lasts_until_midnight_at_the_organisation(bot: Bot) -> None:
    bot.time.now = dt.datetime(2026, 11, 19, 4, 30, tzinfo=dt.UTC)
    change_person(bot, "Dana", active_to=dt.date(2026, 11, 18))
    assert (await bot.desk.identity.actor(IDS["dana"])).name == "Dana Whitfield"
