"""Channels of the chat and who is in them, as the process that can ask the chat last saw it.

Whoever posts to a channel without asking the chat itself (a scheduled report) shows there only what all of its members
may read, and of a channel that was never looked at, holds strangers or was looked at long ago, nobody's records.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from store.models import Channel, ChannelMember, ReportSchedule, ScheduleStatus

TRUSTED_FOR = dt.timedelta(hours=24)
"""How long a list of members is believed: whoever joined while nobody listened is not on it."""


def get_channel(session: Session, channel: str) -> Channel | None:
    """The channel with this Slack id."""
    return session.get(Channel, channel)


def get_channel_by_name(session: Session, name: str) -> Channel | None:
    """The channel that is called so, with or without "#", whatever the case."""
    wanted = name.removeprefix("#").strip().lower()
    return session.exec(
        select(Channel).where(func.lower(col(Channel.name)) == wanted).order_by(col(Channel.id))
    ).first()


def list_channels(session: Session) -> Sequence[Channel]:
    """Every channel that was ever seen, by name."""
    return session.exec(select(Channel).order_by(col(Channel.name), col(Channel.id))).all()


def list_channels_of(session: Session, person_id: int) -> Sequence[Channel]:
    """The channels in which the person was seen, by name. The names of others may be none of their business."""
    return session.exec(
        select(Channel)
        .join(ChannelMember, col(ChannelMember.channel_id) == col(Channel.id))
        .where(ChannelMember.person_id == person_id)
        .order_by(col(Channel.name), col(Channel.id))
    ).all()


def list_channel_members(session: Session, channel: str, *, seen_since: dt.datetime) -> frozenset[int] | None:
    """Ids of the people in the channel with this Slack id.

    None where that is not known well enough to show their records: never seen, seen before `seen_since`, or somebody
    whom we do not know reads along.
    """
    row = session.get(Channel, channel)
    if row is None or row.strangers or row.refreshed_at is None or row.refreshed_at < seen_since:
        return None
    return frozenset(session.exec(select(ChannelMember.person_id).where(ChannelMember.channel_id == channel)))


def list_channels_to_refresh(session: Session, before: dt.datetime) -> Sequence[str]:
    """Slack ids of channels that scheduled reports go to and whose members were not looked at since `before`."""
    return session.exec(
        select(ReportSchedule.channel)
        .join(Channel, col(Channel.id) == col(ReportSchedule.channel), isouter=True)
        .where(
            ReportSchedule.status == ScheduleStatus.ACTIVE,
            ReportSchedule.channel != "",
            col(ReportSchedule.channel).not_like("#%"),
            (col(Channel.refreshed_at).is_(None)) | (col(Channel.refreshed_at) < before),
        )
        .distinct()
    ).all()


def set_channel(session: Session, channel: str, name: str) -> Channel:
    """Remember what the channel with this Slack id is called now."""
    row = session.get(Channel, channel) or Channel(id=channel, name="")
    row.name = name.removeprefix("#") or row.name
    session.add(row)
    session.flush()
    return row


def set_channel_members(
    session: Session, channel: str, name: str, people: Iterable[int], *, strangers: int = 0, now: dt.datetime
) -> None:
    """Who is in the channel as of `now`: ids of people, and how many members (bots aside) are nobody we know."""
    row = set_channel(session, channel, name)
    row.strangers = strangers
    row.refreshed_at = now
    session.execute(delete(ChannelMember).where(col(ChannelMember.channel_id) == channel))
    session.add_all(ChannelMember(channel_id=channel, person_id=person) for person in sorted(set(people)))
    session.flush()
