"""What a skill answers: words, figures, tables and buttons, without any Slack in them."""

from base64 import b64encode
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from skills.figure import Figure
from skills.text import AnyValue, Text


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Status(StrEnum):
    """How a request ended."""

    ANSWER = "answer"
    DONE = "done"
    CONFIRM = "confirm"
    CLARIFY = "clarify"
    REFUSED = "refused"
    HELP = "help"


class Invocation(Model):
    """A skill and the words for its parameters, ready to be run."""

    skill: str
    params: dict[str, Any] = {}

    @classmethod
    def of(cls, skill: str, params: Mapping[str, Any] | None = None, /, **more: Any) -> "Invocation":
        given = {**(params or {}), **more}
        return cls(skill=skill, params={name: value for name, value in given.items() if value is not None})


class Action(Model):
    """A button. `run` invokes a skill, `form` opens it as a form, `confirm` and `cancel` answer a pending change."""

    label: Text
    kind: Literal["run", "form", "confirm", "cancel"] = "run"
    invocation: Invocation | None = None
    token: str = ""
    style: Literal["", "primary", "danger"] = ""
    tucked: bool = False
    """Offered in the menu beside the buttons: what is always possible and seldom wanted."""


class Choice(Model):
    """One way in which an unclear request can be meant.

    An invocation without a skill only gives values to parameters; the runner completes it from the request it answers.
    """

    label: Text
    invocation: Invocation

    @classmethod
    def of(cls, label: Text, **params: Any) -> "Choice":
        """The request at hand, with these parameters."""
        return cls(label=label, invocation=Invocation(skill="", params=params))


class Paragraph(Model):
    type: Literal["paragraph"] = "paragraph"
    text: Text


class Bullets(Model):
    type: Literal["bullets"] = "bullets"
    title: Text | None = None
    items: tuple[Text, ...]


class Fact(Model):
    label: Text
    value: Text


class Facts(Model):
    """Short labelled values side by side, such as an opportunity's fields."""

    type: Literal["facts"] = "facts"
    facts: tuple[Fact, ...]


class Quote(Model):
    """Words of a document, exactly as they stand there."""

    type: Literal["quote"] = "quote"
    text: str
    source: Text | None = None


class Column(Model):
    label: Text
    numeric: bool = False


class Table(Model):
    type: Literal["table"] = "table"
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[AnyValue, ...], ...]
    total: tuple[AnyValue, ...] | None = None


class Series(Model):
    label: Text
    values: tuple[float, ...]
    """For drawing only; the exact figures are in the table or the figures beside it."""


class Chart(Model):
    type: Literal["chart"] = "chart"
    kind: Literal["bar", "line", "pie"]
    title: Text
    categories: tuple[Text, ...]
    series: tuple[Series, ...]
    unit: str = ""


Block = Annotated[Paragraph | Bullets | Facts | Quote | Table | Chart, Field(discriminator="type")]


class Citation(Model):
    """Where a quote stands: characters `start` to `end` of `file`, under the heading path `section`."""

    file: str
    section: str
    start: int
    end: int
    quote: str


class Subject(Model):
    """The record that an answer is about; the thread goes on about it."""

    kind: str
    id: int
    label: str


class File(Model):
    """A file that goes along with an answer."""

    name: str
    media_type: str
    content: Base64Bytes

    @classmethod
    def of(cls, name: str, media_type: str, content: bytes) -> "File":
        """From the bytes as they are; the model itself reads base64, as its JSON has it."""
        return cls(name=name, media_type=media_type, content=b64encode(content))


class Answer(Model):
    """A whole reply. `headline` alone must make sense: it is the notification that people see first."""

    status: Status = Status.ANSWER
    headline: Text
    blocks: tuple[Block, ...] = ()
    figures: tuple[Figure, ...] = ()
    actions: tuple[Action, ...] = ()
    choices: tuple[Choice, ...] = ()
    citations: tuple[Citation, ...] = ()
    notes: tuple[Text, ...] = ()
    """Small print: the period with its dates, whose records, as of when, what was left out."""
    subject: Subject | None = None
    question: str = ""
    """What was looked up in the playbook, in full where the words left a part of it to the thread."""
    private: bool = False
    """For the asker's eyes only, wherever it was asked."""
    withheld: bool = False
    """The asker may read more of it than everybody here, and is offered that alone."""
    idle: bool = False
    """There is nothing to do: at fixed times it is not sent."""
    unabridged: bool = False
    """Made of totals that every member may see: no reader's rights left anything out."""
    files: tuple[File, ...] = ()
    kept: str = ""
    """JSON that the next report of the same schedule compares itself with; kept beside it in the outbox."""
