"""What people did, counted: without what was entered twice, and with what was entered in bulk marked."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlmodel import Session, col

from store.change_log import CREATED, RecordKind
from store.day_count import first_moment, local_day, seconds_between
from store.models import Account, Activity, ActivityKind, ChangeEntry, Direction, Opportunity, Source, Status
from store.scope import Scope

FETCHED = 1000
TWICE = 120
"""Seconds within which the same kind of activity with the same customer counts once."""
BULK = 5
"""So many entered by one person within `TWICE` seconds are a bulk entry."""
WITH_CUSTOMERS = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.DEMO)
"""Activities that take time with a customer."""
NOT_REACHED = (
    "asked to call back",
    "busy",
    "call back",
    "hung up",
    "left a message",
    "left a voicemail",
    "left message",
    "left voicemail",
    "line busy",
    "no answer",
    "no response",
    "not reached",
    "unreachable",
    "voicemail",
    "wrong number",
    "占线",
    "忙线",
    "打不通",
    "无人接听",
    "未接",
    "未接通",
    "没接",
    "留言",
    "语音信箱",
)
"""Outcomes of a call, in lower case, that say that nobody was reached."""


@dataclass(frozen=True)
class Window:
    """The days from `start` up to but not including `end` in a zone, and the people whose activities count."""

    scope: Scope
    start: dt.date
    end: dt.date
    zone: str


@dataclass(frozen=True, slots=True)
class EffortCount:
    """Activities of one person and kind."""

    person_id: int
    kind: str
    count: int
    dials: int
    """Calls not made by the customer."""
    connects: int
    """Of those, the ones whose outcome does not say otherwise and that have an outcome or a duration."""
    unknown: int
    """Of those, the ones with neither an outcome nor a duration."""
    duplicates: int
    """Left out of all the other numbers."""


@dataclass(frozen=True, slots=True)
class TimeCount:
    """Activities with customers of one person, kind and length; the length is None where it was not noted."""

    person_id: int
    kind: str
    minutes: int | None
    is_new: bool
    """The customer had not bought anything before that day."""
    count: int


def count_efforts(session: Session, window: Window) -> Sequence[EffortCount]:
    """Every person's activities by kind."""
    rows = _activities(window)
    once = rows.c.twice == 0
    dial = once & (rows.c.kind == ActivityKind.CALL) & func.coalesce(rows.c.direction != Direction.INBOUND, True)
    said = rows.c.outcome != ""
    lasted = func.coalesce(rows.c.minutes, 0) > 0
    reached = ~rows.c.outcome.in_(NOT_REACHED) & or_(said, lasted)
    counts = session.execute(
        select(
            rows.c.person_id,
            rows.c.kind,
            func.count(case((once, 1))),
            func.count(case((dial, 1))),
            func.count(case((dial & reached, 1))),
            func.count(case((dial & ~said & ~lasted, 1))),
            func.count(case((~once, 1))),
        ).group_by(rows.c.person_id, rows.c.kind)
    )
    return [EffortCount(*row) for row in counts]


def count_accounts(session: Session, window: Window, kind: ActivityKind) -> Mapping[int | None, int]:
    """Distinct customers with an activity of this kind, by person; under None, of all of them together."""
    rows = _activities(window)
    wanted = (rows.c.kind == kind, rows.c.account_id.is_not(None), rows.c.twice == 0)
    distinct = func.count(rows.c.account_id.distinct())
    own = session.execute(select(rows.c.person_id, distinct).where(*wanted).group_by(rows.c.person_id))
    found: dict[int | None, int] = {row[0]: row[1] for row in own}
    found[None] = session.scalar(select(distinct).where(*wanted)) or 0
    return found


def count_time(session: Session, window: Window) -> Sequence[TimeCount]:
    """How long people were with which customers. Activities that name no customer are left out."""
    rows = _activities(window)
    first = (
        select(col(Opportunity.account_id).label("account_id"), func.min(Opportunity.closed_on).label("bought"))
        .where(col(Opportunity.status) == Status.WON, col(Opportunity.account_id).is_not(None))
        .group_by(col(Opportunity.account_id))
        .subquery()
    )
    day = local_day(rows.c.occurred_at, window.zone, window.start, window.end)
    is_new = case((func.coalesce(first.c.bought >= day, True), 1), else_=0).label("is_new")
    listed = (
        select(rows.c.person_id, rows.c.kind, rows.c.minutes, is_new)
        .join(first, first.c.account_id == rows.c.account_id, isouter=True)
        .where(rows.c.kind.in_(WITH_CUSTOMERS), rows.c.account_id.is_not(None), rows.c.twice == 0)
        .subquery()
    )
    keys = [listed.c.person_id, listed.c.kind, listed.c.minutes, listed.c.is_new]
    counts = session.execute(select(*keys, func.count()).group_by(*keys))
    return [TimeCount(person, kind, minutes, bool(new), count) for person, kind, minutes, new, count in counts]


