"""Say of a card that it is still true, or that it is out of date."""

from pydantic import Field

from skills.answer import Choice
from skills.cards import find_card, fingerprint, get_standing, may_answer_for
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import NotAllowed, Unclear
from skills.passages import readable
from skills.text import text
from store.change_log import FieldChange, Json, RecordChange, RecordKind

YES = frozenset({"yes", "y", "true", "still true", "valid", "correct", "是", "对", "有效", "仍然有效"})
NO = frozenset({"no", "n", "false", "out of date", "outdated", "wrong", "old", "否", "不", "过时", "过期", "不对"})
MOST_REASON = 300


class CheckParams(SkillParams):
    card: str = Field(description=text("which card, by its title or file").template)
    holds: str = Field(description=text("whether it is still true: yes or no").template)
    reason: str | None = Field(default=None, description=text("what is out of date").template)


def run(context: SkillContext, params: CheckParams) -> Change:
    said = " ".join(params.holds.lower().split())
    if said not in YES | NO:
        raise Unclear(
            text("Is the card still true?"),
            choices=(Choice.of(text("Still true"), holds="yes"), Choice.of(text("Out of date"), holds="no")),
        )
    holds, reason = said in YES, " ".join((params.reason or "").split())[:MOST_REASON]
    with readable():
        card = find_card(context, params.card)
        standing = get_standing(context, card.file, card.id, card.card)
        content = fingerprint(context, card.id)
    if holds and not may_answer_for(context, standing):
        raise NotAllowed(
            text("**{title}** is verified by {owner}.", title=card.title, owner=standing.asked)
            if standing.asked
            else text("You don't answer for **{title}**.", title=card.title),
            text("You can report it as out of date."),
        )
    if not holds and not reason:
        raise Unclear(text("What is out of date in **{title}**? Its owner and its readers are told.", title=card.title))
    fields: dict[str, Json] = {
        "file": card.file,
        "content_hash": content,
        "person_id": context.actor.id,
        "day": context.today.isoformat(),
        "holds": holds,
        "reason": reason,
        "checked_at": context.now.isoformat(),
    }
    record = RecordChange(
        kind=RecordKind.CHECK,
        label=card.title,
        fields=tuple(FieldChange(field=name, new=new, derived=True) for name, new in fields.items()),
    )
    what = (
        text("**{title}** is verified as of today, until its words change.", title=card.title)
        if holds
        else text("**{title}** is reported as out of date; its answers say so.", title=card.title)
    )
    return Change(records=(record,), headline=what)


SKILL = Skill(
    name="check",
    summary=text("Say that a card is still true, or out of date"),
    params=CheckParams,
    run=run,
    effect=Effect.WRITE,
    form=("reason",),
    examples=(
        Example("the card discount policy is still true", CheckParams(card="discount policy", holds="yes")),
        Example("battlecard ironlog is still valid", CheckParams(card="battlecard ironlog", holds="yes")),
        Example(
            "the card payment terms is out of date: we now give 45 days",
            CheckParams(card="payment terms", holds="no", reason="we now give 45 days"),
        ),
        Example(
            "mark the card hosting as outdated, the data moved to Frankfurt",
            CheckParams(card="hosting", holds="no", reason="the data moved to Frankfurt"),
        ),
        Example("折扣规则这张卡片仍然有效", CheckParams(card="折扣规则", holds="yes")),
        Example("付款条件这张卡片过时了：现在是45天", CheckParams(card="付款条件", holds="no", reason="现在是45天")),
    ),
)
