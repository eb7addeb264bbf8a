"""Fields of an opportunity that a text sets. Whether to write them is decided elsewhere."""

import re

from bot.understanding.deals import deal_of
from bot.understanding.drafts import Draft, is_question, is_request, is_unreal, stripped
from bot.understanding.entities import Frame, Item, Kind
from bot.understanding.fields import (
    read_amount_field,
    read_dates,
    read_loss,
    read_next_step,
    read_others,
    read_outcome,
    read_stage,
)
from bot.understanding.patterns import DUE_BEFORE, ELSE_SPOKEN_OF, INTENDED, LOST, SEVERAL, VERBS, WON


def read_update(frame: Frame, subject: str | None) -> Draft | None:
    """Fields of an opportunity that the text sets. `subject` is what "it" means here."""
    frame = frame.with_days()
    subject = None if SEVERAL.search(frame.clean) else subject
    params: dict[str, str] = {}
    step_spans = read_next_step(frame, params)
    rest = frame.without(*step_spans)
    deal = (
        deal_of(rest)
        or _leading_deal(frame, step_spans, params)
        or deal_of(frame.without(*[(s, e) for s, e in step_spans[1:]]))
    )
    outcome = read_outcome(rest)
    reason_span = read_loss(rest, params, deal) if outcome == "Lost" else None
    rest = rest.without(reason_span) if reason_span else rest
    read_stage(rest, outcome, params)
    read_amount_field(rest, params)
    read_dates(rest, params)
    read_others(rest, params)
    if not params:
        return _bare_day(rest, deal)
    command = rest.clean if deal is None else rest.clean[: deal.start] + " X " + rest.clean[deal.end :]
    terse = deal is not None and _is_terse(rest, deal)
    asks = terse or _is_stated(rest) or VERBS.search(command) is not None or outcome is not None or bool(step_spans)
    sure = asks and not is_unreal(command) and not is_question(command)
    if _is_asking(frame, deal):
        sure = False
    if _contradicts(rest, outcome) or (outcome is None and ELSE_SPOKEN_OF.search(command)):
        sure = False
    if deal is not None:
        others = [item for item in rest.of(Kind.DEAL) if item.start >= deal.end]
        if others:
            sure = False
        return Draft("update", {"opportunity": deal.words.strip(), **params}, sure)
    if subject is None and HOW_TO.search(stripped(frame.clean)):
        return None
    if subject is not None:
        return Draft("update", {"opportunity": subject, **params}, sure)
    return Draft("update", params, sure, missing="opportunity")


HOW_TO = re.compile(r"^how (?:do|does|can|could|should|would|to)\b|^(?:怎么|怎样|如何)", re.IGNORECASE)
"""Asks for the way, and names no opportunity that could go it."""


def _is_asking(frame: Frame, deal: Item | None) -> bool:
    """Whether the part about the deal asks ("what's its next step?"): what follows an "is" is no value then."""
    if re.search(r"下一步(?:是|做|该做)?(?:什么|啥)|是(?:什么|多少|谁)", frame.clean):
        return True
    for part in re.finditer(r"[^?？.!。！\n]+(?:\.(?=\S)[^?？.!。！\n]+)*[?？]", frame.clean):
        about = deal is None or part.start() <= deal.start < part.end()
        if about and not is_request(part.group()):
            return True
    return False


def _is_terse(frame: Frame, deal: Item) -> bool:
    """ "acme to proposal", "acme amt 98,500": a deal and its values with only words between that join them."""
    kinds = {Kind.STAGE, Kind.AMOUNT, Kind.WHEN, Kind.PRODUCT}
    values = [item for item in frame.items if item.kind in kinds and item.start >= deal.end]
    if not values or frame.clean[: deal.start].strip():
        return False
    between = frame.clean[deal.end : values[0].start]
    left = frame.without((deal.start, deal.end), *((item.start, item.end) for item in values)).clean
    return bool(JOINING.search(between)) and not re.sub(JOINING_WORD, "", left).strip()


JOINING_WORD = re.compile(
    r"(?i)\b(?:is|was|to|at|on|in|now|amt|amount|value|worth|stage|date|close[sd]?|closing|and|then|the|for|by|us|deal)\b|[-=>→:：,，;；.!]|(?:金额|阶段|日期|到|改|为|是)"
)
JOINING = re.compile(r"(?i)\b(?:to|at|on|in|is|now|amt|amount|value|worth|stage)\b|[-=>→:：]|金额|阶段|到|改|为|是")


def _is_stated(frame: Frame) -> bool:
    """ "acme is verbal": the stage stands right after "is"."""
    return any(re.search(r"(?i)\bis (?:now )?$", frame.clean[: item.start]) for item in frame.of(Kind.STAGE))


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
