"""Requests to change something, read from a text: update, create, log, schedule, undo.

Each reader returns what it found and whether the words really ask for it. Nothing here decides to write.
"""

import re

from bot.understanding.drafts import Draft, chosen, is_question, is_unreal
from bot.understanding.entities import Frame, Item, Kind
from skills.references.vocabulary import Named

DEAL_WORDS = re.compile(
    r"\b(?:it|this one|that one|this|that|the deal|(?:this|that) (?:deal|opp|opportunity|one|account)|them)\b"
    r"|它|这个(?:商机|单子|项目|客户)?|这单|该商机|那个(?:商机|单子|项目)?|这家",
    re.IGNORECASE,
)
TARGET = r"\bto|\binto|\bin|\bat|->|=>|→|=|:|\bas|\bis|\bstage|\bfrom .{0,30} to|到|至|进入|为|成|是|在"
ARROWS = r"->|=>|→|➡️?|>>"
VERBS = re.compile(
    rf"\b(?:mov(?:e[ds]?|ing)|push(?:e[ds]|ing)?|advanc(?:e[ds]?|ing)|put|set(?:ting)?|chang(?:e[ds]?|ing)|updat(?:e[ds]?|ing)|mark(?:ed)?|make|made|bump(?:ed)?|"
    r"rais(?:e[ds]?|ing)|lower(?:ed)?|increase[ds]?|decrease[ds]?|reduce[ds]?|slip(?:s|ped|ping)?|delay(?:s|ed)?|postpone[ds]?|pull(?:ed)?|bring|brought|"
    r"switch(?:ed)?|shift(?:ed)?|progress(?:es|ed)?|promote[ds]?|drop(?:ped)?|cut|add|give|assign(?:ed)?|reassign(?:ed)?|transfer(?:red)?|"
    r"hand(?:ed)?(?: over)?|edit|correct|fix|flip|slide|slid|drag(?:ged)?|got to|get|gets|take|took|goes|went|gone|go|enter(?:s|ed)?|reach(?:es|ed)?|is now|now|is (?:in|at|on)|are (?:in|at)|'s (?:in|at|now)|"
    r"is worth|worth|became|becomes|will close|closes|closing|close date|sign(?:s|ing)?|expected|due|stage|amount|value|next step|double|triple|halve|is a|forecast|category|owner|competitor|"
    r"back (?:to|in)|resched\w*|extend(?:ed)?|call it|count)\b"
    rf"|{ARROWS}|[=:]|把|将|改|设|调|推|移|更新|变更|转|进入|到了|已经|变成|预计|延|提前|加|减|打|涨|降|交给|分配|负责人|金额|阶段|关闭日期|签|成交|折",
    re.IGNORECASE,
)
WON = re.compile(
    r"\b(?:we|i)(?:'ve| have)?(?: just| finally)? won\b|\bjust won\b|\b(?:closed?|mark(?:ed)?|is|as|to|stage|[=:]) ?[- ]?(?:as )?won\b|^won\b|\bwon\s*[!.]*$|\bwon [!]|"
    r"\bsigned\b|\bis ours\b|\bwin it\b|\bmark .* won\b|\bwon the\b|\bhas been won\b|\bwon\b(?= (?:on|for|at|today|yesterday|last|this))"
    r"|🎉|赢单|赢了|赢下|拿下|签下|签约了|已签|签了|签单|成交|中标",
    re.IGNORECASE,
)
LOST = re.compile(
    r"\b(?:lost|closed? ?-?lost|dead|died|killed|fell through|went cold|ghosted us|lose it)\b|丢单|丢了|输单|输了|黄了|没戏|失败了",
    re.IGNORECASE,
)
CLOSED = re.compile(
    r"\bclosed?\b(?! date| to)|\bclose (?:it|out)\b|^close\b|关闭(?!日期)|关了|关单|结单|关掉", re.IGNORECASE
)
TO_COME = re.compile(
    r"\b(?:will|going to|gonna|expect(?:s|ed)?(?: to)?|should|about to|plans? to|hopes? to|want(?:s)? to|to be) (?:be )?(?:close[ds]?|sign(?:ed)?|won|win)\b"
    r"|\b(?:closes|closing|signs|signing|wins)\b|预计|计划|打算|准备签|要签|将签|会签|有望",
    re.IGNORECASE,
)
CLOSE_CUE = re.compile(
    r"clos(?:e[sd]?|ing)|sign|push|slip|slid|delay|postpone|pull|bring|forward|expected|land|resched|extend|move|date|shift|"
    r"预计|签|关闭|推|延|提前|改到|成交|日期|时间",
    re.IGNORECASE,
)
NEXT_STEP = re.compile(
    r"(?:\bnext[ _-]?steps?\b|\bns\b(?=[:=])|下一步|后续)(?P<due> due\b)?(?P<mid>[^:：=]{0,60}?)"
    r"(?:\s*(?::|：|=>|=|->|→)\s*|\s+(?:is|are|will be|to|should be)\s+|(?:是|为|改成|改为|要))(?P<step>.+)$",
    re.IGNORECASE | re.DOTALL,
)
NEXT_STEP_BARE = re.compile(
    r"\bnext[ _-]?step\s+(?P<step>(?!for\b|on\b|due\b|of\b|is\b|from\b).+)$|下一步(?P<zh>.+)$",
    re.IGNORECASE | re.DOTALL,
)
STEP_ENDS = re.compile(
    r"[,;，；]\s*(?:and |also )?(?=(?:close|closing|close date|amount|value|stage|owner|category|competitor|expected|move|set|push)\b|金额|阶段|预计|关闭)",
    re.IGNORECASE,
)
DUE_BEFORE = re.compile(r"[,，\s]*(?:\b(?:by|on|until|before|due|till|for|at|in)\s*)?$", re.IGNORECASE)
DUE_AFTER = re.compile(r"^\s*(?:之前|以前|前|内)?")
REASON = re.compile(
    r"\b(?:because(?: of)?|due to|since|cos|cuz|bc|b/c|reason(?: is|:|=)?|thanks to|over(?= (?:price|budget|timing))|on(?= (?:price|pricing|budget|timing|features?|cost))|(?<=lost to )|to(?= (?:a |the )?competit))\s*(?P<a>.+)$"
    r"|(?:因为|由于|原因(?:是|：|:)?|输给|败给)(?P<b>.+)$",
    re.IGNORECASE | re.DOTALL,
)
LOST_TO = re.compile(r"(?i:\blost\b.{0,40}?\bto) (?P<rival>[A-Z][\w&-]*(?: [A-Z][\w&-]*)?)\s*[.!]*$")
REASON_TAIL = re.compile(r"^[^,，:：;；—–]*?[,，:：;；—–]\s*(?P<tail>[^\d].+)$", re.DOTALL)
COMPETITOR = re.compile(
    r"\b(?:competitors?\b.{0,40}?(?:\bis\b|\bare\b|:|=)|competing (?:with|against)|up against|against)\s*(?P<a>[\w][\w .&-]{1,40}?)(?=$|[,;.!]| and )"
    r"|竞争对手(?:是|为|：|:)?\s*(?P<b>[\w\u4e00-\u9fff]{2,20})",
    re.IGNORECASE,
)
CATEGORY = re.compile(
    r"(?:\b(?:category|forecast(?:ed)?|as|is(?: now)?(?: a| in| my)?|in|to|call it|count(?: it)? as|=|:)\s+(?:a |as )?)(?P<a>commit|best[ -_]?case|omitted)\b"
    r"|(?P<b>承诺|最佳情况)|\b(?:forecast category|category)[ =:]+(?:to )?(?P<c>pipeline|commit|best[ -_]?case|omitted)\b|(?P<d>omit) (?:it|from)",
    re.IGNORECASE,
)
CATEGORY_WORDS = {"承诺": "commit", "最佳情况": "best case", "omit": "omitted"}
OWNER = re.compile(
    r"\b(?:give|assign|reassign|hand|transfer|owner|owned|takes? over|goes to|belongs to)\b|转给|交给|分配给|负责人|转交",
    re.IGNORECASE,
)
BARE_AMOUNT = re.compile(
    r"(?:\bamount\b|\bvalue\b|\bworth\b|金额)[^\d]{0,25}?(?P<a>[$€£¥]?\d[\d.,]*)(?![\d%:/.-]|\s*(?:am|pm|%|days?|weeks?))|\bmake it (?P<b>\d[\d.,]*)(?!\S)",
    re.IGNORECASE,
)
STAGE_IS_WORD = re.compile(
    r"\b(?:the|a|our|your|paid|free|signed?|send|sent|on|for|of|my) $|发|一份|试用$", re.IGNORECASE
)


