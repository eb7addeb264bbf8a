"""Requests about targets, forecasts, credit, warnings and boards, read from a text."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re

from bot.understanding.deals import deal_of
from bot.understanding.drafts import Draft, is_question, is_unreal
from bot.understanding.entities import Frame, Item, Kind
from bot.understanding.figure_params import read_level, read_metric, read_rule
from skills.references.day_readers import CHINESE_UNIT, UNIT
from skills.references.numerals import WHOLE

SUBMIT = re.compile(
    r"\b(?:my|our|the|[\w']+'s)\b.{0,25}\b(?:commit|call|forecast|best[- ]case)\b.{0,30}\b(?:is|are|to|at|be|=)\b|\b(?:i|we)(?:'ll| will|'m|'re| am| are)? (?:\w+ )?(?:commit(?:ting)?|call(?:ing)?|forecast(?:ing)?|promise)\b(?! \[deal\])"
    r"|\b(?:submit|enter|change|update|raise|lower|set|make|override)\b.{0,25}\b(?:commit|call|forecast|best[- ]case)\b|\bput (?:me|us) down for\b"
    r"|^\W*(?:please )?(?:commit|call)\b[ :=]*[$€£¥]?\d|承诺|最佳预测|(?:我|我们|团队).{0,8}报|(?:提报|上报|申报)(?!告)|提交.{0,4}预测|预测(?:是|为|改成|改为)",
    re.IGNORECASE,
)
BEST = re.compile(r"\bbest[- ]case\b|最佳", re.IGNORECASE)
CATEGORY = re.compile(r"\bbest[- ]case\b|\bcommit\b|\bcall\b|最佳|承诺", re.IGNORECASE)
BECAUSE = re.compile(
    r"(?:\bbecause(?: of)?\b|\bsince\b|\bas (?=they|he|she|we|it|the)|[,，;；:：–—-]\s*(?!and\b)|因为|由于)\s*(?P<why>(?=.*[A-Za-z\u4e00-\u9fff]).+)$",
    re.IGNORECASE | re.DOTALL,
)
MY_TEAM = re.compile(r"\b(?:my|our) team\b|我的?团队|我们(?:的)?团队", re.IGNORECASE)
COMPANY = re.compile(r"\b(?:whole )?company\b|全公司|公司", re.IGNORECASE)
TARGET = re.compile(r"\b(?:targets?|quotas?|goals?|numbers?)\b|目标|指标|配额", re.IGNORECASE)
SETTING = re.compile(
    r"\b(?:set|raise|lower|increase|decrease|reduce|change|make|give|assign|move|cut|put|bump|adjust)\b|(?:设|定|提高|提到|降低|降到|调整?|改|给|上调|下调)",
    re.IGNORECASE,
)
SPLITTING = re.compile(
    r"\b(?:split|divide|distribute|allocate|spread|break (?:down|up)|share out)\b|分解|分配|拆分|拆解|分给|分到",
    re.IGNORECASE,
)
ACCEPTING = re.compile(
    r"^(?:\W|(?:ok(?:ay)?|yes|fine|alright|all right)\b)*(?:i|we)?\s*(?:hereby )?(?:accept|agree (?:to|with)|confirm|sign up to|take)\b.{0,20}\b(?:targets?|quotas?|goals?|numbers?)\b|(?:我)?(?:接受|确认|同意)(?:我的|这个)?.{0,6}(?:目标|指标)",
    re.IGNORECASE,
)
HOW = (
    (
        "share",
        r"\b(?:last year|previous year|prior year|history|historical)\b.{0,8}\b(?:share|split|results?|sales)?\b|\bby share\b|去年|上年|历史|占比|按份额",
    ),
    ("potential", r"\bpotentials?\b|潜力"),
    ("pipeline", r"\bby (?:open )?pipeline\b|按(?:商机|管道)"),
    ("evenly", r"\beven(?:ly)?\b|\bequal(?:ly)?\b|平均|均分|平分"),
)
TO = re.compile(r"(?:\bto|\bat|=|->|→|是|为|成|到|:)\s*$", re.IGNORECASE)
SNOOZE = re.compile(
    r"\bsnooze\b|\b(?:put|hold) off (?:the |its |their |all )?(?:warnings?|flags?|reminders?)\b|\b(?:stop|quit) (?:warning|nagging|reminding|flagging|bugging|alerting)\b|\b(?:mute|silence)\b.{0,15}\b(?:warnings?|flags?)\b"
    r"|先别提醒|(?:别|不要)再提醒|暂时?(?:不要|别)提醒|(?:提醒|预警|警告).{0,4}(?:先)?(?:推到|推迟到|延到|暂停到|放到|放一放)|稍后提醒",
    re.IGNORECASE,
)
UNTIL = re.compile(r"(?:\buntil|\btill|\bto|到|推到|直到)\s*(?:the )?$", re.IGNORECASE)
STRETCH = re.compile(
    rf"\b(?:for|within|over) (?:the next |another )?(?P<n>{WHOLE}) ?(?P<u>{UNIT})(?![A-Za-z])|(?P<n2>{WHOLE})\s?(?P<u2>{CHINESE_UNIT})(?:之?内|里)?",
    re.IGNORECASE,
)
"""So long, from today on."""
THRESHOLD = re.compile(
    r"\bthresholds?\b|\b(?:warn|flag|alert|remind)\b.{0,40}\b(?:after|from|above|below|when|over)\b|\bcounts? as\b.{0,30}\b(?:after|from|above)\b|\bonly (?:above|from|after)\b|\bback to (?:the )?(?:usual|default|normal)\b"
    r"|阈值|(?:就|才)(?:提醒|预警|算)|恢复默认",
    re.IGNORECASE,
)
BOUND = re.compile(
    r"\b(?P<a>\d+(?:[.,]\d+)?\s?(?:days?|d|weeks?|times?|x|%|percent)|usual|default|normal)(?!\w)|(?P<b>\d+\s?(?:天|次|周|%)|默认|恢复)",
    re.IGNORECASE,
)
BOARDS = re.compile(
    r"\b(?P<off>(?:take|keep|leave|remove|hide|get) (?:me|my name)\b|(?:don'?t|do not|stop|no longer) (?:show|list|nam|rank|put|want)\w* (?:me|my name|to be)|opt(?: me)? out|hide me)\b.{0,25}(?:\bboards?|leader ?boards?|ranking)"
    r"|\b(?P<on>(?:put|show|list|name|include|rank) me\b.{0,15}|opt(?: me)?(?: back)? in\b.{0,15})(?:\bboards?|leader ?boards?|ranking)"
    r"|(?P<asked>\bam i (?:shown |named |listed )?(?:on|in) (?:the )?(?:boards?|leader ?boards?|ranking))"
    r"|(?P<off_zh>(?:排行榜?|榜单?|排名)(?:上|里|中)?(?:请)?(?:不要|别|不想|不).{0,3}(?:显示|出现|列|放|写|有|让).{0,3}我|(?:不要|别|不想)(?:在|让|把我)?.{0,8}(?:排行榜?|榜单?|排名)|(?:退出|移出).{0,4}(?:排行榜?|榜)|把我从.{0,4}(?:排行榜?|榜单?|排名).{0,3}(?:去掉|移除|删|拿掉))"
    r"|(?P<on_zh>(?:加入|恢复|重新).{0,6}(?:排行榜?|榜|排名))",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"\bsplit\b(?!.*\b(?:targets?|quotas?|goals?|numbers?)\b)|\bcredit(?:ed|s)?\b|\boverlay\b|\b\d+(?:[.,]\d+)? ?%? ?/ ?\d+(?:[.,]\d+)? ?%?\b.*\bbetween\b"
    r"|\bgive \[person\] \d+ ?%.*\[person\] \d+ ?%|分成|平分|对半分|五五分|三七分|四六分|六四分|七三分|业绩(?:分给|归)|按.{0,8}分给",
    re.IGNORECASE,
)
SHARED = re.compile(
    r"\d+(?:[.,]\d+)? ?%|\d+ ?/ ?\d+|\beven(?:ly)?\b|\bequal(?:ly)?\b|\bhalf\b|\bfifty[- ]fifty\b|平分|对半|五五|三七|四六|六四|七三",
    re.IGNORECASE,
)
UNSHARED = re.compile(
    r"\b(?:remove|cancel|delete|drop|undo|no)\b.{0,15}\b(?:split|credit|overlay)|(?:取消|去掉|删除).{0,12}(?:分成|平分|业绩分)",
    re.IGNORECASE,
)
OVERLAY = re.compile(r"\boverlay\b|叠加|附加业绩", re.IGNORECASE)
AROUND_SHARES = re.compile(
    r"^(?:[\s,，的:：由按把]|\b(?:split|credit|give|share|overlay|the|of|on|for|deal|as)\b|业绩)+|(?:[\s,，的:：]|\b(?:overlay|of|on|for|the|deal|as|credit)\b)+$",
    re.IGNORECASE,
)


def read_submit(frame: Frame) -> Draft | None:
    """A forecast that somebody stands for: "my commit is 320k", "override dana's commit to 150k"."""
    amounts = frame.of(Kind.AMOUNT)
    if SUBMIT.search(frame.clean) is None or len(amounts) != 1 or frame.of(Kind.DEAL) or TARGET.search(frame.clean):
        return None
    params: dict[str, str] = {"amount": amounts[0].words}
    if BEST.search(frame.clean):
        params["category"] = "best case"
    _add(params, frame, Kind.PERSON, "owner")
    _add_period(params, frame)
    note = _why(frame, amounts[0].end)
    if note:
        params["note"] = note
    return Draft("submit", params, _is_meant(frame))


def read_two_calls(frame: Frame) -> tuple[Draft, Draft] | None:
    """Both categories in one sentence: "commit 300k, best case 420k"."""
    amounts = frame.of(Kind.AMOUNT)
    if len(amounts) != 2:
        return None
    second = CATEGORY.search(frame.clean, amounts[0].end, amounts[1].start)
    draft = read_submit(frame.within(0, second.start())) if second else None
    if (
        second is None
        or draft is None
        or not draft.sure
        or bool(BEST.match(second.group())) == ("category" in draft.params)
    ):
        return None
    params = {name: value for name, value in draft.params.items() if name not in {"note", "category"}}
    category = {"category": "best case"} if BEST.match(second.group()) else {}
    return draft, Draft("submit", {**params, "amount": amounts[1].words, **category})


def read_target(frame: Frame) -> Draft | None:
    """A target to be set, split or accepted."""
    is_named = TARGET.search(frame.clean) is not None or (SPLITTING.search(frame.clean) and _how(frame) is not None)
    if not is_named or _is_of_a_deal(frame):
        return None
    if ACCEPTING.search(frame.clean) and not frame.of(Kind.AMOUNT):
        params: dict[str, str] = {"action": "accept"}
        _add_period(params, frame)
        return Draft("target", params, _is_meant(frame))
    return _read_split_target(frame) if SPLITTING.search(frame.clean) else _read_set_target(frame)


def _read_set_target(frame: Frame) -> Draft | None:
    amounts = frame.of(Kind.AMOUNT) or _counts(frame)
    if not amounts or SETTING.search(frame.clean) is None:
        return None
    params = {"action": "set", **_target_params(frame, amounts)}
    if why := _why(frame, max(item.end for item in amounts)):
        params["reason"] = why
    return Draft("target", params, _is_meant(frame))


def _read_split_target(frame: Frame) -> Draft | None:
    amounts, how = frame.of(Kind.AMOUNT), _how(frame)
    if not (amounts or how or frame.of(Kind.WHEN)):
        return None
    params = {"action": "split", **_target_params(frame, amounts), **({"by": how} if how else {})}
    return Draft("target", params, _is_meant(frame))


def _target_params(frame: Frame, amounts: tuple[Item, ...]) -> dict[str, str]:
    """Whose target it is, how much of what, and when."""
    params: dict[str, str] = {}
    holders = frame.of(Kind.PERSON, Kind.TEAM)
    if holders:
        params["who"] = holders[0].words
    elif (team := MY_TEAM.search(frame.clean)) or (team := COMPANY.search(frame.clean)):
        params["who"] = team.group()
    elif zone := re.search(r"[\u4e00-\u9fff]{1,4}(?:团队|大区|区)", frame.clean):
        params["who"] = re.sub(r"^.*?[给到对]", "", zone.group())
    if amounts:
        params["amount"] = next((item for item in amounts if TO.search(frame.clean[: item.start])), amounts[0]).words
    read = {"metric": read_metric(frame, "target"), "level": read_level(frame, "target")}
    params |= {name: found for name, found in read.items() if found}
    _add_period(params, _without_shares(frame))
    return params


def _without_shares(frame: Frame) -> Frame:
    """Without the year whose shares are only what it is split by ("按去年占比")."""
    shared = [item for item in frame.of(Kind.WHEN) if item.is_period and _how_of(item.words) == "share"]
    return frame.without(*((item.start, item.end) for item in shared)) if _how(frame) == "share" else frame


def _is_of_a_deal(frame: Frame) -> bool:
    """Whether a deal is spoken of, and not only as the reason or as part of a team's name."""
    word = TARGET.search(frame.clean)
    because = BECAUSE.search(frame.clean)
    return any(
        not (because and because.start() < deal.start)
        and not re.match(r"团队|区|大区", frame.clean[deal.end :])
        and not (word and word.end() < deal.start and frame.of(Kind.PERSON))
        for deal in frame.of(Kind.DEAL)
    )


