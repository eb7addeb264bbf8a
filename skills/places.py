"""Where a report goes: a channel that is mentioned, named or "here", or its owner alone."""

import re
from difflib import get_close_matches
from typing import NamedTuple

from skills.answer import Choice
from skills.contract import SkillContext
from skills.errors import NotAllowed, Unclear
from skills.text import Text, text
from store.channels import (
    get_channel,
    get_channel_by_name,
    list_channels,
    list_channels_of,
)
from store.models import Role

CHOICES = 5
HERE = frozenset({"here", "this channel", "in here", "这里", "本频道", "这个频道"})
TO_ME = frozenset({"", "me", "dm", "my dms", "direct message", "private", "privately", "我", "私信", "私聊", "发给我"})
MENTION = re.compile(r"^<#(?P<id>\w+)(?:\|(?P<name>[^>]*))?>$|^(?P<bare>\w+)\|(?P<label>[^>]+)$")


class Place(NamedTuple):
    """A channel by Slack id (or "#name" while its id is not known) and name; the owner alone when it is empty."""

    channel: str = ""
    name: str = ""
    doubts: tuple[Text, ...] = ()


def find_place(context: SkillContext, words: str | None) -> Place:
    """The place that is meant: `<#C123|sales>`, `C123|sales`, "#sales", "here"; the asker alone when left out.

    Raises `Unclear` for a channel that nobody has seen, `NotAllowed` for one that the asker is not in.
    """
    said = (words or "").strip()
    if said.lower() in TO_ME:
        return Place()
    if said.lower() in HERE:
        here = context.audience
        return Place() if here.is_private else Place(here.channel, here.name or here.channel)
    mention = MENTION.match(said)
    channel = (mention["id"] or mention["bare"]) if mention else said
    known = get_channel(context.session, channel)
    if mention is None and known is None:
        return _find_by_name(context, said.removeprefix("#").strip().lower())
    name = (mention["name"] or mention["label"] if mention else "") or (known.name if known else "")
    return _checked(context, Place(channel, f"#{name}" if name else channel))


def _find_by_name(context: SkillContext, name: str) -> Place:
    row = get_channel_by_name(context.session, name)
    if row is not None:
        return _checked(context, Place(row.id, f"#{row.name}"))
    here = context.audience
    if not here.is_private and here.name.removeprefix("#").lower() == name:
        return Place(here.channel, here.name)
    if list_channels(context.session):
        known = {channel.name: channel.id for channel in list_channels_of(context.session, context.actor.id)}
        near = get_close_matches(name, list(known), n=CHOICES)
        raise Unclear(
            text("I don't know a channel #{name}.", name=name),
            text("Invite me there, then mention it with # so that Slack completes its name."),
            choices=[Choice.of(text("#{name}", name=other), channel=f"<#{known[other]}|{other}>") for other in near],
        )
    # Before any channel was seen there is nothing to check a name against; it is looked up again when it is due.
    return Place(f"#{name}", f"#{name}", (text("I have not seen #{name} yet, so check its name.", name=name),))


def _checked(context: SkillContext, place: Place) -> Place:
    """Nobody has reports posted where they don't read themselves, but an administrator."""
    known = get_channel(context.session, place.channel)
    if known is None or known.refreshed_at is None or context.actor.role is Role.ADMIN:
        return place
    if known.id not in {channel.id for channel in list_channels_of(context.session, context.actor.id)}:
        raise NotAllowed(
            text("You are not in {channel}, so I post nothing there for you.", channel=place.name),
            text("Join it first."),
        )
    return place