def deal_of(frame: Frame) -> Item | None:
    """The first deal that the text names, with a product named right after it."""
    deals = frame.of(Kind.DEAL)
    return joined(frame, deals[0]) if deals else None


def joined(frame: Frame, deal: Item) -> Item:
    """ "acme watch deal": the product belongs to the name, unless something stands between."""
    for item in frame.of(Kind.PRODUCT):
        between = frame.clean[deal.end : item.start] if item.start >= deal.end else "-"
        if not between.strip("'s ’") and len(between) <= 3:
            return Item(Kind.DEAL, deal.start, item.end, frame.clean[deal.start : item.end], deal.mention)
    return deal


def read_update(frame: Frame, subject: str | None) -> Draft | None:
    """Fields of an opportunity that the text sets. `subject` is what "it" means here."""
    frame = frame.with_days()
    params: dict[str, str] = {}
    step_spans = _next_step(frame, params)
    rest = frame.without(*step_spans)
    deal = (
        deal_of(rest)
        or _leading_deal(frame, step_spans, params)
        or deal_of(frame.without(*[(s, e) for s, e in step_spans[1:]]))
    )
    outcome = _outcome(rest)
    reason_span = _loss(rest, params, deal) if outcome == "Lost" else None
    rest = rest.without(reason_span) if reason_span else rest
    _stage(rest, outcome, params)
    _amount(rest, params)
    _dates(rest, params)
    _others(rest, params)
    if not params:
        return _bare_day(rest, deal)
    command = rest.clean if deal is None else rest.clean[: deal.start] + " X " + rest.clean[deal.end :]
    asks = VERBS.search(command) is not None or outcome is not None or bool(step_spans)
    sure = asks and not is_unreal(command) and not is_question(command)
    if _contradicts(rest, outcome):
        sure = False
    if deal is not None:
        others = [item for item in rest.of(Kind.DEAL) if item.start >= deal.end]
        if others:
            sure = False
        return Draft("update", {"opportunity": deal.words.strip(), **params}, sure)
    if subject is not None:
        return Draft("update", {"opportunity": subject, **params}, sure)
    return Draft("update", params, sure, missing="opportunity")


