"""Full names of opportunities in a text, closed ones too: a full name wins over the names that it is made of."""

import re
from collections.abc import Iterable

from sqlmodel import Session, col, or_, select

from bot.understanding.entities import Frame, Item, Kind
from skills.references.vocabulary import Mention, Named
from store.models import Opportunity
from store.scope import Scope

PASTED = re.compile(
    r"\s?[–—]\s?[^\W\d][\w ]*(?:, [A-Z0-9\u4e00-\u9fff][\w-]*(?: [\w-]+){0,2}(?:, \w+ \d+)?)(?=\s*[?!.？！。]*$)"
)
"""A dash that hardly anybody types, and more after it: the rest of a name that was copied whole."""


def with_full_names(session: Session, scope: Scope, frame: Frame) -> Frame:
    """The frame in which an opportunity that is named in full is one deal, however its name is put together.

    The vocabulary holds open opportunities only; here those of the customers that the text names are looked through.
    None is found outside the scope, so that a name that may not be seen is no different from one that is not there.
    """
    deals = [item.mention for item in frame.of(Kind.DEAL) if item.mention]
    accounts = _ids(deals, Named.ACCOUNT)
    opportunities = _ids(deals, Named.OPPORTUNITY)
    if not accounts and not opportunities:
        return frame
    theirs = select(Opportunity.account_id).where(col(Opportunity.id).in_(opportunities))
    rows = session.exec(
        select(Opportunity.id, Opportunity.name).where(
            scope.clause(Opportunity.owner_id),
            or_(col(Opportunity.account_id).in_(accounts), col(Opportunity.account_id).in_(theirs)),
        )
    ).all()
    said = set(_words(frame.clean))
    found: dict[tuple[int, int], set[int]] = {}
    for opportunity_id, name in rows:
        words = _words(name)
        if len(words) > 1 and said.issuperset(words):
            name_said = re.compile(
                r"(?<![A-Za-z0-9])" + r"\W+".join(map(re.escape, words)) + r"(?![A-Za-z0-9])", re.IGNORECASE
            )
            for place in name_said.finditer(frame.clean):
                found.setdefault(place.span(), set()).add(opportunity_id or 0)
    items = list(frame.items)
    for (start, end), ids in sorted(found.items(), key=lambda each: each[0][0] - each[0][1]):
        parts = [item for item in items if item.start < end and start < item.end]
        if any(item.start < start or end < item.end or item.kind is Kind.QUOTE for item in parts):
            continue
        words_there = frame.clean[start:end]
        mention = Mention(start, end, words_there, {Named.OPPORTUNITY: frozenset(ids)}, whole=True)
        items = [item for item in items if item not in parts]
        items.append(Item(Kind.DEAL, start, end, words_there, mention))
    return _with_pasted(Frame(frame.text, frame.clean, tuple(sorted(items, key=lambda item: item.start))))


def _with_pasted(frame: Frame) -> Frame:
    """A copied name that is none of those, up to where it ends, rather than another opportunity of the customer."""
    for deal in frame.of(Kind.DEAL):
        dash = re.search("[–—]", frame.clean[deal.start : deal.end])
        rest = PASTED.match(frame.clean, deal.start + dash.start() if dash else deal.end)
        if rest is None or rest.end() <= deal.end:
            continue
        inside = [item for item in frame.items if deal.start <= item.start < rest.end()]
        if all(item.kind in {Kind.DEAL, Kind.PRODUCT} for item in inside):
            whole = Item(Kind.DEAL, deal.start, rest.end(), frame.clean[deal.start : rest.end()])
            kept = [item for item in frame.items if item not in inside]
            return Frame(frame.text, frame.clean, tuple(sorted([*kept, whole], key=lambda item: item.start)))
    return frame


def _ids(mentions: Iterable[Mention], kind: Named) -> frozenset[int]:
    return frozenset().union(*(mention.means.get(kind, frozenset()) for mention in mentions))


def _words(words: str) -> list[str]:
    return re.findall(r"\w+", words.casefold())
