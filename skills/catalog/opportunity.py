"""One opportunity in full: its fields, its people, what was done, and its history in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pydantic import Field
from sqlmodel import Session

from skills.answer import Action, Answer, Block, Bullets, Fact, Facts, Invocation, Subject
from skills.change import ShownChange, list_shown
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.envelope import Envelope
from skills.errors import NotFound
from skills.figure import Figure, RecordFilter
from skills.flags import described
from skills.permissions import check_shown
from skills.references import find_opportunity
from skills.standing import Judged, get_judged
from skills.terms import BUYING_ROLES, CATEGORIES, DIRECTIONS, KINDS, reason_words
from skills.text import Moment, Text, text, verbatim
from skills.wording import enumeration
from store.accounts import list_contacts
from store.activities import ActivityRow, list_activities
from store.change_log import CREATED, DELETED, RecordChange, RecordKind, list_entries
from store.models import (
    ChangeEntry,
    Contact,
    Direction,
    Person,
    Product,
    Source,
    Status,
)
from store.money import Money
from store.opportunities import ContactRole, OpportunityRow, get_opportunity, list_contact_roles
from store.reversal import field_change

ACTIVITIES = 5
CHANGES = 10
CONTACTS = 8
EXCERPT = 160

AMOUNT = text("The opportunity's amount, as it is recorded.")


class OpportunityParams(SkillParams):
    opportunity: str = Field(description=text("which opportunity: its name or its customer's").template)


@dataclass(frozen=True)
class Event:
    """What one person changed at once."""

    day: dt.date
    recorded_on: dt.date | None
    """When it was written down, where that was not the day on which it held."""
    who: Text
    created: bool
    fields: tuple[ShownChange, ...]
    reason: str


@dataclass(frozen=True)
class OpportunityView:
    row: OpportunityRow
    product: str | None
    roles: tuple[ContactRole, ...]
    contacts: tuple[Contact, ...]
    """People at the account who have no role yet."""
    activities: tuple[ActivityRow, ...]
    events: tuple[Event, ...]
    """Newest first."""
    judged: Judged | None
    """What puts it at risk; None once it is closed."""
    may_change: bool
    as_of: dt.datetime
    today: dt.date
    zone: str
    doubt: Text | None


def run(context: SkillContext, params: OpportunityParams) -> OpportunityView:
    found = find_opportunity(context, params.opportunity)
    session, opportunity_id = context.session, found.value.id or 0
    check_shown(context, found.value)
    row = get_opportunity(session, context.scope, opportunity_id)
    if row is None:
        raise NotFound(text("That opportunity is no longer there."))
    one = row.opportunity
    roles = list_contact_roles(session, context.scope, opportunity_id)
    known = {role.contact.id for role in roles}
    others = list_contacts(session, one.account_id) if one.account_id else ()
    product = session.get(Product, one.product_id) if one.product_id else None
    return OpportunityView(
        row=row,
        product=product.name if product else None,
        roles=tuple(roles),
        contacts=tuple(contact for contact in others if contact.id not in known),
        activities=tuple(list_activities(session, context.scope, limit=ACTIVITIES, opportunity_id=opportunity_id)),
        events=_events(session, row, context),
        judged=get_judged(context, context.scope, opportunity_id),
        may_change=context.write_scope.allows(one.owner_id),
        as_of=context.now,
        today=context.today,
        zone=context.actor.zone,
        doubt=found.doubt,
    )


def _events(session: Session, row: OpportunityRow, context: SkillContext) -> tuple[Event, ...]:
    entries = list_entries(session, RecordKind.OPPORTUNITY, row.opportunity.id or 0)
    events = [
        _event(session, row, context, list(together))
        for _, together in groupby(entries, key=lambda entry: (entry.change_id, entry.effective_on))
    ]
    told = [event for event in events if event.created or event.fields]
    told.sort(key=lambda event: event.day)
    return tuple(reversed(told))


def _event(session: Session, row: OpportunityRow, context: SkillContext, entries: Sequence[ChangeEntry]) -> Event:
    first = entries[0]
    changed = RecordChange(
        kind=RecordKind.OPPORTUNITY,
        id=row.opportunity.id,
        label=row.opportunity.name,
        fields=tuple(field_change(entry) for entry in entries if entry.field not in (CREATED, DELETED)),
    )
    created = any(entry.field == CREATED for entry in entries)
    shown = list_shown(session, [changed])
    if created:
        shown = tuple(item for item in shown if item.field in ("stage", "amount", "owner"))
    recorded_on = context.organisation.day_of(first.recorded_at)
    imported = first.source in (Source.IMPORT, Source.DEMO)
    return Event(
        day=first.effective_on,
        recorded_on=None if imported or recorded_on == first.effective_on else recorded_on,
        who=_who(session, first),
        created=created,
        fields=shown,
        reason=first.reason,
    )


def _who(session: Session, entry: ChangeEntry) -> Text:
    person = session.get(Person, entry.actor_id) if entry.actor_id else None
    if person is not None:
        return verbatim(person.name)
    return text("imported") if entry.source == Source.IMPORT else text("unknown")


def present(view: OpportunityView) -> Answer:
    one = view.row.opportunity
    return Answer(
        headline=_headline(view),
        blocks=_blocks(view),
        figures=_figures(view),
        actions=_actions(view),
        notes=(*((view.doubt,) if view.doubt else ()), text("As of {day}.", day=view.today)),
        subject=Subject(kind="opportunity", id=one.id or 0, label=one.name),
    )


def _money(view: OpportunityView) -> Money | None:
    one = view.row.opportunity
    return None if one.amount_minor is None else Money(one.amount_minor, one.currency)


def _headline(view: OpportunityView) -> Text:
    one, money = view.row.opportunity, _money(view)
    amount: Text = text("no amount yet") if money is None else text("{it}", it=money)
    if one.status != Status.OPEN and one.closed_on is not None:
        return text(
            "**{name}**: {stage} on {day}, {amount}. Owner: {owner}.",
            name=one.name,
            stage=view.row.stage,
            day=one.closed_on,
            amount=amount,
            owner=view.row.owner,
        )
    if one.expected_close is None:
        return text(
            "**{name}**: {stage}, {amount}, no close date. Owner: {owner}.",
            name=one.name,
            stage=view.row.stage,
            amount=amount,
            owner=view.row.owner,
        )
    return text(
        "**{name}**: {stage}, {amount}, expected to close {day}. Owner: {owner}.",
        name=one.name,
        stage=view.row.stage,
        amount=amount,
        day=one.expected_close,
        owner=view.row.owner,
    )


def _figures(view: OpportunityView) -> tuple[Figure, ...]:
    one = view.row.opportunity
    envelope = Envelope(view.as_of, records=RecordFilter(ids=(one.id or 0,)), filters=(verbatim(one.name),))
    return (
        envelope.money(
            "amount", text("Amount"), AMOUNT, _money(view), currency=one.currency, reason=text("no amount yet"), count=1
        ),
    )


def _blocks(view: OpportunityView) -> tuple[Block, ...]:
    blocks: list[Block] = [Facts(facts=tuple(_facts(view)))]
    if view.judged and (view.judged.findings or view.judged.snoozed):
        title = text("To watch") if view.judged.findings and not view.judged.at_risk else text("At risk")
        blocks.append(Bullets(title=title, items=tuple(_risks(view.judged))))
    if view.roles or view.contacts:
        blocks.append(Bullets(title=text("Contacts"), items=tuple(_people(view))))
    if view.activities:
        items = tuple(_activity(row, view.zone) for row in view.activities)
        blocks.append(Bullets(title=text("Last activities"), items=items))
    if view.events:
        items = tuple(_told(event) for event in view.events[:CHANGES])
        if len(view.events) > CHANGES:
            items += (text("and {count} earlier changes", count=len(view.events) - CHANGES),)
        blocks.append(Bullets(title=text("History"), items=items))
    return tuple(blocks)


def _facts(view: OpportunityView) -> list[Fact]:
    one = view.row.opportunity
    facts = [
        Fact(label=text("Account"), value=verbatim(view.row.account or "–")),
        Fact(label=text("Owner"), value=verbatim(view.row.owner)),
        Fact(label=text("Stage"), value=verbatim(view.row.stage)),
    ]
    money = _money(view)
    facts.append(Fact(label=text("Amount"), value=text("–") if money is None else text("{it}", it=money)))
    if one.status == Status.OPEN:
        facts.append(Fact(label=text("Close date"), value=_close(one.expected_close, view.today)))
        facts.append(Fact(label=text("Next step"), value=_next_step(view)))
        facts.append(Fact(label=text("Forecast"), value=CATEGORIES[one.category]))
    elif one.closed_on is not None:
        facts.append(Fact(label=text("Closed"), value=text("{day}", day=one.closed_on)))
    if one.opened_on is not None:
        facts.append(Fact(label=text("Opened"), value=text("{day}", day=one.opened_on)))
    for label, words in (
        (text("Product"), view.product),
        (text("Competitor"), one.competitor),
        (text("Source"), one.source),
    ):
        if words:
            facts.append(Fact(label=label, value=verbatim(words)))
    if one.status == Status.LOST and one.loss_reason:
        facts.append(Fact(label=text("Reason lost"), value=reason_words(one.loss_reason)))
    return facts


def _risks(judged: Judged) -> list[Text]:
    put_off = [
        text(
            "{what} Put off until {day}: {reason}",
            what=described(snoozed.finding),
            day=snoozed.until,
            reason=snoozed.reason,
        )
        for snoozed in judged.snoozed
    ]
    return [*(described(finding) for finding in judged.findings), *put_off]


def _close(day: dt.date | None, today: dt.date) -> Text:
    if day is None:
        return text("–")
    return text("{day} (passed)", day=day) if day < today else text("{day}", day=day)


def _next_step(view: OpportunityView) -> Text:
    one = view.row.opportunity
    if not one.next_step:
        return text("none")
    if one.next_step_due is None:
        return verbatim(one.next_step)
    if one.next_step_due < view.today:
        return text("{what}, was due {day}", what=one.next_step, day=one.next_step_due)
    return text("{what}, due {day}", what=one.next_step, day=one.next_step_due)


def _people(view: OpportunityView) -> list[Text]:
    items = []
    for _, parts in groupby(view.roles, key=lambda role: role.contact.id):
        together = list(parts)
        named = [BUYING_ROLES[part.role] for part in together]
        items.append(text("{name}: {roles}", name=_contact(together[0].contact), roles=enumeration(named)))
    shown = view.contacts[: max(0, CONTACTS - len(items))]
    items += [text("{name}: no role yet", name=_contact(contact)) for contact in shown]
    if len(view.contacts) > len(shown):
        items.append(text("and {count} more at the account", count=len(view.contacts) - len(shown)))
    return items


def _contact(contact: Contact) -> Text:
    if not contact.title:
        return verbatim(contact.name)
    return text("{name} ({title})", name=contact.name, title=contact.title)


def _activity(row: ActivityRow, zone: str) -> Text:
    one = row.activity
    what = KINDS[one.kind]
    parts: list[Text] = []
    if one.direction in (Direction.INBOUND, Direction.OUTBOUND):
        parts.append(DIRECTIONS[one.direction])
    if row.contact:
        parts.append(verbatim(row.contact))
    if one.outcome:
        parts.append(verbatim(one.outcome))
    if one.note:
        note = " ".join(one.note.split())
        parts.append(verbatim(note if len(note) <= EXCERPT else f"{note[: EXCERPT - 1]}…"))
    when = Moment(value=one.occurred_at, zone=zone)
    for part in parts:
        what = text("{said}, {more}", said=what, more=part)
    return text("{when}  {who}: {what}", when=when, who=row.person, what=what)


def _told(event: Event) -> Text:
    said = [_field(item) for item in event.fields]
    what = enumeration([text("created"), *said]) if event.created else enumeration(said)
    if event.reason:
        what = text("{what} ({reason})", what=what, reason=event.reason)
    if event.recorded_on is not None:
        return text(
            "{day}  {who}: {what} [recorded {recorded}]",
            day=event.day,
            who=event.who,
            what=what,
            recorded=event.recorded_on,
        )
    return text("{day}  {who}: {what}", day=event.day, who=event.who, what=what)


def _field(item: ShownChange) -> Text:
    old, new = item.words
    if new is None:
        return text("{field} removed (was {old})", field=item.label, old=old or "–")
    if old is None:
        return text("{field} {new}", field=item.label, new=new)
    return text("{field} {old} → {new}", field=item.label, old=old, new=new)


def _actions(view: OpportunityView) -> tuple[Action, ...]:
    record = f"opportunity:{view.row.opportunity.id}"
    prepare = Action(label=text("Prepare a call"), invocation=Invocation.of("prep", about=record))
    if not view.may_change:
        return (prepare,)
    edit = Invocation.of("update", opportunity=record)
    call = Invocation.of("log", kind="call", about=record)
    return (
        Action(label=text("Edit"), kind="form", invocation=edit),
        prepare,
        Action(label=text("Log a call"), kind="form", invocation=call),
    )


SKILL = Skill(
    name="opportunity",
    summary=text("One opportunity with its people, activities and history"),
    params=OpportunityParams,
    run=run,
    present=present,
    aliases=("deal", "opp", "show"),
    examples=(
        Example("show me the acme deal", OpportunityParams(opportunity="acme")),
        Example("what's going on with Brandt Paper", OpportunityParams(opportunity="Brandt Paper")),
        Example("status of the acme opportunity", OpportunityParams(opportunity="acme")),
        Example("where are we with lakeshore", OpportunityParams(opportunity="lakeshore")),
        Example("history of the acme pilot", OpportunityParams(opportunity="acme pilot")),
        Example("who is involved at acme", OpportunityParams(opportunity="acme")),
        Example("what's the next step for rio claro", OpportunityParams(opportunity="rio claro")),
        Example("when does acme close", OpportunityParams(opportunity="acme")),
        Example("how big is the acme deal", OpportunityParams(opportunity="acme")),
        Example("details on opportunity:42", OpportunityParams(opportunity="opportunity:42")),
        Example("who owns the lakeshore deal", OpportunityParams(opportunity="lakeshore")),
        Example("acme这个单子什么情况", OpportunityParams(opportunity="acme")),
        Example("华东水务的商机详情", OpportunityParams(opportunity="华东水务")),
        Example("看看acme的进展", OpportunityParams(opportunity="acme")),
        Example("acme的历史记录", OpportunityParams(opportunity="acme")),
    ),
)