def _counts(frame: Frame) -> tuple[Item, ...]:
    """A bare number as what shall be reached: "to 12 new accounts"."""
    found = re.search(r"(?:\bto|\bat|=|为|成|到)\s*(?P<n>\d{1,6})(?![\d.,%:/-])", frame.clean)
    return (Item(Kind.AMOUNT, found.start("n"), found.end("n"), found["n"]),) if found else ()


def read_snooze(frame: Frame, subject: str | None) -> Draft | None:
    """Warnings about a deal that shall wait."""
    if SNOOZE.search(frame.clean) is None:
        return None
    deal = deal_of(frame)
    params: dict[str, str] = {}
    if deal is not None or subject is not None:
        params["opportunity"] = deal.words.strip() if deal else subject or ""
    days = [item for item in frame.of(Kind.WHEN, Kind.RHYTHM) if item.is_day or item.kind is Kind.RHYTHM]
    told = [item for item in days if UNTIL.search(frame.clean[: item.start])] or days
    stretch = STRETCH.search(frame.clean)
    if told:
        params["until"] = told[0].words
    elif stretch is not None:
        number, unit = stretch["n"] or stretch["n2"], stretch["u"] or stretch["u2"]
        params["until"] = f"{number}{unit}后" if stretch["n2"] else f"in {number} {unit}"
    if "until" in params and (why := _why(frame, told[0].end if told else stretch.end() if stretch else 0)):
        params["reason"] = why
    if rule := read_rule(frame, "snooze"):
        params["rule"] = rule
    missing = next((name for name in ("opportunity", "until", "reason") if name not in params), None)
    # "Don't remind me" is itself what is asked for.
    asked = frame.without(*(match.span() for match in SNOOZE.finditer(frame.clean)))
    return Draft("snooze", params, not is_question(frame.clean) and not is_unreal(asked.clean.split(",")[0]), missing)


