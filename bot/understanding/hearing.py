"""A message with everything that is known when it is read, and the reply with the way in which it was understood."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.understanding.conversation import State
from bot.understanding.entities import Frame
from skills.contract import Actor, Audience
from skills.references.vocabulary import Vocabulary
from skills.runner import Reply

Route = Literal["command", "sentence", "model"]


class Message(Protocol):
    """What somebody said, to whom it may be answered, and the key of the thread."""

    @property
    def text(self) -> str: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def audience(self) -> Audience: ...
    @property
    def conversation(self) -> str: ...


@dataclass(frozen=True)
class Said:
    """A plain `Message`."""

    text: str
    actor: Actor
    audience: Audience
    conversation: str


@dataclass(frozen=True)
class Hearing:
    message: Message
    actor: Actor
    """Whoever said it, with the language of the words where none is set."""
    frame: Frame
    state: State
    vocabulary: Vocabulary


class Understood(Reply):
    """A reply, and by which route the message was understood."""

    understood_by: Route = "sentence"

    @classmethod
    def of(cls, reply: Reply, by: Route) -> "Understood":
        return cls(**dict(reply), understood_by=by)
