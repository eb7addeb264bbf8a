"""A Slack-compatible workspace on this machine: a server, a page to use it, and people for tests.

It imports nothing else of the project, so whatever passes here speaks Slack's protocol and nothing more.
"""

from bot.local_workspace.acts import CannotActError
from bot.local_workspace.delivery import NotAcknowledgedError
from bot.local_workspace.elements import NoSuchElement
from bot.local_workspace.faults import Faults
from bot.local_workspace.feed import NothingHappened
from bot.local_workspace.messages import Message, View, as_text
from bot.local_workspace.person import Person, buttons, menu
from bot.local_workspace.responses import Submission
from bot.local_workspace.roster import App, Channel, Member, Roster, RosterError, SlashCommand, Welcome
from bot.local_workspace.validation import check_message, check_view
from bot.local_workspace.workspace import ApiCall, Workspace

__all__ = [
    "ApiCall",
    "App",
    "CannotActError",
    "Channel",
    "Faults",
    "Member",
    "Message",
    "NoSuchElement",
    "NotAcknowledgedError",
    "NothingHappened",
    "Person",
    "Roster",
    "RosterError",
    "SlashCommand",
    "Submission",
    "View",
    "Welcome",
    "Workspace",
    "as_text",
    "buttons",
    "check_message",
    "check_view",
    "menu",
]
