"""A skill's form as fields: which kind each is, what it holds now, and what can be chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from bot.views.form import Chosen, Field, Kind
from skills.answer import Invocation
from skills.contract import Actor, Skill
from skills.errors import NotAllowed, NotFound
from skills.permissions import rights_of
from skills.references import reference
from skills.references.records import RECORD
from skills.runner import Assistant
from skills.text import Text, text
from skills.written import get_draft, get_enquiry
from store.models import Account, ActivityKind, BuyingRole, Category, Person, Product, Team
from store.money import Money
from store.named import list_named, list_opportunities_named
from store.opportunities import OpportunityRow, get_opportunity, list_stages
from store.people import get_organisation
from store.scope import Scope

KINDS: Mapping[str, Kind] = {
    "close_date": "day",
    "next_step_due": "day",
    "when": "day",
    "stage": "choice",
    "category": "choice",
    "kind": "choice",
    "role": "choice",
    "opportunity": "find",
    "about": "find",
    "account": "find",
    "product": "find",
    "owner": "find",
    "team": "find",
    "note": "lines",
    "next_step": "lines",
    "body": "lines",
    "questions": "lines",
    "question": "lines",
    "reason": "lines",
    "person": "find",
    "words": "lines",
}
"""How a parameter is asked for; the others are a line of text."""

LABELS: Mapping[str, Text] = {
    "opportunity": text("Opportunity"),
    "about": text("Opportunity or customer"),
    "account": text("Customer"),
    "name": text("Name"),
    "stage": text("Stage"),
    "amount": text("Amount"),
    "close_date": text("Close date"),
    "next_step": text("Next step"),
    "next_step_due": text("Next step due"),
    "loss_reason": text("Reason lost"),
    "category": text("Forecast category"),
    "competitor": text("Competitor"),
    "owner": text("Owner"),
    "product": text("Product"),
    "kind": text("Kind"),
    "note": text("Note"),
    "outcome": text("Outcome"),
    "when": text("When"),
    "duration": text("Duration"),
    "title": text("Title"),
    "body": text("What it says"),
    "questions": text("Questions that it answers"),
    "question": text("Question"),
    "audience": text("Readers"),
    "person": text("Person"),
    "reason": text("Reason"),
    "words": text("Text"),
    "channel": text("Channel"),
    "contact": text("Who"),
    "role": text("Part in the decision"),
    "email": text("E-mail address"),
}
HINTED = frozenset({"audience", "questions", "amount", "duration", "outcome", "loss_reason"})
"""Lines of text in which it helps to see what can be written."""
OFFERED = 20


@dataclass(frozen=True)
class Form:
    """A skill's fields for one person, and the record that they are about."""

    fields: tuple[Field, ...]
    about: str = ""


def get_form(assistant: Assistant, actor: Actor, skill: Skill, invocation: Invocation) -> Form:
    """The form for this invocation; raises `NotFound` where an opportunity in it is not one that the asker may see."""
    with assistant.database.session() as session:
        scope = _scope(session, actor)
        row = _opportunity(session, scope, str(invocation.params.get("opportunity", "")))
        enquiry = get_enquiry(session, str(invocation.params.get("enquiry", "")))
        now = _present(row) if row else get_draft(session, enquiry) if enquiry else {}
        given = {name: str(value) for name, value in invocation.params.items() if name in skill.form}
        missing = [
            name
            for name, field in skill.params.model_fields.items()
            if field.is_required() and name not in invocation.params and name not in skill.form
        ]
        choices = _choices(session, row)
        fields = []
        for name in (*missing, *skill.form):
            declared = skill.params.model_fields[name]
            held = given.get(name, now.get(name, ""))
            kind = KINDS.get(name, "line")
            fields.append(
                Field(
                    name=name,
                    label=LABELS.get(name) or Text(template=declared.description or name),
                    hint=Text(template=declared.description) if name in HINTED and declared.description else None,
                    kind=kind,
                    now=held,
                    now_label=_label(session, scope, held) if kind == "find" and held else "",
                    options=choices.get(name, ()),
                    required=declared.is_required(),
                )
            )
        return Form(tuple(fields), row.opportunity.name if row else "")


def list_options(assistant: Assistant, actor: Actor, name: str, words: str) -> list[Chosen]:
    """What fits the words typed so far into the field `name`, among what the asker may read."""
    with assistant.database.session() as session:
        found: list[Chosen] = []
        if name in ("opportunity", "about"):
            scope = _scope(session, actor)
            rows = list_opportunities_named(session, scope, words, limit=OFFERED)
            found += [Chosen(row.name, reference("opportunity", row.id)) for row in rows]
        for kind, model in _MODELS.items():
            if name == kind or (name == "owner" and kind == "person") or (name == "about" and kind == "account"):
                named: list[Any] = list(list_named(session, model, words, limit=OFFERED))
                found += [Chosen(row.name, reference(kind, row.id)) for row in named]
        return found


_MODELS: Mapping[str, type[Account] | type[Product] | type[Person] | type[Team]] = {
    "account": Account,
    "product": Product,
    "person": Person,
    "team": Team,
}


def _scope(session: Session, actor: Actor) -> Scope:
    person = session.get(Person, actor.id)
    if person is None:
        raise NotAllowed(text("I don't know you as a member of this sales team."))
    return rights_of(session, person, get_organisation(session)).read


def _opportunity(session: Session, scope: Scope, words: str) -> OpportunityRow | None:
    named = RECORD.match(words.strip())
    if named is None or named["kind"] != "opportunity":
        return None
    row = get_opportunity(session, scope, int(named["id"]))
    if row is None:
        raise NotFound(text("That opportunity is not there, or not one that you may see."))
    return row


def _present(row: OpportunityRow) -> dict[str, str]:
    """What the opportunity holds now, in the words that a skill takes."""
    opportunity = row.opportunity
    amount = "" if opportunity.amount_minor is None else _amount(Money(opportunity.amount_minor, opportunity.currency))
    days = {"close_date": opportunity.expected_close, "next_step_due": opportunity.next_step_due}
    return {
        "stage": row.stage,
        "amount": amount,
        "next_step": opportunity.next_step,
        "loss_reason": opportunity.loss_reason,
        "competitor": opportunity.competitor,
        "category": opportunity.category,
        "owner": reference("person", opportunity.owner_id),
        "name": opportunity.name,
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def _amount(money: Money) -> str:
    units = money.units
    return f"{money.currency} {units:,.0f}" if units == units.to_integral_value() else f"{money.currency} {units:,}"


def _choices(session: Session, row: OpportunityRow | None) -> dict[str, tuple[Chosen, ...]]:
    category = row.opportunity.category if row else ""
    categories = [one for one in Category if one is not Category.CLOSED or one == category]
    return {
        "stage": tuple(Chosen(stage.name, stage.name) for stage in list_stages(session)),
        "category": tuple(Chosen(one.value.replace("_", " "), one.value) for one in categories),
        "kind": tuple(Chosen(one.value, one.value) for one in ActivityKind),
        "role": tuple(Chosen(one.value.replace("_", " "), one.value.replace("_", " ")) for one in BuyingRole),
    }


def _label(session: Session, scope: Scope, held: str) -> str:
    named = RECORD.match(held.strip())
    if (one := _opportunity(session, scope, held)) is not None:
        return one.opportunity.name
    row: Any = session.get(_MODELS[named["kind"]], int(named["id"])) if named and named["kind"] in _MODELS else None
    return str(row.name) if row is not None else held
