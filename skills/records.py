"""Which opportunities a credited figure was made of, so that they can be listed again."""

from typing import Any

from skills.contract import SkillContext
from skills.envelope import only, records_of
from skills.figure import RecordFilter
from skills.measures.calendar import Period
from store.credits import list_credited_ids
from store.scope import Scope

LISTED = 300
"""More opportunities than these are not named one by one."""


def credited_records(
    context: SkillContext,
    scope: Scope,
    period: Period,
    *,
    crosses: bool,
    product_id: int | None = None,
    account_id: int | None = None,
) -> RecordFilter:
    """By owner and booking date; where splits cross the bounds of the scope (`crosses`), one by one, or by credit
    where these are too many."""
    if crosses:
        ids = list_credited_ids(
            context.session,
            scope,
            period.start,
            period.end,
            limit=LISTED + 1,
            product_id=product_id,
            account_id=account_id,
        )
        if len(ids) <= LISTED:
            return RecordFilter(ids=tuple(ids))
    found = records_of(scope, "won", period.start, period.end)
    more: dict[str, Any] = {"product_id": product_id, "account_id": account_id}
    if crosses:
        more |= {"owner_ids": None, "credited_ids": found.owner_ids}
    return only(found, **more)
