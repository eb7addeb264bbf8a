"""`views.*`: modals that a trigger_id opens, and Home tabs."""

from __future__ import annotations

from collections.abc import Callable

from bot.local_workspace.messages import View
from bot.local_workspace.responses import RefusedAnswerError, Responses
from bot.local_workspace.roster import Json
from bot.local_workspace.web_api import ApiError, Call, Method


def _responses(call: Call) -> Responses:
    return Responses(call.state, call.events)


def _use_trigger(call: Call) -> str:
    """The person whose act gave this trigger_id, which is then used up."""
    trigger = call.state.triggers.get(call.need("trigger_id"))
    if trigger is None:
        raise ApiError("invalid_trigger_id")
    if call.state.clock.now() > trigger.expires:
        raise ApiError("expired_trigger_id")
    if trigger.used:
        raise ApiError("exchanged_trigger_id")
    trigger.used = True
    return trigger.user


def _view_argument(call: Call) -> Json:
    return call.need_json("view")


async def open_view(call: Call) -> Json:
    payload = _view_argument(call)
    user = _use_trigger(call)
    return _shown(call, lambda: _responses(call).open_view(user, payload))


async def push_view(call: Call) -> Json:
    payload = _view_argument(call)
    user = _use_trigger(call)
    stack = call.state.views.get(user, [])
    if not stack:
        raise ApiError("not_found")
    return _shown(call, lambda: _responses(call).open_view(user, payload, previous=stack[-1]))


async def update_view(call: Call) -> Json:
    payload = _view_argument(call)
    view = call.state.get_view(call.get("view_id") or call.need("external_id"))
    if view is None:
        raise ApiError("not_found")
    if call.get("hash") and call.get("hash") != view.hash:
        raise ApiError("hash_conflict")
    return _shown(call, lambda: _responses(call).update_view(view, payload))


async def publish(call: Call) -> Json:
    user, payload = call.need("user_id"), _view_argument(call)
    if user not in call.state.members:
        raise ApiError("user_not_found")
    home = call.state.homes.get(user)
    if call.get("hash") and home and call.get("hash") != home.hash:
        raise ApiError("hash_conflict")
    return _shown(call, lambda: _responses(call).publish_home(user, payload))


def _shown(call: Call, show: Callable[[], View]) -> Json:
    try:
        return {"view": call.state.view_json(show())}
    except RefusedAnswerError as problem:
        raise ApiError(problem.error, problem.messages) from problem


METHODS: dict[str, Method] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish,
}
