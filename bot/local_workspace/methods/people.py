"""`users.*`: who is in the workspace."""

from __future__ import annotations

from bot.local_workspace.methods.places import page_of
from bot.local_workspace.roster import Json
from bot.local_workspace.web_api import ApiError, Call, Method


async def info(call: Call) -> Json:
    member = call.state.members.get(call.need("user"))
    if member is None:
        raise ApiError("user_not_found")
    shown = call.state.user_json(member)
    if not call.flag("include_locale"):
        shown.pop("locale")
    return {"user": shown}


async def list_users(call: Call) -> Json:
    page, cursor = page_of(call, [call.state.user_json(m) for m in call.state.members.values()], default=1000)
    return {"members": page, "cache_ts": int(call.state.clock.now()), "response_metadata": {"next_cursor": cursor}}


async def lookup_by_email(call: Call) -> Json:
    email = call.need("email").casefold()
    member = next((m for m in call.state.members.values() if m.email.casefold() == email and not m.deleted), None)
    if member is None:
        raise ApiError("users_not_found")
    return {"user": call.state.user_json(member)}


async def profile(call: Call) -> Json:
    shown = await info(call)
    return {"profile": shown["user"]["profile"]}


METHODS: dict[str, Method] = {
    "users.info": info,
    "users.list": list_users,
    "users.lookupByEmail": lookup_by_email,
    "users.profile.get": profile,
}
