"""The demo company: the same every time, whole in itself, and with something to see on whatever day it is made."""

import datetime as dt
import hashlib
import itertools
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from store.change_log import CREATED, RecordKind, from_json, list_entries
from store.demo import NotEmpty, build, list_channels
from store.demo.working_days import WorkingDays, month_after, quarter_start
from store.engine import Database
from store.models import (
    Account,
    Activity,
    CalendarDay,
    ChangeEntry,
    Contact,
    Credit,
    CreditSplit,
    Level,
    Metric,
    Opportunity,
    OpportunityContact,
    Person,
    QuizAnswer,
    Quota,
    Region,
    Role,
    Snapshot,
    Stage,
    Status,
    StepMark,
    Team,
)
from store.money import Money, Rates
from store.reversal import field_change
from tests.conftest import PostgresDatabases

DAY = dt.date(2026, 11, 23)
SEED = 7
OTHER_DAYS = (dt.date(2024, 2, 29), dt.date(2027, 2, 1))
NEW_YORK = ZoneInfo("America/New_York")


def made(folder: Path, day: dt.date, seed: int = SEED) -> Database:
    database = Database(f"sqlite:///{folder / f'{day}-{seed}.db'}")
    database.migrate()
    build(database, day=day, seed=seed, progress=lambda words: None)
    return database


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def company(folder: Path) -> Iterator[Database]:
    database = made(folder, DAY)
    yield database
    database.close()


@pytest.fixture
def session(company: Database) -> Iterator[Session]:
    with company.session() as session:
        yield session


def digest(database: Database) -> str:
    """Of every row of every table."""
    taken = hashlib.sha256()
    with database.session() as session:
        for table in sorted(SQLModel.metadata.tables):
            keys = ", ".join(column.name for column in SQLModel.metadata.tables[table].primary_key)
            for row in session.execute(text(f"SELECT * FROM {table} ORDER BY {keys}")):
                taken.update(repr(tuple(row)).encode())
    return taken.hexdigest()


def entries_of(session: Session) -> dict[int, list[ChangeEntry]]:
    """The log of every opportunity."""
    found: dict[int, list[ChangeEntry]] = {}
    own = select(ChangeEntry).where(ChangeEntry.record_kind == RecordKind.OPPORTUNITY)
    for entry in session.exec(own.order_by(col(ChangeEntry.id))):
        found.setdefault(entry.record_id, []).append(entry)
    return found


@dataclass(frozen=True)
class Told:
    """One log entry, read once."""

    on: dt.date
    field: str
    old: object
    new: object


def told_of(entries: Sequence[ChangeEntry]) -> list[Told]:
    changes = ((entry.effective_on, field_change(entry)) for entry in entries if entry.field != CREATED)
    return [
        Told(day, c.field, from_json(Opportunity, c.field, c.old), from_json(Opportunity, c.field, c.new))
        for day, c in changes
    ]


def replayed(told: Sequence[Told]) -> dict[str, object]:
    """What the log alone says about an opportunity."""
    return {entry.field: entry.new for entry in told}


BLANK = {"next_step": "", "source": "", "competitor": "", "loss_reason": ""}
STOOD = ("owner_id", "stage_id", "amount_minor", "currency", "expected_close", "category")
NOT_LOGGED = {"id", "external_id", "version", "created_at", "updated_at"}


