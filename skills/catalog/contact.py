"""Who takes part in a decision: people at the customer, and the part that each plays in an opportunity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from skills.answer import Block, Choice, Column, Table
from skills.change import Change
from skills.contract import Effect, Example, Skill, SkillContext, SkillParams
from skills.errors import Impossible, NotFound, Unclear
from skills.permissions import check_shown
from skills.references import find_opportunity
from skills.references.names import Candidate, Fit, match
from skills.terms import BUYING_ROLES
from skills.text import AnyValue, Text, text, value
from store.accounts import list_contacts
from store.change_log import FieldChange, RecordChange, RecordKind
from store.models import BuyingRole, Contact, Opportunity
from store.opportunities import ContactRole, list_contact_roles

ROLE_WORDS: Mapping[BuyingRole, tuple[str, ...]] = {
    BuyingRole.ECONOMIC_BUYER: (
        *(
            "economic buyer",
            "buyer",
            "signer",
            "signatory",
            "budget holder",
            "budget owner",
            "signs",
            "holds the budget",
        ),
        *("经济决策人", "经济决策者", "经济买家", "拍板人", "拍板", "签字人", "签字", "预算负责人", "预算人"),
    ),
    BuyingRole.DECISION_MAKER: ("decision maker", "decider", "decides", "makes the decision", "决策人", "决策者"),
    BuyingRole.CHAMPION: ("champion", "advocate", "supporter", "内部支持者", "支持者", "拥护者"),
    BuyingRole.COACH: ("coach", "guide", "教练", "内线", "线人"),
    BuyingRole.TECHNICAL: (
        "technical buyer",
        "technical evaluator",
        "technical",
        "evaluator",
        "技术把关人",
        "技术负责人",
    ),
    BuyingRole.USER: ("user", "end user", "key user", "用户", "使用者", "使用人"),
    BuyingRole.INFLUENCER: ("influencer", "influences", "影响者", "影响人"),
    BuyingRole.PROCUREMENT: ("procurement", "purchasing", "purchaser", "采购", "采购人"),
    BuyingRole.LEGAL: ("legal", "lawyer", "counsel", "法务", "律师"),
    BuyingRole.SECURITY: ("security", "security officer", "ciso", "安全", "信息安全"),
    BuyingRole.BLOCKER: ("blocker", "opponent", "against us", "反对者", "阻碍者"),
    BuyingRole.SPONSOR: ("sponsor", "executive sponsor", "exec sponsor", "发起人", "高层支持者", "赞助人"),
    BuyingRole.PARTNER: ("partner", "consultant", "合作伙伴", "伙伴", "顾问"),
}
"""What people call the parts."""
SAME_NAME = (Fit.EXACT, Fit.WORDS)
NEW = "new:"
"""Before the name of somebody who is none of those with nearly that name."""


class ContactParams(SkillParams):
    opportunity: str = Field(description=text("which opportunity").template)
    contact: str | None = Field(
        default=None, description=text("who there, by name; shows who is known when left out").template
    )
    role: str | None = Field(
        default=None, description=text("the part in the decision, such as economic buyer or champion").template
    )
    title: str | None = Field(default=None, description=text("job title").template)
    email: str | None = Field(default=None, description=text("e-mail address").template)
    remove: Literal["yes"] | None = Field(
        default=None, description=text("yes when they no longer play that part").template
    )


@dataclass(frozen=True)
class _Case:
    context: SkillContext
    opportunity: Opportunity
    roles: Sequence[ContactRole]
    params: ContactParams


def run(context: SkillContext, params: ContactParams) -> Change:
    found = find_opportunity(context, params.opportunity)
    opportunity = found.value
    check_shown(context, opportunity)
    roles = list_contact_roles(context.session, context.scope, opportunity.id or 0)
    case = _Case(context, opportunity, roles, params)
    if not (params.contact or "").strip():
        return _known(case)
    role = read_role(params.role) if params.role else None
    contact = _find(case)
    change = _removed(case, contact, role) if params.remove else _named(case, contact, role)
    doubts = (found.doubt, *change.doubts)
    return change.model_copy(update={"doubts": tuple(doubt for doubt in doubts if doubt)})


def read_role(words: str) -> BuyingRole:
    """The part that the words name. Raises `Unclear`."""
    said = (
        " ".join(words.casefold().replace("_", " ").replace("-", " ").split()).removeprefix("the ").removeprefix("our ")
    )
    for role, names in ROLE_WORDS.items():
        if said == role.value.replace("_", " ") or said in names:
            return role
    raise Unclear(
        text("I don't know “{words}” as a part in a decision.", words=words),
        text("Which of these?"),
        choices=[Choice.of(name, role=role) for role, name in BUYING_ROLES.items()][:5],
    )


def _find(case: _Case) -> Contact | None:
    """Who is meant among the people of the customer; None where nobody there has such a name."""
    words, account_id = (case.params.contact or "").strip(), case.opportunity.account_id
    people = list_contacts(case.context.session, account_id) if account_id else []
    here = {contact.id: contact for contact in (*people, *(one.contact for one in case.roles))}
    if words.startswith("contact:"):
        chosen = next((one for one in here.values() if words == f"contact:{one.id}"), None)
        if chosen is None:
            raise NotFound(text("That person is not among the contacts of this customer."))
        return chosen
    if words.startswith(NEW):
        return None
    matches = match(words, [Candidate(one, one.name, ((one.email or ""),)) for one in here.values()])
    if matches.found and matches.fit in SAME_NAME and len(matches.found) == 1:
        return matches.found[0].value
    near = [one.value for one in (*matches.found, *matches.nearest)]
    if near:
        new = Choice.of(text("Somebody new: {name}", name=words), contact=f"{NEW}{words}")
        raise Unclear(
            text("Whom do you mean by “{words}”?", words=words),
            choices=[*(Choice.of(_called(one), contact=f"contact:{one.id}") for one in near[:4]), new],
        )
    return None


def _called(contact: Contact) -> Text:
    if contact.title:
        return text("{name} ({title})", name=contact.name, title=contact.title)
    return text("{name}", name=contact.name)


def _named(case: _Case, contact: Contact | None, role: BuyingRole | None) -> Change:
    params, opportunity = case.params, case.opportunity
    said = {"title": (params.title or "").strip(), "email": (params.email or "").strip().casefold()}
    given = {field: words for field, words in said.items() if words}
    records: list[RecordChange] = []
    doubts: list[Text] = []
    name = contact.name if contact else " ".join((params.contact or "").removeprefix(NEW).split())
    if contact is None:
        if opportunity.account_id is None:
            raise Impossible(
                text("**{name}** has no customer yet, so nobody can be named there.", name=opportunity.name),
                text("Say which customer it is with first."),
            )
        new: dict[str, str | int] = {"name": name, "account_id": opportunity.account_id, **given}
        records.append(_made(RecordKind.CONTACT, name, new))
        doubts.append(text("{name} is not among the contacts of this customer yet.", name=name))
    else:
        changed = {field: words for field, words in given.items() if words != (getattr(contact, field) or "")}
        if changed:
            records.append(
                RecordChange(
                    kind=RecordKind.CONTACT,
                    id=contact.id,
                    version=contact.version,
                    label=name,
                    fields=tuple(
                        FieldChange(field=field, old=getattr(contact, field) or None, new=words)
                        for field, words in changed.items()
                    ),
                )
            )
    if role is not None and not any(_plays(one, contact, role) for one in case.roles):
        who = FieldChange(field="contact_id", new=contact.id, derived=True) if contact else MADE_BEFORE
        part = _made(RecordKind.BUYING_ROLE, f"{opportunity.name}, {name}", {"role": role.value})
        about = FieldChange(field="opportunity_id", new=opportunity.id, derived=True)
        records.append(part.model_copy(update={"fields": (about, who, *part.fields)}))
    if not records:
        headline = text("**{name}** is known there already.", name=name) if role is None else _is(case, name, role)
        return Change(records=(), headline=headline)
    return Change(
        records=tuple(records),
        headline=_is(case, name, role) if role else None,
        doubts=tuple(doubts),
    )


MADE_BEFORE = FieldChange(field="contact_id", made=0, derived=True)
"""The contact that the same change adds first."""


def _is(case: _Case, name: str, role: BuyingRole) -> Text:
    return text(
        "**{name}** is {role} on **{opportunity}**.",
        name=name,
        role=BUYING_ROLES[role],
        opportunity=case.opportunity.name,
    )


def _made(kind: RecordKind, label: str, values: Mapping[str, str | int]) -> RecordChange:
    fields = tuple(
        FieldChange(field=field, new=new, derived=field in ("account_id", "name")) for field, new in values.items()
    )
    return RecordChange(kind=kind, label=label, fields=fields)


def _removed(case: _Case, contact: Contact | None, role: BuyingRole | None) -> Change:
    """They no longer play that part, or any; the contact itself stays."""
    played = [one for one in case.roles if contact and one.contact.id == contact.id and role in (None, one.role)]
    name = contact.name if contact else case.params.contact or ""
    if contact is None or not played:
        raise NotFound(
            text("**{name}** plays no such part on **{opportunity}**.", name=name, opportunity=case.opportunity.name)
        )
    records = tuple(
        RecordChange(
            kind=RecordKind.BUYING_ROLE,
            id=one.id,
            version=one.version,
            label=f"{case.opportunity.name}, {name}",
            fields=(
                FieldChange(field="opportunity_id", old=case.opportunity.id, derived=True),
                FieldChange(field="contact_id", old=contact.id, derived=True),
                FieldChange(field="role", old=one.role),
            ),
            deletes=True,
        )
        for one in played
    )
    headline = text(
        "**{name}** no longer has a part on **{opportunity}**.", name=name, opportunity=case.opportunity.name
    )
    return Change(records=records, headline=headline)


def _plays(one: ContactRole, contact: Contact | None, role: BuyingRole) -> bool:
    return contact is not None and one.contact.id == contact.id and one.role == role


def _known(case: _Case) -> Change:
    """Who is known there, with and without a part."""
    account_id = case.opportunity.account_id
    with_part = {one.contact.id for one in case.roles}
    others = [
        c for c in (list_contacts(case.context.session, account_id) if account_id else []) if c.id not in with_part
    ]
    rows: list[tuple[AnyValue, ...]] = [
        (value(one.contact.name), value(one.contact.title or "–"), BUYING_ROLES[one.role]) for one in case.roles
    ]
    rows += [(value(one.name), value(one.title or "–"), value("–")) for one in others]
    if not rows:
        return Change(records=(), headline=text("Nobody is known yet on **{name}**.", name=case.opportunity.name))
    columns = (Column(label=text("Person")), Column(label=text("Job title")), Column(label=text("Part")))
    blocks: tuple[Block, ...] = (Table(title=text("People at the customer"), columns=columns, rows=tuple(rows)),)
    headline = text("People known on **{name}**: {count}.", name=case.opportunity.name, count=len(rows))
    return Change(records=(), headline=headline, blocks=blocks)


SKILL = Skill(
    name="contact",
    summary=text("Name who takes part in a decision, and which part"),
    params=ContactParams,
    run=run,
    effect=Effect.WRITE,
    aliases=("contacts", "stakeholder", "buyer"),
    form=("opportunity", "contact", "role", "title", "email"),
    examples=(
        Example(
            "helen park is the economic buyer at acme",
            ContactParams(opportunity="acme", contact="helen park", role="economic buyer"),
        ),
        Example("acme's champion is tom reed", ContactParams(opportunity="acme", contact="tom reed", role="champion")),
        Example(
            "add lena ortiz as decision maker on acme",
            ContactParams(opportunity="acme", contact="lena ortiz", role="decision maker"),
        ),
        Example(
            "tom reed is no longer our champion at acme",
            ContactParams(opportunity="acme", contact="tom reed", role="champion", remove="yes"),
        ),
        Example("who do we know at acme", ContactParams(opportunity="acme")),
        Example("acme的决策人是张伟", ContactParams(opportunity="acme", contact="张伟", role="决策人")),
        Example("张伟是acme的支持者", ContactParams(opportunity="acme", contact="张伟", role="支持者")),
        Example("acme我们认识谁", ContactParams(opportunity="acme")),
    ),
)
