"""The warnings as they are set: when each applies, from where on, and what ends it."""

from dataclasses import dataclass

from skills.answer import Action, Answer, Column, Invocation, Table
from skills.contract import SkillContext
from skills.flags import ABOUT, about, name_of, said_bound
from skills.measures.risk import WEIGHTS, Rule, Verdict
from skills.text import AnyValue, text, value
from skills.wording import enumeration
from store.models import Role
from store.opportunities import list_stages
from store.risk import list_thresholds


@dataclass(frozen=True)
class Rulebook:
    """The rules and the bounds that differ from the usual ones."""

    settings: tuple[tuple[Rule | Verdict, str, int], ...]
    """Rule, stage (empty for all) and value."""
    currency: str
    may_set: bool


def get_rulebook(context: SkillContext) -> Rulebook:
    stages = {stage.id: stage.name for stage in list_stages(context.session)}
    known: dict[str, Rule | Verdict] = {rule.value: rule for rule in (*Rule, *Verdict)}
    settings = tuple(
        (known[row.rule], stages.get(row.stage_id, ""), row.value)
        for row in list_thresholds(context.session)
        if row.rule in known
    )
    return Rulebook(settings, context.organisation.currency, context.actor.role is Role.ADMIN)


def rules_answer(book: Rulebook) -> Answer:
    rows: list[tuple[AnyValue, ...]] = []
    rules: tuple[Rule | Verdict, ...] = (*ABOUT, Verdict.AT_RISK)
    for rule in rules:
        rule_of = about(rule)
        usual = rule_of.usual or text("–")
        bounds = []
        for known, stage, number in book.settings:
            if known is rule and stage:
                said = said_bound(rule, number, book.currency)
                bounds.append(text("{bound} in {stage}", bound=said, stage=stage))
            elif known is rule:
                usual = said_bound(rule, number, book.currency)
        bound = text("{bounds}, else {usual}", bounds=enumeration(bounds), usual=usual) if bounds else usual
        weight = value(WEIGHTS[rule]) if isinstance(rule, Rule) else text("–")
        rows.append((name_of(rule), weight, rule_of.applies, bound, rule_of.ends))
    columns = (text("Warning"), text("Weight"), text("Applies when"), text("Bound"), text("What ends it"))
    setting = Action(label=text("Set a bound"), kind="form", invocation=Invocation.of("threshold"))
    return Answer(
        headline=text(
            "{count} warnings, each with its weight (1 minor, 2 serious, 3 grave) and what ends it. Open ones are at "
            "risk from a sum of weights on, and to watch below it.",
            count=len(ABOUT),
        ),
        blocks=(
            Table(
                title=text("Warnings"),
                columns=tuple(Column(label=label, numeric=label == columns[1]) for label in columns),
                rows=tuple(rows),
            ),
        ),
        actions=(setting,) if book.may_set else (),
        notes=(text("Unpaid invoices and open service cases are not looked at yet."),),
    )
