"""Parameters of figures and reports found in a text: variants, breakdowns, warnings, metrics, formats."""
# ruff: noqa: E501  (a pattern is easier to read on one line than in pieces)

import re
from collections.abc import Mapping, Sequence

from bot.understanding.entities import Frame, Item, Kind

Words = Sequence[tuple[str, str]]
"""A value and the pattern that says it; the first that fits counts."""


def _said(frame: Frame, words: Words) -> str | None:
    return next((value for value, pattern in words if re.search(pattern, frame.clean, re.IGNORECASE)), None)


BREAKDOWNS: Mapping[str, str] = {
    "competitor": r"\b(?:by|per|each|which) competitors?\b|\bwho do (?:we|i) lose to\b|按(?:竞争)?对手|各(?:竞争)?对手|输给谁",
    "source": r"\b(?:by|per|each|which) (?:lead )?sources?\b|按来源|各来源",
    "customer": r"\b(?:by|per|each|which) (?:customers?|accounts?|clients?)\b|\b(?:customers?|accounts?)\b|客户",
    "product": r"\b(?:by|per|each|every|which|across) products?\b|按产品|各产品|每个产品|哪个产品|\bproducts\b",
    "region": r"\b(?:by|per|each|every|which) (?:regions?|territor(?:y|ies))\b|按(?:地区|区域|大区)|各(?:地区|区域|大区)",
    "team": r"\b(?:by|per|each|every|which) teams?\b|按团队|各团队|哪个团队",
    "quarter": r"\b(?:by|per|each|every) quarter\b|\bquarterly\b|按季度?|各季度|每个季度",
    "month": r"\b(?:by|per|each|every) month\b|\bmonthly\b|按月|各月|每个?月",
    "rep": r"\b(?:by|per|each|every|which|among) (?:reps?|persons?|sellers?|owners?|people)\b|\bwho wins\b|\breps\b|按(?:人|销售|个人)|每个销售|各(?:个)?销售|谁赢",
}
BREAKDOWNS_OF: Mapping[str, tuple[str, ...]] = {
    "winrate": ("competitor", "source", "product", "region", "team", "quarter", "rep"),
    "cycle": ("competitor", "source", "product", "region", "team", "quarter", "rep"),
    "concentration": ("product", "rep", "customer"),
    "accuracy": ("month", "quarter"),
}
VARIANTS: Words = (
    ("over time", r"\bover time\b|\bby age\b|\btime[- ]to[- ]event\b|随时间|按时长"),
    (
        "cohort",
        r"\bcohorts?\b|\b(?:of|from) (?:the |all )?(?:deals?|opps?|opportunities|those) (?:that (?:were )?)?(?:opened|created)\b|同期|按创建",
    ),
    ("broad", r"\bbroad\b|\b(?:with|including|counting) (?:the )?no[- ]decisions?\b|含未决|包括未决"),
    ("value", r"\bby (?:value|amount|revenue|money)\b|\bvalue[- ]weighted\b|\bin (?:value|money)\b|按(?:金额|价值)"),
)
VINTAGE = re.compile(r"\b(?:day|week) ?\d{1,2}\b|第\s?\d{1,2}\s?[周天]", re.IGNORECASE)
RULES: Words = (
    ("close date implausible", r"\b(?:im|not |un)plausible\b|\bunrealistic\b|不(?:合理|现实)"),
    ("no next step", r"\b(?:no|without(?: a)?|missing) next steps?\b|没有?下一步"),
    ("single thread", r"\bsingle[- ]?thread(?:ed)?\b|\bonly one contact\b|单线|单一联系人"),
    ("ghosted", r"\bghost(?:ed|ing)\b|不(?:回|理)"),
    (
        "no activity",
        r"\b(?:no|without(?: any)?) (?:recent )?(?:activit(?:y|ies)|contact|touch)\b|\b(?:quiet|silent|cold|neglected|stale)\b|没有?(?:动静|跟进|联系)",
    ),
    ("stalled", r"\bstall(?:ed|ing)?\b|\bstuck\b|停滞|卡住"),
    ("pushed", r"\bpush(?:ed|es)\b|\bslipp(?:ed|ing)\b|推迟|延期"),
    ("stage back", r"\b(?:moved|went|gone) back(?:wards)?\b|\bstage back\b|退回"),
    (
        "amount drop",
        r"\b(?:amounts?|values?) (?:drop|dropp|fell|shr[aiu]nk|went down)\w*\b|\bamount drop\b|金额(?:下降|减少|缩水)",
    ),
    (
        "no power",
        r"\bno (?:power|economic buyer|buyer|decision maker)\b|\bwithout (?:a |an )?(?:economic )?buyer\b|没有?决策人",
    ),
    ("no close date", r"\b(?:no|without(?: a)?) close dates?\b|没有?(?:关闭|成交)日期"),
    ("no amount", r"\b(?:no|without(?: an)?) amounts?\b|没有?金额"),
    ("overdue", r"\boverdue\b|\bpast (?:their |its )?(?:close|due) dates?\b|过期|逾期"),
)
CHECKS: Words = (
    (
        "precision",
        r"\b(?:were|was)\b.{0,25}\b(?:really|right|lost|true)\b|\bhow (?:good|reliable|precise|accurate) are (?:the |your |these )?(?:warnings|flags|rules)\b|\bprecision\b|(?:预警|风险提示|提醒)(?:准不准|准确)",
    ),
    (
        "rules",
        r"\b(?:risk|warning) rules\b|\bwhich (?:rules|warnings)\b|\bthresholds\b|\bwhat (?:counts as|makes .{0,20}) at[- ]risk\b|规则(?:有哪些|是什么)?|阈值(?:有哪些|是什么)",
    ),
)
METRICS: Words = (
    ("improved", r"\bmost improved\b|\bimproved (?:the )?most\b|\bimprovement\b|进步(?:最大)?"),
    ("new_accounts", r"\bnew (?:accounts?|customers?|logos?)\b|新客户"),
    ("pipeline_created", r"\bpipeline (?:created|generated|built)\b|\bcreated pipeline\b|新增商机|创建的?商机"),
    ("collected", r"\bcollect(?:ed|ions?)\b|\bcash\b|\bpaid\b|回款|收款"),
    ("margin", r"\bmargins?\b|\bprofits?\b|毛利|利润"),
    ("units", r"\bunits?\b|\bpieces\b|台数|件数|销量"),
    ("activities", r"\bactivit(?:y|ies)\b|活动量?"),
    ("attainment", r"\battainments?\b|\bquotas?\b|% of|\bpercent|达成|完成率"),
    ("deals", r"\b(?:number of|most|by|how many) (?:deals|wins)\b|\bdeal count\b|单数|单量|按单"),
    ("booked", r"\b(?:booked|bookings|revenue|amount)\b|金额|销售额"),
)
METRICS_OF: Mapping[str, frozenset[str]] = {
    "quota": frozenset({"margin", "collected", "pipeline_created", "units", "new_accounts", "activities"}),
    "targets": frozenset({"margin", "collected", "pipeline_created", "units", "new_accounts", "activities"}),
    "target": frozenset({"margin", "collected", "pipeline_created", "units", "new_accounts", "activities"}),
}
LEVELS: Words = (
    ("stretch", r"\bstretch\b|冲刺"),
    ("challenge", r"\bchallenge (?:target|goal|quota|level|number)s?\b|挑战"),
)
ACTIVITIES: Words = (
    ("call", r"\b(?:calls?|dials?|phone)\b|电话|通话"),
    ("meeting", r"\b(?:meetings?|visits?)\b|会议|会面|见面|拜访|开会"),
    ("email", r"\be-?mails?\b|邮件"),
    ("demo", r"\bdemos?\b|演示"),
)
FORMATS: Words = (
    ("csv", r"\bcsv\b|csv"),
    ("xlsx", r"\bexcel\b|\bxlsx?\b|\bspread ?sheet\b|excel|表格"),
)
SOURCE = re.compile(
    r"\b(?:for|from) (?P<a>inbound|outbound|referrals?|website|web|events?|partners?|trade ?shows?|campaigns?|cold calls?)\b(?: leads| deals| opportunities)?"
    r"|\bsource (?:is |= ?|: ?)(?P<b>[\w-]+)",
    re.IGNORECASE,
)
COMPETITOR = re.compile(
    r"\b(?:against|versus|vs\.?|lost to|lose to|losing to)\s+(?:the )?(?P<a>(?!(?:whom?|what|which|quota|plan|target|this|last|next|them|others?|competitors?|price|a|an|our|my)\b)[A-Za-z][\w&-]+)"
    r"|(?:对上|对阵|面对|输给)\s*(?P<b>[A-Za-z][A-Za-z0-9&-]*)",
    re.IGNORECASE,
)
BEFORE_CLOSING = re.compile(
    r"(?:\bclos(?:ing|es?) (?:in |by )?|\bdue (?:in |by )?|\bexpected (?:in |to close in )?)$", re.IGNORECASE
)
AFTER_CLOSING = re.compile(r"^(?:'s|的)?\s*(?:pipeline|商机|管道)", re.IGNORECASE)


