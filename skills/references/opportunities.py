"""Words that name an opportunity: its name, its account, whose it is, or all of it in one breath."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_
from sqlmodel import col, select

from skills.answer import Choice
from skills.contract import SkillContext
from skills.errors import NotAllowed, NotFound, Unclear
from skills.references.names import Candidate, Fit, Matches, match, pieces
from skills.references.records import CHOICES, RECORD, Resolved, reference
from skills.terms import STATUSES
from skills.text import Text, text, value
from store.models import Account, Opportunity, Person, Product, Stage, Status
from store.money import Money

FILLERS = re.compile(
    r"(?i)\b(?:the|my|our|a|this|that|opportunity|opportunities|opps?|oppty|deals?|account|one)\b|’s\b|'s\b"
    r"|(?:这个|那个|我的)|(?:商机|项目|单子|订单|客户|机会)$|的"
)
ROWS_AT_MOST = 20_000
"""How many opportunities are compared letter by letter; beyond that a name has to match by its words."""


@dataclass(frozen=True)
class Line:
    """What is needed of an opportunity to recognise it and to tell it from others."""

    id: int
    name: str
    account: str
    product: str
    owner: str
    owner_id: int
    stage: str
    status: str
    money: Money | None


def find_opportunity(
    context: SkillContext, words: str, param: str = "opportunity", status: str | None = None
) -> Resolved[Opportunity]:
    """The opportunity that the words name, among those the asker may see; open ones first, then the asker's own.

    `status` limits it to open, won or lost ones.
    """
    said = words.strip()
    exact = RECORD.match(said)
    if exact and exact["kind"] == "opportunity":
        return Resolved(_get(context, int(exact["id"])))
    bare = " ".join(FILLERS.sub(" ", said).split()) or said
    candidates = [_candidate(line) for line in _lines(context, bare)]
    matches = match(bare, candidates)
    if not matches.found:
        raise _missing(context, said, bare, matches, param)
    return _choose(context, said, matches, param, status)


def _get(context: SkillContext, opportunity_id: int) -> Opportunity:
    row = context.session.get(Opportunity, opportunity_id)
    if row is None:
        raise NotFound(text("That opportunity is no longer there."))
    if not context.own_scope.allows(row.owner_id):
        raise NotAllowed(
            text("That opportunity is not among those you may see."), text("Ask its owner or your manager.")
        )
    return row


def _candidate(line: Line) -> Candidate[Line]:
    return Candidate(line, line.name, (line.account,) if line.account else (), (line.product, line.owner, line.stage))


def _lines(context: SkillContext, bare: str) -> Sequence[Line]:
    """Opportunities that could be meant: by a word of their name or account; all of them where none has such a word."""
    words = [piece for piece in pieces(bare) if len(piece) > 1]
    close = [or_(func.lower(Opportunity.name).contains(word, autoescape=True),
                 func.lower(Account.name).contains(word, autoescape=True)) for word in words]  # fmt: skip
    found = _load(context, [or_(*close)]) if close else []
    if any(
        match(bare, [_candidate(line)]).fit <= Fit.BEGINNINGS and match(bare, [_candidate(line)]).found
        for line in found
    ):
        return found
    return _load(context, [])


def _load(context: SkillContext, conditions: Sequence[object]) -> list[Line]:
    query = (
        select(
            Opportunity.id, Opportunity.name, Account.name, Product.name, Person.name, Opportunity.owner_id, Stage.name,
            Opportunity.status, Opportunity.amount_minor, Opportunity.currency,
        )  # type: ignore[call-overload]
        .join(Person, col(Person.id) == Opportunity.owner_id)
        .join(Stage, col(Stage.id) == Opportunity.stage_id)
        .join(Account, col(Account.id) == Opportunity.account_id, isouter=True)
        .join(Product, col(Product.id) == Opportunity.product_id, isouter=True)
        .where(context.own_scope.clause(Opportunity.owner_id), *conditions)
        .order_by((col(Opportunity.status) == Status.OPEN).desc(), col(Opportunity.id).desc())
        .limit(ROWS_AT_MOST)
    )  # fmt: skip
    return [
        Line(row[0], row[1], row[2] or "", row[3] or "", row[4], row[5], row[6], row[7],
             None if row[8] is None else Money(row[8], row[9]))
        for row in context.session.exec(query).all()
    ]  # fmt: skip


def _choose(
    context: SkillContext, said: str, matches: Matches[Line], param: str, status: str | None
) -> Resolved[Opportunity]:
    lines = [candidate.value for candidate in matches.found]
    wanted = [line for line in lines if line.status == (status or Status.OPEN)]
    if status and not wanted:
        raise NotFound(
            text("“{words}” has no opportunity that is {status}.", words=said, status=STATUSES[status]),
            choices=_choices(lines, param),
        )
    pool = wanted or lines
    mine = [line for line in pool if line.owner_id == context.actor.id]
    doubt = None
    if len(pool) > 1 and len(mine) == 1:
        doubt = text("There are {count} that “{words}” can mean; I took yours.", count=len(pool), words=said)
        pool = mine
    if len(pool) > 1:
        raise Unclear(
            text("“{words}” can mean several opportunities. Which one?", words=said),
            choices=_choices(mine or pool, param),
        )
    chosen = pool[0]
    if matches.fit >= Fit.BEGINNINGS or not _leads(chosen, said):
        doubt = text("I took “{words}” as {name}.", words=said, name=chosen.name)
    return Resolved(_get(context, chosen.id), doubt)


def _leads(line: Line, said: str) -> bool:
    """Whether the words hold the beginning of a name, rather than only something from the middle of it."""
    spoken = pieces(said)
    firsts = {pieces(name)[0] for name in (line.name, line.account) if pieces(name)}
    return bool(firsts & set(spoken)) or any(not piece.isascii() for piece in spoken)


def _choices(lines: Sequence[Line], param: str) -> list[Choice]:
    return [Choice.of(_label(line), **{param: reference("opportunity", line.id)}) for line in lines[:CHOICES]]


def _label(line: Line) -> Text:
    if line.money is None:
        return text("{name}, {stage}, {owner}", name=line.name, stage=line.stage, owner=line.owner)
    return text(
        "{name}, {stage}, {amount}, {owner}",
        name=line.name,
        stage=line.stage,
        amount=value(line.money),
        owner=line.owner,
    )


def _missing(context: SkillContext, said: str, bare: str, matches: Matches[Line], param: str) -> NotFound:
    accounts = context.session.exec(select(Account)).all()
    account = match(bare, [Candidate(row, row.name) for row in accounts])
    if account.fit <= Fit.WORDS and len(account.found) == 1:
        return NotFound(
            text("**{account}** has no opportunity among those you may see.", account=account.found[0].name),
            text("Create one, or ask the account's owner."),
        )
    near = [candidate.value for candidate in matches.nearest]
    return NotFound(
        text("I find no opportunity “{words}” among those you may see.", words=said),
        text("Did you mean one of these?") if near else text("Check the spelling, or give the account's name."),
        choices=_choices(near, param),
    )
