"""What new people have learnt: their answers to questions about cards, and the steps that are behind them.

Both belong to the person; whether a manager may see them is the person's choice, or else the organisation's.
"""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models.columns import Instant


class QuizAnswer(SQLModel, table=True):
    """What somebody answered to a question about a card. A question is asked once a day at most."""

    __tablename__ = "quiz_answer"
    __table_args__ = (UniqueConstraint("person_id", "question", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    question: str
    """A short name made of the card's file and the question's words."""
    file: str
    """The card that holds the answer."""
    chosen: str
    """The words that were chosen."""
    correct: bool
    day: dt.date
    answered_at: dt.datetime = Field(sa_type=Instant)
    version: int = 1


class StepMark(SQLModel, table=True):
    """A step of the path that somebody who joined on `started_on` has done; who comes back begins anew."""

    __tablename__ = "step_mark"
    __table_args__ = (UniqueConstraint("person_id", "started_on", "step"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    started_on: dt.date
    step: str
    """The step's name in the path."""
    author_id: int = Field(foreign_key="person.id")
    """Who says so: themselves, or the manager who certifies it."""
    marked_on: dt.date
    version: int = 1