def read_breakdown(frame: Frame, skill: str) -> str | None:
    names = BREAKDOWNS_OF.get(skill, ())
    return _said(frame, [(name, BREAKDOWNS[name]) for name in names])


def read_variant(frame: Frame, _skill: str) -> str | None:
    return _said(frame, VARIANTS)


def read_vintage(frame: Frame, _skill: str) -> str | None:
    found = VINTAGE.search(frame.clean)
    return found.group() if found else None


def read_rule(frame: Frame, _skill: str) -> str | None:
    return _said(frame, RULES)


def read_check(frame: Frame, _skill: str) -> str | None:
    return _said(frame, CHECKS)


def read_metric(frame: Frame, skill: str) -> str | None:
    found = _said(frame, METRICS)
    allowed = METRICS_OF.get(skill)
    return found if allowed is None or found in allowed else None


def read_level(frame: Frame, _skill: str) -> str | None:
    return _said(frame, LEVELS)


def read_activity(frame: Frame, _skill: str) -> str | None:
    found = [kind for kind, pattern in ACTIVITIES if re.search(pattern, frame.clean, re.IGNORECASE)]
    return found[0] if len(found) == 1 else None


def read_format(frame: Frame, _skill: str) -> str | None:
    return _said(frame, FORMATS)


def read_source(frame: Frame, _skill: str) -> str | None:
    found = SOURCE.search(frame.clean)
    return (found["a"] or found["b"]) if found else None


def read_competitor(frame: Frame, _skill: str) -> str | None:
    found = COMPETITOR.search(frame.clean)
    return (found["a"] or found["b"]) if found else None


def read_closing(frame: Frame, _skill: str) -> str | None:
    item = closing_of(frame)
    return item.words if item else None


def closing_of(frame: Frame) -> Item | None:
    """The period in which deals are expected to close: "our Q4 pipeline", "everything closing this month"."""
    for item in frame.of(Kind.WHEN):
        if not item.is_period:
            continue
        if BEFORE_CLOSING.search(frame.clean[: item.start]) or AFTER_CLOSING.match(frame.clean[item.end :].lstrip()):
            return item
    return None