def _leading_deal(frame: Frame, spans: list[tuple[int, int]], params: dict[str, str]) -> Item | None:
    """ "next step acme call the CFO": the name in front is the deal, not a part of the step."""
    step = params.get("next_step", "")
    deal = deal_of(frame.within(*spans[1])) if len(spans) > 1 else None
    if deal is None or not step.startswith(deal.words) or step == deal.words:
        return None
    params["next_step"] = step.removeprefix(deal.words).lstrip(" ,:：-–")
    return deal


def read_one_by_one(frame: Frame) -> list[Draft]:
    """A change for each of several deals; one that is given no values of its own takes those of the next."""
    deals = frame.of(Kind.DEAL)
    stops = [deal.start for deal in deals[1:]] + [len(frame.clean)]
    drafts: list[Draft] = []
    values: dict[str, str] = {}
    for deal, stop in reversed(list(zip(deals, stops, strict=True))):
        found = read_update(frame.within(deal.start, stop), None)
        own = {name: value for name, value in found.params.items() if name != "opportunity"} if found else {}
        values = own or values
        if values:
            drafts.insert(0, Draft("update", {"opportunity": deal.words.strip(), **values}, sure=False))
    return drafts


def read_intended_step(frame: Frame) -> Draft | None:
    """Something that is still to be done with a customer: it can be kept as the next step."""
    match = INTENDED.match(frame.clean)
    deal = deal_of(frame)
    if match is None or deal is None:
        return None
    days = [item for item in frame.of(Kind.WHEN) if item.is_day]
    step = frame.text[match.start("step") :]
    if days:
        step = DUE_BEFORE.sub("", frame.text[match.start("step") : days[0].start]) + frame.text[days[0].end :]
    params = {"opportunity": deal.words.strip(), "next_step": step.strip(" .!,。！，")}
    return Draft("update", {**params, **({"next_step_due": days[0].words} if days else {})}, sure=False)


