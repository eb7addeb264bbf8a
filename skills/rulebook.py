"""The warnings as they are set: when each applies, from where on, and what ends it."""

from dataclasses import dataclass

from skills.answer import Action, Answer, Column, Invocation, Table
from skills.contract import SkillContext
from skills.flags import ABOUT, RULES, said_bound
from skills.measures.risk import Rule
from skills.text import text
from skills.wording import enumeration
from store.models import Role
from store.opportunities import list_stages
from store.risk import list_thresholds


@dataclass(frozen=True)
class Rulebook:
    """The rules and the bounds that differ from the usual ones."""

    settings: tuple[tuple[Rule, str, int], ...]
    """Rule, stage (empty for all) and value."""
    currency: str
    may_set: bool


def get_rulebook(context: SkillContext) -> Rulebook:
    stages = {stage.id: stage.name for stage in list_stages(context.session)}
    known = {rule.value: rule for rule in Rule}
    settings = tuple(
        (known[row.rule], stages.get(row.stage_id, ""), row.value)
        for row in list_thresholds(context.session)
        if row.rule in known
    )
    return Rulebook(settings, context.organisation.currency, context.actor.role is Role.ADMIN)


def rules_answer(book: Rulebook) -> Answer:
    rows = []
    for rule, about in ABOUT.items():
        usual = about.usual or text("–")
        bounds = []
        for known, stage, number in book.settings:
            if known is rule and stage:
                said = said_bound(rule, number, book.currency)
                bounds.append(text("{bound} in {stage}", bound=said, stage=stage))
            elif known is rule:
                usual = said_bound(rule, number, book.currency)
        bound = text("{bounds}, else {usual}", bounds=enumeration(bounds), usual=usual) if bounds else usual
        rows.append((RULES[rule], about.applies, bound, about.ends))
    columns = (text("Warning"), text("When"), text("Bound"), text("What ends it"))
    setting = Action(label=text("Set a bound"), kind="form", invocation=Invocation.of("threshold"))
    return Answer(
        headline=text("{count} warnings, each with what ends it.", count=len(rows)),
        blocks=(
            Table(title=text("Warnings"), columns=tuple(Column(label=label) for label in columns), rows=tuple(rows)),
        ),
        actions=(setting,) if book.may_set else (),
        notes=(text("Unpaid invoices and open service cases are not looked at yet."),),
    )
