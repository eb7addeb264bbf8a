"""Whether leaderboards that others see may name somebody."""

from typing import Literal

from pydantic import Field

from skills.answer import Action, Invocation
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.text import text
from store.change_log import FieldChange, RecordChange, RecordKind


class BoardsParams(SkillParams):
    show: Literal["on", "off"] | None = Field(
        default=None,
        description=text("on: name me on leaderboards; off: don't; shows how it is when left out").template,
    )


def run(context: SkillContext, params: BoardsParams) -> Change:
    person = context.person()
    shown = text("Leaderboards name you.")
    hidden = text("Leaderboards that others see do not name you. What you win counts for your team as before.")
    wanted = person.on_boards if params.show is None else params.show == "on"
    headline = shown if wanted else hidden
    if wanted == person.on_boards:
        return Change(records=(), headline=headline)
    field = FieldChange(field="on_boards", old=person.on_boards, new=wanted)
    record = RecordChange(
        kind=RecordKind.PERSON, id=person.id, version=person.version, label=person.name, fields=(field,)
    )
    board = Action(label=text("Leaderboard"), invocation=Invocation.of("leaderboard"))
    return Change(records=(record,), headline=headline, follow_ups=(board,))


SKILL = Skill(
    name="boards",
    summary=text("Whether leaderboards name you"),
    params=BoardsParams,
    run=run,
    effect=Effect.WRITE,
    form=("show",),
    examples=(
        Example("take me off the leaderboard", BoardsParams(show="off")),
        Example("don't show me on leaderboards", BoardsParams(show="off")),
        Example("hide my name on the leaderboards", BoardsParams(show="off")),
        Example("I don't want to be on the leaderboard", BoardsParams(show="off")),
        Example("put me back on the leaderboard", BoardsParams(show="on")),
        Example("show me on leaderboards again", BoardsParams(show="on")),
        Example("am I on the leaderboards", BoardsParams()),
        Example("不要在排行榜上显示我", BoardsParams(show="off")),
        Example("把我从排行榜上去掉", BoardsParams(show="off")),
        Example("让我重新上排行榜", BoardsParams(show="on")),
    ),
)