INTENDED = re.compile(
    r"^\s*(?:please )?(?:remind me (?:to )?|i (?:need|have|want) to |i'?ll |i must |to-?do:? |don'?t forget to |提醒我|我要|记得)?"
    r"(?P<step>(?:call|e-?mail|meet|visit|send|ping|follow up|write|ring|phone|给|打电话|拜访|联系|跟进).+)$",
    re.IGNORECASE | re.DOTALL,
)


def _bare_day(frame: Frame, deal: Item | None) -> Draft | None:
    """A deal and a day and nothing else: most likely its close date, so it is worth a question."""
    days = [item for item in frame.of(Kind.WHEN) if item.is_day]
    if deal is None or len(days) != 1 or is_question(frame.clean):
        return None
    left = frame.without((deal.start, deal.end), (days[0].start, days[0].end)).clean
    if re.sub(r"(?i)\b(?:on|by|at|for)\b|\W", "", left):
        return None
    return Draft("update", {"opportunity": deal.words.strip(), "close_date": days[0].words}, sure=False)


def _contradicts(frame: Frame, outcome: str | None) -> bool:
    """Won and lost at once, or a closed deal that also moves to an open stage."""
    both = WON.search(frame.clean) and LOST.search(frame.clean)
    return bool(both) or (outcome in {"Won", "Lost"} and bool(frame.of(Kind.STAGE)) and " to " in frame.clean)


def _next_step(frame: Frame, params: dict[str, str]) -> list[tuple[int, int]]:
    match = NEXT_STEP.search(frame.clean)
    if match is None:
        match = NEXT_STEP_BARE.search(frame.clean)
    if match is None:
        return []
    group = "step" if match.groupdict().get("step") else "zh"
    start, end = match.start(group), match.end(group)
    if stop := STEP_ENDS.search(frame.clean, start):
        end = stop.start()
    label_end = re.match(r"(?i)next[ _-]?steps?|ns|下一步|后续", match.group())
    label = (match.start(), match.start() + (label_end.end() if label_end else 0))
    whole_is_due = bool(match.groupdict().get("due"))
    days = [item for item in frame.of(Kind.WHEN) if item.is_day and start <= item.start and item.end <= end]
    step = frame.text[start:end]
    if days:
        due = days[-1]
        params["next_step_due"] = due.words
        before = DUE_BEFORE.sub("", frame.text[start : due.start])
        after = DUE_AFTER.sub("", frame.text[due.end : end])
        step = f"{before} {after}" if after.strip() and not _is_chinese(after) else before + after
    step = step.strip(' ,;.，；。\n"“”')
    if step and not whole_is_due:
        params["next_step"] = step
    return [label, (start, end)]


