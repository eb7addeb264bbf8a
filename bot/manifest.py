"""The Slack app's manifest, derived from what the bot listens to and what its skills can do."""

from collections.abc import Mapping
from typing import Any

from bot.listeners import EVENTS
from bot.settings import BotSettings
from bot.views.help import draw_prompts
from skills.contract import Skill
from skills.language import get_language
from skills.text import render
from store.models import Role

EVENT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "app_home_opened": (),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
}
"""Scopes without which Slack does not send an event."""

CALL_SCOPES: Mapping[str, tuple[str, ...]] = {
    "assistant.threads.setStatus": ("assistant:write",),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.members": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.open": ("im:write",),
    "files.info": ("files:read",),
    "files.upload.v2": ("files:write",),
    "users.conversations": ("channels:read", "groups:read"),
    "users.info": ("users:read", "users:read.email"),
    "views.open": (),
    "views.publish": (),
}
"""Scopes of every method that the bot calls."""

DESCRIPTION = "Pipeline, quota, playbook and updates by talking"
LONG_DESCRIPTION = (
    "Playmaker is a sales team's assistant. Reps keep their opportunities up to date in plain words, prepare calls and "
    "answer objections from the company's own playbook; managers see quota attainment, leaderboards and scheduled "
    "reports; new colleagues ask the knowledge base. Before anything risky it asks, and every change can be undone."
)
SHORT = 140
MOST_AGENT_DESCRIPTION = 300


def list_scopes() -> list[str]:
    """Bot scopes, each for an event, a method or the command."""
    wanted = {scope for scopes in (*EVENT_SCOPES.values(), *CALL_SCOPES.values()) for scope in scopes}
    return sorted({*wanted, "commands"})


def get_manifest(skills: Mapping[str, Skill], settings: BotSettings, *, request_url: str = "") -> dict[str, Any]:
    """The manifest as Slack takes it, version 2. Without `request_url` the app uses Socket Mode."""
    names = [skill.name for skill in skills.values() if skill.listed]
    command = {
        "command": settings.command,
        "description": "Ask Playmaker, only for you to see",
        "usage_hint": " | ".join(names[:4]) + " | …",
        "should_escape": True,
    }
    events: dict[str, Any] = {"bot_events": sorted(EVENTS)}
    interactivity: dict[str, Any] = {"is_enabled": True}
    if request_url:
        command["url"] = request_url
        events["request_url"] = request_url
        interactivity |= {"request_url": request_url, "message_menu_options_url": request_url}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": settings.name,
            "description": DESCRIPTION[:SHORT],
            "long_description": LONG_DESCRIPTION,
            "background_color": "#1f3a5f",
        },
        "features": {
            "agent_view": {
                "agent_description": _described(skills)[:MOST_AGENT_DESCRIPTION],
                "suggested_prompts": draw_prompts(skills, Role.REP, get_language("en")),
            },
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": settings.name, "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list_scopes()}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not request_url,
            "token_rotation_enabled": False,
        },
    }


def _described(skills: Mapping[str, Skill]) -> str:
    """What it can do, in as many summaries as fit."""
    described = "A sales team's assistant."
    for skill in skills.values():
        more = f"{described} {render(skill.summary, get_language('en'))}."
        if not skill.listed or len(more) > MOST_AGENT_DESCRIPTION:
            continue
        described = more
    return described
