"""What only makes sense after something was said before: answers, corrections, "and last quarter?"."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.understanding.conversation import State
from bot.understanding.drafts import Draft, is_question, is_unreal
from bot.understanding.entities import Frame, Kind
from bot.understanding.reads import fill
from bot.understanding.updates import read_update
from skills.answer import Invocation
from skills.contract import Effect, Skill
from skills.references.day_readers import CHINESE_UNIT, UNIT
from skills.references.numerals import WHOLE, read_whole

YES = re.compile(
    r"^(?:y|yes|yep|yeah|yup|ya|ok|okay|k|sure|do it|yes please|please do|go ahead|go for it|confirm(?:ed)?|correct|right|exactly|"
    r"that'?s right|sounds good|perfect|👍|✅|:\+1:|:thumbsup:|:white_check_mark:|好|好的|是|是的|对|对的|可以|确认|行|嗯|没错|同意)"
    r"(?:[ ,!.。！]*(?:please|do it|go ahead|thanks|thank you|吧|的))*[\s!.。！]*$",
    re.IGNORECASE,
)
NO = re.compile(
    r"^(?:n|no|nope|nah|no thanks|no thank you|cancel|stop|don'?t|do not|never ?mind|forget it|leave it|abort|wrong|👎|❌|"
    r"不|不用|不要|不是|取消|算了|别|不对|否)(?:[ ,!.。！]*(?:please|thanks|it|that|了|吧))*[\s!.。！]*$",
    re.IGNORECASE,
)
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "5th": 5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "last": -1,
    "latter": -1,
    "former": 1,
}
PICK = re.compile(
    rf"^(?:(?:the|option|number|no\.?|#|choice|选|第|pick|take)\s*)*(?P<n>\d|{'|'.join(ORDINALS)})(?:个|项|条| one| option)?[\s!.)。]*(?:please)?$",
    re.IGNORECASE,
)
CORRECTING = re.compile(
    r"^(?:no|nope|sorry|oops|wait|actually|i meant?|i mean|make (?:it|that)|rather|not that|correction|应该是|不对|我是说|改成|不是)[,，:. ]+(?:i meant? |it'?s |make it |sorry,? |actually,? |wait,? |no,? )*",
    re.IGNORECASE,
)
FOLLOWING = re.compile(
    r"^(?:and|but|ok(?:ay)?|so|now|then)?[ ,]*(?:what about|how about|same (?:for|thing for)|and (?:for|in)|and|now|also|for|in|by|just|only|show|vs\.?|versus|那么|那|还有|换成|改成|看看)?\b",
    re.IGNORECASE,
)
LITTLE = re.compile(
    r"\b(?:and|what|about|how|same|for|thing|in|the|of|by|top|\d+|on|now|then|ok|okay|so|but|just|only|please|also|vs|versus|compared|to|s|it|"
    r"me|mine|my|team|teams|rep|reps|company|everyone|whole|our|us|a|is|was|instead|again|show|deals|attainment|quota|region|person)\b"
    r"|[那呢么还有的看换成我们团队全公司按和跟]|[\s,.?!'’？。，！-]",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(?:it|this|that|this one|that one|the deal|them)\b|它|这个|这单|那个|那单", re.IGNORECASE)


SHORT = 40
"""Longer than this is no mere going on."""


@dataclass(frozen=True)
class Answered:
    """An answer to the question that is open in the thread; without any of these it picks what was not offered."""

    yes: bool = False
    no: bool = False
    invocation: Invocation | None = None


def read_answer(words: str, state: State) -> Answered | None:
    """What the message answers, if a question is open and the message is nothing but an answer to it."""
    said = words.strip()
    waiting = bool(state.token or state.offers)
    if not waiting:
        return None
    if YES.match(said):
        if state.token:
            return Answered(yes=True)
        return Answered(invocation=state.offers[0].invocation) if len(state.offers) == 1 else Answered()
    if NO.match(said):
        return Answered(no=True)
    picked = _picked(said, state)
    if picked is None and state.offers and PICK.match(said):
        return Answered()
    return Answered(invocation=picked) if picked else None


def _picked(said: str, state: State) -> Invocation | None:
    offers = state.offers
    match = PICK.match(said)
    if match and offers:
        word = match["n"].lower()
        number = int(word) if word.isdigit() else ORDINALS[word]
        index = len(offers) - 1 if number == -1 else number - 1
        return offers[index].invocation if 0 <= index < len(offers) else None
    wanted = _folded(said)
    exact = [offer for offer in offers if _folded(offer.label) == wanted]
    if not exact and len(wanted) >= 3 and len(wanted.split()) <= 5:
        bare = re.sub(r"^(?:the|it s|its|i mean|mean) | (?:one|deal|please)$", "", wanted)
        exact = [offer for offer in offers if f" {bare} " in f" {_folded(offer.label)} "]
    return exact[0].invocation if len(exact) == 1 else None


def _folded(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))


SWITCH = re.compile(
    r"^(?:(?:please|ok(?:ay)?|no|actually|and|then|now)[ ,]+)*(?:(?P<pause>pause|mute|suspend|暂停)|(?P<resume>resume|unpause|restart|turn (?:it |that )?(?:back )?on|恢复|继续)"
    r"|(?P<delete>stop|delete|cancel|remove|turn (?:it |that )?off|取消|删除|删掉|停掉?))(?: sending)?\s*(?P<which>it|that|this|that one|this one|them(?: all)?|all(?: of them)?|the report|the (?:first|second|third|last)(?: one)?|它|这个|那个|全部|都)?(?: again| for now| please|吧|了)*[\s.!。！]*$",
    re.IGNORECASE,
)


def switched(frame: Frame, state: State) -> Draft | None:
    """ "pause it": a scheduled report, the one that was spoken of just before if there was one."""
    match = SWITCH.match(frame.clean.strip())
    if match is None or state.token:
        return None
    action = next(name for name in ("pause", "resume", "delete") if match[name])
    spoken_of = state.last is not None and state.last.skill in {"reports", "schedule"}
    if not spoken_of and (action == "delete" or not match["which"]):
        return None  # Nothing but a report can be paused; much else can be cancelled.
    which = str(state.last.params.get("which") or "") if spoken_of and state.last else ""
    every = re.search(r"(?i)all|them|全部|都", match["which"] or "")
    params = {"action": action, **({"which": "all"} if every else {"which": which} if which else {})}
    return Draft("schedule", params)


NEXT_QUESTION = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|yes|and|now|the|give me|ask me)\b[ ,]*)*(?:next|another|one more|more)(?: quiz)?(?: questions?| one)?(?: please)?\W*$"
    r"|^\W*(?:再来|下|再出|换)一?(?:个|道)?(?:题|问题)?\W*$",
    re.IGNORECASE,
)


def next_question(frame: Frame, state: State) -> Draft | None:
    """ "next question" in a quiz: on the same subject."""
    if state.last is None or state.last.skill not in {"quiz", "choose"} or not NEXT_QUESTION.match(frame.clean):
        return None
    topic = state.last.params.get("topic")
    return Draft("quiz", {"topic": topic} if topic else {})


def redrafted(frame: Frame, state: State, skills: Mapping[str, Skill]) -> Draft | None:
    """ "without the amount", where a win post was drafted just before."""
    last = state.last
    if last is None or last.skill != "winpost" or frame.items or len(frame.clean) > SHORT:
        return None
    amount = fill(skills["winpost"], frame, None).params.get("amount")
    return Draft("winpost", {**last.params, "amount": amount}) if amount else None


POSTING = re.compile(r"\b(?:post|publish|share|send|put|announce|tell)\b|发|分享|贴到", re.IGNORECASE)


def posted_where(frame: Frame, state: State) -> str | None:
    """The channel of "post it to #sales", where a win post was drafted just before."""
    drafted = state.last is not None and state.last.skill == "winpost"
    channels = frame.of(Kind.CHANNEL)
    if not drafted or not channels or len(frame.items) > 1 or not POSTING.search(frame.clean):
        return None
    return None if is_question(frame.clean) or is_unreal(frame.clean) else channels[0].words


def corrected(frame: Frame, state: State) -> Draft | None:
    """The last change with other values: "no, 50k", "make it friday", "I meant pilot"."""
    match = CORRECTING.match(frame.clean.lstrip())
    last = state.last
    if match is None or last is None or last.skill not in {"update", "create"}:
        return None
    start = len(frame.clean) - len(frame.clean.lstrip()) + match.end()
    rest = frame.within(start, len(frame.clean))
    deal = state.deal or str(last.params.get("opportunity", ""))
    # The words stand alone, so "=" says that they are a value.
    opened = Frame(rest.text, rest.clean[: start - 1] + "=" + rest.clean[start:] if start else rest.clean, rest.items)
    draft = read_update(opened, deal or None) or _other_shift(rest, state)
    if draft is None or is_unreal(rest.clean) or is_question(rest.clean):
        return None
    params = dict(draft.params)
    if state.token:
        params = {**last.params, **{k: v for k, v in params.items() if k != "opportunity" or v != deal}}
    if last.skill == "create":
        if not state.token:
            return Draft("update", draft.params, missing=draft.missing)
        params.pop("opportunity", None)
        return Draft("create", params)
    return Draft("update", params, missing=None if "opportunity" in params else "opportunity")


BARE_SHIFT = re.compile(
    rf"\s*(?:by |push (?:it )?)?(?P<n>{WHOLE}) ?(?P<u>{UNIT}|{CHINESE_UNIT})[\s.!。！]*", re.IGNORECASE
)
EXACT_SHIFT = re.compile(r"(?P<sign>[+-])(?P<step>\d+ (?:d|w|周|天|日|个?星期|个?礼拜).*)")


def _other_shift(frame: Frame, state: State) -> Draft | None:
    """ "no, two weeks" after "push it a week": from the day that it was before, so the first is taken back."""
    last = state.last
    said = BARE_SHIFT.fullmatch(frame.clean[len(frame.clean) - len(frame.clean.lstrip()) :])
    before = EXACT_SHIFT.fullmatch(str(last.params.get("close_date", ""))) if last else None
    if said is None or before is None or state.deal is None:
        return None
    new = f"{before['sign']}{read_whole(said['n'])} {said['u'].lower()}"
    back = "" if state.token else f"{'-' if before['sign'] == '+' else '+'}{before['step']} "
    return Draft("update", {"opportunity": state.deal, "close_date": f"{back}{new}"})


def follow_up(frame: Frame, state: State, skills: Mapping[str, Skill]) -> Draft | None:
    """The last question about something else: "and last quarter?", "what about EMEA", "dana?"."""
    last = state.shown
    skill = skills.get(last.skill) if last else None
    if (
        last is None
        or skill is None
        or skill.effect is not Effect.READ
        or (not frame.items and len(frame.clean) > SHORT)
    ):
        return None
    left = LITTLE.sub("", frame.without(*[(item.start, item.end) for item in frame.items]).clean)
    if left:
        return None
    new = fill(skill, frame, None).params
    if not new or all(last.params.get(name) == value for name, value in new.items()):
        return None
    old = dict(last.params)
    if "owner" in new:
        old.pop("team", None)
    if "team" in new:
        old.pop("owner", None)
    return Draft(last.skill, {**old, **new})
