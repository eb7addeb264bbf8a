"""A difference taken apart: what moved a sum over opportunities since a day, from the change log."""

import datetime as dt
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from skills.change import list_shown
from skills.contract import SkillContext
from skills.contributions import Kind, NoRate, Part, Tally, list_parts, matches
from skills.figure import RecordFilter
from skills.proof import Pricing, Proof, Way, add_up
from skills.text import Text, text
from store.change_log import FieldChange, RecordChange, RecordKind, to_json
from store.earlier import TRACKED, Changed, list_changed
from store.matching import list_matching_ids, sum_matching
from store.models import Person
from store.scope import Scope

LISTED = 20
YESTERDAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """What one opportunity did to the figure, and the change that did it."""

    name: str
    parts: tuple[Part, ...]
    fields: tuple[Text, ...]
    who: str
    at: dt.datetime

    @property
    def exact(self) -> Fraction:
        return sum((part.exact for part in self.parts), Fraction(0))


@dataclass
class Apart:
    """A difference taken apart. `before` and `now` are exact: minor units, or opportunities."""

    now: Fraction
    before: Fraction
    kinds: dict[Kind, Tally] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    """The greatest, named; of what may be named here."""
    others: Tally = field(default_factory=Tally)
    """What may not be named here, or is too small to be listed."""
    by_rates: Fraction = Fraction(0)
    by_time: Fraction = Fraction(0)


def reason_against(proof: Proof) -> Text | None:
    """Why a figure cannot be taken apart by opportunity."""
    if proof.way is Way.OTHER:
        return text("it is not a plain sum over opportunities")
    if proof.records.ids is not None:
        return text("which opportunities belong to it was decided one by one, and that of then is not kept")
    if proof.records.is_of_now:
        return text("shares, categories, sources and competitors of then are not kept")
    return None


def take_apart(
    context: SkillContext, proof: Proof, since: dt.date, moment: dt.datetime
) -> tuple[Apart | None, Text | None]:
    """What changed a sum since the beginning of a day, at `moment`; or why that cannot be told."""
    reason = reason_against(proof)
    if reason is not None or proof.pricing is None or proof.total is None:
        return None, reason
    then = since - YESTERDAY
    wanted = proof.records
    if wanted.overdue_on is not None:
        # What was overdue then was so on that day; the days that went by since do their own part.
        days = (context.today - wanted.overdue_on).days
        wanted = wanted.model_copy(update={"overdue_on": then - dt.timedelta(days=days)})
    pricing = replace(proof.pricing, on=then)
    at_then = add_up(sum_matching(context.session, Scope.everybody(), wanted), pricing.of_sum)
    of_now = add_up(sum_matching(context.session, Scope.everybody(), wanted), proof.pricing.of_sum)
    no_rate = text("there is no exchange rate for {day}", day=then)
    if at_then is None or of_now is None:
        return None, no_rate
    apart = Apart(now=proof.total, before=at_then, by_rates=of_now - at_then, by_time=proof.total - of_now)
    try:
        _gather(context, apart, wanted, pricing, moment)
    except NoRate:
        return None, no_rate
    apart.before -= sum((tally.exact for tally in apart.kinds.values()), Fraction(0))
    return apart, None


def _gather(context: SkillContext, apart: Apart, wanted: RecordFilter, pricing: Pricing, moment: dt.datetime) -> None:
    """What each opportunity did; only the greatest are kept, the others are added up."""
    kept: list[tuple[Fraction, int, Changed, tuple[Part, ...]]] = []
    listed = context.listed(LISTED)
    for several in list_changed(context.session, Scope.everybody(), moment):
        for changed in several:
            parts = list_parts(changed, wanted, pricing)
            for part in parts:
                tally = apart.kinds.setdefault(part.kind, Tally())
                tally.count += 1
                tally.exact += part.exact
            if not parts:
                continue
            entry = (abs(sum((part.exact for part in parts), Fraction(0))), -changed.id, changed, parts)
            dropped = entry
            if _may_name(context, changed):
                heapq.heappush(kept, entry)
                if len(kept) <= listed:
                    continue
                dropped = heapq.heappop(kept)
            apart.others.count += 1
            apart.others.exact += sum((part.exact for part in dropped[3]), Fraction(0))
    kept.sort(key=lambda entry: entry[:2], reverse=True)
    apart.lines = [_line(context, changed, parts) for _, _, changed, parts in kept]


def _may_name(context: SkillContext, changed: Changed) -> bool:
    """Whose it is now counts; of what is gone, whose it was."""
    state = changed.now or changed.then
    return state is not None and context.scope.allows(state["owner_id"])


def _line(context: SkillContext, changed: Changed, parts: tuple[Part, ...]) -> Line:
    then, now = changed.then or {}, changed.now or {}
    fields = tuple(
        FieldChange(field=name, old=to_json(then.get(name)), new=to_json(now.get(name)))
        for name in TRACKED
        if then.get(name) != now.get(name) and name not in ("status", "booked_minor")
    )
    record = RecordChange(kind=RecordKind.OPPORTUNITY, id=changed.id, label=changed.name, fields=fields)
    shown = list_shown(context.session, [record]) if changed.then is not None and changed.now is not None else ()
    person = context.session.get(Person, changed.person_id) if changed.person_id else None
    told = tuple(
        text("{field} {old} → {new}", field=one.label, old=one.words[0] or "–", new=one.words[1] or "–")
        for one in shown
    )
    return Line(changed.name, parts, told, person.name if person else "", changed.at)


def list_changes(context: SkillContext, wanted: RecordFilter, moment: dt.datetime) -> Sequence[Line]:
    """What was changed since on the opportunities that the figure is made of, the newest first."""
    newest: list[tuple[dt.datetime, int, Changed]] = []
    mine = set(wanted.ids or ())
    for several in list_changed(context.session, context.scope, moment):
        if wanted.is_of_now:
            mine = set(list_matching_ids(context.session, context.scope, wanted, [changed.id for changed in several]))
        for changed in several:
            by_id = wanted.ids is not None or wanted.is_of_now
            belongs = changed.id in mine if by_id else _belongs(changed, wanted)
            if belongs and _may_name(context, changed):
                heapq.heappush(newest, (changed.at, changed.id, changed))
                if len(newest) > LISTED:
                    heapq.heappop(newest)
    return [_line(context, changed, ()) for _, _, changed in sorted(newest, key=lambda one: one[:2], reverse=True)]


def _belongs(changed: Changed, wanted: RecordFilter) -> bool:
    return any(state is not None and matches(state, wanted) for state in (changed.then, changed.now))