def check_history(session: Session, log: dict[int, list[ChangeEntry]]) -> None:
    """Current rows and snapshots are what the log says, old values included."""
    told = {number: told_of(entries) for number, entries in log.items()}
    rows = session.exec(select(Opportunity)).all()
    assert {row.id for row in rows} == set(log)
    for row in rows:
        entries, changes = log[row.id or 0], told[row.id or 0]
        state = {**BLANK, **replayed(changes)}
        kept = {name: value for name, value in row.model_dump().items() if name not in NOT_LOGGED}
        assert kept == {name: state.get(name) for name in kept}, row.name
        assert row.version == entries[-1].version
        assert (row.created_at, row.updated_at) == (entries[0].recorded_at, entries[-1].recorded_at)
        before: dict[str, object] = {}
        for change in changes:
            assert (change.old or None) == (before.get(change.field) or None), (row.name, change)
            before[change.field] = change.new
        moments = [entry.recorded_at for entry in entries]
        assert moments == sorted(moments)
    by_day: dict[dt.date, list[Snapshot]] = {}
    for snapshot in session.exec(select(Snapshot)):
        by_day.setdefault(snapshot.taken_on, []).append(snapshot)
    left = {number: deque(changes) for number, changes in told.items()}
    stands: dict[int, dict[str, object]] = {number: {} for number in told}
    for day in sorted(by_day):
        for number, changes_left in left.items():
            while changes_left and changes_left[0].on <= day:
                change = changes_left.popleft()
                stands[number][change.field] = change.new
        is_open = {number for number, state in stands.items() if state.get("status") == "open"}
        assert {snapshot.opportunity_id for snapshot in by_day[day]} == is_open
        for snapshot in by_day[day]:
            state = stands[snapshot.opportunity_id]
            assert {name: getattr(snapshot, name) for name in STOOD} == {name: state.get(name) for name in STOOD}


def check_rows(session: Session, log: dict[int, list[ChangeEntry]], day: dt.date) -> None:
    """Nothing contradicts itself, and nothing lies ahead that cannot."""
    stages = {stage.id: stage for stage in session.exec(select(Stage))}
    people = {person.id: person for person in session.exec(select(Person))}
    rates = Rates.load(session, "USD")
    for row in session.exec(select(Opportunity)):
        stage = stages[row.stage_id]
        assert row.status == stage.kind
        assert (row.status == Status.OPEN) == (row.closed_on is None)
        assert row.opened_on is not None
        assert row.opened_on <= (row.closed_on or row.opened_on) < day
        if row.status == Status.WON:
            assert row.closed_on is not None
            assert row.amount_minor is not None
            booked = rates.convert(Money(row.amount_minor, row.currency), row.closed_on)
            assert booked == Money(row.booked_minor or 0, "USD")
            assert row.category == "closed"
        else:
            assert row.booked_minor is None
        if row.status == Status.LOST:
            assert row.loss_reason
            assert row.category == "omitted"
        if row.status == Status.OPEN:
            assert people[row.owner_id].is_active(day), "a leaver keeps no open opportunity"
            assert row.loss_reason == ""
            assert row.expected_close is not None
    for entry in itertools.chain.from_iterable(log.values()):
        assert entry.effective_on < day
        assert entry.recorded_at.astimezone(NEW_YORK).date() == entry.effective_on == entry.recorded_at.date()
        assert people[entry.actor_id].is_active(entry.effective_on)
    owned = {row.id: row for row in session.exec(select(Opportunity))}
    contacts = {contact.id: contact.account_id for contact in session.exec(select(Contact))}
    for activity in session.exec(select(Activity)):
        on = activity.occurred_at.date()
        assert on < day
        assert people[activity.person_id].is_active(on)
        assert activity.account_id == contacts[activity.contact_id]
        if activity.opportunity_id is None:
            assert activity.kind in ("call", "email"), "only first tries belong to no opportunity"
            continue
        opportunity = owned[activity.opportunity_id]
        assert activity.account_id == opportunity.account_id
        assert opportunity.opened_on is not None
        assert opportunity.opened_on <= on <= (opportunity.closed_on or day)


def booked(session: Session, start: dt.date, end: dt.date) -> dict[int, list[int]]:
    """Booked amounts by owner in [start, end)."""
    found: dict[int, list[int]] = {}
    query = select(Opportunity).where(col(Opportunity.closed_on) >= start, col(Opportunity.closed_on) < end)
    for row in session.exec(query.where(Opportunity.status == Status.WON)):
        found.setdefault(row.owner_id, []).append(row.booked_minor or 0)
    return found


def person(session: Session, name: str) -> Person:
    return session.exec(select(Person).where(col(Person.name).startswith(name))).one()


def reps(session: Session) -> list[Person]:
    """Those who sell; the specialist helps and has no targets."""
    targeted = select(Quota.person_id)
    return list(session.exec(select(Person).where(Person.role == Role.REP, col(Person.id).in_(targeted))))


def usual_quotas() -> Any:
    return select(Quota).where(Quota.metric == Metric.BOOKED, Quota.level == Level.TARGET)


