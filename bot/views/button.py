"""What a button carries, and the button itself."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from slackblocks import Button

from bot.views.escape import cut, words_of
from skills.answer import Action, Choice, Invocation
from skills.language import Language
from skills.text import Text

MOST_VALUE = 2000
MOST_LABEL = 75

Kind = Literal["run", "form", "confirm", "cancel"]


class Press(BaseModel):
    """What pressing a button asks for; its value in Slack is this as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Kind = "run"
    invocation: Invocation | None = None
    token: str = ""
    private: bool = False
    """Answer to the one who pressed alone, wherever the button stands."""
    language: str = ""
    """Language of the message that the button belongs to."""

    @property
    def value(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def read(cls, value: str) -> "Press | None":
        """None for a value that is not ours, or of another version."""
        try:
            press = cls.model_validate_json(value)
        except ValidationError:
            return None
        needed = press.invocation if press.do in ("run", "form") else press.token
        return press if needed else None


def of_action(action: Action, language: Language) -> Press:
    return Press(do=action.kind, invocation=action.invocation, token=action.token, language=language.code)


def of_choice(choice: Choice, language: Language) -> Press:
    return Press(invocation=choice.invocation, language=language.code)


def draw_button(
    label: Text, press: Press, language: Language, number: int, style: Literal["", "primary", "danger"] = ""
) -> Button | None:
    """A button, or None where what it carries is too long for Slack."""
    value = press.value
    if len(value) > MOST_VALUE:
        return None
    words = cut(words_of(label, language).strip() or "…", MOST_LABEL)
    return Button(words, action_id=f"{press.do}-{number}", value=value, style=style or None)
