"""The methods of the Web API, by name. A method that is not here answers `unknown_method`."""

from bot.local_workspace.methods import agent, files, messages, people, places, platform, views
from bot.local_workspace.web_api import Method

METHODS: dict[str, Method] = {
    **platform.METHODS,
    **messages.METHODS,
    **agent.METHODS,
    **places.METHODS,
    **people.METHODS,
    **files.METHODS,
    **views.METHODS,
}

__all__ = ["METHODS"]
