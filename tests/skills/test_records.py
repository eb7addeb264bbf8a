"""Which opportunities a figure is made of: what its conditions say is what the query finds."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from skills.answer import Bullets
from skills.contributions import matches
from skills.figure import RecordFilter
from store.earlier import TRACKED
from store.matching import count_matching, list_matching, list_matching_ids
from store.models import CreditSplit, LossReason, Opportunity, Stage
from store.money import Rates
from store.scope import Scope
from tests.skills.company import NOW, Asking, day, english, facts, figure, headline
from tests.skills.conftest import asking_on_a_copy

DAYS = st.dates(dt.date(2026, 10, 1), dt.date(2027, 1, 31))
STATES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["open", "won", "lost"]),
        "amount_minor": st.none() | st.integers(0, 100),
        "currency": st.sampled_from(["USD", "EUR"]),
        "expected_close": st.none() | DAYS,
        "closed": DAYS,
        "opened_on": st.none() | DAYS,
        "owner": st.sampled_from(["Dana", "Eva"]),
        "stage": st.sampled_from(["Discovery", "Pilot"]),
    }
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STATES, max_size=8), st.data())
def test_the_query_finds_what_the_conditions_say(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, Any]], data: st.DataObject
) -> None:
    with asking_on_a_copy(migrated, tmp_path_factory.mktemp("matching")) as ask:
        company = ask.company
        for state in states:
            values = dict(state)
            closed, owner, stage = values.pop("closed"), values.pop("owner"), values.pop("stage")
            company.add(
                Opportunity(
                    name="x",
                    owner_id=company.people[owner],
                    stage_id=company.stages[stage],
                    closed_on=None if values["status"] == "open" else closed,
                    created_at=NOW,
                    updated_at=NOW,
                    **values,
                )
            )
        wanted = data.draw(
            st.builds(
                RecordFilter,
                owner_ids=st.none() | st.just((company.people["Dana"],)),
                status=st.sampled_from([None, "open", "won", "lost", "closed"]),
                by=st.sampled_from(["", "closed_on", "expected_close", "opened_on"]),
                start=st.none() | DAYS,
                end=st.none() | DAYS,
                stage_id=st.none() | st.just(company.stages["Pilot"]),
                currency=st.none() | st.just("EUR"),
                overdue_on=st.none() | DAYS,
                priced=st.none() | st.booleans(),
            )
        )
        with company.database.session() as session:
            everything = list_matching(session, Scope.everybody(), RecordFilter(), 100)
            found = {row.opportunity.id for row in list_matching(session, Scope.everybody(), wanted, 100)}
            expected = {
                row.opportunity.id
                for row in everything
                if matches({name: getattr(row.opportunity, name) for name in TRACKED}, wanted)
            }
            assert found == expected
            assert count_matching(session, Scope.everybody(), wanted) == len(expected)


# --- conditions on what no log tells of

PEOPLE = ("Dana", "Sam", "Eva")
WORDS = st.sampled_from(["", "Web", " web ", "WEB", "Fair"])
SHARES = st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True)
DEALS = st.fixed_dictionaries(
    {
        "owner": st.sampled_from(PEOPLE),
        "stage": st.sampled_from(["Discovery", "Pilot", "Won", "Lost"]),
        "category": st.sampled_from(["pipeline", "commit", "omitted"]),
        "source": WORDS,
        "competitor": WORDS,
        "loss_reason": st.sampled_from(["", "Price", "no budget", " No Budget "]),
        "direct": SHARES,
        "overlay": SHARES,
    }
)


STATUSES = {"closed": ("won", "lost"), "open or won": ("open", "won")}


@dataclass(frozen=True)
class Deal:
    """An opportunity in plain Python, and who has which part of it."""

    owner: str
    stage: str
    category: str
    source: str
    competitor: str
    loss_reason: str
    direct: list[str]
    overlay: list[str]

    @property
    def status(self) -> str:
        return self.stage.lower() if self.stage in ("Won", "Lost") else "open"

    @property
    def is_undecided(self) -> bool:
        return self.status == "lost" and self.loss_reason.strip().lower() == "no budget"

    def holds(self, asked: dict[str, Any], qualified: frozenset[str]) -> bool:
        checks: dict[str, Callable[[Any], bool]] = {
            "credited": lambda people: bool(people & set(self.direct or [self.owner])),
            "overlaid": lambda people: bool(people & set(self.overlay)),
            "categories": lambda some: ("closed" if self.status == "won" else self.category) in some,
            "qualified": lambda wanted: (self.stage in qualified) == wanted,
            "source": lambda word: self.source.strip().lower() == word.strip().lower(),
            "competitor": lambda word: self.competitor.strip().lower() == word.strip().lower(),
            "decided": lambda wanted: self.is_undecided != wanted,
            "status": lambda wanted: self.status in STATUSES.get(wanted, (wanted,)),
        }
        return all(checks[name](value) for name, value in asked.items())


ASKED = st.fixed_dictionaries(
    {},
    optional={
        "credited": st.frozensets(st.sampled_from(PEOPLE)),
        "categories": st.lists(st.sampled_from(["closed", "pipeline", "commit", "omitted"]), unique=True).map(tuple),
        "qualified": st.booleans(),
        "source": st.sampled_from(["web", "Fair "]),
        "competitor": st.sampled_from(["web", "Fair "]),
        "decided": st.booleans(),
        "status": st.sampled_from(["open", "won", "lost", "closed", "open or won"]),
    },
) | st.fixed_dictionaries({"overlaid": st.frozensets(st.sampled_from(PEOPLE))})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEALS, max_size=8), ASKED)
def test_what_only_today_tells_is_found_by_its_conditions_too(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, Any]], asked: dict[str, Any]
) -> None:
    with asking_on_a_copy(migrated, tmp_path_factory.mktemp("now")) as ask:
        company = ask.company
        company.add(LossReason(name="No budget", position=9, no_decision=True))
        with company.database.writing() as session:
            session.get_one(Stage, company.stages["Pilot"]).qualified = True
            session.get_one(Stage, company.stages["Discovery"]).qualified = False
            qualified = frozenset(stage.name for stage in session.exec(select(Stage)) if stage.qualified)
        deals = {add(ask, Deal(**state)): Deal(**state) for state in states}
        values = {name: value for name, value in asked.items() if name not in ("credited", "overlaid")}
        for name in ("credited", "overlaid"):
            if name in asked:
                values["credited_ids"] = tuple(company.people[who] for who in sorted(asked[name]))
                values["overlay"] = name == "overlaid"
        wanted = RecordFilter(**values)
        with company.database.session() as session:
            found = {row.opportunity.id for row in list_matching(session, Scope.everybody(), wanted, 100)}
            assert found == {number for number, deal in deals.items() if deal.holds(asked, qualified)}
            assert count_matching(session, Scope.everybody(), wanted) == len(found)
            some = sorted(deals)[::2]
            assert set(list_matching_ids(session, Scope.everybody(), wanted, some)) == found & set(some)


def add(ask: Asking, deal: Deal) -> int:
    company = ask.company
    (number,) = company.add(
        Opportunity(
            name="x",
            owner_id=company.people[deal.owner],
            stage_id=company.stages[deal.stage],
            status=deal.status,
            closed_on=None if deal.status == "open" else day(11, 2),
            category=deal.category,
            source=deal.source,
            competitor=deal.competitor,
            loss_reason=deal.loss_reason,
            currency="USD",
            created_at=NOW,
            updated_at=NOW,
        )
    )
    for kind, people in (("direct", deal.direct), ("overlay", deal.overlay)):
        share = 10_000 // len(people) if people else 0
        company.add(
            *(
                CreditSplit(opportunity_id=number, person_id=company.people[who], kind=kind, share=share)
                for who in people
            )
        )
    return number


def test_overlay_credit_names_its_opportunities_once_each(ask: Asking) -> None:
    company = ask.company
    for month in (10, 11, 12):
        company.quota("Dana", day(month, 1), "1000")
    shared, alone = company.won("Eva", "100", day(11, 2)), company.won("Eva", "50", day(11, 3))
    company.split(shared, "overlay", Dana=30, Sam=20)
    company.split(alone, "overlay", Dana=50)
    reply = ask("Mara", "quota", team="Alpha")
    (overlay,) = [one for one in reply.answer.figures if one.name == "overlay"]
    assert (overlay.number, overlay.count) == (Decimal(75), 2)
    assert overlay.records is not None
    with company.database.session() as session:
        found = {row.opportunity.id for row in list_matching(session, Scope.everybody(), overlay.records, 10)}
    assert found == {shared, alone}


def test_what_only_today_tells_cannot_be_taken_apart_and_its_changes_are_listed(ask: Asking) -> None:
    company = ask.company
    company.quota("Dana", day(11, 1), "1000")
    with company.database.writing() as session:
        session.get_one(Stage, company.stages["Discovery"]).qualified = False
    company.open("Dana", "900", "Pilot", close=day(12, 1), name="Acme line")
    moved = company.open("Dana", "400", "Discovery", close=day(12, 1), name="Not qualified")
    for opportunity, amount in (("acme line", "950"), (f"opportunity:{moved}", "450")):
        assert ask("Dana", "update", opportunity=opportunity, amount=amount).answer.status.value == "done"
    reply = ask("Dana", "why", skill="coverage", params={"owner": "me"}, figure="qualified")
    assert "I can't take" in headline(reply)
    assert "categories, sources and competitors of then are not kept" in headline(reply)
    told = "\n".join(
        english(item) for block in reply.answer.blocks if isinstance(block, Bullets) for item in block.items
    )
    assert "Acme line" in told
    assert "Not qualified" not in told
    assert facts(ask("Dana", "math", skill="coverage", figure="qualified"))["Records"] == "1"


def test_a_sum_in_sql_is_the_sum_by_hand(ask: Asking) -> None:
    ask.company.rate("EUR", "1.0837", day(1, 1))
    for number, currency in enumerate(["USD", "EUR", "USD", "EUR"]):
        ask.company.open("Dana", f"{number}.{number}7 {currency}", "Pilot")
    with ask.company.database.session() as session:
        rates = Rates.load(session, "USD")
        rate = rates.rate("EUR", day(11, 18)) or Fraction(0)
        plain = sum(
            (
                Fraction(row.opportunity.amount_minor or 0) * (rate if row.opportunity.currency == "EUR" else 1)
                for row in list_matching(session, Scope.everybody(), RecordFilter(status="open"), 10)
            ),
            Fraction(0),
        )
    shown = figure(ask("Dana", "math", skill="pipeline", figure="pipeline"), "pipeline")
    assert shown == Decimal(round(plain)) / 100
