"""How a figure is counted, and why it changed: the envelope, the records, and sums that come out exactly."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.answer import Paragraph, Status, Table
from skills.contract import Audience
from skills.runner import Reply
from store import change_log
from store.change_log import Author, FieldChange, RecordChange, RecordKind
from store.models import Opportunity, Source
from store.scope import Scope
from tests.skills.company import (
    NOW,
    Asking,
    Company,
    buttons,
    day,
    english,
    facts,
    figure,
    headline,
    notes,
    rows,
)
from tests.skills.conftest import asking_on_a_copy

LONG_AGO = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


def said(reply: Reply) -> str:
    return "\n".join(english(block.text) for block in reply.answer.blocks if isinstance(block, Paragraph))


def totals(reply: Reply) -> list[str]:
    tables = [block for block in reply.answer.blocks if isinstance(block, Table)]
    return [english(table.total[-1]) for table in tables if table.total]


# --- how it is counted


def test_a_sum_is_shown_with_its_records_and_added_up_again(ask: Asking) -> None:
    ask.company.rate("EUR", "1.0837", day(1, 1))
    for _ in range(3):
        ask.company.open("Eva", "33.33 EUR", "Pilot", close=day(12, 1), name="Third")
    reply = ask("Ken", "math", skill="pipeline", figure="pipeline")
    assert headline(reply) == "**Amount**: $108.36. This is how it is counted."
    assert facts(reply) | {"Definition": "pipeline v1", "Exactly": "108.36 USD", "Records": "3"} == facts(reply)
    assert facts(reply)["As of"] == "Wed 18 Nov 2026, 10:00"
    assert facts(reply)["Exchange rates"] == "of 18 Nov 2026"
    assert "Sum of the amounts of the open opportunities." in said(reply)
    assert "Their amounts add up to exactly $108.36: the figure." in said(reply)
    assert [row[-2:] for row in rows(reply)] == [["€33.33", "$36.12"]] * 3, "36.1197… each, and they make the whole"
    assert totals(reply) == ["$108.36"]


def test_parts_are_rounded_so_that_they_make_the_whole(ask: Asking) -> None:
    ask.company.rate("EUR", "1.005", day(1, 1))
    for _ in range(3):
        ask.company.open("Eva", "0.50 EUR", "Pilot", name="Half")
    reply = ask("Ken", "math", skill="pipeline", figure="pipeline")
    assert totals(reply) == ["$1.51"]
    assert sorted(row[-1] for row in rows(reply)) == ["$0.50", "$0.50", "$0.51"]


def test_a_weighted_sum_is_the_sum_of_products(ask: Asking) -> None:
    ask.company.open("Dana", "1000", "Pilot")
    ask.company.open("Dana", "1000", "Proposal")
    reply = ask("Dana", "math", skill="pipeline", figure="weighted")
    assert "Amount × chance of each adds up to exactly $1,050: the figure." in said(reply)
    assert sorted(row[-1] for row in rows(reply)) == ["$450", "$600"]


def test_what_was_booked_counts_at_the_rate_of_its_day(ask: Asking) -> None:
    ask.company.rate("EUR", "1.10", day(1, 1))
    ask.company.rate("EUR", "1.50", day(11, 1))
    ask.company.won("Eva", "100 EUR", day(10, 5))
    reply = ask("Eva", "math", skill="booked", params={"owner": "me"}, figure="booked")
    assert "exactly $110: the figure" in said(reply)
    assert facts(reply)["Exchange rates"] == "of each booking date, frozen when it was won"
    assert facts(reply)["Period"].endswith("1 Oct 2026 to 31 Dec 2026")


def test_without_a_figure_they_are_all_explained_and_offered(ask: Asking) -> None:
    ask.company.open("Dana", "1000", "Pilot")
    reply = ask("Dana", "math", skill="pipeline")
    assert ["Amount", "$1,000", "1", "Sum of the amounts of the open opportunities."] in rows(reply)
    chosen = buttons(reply)["Weighted: $450"]
    assert chosen is not None
    assert headline(ask("Dana", chosen.skill, **chosen.params)).startswith("**Weighted**: $450.")


def test_a_ratio_says_what_it_is_made_of_and_that_it_is_no_sum(ask: Asking) -> None:
    ask.company.open("Dana", "1000", close=day(11, 1))
    ask.company.open("Dana", "1000", name="Other", close=day(11, 1))
    reply = ask("Dana", "math", skill="risks", figure="at risk share")
    assert facts(reply)["Exactly"] == "1/1 = 100 %"
    assert "is not their plain sum" in said(reply)
    assert len(rows(reply)) == 2


def test_no_value_is_explained_too(ask: Asking) -> None:
    ask.company.open("Eva", "900 EUR", "Pilot")
    reply = ask("Ken", "math", skill="pipeline", figure="pipeline#1")
    assert facts(reply)["Exactly"] == "no value (no exchange rate for EUR)"


def test_only_the_first_records_are_listed_and_the_rest_is_added_up(ask: Asking) -> None:
    for number in range(60):
        ask.company.open("Dana", f"{number + 1}", "Pilot", name=f"Deal {number}")
    reply = ask("Dana", "math", skill="pipeline", figure="pipeline")
    assert len(rows(reply)) == 51
    assert rows(reply)[-1][0] == "10 more"
    assert rows(reply)[-1][-1] == "$55", "1 to 10"
    assert totals(reply) == ["$1,830"]


def test_what_may_not_be_seen_is_not_explained_either(ask: Asking) -> None:
    ask.company.open("Eva", "900", "Pilot", name="Secret")
    refused = ask("Dana", "math", skill="pipeline", params={"owner": "eva"})
    assert refused.answer.status is Status.REFUSED
    assert "Secret" not in refused.answer.model_dump_json()
    channel = Audience("C1", "#sales", Scope.of({ask.company.people["Dana"]}))
    in_public = ask("Vera", "math", skill="pipeline", figure="pipeline", audience=channel)
    assert "Secret" not in in_public.answer.model_dump_json()


def test_of_a_total_that_everybody_may_see_only_ones_own_records_are_named(ask: Asking) -> None:
    ask.company.won("Eva", "900", day(11, 5), name="Secret")
    ask.company.won("Dana", "100", day(11, 5), name="Mine")
    whole = ask("Dana", "booked")
    if not whole.answer.unabridged:
        pytest.skip("booked of the company is not public here")
    reply = ask("Dana", "math", skill="booked", figure="booked")
    assert "exactly $1,000" in said(reply)
    assert [row[0] for row in rows(reply)] == ["Mine", "1 more"]
    assert "1 of them may not be named here" in notes(reply)
    assert "Secret" not in reply.answer.model_dump_json()


@pytest.mark.parametrize("skill", ["update", "math", "why", "nonsense"])
def test_only_reading_skills_with_figures_are_explained(ask: Asking, skill: str) -> None:
    assert ask("Dana", "math", skill=skill).answer.status is Status.CLARIFY


def test_what_the_skill_asks_back_is_asked_for_the_explanation(ask: Asking) -> None:
    ask.company.open("Dana", "1000", "Pilot")
    reply = ask("Dana", "math", skill="pipeline", params='{"stage": "closed"}')
    assert reply.answer.status in (Status.CLARIFY, Status.REFUSED)
    for choice in reply.answer.choices:
        assert choice.invocation.skill == "math"
        assert choice.invocation.params["skill"] == "pipeline"
    assert ask("Dana", "math", skill="pipeline", params="{no json").answer.status is Status.CLARIFY
    assert ask("Dana", "math", skill="pipeline", params={"colour": "red"}).answer.status is Status.CLARIFY
    assert ask("Dana", "math", skill="pipeline", figure="margin").answer.status is Status.CLARIFY


# --- why it changed


def change(company: Company, opportunity: int, at: dt.datetime, **fields: Any) -> None:
    with company.database.writing() as session:
        row = session.get_one(Opportunity, opportunity)
        record = RecordChange(
            kind=RecordKind.OPPORTUNITY,
            id=opportunity,
            version=row.version,
            label=row.name,
            fields=tuple(
                FieldChange(field=name, old=change_log.to_json(getattr(row, name)), new=change_log.to_json(new))
                for name, new in fields.items()
            ),
        )
        change_log.apply(session, [record], Author(company.people["Dana"], Source.FORM, at))


def create(company: Company, at: dt.datetime, owner: str, amount: int | None, **more: Any) -> int:
    """A new opportunity, written through the log, in cents."""
    values: dict[str, Any] = {
        "name": "New one",
        "owner_id": company.people[owner],
        "stage_id": company.stages["Pilot"],
        "status": "open",
        "amount_minor": amount,
        "currency": "USD",
        "created_at": at,
        "updated_at": at,
    } | more
    fields = tuple(
        FieldChange(field=name, new=change_log.to_json(value)) for name, value in values.items() if value is not None
    )
    record = RecordChange(kind=RecordKind.OPPORTUNITY, label="New one", fields=fields)
    with company.database.writing() as session:
        applied = change_log.apply(session, [record], Author(company.people["Dana"], Source.FORM, at))
    return applied.records[0].id or 0


YESTERDAY = dt.datetime(2026, 11, 17, 16, tzinfo=dt.UTC)
BEFORE = dt.datetime(2026, 11, 16, 16, tzinfo=dt.UTC)


def test_the_parts_of_a_change_add_up_to_it(ask: Asking) -> None:
    company = ask.company
    grown, won, lost, given, old = (
        create(company, LONG_AGO, "Dana", cents, name=name)
        for cents, name in ((100_00, "Grown"), (200_00, "Won"), (300_00, "Lost"), (400_00, "Given"), (50_00, "Old"))
    )
    change(company, old, BEFORE, amount_minor=60_00)
    change(company, grown, YESTERDAY, amount_minor=150_00)
    change(
        company,
        won,
        YESTERDAY,
        status="won",
        stage_id=company.stages["Won"],
        closed_on=day(11, 17),
        booked_minor=200_00,
    )
    change(company, lost, YESTERDAY, status="lost", stage_id=company.stages["Lost"], closed_on=day(11, 17))
    change(company, given, YESTERDAY, owner_id=company.people["Sam"])
    create(company, NOW, "Dana", 70_00)
    reply = ask("Dana", "why", skill="pipeline", params={"owner": "me"})
    assert headline(reply) == "**Amount** is $280, **$780 less** than at the end of 16 Nov 2026 ($1,060)."
    assert rows(reply, 0) == [
        ["added", "1", "+$70"],
        ["won", "1", "−$200"],
        ["lost", "1", "−$300"],
        ["another owner", "1", "−$400"],
        ["amount changed", "1", "+$50"],
    ]
    assert totals(reply) == ["−$780"]
    assert rows(reply, 1)[0] == [
        "Given",
        "another owner",
        "−$400",
        "owner Dana Whitfield → Sam Osei",
        "Dana Whitfield",
        "Tue 17 Nov 2026, 11:00",
    ]
    assert (figure(reply, "pipeline"), figure(reply, "pipeline_before"), figure(reply, "pipeline_change")) == (
        280,
        1060,
        -780,
    )


def test_counts_and_weighted_sums_are_taken_apart_too(ask: Asking) -> None:
    deal = create(ask.company, LONG_AGO, "Dana", 1000_00)
    change(ask.company, deal, YESTERDAY, stage_id=ask.company.stages["Proposal"])
    weighted = ask("Dana", "why", skill="pipeline", figure="weighted")
    assert rows(weighted, 0) == [["stage moved", "1", "+$150"]]
    count = ask("Dana", "why", skill="pipeline", figure="open")
    assert headline(count) == "**Open** is 1, the same as at the end of 16 Nov 2026."


def test_exchange_rates_do_their_own_part(ask: Asking) -> None:
    create(ask.company, LONG_AGO, "Eva", 100_00, currency="EUR")
    ask.company.rate("EUR", "1.10", day(1, 1))
    ask.company.rate("EUR", "1.25", day(11, 17))
    reply = ask("Eva", "why", skill="pipeline", figure="pipeline")
    assert rows(reply, 0) == [["exchange rates", "–", "+$15"]]


def test_what_was_booked_late_for_a_period_explains_itself(ask: Asking) -> None:
    deal = create(ask.company, LONG_AGO, "Dana", 500_00)
    change(
        ask.company, deal, YESTERDAY, status="won", stage_id=ask.company.stages["Won"], closed_on=day(10, 2),
        booked_minor=500_00,
    )  # fmt: skip
    reply = ask("Dana", "why", skill="booked", params={"owner": "me"}, figure="booked")
    assert rows(reply, 0) == [["won", "1", "+$500"]]


def test_changes_that_cancel_out_are_told(ask: Asking) -> None:
    first, second = (create(ask.company, LONG_AGO, "Dana", 100_00) for _ in range(2))
    change(ask.company, first, YESTERDAY, amount_minor=150_00)
    change(ask.company, second, YESTERDAY, amount_minor=50_00)
    reply = ask("Dana", "why", skill="pipeline", figure="pipeline")
    assert headline(reply).endswith("; the changes since cancel out.")
    assert len(rows(reply, 1)) == 2


def test_of_several_changes_the_first_tells_what_it_was_then(ask: Asking) -> None:
    deal = create(ask.company, LONG_AGO, "Dana", 100_00)
    for cents in (150_00, 500_00, 130_00):
        change(ask.company, deal, YESTERDAY, amount_minor=cents)
    reply = ask("Dana", "why", skill="pipeline", figure="pipeline")
    assert (figure(reply, "pipeline_before"), figure(reply, "pipeline_change")) == (100, 30)


def test_what_cannot_be_taken_apart_says_so_and_lists_the_changes(ask: Asking) -> None:
    deal = create(ask.company, LONG_AGO, "Dana", 100_00, name="Late one", expected_close=day(11, 1))
    change(ask.company, deal, YESTERDAY, amount_minor=150_00)
    reply = ask("Dana", "why", skill="risks", figure="value at risk")
    assert headline(reply).startswith("I can't take “Value at risk” apart: which opportunities belong to it")
    assert "**Late one**: amount $100 → $150 (Dana Whitfield" in reply_bullets(reply)


def reply_bullets(reply: Reply) -> str:
    return "\n".join(english(item) for block in reply.answer.blocks for item in getattr(block, "items", ()))


def test_before_the_record_begins_nothing_is_known(ask: Asking) -> None:
    create(ask.company, LONG_AGO, "Dana", 100_00)
    reply = ask("Dana", "why", skill="pipeline", since="1 Jan 2026")
    assert headline(reply) == "The record of changes does not reach back to 1 Jan 2026."
    assert ask("Dana", "why", skill="pipeline", since="last week").answer.status is Status.ANSWER


def test_whoever_has_it_now_is_not_named_to_those_who_may_not_see_them(ask: Asking) -> None:
    deal = create(ask.company, LONG_AGO, "Dana", 100_00, name="Gone to Eva")
    change(ask.company, deal, YESTERDAY, owner_id=ask.company.people["Eva"])
    reply = ask("Dana", "why", skill="pipeline", params={"owner": "me"}, figure="pipeline")
    assert rows(reply, 0) == [["another owner", "1", "−$100"]]
    assert rows(reply, 1)[0][:3] == ["1 others", "–", "−$100"]
    assert "Gone to Eva" not in reply.answer.model_dump_json()


DAYS = st.dates(dt.date(2026, 10, 1), dt.date(2027, 1, 31))
EDIT = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["before", "after"]),
    st.one_of(
        st.builds(lambda minor: {"amount_minor": minor}, st.none() | st.integers(0, 10_000)),
        st.builds(lambda one: {"expected_close": one}, st.none() | DAYS),
        st.builds(lambda who: {"owner": who}, st.sampled_from(["Dana", "Sam", "Eva"])),
        st.builds(lambda stage: {"stage": stage}, st.sampled_from(["Discovery", "Pilot", "Won", "Lost"])),
        st.builds(lambda currency: {"currency": currency}, st.sampled_from(["USD", "EUR"])),
    ),
)


def written(company: Company, edit: dict[str, Any]) -> dict[str, Any]:
    if "owner" in edit:
        return {"owner_id": company.people[edit["owner"]]}
    if "stage" in edit:
        kind = edit["stage"].lower() if edit["stage"] in ("Won", "Lost") else "open"
        closed = None if kind == "open" else day(11, 17)
        return {"stage_id": company.stages[edit["stage"]], "status": kind, "closed_on": closed}
    return edit


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EDIT, max_size=12), st.sampled_from(["pipeline", "weighted", "open"]))
def test_a_figure_then_is_what_was_said_then(
    migrated: Path, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, str, dict[str, Any]]], name: str
) -> None:
    """Ask before the changes, change, ask why: the figure then is the one that was given, and the parts add up."""
    with asking_on_a_copy(migrated, tmp_path_factory.mktemp("why")) as ask:
        company = ask.company
        company.rate("EUR", "1.0837", day(1, 1))
        deals = [create(company, LONG_AGO, "Dana", 10_00 * (n + 1), expected_close=day(11, 20)) for n in range(4)]
        params: dict[str, Any] = {"team": "alpha", "period": "this quarter"}
        for when, moment in (("before", BEFORE), ("after", YESTERDAY)):
            if when == "after":
                then = figure(ask("Mara", "pipeline", **params), name)
            for number, at, edit in edits:
                if at == when:
                    change(company, deals[number], moment, **written(company, edit))
        now = figure(ask("Mara", "pipeline", **params), name)
        reply = ask("Mara", "why", skill="pipeline", params=params, figure=name)
        if then is None or now is None or f"{name}_before" not in {one.name for one in reply.answer.figures}:
            return
        assert figure(reply, f"{name}_before") == then
        assert figure(reply, f"{name}_change") == now - then
