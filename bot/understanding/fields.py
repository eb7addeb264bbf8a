"""Single fields of an opportunity: next step, outcome, stage, amount, dates and the rest."""

import re

from bot.understanding.drafts import chosen
from bot.understanding.entities import Frame, Item, Kind
from bot.understanding.patterns import (
    ADVANCE,
    BACK,
    BARE_AMOUNT,
    BY_PERCENT,
    CATEGORY,
    CATEGORY_WORDS,
    CHOSE,
    CLOSE_CUE,
    CLOSED,
    COMPETITOR,
    DATED,
    DUE_AFTER,
    DUE_BEFORE,
    EARLIER,
    LOST,
    NEXT_STEP,
    NEXT_STEP_BARE,
    NO_NAME,
    OWNER,
    POINTED,
    REASON,
    REASON_TAIL,
    REOPEN,
    SHIFT,
    SHRINKS,
    STAGE_IS_WORD,
    STEP_ENDS,
    TARGET,
    TO_COME,
    WON,
)
from skills.references.numerals import read_whole
from skills.references.vocabulary import Named


def read_next_step(frame: Frame, params: dict[str, str]) -> list[tuple[int, int]]:
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


def read_outcome(frame: Frame) -> str | None:
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


def read_loss(frame: Frame, params: dict[str, str], deal: Item | None) -> tuple[int, int] | None:
    rival = _rival(frame)
    if rival is not None:
        params["competitor"] = frame.text[slice(*rival)].strip()
    match = REASON.search(frame.clean)
    group = "a" if match and match.groupdict().get("a") else "b"
    if match is None:
        tail_from = max(deal.end if deal else 0, LOST.search(frame.clean).end())  # type: ignore[union-attr]
        match = REASON_TAIL.match(frame.clean[tail_from:])
        if match is None and rival is not None:
            params["loss_reason"] = f"lost to {params['competitor']}"
            return rival
        if match is None:
            return None
        start = tail_from + match.start("tail")
        params["loss_reason"] = frame.text[start:].strip(" .!，。\n")
        return start, len(frame.clean)
    start, end = match.span(group)
    params["loss_reason"] = frame.text[start:end].strip(" .!，。\n")
    return match.start(), end


def _rival(frame: Frame) -> tuple[int, int] | None:
    """Where the name stands of who got it instead."""
    for match in CHOSE.finditer(frame.clean):
        group = next(name for name, value in match.groupdict().items() if value)
        start, end = match.span(group)
        known = any(item.start < end and start < item.end for item in frame.items)
        if match[group].lower() not in NO_NAME and not known:
            return start, end
    return None


def read_stage(frame: Frame, outcome: str | None, params: dict[str, str]) -> None:
    if outcome in {"Won", "Lost"}:
        params["stage"] = outcome
        return
    stages = [i for i in frame.of(Kind.STAGE) if not STAGE_IS_WORD.search(frame.clean[max(0, i.start - 12) : i.start])]
    stages = [i for i in stages if not _is_loose(i) or POINTED.search(frame.clean[: i.start])]
    if not stages and outcome is None:
        for cue, words in ((REOPEN, "open"), (BACK, "previous stage"), (ADVANCE, "next stage")):
            if cue.search(frame.clean):
                params["stage"] = words
                return
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
    return (
        item.mention is not None
        and item.mention.means.get(Named.STAGE) == frozenset({0})
        and item.words.isascii()
        and " " not in item.words
    )


def read_amount_field(frame: Frame, params: dict[str, str]) -> None:
    amount = chosen(frame, Kind.AMOUNT, r"\bto|->|=>|→|=|:|\bis|\bnow|\bat|\bworth|到|为|成|是")
    if amount is not None:
        params["amount"] = _step_sign(frame, amount) + amount.words
    elif share := BY_PERCENT.search(frame.clean):
        sign = "-" if SHRINKS.search(frame.clean) else "+"
        params["amount"] = f"{sign}{share['percent']}"
    elif not frame.of(Kind.AMOUNT) and (bare := BARE_AMOUNT.search(without_dates(frame))):
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


def without_dates(frame: Frame) -> str:
    spans = [(item.start, item.end) for item in frame.of(Kind.WHEN, Kind.RHYTHM, Kind.DEAL)]
    return frame.without(*spans).clean


def read_shift(frame: Frame) -> tuple[str, tuple[int, int]] | None:
    """ "push it two weeks" as "+2 weeks", and where it stands."""
    match = SHIFT.search(frame.clean)
    if match is None or any(
        item.start < match.end() and match.start("n" if match["n"] else "zh") < item.end
        for item in frame.of(Kind.WHEN, Kind.DURATION, Kind.AMOUNT)
        if not item.is_day or not re.search(r"(?i)later|out|after|后|以后|之后|前", item.words)
    ):
        return None
    if match["zh"]:
        sign, number, unit = "-" if EARLIER.search(match["zh"]) else "+", match["n2"], match["u2"]
    else:
        said = f"{match['verb']} {match['after']} {(IN.search(match['mid']) and 'in') or ''}"
        sign, number, unit = "-" if EARLIER.search(said) else "+", match["n"], match["u"]
    return f"{sign}{read_whole(number)} {unit.lower()}", match.span()


IN = re.compile(r"\b(?:in|forward|up|earlier)\b", re.IGNORECASE)


def read_dates(frame: Frame, params: dict[str, str]) -> None:
    shift = read_shift(frame)
    if shift is not None and params.get("stage") not in {"Won", "Lost", "closed"}:
        params["close_date"] = shift[0]
        return
    days = [item for item in frame.of(Kind.WHEN) if item.is_day]
    day = chosen(Frame(frame.text, frame.clean, tuple(days)), Kind.WHEN, r"\bto|->|=>|→|until|\bby|\bon|=|:|到|至|为")
    if day is None:
        return
    segment = _segment(frame.clean, day.start)
    if "stage" in params and params["stage"] not in {"Won", "Lost", "closed"} and segment.strip() == day.words.strip():
        if not PAST.search(day.words):
            params["close_date"] = day.words
        return
    cued = CLOSE_CUE.search(segment) or re.search(r"->|=>|→|=", segment)
    open_stage = "stage" in params and params["stage"] not in {"Won", "Lost", "closed"}
    past = PAST.search(day.words)
    if open_stage and (past or not re.search(r"clos|sign|expected|date|预计|签|关闭", segment, re.IGNORECASE)):
        return
    if params.get("stage") in {"Won", "Lost", "closed"}:
        # Beside "signed" a day may be anything, such as when it starts; only one that dates the deed is its closing.
        if past or DATED.search(frame.clean[: day.start]) or not day.words.isascii():
            params["close_date"] = day.words
    elif cued:
        params["close_date"] = day.words


PAST = re.compile(r"yesterday|today|just|昨|今天|刚|ago|前天|last", re.IGNORECASE)


def _segment(clean: str, position: int) -> str:
    """The part of a sentence around a position, between commas."""
    start = max((m.end() for m in re.finditer(r"[,;，；](?!\d{3})|\band\b|\n", clean[:position])), default=0)
    stop = re.search(r"[,;，；](?!\d{3})|\n", clean[position:])
    return clean[start : position + stop.start() if stop else len(clean)]


def read_others(frame: Frame, params: dict[str, str]) -> None:
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