def _is_chinese(words: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", words) is not None


def _outcome(frame: Frame) -> str | None:
    """Won, Lost, or "closed" where it is not said which."""
    clean = frame.clean
    if TO_COME.search(clean) and not re.search(r"\b(?:won|lost)\b|赢|丢|输", clean, re.IGNORECASE):
        return None
    if LOST.search(clean):
        return "Lost"
    if WON.search(clean):
        return "Won"
    closing = CLOSED.search(clean)
    if closing is None:
        return None
    days = [item for item in frame.of(Kind.WHEN) if item.start >= closing.end() and item.is_day]
    if closing.group().lower().startswith("close") and not closing.group().lower().startswith("closed") and days:
        return None
    return "closed"


def _loss(frame: Frame, params: dict[str, str], deal: Item | None) -> tuple[int, int] | None:
    if rival := LOST_TO.search(frame.clean):
        params["competitor"] = rival["rival"].strip()
        params["loss_reason"] = f"lost to {params['competitor']}"
        return rival.start("rival"), rival.end("rival")
    match = REASON.search(frame.clean)
    group = "a" if match and match.groupdict().get("a") else "b"
    if match is None:
        tail_from = max(deal.end if deal else 0, LOST.search(frame.clean).end())  # type: ignore[union-attr]
        match = REASON_TAIL.match(frame.clean[tail_from:])
        if match is None:
            return None
        start = tail_from + match.start("tail")
        params["loss_reason"] = frame.text[start:].strip(" .!，。\n")
        return start, len(frame.clean)
    start, end = match.span(group)
    params["loss_reason"] = frame.text[start:end].strip(" .!，。\n")
    return match.start(), end


def _stage(frame: Frame, outcome: str | None, params: dict[str, str]) -> None:
    if outcome in {"Won", "Lost"}:
        params["stage"] = outcome
        return
    stages = [i for i in frame.of(Kind.STAGE) if not STAGE_IS_WORD.search(frame.clean[max(0, i.start - 12) : i.start])]
    stages = [i for i in stages if not _is_loose(i) or POINTED.search(frame.clean[: i.start])]
    target = chosen(Frame(frame.text, frame.clean, tuple(stages)), Kind.STAGE, TARGET)
    if target is not None:
        params["stage"] = target.words
    elif outcome == "closed" and not stages:
        params["stage"] = "closed"
    elif not stages and (
        said := re.search(r"\bstage ?(?:=|:|->|to|is)\s*(?P<stage>[\w ]{3,30}?)(?=$|[,;.])", frame.clean, re.IGNORECASE)
    ):
        params["stage"] = said["stage"].strip()


def _is_loose(item: Item) -> bool:
    """Whether it is a word for a stage rather than the organisation's name of one: "legal", "contract"."""
    return item.mention is not None and item.mention.means.get(Named.STAGE) == {0} and item.words.isascii()


POINTED = re.compile(
    r"(?:\b(?:to|into|in|at|is|now|as|with|stage|gone|went|entered)|->|=>|→|=|:|到|至|进入|在|成|为|是|走)\s*(?:the |now )?$",
    re.IGNORECASE,
)


def _amount(frame: Frame, params: dict[str, str]) -> None:
    amount = chosen(frame, Kind.AMOUNT, r"\bto|->|=>|→|=|:|\bis|\bnow|\bat|\bworth|到|为|成|是")
    if amount is not None:
        params["amount"] = _step_sign(frame, amount) + amount.words
    elif share := BY_PERCENT.search(frame.clean):
        sign = "-" if SHRINKS.search(frame.clean) else "+"
        params["amount"] = f"{sign}{share['percent']}"
    elif not frame.of(Kind.AMOUNT) and (bare := BARE_AMOUNT.search(_without_dates(frame))):
        params["amount"] = (bare["a"] or bare["b"]).rstrip(".,")


def _step_sign(frame: Frame, amount: Item) -> str:
    """ "increase acme by 5k": the amount is a step up or down, where its own words do not say so."""
    if re.match(r"[+-]|\D*(?:add|plus|minus|less|by|another|extra|off|加|减|涨|降|折)", amount.words, re.IGNORECASE):
        return ""
    before, after = frame.clean[: amount.start], frame.clean[amount.end :]
    if re.match(r"\s*(?:less|lower|off|cheaper)\b", after, re.IGNORECASE):
        return "-"
    if re.match(r"\s*(?:more|extra|higher|on top)\b", after, re.IGNORECASE):
        return "+"
    if re.search(r"\b(?:by|up|down|another|extra|additional)\s+(?:an? |another )?$", before, re.IGNORECASE):
        return "-" if SHRINKS.search(before) else "+"
    return ""


SHRINKS = re.compile(r"\b(?:reduc|decreas|lower|cut|drop|down|shrink|shav|knock|minus)\w*|减|降|少", re.IGNORECASE)
BY_PERCENT = re.compile(r"\bby\s+(?P<percent>\d+(?:[.,]\d+)?\s?%)", re.IGNORECASE)


def _without_dates(frame: Frame) -> str:
    spans = [(item.start, item.end) for item in frame.of(Kind.WHEN, Kind.RHYTHM, Kind.DEAL)]
    return frame.without(*spans).clean


def _dates(frame: Frame, params: dict[str, str]) -> None:
    days = [item for item in frame.of(Kind.WHEN) if item.is_day]
    day = chosen(Frame(frame.text, frame.clean, tuple(days)), Kind.WHEN, r"\bto|->|=>|→|until|\bby|\bon|=|:|到|至|为")
    if day is None:
        return
    segment = _segment(frame.clean, day.start)
    cued = CLOSE_CUE.search(segment) or re.search(r"->|=>|→|=", segment)
    open_stage = "stage" in params and params["stage"] not in {"Won", "Lost", "closed"}
    past = re.search(r"yesterday|today|just|昨|今天|刚|ago|前天|last", day.words, re.IGNORECASE)
    if open_stage and (past or not re.search(r"clos|sign|expected|date|预计|签|关闭", segment, re.IGNORECASE)):
        return
    if cued or params.get("stage") in {"Won", "Lost", "closed"}:
        params["close_date"] = day.words


def _segment(clean: str, position: int) -> str:
    """The part of a sentence around a position, between commas."""
    start = max((m.end() for m in re.finditer(r"[,;，；](?!\d{3})|\band\b|\n", clean[:position])), default=0)
    stop = re.search(r"[,;，；](?!\d{3})|\n", clean[position:])
    return clean[start : position + stop.start() if stop else len(clean)]


def _others(frame: Frame, params: dict[str, str]) -> None:
    people = frame.of(Kind.PERSON)
    if OWNER.search(frame.clean) and people:
        owner = chosen(frame, Kind.PERSON, r"\bto|=|:|\bis|给|为|成|是") or people[-1]
        params["owner"] = owner.words
    elif re.search(r"\b(?:assign|give|hand|transfer)\b.*\bto me\b|转给我|交给我", frame.clean, re.IGNORECASE):
        params["owner"] = "me"
    if category := CATEGORY.search(frame.clean):
        said = next(value for value in category.groups() if value).lower()
        params["category"] = CATEGORY_WORDS.get(said, said)
    if competitor := COMPETITOR.search(frame.clean):
        params["competitor"] = (competitor["a"] or competitor["b"]).strip()


NEW = re.compile(
    r"\b(?:new|create|open(?: up)?|add|register|start)\b(?:(?! step).){0,30}?\b(?:deal|opp|oppty|opportunity|opportunities)\b|\b(?:deal|opp|opportunity)\b.{0,20}\bnew\b|as a new (?:deal|opp)"
    r"|(?:新建|新增|创建|添加|建一个|新开|录入|建个|加一个).{0,20}(?:商机|单子|项目|机会)?|有(?:个|一个)新(?:的)?(?:商机|单子|项目|机会)",
    re.IGNORECASE,
)
UNKNOWN_ACCOUNT = re.compile(
    r"\b(?:with|at|for|from)\s+(?P<a>[A-Z][\w&.' -]{1,50}?)(?=$|,|;| worth| for| closing| [$€£]|\d)|[:：]\s*(?P<b>[^,，;]{2,40})"
)


def read_create(frame: Frame) -> Draft | None:
    """A new opportunity."""
    if NEW.search(frame.clean) is None:
        return None
    params: dict[str, str] = {}
    step_spans = _next_step(frame, params)
    params.pop("next_step_due", None)
    rest = frame.without(*step_spans)
    deals = rest.of(Kind.DEAL)
    if deals:
        params["account"] = deals[0].words.strip()
    elif unknown := UNKNOWN_ACCOUNT.search(rest.clean):
        params["account"] = (unknown["a"] or unknown["b"]).strip()
    for kind, name in (
        (Kind.AMOUNT, "amount"),
        (Kind.PRODUCT, "product"),
        (Kind.STAGE, "stage"),
        (Kind.PERSON, "owner"),
    ):
        items = rest.of(kind)
        if len(items) == 1:
            params[name] = items[0].words
    days = [item for item in rest.of(Kind.WHEN) if item.is_day]
    if len(days) == 1:
        params["close_date"] = days[0].words
    if "amount" not in params and (bare := BARE_AMOUNT.search(_without_dates(rest))):
        params["amount"] = bare["a"] or bare["b"]
    sure = not is_unreal(rest.clean) and not is_question(rest.clean)
    return Draft("create", params, sure, missing=None if "account" in params else "account")


KINDS: tuple[tuple[str, str], ...] = (
    (
        "demo",
        r"\b(?:had|did|gave|held|ran|log)\b.{0,20}\bdemo\b|\bdemo(?:ed|'d)\b|演示了|做了?(?:个|一个|一次)?演示|demo完",
    ),
    (
        "call",
        r"\b(?:called|phoned|rang|spoke|talked|call with|phone call|off the phone|got off (?:a|the) (?:call|phone)|had a call|log (?:a |the )?(?:\[duration\] )?call|voicemail|left a message|caught up)\b"
        r"|打了?(?:个|一个|过)?电话|通了?(?:个|一个)?电话|电话沟通|打电话给?|通话",
    ),
    (
        "meeting",
        r"\b(?:met(?: with)?|visited|meeting with|had (?:a |an? )?(?:\[duration\] )?(?:meeting|lunch|coffee|workshop)|log (?:a |the )?(?:\[duration\] )?meeting|site visit|came by|saw)\b"
        r"|拜访了?|见了|开[了完过]?(?:个|一个|次|完)?会|聊了|沟通了|谈了|会议|面谈|见面",
    ),
    (
        "email",
        r"\b(?:e-?mailed|mailed|sent .{0,30}(?:an? )?e-?mail|wrote(?: back)?|replied|log (?:an? )?e-?mail|emailed)\b|发了?(?:封|个|一封)?邮件|回了?邮件|邮件",
    ),
    ("note", r"\b(?:note|notes|jot|write down|remember that)\b|备注|笔记|记一下|记录|记下"),
)
LOG_COMMAND = re.compile(r"\b(?:log|note|record|jot)\b|记录|备注|记一下|记下|登记", re.IGNORECASE)
INBOUND = re.compile(
    r"\[deal\](?:'s)? (?:just )?(?:called|wrote|e-?mailed|replied|got back|rang|phoned|came)|(?:called|emailed|wrote) (?:me|us)|来电|打来|回复",
    re.IGNORECASE,
)
OUTCOME = re.compile(
    r"\boutcome(?: is|:| =|=)?\s*(?P<a>[\w ]{2,40})|\b(?P<b>no answer|left (?:a )?voicemail|voicemail)\b(?! on)|结果[:：是]\s*(?P<c>[^,，。]{2,20})",
    re.IGNORECASE,
)
NOTE_AFTER = re.compile(r"^\s*(?:\[when\]|\[duration\]|today|for|at|on|in|just now|again|了|,|，)*\s*", re.IGNORECASE)
FUTURE = re.compile(
    r"\b(?:tomorrow|next|later|will|going to|need to|have to|must|remind|schedule|upcoming|prepare|prep|before the)\b|明天|下周|后天|准备|要去|提醒",
    re.IGNORECASE,
)


def read_log(frame: Frame, subject: str | None) -> Draft | None:
    """An activity that took place."""
    masked = frame.masked
    head_end = _head_end(frame)
    head = frame.within(0, head_end)
    kind = next((name for name, cue in KINDS if re.search(cue, head.masked, re.IGNORECASE)), None)
    if kind is None:
        return None
    deal = deal_of(head)
    command = LOG_COMMAND.search(head.clean) is not None
    params: dict[str, str] = {"kind": kind}
    if deal is not None:
        params["about"] = deal.words.strip()
    elif subject is not None:
        params["about"] = subject
    whens = [item for item in head.of(Kind.WHEN) if item.is_day]
    if whens:
        params["when"] = whens[0].words
    if durations := head.of(Kind.DURATION):
        params["duration"] = durations[0].words
    if INBOUND.search(masked):
        params["direction"] = "in"
    if (outcome := OUTCOME.search(frame.clean)) and not (outcome["b"] and kind in {"note", "email"}):
        params["outcome"] = next(value for value in outcome.groups() if value).strip()
    _note(frame, head, head_end, deal, params, outcome)
    sure = not is_unreal(head.clean) and not is_question(head.clean) and (command or not FUTURE.search(head.clean))
    return Draft("log", params, sure, missing=None if "about" in params else "about")


def _head_end(frame: Frame) -> int:
    """Where the note begins: after a colon, a dash or a comma that follows what it is about."""
    deal = deal_of(frame)
    for match in re.finditer(r"[:：](?!\d)|\s[–—-]\s|[,，;；](?!\d{3})|\bthat (?=\w)|[.。!！]\s", frame.clean):
        if match.start() >= (deal.end if deal else 1):
            return match.start()
    return len(frame.clean)


def _note(
    frame: Frame, head: Frame, head_end: int, deal: Item | None, params: dict[str, str], outcome: re.Match[str] | None
) -> None:
    step: dict[str, str] = {}
    spans = _next_step(frame.within(head_end, len(frame.clean)), step)
    tail = frame.text[head_end : spans[0][0] if spans else len(frame.text)]
    if step.get("next_step"):
        params["next_step"] = step["next_step"] + (f" ({step['next_step_due']})" if step.get("next_step_due") else "")
    tail = re.sub(r"(?i)^(?:[\s:：,，;；.。!！–—-]|that\b|and\b)+", "", tail)
    if outcome is not None and outcome.start() >= head_end:
        tail = tail.replace(outcome.group(), "").strip(" ,;")
    if not tail and deal is not None:
        whens = [item.end for item in head.items if item.kind in (Kind.WHEN, Kind.DURATION) and item.start >= deal.end]
        start = max([deal.end, *whens])
        tail = re.sub(r"(?i)^(?:\s|for$|at$|on$|in$|,|about(?= acme)|了|的电话|的)+", "", frame.text[start:head_end])
        if re.fullmatch(
            r"(?i)(?:call|meeting|demo|e-?mail|note|today|just now|again|earlier|for|at|on|in|with|an?|的|了|电话|邮件|\s)*",
            tail,
        ):
            tail = ""
    tail = tail.strip(" ,;.，；。\n")
    if tail:
        params["note"] = tail


def read_schedule(frame: Frame, report: Draft | None) -> Draft | None:
    """A report that comes by itself: its rhythm, its channel, and what it says."""
    manage = MANAGE.search(frame.clean)
    if manage is not None:
        verb = next(name for name, value in manage.groupdict().items() if value).removesuffix("_zh")
        which = manage.string[manage.end() :]
        kept = {"which": which.strip(" .?!'\"") or None}
        return Draft("schedule", {"action": verb, **{k: v for k, v in kept.items() if v}}, not is_unreal(frame.clean))
    rhythms = frame.of(Kind.RHYTHM)
    asked = SCHEDULE.search(frame.clean)
    if not rhythms and not asked:
        return None
    params: dict[str, object] = {}
    if rhythms:
        params["when"] = rhythms[0].words
    if channels := frame.of(Kind.CHANNEL):
        params["channel"] = channels[0].words
    if report is not None:
        params["report"] = report.skill
        if report.params:
            params["report_params"] = dict(report.params)
    sure = bool(rhythms) and report is not None and not is_unreal(frame.clean) and not is_question(frame.clean)
    return Draft("schedule", params, sure)


MANAGE = re.compile(
    r"\b(?:(?P<pause>pause|mute|suspend)|(?P<resume>resume|unpause|restart|turn on)|(?P<delete>stop|delete|cancel|remove|turn off|unsubscribe(?: from)?))\s+"
    r"(?=.*\b(?:report|reports|digest|schedule|scheduled|every|daily|weekly|monday|leaderboard|pipeline|quota)\b)(?:sending |posting )?(?:me )?(?:my |the |that |this )?"
    r"|(?P<pause_zh>暂停)(?=.*(?:报告|日报|周报|推送|排名|定时))|(?P<delete_zh>取消|删除|停止|不要再发)(?=.*(?:报告|日报|周报|推送|定时|每))",
    re.IGNORECASE,
)
SCHEDULE = re.compile(
    r"\b(?:schedule|subscribe|automate|send me .* (?:daily|weekly)|recurring)\b|定时|订阅|每天发|每周发|定期",
    re.IGNORECASE,
)
