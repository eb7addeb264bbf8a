"""The manifest says what the bot does, no more and no less."""

import ast
import json
from pathlib import Path
from typing import Any, cast

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot import listeners
from bot.__main__ import main
from bot.listeners.desk import Desk
from bot.manifest import CALL_SCOPES, EVENT_SCOPES, get_manifest, list_scopes
from bot.settings import BotSettings
from skills.catalog import CATALOG

ROOT = Path(__file__).parents[2]
NOT_CALLED_BY_NAME = {"apps.connections.open"}
"""Called with the app token, which has a scope of its own."""


class Recorder:
    """Takes registrations in the place of an app."""

    def __init__(self) -> None:
        self.registered: dict[str, set[Any]] = {}

    def __getattr__(self, kind: str) -> Any:
        def register(what: Any) -> Any:
            self.registered.setdefault(kind, set()).add(what)
            return lambda listener: listener

        return register


@pytest.fixture
def registered() -> dict[str, set[Any]]:
    recorder = Recorder()
    desk = cast("Desk", type("Anything", (), {"counted": staticmethod(lambda listener: listener)}))
    listeners.register(cast("AsyncApp", recorder), desk, BotSettings().command)
    return recorder.registered


@pytest.fixture
def manifest() -> dict[str, Any]:
    return get_manifest(CATALOG, BotSettings())


def test_every_registration_is_in_the_manifest_and_the_reverse(
    registered: dict[str, set[Any]], manifest: dict[str, Any]
) -> None:
    events = {name.partition(".")[0] for name in manifest["settings"]["event_subscriptions"]["bot_events"]}
    commands = {command["command"] for command in manifest["features"]["slash_commands"]}
    assert registered["event"] == events
    assert registered["command"] == commands
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert set(registered) == {"event", "command", "action", "view", "options"}, "say here what the manifest needs"


def test_every_event_has_its_scopes() -> None:
    assert set(listeners.EVENTS) == set(EVENT_SCOPES), "add the event to EVENT_SCOPES in bot/manifest.py"


def test_every_method_that_the_bot_calls_has_its_scopes() -> None:
    called = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if "local_workspace" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                if name in {"client", "_client"}:
                    called.add(node.func.attr.replace("_", "."))
    assert called - NOT_CALLED_BY_NAME == set(CALL_SCOPES), "bring CALL_SCOPES in bot/manifest.py up to date"


def test_the_manifest_keeps_slack_s_limits(manifest: dict[str, Any]) -> None:
    shown, features = manifest["display_information"], manifest["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert 1 <= len(features["agent_view"]["suggested_prompts"]) <= 4
    assert len(manifest["settings"]["event_subscriptions"]["bot_events"]) <= 100
    assert manifest["oauth_config"]["scopes"]["bot"] == list_scopes()


def test_over_http_every_request_has_its_address() -> None:
    manifest = get_manifest(CATALOG, BotSettings(), request_url="https://bot.example/slack/events")
    settings = manifest["settings"]
    assert not settings["socket_mode_enabled"]
    assert settings["event_subscriptions"]["request_url"] == "https://bot.example/slack/events"
    assert settings["interactivity"]["message_menu_options_url"] == "https://bot.example/slack/events"
    assert manifest["features"]["slash_commands"][0]["url"] == "https://bot.example/slack/events"


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest"]) == 0
    assert json.loads(capsys.readouterr().out) == get_manifest(CATALOG, BotSettings())
