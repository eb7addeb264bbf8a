"""A skill's form: the fields that it declares, filled with what is true now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from slackblocks import (
    Block,
    ContextBlock,
    DatePicker,
    Element,
    ExternalSelectMenu,
    InputBlock,
    ModalView,
    Option,
    PlainText,
    PlainTextInput,
    StaticSelectMenu,
)

from bot.views.answer import draw_answer
from bot.views.drawing import Json
from bot.views.escape import capital, clean, cut, words_of
from skills.answer import Answer
from skills.language import Language
from skills.text import Text, text

MOST_TITLE = 24
MOST_OPTION = 75
MOST_OPTION_VALUE = 150
MOST_LABEL = 150
MOST_INPUT = 3_000
SENT = "form"
CONFIRMED = "form-confirm"
FIND = "find-"
"""Action ids of selects whose options are looked up while somebody types begin with this."""

Kind = Literal["line", "lines", "day", "choice", "find"]


@dataclass(frozen=True)
class Chosen:
    """An option: the words that people see and those that the skill gets."""

    label: str
    value: str


@dataclass(frozen=True)
class Field:
    """One parameter in the form. `now` is its present value in the words that the skill takes, "" when empty."""

    name: str
    label: Text
    hint: Text | None = None
    kind: Kind = "line"
    now: str = ""
    now_label: str = ""
    options: tuple[Chosen, ...] = ()
    required: bool = False


def draw_form(title: Text, fields: Sequence[Field], language: Language, carried: str, about: str = "") -> Json:
    """The modal. `carried` comes back when it is sent; `about` names the record."""
    blocks: list[Block] = []
    if name := cut(clean(about).strip(), MOST_LABEL):
        blocks.append(ContextBlock([PlainText(name)], block_id="about"))
    blocks += [_input(field, language) for field in fields]
    view = ModalView(
        title=PlainText(cut(words_of(title, language).strip() or "–", MOST_TITLE)),
        blocks=blocks,
        submit=PlainText(cut(words_of(text("Save"), language), MOST_TITLE)),
        close=PlainText(cut(words_of(text("Close"), language), MOST_TITLE)),
        callback_id=SENT,
        private_metadata=carried,
    )
    return _json(view)


def draw_question(answer: Answer, language: Language, carried: str) -> Json:
    """The modal that asks before a risky change is made."""
    shown = draw_answer(answer.model_copy(update={"actions": (), "choices": ()}), language, charts=False)
    yes = next((action.label for action in answer.actions if action.kind == "confirm"), text("Yes, do it"))
    no = next((action.label for action in answer.actions if action.kind == "cancel"), text("No, leave it"))
    return {
        "type": "modal",
        "callback_id": CONFIRMED,
        "private_metadata": carried,
        "title": _plain(words_of(text("Please check"), language)),
        "submit": _plain(words_of(yes, language)),
        "close": _plain(words_of(no, language)),
        "blocks": list(shown.blocks),
    }


def draw_options(found: Sequence[Chosen]) -> list[Json]:
    """Options for a select that is looked up."""
    return [_json(_option(one)) for one in found if len(one.value) <= MOST_OPTION_VALUE][:100]


def sent_values(view: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """What a sent form holds by field, and what it held when it was opened; "" where a field is empty."""
    before = {block["block_id"]: _value(block["element"], "initial_") for block in view["blocks"] if "element" in block}
    after = {
        block_id: _value(next(iter(elements.values())), "")
        for block_id, elements in view["state"]["values"].items()
        if elements
    }
    return after, before


def _value(element: Mapping[str, Any], prefix: str) -> str:
    names = ("value", "date") if prefix else ("value", "selected_date")
    plain = next((element[prefix + name] for name in names if element.get(prefix + name)), "")
    option = element.get("initial_option" if prefix else "selected_option") or {}
    return str(plain or option.get("value") or "")


def _input(field: Field, language: Language) -> InputBlock:
    words = "" if field.hint is None else capital(cut(words_of(field.hint, language).strip(), MOST_LABEL))
    return InputBlock(
        label=PlainText(cut(words_of(field.label, language).strip() or field.name, MOST_LABEL)),
        element=_element(field, language),
        hint=PlainText(words) if words else None,
        optional=not field.required,
        block_id=field.name,
    )


def _element(field: Field, language: Language) -> Element:
    chosen = Chosen(field.now_label or field.now, field.now) if field.now else None
    match field.kind:
        case "day":
            return DatePicker(action_id="value", initial_date=field.now or None)
        case "choice" if field.options:
            options = [_option(one) for one in field.options[:100]]
            now = next((option for option in options if option.value == field.now), None)
            return StaticSelectMenu(action_id="value", options=options, initial_option=now)
        case "find":
            typing = PlainText(words_of(text("Type a name"), language))
            # A longer one is not an option that Slack takes; it stays in what the form carries along.
            now = None if chosen is None or len(chosen.value) > MOST_OPTION_VALUE else _option(chosen)
            return ExternalSelectMenu(
                action_id=f"{FIND}{field.name}", initial_option=now, min_query_length=1, placeholder=typing
            )
        case _:
            return PlainTextInput(
                action_id="value",
                initial_value=clean(field.now)[:MOST_INPUT] or None,
                multiline=field.kind == "lines",
                max_length=MOST_INPUT,
            )


def _option(one: Chosen) -> Option:
    return Option(text=PlainText(cut(clean(one.label).strip() or "–", MOST_OPTION)), value=one.value)


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": cut(words, MOST_TITLE)}


def _json(thing: Any) -> Json:
    drawn: Json = thing._resolve()  # noqa: SLF001 - the library's only way to JSON for one piece
    return drawn
