"""Two requests in one message: the first is done, the second is offered."""

import re
from collections.abc import Callable

from bot.understanding.drafts import Draft
from bot.understanding.entities import Frame, Kind
from bot.understanding.intents import Ranked

JOINT = re.compile(
    r"[,;，；。.]?\s+(?:and then|then|and also|and|also|plus)\s+|[;；。]\s*|[,，]?\s*(?:然后|并且|再|同时|顺便)",
    re.IGNORECASE,
)
FREE_TEXT = frozenset({"note", "next_step", "loss_reason", "question", "objection"})
SURE_ENOUGH = 3.0


def split_parts(frame: Frame, rank: Callable[[Frame], list[Ranked]]) -> tuple[Draft, Draft] | None:
    """The two requests; None where the message holds one, or words that may belong to a note."""
    for joint in JOINT.finditer(frame.clean):
        left, right = frame.within(0, joint.start()), frame.within(joint.end(), len(frame.clean))
        if not right.clean.strip() or not left.clean.strip() or _inside(frame, joint):
            continue
        first = _sure(rank(left))
        if first is None or FREE_TEXT & first.params.keys():
            continue
        second = _sure(_with_deal(rank(right), first))
        if second is None or second.skill == first.skill:
            continue
        return first, second
    return None


def _inside(frame: Frame, joint: re.Match[str]) -> bool:
    return any(
        item.start < joint.end() and joint.start() < item.end for item in frame.items if item.kind is not Kind.QUOTE
    )


def _with_deal(ranked: list[Ranked], first: Draft) -> list[Ranked]:
    """ "and move it to proposal": it is the deal of the first request."""
    deal = first.params.get("opportunity") or first.params.get("about") or first.params.get("account")
    done = []
    for item in ranked:
        draft = item.draft
        if draft.missing in {"opportunity", "about"} and deal:
            draft = Draft(draft.skill, {draft.missing: deal, **draft.params}, draft.sure)
        done.append(Ranked(draft, item.score))
    return done


def _sure(ranked: list[Ranked]) -> Draft | None:
    if not ranked or ranked[0].score < SURE_ENOUGH or not ranked[0].draft.sure or ranked[0].draft.missing:
        return None
    return ranked[0].draft