def list_owned(session: Session, window: Window, kind: ActivityKind) -> Iterator[tuple[int, bool]]:
    """Every account that somebody in scope owns, and whether anybody in scope had such an activity with it."""
    rows = _activities(window)
    met = select(rows.c.account_id).where(rows.c.kind == kind, rows.c.account_id.is_not(None)).distinct().subquery()
    found = session.execute(
        select(col(Account.id), met.c.account_id)
        .join(met, met.c.account_id == col(Account.id), isouter=True)
        .where(window.scope.clause(Account.owner_id), col(Account.owner_id).is_not(None)),
        execution_options={"yield_per": FETCHED},
    )
    for account_id, called in found:
        yield account_id, called is not None


def count_bulk(session: Session, window: Window) -> Mapping[int, int]:
    """How many activities each person entered in bulk between the days. What was imported does not count."""
    start, end = first_moment(window.start, window.zone), first_moment(window.end, window.zone)
    at = col(ChangeEntry.recorded_at)
    order: Any = {"partition_by": col(ChangeEntry.actor_id), "order_by": (at, col(ChangeEntry.id))}
    edges = [
        (func.lag(at, back).over(**order) if back else at, func.lead(at, BULK - 1 - back).over(**order))
        if back < BULK - 1
        else (func.lag(at, back).over(**order), at)
        for back in range(BULK)
    ]
    entered = (
        select(
            col(ChangeEntry.actor_id).label("person_id"),
            *(first.label(f"first_{number}") for number, (first, _) in enumerate(edges)),
            *(last.label(f"last_{number}") for number, (_, last) in enumerate(edges)),
        )
        .where(
            col(ChangeEntry.record_kind) == RecordKind.ACTIVITY,
            col(ChangeEntry.field) == CREATED,
            at >= start,
            at < end,
            col(ChangeEntry.source).not_in((Source.IMPORT, Source.DEMO)),
            window.scope.clause(ChangeEntry.actor_id),
            col(ChangeEntry.actor_id).is_not(None),
        )
        .subquery()
    )
    near = [
        seconds_between(entered.c[f"first_{number}"], entered.c[f"last_{number}"]) <= TWICE for number in range(BULK)
    ]
    rows = session.execute(select(entered.c.person_id, func.count()).where(or_(*near)).group_by(entered.c.person_id))
    return {row[0]: row[1] for row in rows}


def _activities(window: Window) -> Any:
    """The activities of the days, each with its customer, its outcome in lower case, and whether it was there before.

    One is there twice when the same person had the same kind of activity with the same customer (or contact, or
    opportunity) no more than `TWICE` seconds earlier.
    """
    start, end = first_moment(window.start, window.zone), first_moment(window.end, window.zone)
    account = func.coalesce(col(Activity.account_id), col(Opportunity.account_id))
    alike = (
        col(Activity.person_id),
        col(Activity.kind),
        func.coalesce(account, 0),
        func.coalesce(col(Activity.contact_id), 0),
        func.coalesce(col(Activity.opportunity_id), 0),
    )
    at = col(Activity.occurred_at)
    placed = (
        select(
            col(Activity.person_id).label("person_id"),
            col(Activity.kind).label("kind"),
            col(Activity.direction).label("direction"),
            func.lower(func.trim(col(Activity.outcome))).label("outcome"),
            col(Activity.duration_minutes).label("minutes"),
            at.label("occurred_at"),
            account.label("account_id"),
            func.lag(at).over(partition_by=alike, order_by=(at, col(Activity.id))).label("before"),
        )
        .join(Opportunity, col(Opportunity.id) == col(Activity.opportunity_id), isouter=True)
        .where(at >= start, at < end, window.scope.clause(Activity.person_id))
        .subquery()
    )
    twice = case((seconds_between(placed.c.before, placed.c.occurred_at) <= TWICE, 1), else_=0)
    return select(*placed.c, twice.label("twice")).subquery()
