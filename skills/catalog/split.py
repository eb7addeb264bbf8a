"""Who is credited with which share of an opportunity."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from pydantic import Field

from skills.answer import Block, Column, Table
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible
from skills.permissions import check_shown
from skills.references import find_opportunity, find_person
from skills.references.shares import read_shares
from skills.text import AnyValue, Text, listed, text, value
from store.change_log import FieldChange, RecordChange, RecordKind
from store.credits import list_splits
from store.ledger import parts
from store.models import WHOLE_SHARE, Credit, CreditSplit, Opportunity, Person, Role
from store.money import Money, rounded


class SplitParams(SkillParams):
    opportunity: str = Field(description=text("which opportunity").template)
    shares: str | None = Field(
        default=None,
        description=text(
            "who gets what, such as “60/40 between Dana and Marcus”, “Dana 60%, Marcus 40%” or “evenly between Dana "
            "and Marcus”; “none” gives all to the owner; shows how it is when left out"
        ).template,
    )
    kind: Literal["direct", "overlay"] = Field(
        default="direct",
        description=text("direct: the sale itself, shares add up to 100%; overlay: a ledger beside it").template,
    )


def run(context: SkillContext, params: SplitParams) -> Change:
    found = find_opportunity(context, params.opportunity)
    opportunity, kind = found.value, Credit(params.kind)
    check_shown(context, opportunity)
    rows = list_splits(context.session, opportunity.id or 0, kind)
    if params.shares is None or not params.shares.strip():
        return Change(records=(), headline=_described(context, opportunity))
    wanted, doubts = _wanted(context, opportunity, params.shares, kind)
    records = _records(context, opportunity, kind, rows, wanted)
    if not records:
        return Change(records=(), headline=_described(context, opportunity))
    return Change(
        records=records,
        headline=_headline(context, opportunity, kind, wanted),
        doubts=tuple(doubt for doubt in (found.doubt, *doubts) if doubt),
        blocks=_blocks(context, opportunity, kind, wanted),
    )


def _wanted(
    context: SkillContext, opportunity: Opportunity, words: str, kind: Credit
) -> tuple[Mapping[int, int], Sequence[Text]]:
    """Shares by person, in hundredths of a percent."""
    wanted: dict[int, int] = {}
    doubts: list[Text] = []
    for one in read_shares(words):
        person = find_person(context, one.name)
        doubts += [person.doubt] if person.doubt else []
        person_id = person.value.id or 0
        if person_id in wanted:
            raise Impossible(text("{name} is named twice.", name=person.value.name))
        if not 0 < one.share <= WHOLE_SHARE:
            raise Impossible(text("A share is more than 0% and at most 100%."))
        if not person.value.is_active(context.today):
            doubts.append(text("{name} is no longer here.", name=person.value.name))
        wanted[person_id] = one.share
    if kind is Credit.OVERLAY or not wanted:
        return wanted, doubts
    rest = WHOLE_SHARE - sum(wanted.values())
    if rest > 0 and opportunity.owner_id not in wanted:
        owner = context.session.get_one(Person, opportunity.owner_id)
        wanted[opportunity.owner_id] = rest
        share = Fraction(rest, WHOLE_SHARE)
        doubts.append(text("The rest, {share}, stays with {owner}.", share=share, owner=owner.name))
    elif rest:
        raise Impossible(
            text("The shares add up to {share}, not to 100%.", share=Fraction(WHOLE_SHARE - rest, WHOLE_SHARE)),
            text("Say who gets the whole, or use overlay for credit beside the sale."),
        )
    if list(wanted) == [opportunity.owner_id]:
        return {}, doubts
    return wanted, doubts


def _records(
    context: SkillContext,
    opportunity: Opportunity,
    kind: Credit,
    rows: Sequence[CreditSplit],
    wanted: Mapping[int, int],
) -> tuple[RecordChange, ...]:
    """Who is left out loses their row, who stays has another share, and who comes in gets a row."""
    # Whoever comes in goes first: a new row must not take the number of one that is gone.
    records = [_added(context, opportunity, kind, *new) for new in wanted.items() if new[0] not in _holders(rows)]
    for row in sorted(rows, key=lambda row: row.person_id not in wanted):
        share = wanted.get(row.person_id)
        if share == row.share:
            continue
        held = {"opportunity_id": row.opportunity_id, "person_id": row.person_id, "kind": row.kind, "share": row.share}
        gone = tuple(FieldChange(field=field, old=old) for field, old in held.items())
        kept = (FieldChange(field="share", old=row.share, new=share),)
        records.append(
            RecordChange(
                kind=RecordKind.SPLIT,
                id=row.id,
                version=row.version,
                label=_label(context, opportunity, row.person_id),
                fields=gone if share is None else kept,
                deletes=share is None,
            )
        )
    return tuple(records)


def _holders(rows: Sequence[CreditSplit]) -> set[int]:
    return {row.person_id for row in rows}


def _added(context: SkillContext, opportunity: Opportunity, kind: Credit, person_id: int, share: int) -> RecordChange:
    values = {"opportunity_id": opportunity.id, "person_id": person_id, "kind": kind.value, "share": share}
    fields = tuple(FieldChange(field=field, new=new, derived=field != "share") for field, new in values.items())
    return RecordChange(kind=RecordKind.SPLIT, label=_label(context, opportunity, person_id), fields=fields)


def _label(context: SkillContext, opportunity: Opportunity, person_id: int) -> str:
    return f"{opportunity.name}, {context.session.get_one(Person, person_id).name}"


def _headline(context: SkillContext, opportunity: Opportunity, kind: Credit, wanted: Mapping[int, int]) -> Text:
    if kind is Credit.OVERLAY:
        if not wanted:
            return text("**{opportunity}**: no overlay credit.", opportunity=opportunity.name)
        return text(
            "Overlay credit on **{opportunity}**: {shares}.",
            opportunity=opportunity.name,
            shares=_shares(context, wanted),
        )
    if not wanted:
        owner = context.session.get_one(Person, opportunity.owner_id)
        return text("**{opportunity}** is credited to {owner} alone.", opportunity=opportunity.name, owner=owner.name)
    return text(
        "**{opportunity}** is credited to {shares}.", opportunity=opportunity.name, shares=_shares(context, wanted)
    )


def _shares(context: SkillContext, wanted: Mapping[int, int]) -> Text:
    people = ((context.session.get_one(Person, person_id), share) for person_id, share in wanted.items())
    return listed([text("{name} {share}", name=one.name, share=Fraction(share, WHOLE_SHARE)) for one, share in people])


def _described(context: SkillContext, opportunity: Opportunity) -> Text:
    """How it is credited now, in both ledgers."""
    held = {
        kind: {row.person_id: row.share for row in list_splits(context.session, opportunity.id or 0, kind)}
        for kind in Credit
    }
    direct = _headline(context, opportunity, Credit.DIRECT, held[Credit.DIRECT])
    if not held[Credit.OVERLAY]:
        return direct
    overlay = _headline(context, opportunity, Credit.OVERLAY, held[Credit.OVERLAY])
    return text("{direct} {overlay}", direct=direct, overlay=overlay)


def _blocks(
    context: SkillContext, opportunity: Opportunity, kind: Credit, wanted: Mapping[int, int]
) -> tuple[Block, ...]:
    """What each of them gets of the amount."""
    if not wanted:
        return ()
    amounts: Sequence[int | None] = [None] * len(wanted)
    minor = opportunity.amount_minor
    if minor is not None and kind is Credit.DIRECT:
        amounts = parts(minor, list(wanted.values()))
    elif minor is not None:
        amounts = [rounded(Fraction(minor * share, WHOLE_SHARE)) for share in wanted.values()]
    rows: list[tuple[AnyValue, ...]] = []
    for (person_id, share), amount in zip(wanted.items(), amounts, strict=True):
        name = context.session.get_one(Person, person_id).name
        money = text("no amount") if amount is None else value(Money(amount, opportunity.currency))
        rows.append((value(name), value(Fraction(share, WHOLE_SHARE)), money))
    columns = (
        Column(label=text("Person")),
        Column(label=text("Share"), numeric=True),
        Column(label=text("Amount"), numeric=True),
    )
    return (Table(title=text("Credit"), columns=columns, rows=tuple(rows)),)


SKILL = Skill(
    name="split",
    summary=text("Share the credit for an opportunity between people"),
    params=SplitParams,
    run=run,
    needs=Role.MANAGER,
    effect=Effect.WRITE,
    aliases=("credit",),
    form=("opportunity", "shares", "kind"),
    examples=(
        Example(
            "split acme 60/40 between dana and marcus",
            SplitParams(opportunity="acme", shares="60/40 between dana and marcus"),
        ),
        Example(
            "split acme evenly between dana and marcus",
            SplitParams(opportunity="acme", shares="evenly between dana and marcus"),
        ),
        Example("credit sam 25% overlay on acme", SplitParams(opportunity="acme", shares="sam 25%", kind="overlay")),
        Example("give dana 70% and sam 30% of acme", SplitParams(opportunity="acme", shares="dana 70%, sam 30%")),
        Example("how is the credit for acme split", SplitParams(opportunity="acme")),
        Example("who gets credit for acme", SplitParams(opportunity="acme")),
        Example("remove the split on acme", SplitParams(opportunity="acme", shares="none")),
        Example("acme 的业绩 dana 和 marcus 六四分", SplitParams(opportunity="acme", shares="60/40 dana 和 marcus")),
        Example(
            "把 acme 按 60/40 分给 dana 和 marcus", SplitParams(opportunity="acme", shares="60/40 分给 dana 和 marcus")
        ),
        Example("acme 由 dana 和 sam 平分", SplitParams(opportunity="acme", shares="dana 和 sam 平分")),
        Example("取消 acme 的分成", SplitParams(opportunity="acme", shares="none")),
    ),
)
