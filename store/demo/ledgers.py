"""The rows beside the opportunities: calendars, leave, targets, credit, payments, promises and settings of warnings."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from store.change_log import RecordKind
from store.demo import catalogue as terms
from store.demo.activity import moment
from store.demo.company import Company, Sale
from store.demo.dice import Dice
from store.demo.history import whole
from store.demo.holidays import REGIONS
from store.demo.people import IDS, NEW_HIRE, member_of
from store.demo.stories import DANA
from store.demo.targets import Target

Row = dict[str, Any]

Logged = tuple[RecordKind, int, str, dt.datetime, int, str, Row]
"""A record that was added: kind, id, label, moment, by whom, why, and its fields."""

CALENDAR_YEARS = 3
"""So many years before and after the day have their agreed days."""


def numbered(rows: Iterable[Row]) -> list[Row]:
    return [{"id": number, **row} for number, row in enumerate(rows, start=1)]


def list_regions() -> list[Row]:
    return numbered({"name": name, "country": country, "subdivision": part} for name, country, part in REGIONS)


def list_calendar_days(company: Company) -> list[Row]:
    """Only what the public holidays do not explain."""
    return numbered(
        {"region": region, "day": day, "works": works, "name": name}
        for region, days in company.days.extra.items()
        for day, (works, name) in sorted(days.items())
        if abs(day.year - company.day.year) <= CALENDAR_YEARS
    )


def list_loss_reasons() -> list[Row]:
    return numbered(
        {"name": name, "position": place, "no_decision": name in terms.NO_DECISION}
        for place, name in enumerate(terms.list_loss_reasons(), start=1)
    )


def list_leave(company: Company) -> list[Row]:
    return numbered(
        {"person_id": a.person_id, "first_day": a.first, "last_day": a.last, "kind": a.kind}
        for a in company.absences.listed
    )


def list_quotas(targets: Sequence[Target]) -> list[Row]:
    return numbered(
        {
            "person_id": target.person_id,
            "team_id": target.team_id,
            "region": target.region,
            "metric": target.metric.value,
            "level": target.level.value,
            "month": target.month,
            "amount_minor": target.minor,
            "currency": target.currency,
            "ramp_percent": target.ramp,
            "version": target.version,
            "reason": target.reason,
            "recorded_at": _recorded(target),
        }
        for target in targets
    )


def _recorded(target: Target) -> dt.datetime:
    return dt.datetime.combine(target.recorded_on, dt.time(15, 30), dt.UTC)


def list_splits(company: Company) -> list[Row]:
    return numbered(
        {"opportunity_id": s.place + 1, "person_id": s.person_id, "kind": s.kind.value, "share": s.share}
        for s in company.shares
    )


def list_payments(company: Company) -> list[Row]:
    return numbered(
        {"opportunity_id": r.place + 1, "paid_on": r.on, "amount_minor": r.minor, "currency": r.currency}
        for r in company.receipts
    )


def list_submissions(company: Company) -> list[Row]:
    return numbered(
        {
            "person_id": promise.person_id,
            "author_id": promise.author_id,
            "period_start": promise.start,
            "period_end": promise.end,
            "category": promise.category.value,
            "amount_minor": promise.minor,
            "currency": promise.currency,
            "note": promise.note,
            "submitted_at": promise.at,
        }
        for promise in company.promises
    )


def list_acceptances(company: Company) -> list[Row]:
    return numbered(
        {"quota_id": a.place + 1, "person_id": a.person_id, "accepted_at": a.at} for a in company.acceptances
    )


def list_thresholds() -> list[Row]:
    """A pilot runs for eight weeks and may be quiet for three of them; what is being signed may not."""
    return numbered({"rule": "quiet", "stage_id": stage, "value": days} for stage, days in QUIET_DAYS.items())


QUIET_DAYS = {terms.PILOT: 21, terms.NEGOTIATION: 6}


def list_snoozes(company: Company) -> list[Row]:
    """Two warnings that somebody has put off, on opportunities whose close date is the soonest."""
    dice = Dice(company.seed, "snoozes")
    due = sorted(
        (_due(sale), place, whole(sale.history.current["owner_id"]))
        for place, sale in enumerate(company.sales, start=1)
        if sale.history.current["status"] == "open" and not sale.deal.notes
    )
    left_out = (IDS[DANA], IDS[NEW_HIRE])
    chosen: dict[int, tuple[int, dt.date]] = {}
    for _, place, owner in due:
        if owner not in (*left_out, *(person for person, _ in chosen.values())):
            on = company.days.moved("Americas", company.day, -len(chosen) - 2)
            opened = company.sales[place - 1].deal.opened
            if opened < on and company.absences.of(owner, on) is None:
                chosen[place] = owner, on
        if len(chosen) == len(SNOOZED):
            break
    return numbered(
        {
            "opportunity_id": place,
            "rule": rule,
            "until": company.day + dt.timedelta(days=ahead),
            "reason": reason,
            "person_id": owner,
            "created_at": moment(dice, on, owner),
        }
        for (place, (owner, on)), (rule, ahead, reason) in zip(chosen.items(), SNOOZED, strict=False)
    )


SNOOZED = (
    ("overdue", 9, "Board meets next week, the close date follows then"),
    ("", 16, "Plant is shut down until the new line runs"),
)
"""Which warning (all of them when empty), for how many days ahead, and why."""


def _due(sale: Sale) -> dt.date:
    due = sale.history.current["expected_close"]
    return due if isinstance(due, dt.date) else dt.date.max


def list_marks(company: Company) -> list[Row]:
    return numbered(
        {"person_id": m.person_id, "started_on": m.started_on, "step": m.step, "author_id": m.by, "marked_on": m.day}
        for m in company.marks
    )


def list_replies(company: Company) -> list[Row]:
    return numbered(
        {
            "person_id": reply.person_id,
            "question": reply.question,
            "file": reply.file,
            "chosen": reply.chosen,
            "correct": reply.correct,
            "day": reply.day,
            "answered_at": reply.at,
        }
        for reply in company.replies
    )


def list_logged(company: Company) -> Iterator[Logged]:
    """Records that people added with the assistant, as the log has them."""
    names = [str(sale.history.current["name"]) for sale in company.sales]
    dice = Dice(company.seed, "ledger log")
    for row, share in zip(list_splits(company), company.shares, strict=True):
        at = moment(dice, share.agreed_on, share.by)
        yield RecordKind.SPLIT, row["id"], names[share.place], at, share.by, "", row
    for row, target in zip(list_quotas(company.targets), company.targets, strict=True):
        if target.version > 1:
            kept = {name: value for name, value in row.items() if value is not None and value != ""}
            label = f"{member_of(target.person_id or 0).name} {target.month:%Y-%m}"
            yield RecordKind.QUOTA, row["id"], label, row["recorded_at"], target.by, target.reason, kept
    for row in list_snoozes(company):
        name = names[row["opportunity_id"] - 1]
        yield RecordKind.SNOOZE, row["id"], name, row["created_at"], row["person_id"], row["reason"], row
    for row, mark in zip(list_marks(company), company.marks, strict=True):
        yield RecordKind.STEP, row["id"], mark.step, mark.at, mark.by, "", row
    for row, reply in zip(list_replies(company), company.replies, strict=True):
        yield RecordKind.QUIZ_ANSWER, row["id"], reply.words, reply.at, reply.person_id, "", row
