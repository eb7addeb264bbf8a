"""Prepare a call: who, why now, what to aim for, what to ask, and what they may say against it (domain 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import Field

from knowledge_base import Document, KnowledgeBase
from skills.answer import Action, Answer, Block, Bullets, Citation, Fact, Facts, Invocation, Quote, Subject
from skills.contract import Example, Skill, SkillContext, SkillParams
from skills.errors import NotFound
from skills.flags import described, question_for
from skills.measures.risk import Finding
from skills.passages import readable
from skills.permissions import check_shown
from skills.readers import get_readers
from skills.references import find_account, find_opportunity
from skills.standing import get_judged
from skills.terms import BUYING_ROLES, KINDS
from skills.text import Text, text
from store.accounts import list_contacts
from store.activities import ActivityRow, list_activities
from store.models import Account, Opportunity, Person, Product, Stage, Status
from store.money import Money
from store.opportunities import list_contact_roles, list_stages

LAST_ACTIVITIES = 3
OBJECTIONS = 2
EXIT_HEADINGS = ("exit criteria", "exit", "退出标准", "阶段退出标准")


class PrepParams(SkillParams):
    about: str = Field(description=text("the opportunity or customer that the call is with").template)


@dataclass(frozen=True)
class Who:
    name: str
    title: str
    role: str
    stance: int | None


@dataclass(frozen=True)
class Cited:
    """A section of a card of the playbook."""

    title: str
    file: str
    section: str
    start: int
    words: str


@dataclass(frozen=True)
class CallPlan:
    account: Account | None
    opportunity: Opportunity | None
    owner: str
    stage: Stage | None
    next_stage: Stage | None
    people: tuple[Who, ...]
    activities: tuple[ActivityRow, ...]
    findings: tuple[Finding, ...]
    exit_criteria: Cited | None
    objections: tuple[str, ...]
    competitor: Cited | None
    zone: str


def run(context: SkillContext, params: PrepParams) -> CallPlan:
    try:
        opportunity = find_opportunity(context, params.about, param="about", status=Status.OPEN).value
    except NotFound as missing:
        return _account_plan(context, params.about, missing)
    check_shown(context, opportunity)
    session = context.session
    opportunity_id = opportunity.id or 0
    stages = list_stages(session)
    stage = next(stage for stage in stages if stage.id == opportunity.stage_id)
    roles = list_contact_roles(session, context.scope, opportunity_id)
    owner = session.get(Person, opportunity.owner_id)
    product = session.get(Product, opportunity.product_id) if opportunity.product_id else None
    judged = get_judged(context, context.scope, opportunity_id)
    with readable():
        exit_criteria = _stage_card(context, stage)
        objections = _objections(context, stage, opportunity.competitor, product.name if product else "")
        competitor = _competitor(context, opportunity.competitor)
    return CallPlan(
        account=session.get(Account, opportunity.account_id) if opportunity.account_id else None,
        opportunity=opportunity,
        owner=owner.name if owner else "",
        stage=stage,
        next_stage=next(
            (s for s in stages if s.position > stage.position and s.kind in (Status.OPEN, Status.WON)), None
        ),
        people=tuple(Who(r.contact.name, r.contact.title, r.role, getattr(r, "stance", None)) for r in roles),
        activities=tuple(list_activities(session, context.scope, limit=LAST_ACTIVITIES, opportunity_id=opportunity_id)),
        findings=judged.findings if judged else (),
        exit_criteria=exit_criteria,
        objections=objections,
        competitor=competitor,
        zone=context.actor.zone,
    )


def _account_plan(context: SkillContext, words: str, missing: NotFound) -> CallPlan:
    """Without an open opportunity there is still the customer."""
    try:
        account = find_account(context, words, param="about").value
    except NotFound:
        raise missing from None
    contacts = list_contacts(context.session, account.id or 0)
    return CallPlan(
        account=account,
        opportunity=None,
        owner="",
        stage=None,
        next_stage=None,
        people=tuple(Who(contact.name, contact.title, "", None) for contact in contacts),
        activities=tuple(list_activities(context.session, context.scope, limit=LAST_ACTIVITIES, account_id=account.id)),
        findings=(),
        exit_criteria=None,
        objections=(),
        competitor=None,
        zone=context.actor.zone,
    )


def _stage_card(context: SkillContext, stage: Stage) -> Cited | None:
    """What must be true before the opportunity leaves its stage, from the stage's card."""
    for document in _current(context, "stage"):
        named = [name.lower() for name in document.card.stage] or [document.title.lower()]
        if any(stage.name.lower() == name or stage.name.lower() in name for name in named):
            return _section(context.knowledge, document, EXIT_HEADINGS)
    return None


