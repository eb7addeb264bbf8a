"""Requests to add something, read from a text: a new opportunity, an activity, a scheduled report."""

import re

from bot.understanding.deals import deal_of
from bot.understanding.drafts import ASKED_WITHIN, Draft, is_question, is_unreal
from bot.understanding.entities import Frame, Item, Kind
from bot.understanding.fields import read_next_step, without_dates
from bot.understanding.patterns import (
    BARE_AMOUNT,
    FUTURE,
    INBOUND,
    KINDS,
    LOG_COMMAND,
    MANAGE,
    NEW,
    NOTHING_SAID,
    OUTCOME,
    SCHEDULE,
    UNKNOWN_ACCOUNT,
)

WANTED = re.compile(r"\b(?:send|post|schedule|subscribe|give me|get me|want|deliver)\b|发|订阅|推送", re.IGNORECASE)
REPORT_NAME = re.compile(
    r"\s*(?:digest|summary|review|commit|roll-?up|report|摘要|汇总|日报|简报|复盘|总结|预测)", re.IGNORECASE
)
EVERY_REPORT = re.compile(r"everything|all\b|(?:my )?reports|(?:我的?)?(?:所有|全部|一切)", re.IGNORECASE)
KEPT_RECORDS = re.compile(
    r"(?:历史|变更|修改|更改|操作|活动|跟进|拜访|通话)(?:的)?(?:记录|情况)(?:$|有|是|怎|呢|[?？])"
)
"""Asks for what was recorded, rather than to record something."""


def read_create(frame: Frame) -> Draft | None:
    """A new opportunity."""
    if NEW.search(frame.clean) is None:
        return None
    params: dict[str, str] = {}
    step_spans = read_next_step(frame, params)
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
    if "amount" not in params and (bare := BARE_AMOUNT.search(without_dates(rest))):
        params["amount"] = bare["a"] or bare["b"]
    sure = not is_unreal(rest.clean) and not is_question(rest.clean)
    return Draft("create", params, sure, missing=None if "account" in params else "account")


def read_log(frame: Frame, subject: str | None) -> Draft | None:
    """An activity that took place."""
    masked = frame.masked
    head_end = _head_end(frame)
    head = frame.within(0, head_end)
    # "demo" is a kind here and no stage.
    told = Frame(head.text, head.clean, tuple(item for item in head.items if item.kind is not Kind.STAGE))
    kind = next((name for name, cue in KINDS if re.search(cue, told.masked, re.IGNORECASE)), None)
    if kind is None or KEPT_RECORDS.search(frame.clean):
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
    elif own := [item for item in frame.of(Kind.DURATION) if _stands_alone(frame, item)]:
        params["duration"] = own[0].words
    if INBOUND.search(masked):
        params["direction"] = "in"
    if (outcome := OUTCOME.search(frame.clean)) and not (outcome["b"] and kind in {"note", "email"}):
        params["outcome"] = next(value for value in outcome.groups() if value).strip()
    _note(frame, head, head_end, deal, params, outcome)
    asked = is_question(head.clean) or (not command and ASKED_WITHIN.search(frame.clean) is not None)
    sure = not is_unreal(head.clean) and not asked and (command or not FUTURE.search(head.clean))
    return Draft("log", params, sure, missing=None if "about" in params else "about")


def _stands_alone(frame: Frame, item: Item) -> bool:
    """Whether it is a clause of its own: "called acme, 20 min, they want a pilot"."""
    before, after = frame.clean[: item.start], frame.clean[item.end :]
    return bool(re.search(r"[,，;；(:：.。–—-]\s*$", before)) and bool(
        re.match(r"\s*(?:call|meeting)?\s*(?:$|[,，;；).。–—-])", after)
    )


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
    spans = read_next_step(frame.within(head_end, len(frame.clean)), step)
    tail = frame.text[head_end : spans[0][0] if spans else len(frame.text)]
    if step.get("next_step"):
        params |= step
    tail = re.sub(r"(?i)^(?:[\s:：,，;；.。!！–—-]|that\b|and\b)+", "", tail)
    if params.get("duration") and tail.startswith(params["duration"]):
        tail = tail.removeprefix(params["duration"]).lstrip(" ,，;；.。")
    if outcome is not None and outcome.start() >= head_end:
        tail = tail.replace(outcome.group(), "").strip(" ,;")
    if not tail and deal is not None:
        whens = [item.end for item in head.items if item.kind in (Kind.WHEN, Kind.DURATION) and item.start >= deal.end]
        start = max([deal.end, *whens])
        tail = re.sub(r"(?i)^(?:\s|for$|at$|on$|in$|,|about(?= acme)|了|的电话|的)+", "", frame.text[start:head_end])
        if NOTHING_SAID.fullmatch(tail):
            tail = ""
    tail = tail.strip(" ,;.，；。\n")
    if tail:
        params["note"] = tail


def read_schedule(frame: Frame, report: Draft | None) -> Draft | None:
    """A report that comes by itself: its rhythm, its channel, and what it says."""
    manage = MANAGE.search(frame.clean)
    if manage is not None:
        said = next(name for name, value in manage.groupdict().items() if value).removesuffix("_zh")
        verb = {"hold": "pause", "off": "delete", "leave": "delete"}.get(said, said)
        which: str | None = manage.string[manage.end() :].strip(" .?!'\"")
        which = re.sub(r"(?i)\s*\b(?:right )?(?:now|away|at once|immediately)$", "", which or "")
        if EVERY_REPORT.match(which or ""):
            which = "all"
        elif not which or re.fullmatch(
            r"(?i)(?:that|this|it|those|these)(?: one| report)?|(?:那个|这个)?(?:报告|日报|周报)?了?", which
        ):
            which = None
        kept = {"which": which}
        return Draft("schedule", {"action": verb, **{k: v for k, v in kept.items() if v}}, not is_unreal(frame.clean))
    rhythms = tuple(item for item in frame.of(Kind.RHYTHM) if not _is_a_name(frame, item))
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


def _is_a_name(frame: Frame, item: Item) -> bool:
    """ "daily digest" names a report; nobody said that it shall come every day."""
    plain = re.fullmatch(r"(?i)daily|weekly|monthly|每日|每周|每月", item.words)
    named = REPORT_NAME.match(frame.clean[item.end :])
    wanted = WANTED.search(frame.clean)
    return bool(plain and named and not wanted)