def open_of(session: Session, owner: Person) -> list[Opportunity]:
    query = select(Opportunity).where(Opportunity.owner_id == owner.id, Opportunity.status == Status.OPEN)
    return list(session.exec(query.order_by(col(Opportunity.id))))


def test_the_same_day_and_seed_make_the_same_company(company: Database, tmp_path: Path) -> None:
    assert digest(made(tmp_path, DAY)) == digest(company)


def test_postgresql_gets_the_same_company(company: Database, postgres_databases: PostgresDatabases) -> None:
    other = Database(postgres_databases.migrated())
    try:
        build(other, day=DAY, seed=SEED, progress=lambda words: None)
        assert sums(other) == sums(company)
        with other.writing() as session:
            session.add(Team(name="One more"))
            session.flush()
    finally:
        other.close()


def sums(database: Database) -> list[tuple[object, ...]]:
    """Rows of each table, and what is in the largest of them."""
    counts = [f"SELECT count(*) FROM {table}" for table in sorted(SQLModel.metadata.tables)]
    amounts = [
        "SELECT sum(booked_minor), sum(amount_minor), sum(version), max(closed_on) FROM opportunity",
        "SELECT sum(amount_minor), sum(opportunity_id), min(taken_on) FROM snapshot",
        "SELECT sum(amount_minor), sum(ramp_percent), max(month) FROM quota",
        "SELECT sum(length(new)), sum(length(old)), sum(record_id), max(change_id) FROM change_log",
        "SELECT sum(amount_minor), max(paid_on) FROM payment",
    ]
    with database.session() as session:
        rows = [session.execute(text(query)).one() for query in (*counts, *amounts)]
        return [tuple(str(value) for value in row) for row in rows]


def test_another_seed_makes_another_company(company: Database, tmp_path: Path) -> None:
    assert digest(made(tmp_path, DAY, seed=8)) != digest(company)


def test_history_tells_every_row_and_every_snapshot(session: Session) -> None:
    check_history(session, entries_of(session))


def test_rows_agree_with_each_other(session: Session) -> None:
    check_rows(session, entries_of(session), DAY)
    assert session.execute(text("PRAGMA foreign_key_check")).all() == []


@pytest.mark.parametrize("day", OTHER_DAYS, ids=str)
def test_any_day_will_do(day: dt.date, tmp_path: Path) -> None:
    database = made(tmp_path, day)
    with database.session() as session:
        log = entries_of(session)
        check_history(session, log)
        check_rows(session, log, day)
        assert 900 <= len(log) <= 1300
        assert len(open_of(session, person(session, "Dana"))) >= 8
        assert months_tied(session, day)


def test_a_database_with_people_is_left_alone(company: Database) -> None:
    before = digest(company)
    with pytest.raises(NotEmpty):
        build(company, day=DAY, seed=9, progress=lambda words: None)
    assert digest(company) == before


def test_it_has_the_size_of_a_real_sales_team(session: Session) -> None:
    def count(model: type[SQLModel]) -> int:
        return int(session.execute(text(f"SELECT count(*) FROM {model.__tablename__}")).scalar_one())

    assert count(Person) == 26
    assert count(Team) == 4
    assert 130 <= count(Account) <= 150
    assert 320 <= count(Contact) <= 480
    assert 1000 <= count(Opportunity) <= 1200
    assert 8000 <= count(Activity) <= 14000
    currencies = {row.currency for row in session.exec(select(Opportunity))}
    assert currencies == {"USD", "EUR", "CNY"}


def test_nights_are_snapped_lately_and_sundays_before(session: Session) -> None:
    days = sorted({snapshot.taken_on for snapshot in session.exec(select(Snapshot))})
    assert days[-60:] == [DAY - dt.timedelta(days=back) for back in range(60, 0, -1)]
    assert {day.weekday() for day in days[:-60]} == {6}
    assert days[0] < DAY - dt.timedelta(days=700)


def test_figures_are_not_round(session: Session) -> None:
    amounts = [row.amount_minor for row in session.exec(select(Opportunity)) if row.amount_minor]
    assert sum(amount % 1000_00 == 0 for amount in amounts) < len(amounts) // 100
    quotas = [row.amount_minor for row in session.exec(select(Quota)) if row.amount_minor]
    assert sum(amount % 1000_00 == 0 for amount in quotas) < len(quotas) // 20


