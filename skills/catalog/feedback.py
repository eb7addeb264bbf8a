"""Say whether an answer of the playbook helped, and what was wrong with it."""

from pydantic import Field

from skills.answer import Action, Choice, Invocation
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import NotFound, Unclear
from skills.text import Text, text
from store.change_log import FieldChange, Json, RecordChange, RecordKind
from store.models import Fault, Question
from store.questions import get_last_question, get_question, question_key
from store.scope import Scope

YES = frozenset({"yes", "y", "true", "helpful", "good", "thanks", "有用", "有帮助", "是", "好"})
NO = frozenset(
    {"no", "n", "false", "not helpful", "unhelpful", "bad", "没用", "没帮助", "没有帮助", "不好", "否", "不"}
)
FAULTS: dict[Fault, Text] = {
    Fault.WRONG: text("It is wrong"),
    Fault.OUTDATED: text("It is outdated"),
    Fault.UNCLEAR: text("It is unclear"),
    Fault.MISSING: text("It is not what I asked"),
}
WORDS: dict[str, Fault] = {
    "wrong": Fault.WRONG,
    "incorrect": Fault.WRONG,
    "false": Fault.WRONG,
    "错": Fault.WRONG,
    "outdated": Fault.OUTDATED,
    "out of date": Fault.OUTDATED,
    "old": Fault.OUTDATED,
    "stale": Fault.OUTDATED,
    "过时": Fault.OUTDATED,
    "过期": Fault.OUTDATED,
    "unclear": Fault.UNCLEAR,
    "confusing": Fault.UNCLEAR,
    "不清楚": Fault.UNCLEAR,
    "看不懂": Fault.UNCLEAR,
    "missing": Fault.MISSING,
    "not what i asked": Fault.MISSING,
    "off topic": Fault.MISSING,
    "答非所问": Fault.MISSING,
    "没有": Fault.MISSING,
}


class FeedbackParams(SkillParams):
    helpful: str = Field(description=text("whether it helped: yes or no").template)
    reason: str | None = Field(
        default=None, description=text("what was wrong: wrong, outdated, unclear or missing").template
    )
    question: str | None = Field(default=None, description=text("which question; your last one when left out").template)


def run(context: SkillContext, params: FeedbackParams) -> Change:
    asked = _question(context, params.question)
    said = " ".join(params.helpful.lower().split())
    if said not in YES | NO:
        raise Unclear(
            text("Did the answer help?"),
            choices=(Choice.of(text("Helpful"), helpful="yes"), Choice.of(text("Not helpful"), helpful="no")),
        )
    helpful, reason = said in YES, _fault(params.reason)
    if helpful and reason is not None:
        helpful = False
    key = question_key(context.actor.id, asked.words, context.organisation.day_of(asked.asked_at))
    mine = asked if asked.person_id == context.actor.id else get_question(context.session, _own(context), key)
    fields: dict[str, Json] = {"helpful": helpful, "reason": reason.value if reason else ""}
    if mine is None:
        # Whoever reads along in a channel and judges the answer had the same question.
        fields |= {
            "key": key,
            "asked_at": context.now.isoformat(),
            "person_id": context.actor.id,
            "channel": asked.channel,
            "words": asked.words,
            "band": asked.band,
            "file": asked.file,
            "section": asked.section,
            "confidence": asked.confidence,
        }
    record = RecordChange(
        kind=RecordKind.QUESTION,
        id=mine.id if mine else None,
        version=mine.version if mine else None,
        label=asked.words,
        fields=tuple(
            FieldChange(field=name, old=getattr(mine, name) if mine else None, new=new, derived=True)
            for name, new in fields.items()
        ),
    )
    thanks = text("Thank you, that is noted.") if helpful or reason else text("Thank you. What was wrong with it?")
    return Change(
        records=(record,), headline=thanks, follow_ups=() if helpful or reason else _reasons(asked.key), private=True
    )


def _question(context: SkillContext, words: str | None) -> Question:
    session, own = context.session, _own(context)
    asked = get_question(session, own, words) if words else get_last_question(session, own)
    if asked is None and words:
        asked = get_question(session, own, question_key(context.actor.id, words, context.today))
    if asked is None:
        raise NotFound(
            text("I don't remember that question."), text("Ask it again; the answer has the buttons for this.")
        )
    return asked


def _own(context: SkillContext) -> Scope:
    return Scope.of([context.actor.id])


def _fault(words: str | None) -> Fault | None:
    said = " ".join((words or "").lower().split())
    return next((fault for word, fault in WORDS.items() if word in said), None) if said else None


def _reasons(key: str) -> tuple[Action, ...]:
    return tuple(
        Action(label=label, invocation=Invocation.of("feedback", question=key, helpful="no", reason=fault.value))
        for fault, label in FAULTS.items()
    )


SKILL = Skill(
    name="feedback",
    summary=text("Say whether an answer helped"),
    params=FeedbackParams,
    run=run,
    effect=Effect.WRITE,
    examples=(
        Example("that was helpful", FeedbackParams(helpful="yes")),
        Example("that answer helped", FeedbackParams(helpful="yes")),
        Example("that was not helpful", FeedbackParams(helpful="no")),
        Example("that answer is wrong", FeedbackParams(helpful="no", reason="wrong")),
        Example("the answer is out of date", FeedbackParams(helpful="no", reason="outdated")),
        Example("that answer is unclear", FeedbackParams(helpful="no", reason="unclear")),
        Example("that's not what I asked", FeedbackParams(helpful="no", reason="missing")),
        Example("这个回答有帮助", FeedbackParams(helpful="yes")),
        Example("这个回答没用", FeedbackParams(helpful="no")),
        Example("这个答案过时了", FeedbackParams(helpful="no", reason="outdated")),
        Example("答案是错的", FeedbackParams(helpful="no", reason="wrong")),
    ),
)
