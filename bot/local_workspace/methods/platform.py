"""Booting and checking: who the app is, where its socket is, and whether blocks would be accepted."""

from __future__ import annotations

from bot.local_workspace.roster import Json
from bot.local_workspace.validation import check_message, check_view
from bot.local_workspace.web_api import ApiError, Call, Method


async def auth_test(call: Call) -> Json:
    roster = call.state.roster
    return {
        "url": f"{call.base_url}/",
        "team": roster.team_name,
        "team_id": roster.team_id,
        "user": call.state.members[call.state.bot].name,
        "user_id": roster.app.bot_user_id,
        "bot_id": roster.app.bot_id,
        "app_id": roster.app.id,
        "is_enterprise_install": False,
    }


async def connections_open(call: Call) -> Json:
    ticket = call.delivery.new_ticket()
    url = call.base_url.replace("http://", "ws://", 1)
    return {"url": f"{url}/link?ticket={ticket}&app_id={call.state.roster.app.id}"}


async def api_test(call: Call) -> Json:
    if call.get("error"):
        raise ApiError(call.get("error"))
    return {"args": call.arguments}


async def team_info(call: Call) -> Json:
    roster = call.state.roster
    team = {"id": roster.team_id, "name": roster.team_name, "domain": roster.team_domain, "email_domain": ""}
    return {"team": team}


async def bots_info(call: Call) -> Json:
    if call.get("bot") not in ("", call.state.roster.app.bot_id):
        raise ApiError("bot_not_found")
    return {"bot": call.state.bot_json()}


async def blocks_validate(call: Call) -> Json:
    """Check blocks, a message or a view without posting; answers `invalid_blocks` with what is wrong."""
    view = call.arguments.get("view")
    message = call.arguments.get("message")
    if isinstance(view, dict):
        problems = check_view(view, str(view.get("type", "modal")))
    else:
        blocks = message.get("blocks") if isinstance(message, dict) else call.arguments.get("blocks")
        problems = check_message(blocks)
    if problems:
        raise ApiError("invalid_blocks", problems)
    return {}


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "apps.connections.open": connections_open,
    "api.test": api_test,
    "team.info": team_info,
    "bots.info": bots_info,
    "blocks.validate": blocks_validate,
}
