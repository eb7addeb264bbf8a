"""Identities that the rows of the demo company keep among themselves, whatever any skill says."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable

import pytest

from tests.identities.books import DAY, Books, Share, largest_remainder, month_after, quarter_of
from tests.identities.past import KEPT, Past


def quarters(books: Books, count: int) -> list[tuple[dt.date, dt.date]]:
    """The running one and those before it."""
    start, _ = quarter_of(books.day)
    return [(month_after(start, -3 * back), month_after(start, 3 - 3 * back)) for back in range(count)]


def test_shares_of_an_opportunity_are_the_whole(books: Books) -> None:
    direct = defaultdict(list)
    for row in books.tables["credit_split"]:
        if row["kind"] == "direct":
            direct[row["opportunity_id"]].append(row["share"])
    assert len(direct) >= 50
    assert {sum(shares) for shares in direct.values()} == {10_000}
    assert max(len(shares) for shares in direct.values()) == 3


def test_splits_sum_to_the_deal_to_the_cent(books: Books) -> None:
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for share in books.shares(dt.date.min, dt.date.max):
        parts[share.deal["id"]].append((share.minor, share.booked))
    split = {number: listed for number, listed in parts.items() if len(listed) > 1}
    assert len(split) >= 30
    for number, listed in parts.items():
        deal = books.deals[number]
        assert sum(minor for minor, _ in listed) == deal["amount_minor"]
        assert sum(booked for _, booked in listed) == deal["booked_minor"]


def test_what_people_and_products_and_quarters_and_regions_booked_is_the_same_sum(books: Books) -> None:
    whole = sum(row["booked_minor"] for row in books.deals.values() if row["status"] == "won")
    shares = list(books.shares(dt.date.min, dt.date.max))
    by: dict[str, Callable[[Share], object]] = {
        "person": lambda share: share.person_id,
        "team": lambda share: books.team_name(books.people[share.person_id]),
        "region": lambda share: books.people[share.person_id]["region"],
        "product": lambda share: share.deal["product_id"],
        "quarter": lambda share: quarter_of(share.deal["closed_on"]),
    }
    for name, key in by.items():
        sums: dict[object, int] = defaultdict(int)
        for share in shares:
            sums[key(share)] += share.booked
        assert len(sums) >= 3, name
        assert sum(sums.values()) == whole, name


def test_overlay_credit_is_beside_the_direct_one(books: Books) -> None:
    overlay = books.overlay(dt.date.min, dt.date.max)
    specialist = books.person("Nora")
    assert set(overlay) == {specialist}
    assert overlay[specialist] > 0
    assert specialist not in {share.person_id for share in books.shares(dt.date.min, dt.date.max)}


def test_every_snapshot_is_what_replaying_the_change_log_gives(books: Books, past: Past) -> None:
    snapshots = past.snapshots()
    replayed = past.states_by_day(snapshots)
    assert len(snapshots) >= 150
    for day, kept in snapshots.items():
        told = {number: {name: state.get(name) for name in KEPT} for number, state in replayed[day].items()}
        assert kept == told, day


def test_the_log_ends_at_the_rows_of_today(books: Books, past: Past) -> None:
    assert set(past.entries) == set(books.deals)
    for number, row in books.deals.items():
        state = past.state(number, books.day)
        assert state is not None
        for name, value in state.items():
            assert row[name] == value, (number, name)


def test_no_date_goes_back_beyond_what_the_log_knows(books: Books, past: Past) -> None:
    for entries in past.entries.values():
        days = [entry["effective_on"] for entry in entries]
        assert days == sorted(days)
        assert days[-1] < books.day


@pytest.mark.parametrize("level", ["target", "stretch", "challenge"])
def test_higher_levels_ask_for_more(books: Books, level: str) -> None:
    (team,) = [number for number, row in books.teams.items() if row["name"] == "Americas East"]
    start = dt.date(2026, 2, 1)
    target = books.quotas(team=team, metric="booked")
    asked = books.quotas(team=team, metric="booked", level=level)
    months = [month for month in target if month >= start]
    assert len(months) == 12
    assert all(asked[month]["amount_minor"] >= target[month]["amount_minor"] for month in months)


def test_target_parts_and_what_is_unallocated_are_the_parent(books: Books) -> None:
    """Company → regions → teams → people at plan rates: each node's parts with the rest are the node, to the cent."""
    over: set[str] = set()
    under: set[str] = set()
    for month in [month_after(dt.date(2026, 2, 1), number) for number in range(12)]:
        company = books.quotas(metric="booked")[month]
        regions = [books.quotas(region=row["name"], metric="booked")[month] for row in books.tables["region"]]
        handed_out = sum(books.converted(row["amount_minor"], row["currency"], month, "plan") for row in regions)
        rest = company["amount_minor"] - handed_out
        assert 0 < rest < company["amount_minor"] / 50
        for region in regions:
            teams = [number for number, row in books.teams.items() if row["region"] == region["region"]]
            parts = [books.quotas(team=number, metric="booked")[month] for number in teams]
            assert {row["currency"] for row in parts} == {region["currency"]}
            rest = region["amount_minor"] - sum(row["amount_minor"] for row in parts)
            (over if rest < 0 else under if rest > 0 else set()).add(region["region"])
            for number, part in zip(teams, parts, strict=True):
                people = [p for p, row in books.people.items() if row["team_id"] == number]
                asked = sum(
                    row["amount_minor"] * row["ramp_percent"] // 100
                    for p in people
                    for m, row in books.quotas(person=p, metric="booked").items()
                    if m == month
                )
                assert 1 < asked / part["amount_minor"] < 1.25, "teams hand out more than they have to reach"
    assert over == {"Americas"}
    assert under == {"Asia-Pacific"}


