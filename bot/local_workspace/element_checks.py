"""Checks of texts and interactive elements, wherever they stand; what is wrong is collected, not raised."""

from __future__ import annotations

from typing import Any

from slackblocks import _limits as limits

from bot.local_workspace.roster import Json

SELECTS = frozenset(
    {f"{many}{kind}_select" for many in ("", "multi_") for kind in ("static", "external", "users", "conversations")}
    | {"channels_select", "multi_channels_select"}
)
IN_ACTIONS = SELECTS | {
    "button",
    "workflow_button",
    "overflow",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "checkboxes",
    "radio_buttons",
    "plain_text_input",
    "rich_text_input",
}
IN_SECTION = (IN_ACTIONS | {"image"}) - {"plain_text_input", "rich_text_input"}
IN_INPUT = (IN_ACTIONS - {"button", "workflow_button", "overflow"}) | {
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
}


class ElementChecks:
    """Collects what is wrong, as Slack words it, each with the place as a JSON pointer."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    # Small checks

    def fail(self, at: str, words: str) -> None:
        self.problems.append(f"[ERROR] {words} [json-pointer:{at}]")

    def count(self, at: str, items: list[Any], least: int, most: int) -> None:
        if len(items) < least:
            self.fail(at, f"no fewer than {least} items allowed")
        if len(items) > most:
            self.fail(at, f"no more than {most} items allowed")

    def a_list(self, at: str, holder: Json, key: str, least: int, most: int) -> list[Any]:
        value = holder.get(key)
        if not isinstance(value, list):
            self.fail(f"{at}/{key}", f"missing required field: {key}")
            return []
        self.count(f"{at}/{key}", value, least, most)
        return value

    def string(self, at: str, holder: Json, key: str, most: int, *, required: bool = False) -> None:
        value = holder.get(key)
        if value is None:
            if required:
                self.fail(f"{at}/{key}", f"missing required field: {key}")
        elif not isinstance(value, str):
            self.fail(f"{at}/{key}", "must be a string")
        elif required and not value:
            self.fail(f"{at}/{key}", "must be more than 0 characters")
        elif len(value) > most:
            self.fail(f"{at}/{key}", f"must be less than {most + 1} characters")

    def text(self, at: str, holder: Json, key: str, most: int, *, plain: bool = False, required: bool = False) -> None:
        """A text object: its type, that it says something, and its length."""
        value = holder.get(key)
        if value is None:
            if required:
                self.fail(f"{at}/{key}", f"missing required field: {key}")
            return
        self.text_object(f"{at}/{key}", value, most, plain=plain)

    def text_object(self, at: str, value: Any, most: int, *, plain: bool = False) -> None:
        kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
        if not isinstance(value, dict) or value.get("type") not in kinds:
            self.fail(at, f"must be a text object of type {' or '.join(sorted(kinds))}")
            return
        words = value.get("text")
        if not isinstance(words, str) or not words:
            self.fail(f"{at}/text", "must be more than 0 characters")
        elif len(words) > most:
            self.fail(f"{at}/text", f"must be less than {most + 1} characters")

    def image(self, at: str, block: Json) -> None:
        self.string(at, block, "image_url", limits.IMAGE_IMAGE_URL_MAX_LENGTH)
        self.string(at, block, "alt_text", limits.IMAGE_ALT_TEXT_MAX_LENGTH, required=True)
        self.text(at, block, "title", limits.IMAGE_TITLE_MAX_LENGTH, plain=True)
        if (block.get("image_url") is None) == (block.get("slack_file") is None):
            self.fail(at, "exactly one of image_url and slack_file is required")

    # Elements

    def element(self, at: str, element: Any, allowed: frozenset[str]) -> None:
        """An interactive element (or a section's image): its kind, ids, words, options and confirmation."""
        if not isinstance(element, dict):
            self.fail(at, "must be an object")
            return
        kind = str(element.get("type"))
        if kind not in allowed:
            self.fail(f"{at}/type", f"unsupported element: {kind}")
            return
        if kind == "image":
            self.image(at, element)
            return
        self.string(at, element, "action_id", limits.ACTION_ID_MAX_LENGTH)
        self.text(at, element, "placeholder", limits.SELECT_PLACEHOLDER_MAX_LENGTH, plain=True)
        if kind in {"button", "icon_button"}:
            self._button(at, element)
        elif kind == "feedback_buttons":
            self._feedback(at, element)
        elif kind == "plain_text_input":
            self.string(at, element, "initial_value", limits.PLAIN_TEXT_INPUT_MAX_LENGTH_MAX)
        elif "static_select" in kind or kind in {"overflow", "checkboxes", "radio_buttons"}:
            self._options(at, element, kind)
        if element.get("confirm") is not None:
            self._confirm(f"{at}/confirm", element["confirm"])

    def _button(self, at: str, element: Json) -> None:
        self.text(at, element, "text", limits.BUTTON_TEXT_MAX_LENGTH, plain=True, required=True)
        self.string(at, element, "value", limits.BUTTON_VALUE_MAX_LENGTH)
        self.string(at, element, "url", limits.BUTTON_URL_MAX_LENGTH)
        self.string(at, element, "agent_prompt", limits.BUTTON_AGENT_PROMPT_MAX_LENGTH)
        self.string(at, element, "accessibility_label", limits.BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH)
        if element.get("style") not in (None, "primary", "danger"):
            self.fail(f"{at}/style", "must be primary or danger")

    def _feedback(self, at: str, element: Json) -> None:
        for key in ("positive_button", "negative_button"):
            button = element.get(key)
            if not isinstance(button, dict):
                self.fail(f"{at}/{key}", f"missing required field: {key}")
                continue
            here = f"{at}/{key}"
            self.text(here, button, "text", limits.FEEDBACK_BUTTON_TEXT_MAX_LENGTH, plain=True, required=True)
            self.string(here, button, "value", limits.FEEDBACK_BUTTON_VALUE_MAX_LENGTH, required=True)

    def _options(self, at: str, element: Json, kind: str) -> None:
        most = {
            "overflow": limits.OVERFLOW_OPTIONS_MAX_ITEMS,
            "checkboxes": limits.CHECKBOXES_OPTIONS_MAX_ITEMS,
            "radio_buttons": limits.RADIO_BUTTONS_OPTIONS_MAX_ITEMS,
        }.get(kind, limits.SELECT_OPTIONS_MAX_ITEMS)
        markup = kind in {"checkboxes", "radio_buttons"}
        if "option_groups" not in element:
            self._option_list(at, element, most, markup=markup)
        else:
            groups = self.a_list(at, element, "option_groups", 1, limits.SELECT_OPTION_GROUPS_MAX_ITEMS)
            for n, group in enumerate(groups):
                here = f"{at}/option_groups/{n}"
                if not isinstance(group, dict):
                    self.fail(here, "must be an object")
                    continue
                self.text(here, group, "label", limits.OPTION_GROUP_LABEL_MAX_LENGTH, plain=True, required=True)
                self._option_list(here, group, most, markup=markup)
        if element.get("initial_option") is not None and not self.problems:
            offered = [
                *element.get("options", ()),
                *(o for g in element.get("option_groups", ()) for o in g["options"]),
            ]
            if not any(_same_option(element["initial_option"], o) for o in offered):
                self.fail(f"{at}/initial_option", "must match one of the options")

    def _option_list(self, at: str, holder: Json, most: int, *, markup: bool) -> None:
        for n, option in enumerate(self.a_list(at, holder, "options", 1, most)):
            here = f"{at}/options/{n}"
            if not isinstance(option, dict):
                self.fail(here, "must be an object")
                continue
            self.text(here, option, "text", limits.OPTION_TEXT_MAX_LENGTH, plain=not markup, required=True)
            self.text(here, option, "description", limits.OPTION_DESCRIPTION_MAX_LENGTH, plain=not markup)
            self.string(here, option, "value", limits.OPTION_VALUE_MAX_LENGTH, required=True)

    def _confirm(self, at: str, confirm: Any) -> None:
        if not isinstance(confirm, dict):
            self.fail(at, "must be an object")
            return
        self.text(at, confirm, "title", limits.CONFIRMATION_TITLE_MAX_LENGTH, plain=True, required=True)
        self.text(at, confirm, "text", limits.CONFIRMATION_TEXT_MAX_LENGTH, required=True)
        self.text(at, confirm, "confirm", limits.CONFIRMATION_CONFIRM_MAX_LENGTH, plain=True, required=True)
        self.text(at, confirm, "deny", limits.CONFIRMATION_DENY_MAX_LENGTH, plain=True, required=True)


def _same_option(one: Any, other: Any) -> bool:
    """Slack compares words and value; `emoji: true`, which it adds by itself, does not matter."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    return bool(
        one.get("value") == other.get("value")
        and (one.get("text") or {}).get("text") == (other.get("text") or {}).get("text")
    )
