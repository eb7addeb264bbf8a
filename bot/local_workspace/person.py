"""A person acting, for tests: says something, clicks, fills a form, and reads what the app answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.local_workspace.acts import Acts
from bot.local_workspace.elements import (
    Placed,
    find_element,
    list_elements,
    option_words,
    pick_option,
    state_of,
)
from bot.local_workspace.feed import Happening
from bot.local_workspace.messages import Message, View
from bot.local_workspace.rendering import text_of
from bot.local_workspace.responses import Submission
from bot.local_workspace.roster import Json, Member
from bot.local_workspace.state import State

TIMEOUT = 5.0


class Person:
    """One member of the workspace. Every act returns when Slack would have passed it on.

    `hears` gives the app's messages to this person one by one, in order, from their last act on. All waiting is
    event driven and ends with `NothingHappened` after `timeout` seconds.
    """

    def __init__(self, state: State, acts: Acts, member: Member) -> None:
        self._state = state
        self._acts = acts
        self.member = member
        self._heard = 0
        self._acted = 0

    @property
    def id(self) -> str:
        return self.member.id

    @property
    def direct_channel(self) -> str:
        """The channel id of this person's direct conversation with the app."""
        return self._state.open_direct((self.id,))

    # Acting

    async def say(
        self, text: str, *, channel: str | None = None, dm: bool = False, thread: str | Message | None = None
    ) -> Message:
        """Post in a channel (id or #name), the direct conversation, or a thread (its ts or one of its messages)."""
        self._begin()
        if isinstance(thread, Message):
            channel, thread = channel or thread.channel, thread.thread
        place = self._place(channel, dm=dm)
        return self._acts.say(self.id, text, place, thread)

    async def drop(
        self,
        name: str,
        content: bytes,
        text: str = "",
        *,
        channel: str | None = None,
        dm: bool = False,
        thread: str | None = None,
    ) -> Message:
        """Post a file, with what one types beside it."""
        self._begin()
        return self._acts.drop(self.id, name, content, text, self._place(channel, dm=dm), thread)

    async def edit(self, message: Message, text: str) -> Message:
        self._begin()
        return self._acts.edit(self.id, self._now(message), text)

    async def delete(self, message: Message) -> None:
        self._begin()
        self._acts.delete(self.id, self._now(message))

    async def react(self, message: Message, name: str) -> Message:
        self._begin()
        return self._acts.react(self.id, self._now(message), name)

    async def click(self, source: Message | View, what: str, value: Any = None) -> None:
        """Press the button with this action_id or these words; a feedback button or a menu's option by its own words.

        Raises `NotAcknowledgedError` when the app does not answer in time.
        """
        self._begin()
        source = self._current(source)
        placed = find_element(source.blocks, what)
        by_words = placed.element["type"] in {"feedback_buttons", "overflow"}
        chosen = what if by_words and value is None else value
        await self._acts.click(self.id, source, placed, chosen)

    async def choose(self, source: Message | View, what: str, value: Any) -> None:
        """Set a select, overflow, date picker, checkboxes or radio group, by the option's words or value.

        In an external select, `value` is typed as the query and the app's first match is taken.
        """
        self._begin()
        source = self._current(source)
        placed = find_element(source.blocks, what)
        if "external_select" in placed.element["type"]:
            value = await self._external(source, placed, value)
        await self._acts.click(self.id, source, placed, value)

    async def options(self, source: Message | View, what: str, query: str = "") -> list[Json]:
        """What the app offers in an external select for `query`, groups flattened."""
        source = self._current(source)
        return await self._options(source, find_element(source.blocks, what), query)

    async def slash(self, command: str, text: str = "", *, channel: str | None = None) -> Json:
        """Run a slash command, in the direct conversation unless a channel is named; returns the acknowledgement."""
        self._begin()
        return await self._acts.slash(self.id, command, text, self._place(channel, dm=channel is None))

    async def open_home(self, timeout: float = TIMEOUT) -> View:  # noqa: ASYNC109
        """Open the app's Home tab and wait for what the app puts there."""
        self._begin()
        self._acts.open_app(self.id, "home")
        happening = await self._state.feed.first(
            lambda h: h.kind == "home" and h.value.user == self.id,
            after=self._acted,
            timeout=timeout,
            what=f"the Home tab of {self.member.real_name}",
        )
        return self._view(happening)

    async def open_messages(self) -> None:
        """Open the direct conversation with the app."""
        self._begin()
        self._acts.open_app(self.id, "messages")

    async def stop(self, message: Message) -> None:
        """Press Stop in the thread of `message`."""
        self._begin()
        self._acts.stop(self.id, message.channel, message.thread)

    async def submits(self, view: View, values: Mapping[str, Any] | None = None) -> Submission:
        """Fill the form, by label, block_id or action_id, and send it."""
        self._begin()
        view = self._current(view)
        filled: dict[str, dict[str, Json]] = {}
        for name, value in (values or {}).items():
            placed = find_element(view.blocks, name)
            chosen = value
            if "external_select" in placed.element["type"] and value:
                chosen = await self._external(view, placed, value)
            filled.setdefault(placed.block_id, {})[placed.action_id] = state_of(placed.element, chosen)
        return await self._acts.submit(self.id, view, filled)

    async def closes(self, view: View) -> None:
        """Close a modal without sending it."""
        self._begin()
        await self._acts.close_view(self.id, self._current(view))

    # Reading

    async def hears(
        self,
        *,
        channel: str | None = None,
        containing: str | None = None,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
    ) -> Message:
        """The app's next message that this person can see: new, ephemeral or changed. Streams count when finished."""
        place = self._place(channel, dm=False) if channel else None

        def wanted(happening: Happening) -> bool:
            message = happening.value
            return (
                happening.kind in {"posted", "updated"}
                and isinstance(message, Message)
                and self._can_hear(message)
                and place in (None, message.channel)
                and (containing is None or containing in message.as_text())
            )

        about = f" with {containing!r}" if containing else ""
        happening = await self._state.feed.first(
            wanted, after=self._heard, timeout=timeout, what=f"a message to {self.member.real_name}{about}"
        )
        self._heard = happening.number
        message = happening.value
        assert isinstance(message, Message)  # noqa: S101 - `wanted` saw to it
        return message

    def _can_hear(self, message: Message) -> bool:
        if not message.from_app or message.streaming:
            return False
        if message.ephemeral_to:
            return message.ephemeral_to == self.id
        return self.id in self._state.channel_members(message.channel)

    async def modal(self, timeout: float = TIMEOUT) -> View:  # noqa: ASYNC109
        """The modal that this person's last act opened or changed; waits for it."""
        happening = await self._state.feed.first(
            lambda h: h.kind == "view" and h.value.user == self.id,
            after=self._acted,
            timeout=timeout,
            what=f"a modal for {self.member.real_name}",
        )
        self._acted = happening.number
        return self._view(happening)

    @property
    def open_modal(self) -> View | None:
        """The topmost modal now, if any."""
        stack = self._state.views.get(self.id, [])
        return stack[-1] if stack else None

    @property
    def home(self) -> View | None:
        """The Home tab as it stands."""
        return self._state.homes.get(self.id)

    # Inside

    def _begin(self) -> None:
        self._heard = self._acted = self._state.feed.number

    def _place(self, channel: str | None, *, dm: bool) -> str:
        if dm or channel is None:
            return self.direct_channel
        found = self._state.find_channel(channel)
        if found is None:
            raise LookupError(f"There is no channel {channel}.")
        return found

    def _now(self, message: Message) -> Message:
        found = self._state.get_message(message.channel, message.ts)
        if found is None:
            raise LookupError("This message was deleted.")
        return found

    def _current(self, source: Any) -> Any:
        if isinstance(source, Message):
            return self._now(source)
        found = self._state.get_view(source.id)
        if found is None:
            raise LookupError(f"The view {source.title!r} was closed.")
        return found

    def _view(self, happening: Happening) -> View:
        view = happening.value
        assert isinstance(view, View)  # noqa: S101 - events of this kind carry one
        return view

    async def _external(self, source: Message | View, placed: Placed, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [await self._external(source, placed, v) for v in value]
        options = await self._options(source, placed, str(value))
        exact = [o for o in options if value in (o.get("value"), text_of(o.get("text")))]
        return exact[0] if exact else options[0] if options else pick_option(options, value)

    async def _options(self, source: Message | View, placed: Placed, query: str) -> list[Json]:
        answer = await self._acts.options(self.id, source, placed, query)
        grouped = [o for g in answer.get("option_groups") or () for o in g.get("options", ())]
        return [*(answer.get("options") or ()), *grouped]


def buttons(source: Message | View) -> list[str]:
    """The words on the buttons of a message or view, in reading order."""
    return [p.label for p in list_elements(source.blocks) if p.element["type"] == "button"]


def menu(source: Message | View) -> list[str]:
    """The words in the "⋯" menus of a message or view, in reading order."""
    menus = [p.element for p in list_elements(source.blocks) if p.element["type"] == "overflow"]
    return [words for element in menus for words in option_words(element)]
