"""Parameters of a skill found in a text by what they are called: an owner is a person, a period a stretch of time."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.understanding.deals import deal_of
from bot.understanding.drafts import Draft
from bot.understanding.entities import Frame, Kind
from bot.understanding.figure_params import (
    closing_of,
    read_activity,
    read_breakdown,
    read_check,
    read_closing,
    read_competitor,
    read_format,
    read_level,
    read_metric,
    read_rule,
    read_source,
    read_variant,
    read_vintage,
)
from bot.understanding.strangers import named_strange_team, named_stranger
from skills.contract import Skill
from skills.references.numerals import CHINESE_DIGIT, read_number

MINE = re.compile(r"\b(?:my|mine|me|i|i'm|am i|myself)\b|我(?!们|司)", re.IGNORECASE)
MY_TEAM = re.compile(
    r"\b(?:my|our|the) team\b|\bteam'?s?\b(?! (?:of|a))|\bmy (?:reps|people|guys)\b|我们?团队|我们组|团队",
    re.IGNORECASE,
)
COMPANY = re.compile(
    r"\b(?:company|everyone|everybody|whole team|all (?:reps|teams|of us)|org(?:ani[sz]ation)?|overall|company-wide)\b|全公司|公司|所有人|全体|全部门",
    re.IGNORECASE,
)
TOP = re.compile(
    rf"\b(?:top|best|first|bottom|leading) (?P<a>\d{{1,3}}|three|five|ten)\b|前\s*(?P<b>\d{{1,3}}|{CHINESE_DIGIT}{{1,2}})(?:名|位|个|强)?",
    re.IGNORECASE,
)
BY_TEAM = re.compile(
    r"\bby (?:team|region)\b|(?<!my )(?<!our )\b(?:team|teams|region) (?:leader ?board|ranking|standings)\b|\bwhich team\b|\b(?:top|best) (?:\d+ )?teams?\b|rank(?:ing)? (?:of |the |all |our )?teams|\bteams? (?:vs\.?|versus|against) teams?\b|按团队|团队(?:排名|排行)|各团队|哪个团队",
    re.IGNORECASE,
)
BREAKDOWNS = (
    ("product", re.compile(r"\b(?:by|per|each|every|which) products?\b|按产品|各产品|每个产品|哪个产品", re.IGNORECASE)),
    ("manager", re.compile(r"\b(?:by|per|each|every|which) (?:managers?|lead|boss)\b|按(?:经理|主管|上级)|各(?:个)?(?:经理|主管)|每个(?:经理|主管)|哪个(?:经理|主管)", re.IGNORECASE)),
    ("quarter", re.compile(r"\b(?:by|per|each|every|which) quarters?\b|\bquarterly\b|\bquarter by quarter\b|按季度?|每个?季度|各季度|哪个季度", re.IGNORECASE)),
    ("month", re.compile(r"\b(?:by|per|each|every|which) months?\b|\bmonthly\b|\bmonth by month\b|按月|每个?月|各月", re.IGNORECASE)),
    ("region", re.compile(r"\b(?:by|per|each|every|which) (?:regions?|territor(?:y|ies))\b|按(?:地区|区域|大区)|各(?:地区|区域|大区)|哪个(?:地区|区域|大区)", re.IGNORECASE)),
    ("team", re.compile(r"\b(?:by|per|each|every|which) teams?\b|按团队|各团队|哪个团队", re.IGNORECASE)),
    ("rep", re.compile(r"\b(?:by|per|each|every|which) (?:reps?|person|sellers?|owners?|people)\b|按(?:人|销售|个人)|每个销售", re.IGNORECASE)),
)  # fmt: skip
"""What won amounts are told apart by."""
BY_REP = re.compile(r"\bby (?:rep|person|seller|owner|people)\b|按(?:人|销售|个人)", re.IGNORECASE)
OBJECTION_LEADS = re.compile(
    r"^.*?\b(?:says?|said|saying|thinks?|told (?:me|us)|tells? (?:me|us)|claims?|feels?|insists?|complains?|argues?)(?: that)?[:,]?\s+"
    r"|^.*?\bobjections?(?: is| about| on|:)?\s*[:,]?\s*|^.*?\b(?:answer|respond to|handle|reply to|counter|deal with|react to|when|if)[:,]?\s+(?:they |the customer |an? |when they )?"
    r"|^.*?push(?:es|ed|ing)? back (?:on|about|because)\s+|^.*?(?:客户|对方|他们)?(?:说|觉得|嫌|认为|担心)",
    re.IGNORECASE | re.DOTALL,
)
OBJECTION_TAILS = re.compile(
    r"[,，.;?？!\s]*(?:what (?:do|should|can) i (?:say|answer|reply|tell them|do)|how (?:do|should|can) i (?:answer|respond|reply|handle (?:it|this|that))|any ideas|help|怎么(?:办|回答|应对|回复?|说))[\s?？!.。]*$",
    re.IGNORECASE,
)
TOPIC = re.compile(r"(?i)^(?:please )?help(?: me)?(?: with| on| about)?\s+|^how (?:do|can) i use (?:the )?|^帮助")

Finder = Callable[[Frame, str], Any]


def fill(skill: Skill, frame: Frame, subject: str | None) -> Draft:
    """A draft of the skill with every parameter that the text gives."""
    params: dict[str, Any] = {}
    names = skill.params.model_fields
    for name in names:
        found = FINDERS[name](frame, skill.name) if name in FINDERS else None
        if found is not None:
            params[name] = found
    for name in ("opportunity", "about"):
        if name in names and name not in params and subject and (names[name].is_required() or _points(frame)):
            params[name] = subject
    if "team" in params and "owner" in params and _is_mine(params["owner"]):
        del params["owner"]
    elif params.get("team") == "my team" and "owner" in params:
        del params["team"]  # "dana's team" is hers.
    missing = next((name for name, field in names.items() if field.is_required() and name not in params), None)
    return Draft(skill.name, params, missing=missing)


def _points(frame: Frame) -> bool:
    return re.search(r"\b(?:it|this deal|that deal)\b|这个(?:商机|单子)|它", frame.clean, re.IGNORECASE) is not None


def _is_mine(words: str) -> bool:
    return words in {"me", "我"}


def _owner(frame: Frame, _skill: str) -> str | None:
    people = frame.of(Kind.PERSON)
    if people:
        return people[0].words
    if (stranger := named_stranger(frame)) is not None:
        return stranger
    if not MY_TEAM.search(frame.clean):
        mine = re.sub(
            r"(?i)\b(?:show|tell|give|send|get|let|email|dm|remind|brief|help) me\b|给我|告诉我|帮我|发我",
            " ",
            frame.clean,
        )
        mine = re.sub(r"(?i)\b(?:can|could|may|do|should|how do) i (?:see|get|have|find|look)\b", " ", mine)
        if match := MINE.search(mine):
            return "我" if match.group() == "我" else "me"
    return None


def _team(frame: Frame, skill: str) -> str | None:
    if teams := frame.of(Kind.TEAM):
        return teams[0].words
    if (stranger := named_strange_team(frame)) is not None:
        return stranger
    if COMPANY.search(frame.clean) and skill != "ask":
        return "company"
    if skill == "leaderboard" and (
        BY_TEAM.search(frame.clean) or not re.search(r"(?i)\bmy team\b|我们?团队|我们组", frame.clean)
    ):
        return None
    return "my team" if MY_TEAM.search(frame.clean) and not BY_TEAM.search(frame.clean) else None


ENDED = (
    ("last month", re.compile(r"\bmonth|月", re.IGNORECASE)),
    ("last quarter", re.compile(r"\bquarter|季", re.IGNORECASE)),
    ("last year", re.compile(r"\byear|年", re.IGNORECASE)),
)
"""The period that a close is of, where only its length is said."""


def _period(frame: Frame, skill: str) -> str | None:
    closing = closing_of(frame) if skill == "waterfall" else None
    whens = [item for item in frame.of(Kind.WHEN) if item.is_period and item is not closing]
    if not whens and skill == "close":
        return next((period for period, cue in ENDED if cue.search(frame.clean)), None)
    return whens[0].words if whens else None


SINCE = re.compile(r"(?:since|自从?)\s*(?P<day>.+?)\s*(?:以来|起)?", re.IGNORECASE)
BEFORE_SINCE = re.compile(r"(?:\bsince|自从?)\s*(?:the )?$", re.IGNORECASE)


def _since(frame: Frame, _skill: str) -> str | None:
    """The day since which something changed: "since Friday", "自周五以来"."""
    found = [SINCE.fullmatch(item.words) for item in frame.of(Kind.WHEN)]
    said = next((match["day"] for match in found if match), None)
    ahead = [item for item in frame.of(Kind.WHEN) if item.is_day and BEFORE_SINCE.search(frame.clean[: item.start])]
    return said or next((item.words for item in ahead), None)


def _first(kind: Kind) -> Finder:
    return lambda frame, _skill: next((item.words for item in frame.of(kind)), None)


def _deal(frame: Frame, _skill: str) -> str | None:
    deal = deal_of(frame)
    return deal.words.strip() if deal else None


def _account(frame: Frame, _skill: str) -> str | None:
    deals = frame.of(Kind.DEAL)
    return deals[0].words.strip() if deals else None


def _product(frame: Frame, skill: str) -> str | None:
    products = frame.of(Kind.PRODUCT)
    if not products or skill in {"opportunity", "prep"}:
        return None
    return products[0].words


AMOUNT_HIDDEN = re.compile(
    r"\b(?:without|no|hide|leave out|omit|drop|skip)(?: any| the| its)? (?:amounts?|money|figures?|value|price)\b"
    r"|\b(?:leave|keep|take) (?:the |its )?(?:amount|money|value|price) out\b|(?:不要?写?|别写?|隐藏|去掉|不显示|不含|不带)(?:上|出|明)?(?:金额|数字|价格)",
    re.IGNORECASE,
)
AMOUNT_SHOWN = re.compile(
    r"\b(?:with|show|include|add|mention)(?: the| its)? (?:amounts?|money|value|price)\b|(?:写上|加上|带上|显示|写明)金额",
    re.IGNORECASE,
)


def _amount(frame: Frame, skill: str) -> str | None:
    if skill != "winpost":
        return next((item.words for item in frame.of(Kind.AMOUNT)), None)
    return "hide" if AMOUNT_HIDDEN.search(frame.clean) else "show" if AMOUNT_SHOWN.search(frame.clean) else None


def _top(frame: Frame, _skill: str) -> int | None:
    match = TOP.search(frame.clean)
    number = read_number(match["a"] or match["b"]) if match else None
    return int(number) if number else None


def _by(frame: Frame, skill: str) -> str | None:
    if skill == "booked":
        return next((name for name, cue in BREAKDOWNS if cue.search(frame.clean)), None)
    if skill != "leaderboard":
        return read_breakdown(frame, skill)
    if BY_TEAM.search(frame.clean):
        return "team"
    return "rep" if BY_REP.search(frame.clean) else None


def _question(frame: Frame, _skill: str) -> str | None:
    return re.sub(r"^/?\w*\s*ask:?\s+", "", frame.text.strip()) or None


def _objection(frame: Frame, _skill: str) -> str | None:
    quotes = frame.of(Kind.QUOTE)
    if quotes:
        return quotes[0].words
    said = OBJECTION_TAILS.sub("", frame.text.strip())
    shorter = OBJECTION_LEADS.sub("", said, count=1).strip(" .?!,，。？")
    return shorter or said.strip() or None


QUIZ_TOPIC = re.compile(
    r"\b(?:on|about|over) (?:our |the )?(?P<a>[\w -]+?)$|\bfor the (?P<b>[\w -]+?) quiz\b|考考?我(?P<c>[^，。？?]{1,8})$|我对(?P<d>.+?)的了解|关于(?P<e>.+?)的题",
    re.IGNORECASE,
)


def _topic(frame: Frame, skill: str) -> str | None:
    if skill == "quiz":
        asked = QUIZ_TOPIC.search(frame.text.strip().rstrip(".?!。？！"))
        return next((value.strip() for value in asked.groups() if value), None) if asked else None
    match = TOPIC.match(frame.clean)
    if match is None:
        return None
    topic = re.sub(r"(?i)\b(?:command|skill)\b|[?.!？。]", "", frame.text[match.end() :]).strip()
    return topic if topic and " " not in topic and topic not in {"me", "us"} else None


FINDERS: Mapping[str, Finder] = {
    "owner": _owner,
    "team": _team,
    "period": _period,
    "since": _since,
    "stage": _first(Kind.STAGE),
    "product": _product,
    "account": _account,
    "opportunity": _deal,
    "about": _deal,
    "top": _top,
    "by": _by,
    "metric": read_metric,
    "variant": read_variant,
    "vintage": read_vintage,
    "rule": read_rule,
    "check": read_check,
    "level": read_level,
    "kind": read_activity,
    "format": read_format,
    "source": read_source,
    "competitor": read_competitor,
    "closing": read_closing,
    "question": _question,
    "objection": _objection,
    "topic": _topic,
    "channel": _first(Kind.CHANNEL),
    "amount": _amount,
}
