"""Requests about targets, forecasts, credit, warnings and boards, read from a text."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re

from bot.understanding.deals import deal_of
from bot.understanding.drafts import Draft, is_question, is_unreal
from bot.understanding.entities import Frame, Kind
from bot.understanding.figure_params import read_level, read_metric, read_rule

SUBMIT = re.compile(
    r"\b(?:my|our|the|[\w']+'s)\b.{0,25}\b(?:commit|call|forecast|best[- ]case)\b.{0,30}\b(?:is|are|to|at|be|=)\b|\b(?:i|we)(?:'ll| will|'m|'re| am| are)? (?:\w+ )?(?:commit(?:ting)?|call(?:ing)?|forecast(?:ing)?|promise)\b(?! \[deal\])"
    r"|\b(?:submit|enter|change|update|raise|lower|set|make|override)\b.{0,25}\b(?:commit|call|forecast|best[- ]case)\b|\bput (?:me|us) down for\b"
    r"|承诺|最佳预测|(?:我|我们|团队).{0,8}报|提交.{0,4}预测|预测(?:是|为|改成|改为)",
    re.IGNORECASE,
)
BEST = re.compile(r"\bbest[- ]case\b|最佳", re.IGNORECASE)
BECAUSE = re.compile(
    r"(?:\bbecause(?: of)?\b|\bsince\b|\bas (?=they|he|she|we|it|the)|[,，;；:：–—-]\s*(?!and\b)|因为|由于)\s*(?P<why>(?=.*[A-Za-z\u4e00-\u9fff]).+)$",
    re.IGNORECASE | re.DOTALL,
)
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
    r"^\W*(?:i|we)?\s*(?:hereby )?(?:accept|agree (?:to|with)|confirm|sign up to|take)\b.{0,20}\b(?:targets?|quotas?|goals?|numbers?)\b|(?:我)?(?:接受|确认|同意)(?:我的|这个)?.{0,6}(?:目标|指标)",
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
    r"\bsnooze\b|\b(?:put|hold) off (?:the |its |their |all )?(?:warnings?|flags?|reminders?)\b|\bstop (?:warning|nagging|reminding|flagging)\b|\b(?:mute|silence)\b.{0,15}\b(?:warnings?|flags?)\b"
    r"|先别提醒|暂时?(?:不要|别)提醒|(?:提醒|预警|警告).{0,4}(?:推到|推迟到|延到|暂停到)|稍后提醒",
    re.IGNORECASE,
)
UNTIL = re.compile(r"(?:\buntil|\btill|\bto|到|推到|直到)\s*(?:the )?$", re.IGNORECASE)
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
    r"\b(?P<off>(?:take|keep|leave|remove|hide|get) me\b.{0,15}(?:off|from|out)|(?:don'?t|do not|stop|no longer) (?:show|list|nam|rank|put)\w* me|opt(?: me)? out|hide me)\b.{0,25}(?:\bboards?|leader ?boards?|ranking)"
    r"|\b(?P<on>(?:put|show|list|name|include|rank) me\b.{0,15}|opt(?: me)?(?: back)? in\b.{0,15})(?:\bboards?|leader ?boards?|ranking)"
    r"|(?P<off_zh>(?:不要|别|不想)(?:在|让我|把我)?.{0,8}(?:排行榜?|榜单?|排名)|(?:退出|移出).{0,4}(?:排行榜?|榜))|(?P<on_zh>(?:加入|恢复|重新).{0,6}(?:排行榜?|榜|排名))",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"\bsplit\b.{0,40}(?:\d|\beven|\bequal|half)|\b(?:credit|overlay)\b|(?:业绩|功劳|提成)?(?:分成|平分|对半|五五|三七|四六)|业绩(?:分给|归)",
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


def read_target(frame: Frame) -> Draft | None:
    """A target to be set, split or accepted."""
    if TARGET.search(frame.clean) is None and not (SPLITTING.search(frame.clean) and _how(frame)):
        return None
    if frame.of(Kind.DEAL):
        return None
    if ACCEPTING.search(frame.clean) and not frame.of(Kind.AMOUNT):
        params: dict[str, str] = {"action": "accept"}
        _add_period(params, frame)
        return Draft("target", params, _is_meant(frame))
    amounts = frame.of(Kind.AMOUNT)
    splitting = SPLITTING.search(frame.clean) is not None
    if not splitting and (not amounts or SETTING.search(frame.clean) is None):
        return None
    params = {"action": "split" if splitting else "set"}
    holders = frame.of(Kind.PERSON, Kind.TEAM)
    if holders:
        params["who"] = holders[0].words
    if amounts:
        chosen = next((item for item in amounts if TO.search(frame.clean[: item.start])), amounts[0])
        params["amount"] = chosen.words
    for name, found in (("metric", read_metric(frame, "target")), ("level", read_level(frame, "target"))):
        if found:
            params[name] = found
    _add_period(params, frame)
    if splitting and (how := _how(frame)):
        params["by"] = how
    if not splitting and (why := _why(frame, max(item.end for item in frame.items))):
        params["reason"] = why
    return Draft("target", params, _is_meant(frame))


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
    if told:
        params["until"] = told[0].words
        if why := _why(frame, told[0].end):
            params["reason"] = why
    if rule := read_rule(frame, "snooze"):
        params["rule"] = rule
    missing = next((name for name in ("opportunity", "until", "reason") if name not in params), None)
    return Draft("snooze", params, _is_meant(frame), missing)


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
    return Draft("boards", {"show": "off" if found["off"] or found["off_zh"] else "on"}, not is_question(frame.clean))


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
    return next((name for name, pattern in HOW if re.search(pattern, frame.clean, re.IGNORECASE)), None)


def _why(frame: Frame, after: int) -> str | None:
    """What follows as a reason: "because …", or after a comma or a colon."""
    found = BECAUSE.search(frame.clean, after)
    return frame.text[found.start("why") : found.end("why")].strip(" .。!！") if found else None