def _competitor(context: SkillContext, competitor: str) -> Cited | None:
    if not competitor:
        return None
    for document in _current(context, "competitor"):
        if competitor.lower() in document.title.lower():
            return _section(context.knowledge, document, ("questions to plant", "traps", "where we win"))
    return None


def _section(knowledge: KnowledgeBase, document: Document, headings: Sequence[str]) -> Cited | None:
    sections = {section.heading.strip().lower(): section for section in knowledge.sections(document.id)}
    for heading in headings:
        if heading in sections:
            section = sections[heading]
            lines = section.text.splitlines(keepends=True)
            words = "".join(lines[1:]).strip()
            start = section.start + section.text.find(words)
            return Cited(document.title, document.file, " > ".join(section.path), start, words)
    return None


def _objections(context: SkillContext, stage: Stage, competitor: str, product: str) -> tuple[str, ...]:
    """Titles of the objections to expect: at this stage, for this product, and about a competitor if there is one."""

    def fit(document: Document) -> int:
        card = document.card
        rival = 2 * (bool(competitor) and card.objection_class == "competitor")
        return 2 * (stage.name in card.stage) + (product in card.product) + rival

    fitting = [document for document in _current(context, "objection") if fit(document) > 1]
    return tuple(document.title for document in sorted(fitting, key=fit, reverse=True)[:OBJECTIONS])


def _current(context: SkillContext, kind: str) -> list[Document]:
    """Cards of a kind that are in force and that everybody here may read."""
    readers = get_readers(context)
    return [one for one in context.knowledge.documents(kind=kind) if one.is_current and readers.may_read(one.card)]


def present(plan: CallPlan) -> Answer:
    opportunity = plan.opportunity
    if opportunity is None:
        name = plan.account.name if plan.account else ""
        return Answer(
            headline=text("**{name}** has no open opportunity. This is what is known for the call.", name=name),
            blocks=(*_people(plan), *_last(plan)),
            actions=(
                Action(label=text("New opportunity"), kind="form", invocation=Invocation.of("create", account=name)),
            ),
        )
    citations = tuple(
        Citation(file=c.file, section=c.section, start=c.start, end=c.start + len(c.words), quote=c.words)
        for c in (plan.exit_criteria, plan.competitor)
        if c is not None
    )
    reference = f"opportunity:{opportunity.id}"
    return Answer(
        headline=text("Call plan for **{name}**", name=opportunity.name),
        blocks=(
            _facts(plan, opportunity),
            *_people(plan),
            *_last(plan),
            *_aim(plan),
            *_gaps(plan),
            *_against(plan),
        ),
        citations=citations,
        actions=(
            Action(
                label=text("Log the call"), kind="form", invocation=Invocation.of("log", kind="call", about=reference)
            ),
            Action(
                label=text("Set the next step"), kind="form", invocation=Invocation.of("update", opportunity=reference)
            ),
            *(
                Action(
                    label=text("“{objection}”", objection=title),
                    invocation=Invocation.of("objection", objection=title, opportunity=reference),
                )
                for title in plan.objections
            ),
        ),
        subject=Subject(kind="opportunity", id=opportunity.id or 0, label=opportunity.name),
    )


def _facts(plan: CallPlan, opportunity: Opportunity) -> Facts:
    facts = [Fact(label=text("Stage"), value=text("{stage}", stage=plan.stage.name if plan.stage else "–"))]
    if opportunity.amount_minor is not None:
        money = Money(opportunity.amount_minor, opportunity.currency)
        facts.append(Fact(label=text("Amount"), value=text("{amount}", amount=money)))
    if opportunity.expected_close:
        facts.append(Fact(label=text("Close date"), value=text("{day}", day=opportunity.expected_close)))
    if opportunity.next_step:
        step = text("{step}", step=opportunity.next_step)
        if opportunity.next_step_due:
            step = text("{step}, due {day}", step=opportunity.next_step, day=opportunity.next_step_due)
        facts.append(Fact(label=text("Next step"), value=step))
    if opportunity.competitor:
        facts.append(Fact(label=text("Competitor"), value=text("{name}", name=opportunity.competitor)))
    facts.append(Fact(label=text("Owner"), value=text("{name}", name=plan.owner)))
    return Facts(facts=tuple(facts))