def read_threshold(frame: Frame) -> Draft | None:
    """From where on a warning applies."""
    rule = read_rule(frame, "threshold")
    bound = BOUND.search(frame.clean)
    amounts = frame.of(Kind.AMOUNT)
    if rule is None or THRESHOLD.search(frame.clean) is None or not (bound or amounts):
        return None
    value = (bound["a"] or bound["b"]) if bound else amounts[0].words
    params = {"rule": rule, "value": value}
    _add(params, frame, Kind.STAGE, "stage")
    return Draft("threshold", params, not is_question(frame.clean))


def read_boards(frame: Frame) -> Draft | None:
    """Whether leaderboards that others see may name the one who asks."""
    found = BOARDS.search(frame.clean)
    if found is None:
        return None
    if found["asked"]:
        return Draft("boards", {})
    return Draft("boards", {"show": "off" if found["off"] or found["off_zh"] else "on"}, not is_question(frame.clean))


def read_split(frame: Frame, subject: str | None) -> Draft | None:
    """Who is credited with which share of a deal: what the words say besides the deal is left to the skill."""
    if CREDIT.search(frame.masked) is None or not (frame.of(Kind.DEAL) or subject):
        return None
    deal = deal_of(frame)
    params: dict[str, str] = {"opportunity": deal.words.strip() if deal else subject or ""}
    if OVERLAY.search(frame.clean):
        params["kind"] = "overlay"
    if UNSHARED.search(frame.clean):
        params["shares"] = "none"
    elif SHARED.search(frame.clean) and frame.of(Kind.PERSON):
        rest = frame.without((deal.start, deal.end)).clean if deal else frame.clean
        before, after = (rest[: deal.start], rest[deal.end :]) if deal else (rest, "")
        words = " ".join(part for part in (AROUND_SHARES.sub("", before), AROUND_SHARES.sub("", after)) if part)
        params["shares"] = " ".join(words.split())
    elif not is_question(frame.clean) and not re.search(r"(?i)\bcredit(?:ed)?\b", frame.clean):
        return None
    return Draft("split", params, "shares" not in params or _is_meant(frame))


def _is_meant(frame: Frame) -> bool:
    return not is_question(frame.clean) and not is_unreal(frame.clean.split(",")[0])


def _add(params: dict[str, str], frame: Frame, kind: Kind, name: str) -> None:
    items = frame.of(kind)
    if len(items) == 1:
        params[name] = items[0].words


def _add_period(params: dict[str, str], frame: Frame) -> None:
    periods = [item for item in frame.of(Kind.WHEN) if item.is_period]
    if periods:
        params["period"] = periods[0].words


def _how(frame: Frame) -> str | None:
    return _how_of(frame.clean)


def _how_of(words: str) -> str | None:
    return next((name for name, pattern in HOW if re.search(pattern, words, re.IGNORECASE)), None)


def _why(frame: Frame, after: int) -> str | None:
    """What follows as a reason: "because …", or after a comma or a colon."""
    found = BECAUSE.search(frame.clean, after)
    return frame.text[found.start("why") : found.end("why")].strip(" .。!！") if found else None
