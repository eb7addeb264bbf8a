"""Everything that the bot listens to, on one screen."""

from slack_bolt.app.async_app import AsyncApp

from bot.listeners import actions, command, home, mention, message, modals
from bot.listeners.desk import Desk

EVENTS = (*mention.EVENTS, *message.EVENTS, *home.EVENTS)
"""Events to subscribe to, as the app's manifest names them."""


def register(app: AsyncApp, desk: Desk, slash_command: str) -> None:
    """Attach every listener to the app."""
    mention.register(app, desk)
    message.register(app, desk)
    command.register(app, desk, slash_command)
    actions.register(app, desk)
    modals.register(app, desk)
    home.register(app, desk)