def _people(plan: CallPlan) -> tuple[Bullets, ...]:
    if not plan.people:
        return (
            Bullets(title=text("Who"), items=(text("Nobody is known there yet: ask who decides and who uses it."),)),
        )
    return (Bullets(title=text("Who"), items=tuple(_person(who) for who in plan.people)),)


def _person(who: Who) -> Text:
    role = BUYING_ROLES.get(who.role)
    if who.title and role:
        return text("**{name}**, {title} ({role})", name=who.name, title=who.title, role=role)
    if who.title or role:
        return text("**{name}**, {title}", name=who.name, title=who.title or role or "")
    return text("**{name}**", name=who.name)


def _last(plan: CallPlan) -> tuple[Bullets, ...]:
    items = tuple(
        text(
            "{day}, {person}: {kind}. {note}",
            day=row.activity.occurred_at.astimezone(ZoneInfo(plan.zone)).date(),
            person=row.person,
            kind=KINDS[row.activity.kind],
            note=row.activity.note or row.activity.outcome,
        )
        for row in plan.activities
    )
    return (Bullets(title=text("Last time"), items=items),) if items else ()


def _aim(plan: CallPlan) -> tuple[Block, ...]:
    """An advance: an agreed event that moves the decision. A pleasant talk without one is a continuation."""
    goals = []
    if plan.next_stage is not None:
        goals.append(text("Aim for what lets it move to **{stage}**, agreed with a date.", stage=plan.next_stage.name))
    goals.append(text("At the least, leave with a next step that they do, on a day they named."))
    blocks: list[Block] = [Bullets(title=text("Aim"), items=tuple(goals))]
    if plan.exit_criteria is not None:
        source = text("{title} ({file})", title=plan.exit_criteria.title, file=plan.exit_criteria.file)
        blocks.append(Quote(text=plan.exit_criteria.words, source=source))
    return tuple(blocks)


def _gaps(plan: CallPlan) -> tuple[Bullets, ...]:
    if not plan.findings:
        return ()
    questions = dict.fromkeys(question for finding in plan.findings if (question := question_for(finding)))
    gaps = Bullets(title=text("Gaps"), items=tuple(described(finding) for finding in plan.findings))
    return (gaps, Bullets(title=text("Ask"), items=tuple(questions)))


def _against(plan: CallPlan) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if plan.objections:
        items = tuple(text("“{objection}”", objection=title) for title in plan.objections)
        blocks.append(Bullets(title=text("Expect to hear"), items=items))
    if plan.competitor is not None:
        source = text("{title} ({file})", title=plan.competitor.title, file=plan.competitor.file)
        blocks.append(Quote(text=plan.competitor.words, source=source))
    return tuple(blocks)


SKILL = Skill(
    name="prep",
    summary=text("Prepare a call with a customer"),
    params=PrepParams,
    run=run,
    present=present,
    aliases=("brief", "prepare"),
    examples=(
        Example("prep me for acme", PrepParams(about="acme")),
        Example("prepare my call with acme", PrepParams(about="acme")),
        Example("I'm meeting acme tomorrow, what should I know", PrepParams(about="acme")),
        Example("brief me on acme before the call", PrepParams(about="acme")),
        Example("call plan for acme", PrepParams(about="acme")),
        Example("get me ready for the acme meeting", PrepParams(about="acme")),
        Example("what do I ask acme on Friday?", PrepParams(about="acme")),
        Example("talking to acme in ten minutes, help me prepare", PrepParams(about="acme")),
        Example("what should I aim for in the acme call", PrepParams(about="acme")),
        Example("meeting prep acme", PrepParams(about="acme")),
        Example("准备一下 acme 的电话", PrepParams(about="acme")),
        Example("明天拜访 acme，帮我准备", PrepParams(about="acme")),
        Example("acme 的会前准备", PrepParams(about="acme")),
    ),
)