def test_booked_amounts_are_frozen_at_the_rate_of_their_day(books: Books) -> None:
    for row in books.deals.values():
        if row["status"] == "won":
            exact = books.converted(row["amount_minor"], row["currency"], row["closed_on"], "daily")
            assert abs(exact - row["booked_minor"]) * 2 <= 1
        else:
            assert row["booked_minor"] is None


def test_nobody_paid_more_than_they_owed_and_one_has_paid_in_part(books: Books) -> None:
    paid: dict[int, int] = defaultdict(int)
    for row in books.tables["payment"]:
        deal = books.deals[row["opportunity_id"]]
        assert (deal["status"], deal["currency"]) == ("won", row["currency"])
        assert deal["closed_on"] < row["paid_on"] < books.day
        paid[deal["id"]] += row["amount_minor"]
    assert all(0 < sum_paid <= books.deals[number]["amount_minor"] for number, sum_paid in paid.items())
    refunds = [row for row in books.tables["payment"] if row["amount_minor"] < 0]
    assert len(refunds) == 1
    overdue = [
        deal["id"] for deal in books.won(dt.date.min, books.day - 60 * DAY) if paid[deal["id"]] < deal["amount_minor"]
    ]
    assert len(overdue) >= 2


def test_people_are_away_for_days_and_for_months(books: Books) -> None:
    leaves = books.tables["leave"]
    assert 5 <= len(leaves) <= 10
    assert max((row["last_day"] - row["first_day"]).days for row in leaves) > 100
    assert [row for row in leaves if row["first_day"] <= books.day <= row["last_day"]]
    zone = books.zone
    for row in leaves:
        away = {row["first_day"] + count * DAY for count in range((row["last_day"] - row["first_day"]).days + 1)}
        done = [r for r in books.tables["activity"] if r["person_id"] == row["person_id"]]
        assert not away & {r["occurred_at"].astimezone(zone).date() for r in done}, "nobody works while away"


def test_targets_change_with_a_reason_that_is_in_the_log(books: Books) -> None:
    newer = [row for row in books.tables["quota"] if row["version"] > 1]
    assert newer
    assert all(row["reason"] for row in newer)
    during = [row for row in newer if row["month"] < row["recorded_at"].date()]
    assert during, "one target changed in the middle of its month"
    logged = {row["record_id"] for row in books.tables["change_log"] if row["record_kind"] == "quota"}
    assert {row["id"] for row in newer} == logged


def test_splits_and_snoozes_are_in_the_log(books: Books) -> None:
    for kind, table in (("split", "credit_split"), ("snooze", "risk_snooze")):
        told: dict[int, dict[str, object]] = defaultdict(dict)
        for entry in books.tables["change_log"]:
            if entry["record_kind"] == kind and entry["field"] != "(created)":
                told[entry["record_id"]][entry["field"]] = json.loads(entry["new"])
        assert told.keys() == {row["id"] for row in books.tables[table]}
        for row in books.tables[table]:
            assert all(str(row[name]).startswith(str(value)[:10]) for name, value in told[row["id"]].items())


def test_most_have_agreed_to_their_targets_and_some_have_not(books: Books) -> None:
    quotas = {row["id"]: row for row in books.tables["quota"]}
    accepted = {row["quota_id"] for row in books.tables["quota_acceptance"]}
    for row in books.tables["quota_acceptance"]:
        assert quotas[row["quota_id"]]["person_id"] == row["person_id"]
        assert quotas[row["quota_id"]]["recorded_at"] < row["accepted_at"]
    mine = [row["id"] for row in quotas.values() if row["person_id"] and row["month"] >= dt.date(2026, 2, 1)]
    assert 0.6 < len(accepted) / len(mine) < 1


def test_one_stays_off_boards_one_wants_quiet_and_two_warnings_sleep(books: Books) -> None:
    people = books.people.values()
    assert len([row for row in people if not row["on_boards"]]) == 1
    assert len([row for row in people if row["quiet_from"]]) == 1
    snoozes = books.tables["risk_snooze"]
    assert len(snoozes) == 2
    assert all(row["until"] > books.day and row["reason"] for row in snoozes)
    assert all(books.deals[row["opportunity_id"]]["status"] == "open" for row in snoozes)
    assert len(books.tables["risk_threshold"]) >= 1


def test_lost_deals_have_reasons_of_the_list(books: Books) -> None:
    reasons = {row["name"]: row["no_decision"] for row in books.tables["loss_reason"]}
    given = [row["loss_reason"] for row in books.deals.values() if row["status"] == "lost"]
    assert set(given) <= set(reasons)
    assert 0.2 < sum(reasons[name] for name in given) / len(given) < 0.7
    assert [row["name"] for row in books.stages.values() if not row["qualified"]] == ["Discovery"]


def test_sales_have_margins(books: Books) -> None:
    won = [row for row in books.deals.values() if row["status"] == "won"]
    margins = [
        1 - row["quantity"] * books.products[row["product_id"]]["unit_cost_minor"] / row["booked_minor"] for row in won
    ]
    assert sum(0.1 < margin < 0.9 for margin in margins) > 0.9 * len(won)


def test_largest_remainders_add_up() -> None:
    assert largest_remainder(100, [3_333, 3_333, 3_334]) == [33, 33, 34]
    assert largest_remainder(101, [5_000, 5_000]) == [51, 50]
    assert largest_remainder(2, [3_334, 3_333, 3_333]) == [1, 1, 0]