def test_every_rep_has_a_pipeline_of_a_manageable_size(session: Session) -> None:
    for rep in reps(session):
        if rep.is_active(DAY) and rep.active_from and (DAY - rep.active_from).days > 150:
            assert 8 <= len(open_of(session, rep)) <= 16, rep.name


def test_nobody_sells_more_than_two_things_to_one_account_at_once(session: Session) -> None:
    open_on = Counter(r.account_id for r in session.exec(select(Opportunity).where(Opportunity.status == Status.OPEN)))
    assert max(open_on.values()) == 2


def test_most_reps_have_about_three_times_their_gap_open(session: Session) -> None:
    rates = Rates.load(session, "USD")
    start = quarter_start(DAY)
    won = booked(session, start, month_after(start, 3))
    covered = []
    for rep in reps(session):
        quotas = session.exec(
            usual_quotas().where(Quota.person_id == rep.id, col(Quota.month) >= start).order_by(col(Quota.version))
        )
        newest = {row.month: row for row in quotas if row.month < month_after(start, 3)}
        asked = [Money(row.amount_minor * row.ramp_percent // 100, row.currency or "") for row in newest.values()]
        target = sum(rates.exact(money, DAY) or 0 for money in asked)
        amounts = [Money(row.amount_minor, row.currency) for row in open_of(session, rep) if row.amount_minor]
        gap = target - sum(won.get(rep.id or 0, []))
        if gap > 0:
            covered.append(sum(rates.exact(amount, DAY) or 0 for amount in amounts) * 10 // gap)
    covered.sort()
    assert 25 <= covered[len(covered) // 2] <= 50
    assert sum(15 <= tenths <= 70 for tenths in covered) >= len(covered) * 7 // 10


def test_reps_and_sources_win_at_different_rates(session: Session) -> None:
    closed = session.exec(select(Opportunity).where(Opportunity.status != Status.OPEN)).all()

    def win_percent(rows: Sequence[Opportunity]) -> int:
        return 100 * sum(row.status == Status.WON for row in rows) // len(rows)

    by_source = {
        name: win_percent([row for row in closed if row.source == name]) for name in {r.source for r in closed}
    }
    assert by_source["Existing customer"] > by_source["Inbound"] > by_source["Outbound"]
    assert 25 <= win_percent(closed) <= 48


def test_quarters_end_busier_than_they_begin(session: Session) -> None:
    won = session.exec(select(Opportunity).where(Opportunity.status == Status.WON)).all()
    thirds = Counter((row.closed_on.month - 2) % 3 for row in won if row.closed_on)
    assert thirds[2] > thirds[0]


def test_some_opportunities_skip_return_reopen_and_are_pushed(session: Session) -> None:
    log = [
        (entry.record_id, field_change(entry))
        for entry in session.exec(select(ChangeEntry).order_by(col(ChangeEntry.id)))
    ]
    moves = [(change.old, change.new) for _, change in log if change.field == "stage_id" and change.old]
    position = [(int(str(old)), int(str(new))) for old, new in moves]
    assert sum(new - old > 1 for old, new in position if new <= 5) > 50
    assert sum(new < old for old, new in position if old <= 5) > 10
    assert 3 <= sum(change.old == "lost" for _, change in log if change.field == "status") <= 30
    pushes = Counter(
        record
        for record, change in log
        if change.field == "expected_close" and str(change.new) > str(change.old or "9")
    )
    assert sum(count >= 2 for count in pushes.values()) > 25


def test_the_leavers_deals_went_to_colleagues_who_are_in_the_log(session: Session) -> None:
    greg = person(session, "Greg")
    assert greg.active_to is not None
    assert not open_of(session, greg)
    given = [
        entry
        for entry in session.exec(select(ChangeEntry).where(ChangeEntry.field == "owner_id"))
        if entry.old == str(greg.id)
    ]
    assert len(given) >= 3
    assert len({entry.new for entry in given}) >= 2
    assert all(entry.effective_on > greg.active_to and entry.reason for entry in given)
    assert {entry.actor_id for entry in given} == {greg.manager_id}


def test_the_new_hire_has_been_given_a_first_pipeline(session: Session) -> None:
    sam = person(session, "Sam Osei")
    assert sam.active_from is not None
    assert 14 <= (DAY - sam.active_from).days <= 28
    assert 3 <= len(open_of(session, sam)) <= 16
    for row in open_of(session, sam):
        assert row.id is not None
        owners = [e for e in list_entries(session, RecordKind.OPPORTUNITY, row.id) if e.field == "owner_id"]
        assert owners[-1].actor_id in {sam.id, sam.manager_id}


def test_newcomers_targets_rise_by_steps(session: Session) -> None:
    jamal, marcus = person(session, "Jamal"), person(session, "Marcus")

    def of(who: Person, month: dt.date) -> Quota:
        found: Quota = session.exec(usual_quotas().where(Quota.person_id == who.id, Quota.month == month)).one()
        return found

    assert jamal.active_from is not None
    months = [month_after(jamal.active_from, number) for number in range(6)]
    assert [of(jamal, month).ramp_percent for month in months] == [0, 25, 50, 75, 100, 100]
    assert {of(marcus, month).ramp_percent for month in months} == {100}
    shares = {round(1000 * of(jamal, month).amount_minor / of(marcus, month).amount_minor) for month in months}
    assert len(shares) == 1, "the row holds the full target, the steps stand beside it"


def test_teams_have_to_reach_less_than_their_people_together(session: Session) -> None:
    members = {p.id: p.team_id for p in session.exec(select(Person))}
    month = month_after(DAY, -14)
    rows = session.exec(usual_quotas().where(Quota.month == month, Quota.version == 1)).all()
    for team in (row for row in rows if row.team_id):
        own = [row for row in rows if row.person_id and members[row.person_id] == team.team_id]
        of_people = sum(row.amount_minor * row.ramp_percent // 100 for row in own)
        assert 108 <= of_people * 100 // team.amount_minor <= 116


def test_two_reps_have_won_the_same_number_this_quarter(session: Session) -> None:
    start = quarter_start(DAY)
    counts = Counter(len(won) for won in booked(session, start, month_after(start, 3)).values())
    assert max(counts.values()) >= 2


def months_tied(session: Session, day: dt.date) -> list[dt.date]:
    """Months of the last year in which two people booked the same, to the cent."""
    tied = []
    for back in range(1, 13):
        month = month_after(day, -back)
        totals = Counter(sum(won) for won in booked(session, month, month_after(month, 1)).values())
        tied += [month] if max(totals.values(), default=0) > 1 else []
    return tied


def test_in_one_past_month_two_reps_have_booked_the_same_amount(session: Session) -> None:
    assert len(months_tied(session, DAY)) == 1


def test_dana_has_a_meeting_tomorrow_a_date_to_move_and_two_deals_on_one_account(session: Session) -> None:
    mine = open_of(session, person(session, "Dana"))
    names = {account.id: account.name for account in session.exec(select(Account))}
    by_account = Counter(names[row.account_id] for row in mine)
    assert by_account["Lakeshore Foods"] == 2
    tomorrow = [row for row in mine if row.next_step_due == DAY + dt.timedelta(days=1)]
    assert any("10:00" in row.next_step for row in tomorrow)
    late = [row for row in mine if row.expected_close and row.expected_close < DAY]
    assert [names[row.account_id] for row in late if row.stage_id == 4] == ["Calloway Resins"]


def test_danas_deal_at_risk_shows_why(session: Session) -> None:
    dana = person(session, "Dana")
    deal = next(row for row in open_of(session, dana) if row.name.startswith("Great Bend Paper"))
    assert deal.category == "commit"
    assert deal.next_step_due is not None
    assert deal.next_step_due < DAY
    done = session.exec(select(Activity).where(Activity.opportunity_id == deal.id)).all()
    heard = max(row.occurred_at.date() for row in done if row.direction in ("in", "both"))
    assert (DAY - heard).days >= 20
    assert sum(row.direction == "out" and row.occurred_at.date() > heard for row in done) >= 2
    roles = session.exec(select(OpportunityContact).where(OpportunityContact.opportunity_id == deal.id)).all()
    assert "economic_buyer" not in {row.role for row in roles}


def test_dana_is_slightly_behind_the_pace_of_the_quarter(session: Session) -> None:
    dana = person(session, "Dana")
    start = quarter_start(DAY)
    end = month_after(start, 3)
    targets = session.exec(usual_quotas().where(Quota.person_id == dana.id)).all()
    quota = sum(row.amount_minor for row in targets if start <= row.month < end)
    days = WorkingDays((2026, 2027))
    due = quota * days.count("Americas", start, DAY) // days.count("Americas", start, end)
    won = sum(booked(session, start, end)[dana.id or 0])
    assert 85 <= won * 100 // due <= 99


def test_china_works_eighteen_days_in_october_2025() -> None:
    days = WorkingDays((2025,))
    october = (dt.date(2025, 10, 1), dt.date(2025, 11, 1))
    assert days.count("Asia-Pacific", *october) == 18
    assert days.count("Americas", *october) == 23
    assert days.count("EMEA", *october) == 22


def test_only_what_public_holidays_do_not_explain_is_written_down(session: Session) -> None:
    written = session.exec(select(CalendarDay)).all()
    assert {row.region for row in written} == {"Americas"}
    assert {(row.name, row.works) for row in written if row.day.year == 2026} == {
        ("Washington's Birthday", True),
        ("Columbus Day", True),
        ("Veterans Day", True),
        ("Day after Thanksgiving", False),
    }
    countries = {row.name: (row.country, row.subdivision) for row in session.exec(select(Region))}
    assert countries == {"Americas": ("US", ""), "EMEA": ("DE", "BE"), "Asia-Pacific": ("CN", "")}
    assert {team.region for team in session.exec(select(Team))} == set(countries)


def test_channels_hold_only_people_who_are_still_there(session: Session) -> None:
    people = {p.slack_id: p for p in session.exec(select(Person))}
    channels = {channel.name: channel for channel in list_channels()}
    assert set(channels) == {"sales", "emea", "apac", "deal-desk", "new-hires"}
    assert [channel.name for channel in channels.values() if channel.private] == ["deal-desk"]
    for channel in channels.values():
        assert all(people[member].is_active(DAY) for member in channel.members)
    assert len(channels["sales"].members) == 25
    assert "UDANA" not in channels["emea"].members
    assert "USAM" in channels["new-hires"].members


def test_some_credit_is_shared_between_teams(session: Session) -> None:
    teams = {person.id: person.team_id for person in session.exec(select(Person))}
    across: dict[int, dict[int | None, int]] = {}
    for split in session.exec(select(CreditSplit).where(CreditSplit.kind == Credit.DIRECT)):
        shares = across.setdefault(split.opportunity_id, {})
        shares[teams[split.person_id]] = shares.get(teams[split.person_id], 0) + split.share
    between = [shares for shares in across.values() if len(shares) > 1]
    assert len(between) >= 10
    assert all(sum(shares.values()) == 10_000 for shares in across.values())
    assert len(between) < len(across) / 2


def test_new_people_are_part_of_the_way_and_their_steps_are_those_of_the_playbook(session: Session) -> None:
    playbook = Path(__file__).parents[2] / "knowledge_base" / "demo"
    path = (playbook / "onboarding" / "path.md").read_text(encoding="utf-8")
    people = {person.id: person.name for person in session.exec(select(Person))}
    marks: dict[str, set[str]] = {}
    for mark in session.exec(select(StepMark)):
        assert f"| {mark.step} |" in path
        assert mark.marked_on < DAY
        marks.setdefault(people[mark.person_id], set()).add(mark.step)
    assert "Pitch of 12 minutes" not in marks["Sam Osei"]
    assert marks["Sam Osei"] < marks["Søren Dahl"] < marks["Jamal Foster"]
    forms = {
        hashlib.sha256(f"{file}\n{words}".encode()).hexdigest()[:16]: file
        for file in (str(card.relative_to(playbook).as_posix()) for card in playbook.rglob("*.md"))
        for words in re.findall(r"^  - (.+)$", (playbook / file).read_text(encoding="utf-8"), re.MULTILINE)
    }
    for answer in session.exec(select(QuizAnswer)):
        assert forms[answer.question] == answer.file
        assert (answer.day, answer.answered_at.date()) < (DAY, DAY)
        assert path.count(answer.file) >= 1
        if answer.correct:
            assert answer.chosen in (playbook / answer.file).read_text(encoding="utf-8")
